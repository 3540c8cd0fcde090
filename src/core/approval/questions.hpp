#pragma once

// What people ask the agent before they decide: comments that ask, and its replies.

#include "core/workflow/workflow.hpp"

namespace fermata {

// Whether the agent has not answered the comment at `place`. A reply that does not say to what it
// is one is one to all that was asked before.
bool is_open_question(const Approval& approval, std::size_t place);
// Whether there is one in any pending request.
bool awaits_agent(const Workflow& workflow);

}  // namespace fermata
