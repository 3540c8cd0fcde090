#include "agents/definition.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/hash.hpp"

namespace fermata::agents {
namespace {

constexpr std::string_view kSecret = "env:";

bool in_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

json::Object field(const char* type, const char* description) {
  return {{"type", type}, {"description", description}};
}

json::Value schema(json::Object properties, json::Array required) {
  return json::Object{{"type", "object"},
                      {"properties", std::move(properties)},
                      {"required", std::move(required)},
                      {"additionalProperties", false}};
}

// Answers that the agent offers to people besides yes and no.
json::Value own_outcomes() {
  json::Object means = field("string", "What it comes to.");
  means.set("enum", json::Array{"approve", "reject", "ignore"});
  json::Object outcomes =
      field("array", "Answers of your own that people can choose, each with what it means.");
  outcomes.set("items",
               schema({{"name", field("string", "What people choose.")},
                       {"means", std::move(means)},
                       {"text", field("string", "What you are told if they choose it.")}},
                      {"name", "means"}));
  return outcomes;
}

std::vector<ToolDefinition> make_built_in() {
  std::vector<ToolDefinition> tools(3);
  tools[0].name = "request_approval";
  tools[0].description =
      "Asks the responsible people whether an action may be done, and waits for their decision. "
      "Use "
      "it before anything risky that no other tool asks about by itself. The result is what they "
      "decided, with their reasons.";
  tools[0].arguments =
      schema({{"action", field("string", "Name of the tool or action that you want to do.")},
              {"arguments", field("object", "With which arguments it would be done.")},
              {"why", field("string", "Why it should be done, for the people who decide.")},
              {"otherwise", field("string", "What happens if they say no.")},
              {"outcomes", own_outcomes()}},
             {"action", "why"});
  tools[0].idempotent = true;
  tools[1].name = "create_checkpoint";
  tools[1].description =
      "Marks this point of the work under a name, so that you or a person can return to it later.";
  tools[1].arguments = schema({{"name", field("string", "What has been reached here.")}}, {"name"});
  tools[1].idempotent = true;
  tools[2].name = "rollback";
  tools[2].description =
      "Returns to a checkpoint. All that came after it is left behind; effects of tools are undone "
      "where that is possible. You will then be told what was undone.";
  tools[2].arguments = schema({{"checkpoint", field("string", "Id or name of the checkpoint.")},
                               {"reason", field("string", "Why the work since then is given up.")}},
                              {"checkpoint", "reason"});
  return tools;
}

// What it holds; nullptr when it is not set, or empty.
const char* variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr || *value == '\0' ? nullptr : value;
}

template <class T>
const T* named(const std::vector<T>& all, const std::string& name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const T& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const std::vector<ToolDefinition>& built_in_tools() {
  static const std::vector<ToolDefinition> all = make_built_in();
  return all;
}

bool is_built_in(const std::string& name) { return named(built_in_tools(), name) != nullptr; }

bool is_workflow_point(const std::string& name) {
  return name == "create_checkpoint" || name == "rollback";
}

json::Object described(const ToolDefinition& tool) {
  json::Object described{{"name", tool.name},
                         {"description", tool.description},
                         {"arguments", tool.arguments},
                         {"idempotent", tool.idempotent},
                         {"undo", tool.undo}};
  if (tool.http) {
    json::Array headers;
    for (const auto& [name, value] : tool.http->headers)
      headers.emplace_back(json::Array{name, value});
    described.set("http",
                  json::Object{{"method", tool.http->method},
                               {"url", tool.http->url},
                               {"headers", std::move(headers)}});
  }
  if (tool.mcp) described.set("mcp", json::Object{{"url", tool.mcp->url}});
  if (tool.worker) described.set("worker", tool.worker->name);
  return described;
}

std::string definition_hash(const ToolDefinition& tool) {
  return sha256_hex(json::canonical(described(tool)));
}

std::string McpServer::address() const {
  if (command.empty()) return url;
  json::Array words(command.begin(), command.end());
  return "stdio:" + json::write(words);
}

const AgentDefinition* Declared::agent(const std::string& name) const {
  return named(agents, name);
}

const ToolDefinition* Declared::tool(const std::string& name) const {
  const ToolDefinition* found = named(tools, name);
  return found != nullptr ? found : named(built_in_tools(), name);
}

std::vector<std::string> secrets_in(const std::string& value) {
  std::vector<std::string> names;
  for (std::size_t at = value.find(kSecret); at != std::string::npos;
       at = value.find(kSecret, at + 1)) {
    if (at > 0 && in_name(value[at - 1])) continue;
    const std::size_t begin = at + kSecret.size();
    std::size_t end = begin;
    while (end < value.size() && in_name(value[end])) ++end;
    if (end > begin) names.push_back(value.substr(begin, end - begin));
  }
  return names;
}

Result<std::string> with_secrets(const std::string& value) {
  std::string filled;
  std::size_t done = 0;
  for (const std::string& name : secrets_in(value)) {
    const std::string reference = std::string(kSecret) + name;
    const std::size_t at = value.find(reference, done);
    const char* secret = variable(name);
    if (secret == nullptr) return tl::unexpected(refuse_missing({name}).error());
    filled.append(value, done, at - done).append(secret);
    done = at + reference.size();
  }
  return filled.append(value, done);
}

std::set<std::string> missing_secrets(const Declared& declared) {
  std::set<std::string> missing;
  const auto look = [&](const std::string& value) {
    for (const std::string& name : secrets_in(value))
      if (variable(name) == nullptr) missing.insert(name);
  };
  for (const AgentDefinition& agent : declared.agents)
    if (!agent.model.key_env.empty()) look("env:" + agent.model.key_env);
  for (const ToolDefinition& tool : declared.tools)
    if (tool.http)
      for (const auto& [name, value] : tool.http->headers) look(value);
  for (const McpServer& server : declared.mcp)
    for (const auto& values : {server.headers, server.env})
      for (const auto& [name, value] : values) look(value);
  return missing;
}

Result<void> refuse_missing(const std::set<std::string>& secrets) {
  if (secrets.empty()) return {};
  std::string names;
  for (const std::string& name : secrets) names.append(names.empty() ? "" : ", ").append(name);
  return fail(
      ErrorCode::kInvalid,
      "agents.missing_secret",
      secrets.size() == 1
          ? "the variable " + names + " is not set, but the configuration refers to it"
          : "the variables " + names + " are not set, but the configuration refers to them");
}

}  // namespace fermata::agents
