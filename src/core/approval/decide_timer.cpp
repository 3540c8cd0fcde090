// The decider for what time brings to a request: its effect, its end, reminders, escalations.

#include "core/approval/clock.hpp"
#include "core/approval/decide.hpp"
#include "core/approval/tally.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

// Who belongs to the groups is asked once more (P1).
Events take_effect(const Workflow& workflow, const Approval& approval, const Context& context) {
  Approval due = approval;
  due.schedule.effect_wait_ms = 0;
  return conclude(workflow, due, last_agreement(approval), context);
}

std::optional<event::ApprovalEscalated> escalate(const Approval& approval,
                                                 const Context& context,
                                                 TimeMs clock) {
  event::ApprovalEscalated escalation{approval.id, {}};
  bool changed = false;
  for (const Tally& line : tally(approval, *context.directory)) {
    const auto index = escalation.thresholds.size();
    const Threshold& before = approval.thresholds[index];
    escalation.thresholds.push_back(escalated(before, clock - approval.created_at, line.met()));
    changed = changed || !(escalation.thresholds.back() == before);
  }
  if (!changed) return std::nullopt;
  return escalation;
}

std::int64_t reminders_due(const Approval& approval, TimeMs clock) {
  const auto& reminders = approval.schedule.reminders;
  std::size_t due = approval.reminded;
  while (due < reminders.size() && reminders[due] <= clock) ++due;
  return static_cast<std::int64_t>(due);
}

}  // namespace

event::ApprovalClosed at_deadline(const Approval& approval) {
  event::ApprovalClosed closed{approval.id,
                               ApprovalStatus::kExpired,
                               std::string(kByDeadline),
                               "nobody answered before the deadline",
                               {}};
  switch (approval.question.on_deadline) {
    case OnDeadline::kExpire:
      break;
    case OnDeadline::kReject:
      closed.status = ApprovalStatus::kRejected;
      break;
    case OnDeadline::kIgnore:
      closed.status = ApprovalStatus::kIgnored;
      break;
    case OnDeadline::kAnswer:
      closed.status = ApprovalStatus::kAnswered;
      closed.answer = approval.question.default_answer;
      break;
  }
  return closed;
}

TimeMs clock_now(const Workflow& workflow, const Approval& approval, const Context& context) {
  return clock_of(workflow, approval, *context.directory, context.now);
}

bool is_past_deadline(const Workflow& workflow, const Approval& approval, const Context& context) {
  const std::optional<TimeMs>& deadline = approval.question.deadline;
  return deadline && clock_now(workflow, approval, context) >= *deadline;
}

Result<Events> decide_approval(const Workflow& workflow,
                               const command::AdvanceApproval& wish,
                               const Context& context) {
  FERMATA_CHECK_OK(require_known(workflow, wish.approval));
  const Approval& approval = *find_approval(workflow, wish.approval);
  const auto next = next_moment(approval);
  if (!next) return Events{};
  const TimeMs clock = clock_now(workflow, approval, context);
  if (clock < *next || frozen(*context.directory, workflow.agent, approval.question.action))
    return fail(ErrorCode::kConflict, "approval.not_due", "nothing is due by its clock");
  if (approval.effect_at) return take_effect(workflow, approval, context);
  if (approval.question.deadline && clock >= *approval.question.deadline)
    return close_approval(workflow, approval, at_deadline(approval), context);
  Events events;
  if (const auto due = reminders_due(approval, clock);
      due > static_cast<std::int64_t>(approval.reminded))
    events.push_back(event::ApprovalReminded{approval.id, due});
  if (auto escalation = escalate(approval, context, clock))
    events.push_back(*std::move(escalation));
  return events;
}

}  // namespace fermata
