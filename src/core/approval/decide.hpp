#pragma once

// What the deciders of approval requests share.

#include <string>

#include "core/decide.hpp"

namespace fermata {

// Asks people about something that no call waits for.
Result<Events> request_approval(const Workflow& workflow,
                                const command::RequestApproval& wish,
                                const Context& context);
// Whether it can be put to people at all: its form, its outcomes, its default answer.
Result<void> check_question(const Question& question);
// kConflict when the workflow, which exists, may not ask so many more.
Result<void> require_room_for(const Workflow& workflow, std::size_t requests);
// The next request of the workflow, or what the policy says against it.
Result<event::ApprovalRequested> make_request(const Workflow& workflow,
                                              const command::RequestApproval& wish,
                                              const Context& context);
// Of kPolicy: another policy is in force than the one that this would take the place of.
bool is_outdated(const Approval& approval, const Directory& directory);
Result<Events> decide_publication(const Directory& directory,
                                  const command::PublishPolicy& wish,
                                  const Context& context);

// kNotFound approval.not_found.
Result<void> require_known(const Workflow& workflow, const std::string& id);
// The same, and kConflict approval.closed when it has ended.
Result<const Approval*> require_pending(const Workflow& workflow, const std::string& id);

// kConflict approval.closed with the outcome that won: the same stable answer for everybody who
// comes later (P4).
tl::unexpected<Error> refuse_closed(const Approval& approval);
// Of one whose deadline has passed: the same answer before and after the event that says so.
tl::unexpected<Error> refuse_expired(const Approval& approval);
// How its deadline ends it.
event::ApprovalClosed at_deadline(const Approval& approval);

// What follows once the decisions have changed, the last of them `last`: the end of the request, a
// wait before its effect, or the end of such a wait. `approval` holds the decisions as they are
// now.
Events conclude(const Workflow& workflow,
                const Approval& approval,
                const Decision& last,
                const Context& context);

// Whose yes it is when enough have agreed; made up when nobody has.
Decision last_agreement(const Approval& approval);

// kConflict approval.too_many: it has been changed so often that only a first decision, taking one
// back, and what ends it is still taken.
Result<void> require_room(const Approval& approval, const Context& context);

// How far the request's clock has come (clock.hpp).
TimeMs clock_now(const Workflow& workflow, const Approval& approval, const Context& context);
// By that clock; never of one without a deadline.
bool is_past_deadline(const Workflow& workflow, const Approval& approval, const Context& context);

}  // namespace fermata
