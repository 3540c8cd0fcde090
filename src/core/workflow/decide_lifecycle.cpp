// Deciders for the workflow itself: its beginning and end, checkpoints and rollback; and the one
// switch over all commands.

#include <algorithm>

#include "core/decide.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

constexpr std::size_t kMaxCheckpoints = 1000;

// An agent's key drives what it starts; what others start is for the server, if it knows the agent,
// or for a worker.
Result<Dispatch> choose_dispatch(const CreateWorkflow& wish, const Context& context) {
  const bool native =
      context.native_agents != nullptr && context.native_agents->contains(wish.agent);
  if (wish.dispatch == Dispatch::kNative && !native)
    return fail(ErrorCode::kInvalid,
                "workflow.not_native",
                "the server's configuration declares no agent '" + wish.agent + "'");
  if (wish.dispatch) return *wish.dispatch;
  if (context.actor.kind == ActorKind::kAgent) return Dispatch::kNone;
  return native ? Dispatch::kNative : Dispatch::kWorker;
}

Result<Events> decide_one(const Workflow& workflow,
                          const CreateWorkflow& wish,
                          const Context& context) {
  if (workflow.exists())
    return fail(ErrorCode::kConflict, "workflow.exists", "this workflow exists already");
  if (context.actor.kind == ActorKind::kAgent && wish.agent != context.actor.id)
    return fail(ErrorCode::kForbidden,
                "workflow.not_yours",
                "an agent's key starts workflows of that agent only");
  std::string behalf = context.on_behalf_of.empty() ? wish.on_behalf_of : context.on_behalf_of;
  if (!behalf.empty() && !context.directory->people.contains(behalf))
    return fail(
        ErrorCode::kInvalid, "workflow.unknown_person", "there is no person '" + behalf + "'");
  FERMATA_TRY(const Dispatch dispatch, choose_dispatch(wish, context));
  return Events{event::WorkflowCreated{context.stream,
                                       wish.agent,
                                       wish.name,
                                       wish.input,
                                       wish.context,
                                       wish.metadata,
                                       wish.tags,
                                       context.actor,
                                       std::move(behalf),
                                       false,
                                       dispatch,
                                       Effects::kLive,
                                       std::nullopt}};
}

Events after_cancelling(const Workflow& workflow,
                        const std::string& reason,
                        const Context& context,
                        event::Event last) {
  Events events = cancel_pending(workflow, reason, context);
  events.push_back(std::move(last));
  return events;
}

Result<Events> decide_one(const Workflow& workflow,
                          const CompleteWorkflow& wish,
                          const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  return after_cancelling(
      workflow, "the workflow was completed", context, event::WorkflowCompleted{wish.result});
}

Result<Events> decide_one(const Workflow& workflow,
                          const FailWorkflow& wish,
                          const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  return after_cancelling(
      workflow, "the workflow failed", context, event::WorkflowFailed{wish.error});
}

Result<Events> decide_one(const Workflow& workflow,
                          const CancelWorkflow& wish,
                          const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  return after_cancelling(
      workflow, "the workflow was cancelled", context, event::WorkflowCancelled{wish.reason});
}

Result<Events> decide_one(const Workflow& workflow,
                          const CreateCheckpoint& wish,
                          const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_fence(workflow, wish.turn, context));
  if (workflow.checkpoints.size() >= kMaxCheckpoints)
    return fail(
        ErrorCode::kConflict, "checkpoint.too_many", "a workflow has at most 1000 checkpoints");
  return Events{
      event::CheckpointCreated{entity_id("cp", workflow.id, workflow.checkpoints.size() + 1),
                               wish.name,
                               wish.snapshot,
                               wish.recovery,
                               wish.metadata,
                               workflow.epoch,
                               workflow.calls.size()}};
}

// What was asked and not begun must be asked again on the new branch, wherever it stands; what was
// begun before the checkpoint stays, and is in doubt until somebody says how it ended (P13, P17).
bool leaves_branch(const Call& call, std::size_t index, std::size_t kept) {
  const bool begun =
      call.closed() || call.state == CallState::kRunning || call.state == CallState::kInDoubt;
  return call.live && (index >= kept || !begun);
}

// Reads were harmless, recorded calls had no effect; a tool that ran, or may have, did.
bool had_effect(const Call& call) { return call.kind == CallKind::kTool && call.attempt > 0; }

Result<Events> decide_one(const Workflow& workflow, const RollBack& wish, const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_fence(workflow, wish.turn, context));
  const Checkpoint* checkpoint = find_checkpoint(workflow, wish.checkpoint);
  if (checkpoint == nullptr) return not_found("checkpoint", wish.checkpoint);
  if (!checkpoint->live)
    return fail(ErrorCode::kConflict,
                "checkpoint.abandoned",
                "that checkpoint lies on a branch that an earlier rollback left");
  event::WorkflowRolledBack rolled{
      workflow.epoch + 1, workflow.epoch, wish.checkpoint, wish.reason, {}, {}};
  for (std::size_t i = 0; i < workflow.calls.size(); ++i) {
    const Call& call = workflow.calls[i];
    if (!leaves_branch(call, i, checkpoint->calls)) continue;
    rolled.dropped.push_back(call.id);
    if (had_effect(call)) rolled.undone.push_back(call.id);
  }
  return after_cancelling(workflow, "the workflow was rolled back", context, std::move(rolled));
}

Result<Events> decide_one(const Workflow& workflow, const OpenCall& wish, const Context& context) {
  return decide_call(workflow, wish, context);
}
Result<Events> decide_one(const Workflow& workflow, const CloseCall& wish, const Context& context) {
  return decide_call(workflow, wish, context);
}
template <class Other>
Result<Events> decide_one(const Workflow& workflow, const Other& wish, const Context& context) {
  if constexpr (requires { decide_approval(workflow, wish, context); })
    return decide_approval(workflow, wish, context);
  else if constexpr (requires { decide_turn(workflow, wish, context); })
    return decide_turn(workflow, wish, context);
  else
    return fail(
        ErrorCode::kInternal, "engine.wrong_stream", "", "directory command for a workflow");
}

}  // namespace

Result<Events> decide(const Workflow& workflow,
                      const command::Command& command,
                      const Context& context) {
  FERMATA_CHECK_OK(permit(context.actor, command));
  return std::visit(
      [&](const auto& wish) -> Result<Events> { return decide_one(workflow, wish, context); },
      command);
}

}  // namespace fermata
