#include "core/workflow/asked_call.hpp"

#include "core/refuse.hpp"

namespace fermata {

event::ApprovalRequested ask(const Workflow& workflow,
                             const Call& call,
                             ApprovalKind kind,
                             const PolicyVerdict& verdict,
                             const Context& context) {
  event::ApprovalRequested asked;
  asked.approval = entity_id("ap", workflow.id, workflow.approvals.size() + 1);
  asked.call = call.id;
  asked.question.kind = kind;
  asked.question.action = call.tool;
  asked.question.arguments = call.effective();
  asked.question.definition_hash = call.definition_hash;
  asked.question.target = call.target;
  asked.question.why = call.why;
  if (call.tool == kRequestApproval) {
    // Its verdict would not be to ask, were it unreadable.
    ToolRequest request = read_tool_request(call.effective()).value_or(ToolRequest{});
    if (!request.why.empty()) asked.question.why = std::move(request.why);
    asked.question.otherwise = std::move(request.otherwise);
    if (kind == ApprovalKind::kCall) asked.question.outcomes = std::move(request.outcomes);
  }
  // Doubt has no deadline: guessing is what must not happen (P17).
  if (verdict.deadline_ms && kind == ApprovalKind::kCall) {
    asked.question.deadline = context.now + *verdict.deadline_ms;
    asked.question.on_deadline = verdict.on_deadline;
  }
  asked.hash = call.hash;
  asked.requester = workflow.requester;
  asked.on_behalf_of = workflow.acts_for.empty() ? context.on_behalf_of : workflow.acts_for;
  asked.thresholds = verdict.thresholds;
  if (kind == ApprovalKind::kCall)
    asked.schedule = schedule_for(verdict.terms, asked.question.deadline, context.now);
  asked.rule = verdict.rule;
  asked.policy_hash = call.policy_hash;
  asked.epoch = call.epoch;
  return asked;
}

Call rebound(const Workflow& workflow, Call call, const Context& context) {
  call.epoch = workflow.epoch;
  call.policy_hash = context.policy == nullptr ? "" : context.policy->hash;
  call.hash = binding_hash(binding_of(context.tenant, workflow.id, call));
  return call;
}

PolicyVerdict judge(const Workflow& workflow, const Call& call, const Context& context) {
  if (context.policy != nullptr)
    return judge_call(
        *context.policy,
        policy_input(workflow, context, call.tool, call.effective(), find_call(workflow, call.id)));
  return {.effect = Effect::kDeny,
          .rule = "",
          .explanation = "no policy is in force, so nothing may run",
          .thresholds = {},
          .deadline_ms = std::nullopt,
          .on_deadline = OnDeadline::kExpire,
          .terms = {}};
}

event::CallDenied denied(const Call& call, const PolicyVerdict& verdict) {
  return {call.id, "policy.denied", "Not allowed: " + verdict.explanation};
}

}  // namespace fermata
