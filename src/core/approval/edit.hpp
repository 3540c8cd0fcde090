#pragma once

// Edit and approve: a person changes a call's arguments, or has another tool called in its place.

#include "core/decide.hpp"

namespace fermata {

// `approval` is pending and may be edited, and `context.actor` may decide it as it stands. The
// resulting call has an H of its own, and the policy says who must agree to it (P5). If it would
// let it run, the editor's own agreement is enough; a policy that changed since the request was
// made only adds to it (P1). The earlier of both deadlines holds.
Result<event::ApprovalEdited> edit(const Workflow& workflow,
                                   const Approval& approval,
                                   const command::DecideApproval& wish,
                                   const Context& context);

// `approval` as it is after that, as far as deciding goes.
void apply_edit(Approval& approval, const event::ApprovalEdited& edited);

}  // namespace fermata
