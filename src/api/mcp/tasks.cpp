#include "api/mcp/tasks.hpp"

#include <limits>

#include "api/mcp/outcome.hpp"
#include "api/mcp/patience.hpp"
#include "api/mcp/tools.hpp"
#include "api/rest/shape.hpp"

namespace fermata::api::mcp {
namespace {

constexpr int kPollMs = 5000;
constexpr std::string_view kRelatedTask = "io.modelcontextprotocol/related-task";

std::string status_of(const json::Value& approval) {
  const std::string status = approval.string_or("status");
  if (status == "pending") return "working";
  return status == "cancelled" ? "cancelled" : "completed";
}

// Its fields are named differently in the two eras; a question never expires by itself.
json::Object task_of(const Asking& asking, const json::Value& approval) {
  const bool modern = asking.era() == Era::kModern;
  const bool working = approval.string_or("status") == "pending";
  json::Object task{{"taskId", approval["id"]}, {"status", status_of(approval)}};
  if (working) task.set("statusMessage", "Waiting: " + waiting_for(approval));
  task.set("createdAt", approval["created_at"]);
  task.set("lastUpdatedAt", working ? approval["created_at"] : approval["closed_at"]);
  task.set(modern ? "ttlMs" : "ttl", {});
  task.set(modern ? "pollIntervalMs" : "pollInterval", kPollMs);
  return task;
}

tl::unexpected<Error> no_such_task() {
  return fail(ErrorCode::kInvalid, "mcp.no_such_task", "there is no such task");
}

// The id in params.taskId, if it is one.
Result<std::string> task_id(const Asking& asking) {
  const std::string id = json::Value(asking.params()).string_or("taskId");
  if (!is_approval_id(id)) return no_such_task();
  return id;
}

Result<json::Value> find_task(const Asking& asking) {
  FERMATA_TRY(const std::string id, task_id(asking));
  Result<json::Value> approval = own_approval(asking, id);
  if (!approval && approval.error().code == ErrorCode::kNotFound) return no_such_task();
  return approval;
}

// A modern client says in each request what it understands, in those about tasks too.
Error tasks_not_taken() {
  const json::Object extension{{std::string(kTasksExtension), json::Object{}}};
  return {
      ErrorCode::kInvalid,
      "mcp.missing_capability",
      "declare the extension " + std::string(kTasksExtension) + " in this request",
      {},
      json::write(json::Object{{"requiredCapabilities", json::Object{{"extensions", extension}}}})};
}

void with_task(const AskingPtr& asking,
               const std::function<void(const AskingPtr&, const json::Value&)>& then) {
  if (asking->era() == Era::kModern && !asking->takes_modern_tasks())
    return asking->refuse(tasks_not_taken());
  asking->on_worker([asking = asking.get(), then] {
    const Result<json::Value> approval = find_task(*asking);
    if (!approval) return asking->refuse(approval.error());
    then(asking->shared_from_this(), *approval);
  });
}

}  // namespace

bool wants_task(const Asking& asking, const json::Value& approval) {
  if (asking.speaks_legacy_tasks()) return asking.params().find("task") != nullptr;
  return asking.takes_modern_tasks() && approval.string_or("status") == "pending";
}

json::Object task_made(const Asking& asking, const json::Value& approval) {
  json::Object task = task_of(asking, approval);
  if (asking.era() == Era::kLegacy) return {{"task", std::move(task)}};
  task.set("resultType", "task");
  return task;
}

void get_task(const AskingPtr& asking) {
  with_task(asking, [](const AskingPtr& found, const json::Value& approval) {
    json::Object task = task_of(*found, approval);
    if (found->era() == Era::kModern && status_of(approval) == "completed")
      task.set("result", tool_result(outcome(approval)));
    found->answer(std::move(task));
  });
}

// As long as it takes; the client that leaves ends it.
void get_task_result(const AskingPtr& asking) {
  with_task(asking, [](const AskingPtr& found, const json::Value& approval) {
    constexpr std::int64_t kForEverMs = std::numeric_limits<std::int32_t>::max();
    wait_for_people(found,
                    approval.string_or("id"),
                    kForEverMs,
                    [](const AskingPtr& waited, const json::Value& ended) {
                      if (ended.string_or("status") == "pending")
                        return waited->refuse({ErrorCode::kUnavailable,
                                               "engine.draining",
                                               "the server stops; ask again",
                                               {},
                                               {}});
                      json::Object result = tool_result(outcome(ended));
                      result.set("_meta",
                                 json::Object{{std::string(kRelatedTask),
                                               json::Object{{"taskId", ended["id"]}}}});
                      waited->answer(std::move(result));
                    });
  });
}

// No question of ours needs the client's own input.
void update_task(const AskingPtr& asking) {
  with_task(asking, [](const AskingPtr& found, const json::Value&) { found->answer({}); });
}

void cancel_task(const AskingPtr& asking) {
  with_task(asking, [](const AskingPtr& found, const json::Value& approval) {
    const std::string id = approval.string_or("id");
    const bool modern = found->era() == Era::kModern;
    if (approval.string_or("status") != "pending") {
      if (modern) return found->answer({});  // Too late, which is no error there.
      return found->refuse({ErrorCode::kInvalid,
                            "mcp.task_over",
                            "the task is over, so it cannot be cancelled",
                            {},
                            {}});
    }
    command::CancelApproval wish{id, "the client cancelled the task"};
    found->engine().submit(found->submission(workflow_of(id), std::move(wish)),
                           [found, modern](Result<engine::Reply> reply) {
                             if (!reply) return found->refuse(reply.error());
                             found->answer(modern ? json::Object{} : task_of(*found, reply->body));
                           });
  });
}

}  // namespace fermata::api::mcp
