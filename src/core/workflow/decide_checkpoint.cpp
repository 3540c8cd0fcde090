// Deciders for checkpoints and the way back to them (rollback.hpp).

#include "core/decide.hpp"
#include "core/refuse.hpp"
#include "core/workflow/rollback.hpp"
#include "core/workflow/undo.hpp"
#include "core/workflow/words.hpp"

namespace fermata {
namespace {

using command::CreateCheckpoint;
using command::RollBack;

constexpr std::size_t kMaxCheckpoints = 1000;
// What agents and people name themselves must find room.
constexpr std::size_t kMaxAutomatic = 500;

event::CheckpointCreated checkpoint_of(const Workflow& workflow, const std::string& name) {
  event::CheckpointCreated made;
  made.checkpoint = entity_id("cp", workflow.id, workflow.checkpoints.size() + 1);
  made.name = name;
  made.epoch = workflow.epoch;
  made.calls = workflow.calls.size();
  return made;
}

// The same key is the same checkpoint; another call under it means another path (P17).
Result<Events> replayed(const Call& call, const CreateCheckpoint& wish) {
  if (call.kind == CallKind::kCheckpoint && call.result.string_or("name") == wish.name)
    return Events{};
  return fail(ErrorCode::kConflict,
              "call.diverged",
              "the journal has another call under key '" + wish.key + "': " + call.tool +
                  "; the agent's code, model or input changed since it was written");
}

event::CallRecorded record(const Workflow& workflow,
                           const CreateCheckpoint& wish,
                           const event::CheckpointCreated& made) {
  event::CallRecorded recorded;
  recorded.call = made.call;
  recorded.key = wish.key;
  recorded.kind = CallKind::kCheckpoint;
  recorded.tool = "create_checkpoint";
  recorded.arguments = {{"name", wish.name}};
  recorded.result = json::Object{{"checkpoint", made.checkpoint},
                                 {"name", made.name},
                                 {"attempt", 1},
                                 {"text", words::checkpoint_made(made.name)}};
  recorded.turn = *wish.turn;
  recorded.epoch = workflow.epoch;
  return recorded;
}

}  // namespace

std::optional<event::Event> automatic_checkpoint(const Workflow& workflow,
                                                 const std::string& tool) {
  if (workflow.checkpoints.size() >= kMaxAutomatic) return std::nullopt;
  event::CheckpointCreated made = checkpoint_of(workflow, "before " + tool);
  made.metadata = {{"automatic", true}};
  return made;
}

Result<Events> decide_checkpoint(const Workflow& workflow,
                                 const CreateCheckpoint& wish,
                                 const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_fence(workflow, wish.turn, context));
  if (const auto found = workflow.by_key.find(wish.key); found != workflow.by_key.end())
    return replayed(workflow.calls[found->second], wish);
  if (workflow.checkpoints.size() >= kMaxCheckpoints)
    return fail(
        ErrorCode::kConflict, "checkpoint.too_many", "a workflow has at most 1000 checkpoints");
  event::CheckpointCreated made = checkpoint_of(workflow, wish.name);
  made.snapshot = wish.snapshot;
  made.recovery = wish.recovery;
  made.metadata = wish.metadata;
  if (wish.key.empty()) return Events{std::move(made)};
  if (!wish.turn)
    return fail(
        ErrorCode::kInvalid, "checkpoint.turn_required", "a key of the journal needs its turn");
  FERMATA_CHECK_OK(require_all_undone(workflow));
  ++made.calls;
  made.call = entity_id("cl", workflow.id, made.calls);
  event::CallRecorded recorded = record(workflow, wish, made);
  return Events{std::move(recorded), std::move(made)};
}

Result<Events> decide_checkpoint(const Workflow& workflow,
                                 const RollBack& wish,
                                 const Context& context) {
  FERMATA_TRY(const RollbackPlan plan, plan_rollback(workflow, wish.checkpoint, context));
  FERMATA_CHECK_OK(require_fence(workflow, wish.turn, context));
  if (wish.if_version && *wish.if_version != workflow.version)
    return fail(ErrorCode::kPrecondition,
                "workflow.changed",
                "the workflow changed since you looked at what the rollback does; look again");
  event::WorkflowRolledBack rolled{workflow.epoch + 1,
                                   workflow.epoch,
                                   wish.checkpoint,
                                   wish.reason,
                                   {},
                                   {},
                                   context.limits.undo_attempts};
  for (const std::size_t i : plan.dropped) rolled.dropped.push_back(workflow.calls[i].id);
  for (const std::size_t i : plan.effects) rolled.undone.push_back(workflow.calls[i].id);
  Events events = cancel_pending(workflow, "the workflow was rolled back", context);
  events.push_back(std::move(rolled));
  return events;
}

}  // namespace fermata
