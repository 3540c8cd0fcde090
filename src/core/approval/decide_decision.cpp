// The decider for one person's decision.

#include <algorithm>

#include "core/approval/decide.hpp"
#include "core/approval/edit.hpp"
#include "core/approval/tally.hpp"
#include "core/form/form.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using command::DecideApproval;

// Why `person` has no seat now.
tl::unexpected<Error> refuse_seat(const Approval& approval, const Context& context) {
  const std::string& person = context.actor.id;
  for (const Delegation& one : approval.delegations)
    if (one.from == person && one.holds(context.now))
      return fail(ErrorCode::kConflict,
                  "approval.delegated",
                  "you have handed this on to " + one.to + ", who decides in your place");
  if (is_approver(approval, *context.directory, person))
    return fail(ErrorCode::kConflict,
                "approval.stage_not_open",
                "others must agree before it is your turn");
  return fail(ErrorCode::kForbidden,
              "approval.not_an_approver",
              "you are in none of the groups that may decide this");
}

// Who, and whether the request still is what this person saw.
Result<void> require_may_decide(const Workflow& workflow,
                                const Approval& approval,
                                const Seat& seat,
                                const DecideApproval& wish,
                                const Context& context) {
  const std::string& person = context.actor.id;
  if (!approval.pending()) return refuse_closed(approval);
  if (is_party(approval, person))
    return fail(
        ErrorCode::kForbidden,
        "approval.requester_decides",
        "you asked for this, started it, or the agent works for you: somebody else must decide");
  if (seat.thresholds.empty()) return refuse_seat(approval, context);
  if (approval.question.deadline &&
      clock_now(workflow, approval, context) >= *approval.question.deadline) {
    if (!approval.effect_at) return refuse_expired(approval);
    // Enough had agreed in time; what stops it still comes in time.
    if (wish.decision != DecisionKind::kReject && wish.decision != DecisionKind::kIgnore)
      return fail(ErrorCode::kConflict,
                  "approval.deadline_passed",
                  "the deadline was " + to_rfc3339(*approval.question.deadline));
  }
  if (wish.hash != approval.hash)
    return fail(ErrorCode::kConflict,
                "approval.hash_mismatch",
                "the request is no longer what you were shown; look at it again");
  if (wish.if_revision && *wish.if_revision != approval.revision)
    return fail(ErrorCode::kPrecondition,
                "approval.changed",
                "the request changed since you read it; look at it again");
  for (const Decision& decision : approval.decisions)
    if (decision.counts && (decision.person == person || decision.seat() == seat.of))
      return fail(ErrorCode::kConflict,
                  "approval.already_decided",
                  (decision.person == person ? "you" : decision.person) +
                      std::string(" decided this already: ") + to_string(decision.kind));
  // A yes can always be taken back; to and fro has an end.
  const bool again = std::any_of(
      approval.decisions.begin(), approval.decisions.end(), [&](const Decision& decision) {
        return decision.person == person && !decision.withdrawn.empty();
      });
  if (again) FERMATA_CHECK_OK(require_room(approval, context));
  return {};
}

// Of its kind, and one that whoever asked can make use of.
Result<void> require_taken(const Approval& approval, const DecideApproval& wish) {
  const std::vector<DecisionKind> kinds = taken(approval);
  if (std::find(kinds.begin(), kinds.end(), wish.decision) != kinds.end()) return {};
  const ApprovalKind kind = approval.question.kind;
  std::string names;
  for (const DecisionKind one : kinds) names += (names.empty() ? "" : ", ") + to_string(one);
  return fail(ErrorCode::kInvalid,
              "approval.wrong_decision",
              "'" + to_string(wish.decision) + "' is no answer to this request of kind '" +
                  to_string(kind) + "'" +
                  (kind == ApprovalKind::kInDoubt ? ": 'answer' whether the call happened"
                                                  : ", which takes: " + names));
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
    if (!errors.empty()) return form::bad_answer(errors);
  }
  for (const Decision& decision : approval.decisions)
    if (decision.counts && decision.kind == DecisionKind::kAnswer && !(decision.answer == answer))
      return fail(ErrorCode::kConflict,
                  "approval.answers_differ",
                  decision.person + " answered otherwise; agree on one answer");
  return {};
}

