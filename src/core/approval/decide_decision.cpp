// The decider for one person's decision.

#include <algorithm>

#include "core/approval/decide.hpp"
#include "core/decide.hpp"
#include "core/form/form.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using command::DecideApproval;

// Who, and whether the request still is what this person saw.
Result<void> require_may_decide(const Approval& approval,
                                const DecideApproval& wish,
                                const Context& context) {
  const std::string& person = context.actor.id;
  if (!approval.pending()) return refuse_closed(approval);
  if (is_party(approval, person))
    return fail(
        ErrorCode::kForbidden,
        "approval.requester_decides",
        "you asked for this, started it, or the agent works for you: somebody else must decide");
  if (!is_approver(approval, *context.directory, person))
    return fail(ErrorCode::kForbidden,
                "approval.not_an_approver",
                "you are in none of the groups that may decide this");
  if (approval.question.deadline && context.now >= *approval.question.deadline)
    return fail(ErrorCode::kConflict,
                "approval.deadline_passed",
                "the deadline was " + to_rfc3339(*approval.question.deadline));
  if (wish.hash != approval.hash)
    return fail(ErrorCode::kConflict,
                "approval.hash_mismatch",
                "the request is no longer what you were shown; look at it again");
  if (wish.if_revision && *wish.if_revision != approval.revision)
    return fail(ErrorCode::kPrecondition,
                "approval.changed",
                "the request changed since you read it; look at it again");
  for (const Decision& decision : approval.decisions)
    if (decision.counts && decision.person == person)
      return fail(ErrorCode::kConflict,
                  "approval.already_decided",
                  "you decided this already: " + to_string(decision.kind));
  return {};
}

tl::unexpected<Error> wrong_decision(const DecideApproval& wish, const Approval& approval) {
  return fail(ErrorCode::kInvalid,
              "approval.wrong_decision",
              "'" + to_string(wish.decision) + "' is no answer to a request of kind '" +
                  to_string(approval.question.kind) + "'");
}

Result<void> check_answer(const Approval& approval, const json::Value& answer) {
  if (approval.question.kind == ApprovalKind::kInDoubt) {
    const json::Object* object = answer.as_object();
    if (object == nullptr || answer["happened"].as_bool() == nullptr)
      return fail(ErrorCode::kInvalid,
                  "approval.bad_answer",
                  R"(say {"happened": true, "result": ...} or {"happened": false})");
  } else if (!approval.question.form.is_null()) {
    const auto errors = form::validate(approval.question.form["schema"], answer);
    if (!errors.empty())
      return fail(ErrorCode::kInvalid,
                  "approval.bad_answer",
                  errors.front().pointer + ": " + errors.front().message);
  }
  for (const Decision& decision : approval.decisions)
    if (decision.counts && decision.kind == DecisionKind::kAnswer && !(decision.answer == answer))
      return fail(ErrorCode::kConflict,
                  "approval.answers_differ",
                  decision.person + " answered otherwise; agree on one answer");
  return {};
}

Result<void> check_decision(const Approval& approval, const DecideApproval& wish) {
  const ApprovalKind kind = approval.question.kind;
  switch (wish.decision) {
    case DecisionKind::kApprove:
    case DecisionKind::kEdit:
      if (kind != ApprovalKind::kCall) return wrong_decision(wish, approval);
      return {};
    case DecisionKind::kReject:
      if (kind == ApprovalKind::kInDoubt) return wrong_decision(wish, approval);
      if (wish.reason.find_first_not_of(" \t\r\n") == std::string::npos)
        return fail(ErrorCode::kInvalid,
                    "approval.reason_required",
                    "say why: the agent and the audit trail will read it");
      return {};
    case DecisionKind::kAnswer:
      if (kind == ApprovalKind::kCall) return wrong_decision(wish, approval);
      return check_answer(approval, wish.answer);
  }
  return {};
}

