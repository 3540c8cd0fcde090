#include "app/config_agents.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "agents/tools/http_tool.hpp"
#include "app/config_agents_reader.hpp"
#include "codec/yaml.hpp"
#include "core/form/form.hpp"

namespace fermata::app {
namespace {

using agents::AgentDefinition;
using agents::ToolDefinition;
using Kind = ConfigNode::Kind;
using Reader = AgentsReader;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kMany = 1'000'000'000'000;

// A tool's name is what a model writes, and stands in policies and keys.
bool is_tool_name(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), plain);
}

bool is_agent_name(const std::string& text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 64 && plain(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return plain(c) || c == '.' || c == '_' || c == '-';
         });
}

bool is_variable(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

using Headers = std::vector<std::pair<std::string, std::string>>;

void check_headers(Reader& reader, const ConfigNode& node, Headers& into) {
  if (node.kind != Kind::kMap)
    return reader.error(node.place, "headers must be a mapping (key: value)");
  for (const auto& entry : node.members) {
    const std::string& name = entry.key;
    const std::string text = entry.value.kind == Kind::kScalar ? entry.value.text : "";
    if (!is_tool_name(name)) reader.error(entry.place, "'" + name + "' is no header's name");
    const bool printable =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (text.empty() || !printable)
      reader.error(entry.value.place, "headers." + name + " must be one line of plain text");
    into.emplace_back(name, text);
  }
}

agents::HttpCall read_http(Reader& reader, const ConfigNode& node) {
  agents::HttpCall call;
  reader.members(
      node,
      "http",
      {{"method",
        reader.word("method", call.method, {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})},
       {"url", reader.text("url", call.url)},
       {"headers",
        [&](const ConfigNode& headers) { check_headers(reader, headers, call.headers); }},
       {"timeout_ms", reader.whole("timeout_ms", call.timeout_ms, 100, 60 * kMinuteMs)},
       {"retries", reader.whole("retries", call.retries, 0, 20)},
       {"max_bytes", reader.whole("max_bytes", call.max_bytes, 1024, 8 << 20)}});
  if (call.url.empty()) reader.error(node.place, "http needs a url");
  return call;
}

void read_names(Reader& reader,
                const ConfigNode& node,
                const std::string& what,
                std::vector<std::string>& into) {
  reader.each(node, what, [&](const ConfigNode& item) {
    const std::string name = item.kind == Kind::kScalar ? item.text : "";
    if (!is_tool_name(name))
      reader.error(item.place, what + ": a tool's name must match [A-Za-z0-9_-]{1,64}");
    if (std::find(into.begin(), into.end(), name) != into.end())
      reader.error(item.place, what + ": tool '" + name + "' is there twice");
    into.push_back(name);
  });
}

void read_undo(Reader& reader,
               const ConfigNode& node,
               std::vector<std::pair<std::string, std::string>>& into) {
  if (node.kind != Kind::kMap)
    return reader.error(node.place, "undo must be a mapping (tool: the one that undoes it)");
  for (const auto& entry : node.members)
    into.emplace_back(entry.key, entry.value.kind == Kind::kScalar ? entry.value.text : "");
}

void read_command(Reader& reader, const ConfigNode& node, std::vector<std::string>& into) {
  reader.each(node, "mcp.command", [&](const ConfigNode& item) {
    if (item.kind != Kind::kScalar || item.text.find('\0') != std::string::npos)
      reader.error(item.place, "mcp.command must be a list of texts: the program, its arguments");
    into.push_back(item.text);
  });
}

void read_env(Reader& reader,
              const ConfigNode& node,
              std::vector<std::pair<std::string, std::string>>& into) {
  if (node.kind != Kind::kMap)
    return reader.error(node.place, "mcp.env must be a mapping (key: value)");
  for (const auto& entry : node.members) {
    if (!is_variable(entry.key) || entry.value.kind != Kind::kScalar)
      reader.error(entry.place,
                   "mcp.env: '" + entry.key + "' must be a variable's name, with a text");
    into.emplace_back(entry.key, entry.value.text);
  }
}

// The tools of an MCP server: their names from here, all else from the server.
void read_mcp(Reader& reader, const ConfigNode& node, agents::Declared& into) {
  agents::McpServer server;
  std::vector<std::string> idempotent;
  std::vector<std::pair<std::string, std::string>> undo;
  reader.members(
      node,
      "mcp",
      {{"name", reader.text("name", server.name)},
       {"url", reader.text("url", server.url)},
       {"command", [&](const ConfigNode& given) { read_command(reader, given, server.command); }},
       {"env", [&](const ConfigNode& given) { read_env(reader, given, server.env); }},
       {"headers", [&](const ConfigNode& given) { check_headers(reader, given, server.headers); }},
       {"allow", [&](const ConfigNode& n) { read_names(reader, n, "allow", server.allow); }},
       {"idempotent",
        [&](const ConfigNode& n) { read_names(reader, n, "idempotent", idempotent); }},
       {"undo", [&](const ConfigNode& given) { read_undo(reader, given, undo); }},
       {"timeout_ms", reader.whole("timeout_ms", server.timeout_ms, 100, 60 * kMinuteMs)},
       {"retries", reader.whole("retries", server.retries, 0, 20)},
       {"max_bytes", reader.whole("max_bytes", server.max_bytes, 1024, 8 << 20)},
       {"refresh_s", reader.whole("refresh_s", server.refresh_s, 1, 86'400)}});
  const auto named = [&](const agents::McpServer& one) { return one.name == server.name; };
  if (!is_tool_name(server.name) || std::any_of(into.mcp.begin(), into.mcp.end(), named))
    reader.error(node.place, "mcp needs a name of its own, [A-Za-z0-9_-]{1,64}");
  if (server.url.empty() == server.command.empty())
    reader.error(node.place, "mcp needs a url or a command, one of the two");
  if (!server.url.empty() && server.url.rfind("http://", 0) != 0 &&
      server.url.rfind("https://", 0) != 0)
    reader.error(node.place, "mcp.url must begin with http:// or https://");
  if (server.command.empty() ? !server.env.empty() : !server.headers.empty())
    reader.error(node.place, "mcp.env goes with a command, mcp.headers with a url");
  if (server.allow.empty())
    reader.error(node.place, "mcp.allow must name the tools that may be used; no others are there");
  const auto allowed = [&](const std::string& name) {
    return std::find(server.allow.begin(), server.allow.end(), name) != server.allow.end();
  };
  for (const std::string& name : idempotent)
    if (!allowed(name)) reader.error(node.place, "idempotent: '" + name + "' is not in allow");
  for (const auto& [name, by] : undo)
    if (!allowed(name)) reader.error(node.place, "undo: '" + name + "' is not in allow");
  for (const std::string& name : server.allow) {
    if (into.tool(name) != nullptr || name == agents::kFinalAnswer)
      reader.error(node.place, "there is a tool '" + name + "' already");
    ToolDefinition tool;
    tool.name = name;
    tool.idempotent = std::find(idempotent.begin(), idempotent.end(), name) != idempotent.end();
    for (const auto& [undone, by] : undo)
      if (undone == name) tool.undo = by;
    tool.mcp = agents::McpCall{server.name, server.address()};
    into.tools.push_back(std::move(tool));
  }
  into.mcp.push_back(std::move(server));
}

// The tools of a worker: their names from here, all else from the worker.
void read_worker(Reader& reader, const ConfigNode& node, agents::Declared& into) {
  agents::WorkerCall worker;
  std::vector<std::string> allow;
  std::vector<std::pair<std::string, std::string>> undo;
  std::int64_t timeout_s = worker.timeout_ms / 1000;
  reader.members(node,
                 "worker",
                 {{"name", reader.text("name", worker.name)},
                  {"allow", [&](const ConfigNode& n) { read_names(reader, n, "allow", allow); }},
                  {"undo", [&](const ConfigNode& given) { read_undo(reader, given, undo); }},
                  {"timeout_s", reader.whole("timeout_s", timeout_s, 1, 604'800)},
                  {"retries", reader.whole("retries", worker.retries, 0, 20)},
                  {"max_bytes", reader.whole("max_bytes", worker.max_bytes, 1024, 8 << 20)}});
  worker.timeout_ms = timeout_s * 1000;
  if (!is_agent_name(worker.name))
    reader.error(node.place,
                 "worker needs a name, [a-z0-9][a-z0-9._-]{0,63}: the agent that its key is for");
  if (allow.empty())
    reader.error(node.place,
                 "worker.allow must name the tools that may be used; no others are there");
  for (const auto& [name, by] : undo)
    if (std::find(allow.begin(), allow.end(), name) == allow.end())
      reader.error(node.place, "undo: '" + name + "' is not in allow");
  for (const std::string& name : allow) {
    if (into.tool(name) != nullptr || name == agents::kFinalAnswer)
      reader.error(node.place, "there is a tool '" + name + "' already");
    ToolDefinition tool;
    tool.name = name;
    for (const auto& [undone, by] : undo)
      if (undone == name) tool.undo = by;
    tool.worker = worker;
    into.tools.push_back(std::move(tool));
  }
}

void read_tool(Reader& reader, const ConfigNode& node, agents::Declared& into) {
  if (node.kind == Kind::kMap && node.members.size() == 1 && node.members.front().key == "mcp")
    return read_mcp(reader, node.members.front().value, into);
  if (node.kind == Kind::kMap && node.members.size() == 1 && node.members.front().key == "worker")
    return read_worker(reader, node.members.front().value, into);
  ToolDefinition tool;
  const ConfigNode* schema = nullptr;
  const ConfigNode* http = nullptr;
  reader.members(node,
                 "a tool",
                 {{"name", reader.text("name", tool.name)},
                  {"description", reader.text("description", tool.description)},
                  {"arguments", [&](const ConfigNode& given) { schema = &given; }},
                  {"idempotent", reader.flag("idempotent", tool.idempotent)},
                  {"undo", reader.text("undo", tool.undo)},
                  {"http", [&](const ConfigNode& given) { http = &given; }}});
  if (!is_tool_name(tool.name))
    return reader.error(node.place, "a tool's name must match [A-Za-z0-9_-]{1,64}");
  if (into.tool(tool.name) != nullptr || tool.name == agents::kFinalAnswer)
    reader.error(node.place, "there is a tool '" + tool.name + "' already");
  if (tool.description.empty())
    reader.error(node.place, "tool '" + tool.name + "' needs a description, for the model");
  if (schema != nullptr && schema->kind != Kind::kNothing) {
    tool.arguments = reader.value(*schema);
    if (const auto checked = form::check_schema(tool.arguments); !checked)
      reader.error(schema->place, "arguments: " + checked.error().message);
  } else {
    tool.arguments = json::Object{
        {"type", "object"}, {"properties", json::Object{}}, {"additionalProperties", false}};
  }
  if (http == nullptr || http->kind == Kind::kNothing)
    return reader.error(node.place, "tool '" + tool.name + "' needs http");
  tool.http = read_http(reader, *http);
  const std::string fault = agents::fault_in_url(tool.http->url, tool.arguments);
  if (!tool.http->url.empty() && !fault.empty()) reader.error(http->place, "url: " + fault);
  into.tools.push_back(std::move(tool));
}

// "env:NAME" to NAME. A key itself is refused, wherever it came from.
void read_key(Reader& reader, const ConfigNode& node, std::string& into) {
  const std::string text = node.kind == Kind::kScalar ? node.text : "";
  if (text.rfind("env:", 0) != 0 || !is_variable(text.substr(4)))
    return reader.error(
        node.place,
        "model.key must be env:NAME, the variable that holds the key; a key does not "
        "belong in this file");
  into = text.substr(4);
}

void read_model(Reader& reader, const ConfigNode& node, agents::ModelDefinition& model) {
  reader.members(
      node,
      "model",
      {{"url", reader.text("model.url", model.url)},
       {"name", reader.text("model.name", model.name)},
       {"key", [&](const ConfigNode& key) { read_key(reader, key, model.key_env); }},
       {"parameters",
        [&](const ConfigNode& given) {
          const json::Value value = reader.value(given);
          if (value.as_object() == nullptr)
            return reader.error(given.place, "model.parameters must be a mapping (key: value)");
          model.parameters = *value.as_object();
          for (const char* ours : {"model", "messages", "tools", "tool_choice", "stream", "n"})
            if (model.parameters.find(ours) != nullptr)
              reader.error(given.place,
                           "model.parameters: '" + std::string(ours) + "' is not for you to set");
        }},
       {"tool_choice",
        reader.word("model.tool_choice", model.tool_choice, {"required", "auto", "none"})},
       {"stream", reader.flag("model.stream", model.stream)},
       {"timeout_ms", reader.whole("model.timeout_ms", model.timeout_ms, 100, 60 * kMinuteMs)},
       {"retries", reader.whole("model.retries", model.retries, 0, 20)},
       {"turn_pause_s", reader.whole("model.turn_pause_s", model.turn_pause_s, 1, 900)},
       {"turns", reader.whole("model.turns", model.turns, 1, 10'000)},
       {"input_price", reader.decimal("model.input_price", model.input_price)},
       {"output_price", reader.decimal("model.output_price", model.output_price)}});
  while (!model.url.empty() && model.url.back() == '/') model.url.pop_back();
  if (model.url.rfind("http://", 0) != 0 && model.url.rfind("https://", 0) != 0)
    reader.error(node.place, "model.url must begin with http:// or https://");
  constexpr std::string_view kEndpoint = "/chat/completions";
  if (model.url.size() >= kEndpoint.size() &&
      model.url.compare(model.url.size() - kEndpoint.size(), kEndpoint.size(), kEndpoint) == 0)
    reader.error(node.place, "model.url is the API's own, without /chat/completions");
  if (model.name.empty()) reader.error(node.place, "model needs a name");
}

void read_limits(Reader& reader, const ConfigNode& node, agents::AgentLimits& limits) {
  reader.members(
      node,
      "limits",
      {{"tokens", reader.whole("limits.tokens", limits.tokens, 0, kMany)},
       {"cost", reader.decimal("limits.cost", limits.cost)},
       {"time_s", reader.whole("limits.time_s", limits.time_s, 0, 365LL * 24 * 3600)},
       {"observation_chars",
        reader.whole("limits.observation_chars", limits.observation_chars, 100, 1 << 20)},
       {"output_chars", reader.whole("limits.output_chars", limits.output_chars, 100, 4 << 20)}});
}

void read_context(Reader& reader, const ConfigNode& node, agents::ContextParts& parts) {
  reader.members(node,
                 "context",
                 {{"approvals", reader.flag("context.approvals", parts.approvals)},
                  {"policy", reader.flag("context.policy", parts.policy)},
                  {"checkpoints", reader.flag("context.checkpoints", parts.checkpoints)},
                  {"limits", reader.flag("context.limits", parts.limits)},
                  {"rollbacks", reader.flag("context.rollbacks", parts.rollbacks)},
                  {"examples", reader.whole("context.examples", parts.examples, 0, 20)}});
}

void read_tool_names(Reader& reader,
                     const ConfigNode& node,
                     const agents::Declared& declared,
                     std::vector<std::string>& into) {
  reader.each(node, "tools", [&](const ConfigNode& item) {
    const std::string name = item.kind == Kind::kScalar ? item.text : "";
    if (declared.tool(name) == nullptr) reader.error(item.place, "there is no tool '" + name + "'");
    if (std::find(into.begin(), into.end(), name) != into.end())
      reader.error(item.place, "tool '" + name + "' is there twice");
    into.push_back(name);
  });
}

void read_agent(Reader& reader, const ConfigNode& node, agents::Declared& into) {
  AgentDefinition agent;
  std::string style = "native";
  bool has_model = false;
  reader.members(
      node,
      "an agent",
      {{"name", reader.text("name", agent.name)},
       {"instructions", reader.text("instructions", agent.instructions)},
       {"model",
        [&](const ConfigNode& model) {
          has_model = true;
          read_model(reader, model, agent.model);
        }},
       {"tools",
        [&](const ConfigNode& tools) { read_tool_names(reader, tools, into, agent.tools); }},
       {"max_steps", reader.whole("max_steps", agent.max_steps, 1, 1000)},
       {"planning_interval", reader.whole("planning_interval", agent.planning_interval, 0, 1000)},
       {"parallel_tools", reader.whole("parallel_tools", agent.parallel_tools, 1, 64)},
       {"checkpoint_every", reader.whole("checkpoint_every", agent.checkpoint_every, 0, 1000)},
       {"history_style", reader.word("history_style", style, {"native", "smolagents"})},
       {"limits", [&](const ConfigNode& limits) { read_limits(reader, limits, agent.limits); }},
       {"context", [&](const ConfigNode& parts) { read_context(reader, parts, agent.context); }}});
  agent.history =
      style == "native" ? agents::HistoryStyle::kNative : agents::HistoryStyle::kSmolagents;
  if (!is_agent_name(agent.name))
    return reader.error(node.place, "an agent's name must match [a-z0-9][a-z0-9._-]{0,63}");
  if (into.agent(agent.name) != nullptr)
    reader.error(node.place, "there is an agent '" + agent.name + "' already");
  if (!has_model) reader.error(node.place, "agent '" + agent.name + "' needs a model");
  if (agent.limits.cost > 0 && agent.model.input_price <= 0 && agent.model.output_price <= 0)
    reader.error(
        node.place,
        "limits.cost needs model.input_price and model.output_price, or it would never hold");
  into.agents.push_back(std::move(agent));
}

}  // namespace

void read_agents(const ConfigNode* agents,
                 const ConfigNode* tools,
                 agents::Declared& into,
                 const std::function<void(const Place&, const std::string&)>& error) {
  Reader reader(error);
  std::vector<Place> places;  // Of the entry that each tool came from.
  if (tools != nullptr && tools->kind != Kind::kNothing)
    reader.each(*tools, "tools", [&](const ConfigNode& item) {
      read_tool(reader, item, into);
      places.resize(into.tools.size(), item.place);
    });
  for (std::size_t i = 0; i < places.size(); ++i)
    if (const ToolDefinition& tool = into.tools[i];
        !tool.undo.empty() && into.tool(tool.undo) == nullptr)
      error(places[i], "tool '" + tool.name + "': there is no tool '" + tool.undo + "' to undo it");
  if (agents != nullptr && agents->kind != Kind::kNothing)
    reader.each(*agents, "agents", [&](const ConfigNode& item) { read_agent(reader, item, into); });
}

}  // namespace fermata::app
