// The end of an approval request, and what it means for the call that it held.

#include "core/refuse.hpp"

namespace fermata {
namespace {

std::string words(const Approval& approval, const event::ApprovalClosed& closed) {
  const std::string quoted = closed.reason.empty() ? "" : ": \"" + closed.reason + "\"";
  switch (closed.status) {
    case ApprovalStatus::kRejected:
      return "Rejected by " + closed.by + quoted + ". " + approval.question.action +
             " was not performed.";
    case ApprovalStatus::kExpired:
      return "Nobody answered before the deadline. " + approval.question.action +
             " was not performed.";
    default:
      return "The request was withdrawn" + quoted + ". " + approval.question.action +
             " was not performed.";
  }
}

event::CallGranted grant(const Workflow& workflow,
                         const Approval& approval,
                         const Context& context) {
  return {approval.call,
          entity_id("gr", workflow.id, static_cast<std::size_t>(workflow.grants) + 1),
          approval.id,
          approval.hash,
          approval.epoch,
          context.now + context.grant_lifetime_ms};
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

}  // namespace

Events close_approval(const Workflow& workflow,
                      const Approval& approval,
                      event::ApprovalClosed closed,
                      const Context& context) {
  Events events;
  events.push_back(closed);
  if (!approval.call.empty()) {
    if (approval.question.kind == ApprovalKind::kInDoubt)
      resolve_doubt(events, workflow, approval, closed, context);
    else if (closed.status == ApprovalStatus::kApproved)
      events.push_back(grant(workflow, approval, context));
    else
      events.push_back(event::CallDenied{
          approval.call, "approval." + to_string(closed.status), words(approval, closed)});
  }
  if (workflow.standalone)
    events.push_back(event::WorkflowCompleted{
        json::Object{{"outcome", to_string(closed.status)}, {"approval", approval.id}}});
  return events;
}

Events cancel_pending(const Workflow& workflow, const std::string& reason, const Context& context) {
  Events events;
  for (const std::size_t index : workflow.pending) {
    const Approval& approval = workflow.approvals[index];
    events.push_back(event::ApprovalClosed{
        approval.id, ApprovalStatus::kCancelled, context.actor.id, reason, {}});
    if (!approval.call.empty() && approval.question.kind == ApprovalKind::kCall)
      events.push_back(
          event::CallDenied{approval.call,
                            "approval.cancelled",
                            "The request was withdrawn: " + reason + ". It was not performed."});
  }
  return events;
}

}  // namespace fermata
