// What a call becomes when a person changes it, and who is asked about that.

#include "core/approval/edit.hpp"

#include <algorithm>

#include "core/approval/decide.hpp"
#include "core/form/form.hpp"
#include "core/refuse.hpp"
#include "core/workflow/briefing.hpp"

namespace fermata {
namespace {

using command::DecideApproval;

// A longer wait, a shorter life, less extension.
Schedule tightened(Schedule schedule, const Terms& terms) {
  schedule.effect_wait_ms = std::max(schedule.effect_wait_ms, terms.effect_wait_ms);
  schedule.extend_ms = std::min(schedule.extend_ms, terms.extend_ms.value_or(0));
  if (terms.grant_life_ms)
    schedule.grant_life_ms =
        std::min(*terms.grant_life_ms, schedule.grant_life_ms.value_or(*terms.grant_life_ms));
  return schedule;
}

// A call that the server itself makes must be one that its tool takes: the model could not have
// made another. An undo has arguments of its own making.
Result<void> check_edit(const Workflow& workflow,
                        const Call* call,
                        const std::string& tool,
                        const json::Object& arguments) {
  if (call == nullptr || !call->undoes.empty()) return {};
  const json::Value* schema = arguments_schema(workflow, tool);
  const std::string faults = schema == nullptr ? "" : form::faults_in(*schema, arguments);
  if (faults.empty()) return {};
  return fail(
      ErrorCode::kInvalid, "approval.bad_edit", tool + " does not take these arguments: " + faults);
}

// What is to be called after the edit. Another tool must be one that the runtime has told of: it
// runs what it knows, and H binds the definition (P5). What asks or undoes stays what it is.
Result<ToolIdentity> tool_after(const Workflow& workflow,
                                const Approval& approval,
                                const Call* call,
                                const std::string& wanted) {
  const Question& question = approval.question;
  if (wanted.empty() || wanted == question.action)
    return ToolIdentity{question.action, question.definition_hash, "", false};
  if (call == nullptr || !call->undoes.empty() || question.action == kRequestApproval)
    return fail(ErrorCode::kInvalid,
                "approval.other_tool",
                "only an agent's own call of a tool can be turned into one of another tool");
  if (call->asked && wanted == call->asked->name) return *call->asked;
  std::optional<ToolIdentity> known = told_tool(workflow, wanted);
  if (!known)
    return fail(ErrorCode::kInvalid,
                "approval.other_tool",
                "the agent has told of no tool '" + wanted + "' that it could call instead");
  return *std::move(known);
}

}  // namespace

Result<event::ApprovalEdited> edit(const Workflow& workflow,
                                   const Approval& approval,
                                   const DecideApproval& wish,
                                   const Context& context) {
  if (context.policy == nullptr)
    return fail(ErrorCode::kForbidden, "policy.missing", "no policy is in force");
  const Question& question = approval.question;
  const Call* call = find_call(workflow, approval.call);
  FERMATA_TRY(ToolIdentity tool, tool_after(workflow, approval, call, wish.action));
  const bool is_other = tool.name != question.action;
  if (!is_other && json::Value(wish.arguments) == json::Value(question.arguments))
    return fail(
        ErrorCode::kInvalid, "approval.nothing_edited", "the arguments are the same; approve");
  FERMATA_CHECK_OK(check_edit(workflow, call, tool.name, wish.arguments));
  const PolicyVerdict verdict =
      judge_call(*context.policy, policy_input(workflow, context, tool.name, wish.arguments, call));
  if (verdict.effect == Effect::kDeny)
    return fail(ErrorCode::kForbidden, "policy.denied", "Not allowed: " + verdict.explanation);
  std::vector<Threshold> thresholds = verdict.thresholds;
  // Those who come later come as long after this as they would after a first asking.
  const std::int64_t elapsed = clock_now(workflow, approval, context) - approval.created_at;
  for (Threshold& threshold : thresholds)
    for (Escalation& one : threshold.escalations) one.after_ms += elapsed;
  if (verdict.effect == Effect::kAllow) {
    thresholds = approval.thresholds;
    for (Threshold& threshold : thresholds) threshold.approve = 1;
  }
  if (approval.call.empty() || context.policy->hash != approval.snapshot_hash)
    thresholds = combine(std::move(thresholds), approval.thresholds);
  event::ApprovalEdited edited{approval.id,
                               context.actor.id,
                               wish.reason,
                               wish.arguments,
                               "",
                               std::move(thresholds),
                               verdict.rule,
                               context.policy->hash,
                               std::nullopt,
                               verdict.on_deadline,
                               std::nullopt};
  if (verdict.deadline_ms) {
    const TimeMs due = clock_now(workflow, approval, context) + *verdict.deadline_ms;
    if (!question.deadline || due < *question.deadline) edited.deadline = due;
  }
  if (verdict.effect == Effect::kAsk) {
    Schedule stricter = tightened(approval.schedule, verdict.terms);
    if (!(stricter == approval.schedule)) edited.schedule = std::move(stricter);
  }
  edited.hash = binding_hash({context.tenant,
                              tool.name,
                              tool.definition_hash,
                              wish.arguments,
                              question.target,
                              workflow.id,
                              approval.epoch,
                              context.policy->hash});
  if (is_other) edited.tool = std::move(tool);
  return edited;
}

void apply_edit(Approval& approval, const event::ApprovalEdited& edited) {
  if (!approval.original_arguments) approval.original_arguments = approval.question.arguments;
  approval.question.arguments = edited.arguments;
  if (edited.tool) approval.question.action = edited.tool->name;
  approval.hash = edited.hash;
  approval.thresholds = edited.thresholds;
  approval.policy_hash = edited.policy_hash;
  if (edited.schedule) approval.schedule = *edited.schedule;
  for (Decision& decision : approval.decisions) decision.counts = false;
  approval.effect_at.reset();
}

}  // namespace fermata
