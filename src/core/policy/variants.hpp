#pragma once

// One condition's variants of a call: ways to make it hold and ways to make it fail, at its edges.
// Internal to probes.cpp.

#include <functional>
#include <string>
#include <vector>

#include "core/policy/policy.hpp"

namespace fermata {

using Variant = std::function<void(PolicyInput&)>;

std::vector<Variant> variants_of(const Condition& condition);
std::vector<Variant> variants_of(const Circumstance& circumstance, const Rates& rates);

// Sets the argument at a dotted path; leaves a call alone in which that cannot be done.
void set_argument(PolicyInput& input, const std::string& path, json::Value value);
// A text that the glob matches.
std::string like(const std::string& pattern);

}  // namespace fermata
