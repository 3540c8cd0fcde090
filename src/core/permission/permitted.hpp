#pragma once

// Standing permissions and calls: which one a call may use, and whether its people are enough.

#include <optional>
#include <string>
#include <vector>

#include "core/decide.hpp"

namespace fermata {

// The permission under which the call that `asked` would ask about may run now: a use of it was
// recorded for this call with this H, it has not been revoked and has not ended, and those who
// agreed to it satisfy what the policy asks. nullptr: none.
const Permission* permitting(const Workflow& workflow,
                             const Call& call,
                             const event::ApprovalRequested& asked,
                             const Context& context);

// Of a call that was decided to wait for people: the use of a permission that would let it run
// instead, for the directory to record first. None: there is no such permission. Of several the one
// that ends first, so that what lasts longer is spared, and not one of `tried`: the directory
// refused those, because somebody else used them up or ended them meanwhile.
std::optional<command::UsePermission> permission_sought(const Workflow& workflow,
                                                        const command::Command& command,
                                                        const Events& decided,
                                                        const Context& context,
                                                        const std::vector<std::string>& tried = {});

}  // namespace fermata
