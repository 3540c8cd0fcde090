#pragma once

// What the deciders of approval requests share.

#include <string>

#include "core/decide.hpp"

namespace fermata {

// kNotFound approval.not_found.
Result<void> require_known(const Workflow& workflow, const std::string& id);

// kConflict approval.closed with the outcome that won: the same stable answer for everybody who
// comes later (P4).
tl::unexpected<Error> refuse_closed(const Approval& approval);

}  // namespace fermata
