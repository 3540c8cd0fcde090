// The end of an approval request, and what it means for the call that it held.

#include "core/refuse.hpp"
#include "core/workflow/words.hpp"

namespace fermata {
namespace {

// request_approval does nothing but ask, so that its outcome is its result.
event::CallClosed answer_call(const Approval& approval, const event::ApprovalClosed& closed) {
  return {approval.call,
          approval.hash,
          outcome_for_agent(approval, closed.status, closed.by, closed.reason, closed.outcome),
          std::nullopt};
}

event::CallGranted grant(const Workflow& workflow,
                         const Approval& approval,
                         const Context& context) {
  return {approval.call,
          entity_id("gr", workflow.id, static_cast<std::size_t>(workflow.grants) + 1),
          approval.id,
          approval.hash,
          approval.epoch,
          context.now + approval.schedule.grant_life_ms.value_or(context.grant_lifetime_ms)};
}

// Whoever asked waits for the yes itself and runs it by its own means (inbound.hpp).
void hand_over(Events& events,
               const Workflow& workflow,
               const Approval& approval,
               const Context& context) {
  const event::CallGranted granted = grant(workflow, approval, context);
  events.push_back(granted);
  events.push_back(event::CallStarted{granted.call, granted.grant, workflow.turns, 1});
  events.push_back(event::CallClosed{granted.call, granted.hash, handed_over(), std::nullopt});
}

// A question after a crash: it happened (then the journal gets its result), or it did not (then the
// call may run), or nobody said; then the doubt stays.
void resolve_doubt(Events& events,
                   const Workflow& workflow,
                   const Approval& approval,
                   const event::ApprovalClosed& closed,
                   const Context& context) {
  if (closed.status != ApprovalStatus::kAnswered) return;
  if (closed.answer.bool_or("happened"))
    events.push_back(
        event::CallClosed{approval.call, approval.hash, closed.answer["result"], std::nullopt});
  else
    events.push_back(grant(workflow, approval, context));
}

// What comes of a workflow that was made to ask.
json::Value result_of(const Workflow& workflow, const event::ApprovalClosed& closed) {
  if (!workflow.inbound.empty()) return json::Object{{"inbound", workflow.inbound.front().id}};
  return json::Object{{"outcome", to_string(closed.status)}, {"approval", closed.approval}};
}

}  // namespace

json::Value outcome_for_agent(const Approval& approval,
                              ApprovalStatus status,
                              const std::string& by,
                              const std::string& reason,
                              const std::string& name) {
  const json::Value asked = approval.question.arguments;
  const bool edited = approval.original_arguments.has_value();
  const std::string action = asked.string_or("action");
  return json::Object{
      {"outcome", to_string(status)},
      {"name", name.empty() ? json::Value() : json::Value(name)},
      {"by", by},
      {"reason", reason},
      {"action", action},
      {"arguments", asked["arguments"]},
      {"edited", edited},
      {"text",
       words::with_comments(
           words::answered(
               {.action = action, .status = status, .by = by, .reason = reason, .edited = edited}),
           approval)}};
}

Events close_approval(const Workflow& workflow,
                      const Approval& approval,
                      event::ApprovalClosed closed,
                      const Context& context) {
  Events events;
  events.push_back(closed);
  const Call* call = find_call(workflow, approval.call);
  if (call != nullptr) {
    if (call->handed && closed.status == ApprovalStatus::kApproved)
      hand_over(events, workflow, approval, context);
    else if (approval.question.kind == ApprovalKind::kInDoubt)
      resolve_doubt(events, workflow, approval, closed, context);
    else if (approval.question.action == kRequestApproval && !call->handed)
      events.push_back(answer_call(approval, closed));
    else if (closed.status == ApprovalStatus::kApproved)
      events.push_back(grant(workflow, approval, context));
    else
      events.push_back(event::CallDenied{
          approval.call,
          "approval." + to_string(closed.status),
          words::with_comments(
              words::not_performed(approval, closed.status, closed.by, closed.reason), approval)});
  }
  if (workflow.standalone && workflow.pending.size() == 1)
    events.push_back(event::WorkflowCompleted{result_of(workflow, closed)});
  return events;
}

Events cancel_pending(const Workflow& workflow, const std::string& reason, const Context& context) {
  Events events;
  for (const std::size_t index : workflow.pending) {
    const Approval& approval = workflow.approvals[index];
    events.push_back(event::ApprovalClosed{
        approval.id, ApprovalStatus::kCancelled, context.actor.id, reason, {}});
    if (!approval.call.empty() && approval.question.kind == ApprovalKind::kCall)
      events.push_back(event::CallDenied{
          approval.call,
          "approval.cancelled",
          words::not_performed(approval, ApprovalStatus::kCancelled, context.actor.id, reason)});
  }
  return events;
}

}  // namespace fermata
