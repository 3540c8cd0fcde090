// Deciders for what people do with a request besides deciding it: take it on, hand it on, talk
// about it, take a decision back, give it more time. None of it agrees to anything.

#include <algorithm>

#include "core/approval/decide.hpp"
#include "core/approval/tally.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

constexpr std::size_t kMaxComments = 1000;
constexpr std::size_t kMaxDelegations = 100;

tl::unexpected<Error> not_an_approver(const std::string& detail) {
  return fail(ErrorCode::kForbidden, "approval.not_an_approver", detail);
}

// Of whatever stage, by their own right or as a delegate.
bool may_ever_decide(const Approval& approval, const Context& context, const std::string& person) {
  if (is_party(approval, person) || !context.directory->is_active(person)) return false;
  if (is_approver(approval, *context.directory, person)) return true;
  return std::any_of(
      approval.delegations.begin(), approval.delegations.end(), [&](const Delegation& one) {
        return one.to == person && one.holds(context.now);
      });
}

const Decision* decision_of(const Approval& approval, const std::string& person) {
  const auto found =
      std::find_if(approval.decisions.begin(), approval.decisions.end(), [&](const Decision& one) {
        return one.counts && one.person == person;
      });
  return found == approval.decisions.end() ? nullptr : &*found;
}

const Delegation* delegation_of(const Approval& approval, const std::string& from, TimeMs now) {
  const auto found = std::find_if(
      approval.delegations.begin(), approval.delegations.end(), [&](const Delegation& one) {
        return one.from == from && one.holds(now);
      });
  return found == approval.delegations.end() ? nullptr : &*found;
}

const Delegation* delegation_to(const Approval& approval, const std::string& to, TimeMs now) {
  const auto found = std::find_if(
      approval.delegations.begin(), approval.delegations.end(), [&](const Delegation& one) {
        return one.to == to && one.holds(now);
      });
  return found == approval.delegations.end() ? nullptr : &*found;
}

// Whether a threshold that means `from` lets its members delegate to `to`.
bool may_stand_in(const Approval& approval,
                  const Directory& directory,
                  const std::string& from,
                  const std::string& to) {
  const Subject subject = subject_of(approval);
  return std::any_of(
      approval.thresholds.begin(), approval.thresholds.end(), [&](const Threshold& threshold) {
        return !threshold.delegate_to.empty() &&
               matches(threshold.from, directory, subject, from) &&
               matches(threshold.delegate_to, directory, subject, to);
      });
}

Result<void> require_may_talk(const Workflow& workflow,
                              const Approval& approval,
                              const Context& context) {
  const Actor& actor = context.actor;
  if (actor.kind == ActorKind::kAgent) {
    FERMATA_CHECK_OK(require_own(workflow, context));
    return {};
  }
  if (is_party(approval, actor.id) || may_ever_decide(approval, context, actor.id)) return {};
  return not_an_approver("you neither asked for this nor may decide it");
}

}  // namespace

Result<Events> decide_approval(const Workflow& workflow,
                               const WithdrawDecision& wish,
                               const Context& context) {
  FERMATA_TRY(const Approval* known, require_pending(workflow, wish.approval));
  const Decision* mine = decision_of(*known, context.actor.id);
  if (mine == nullptr)
    return fail(
        ErrorCode::kConflict, "approval.not_decided", "you have made no decision on this request");
  // What is left may suffice, because the groups have changed: then it ends like any other request,
  // in time or not at all.
  if (!known->effect_at && is_past_deadline(workflow, *known, context))
    return refuse_expired(*known);
  Approval approval = *known;
  approval.decisions[static_cast<std::size_t>(mine - known->decisions.data())].counts = false;
  Events events{event::ApprovalWithdrawn{wish.approval, context.actor.id, wish.reason}};
  for (event::Event& event : conclude(workflow, approval, last_agreement(approval), context))
    events.push_back(std::move(event));
  return events;
}

Result<Events> decide_approval(const Workflow& workflow,
                               const ClaimApproval& wish,
                               const Context& context) {
  FERMATA_TRY(const Approval* approval, require_pending(workflow, wish.approval));
  const std::string& person = wish.person.empty() ? context.actor.id : wish.person;
  const bool assigns = person != context.actor.id;
  if (context.actor.kind == ActorKind::kPerson &&
      !may_ever_decide(*approval, context, context.actor.id))
    return not_an_approver("you may not decide this, so you may neither claim nor assign it");
  if (!may_ever_decide(*approval, context, person))
    return not_an_approver("'" + person + "' may not decide this");
  if (approval->claim && approval->claim->person == person) return Events{};
  FERMATA_CHECK_OK(require_room(*approval, context));
  if (approval->claim && !assigns)
    return fail(ErrorCode::kConflict,
                "approval.claimed",
                approval->claim->person +
                    " has taken this on; they can release it, or somebody "
                    "can assign it to you");
  return Events{event::ApprovalClaimed{wish.approval, person, context.actor.id}};
}

Result<Events> decide_approval(const Workflow& workflow,
                               const ReleaseApproval& wish,
                               const Context& context) {
  FERMATA_TRY(const Approval* approval, require_pending(workflow, wish.approval));
  if (!approval->claim || approval->claim->person != context.actor.id)
    return fail(ErrorCode::kConflict, "approval.not_claimed", "you have not taken this on");
  return Events{event::ApprovalReleased{wish.approval, context.actor.id}};
}