// What the resulting call needs. If the policy would let it run, the editor's own agreement is
// enough; a policy that changed since the request was made only adds to it (P1).
Result<event::ApprovalEdited> edit(const Workflow& workflow,
                                   const Approval& approval,
                                   const DecideApproval& wish,
                                   const Context& context) {
  if (context.policy == nullptr)
    return fail(ErrorCode::kForbidden, "policy.missing", "no policy is in force");
  const Question& question = approval.question;
  if (json::Value(wish.arguments) == json::Value(question.arguments))
    return fail(
        ErrorCode::kInvalid, "approval.nothing_edited", "the arguments are the same; approve");
  const PolicyVerdict verdict = judge_call(*context.policy, question.action, wish.arguments);
  if (verdict.effect == Effect::kDeny)
    return fail(ErrorCode::kForbidden, "policy.denied", "Not allowed: " + verdict.explanation);
  std::vector<Threshold> thresholds = verdict.thresholds;
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
                               context.policy->hash};
  edited.hash = binding_hash({context.tenant,
                              question.action,
                              question.definition_hash,
                              wish.arguments,
                              question.target,
                              workflow.id,
                              approval.epoch,
                              context.policy->hash});
  return edited;
}

void apply_edit(Approval& approval, const event::ApprovalEdited& edited) {
  if (!approval.original_arguments) approval.original_arguments = approval.question.arguments;
  approval.question.arguments = edited.arguments;
  approval.hash = edited.hash;
  approval.thresholds = edited.thresholds;
  approval.policy_hash = edited.policy_hash;
  for (Decision& decision : approval.decisions) decision.counts = false;
}

Decision count(const Approval& approval, const DecideApproval& wish, const Context& context) {
  Decision decision{context.actor.id,
                    wish.decision,
                    wish.reason,
                    approval.hash,
                    context.door,
                    context.now,
                    {},
                    wish.answer,
                    true};
  for (const Threshold& threshold : approval.thresholds)
    if (context.directory->is_member(threshold.from, context.actor.id))
      decision.groups.push_back(threshold.from);
  return decision;
}

Events conclude(const Workflow& workflow,
                const Approval& approval,
                const Decision& last,
                const Context& context) {
  event::ApprovalClosed closed{
      approval.id, ApprovalStatus::kRejected, last.person, last.reason, last.answer};
  switch (verdict(approval, *context.directory)) {
    case Verdict::kOpen:
      return {};
    case Verdict::kRejected:
      break;
    case Verdict::kApproved:
      closed.status = approval.question.kind == ApprovalKind::kCall ? ApprovalStatus::kApproved
                                                                    : ApprovalStatus::kAnswered;
      break;
  }
  return close_approval(workflow, approval, std::move(closed), context);
}

}  // namespace

Result<Events> decide_approval(const Workflow& workflow,
                               const DecideApproval& wish,
                               const Context& context) {
  FERMATA_CHECK_OK(require_known(workflow, wish.approval));
  Approval approval = *find_approval(workflow, wish.approval);
  FERMATA_CHECK_OK(require_may_decide(approval, wish, context));
  FERMATA_CHECK_OK(check_decision(approval, wish));
  Events events;
  if (wish.decision == DecisionKind::kEdit) {
    FERMATA_TRY(event::ApprovalEdited edited, edit(workflow, approval, wish, context));
    apply_edit(approval, edited);
    if (!is_approver(approval, *context.directory, context.actor.id))
      return fail(ErrorCode::kForbidden,
                  "approval.not_an_approver",
                  "you may not agree to the call that your edit would make");
    events.push_back(std::move(edited));
  }
  const Decision decision = count(approval, wish, context);
  approval.decisions.push_back(decision);
  events.push_back(event::ApprovalDecided{approval.id,
                                          decision.person,
                                          decision.kind,
                                          decision.reason,
                                          decision.hash,
                                          decision.groups,
                                          decision.answer});
  for (event::Event& event : conclude(workflow, approval, decision, context))
    events.push_back(std::move(event));
  return events;
}

}  // namespace fermata
