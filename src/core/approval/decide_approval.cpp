// Deciders for approval requests: ask, decide, cancel, expire.

#include <algorithm>
#include <set>
#include <string_view>

#include "core/approval/decide.hpp"
#include "core/approval/tally.hpp"
#include "core/form/form.hpp"
#include "core/refuse.hpp"
#include "core/workflow/words.hpp"

namespace fermata {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

constexpr std::size_t kMaxApprovals = 10'000;

tl::unexpected<Error> bad_outcome(std::string detail) {
  return fail(ErrorCode::kInvalid, "approval.bad_outcome", std::move(detail));
}

// A custom outcome means what could be said without it as well.
Result<void> check_outcomes(const Question& question) {
  std::set<std::string_view> names;
  for (const CustomOutcome& one : question.outcomes) {
    if (!names.insert(one.name).second)
      return bad_outcome("two outcomes are named '" + one.name + "'");
    const bool agrees = one.means == DecisionKind::kApprove;
    const bool answers = one.means == DecisionKind::kAnswer;
    const bool is_call = is_action(question.kind);
    if (one.means == DecisionKind::kEdit || (agrees && !is_call) || (answers && is_call))
      return bad_outcome("outcome '" + one.name + "' cannot mean " + to_string(one.means) +
                         " for a request of kind " + to_string(question.kind));
  }
  return {};
}

Result<void> check_default(const Question& question) {
  if (question.on_deadline != OnDeadline::kAnswer) {
    if (question.default_answer.is_null()) return {};
    return bad_outcome("default_answer is given at the deadline only: say on_deadline: answer");
  }
  if (question.kind != ApprovalKind::kQuestion)
    return bad_outcome("only a question can be answered by its deadline: time agrees to no call");
  if (question.form.is_null()) return {};
  const auto errors = form::validate(question.form["schema"], question.default_answer);
  if (errors.empty()) return {};
  return bad_outcome("default_answer" + errors.front().pointer + ": " + errors.front().message);
}

Result<void> check_thresholds(const std::vector<Threshold>& thresholds,
                              const Directory& directory) {
  for (const Threshold& threshold : thresholds) {
    FERMATA_TRY(const GroupExpression from, GroupExpression::parse(threshold.from));
    const auto unknown = from.unknown_groups(directory);
    if (!unknown.empty())
      return fail(ErrorCode::kInvalid,
                  "approval.unknown_group",
                  "there is no group '" + unknown.front() + "', so nobody could agree");
  }
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

// Only agents can ask too much.
Result<void> require_attention(const Workflow& workflow, const Context& context) {
  if (context.attention == nullptr || context.actor.kind != ActorKind::kAgent) return {};
  const std::string why = too_much(context.policy->attention,
                                   *context.attention,
                                   workflow.exists() ? workflow.agent : context.actor.id);
  if (why.empty()) return {};
  return fail(ErrorCode::kRateLimited, "approval.too_much_asked", words::too_much_asked(why));
}

}  // namespace

Result<void> check_question(const Question& question) {
  if (!question.form.is_null()) FERMATA_CHECK_OK(form::check_schema(question.form["schema"]));
  FERMATA_CHECK_OK(check_outcomes(question));
  return check_default(question);
}

Result<Events> decide_approval(const Workflow& workflow,
                               const RequestApproval& wish,
                               const Context& context) {
  if (wish.question.kind != ApprovalKind::kCall && wish.question.kind != ApprovalKind::kQuestion)
    return fail(ErrorCode::kInvalid,
                "approval.bad_kind",
                "only Fermata itself asks about doubts and policies");
  return request_approval(workflow, wish, context);
}

Result<void> require_room_for(const Workflow& workflow, std::size_t requests) {
  if (workflow.standalone)
    return fail(ErrorCode::kConflict,
                "workflow.standalone",
                "this workflow was made for one request; ask anew without naming it");
  if (workflow.effects == Effects::kRecorded)
    return fail(ErrorCode::kConflict,
                "fork.dry_run",
                "a fork asks nobody until a person or an admin allows effects");
  if (workflow.approvals.size() + requests > kMaxApprovals)
    return fail(ErrorCode::kConflict, "approval.too_many", "a workflow has at most 10000 requests");
  return {};
}

Result<event::ApprovalRequested> make_request(const Workflow& workflow,
                                              const RequestApproval& wish,
                                              const Context& context) {
  FERMATA_CHECK_OK(check_thresholds(wish.thresholds, *context.directory));
  if (context.policy == nullptr)
    return fail(
        ErrorCode::kForbidden, "policy.missing", "no policy is in force: nobody may be asked");
  const PolicyInput asked_about =
      policy_input(workflow, context, wish.question.action, wish.question.arguments);
  PolicyVerdict verdict = evaluate(*context.policy, asked_about);
  if (verdict.effect == Effect::kDeny)
    return fail(ErrorCode::kForbidden, "policy.denied", "Not allowed: " + verdict.explanation);
  if (verdict.effect == Effect::kAllow && wish.thresholds.empty())
    verdict.thresholds = askable(*context.policy, asked_about);
  FERMATA_CHECK_OK(require_askers(verdict.thresholds, wish.question.action));
  event::ApprovalRequested asked;
  asked.approval = entity_id("ap", context.stream, workflow.approvals.size() + 1);
  asked.question = wish.question;
  set_deadline(asked.question, wish.deadline_ms, verdict, context.now);
  asked.requester = context.actor;
  asked.on_behalf_of = workflow.exists() ? workflow.on_behalf_of : context.on_behalf_of;
  asked.thresholds = combine(std::move(verdict.thresholds), wish.thresholds);
  asked.schedule = schedule_for(verdict.terms, asked.question.deadline, context.now);
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
  return asked;
}

Result<Events> request_approval(const Workflow& workflow,
                                const RequestApproval& wish,
                                const Context& context) {
  if (workflow.exists()) {
    FERMATA_CHECK_OK(require_open(workflow, context));
    FERMATA_CHECK_OK(require_room_for(workflow, 1));
  }
  FERMATA_CHECK_OK(check_question(wish.question));
  FERMATA_TRY(event::ApprovalRequested asked, make_request(workflow, wish, context));
  FERMATA_CHECK_OK(require_attention(workflow, context));
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

Result<void> require_known(const Workflow& workflow, const std::string& id) {
  if (!workflow.exists() || find_approval(workflow, id) == nullptr)
    return not_found("approval", id);
  return {};
}

Result<const Approval*> require_pending(const Workflow& workflow, const std::string& id) {
  FERMATA_CHECK_OK(require_known(workflow, id));
  const Approval* approval = find_approval(workflow, id);
  if (!approval->pending()) return refuse_closed(*approval);
  return approval;
}

namespace {

tl::unexpected<Error> refuse_as(const Outcome& outcome) {
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

}  // namespace

// What a deadline ended, it ended at its time, whenever the event was written.
tl::unexpected<Error> refuse_closed(const Approval& approval) {
  Outcome outcome = *approval.outcome;
  if (outcome.by == kByDeadline && approval.question.deadline)
    outcome.at = *approval.question.deadline;
  return refuse_as(outcome);
}

tl::unexpected<Error> refuse_expired(const Approval& approval) {
  const event::ApprovalClosed closed = at_deadline(approval);
  return refuse_as(
      {closed.status, closed.by, closed.reason, closed.answer, *approval.question.deadline});
}

}  // namespace fermata
