#include "app/config_agents.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "agents/tools/http_tool.hpp"
#include "codec/yaml.hpp"
#include "core/form/form.hpp"

namespace fermata::app {
namespace {

using agents::AgentDefinition;
using agents::ToolDefinition;
using Kind = ConfigNode::Kind;

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

class Reader {
 public:
  using Report = std::function<void(const Place&, const std::string&)>;
  explicit Reader(const Report& error) : error_(error) {}

  // The members of a mapping, each read by its own function.
  struct Member {
    const char* name;
    std::function<void(const ConfigNode&)> read;
  };
  void members(const ConfigNode& node, const std::string& what, const std::vector<Member>& known) {
    if (node.kind != Kind::kMap)
      return error_(node.place, what + " must be a mapping (key: value)");
    std::set<std::string> seen;
    for (const auto& entry : node.members) {
      const std::string& key = entry.key;
      if (!seen.insert(key).second) error_(entry.place, "'" + key + "' is there twice");
      const auto found = std::find_if(
          known.begin(), known.end(), [&](const Member& member) { return key == member.name; });
      if (found != known.end()) {
        found->read(entry.value);
        continue;
      }
      std::string list;
      for (const Member& member : known) list.append(list.empty() ? "" : ", ").append(member.name);
      error_(entry.place,
             std::string("unknown key '").append(key).append("'; known here: ") + list);
    }
  }

  std::function<void(const ConfigNode&)> text(const char* what, std::string& into) {
    return [this, what, &into](const ConfigNode& node) {
      if (node.kind != Kind::kScalar)
        return error_(node.place, std::string(what) + " must be text");
      into = node.text;
    };
  }
  std::function<void(const ConfigNode&)> flag(const char* what, bool& into) {
    return [this, what, &into](const ConfigNode& node) {
      const std::string word = node.kind == Kind::kScalar ? node.text : "";
      if (word != "true" && word != "false")
        return error_(node.place, std::string(what) + " must be true or false");
      into = word == "true";
    };
  }
  std::function<void(const ConfigNode&)> whole(const char* what,
                                               std::int64_t& into,
                                               std::int64_t least,
                                               std::int64_t most) {
    return [this, what, &into, least, most](const ConfigNode& node) {
      const std::string digits = node.kind == Kind::kScalar ? node.text : "";
      std::int64_t number = 0;
      const auto [end, status] =
          std::from_chars(digits.data(), digits.data() + digits.size(), number);
      if (status == std::errc() && end == digits.data() + digits.size() && !digits.empty() &&
          number >= least && number <= most) {
        into = number;
        return;
      }
      error_(node.place,
             std::string(what) + ": must be a whole number from " + std::to_string(least) + " to " +
                 std::to_string(most));
    };
  }
  std::function<void(const ConfigNode&)> decimal(const char* what, double& into) {
    return [this, what, &into](const ConfigNode& node) {
      const json::Value value = node.kind == Kind::kScalar ? scalar(node) : json::Value();
      if (const std::int64_t* integer = value.as_int(); integer != nullptr && *integer >= 0)
        into = static_cast<double>(*integer);
      else if (const double* number = value.as_double(); number != nullptr && *number >= 0)
        into = *number;
      else
        error_(node.place, std::string(what) + " must be a number from 0 on");
    };
  }
  std::function<void(const ConfigNode&)> word(const char* what,
                                              std::string& into,
                                              std::vector<std::string> allowed) {
    return [this, what, &into, allowed = std::move(allowed)](const ConfigNode& node) {
      if (node.kind == Kind::kScalar &&
          std::find(allowed.begin(), allowed.end(), node.text) != allowed.end()) {
        into = node.text;
        return;
      }
      std::string list;
      for (const std::string& one : allowed) list += (list.empty() ? "" : ", ") + one;
      error_(node.place, std::string(what) + " must be one of " + list);
    };
  }
  void each(const ConfigNode& node,
            const std::string& what,
            const std::function<void(const ConfigNode&)>& visit) {
    if (node.kind != Kind::kList) return error_(node.place, what + " must be a list");
    for (const auto& item : node.items) visit(item);
  }

  void error(const Place& mark, const std::string& what) { error_(mark, what); }

  // As JSON: schemas and a model's parameters.
  json::Value value(const ConfigNode& node) {
    if (node.kind == Kind::kList) {
      json::Array array;
      for (const auto& item : node.items) array.push_back(value(item));
      return array;
    }
    if (node.kind != Kind::kMap) return scalar(node);
    json::Object object;
    for (const auto& entry : node.members) {
      const std::string& key = entry.key;
      if (object.find(key) != nullptr) error_(entry.place, "'" + key + "' is there twice");
      object.set(key, value(entry.value));
    }
    return object;
  }

 private:
  json::Value scalar(const ConfigNode& node) {
    if (node.kind == Kind::kNothing) return {};
    codec::YamlNode plain;
    plain.kind = codec::YamlNode::Kind::kScalar;
    plain.quoted = node.quoted;
    plain.text = node.text;
    auto read = codec::scalar_value(plain);
    if (const std::string* fault = std::get_if<std::string>(&read)) {
      error_(node.place, *fault);
      return {};
    }
    return std::get<json::Value>(std::move(read));
  }

  const Report& error_;
};

void check_headers(Reader& reader, const ConfigNode& node, agents::HttpCall& into) {
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
    into.headers.emplace_back(name, text);
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
       {"headers", [&](const ConfigNode& headers) { check_headers(reader, headers, call); }},
       {"timeout_ms", reader.whole("timeout_ms", call.timeout_ms, 100, 60 * kMinuteMs)},
       {"retries", reader.whole("retries", call.retries, 0, 20)},
       {"max_bytes", reader.whole("max_bytes", call.max_bytes, 1024, 8 << 20)}});
  if (call.url.empty()) reader.error(node.place, "http needs a url");
  return call;
}

void read_tool(Reader& reader, const ConfigNode& node, agents::Declared& into) {
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
       {"input_price", reader.decimal("model.input_price", model.input_price)},
       {"output_price", reader.decimal("model.output_price", model.output_price)}});
  while (!model.url.empty() && model.url.back() == '/') model.url.pop_back();
  if (model.url.rfind("http://", 0) != 0 && model.url.rfind("https://", 0) != 0)
    reader.error(node.place, "model.url must begin with http:// or https://");
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
                  {"rollbacks", reader.flag("context.rollbacks", parts.rollbacks)}});
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
  if (tools != nullptr && tools->kind != Kind::kNothing)
    reader.each(*tools, "tools", [&](const ConfigNode& item) { read_tool(reader, item, into); });
  for (const ToolDefinition& tool : into.tools)
    if (tools != nullptr && !tool.undo.empty() && into.tool(tool.undo) == nullptr)
      error(tools->place,
            "tool '" + tool.name + "': there is no tool '" + tool.undo + "' to undo it");
  if (agents != nullptr && agents->kind != Kind::kNothing)
    reader.each(*agents, "agents", [&](const ConfigNode& item) { read_agent(reader, item, into); });
}

}  // namespace fermata::app
