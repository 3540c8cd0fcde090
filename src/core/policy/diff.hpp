#pragma once

// What changes from one policy to another: its rules, and for which calls. The calls are the cases
// of both and those of probes.hpp, so that the answer is a sample and no proof.

#include <string>
#include <vector>

#include "core/policy/cases.hpp"
#include "core/policy/policy.hpp"

namespace fermata {

enum class Direction { kSame, kLooser, kStricter, kOther };

struct CallChange {
  PolicyInput input;
  std::string origin;  // "case 'small refunds'", "rule 'refunds ask'".
  PolicyVerdict before, after;
  Direction direction = Direction::kSame;
};

struct PolicyDiff {
  std::vector<std::string> added, removed,
      changed;                    // Names of rules; "default", "rates", "attention".
  std::vector<CallChange> calls;  // Each once.
  std::size_t tried = 0;
};

PolicyDiff diff(const Policy& before,
                const Policy& after,
                const std::vector<PolicyCase>& cases_before,
                const std::vector<PolicyCase>& cases_after);

// From `before` to `after`: by effect, then by who has to agree in which order and how long it can
// be stopped and used. A request's times alone make it another one.
Direction compare(const PolicyVerdict& before, const PolicyVerdict& after);

std::string to_string(Direction direction);

}  // namespace fermata
