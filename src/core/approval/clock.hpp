#pragma once

// A request's own clock: it starts when the request is made and stands still while the kill switch
// holds the agent or the tool. All times in a request's schedule are of this clock, so that lifting
// the switch moves every one of them by exactly the time that was frozen.

#include <optional>

#include "core/approval/approval.hpp"
#include "core/directory/directory.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata {

// What the request's clock shows at `now`.
TimeMs clock_of(const Workflow& workflow,
                const Approval& approval,
                const Directory& directory,
                TimeMs now);
// When it will show `at`, if nothing is frozen from `now` on.
TimeMs real_time(const Workflow& workflow,
                 const Approval& approval,
                 const Directory& directory,
                 TimeMs at,
                 TimeMs now);

// Moves the deadline, and with it the reminders to come, which stand at shares of the window.
void extend(Approval& approval, std::int64_t by_ms);

// The next time, of the request's clock, that something happens to it by itself; none for one that
// is closed.
std::optional<TimeMs> next_moment(const Approval& approval);

}  // namespace fermata
