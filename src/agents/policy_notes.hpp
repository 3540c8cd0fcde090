#pragma once

// What the policy will ask about, or never allow, in words for an agent's model.
//
// It names each of the agent's tools of which some call may be asked about or denied, and no other.
// What depends on a call's arguments or circumstances is "some calls". Pure.

#include <string>

#include "agents/definition.hpp"
#include "core/policy/policy.hpp"

namespace fermata::agents {

// Empty: everything runs. `policy` is nullptr when none is in force.
std::string policy_notes(const Policy* policy, const AgentDefinition& agent);

}  // namespace fermata::agents