Result<void> check_decision(const Approval& approval, const DecideApproval& wish) {
  FERMATA_CHECK_OK(require_taken(approval, wish));
  if (wish.decision == DecisionKind::kAnswer) return check_answer(approval, wish.answer);
  if (wish.decision == DecisionKind::kReject &&
      wish.reason.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(ErrorCode::kInvalid,
                "approval.reason_required",
                "say why: the agent and the audit trail will read it");
  return {};
}

// Those who agree, agree on one outcome: the agent is told one. A no never waits for that.
Result<void> check_agrees(const Approval& approval, const DecideApproval& wish) {
  if (wish.decision == DecisionKind::kReject || wish.decision == DecisionKind::kIgnore) return {};
  for (const Decision& one : approval.decisions)
    if (one.counts && !one.refuses() && one.outcome != wish.outcome)
      return fail(ErrorCode::kConflict,
                  "approval.answers_differ",
                  one.person +
                      (one.outcome.empty() ? " chose no outcome" : " chose '" + one.outcome + "'") +
                      "; agree on one");
  return {};
}

Result<void> check_outcome(const Approval& approval, const DecideApproval& wish) {
  if (wish.decision != DecisionKind::kEdit) FERMATA_CHECK_OK(check_agrees(approval, wish));
  if (wish.outcome.empty()) return {};
  for (const CustomOutcome& one : approval.question.outcomes)
    if (one.name == wish.outcome && one.means == wish.decision) return {};
  std::string named;
  for (const CustomOutcome& one : approval.question.outcomes)
    named.append(named.empty() ? "" : ", ")
        .append(one.name)
        .append(" (" + to_string(one.means) + ")");
  return fail(ErrorCode::kInvalid,
              "approval.unknown_outcome",
              "this request names no outcome '" + wish.outcome + "' that means " +
                  to_string(wish.decision) +
                  (named.empty() ? "; it names none" : "; it names: " + named));
}

// Those who may only refuse agree to nothing.
Result<void> check_veto(const Approval& approval, const Seat& seat, const DecideApproval& wish) {
  if (wish.decision == DecisionKind::kReject) return {};
  for (const Threshold& threshold : approval.thresholds)
    if (!threshold.veto &&
        std::find(seat.thresholds.begin(), seat.thresholds.end(), threshold.label()) !=
            seat.thresholds.end())
      return {};
  return fail(ErrorCode::kForbidden, "approval.veto_only", "you may refuse this, but not agree");
}

Decision count(const Approval& approval,
               const Seat& seat,
               const DecideApproval& wish,
               const Context& context) {
  Decision decision{context.actor.id,
                    wish.decision,
                    wish.reason,
                    approval.hash,
                    context.door,
                    context.now,
                    seat.thresholds,
                    wish.answer,
                    true};
  if (seat.of != context.actor.id) decision.delegated_by = seat.of;
  decision.outcome = wish.outcome;
  return decision;
}

// A custom outcome says for itself what it means.
std::string told(const Approval& approval, const Decision& decision) {
  for (const CustomOutcome& one : approval.question.outcomes) {
    if (one.name != decision.outcome || one.text.empty()) continue;
    return decision.reason.empty() ? one.text : one.text + " (" + decision.reason + ")";
  }
  return decision.reason;
}

event::ApprovalClosed closed_by(const Approval& approval, const Decision& decision) {
  return {approval.id,
          ApprovalStatus::kRejected,
          decision.person,
          told(approval, decision),
          decision.answer,
          decision.outcome};
}

// The last one that is no dismissal.
Decision last_rejection(const Approval& approval) {
  Decision last;
  for (const Decision& decision : approval.decisions)
    if (decision.counts && decision.kind == DecisionKind::kReject) last = decision;
  return last;
}

// Whoever agreed before may say so again where that is all that is missing: enough agree by now,
// because the groups have changed since the last decision. nullptr: this is no such case.
const Decision* settles(const Workflow& workflow,
                        const Approval& approval,
                        const DecideApproval& wish,
                        const Context& context) {
  if (!approval.pending() || approval.effect_at || wish.hash != approval.hash) return nullptr;
  if (is_past_deadline(workflow, approval, context)) return nullptr;
  for (const Decision& mine : approval.decisions)
    if (mine.counts && !mine.refuses() && mine.person == context.actor.id &&
        mine.kind == wish.decision && mine.answer == wish.answer &&
        verdict(approval, *context.directory) == Verdict::kApproved)
      return &mine;
  return nullptr;
}

}  // namespace

