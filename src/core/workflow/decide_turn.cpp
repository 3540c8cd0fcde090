// Deciders for turns: the right to write a workflow's journal, for as long as its lease lasts
// (P16).

#include "core/decide.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using command::EndTurn;
using command::ExpireTurn;
using command::RenewTurn;
using command::StartTurn;

bool stands_in_queue(const Workflow& workflow, TimeMs now) {
  return workflow.dispatch != Dispatch::kNone && status(workflow) == WorkflowStatus::kReady &&
         workflow.ready_at <= now;
}

}  // namespace

Result<Events> decide_turn(const Workflow& workflow,
                           const StartTurn& wish,
                           const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  if (workflow.standalone)
    return fail(ErrorCode::kConflict,
                "workflow.standalone",
                "this workflow was made for one request; no agent runs in it");
  if (wish.queued && !stands_in_queue(workflow, context.now))
    return fail(
        ErrorCode::kConflict, "turn.not_ready", "somebody else took this turn, or it must wait");
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

Result<Events> decide_turn(const Workflow& workflow,
                           const RenewTurn& wish,
                           const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  return Events{event::TurnRenewed{wish.turn}};
}

Result<Events> decide_turn(const Workflow& workflow, const EndTurn& wish, const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  if (!workflow.turn && wish.turn == workflow.turns && wish.turn > 0) return Events{};
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  return Events{event::TurnEnded{wish.turn, wish.retry_after_ms}};
}

// A turn that ends so often without a trace takes its worker down each time: going on would do the
// same for ever.
Result<Events> decide_turn(const Workflow& workflow,
                           const ExpireTurn& wish,
                           const Context& context) {
  if (!workflow.turn || workflow.turn->n != wish.turn) return Events{};
  if (context.now < workflow.turn->lease_until)
    return fail(ErrorCode::kConflict, "turn.not_lapsed", "its lease has not run out");
  Events events{event::TurnLapsed{wish.turn}};
  if (workflow.lapses + 1 < context.limits.turn_attempts) return events;
  for (event::Event& cancelled : cancel_pending(workflow, "the workflow failed", context))
    events.push_back(std::move(cancelled));
  events.push_back(event::WorkflowFailed{
      {"turn.poisoned",
       std::to_string(workflow.lapses + 1) +
           " turns in a row ran out of their lease and left nothing in the journal"}});
  return events;
}

}  // namespace fermata
