#include "api/mcp/methods.hpp"

#include <array>

#include "api/mcp/tasks.hpp"
#include "api/mcp/tools.hpp"

namespace fermata::api::mcp {
namespace {

constexpr int kCatalogueTtlMs = 3'600'000;
constexpr std::string_view kInstructions =
    "Fermata holds risky actions until the responsible people have agreed. Before you do something "
    "that cannot be undone, call request_approval with exactly what you will do, and do it only if "
    "the result says \"allowed\": true. Use ask_human for questions that only a person can answer. "
    "A "
    "result with status \"pending\" is not a yes: call check_approval later.";

Error invalid(std::string message) {
  return {ErrorCode::kInvalid, "mcp.invalid_params", std::move(message), {}, {}};
}

const std::vector<Tool>& tools_of(const Asking& asking) {
  const auto& instead = asking.services().options.mcp_tools;
  return instead == nullptr ? product_tools() : *instead;
}

void ping(const AskingPtr& asking) { asking->answer({}); }

void discover(const AskingPtr& asking) {
  asking->answer(
      {{"supportedVersions", all_versions()},
       {"capabilities",
        json::Object{{"tools", json::Object{}},
                     {"extensions", json::Object{{std::string(kTasksExtension), json::Object{}}}}}},
       {"instructions", kInstructions},
       {"ttlMs", kCatalogueTtlMs},
       {"cacheScope", "public"}});
}

void list_tools(const AskingPtr& asking) {
  if (asking->params().find("cursor") != nullptr)
    return asking->refuse(invalid("there is one page of tools, so there is no such cursor"));
  json::Array entries;
  for (const Tool& tool : tools_of(*asking)) {
    json::Object entry = tool.entry;
    if (asking->speaks_legacy_tasks())
      entry.set("execution",
                json::Object{{"taskSupport", tool.may_wait ? "optional" : "forbidden"}});
    entries.emplace_back(std::move(entry));
  }
  json::Object result{{"tools", std::move(entries)}};
  if (asking->era() == Era::kModern) {
    result.set("ttlMs", kCatalogueTtlMs);
    result.set("cacheScope", "public");
  }
  asking->answer(std::move(result));
}

void call_tool(const AskingPtr& asking) {
  const json::Value* name = asking->params().find("name");
  if (name == nullptr || name->as_string() == nullptr)
    return asking->refuse(invalid("params.name must be the name of a tool"));
  const json::Value* given = asking->params().find("arguments");
  if (given != nullptr && given->as_object() == nullptr)
    return asking->refuse(invalid("params.arguments must be an object"));
  const json::Value* task = asking->params().find("task");
  const bool as_task = task != nullptr && asking->speaks_legacy_tasks();
  if (as_task && task->as_object() == nullptr)
    return asking->refuse(invalid("params.task must be an object"));
  for (const Tool& tool : tools_of(*asking)) {
    if (tool.name() != *name->as_string()) continue;
    if (as_task && !tool.may_wait)
      return asking->refuse({ErrorCode::kInvalid,
                             "mcp.no_such_method",
                             "this tool answers at once and cannot be a task",
                             {},
                             {}});
    return tool.run(asking, given == nullptr ? json::Value(json::Object{}) : *given);
  }
  asking->refuse({ErrorCode::kInvalid,
                  "mcp.no_such_tool",
                  "there is no tool '" + *name->as_string() + "'",
                  {},
                  {}});
}

struct Method {
  std::string_view name;
  bool legacy, modern;
  void (*serve)(const AskingPtr&);
};

constexpr std::array<Method, 8> kMethods{{
    {"ping", true, false, &ping},
    {"server/discover", false, true, &discover},
    {"tools/list", true, true, &list_tools},
    {"tools/call", true, true, &call_tool},
    {"tasks/get", true, true, &get_task},
    {"tasks/result", true, false, &get_task_result},
    {"tasks/update", false, true, &update_task},
    {"tasks/cancel", true, true, &cancel_task},
}};

}  // namespace

json::Object initialized(const Message& message) {
  const std::string wished = json::Value(message.params).string_or("protocolVersion");
  json::Object capabilities{{"tools", json::Object{}}};
  const std::string version(is_legacy_version(wished) ? wished : kLatestLegacy);
  if (version == kLatestLegacy)
    capabilities.set(
        "tasks",
        json::Object{
            {"cancel", json::Object{}},
            {"requests", json::Object{{"tools", json::Object{{"call", json::Object{}}}}}}});
  return {{"protocolVersion", version},
          {"capabilities", std::move(capabilities)},
          {"serverInfo", server_info()},
          {"instructions", kInstructions}};
}

void serve_method(const AskingPtr& asking) {
  const bool modern = asking->era() == Era::kModern;
  for (const Method& method : kMethods)
    if (method.name == asking->message().method && (modern ? method.modern : method.legacy))
      return method.serve(asking);
  asking->refuse({ErrorCode::kInvalid,
                  "mcp.no_such_method",
                  "this server has no method '" + asking->message().method + "'",
                  {},
                  {}});
}

}  // namespace fermata::api::mcp
