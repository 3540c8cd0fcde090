#pragma once

// What a policy says that is allowed and hardly meant: settings that never act.

#include <string>
#include <vector>

#include "core/policy/policy.hpp"

namespace fermata {

// One sentence for each, with the rule's name.
std::vector<std::string> doubts(const Policy& policy);

}  // namespace fermata
