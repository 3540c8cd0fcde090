#include "core/approval/clock.hpp"

#include <algorithm>

namespace fermata {
namespace {

std::int64_t frozen_since_asked(const Workflow& workflow,
                                const Approval& approval,
                                const Directory& directory,
                                TimeMs now) {
  return frozen_ms(directory, workflow.agent, approval.question.action, approval.created_at, now);
}

}  // namespace

TimeMs clock_of(const Workflow& workflow,
                const Approval& approval,
                const Directory& directory,
                TimeMs now) {
  return now - frozen_since_asked(workflow, approval, directory, now);
}

TimeMs real_time(const Workflow& workflow,
                 const Approval& approval,
                 const Directory& directory,
                 TimeMs at,
                 TimeMs now) {
  return at + frozen_since_asked(workflow, approval, directory, now);
}

void extend(Approval& approval, std::int64_t by_ms) {
  approval.extended_ms += by_ms;
  if (!approval.question.deadline) return;
  const std::int64_t window_s = (*approval.question.deadline - approval.created_at) / 1000;
  *approval.question.deadline += by_ms;
  auto& reminders = approval.schedule.reminders;
  for (std::size_t i = approval.reminded; window_s > 0 && i < reminders.size(); ++i)
    reminders[i] += (reminders[i] - approval.created_at) / 1000 * (by_ms / 1000) / window_s * 1000;
}

std::optional<TimeMs> next_moment(const Approval& approval) {
  std::optional<TimeMs> next;
  const auto consider = [&](TimeMs at) { next = std::min(next.value_or(at), at); };
  if (!approval.pending()) return next;
  // Once enough have agreed only its end is awaited.
  if (approval.effect_at) return approval.effect_at;
  if (approval.question.deadline) consider(*approval.question.deadline);
  const auto& reminders = approval.schedule.reminders;
  if (approval.reminded < reminders.size()) consider(reminders[approval.reminded]);
  for (const Threshold& threshold : approval.thresholds)
    if (!threshold.escalations.empty())
      consider(approval.created_at + threshold.escalations.front().after_ms);
  return next;
}

}  // namespace fermata
