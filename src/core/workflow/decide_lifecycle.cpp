// Deciders for the workflow itself: its beginning and end, turns, checkpoints and rollback; and the
// one switch over all commands.

#include <algorithm>

#include "core/decide.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

constexpr std::size_t kMaxCheckpoints = 1000;

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
  return Events{event::WorkflowCreated{context.stream,
                                       wish.agent,
                                       wish.name,
                                       wish.input,
                                       wish.context,
                                       wish.metadata,
                                       wish.tags,
                                       context.actor,
                                       std::move(behalf),
                                       false}};
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

Result<Events> decide_one(const Workflow& workflow, const StartTurn& wish, const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  if (workflow.standalone)
    return fail(ErrorCode::kConflict,
                "workflow.standalone",
                "this workflow was made for one request; no agent runs in it");
  if (const auto& turn = workflow.turn;
      turn && turn->worker != wish.worker && !wish.takeover && context.now < turn->lease_until) {
    auto refusal = fail(ErrorCode::kConflict,
                        "turn.held",
                        "worker " + turn->worker + " runs this workflow until " +
                            to_rfc3339(turn->lease_until) + " unless it renews");
    refusal.value().extra = json::write(json::Object{
        {"holder",
         json::Object{{"worker", turn->worker}, {"lease_until", to_rfc3339(turn->lease_until)}}}});
    return refusal;
  }
  return Events{
      event::TurnStarted{workflow.turns + 1, wish.worker, wish.lease_ms, wish.fingerprint}};
}

Result<Events> decide_one(const Workflow& workflow, const RenewTurn& wish, const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  return Events{event::TurnRenewed{wish.turn}};
}

Result<Events> decide_one(const Workflow& workflow, const EndTurn& wish, const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  if (!workflow.turn && wish.turn == workflow.turns && wish.turn > 0) return Events{};
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  return Events{event::TurnEnded{wish.turn}};
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
