#pragma once

// The deciders of standing permissions, one per command.

#include "core/decide.hpp"

namespace fermata {

Result<Events> decide_permission(const Directory&, const command::GivePermission&, const Context&);
Result<Events> decide_permission(const Directory&, const command::JoinPermission&, const Context&);
Result<Events> decide_permission(const Directory&,
                                 const command::RevokePermission&,
                                 const Context&);
Result<Events> decide_permission(const Directory&, const command::UsePermission&, const Context&);

}  // namespace fermata
