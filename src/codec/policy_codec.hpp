#pragma once

// The policy file: YAML text to core's Policy, with every error named by line and column.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/policy/cases.hpp"
#include "core/policy/policy.hpp"
#include "core/policy/title.hpp"

namespace fermata::codec {

struct PolicyError {
  int line = 0;    // From 1.
  int column = 0;  // From 1.
  std::string message;
};

struct ParsedPolicy {
  Policy policy;                    // Meaningful only when errors is empty.
  std::vector<PolicyCase> cases;    // Likewise.
  std::vector<PolicyError> errors;  // All of them, not only the first.
  // Likewise; by the rule's name. They decide nothing: only people see them.
  std::map<std::string, Title> titles;
};

// Pure. Unknown fields, unknown effects or operators, ask rules without thresholds, a missing
// default, counts below 1, duplicate rule names: all are errors.
ParsedPolicy parse_policy(std::string_view source);

// "policy.yaml:3:7: ..." lines.
std::string to_string(const std::vector<PolicyError>& errors, std::string_view file_name);

}  // namespace fermata::codec