Result<Events> decide_approval(const Workflow& workflow,
                               const DelegateApproval& wish,
                               const Context& context) {
  FERMATA_TRY(const Approval* approval, require_pending(workflow, wish.approval));
  const std::string& from = context.actor.id;
  const Directory& directory = *context.directory;
  if (is_party(*approval, from) || !is_approver(*approval, directory, from))
    return not_an_approver("only who may decide this by their own right can hand it on");
  if (decision_of(*approval, from) != nullptr)
    return fail(ErrorCode::kConflict,
                "approval.already_decided",
                "you decided this already; withdraw your decision first");
  if (const Delegation* held = delegation_to(*approval, from, context.now); held != nullptr)
    return fail(ErrorCode::kForbidden,
                "approval.delegation_not_allowed",
                "you decide in " + held->from + "'s place, and a delegate hands on to nobody");
  if (delegation_of(*approval, from, context.now) != nullptr)
    return fail(ErrorCode::kConflict, "approval.delegated", "you have handed this on already");
  if (is_party(*approval, wish.to))
    return fail(ErrorCode::kForbidden,
                "approval.requester_decides",
                wish.to + " asked for this or the agent works for them, so they cannot decide it");
  if (wish.to == from || !may_stand_in(*approval, directory, from, wish.to) ||
      delegation_of(*approval, wish.to, context.now) != nullptr)
    return fail(ErrorCode::kForbidden,
                "approval.delegation_not_allowed",
                "the policy does not let you hand this on to '" + wish.to +
                    "'; delegate_to of its thresholds names to whom");
  if (wish.until && *wish.until <= context.now)
    return fail(ErrorCode::kInvalid, "approval.bad_delegation", "until is in the past");
  if (approval->delegations.size() >= kMaxDelegations)
    return fail(ErrorCode::kConflict, "approval.too_many", "a request has at most 100 delegations");
  return Events{event::ApprovalDelegated{wish.approval,
                                         {from, wish.to, wish.until, wish.reason, context.now}}};
}

Result<Events> decide_approval(const Workflow& workflow,
                               const EndDelegation& wish,
                               const Context& context) {
  FERMATA_TRY(const Approval* approval, require_pending(workflow, wish.approval));
  const Delegation* mine = delegation_of(*approval, context.actor.id, context.now);
  if (mine == nullptr || !mine->until)
    return fail(ErrorCode::kConflict,
                "approval.not_delegated",
                "you have delegated this to nobody; what was forwarded stays so");
  return Events{event::ApprovalDelegationEnded{wish.approval, context.actor.id}};
}

Result<Events> decide_approval(const Workflow& workflow,
                               const CommentApproval& wish,
                               const Context& context) {
  FERMATA_TRY(const Approval* approval, require_pending(workflow, wish.approval));
  FERMATA_CHECK_OK(require_may_talk(workflow, *approval, context));
  const auto count = static_cast<std::int64_t>(approval->comments.size());
  if (wish.reply_to < 0 || wish.reply_to > count)
    return fail(ErrorCode::kInvalid,
                "approval.unknown_comment",
                "there is no comment " + std::to_string(wish.reply_to));
  const bool by_agent = context.actor.kind == ActorKind::kAgent;
  if (by_agent && wish.reply_to > 0 &&
      !approval->comments[static_cast<std::size_t>(wish.reply_to) - 1].for_agent)
    return fail(ErrorCode::kInvalid,
                "approval.unknown_comment",
                "there is no comment " + std::to_string(wish.reply_to));
  if (wish.asks && by_agent)
    return fail(
        ErrorCode::kInvalid, "approval.bad_comment", "an agent answers; it asks by a new request");
  if (approval->comments.size() >= kMaxComments)
    return fail(ErrorCode::kConflict, "approval.too_many", "a request has at most 1000 comments");
  return Events{event::ApprovalCommented{
      wish.approval, wish.text, wish.reply_to, wish.for_agent || wish.asks || by_agent, wish.asks}};
}

Result<Events> decide_approval(const Workflow& workflow,
                               const ExtendApproval& wish,
                               const Context& context) {
  FERMATA_TRY(const Approval* approval, require_pending(workflow, wish.approval));
  if (!may_ever_decide(*approval, context, context.actor.id))
    return not_an_approver("only who may decide this can give it more time");
  if (!approval->question.deadline)
    return fail(ErrorCode::kConflict, "approval.no_deadline", "this request has no deadline");
  if (clock_now(workflow, *approval, context) >= *approval->question.deadline)
    return fail(ErrorCode::kConflict, "approval.deadline_passed", "its deadline has passed");
  const std::int64_t left = approval->schedule.extend_ms - approval->extended_ms;
  if (wish.by_ms > left)
    return fail(ErrorCode::kConflict,
                "approval.not_extendable",
                left <= 0 ? "the policy gives this request no more time (extend_s)"
                          : "the policy gives this request " + std::to_string(left / 1000) +
                                " s more at most (extend_s)");
  FERMATA_CHECK_OK(require_room(*approval, context));
  return Events{event::ApprovalExtended{wish.approval, context.actor.id, wish.reason, wish.by_ms}};
}

}  // namespace fermata
