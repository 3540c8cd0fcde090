// Deciders for approval requests: ask, decide, cancel, expire.

#include <algorithm>

#include "core/approval/decide.hpp"
#include "core/decide.hpp"
#include "core/form/form.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

constexpr std::size_t kMaxApprovals = 10'000;

Result<void> check_question(const Question& question) {
  if (question.kind == ApprovalKind::kInDoubt)
    return fail(ErrorCode::kInvalid, "approval.bad_kind", "only Fermata itself asks about doubts");
  if (!question.form.is_null()) FERMATA_CHECK_OK(form::check_schema(question.form["schema"]));
  return {};
}

void set_deadline(Question& question,
                  std::optional<std::int64_t> wished_ms,
                  const PolicyVerdict& verdict,
                  TimeMs now) {
  if (verdict.deadline_ms && (!wished_ms || *verdict.deadline_ms < *wished_ms)) {
    question.deadline = now + *verdict.deadline_ms;
    question.on_deadline = verdict.on_deadline;
  } else if (wished_ms) {
    question.deadline = now + *wished_ms;
  }
}

}  // namespace

Result<Events> decide_approval(const Workflow& workflow,
                               const RequestApproval& wish,
                               const Context& context) {
  if (workflow.exists()) FERMATA_CHECK_OK(require_open(workflow, context));
  if (workflow.standalone)
    return fail(ErrorCode::kConflict,
                "workflow.standalone",
                "this workflow was made for one request; ask anew without naming it");
  FERMATA_CHECK_OK(check_question(wish.question));
  for (const Threshold& threshold : wish.thresholds)
    if (!context.directory->groups.contains(threshold.from))
      return fail(ErrorCode::kInvalid,
                  "approval.unknown_group",
                  "there is no group '" + threshold.from + "', so nobody could agree");
  if (workflow.approvals.size() >= kMaxApprovals)
    return fail(ErrorCode::kConflict, "approval.too_many", "a workflow has at most 10000 requests");
  if (context.policy == nullptr)
    return fail(
        ErrorCode::kForbidden, "policy.missing", "no policy is in force: nobody may be asked");
  PolicyVerdict verdict = evaluate(*context.policy, wish.question.action, wish.question.arguments);
  if (verdict.effect == Effect::kDeny)
    return fail(ErrorCode::kForbidden, "policy.denied", "Not allowed: " + verdict.explanation);
  if (verdict.effect == Effect::kAllow && wish.thresholds.empty())
    verdict.thresholds = askable(*context.policy, wish.question.action, wish.question.arguments);
  FERMATA_CHECK_OK(require_askers(verdict.thresholds, wish.question.action));
  event::ApprovalRequested asked;
  asked.approval = entity_id("ap", context.stream, workflow.approvals.size() + 1);
  asked.question = wish.question;
  set_deadline(asked.question, wish.deadline_ms, verdict, context.now);
  asked.requester = context.actor;
  asked.on_behalf_of = workflow.exists() ? workflow.on_behalf_of : context.on_behalf_of;
  asked.thresholds = combine(std::move(verdict.thresholds), wish.thresholds);
  asked.rule = verdict.rule;
  asked.policy_hash = context.policy->hash;
  asked.epoch = workflow.epoch;
  asked.hash = binding_hash({context.tenant,
                             wish.question.action,
                             wish.question.definition_hash,
                             wish.question.arguments,
                             wish.question.target,
                             context.stream,
                             workflow.epoch,
                             context.policy->hash});
  Events events;
  if (!workflow.exists())
    events.push_back(
        event::WorkflowCreated{context.stream,
                               context.actor.kind == ActorKind::kAgent ? context.actor.id : "",
                               wish.question.title,
                               {},
                               {},
                               {},
                               {},
                               context.actor,
                               context.on_behalf_of,
                               true});
  events.push_back(std::move(asked));
  return events;
}

Result<Events> decide_approval(const Workflow& workflow,
                               const CancelApproval& wish,
                               const Context& context) {
  FERMATA_CHECK_OK(require_known(workflow, wish.approval));
  const Approval& approval = *find_approval(workflow, wish.approval);
  if (context.actor.kind == ActorKind::kAgent && context.actor.id != workflow.agent)
    return fail(ErrorCode::kForbidden, "workflow.not_yours", "another agent asked this");
  if (context.actor.kind == ActorKind::kPerson && !is_party(approval, context.actor.id) &&
      !is_approver(approval, *context.directory, context.actor.id))
    return fail(ErrorCode::kForbidden,
                "approval.not_an_approver",
                "you neither asked for this nor may decide it");
  if (approval.status == ApprovalStatus::kCancelled) return Events{};
  if (!approval.pending()) return refuse_closed(approval);
  return close_approval(
      workflow,
      approval,
      {wish.approval, ApprovalStatus::kCancelled, context.actor.id, wish.reason, {}},
      context);
}

Result<Events> decide_approval(const Workflow& workflow,
                               const ExpireApproval& wish,
                               const Context& context) {
  FERMATA_CHECK_OK(require_known(workflow, wish.approval));
  const Approval& approval = *find_approval(workflow, wish.approval);
  if (!approval.pending() || !approval.question.deadline) return Events{};
  if (context.now < *approval.question.deadline)
    return fail(ErrorCode::kConflict, "approval.not_due", "its deadline has not come");
  const auto status = approval.question.on_deadline == OnDeadline::kReject
                          ? ApprovalStatus::kRejected
                          : ApprovalStatus::kExpired;
  return close_approval(
      workflow,
      approval,
      {wish.approval, status, "system", "nobody answered before the deadline", {}},
      context);
}

Result<void> require_known(const Workflow& workflow, const std::string& id) {
  if (!workflow.exists() || find_approval(workflow, id) == nullptr)
    return not_found("approval", id);
  return {};
}

tl::unexpected<Error> refuse_closed(const Approval& approval) {
  const Outcome& outcome = *approval.outcome;
  auto refusal = fail(ErrorCode::kConflict,
                      "approval.closed",
                      "this request is " + to_string(outcome.status) + " by " + outcome.by +
                          " since " + to_rfc3339(outcome.at));
  refusal.value().extra =
      json::write(json::Object{{"outcome",
                                json::Object{{"status", to_string(outcome.status)},
                                             {"by", outcome.by},
                                             {"reason", outcome.reason},
                                             {"at", to_rfc3339(outcome.at)}}}});
  return refusal;
}

}  // namespace fermata
