#pragma once

// Calls to try two policies on: for each rule one that it matches, and from there just below, at
// and just above each bound, inside and outside of each list, pattern, tag, time and count that
// either policy knows for that tool. They are examples: what differs in none of them may still
// differ elsewhere.

#include <cstddef>
#include <string>
#include <vector>

#include "core/policy/policy.hpp"

namespace fermata {

struct Probe {
  PolicyInput input;
  std::string rule;  // That it was derived from.
};

// At most `most`.
std::vector<Probe> probes(const Policy& before, const Policy& after, std::size_t most);

}  // namespace fermata