Decision last_agreement(const Approval& approval) {
  Decision last;
  for (const Decision& decision : approval.decisions)
    if (decision.counts && !decision.refuses()) last = decision;
  return last;
}

Result<void> require_room(const Approval& approval, const Context& context) {
  if (approval.revision < context.limits.request_changes) return {};
  return fail(ErrorCode::kConflict,
              "approval.too_many",
              "this request has been changed " + std::to_string(approval.revision) +
                  " times; decide it as it is");
}

Events conclude(const Workflow& workflow,
                const Approval& approval,
                const Decision& last,
                const Context& context) {
  event::ApprovalClosed closed = closed_by(approval, last);
  const bool is_call = is_action(approval.question.kind);
  switch (verdict(approval, *context.directory)) {
    case Verdict::kOpen:
      if (approval.effect_at) return {event::ApprovalReopened{approval.id}};
      return {};
    case Verdict::kRejected:
      if (last.kind == DecisionKind::kIgnore)
        closed = closed_by(approval, last_rejection(approval));
      break;
    case Verdict::kIgnored:
      closed.status = ApprovalStatus::kIgnored;
      break;
    case Verdict::kApproved:
      if (is_call && approval.schedule.effect_wait_ms > 0) {
        if (approval.effect_at) return {};
        return {event::ApprovalAgreed{
            approval.id,
            clock_now(workflow, approval, context) + approval.schedule.effect_wait_ms}};
      }
      closed.status = is_call ? ApprovalStatus::kApproved : ApprovalStatus::kAnswered;
      break;
  }
  return close_approval(workflow, approval, std::move(closed), context);
}

Result<Events> decide_approval(const Workflow& workflow,
                               const DecideApproval& wish,
                               const Context& context) {
  FERMATA_CHECK_OK(require_known(workflow, wish.approval));
  Approval approval = *find_approval(workflow, wish.approval);
  const Directory& directory = *context.directory;
  if (const Decision* mine = settles(workflow, approval, wish, context))
    return conclude(workflow, approval, *mine, context);
  Seat seat = seat_of(approval, directory, context.actor.id, context.now);
  FERMATA_CHECK_OK(require_may_decide(workflow, approval, seat, wish, context));
  FERMATA_CHECK_OK(check_decision(approval, wish));
  FERMATA_CHECK_OK(check_outcome(approval, wish));
  FERMATA_CHECK_OK(check_veto(approval, seat, wish));
  if (approval.question.kind == ApprovalKind::kPolicy && is_outdated(approval, directory))
    return close_approval(workflow,
                          approval,
                          {approval.id,
                           ApprovalStatus::kSuperseded,
                           std::string(kBySystem),
                           "another version of the policy came into force meanwhile",
                           {}},
                          context);
  Events events;
  if (wish.decision == DecisionKind::kEdit) {
    FERMATA_CHECK_OK(require_room(approval, context));
    FERMATA_TRY(event::ApprovalEdited edited, edit(workflow, approval, wish, context));
    apply_edit(approval, edited);
    seat = seat_of(approval, directory, context.actor.id, context.now);
    if (seat.thresholds.empty() || !check_veto(approval, seat, wish))
      return fail(ErrorCode::kForbidden,
                  "approval.not_an_approver",
                  "you may not agree to the call that your edit would make");
    events.push_back(std::move(edited));
  }
  const Decision decision = count(approval, seat, wish, context);
  approval.decisions.push_back(decision);
  events.push_back(event::ApprovalDecided{approval.id,
                                          decision.person,
                                          decision.kind,
                                          decision.reason,
                                          decision.hash,
                                          decision.groups,
                                          decision.answer,
                                          decision.delegated_by,
                                          decision.outcome});
  for (event::Event& event : conclude(workflow, approval, decision, context))
    events.push_back(std::move(event));
  return events;
}

}  // namespace fermata
