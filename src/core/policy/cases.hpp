#pragma once

// Calls that stand in a policy's file, each with what the policy is meant to say to it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/policy/policy.hpp"

namespace fermata {

// When a case says no time: a Monday, noon UTC.
inline constexpr TimeMs kTimeOfCases = 1'704'110'400'000;

struct ExpectedAsk {
  std::string from;
  std::int64_t approve = 1;
  friend bool operator==(const ExpectedAsk&, const ExpectedAsk&) = default;
};

struct PolicyCase {
  std::string name;
  int line = 0;  // Of the file, from 1.
  PolicyInput input;
  Effect effect = Effect::kDeny;
  std::string rule;                             // Empty: any.
  std::optional<std::vector<ExpectedAsk>> ask;  // All of them, in any order. None: not looked at.
};

struct CaseResult {
  PolicyVerdict verdict;
  std::vector<std::string> problems;  // Empty: as expected.
};

CaseResult run_case(const Policy& policy, const PolicyCase& wanted);

// "2 of finance, 1 of legal"
std::string ask_text(const std::vector<ExpectedAsk>& asked);
// Whose agreement a verdict asks; vetoes are none.
std::vector<ExpectedAsk> asks_of(const PolicyVerdict& verdict);

}  // namespace fermata
