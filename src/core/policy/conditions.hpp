#pragma once

// Whether one condition of a rule holds, and how to say so.
//
// The answer has a third value: an argument that is missing, or of a type that cannot be compared,
// leaves it unknown. Who asks decides what unknown means; policy.cpp always takes the strict side.
// Nothing is converted: "100" is no number, 1 is not true, and numbers are compared without
// rounding.

#include <string>

#include "base/json.hpp"
#include "core/policy/input.hpp"
#include "core/policy/policy.hpp"

namespace fermata {

enum class Truth { kFalse, kUnknown, kTrue };

// The argument is looked up by its dotted path (lookup.hpp). One that is null neither exists nor is
// missing: unknown too. For operands that the policy itself gives.
Truth holds(const Condition& condition, const json::Object& arguments);
// The same for any operand; one that the call does not give leaves it unknown.
Truth holds(const Condition& condition, const PolicyInput& input);

// "amount 1500 is above 1000", "amount is missing, so it counts as above 1000": why the condition
// holds or may hold.
std::string describe(const Condition& condition, const PolicyInput& input);

}  // namespace fermata
