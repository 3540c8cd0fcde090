#pragma once

// Whether a circumstance holds, and how to say so. The answer has a third value, as that of a
// condition (conditions.hpp): what cannot be told is unknown, and policy.cpp takes the strict side.
// Amounts are exact decimals; nothing is rounded, and what does not fit is unknown.

#include <string>

#include "core/policy/circumstance.hpp"
#include "core/policy/conditions.hpp"
#include "core/policy/input.hpp"

namespace fermata {

// One function for each kind.
Truth holds(const ArgumentsFit& wanted, const PolicyInput& input, const Rates& rates);
Truth holds(const AgentIs& wanted, const PolicyInput& input, const Rates& rates);
Truth holds(const TagsAre& wanted, const PolicyInput& input, const Rates& rates);
Truth holds(const TimeOfDay& wanted, const PolicyInput& input, const Rates& rates);
Truth holds(const CallNumber& wanted, const PolicyInput& input, const Rates& rates);
Truth holds(const SumIs& wanted, const PolicyInput& input, const Rates& rates);
Truth holds(const MoneyIs& wanted, const PolicyInput& input, const Rates& rates);
Truth holds(const Circumstance& wanted, const PolicyInput& input, const Rates& rates);

// Why it holds or may hold: "amount 1,500 USD (1,380 EUR) is above 1,000 EUR".
std::string describe(const Circumstance& wanted, const PolicyInput& input, const Rates& rates);

// For describe(), of money.cpp.
std::string describe_sum(const SumIs& wanted, const PolicyInput& input);
std::string describe_money(const MoneyIs& wanted, const PolicyInput& input, const Rates& rates);

// 1,234.5
std::string grouped(const Decimal& number);
// "mon, tue from 09:00 to 17:00 (+01:00)"
std::string to_string(const TimeOfDay& time);
std::string to_string(Bound bound);  // "above"

}  // namespace fermata
