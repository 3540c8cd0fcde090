#pragma once

// What calls have in common before they may run, whichever way they came: by a turn
// (decide_call.cpp), or in the payload of another framework (decide_inbound.cpp).

#include "core/decide.hpp"

namespace fermata {

// The call as it stands here and now: on this branch and under the policy in force, with the H that
// follows from them (P5). A grant or an answer of before says nothing about it.
Call rebound(const Workflow& workflow, Call call, const Context& context);

// `call` is new, or in the journal already.
PolicyVerdict judge(const Workflow& workflow, const Call& call, const Context& context);

// Asks people about it, as the next request of the workflow.
event::ApprovalRequested ask(const Workflow& workflow,
                             const Call& call,
                             ApprovalKind kind,
                             const PolicyVerdict& verdict,
                             const Context& context);

event::CallDenied denied(const Call& call, const PolicyVerdict& verdict);

}  // namespace fermata
