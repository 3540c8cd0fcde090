// The tools that mark a point of a workflow and return to it.

#include "api/mcp/tools.hpp"
#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"

namespace fermata::api::mcp {
namespace {

void submit(const AskingPtr& asking,
            const std::string& workflow,
            command::Command command,
            const std::string& request_id,
            const json::Value& arguments,
            json::Object (*told)(const json::Value&)) {
  engine::Submission submission = asking->submission(workflow, std::move(command));
  if (!request_id.empty())
    submission.idempotency = engine::idempotency(
        asking->exchange().caller(), "mcp", workflow, request_id, json::canonical(arguments));
  asking->engine().submit(std::move(submission), [asking, told](Result<engine::Reply> reply) {
    asking->answer(reply ? tool_result(told(reply->body)) : tool_failure(reply.error()));
  });
}

json::Object checkpoint_told(const json::Value& made) {
  return {{"checkpoint", made["id"]},
          {"name", made["name"]},
          {"workflow", made["workflow_id"]},
          {"text",
           "Checkpoint \"" + made.string_or("name") +
               "\" is made. To return to it, call rollback "
               "with checkpoint \"" +
               made.string_or("id") + "\"."}};
}

json::Object rollback_told(const json::Value& done) {
  const json::Value& workflow = done["workflow"];
  const json::Array undone =
      done["undone"].as_array() == nullptr ? json::Array{} : *done["undone"].as_array();
  std::string text =
      "The workflow is back at the checkpoint. What was decided after it no longer "
      "counts: ask again.";
  if (!undone.empty())
    text +=
        " These were done outside and are listed in \"undone\"; see whether they must be "
        "made good.";
  json::Value checkpoint;
  if (const json::Array* branches = workflow["branches"].as_array(); branches && !branches->empty())
    checkpoint = branches->back()["checkpoint"];
  return {{"workflow", workflow["id"]},
          {"checkpoint", checkpoint.as_string() == nullptr ? json::Value("") : checkpoint},
          {"epoch", workflow["epoch"]},
          {"cancelled", done["cancelled"]},
          {"undone", undone},
          {"text", std::move(text)}};
}

// Its id, where `wanted` is the name of a checkpoint: of the latest one that can be returned to.
// What is neither is left for the domain to refuse.
std::string checkpoint_named(const Asking& asking,
                             const std::string& workflow,
                             const std::string& wanted) {
  const auto all = asking.engine().checkpoints(asking.tenant(), workflow);
  if (!all) return wanted;
  std::string found = wanted;
  for (const json::Value& one : *all) {
    if (one.string_or("id") == wanted) return wanted;
    if (one.bool_or("live") && one.string_or("name") == wanted) found = one.string_or("id");
  }
  return found;
}

}  // namespace

void create_checkpoint(const AskingPtr& asking, const json::Value& arguments) {
  command::CreateCheckpoint wish;
  std::string workflow, request_id;
  Fields fields(arguments);
  fields.text("workflow", workflow, {.required = true, .shape = kWorkflowId});
  fields.text("name", wish.name, {.required = true, .min = 1, .max = kMaxNameLength});
  fields.integer("turn", wish.turn, {.min = 1, .max = kMaxTurn});
  fields.text("request_id", request_id, {.min = 1, .max = kMaxNameLength});
  if (const Result<void> read = fields.finish(); !read)
    return asking->answer(tool_failure(read.error()));
  submit(asking, workflow, std::move(wish), request_id, arguments, &checkpoint_told);
}

void roll_back(const AskingPtr& asking, const json::Value& arguments) {
  command::RollBack wish;
  std::string workflow, request_id;
  Fields fields(arguments);
  fields.text("workflow", workflow, {.required = true, .shape = kWorkflowId});
  fields.text("checkpoint", wish.checkpoint, {.required = true, .min = 1, .max = kMaxNameLength});
  fields.text("reason", wish.reason, {.required = true, .min = 1, .max = kMaxProse});
  fields.integer("turn", wish.turn, {.min = 1, .max = kMaxTurn});
  fields.text("request_id", request_id, {.min = 1, .max = kMaxNameLength});
  if (const Result<void> read = fields.finish(); !read)
    return asking->answer(tool_failure(read.error()));
  asking->on_worker(
      [asking = asking.get(), wish = std::move(wish), workflow, request_id, arguments]() mutable {
        wish.checkpoint = checkpoint_named(*asking, workflow, wish.checkpoint);
        submit(asking->shared_from_this(),
               workflow,
               std::move(wish),
               request_id,
               arguments,
               &rollback_told);
      });
}

}  // namespace fermata::api::mcp
