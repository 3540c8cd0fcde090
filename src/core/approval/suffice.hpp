#pragma once

// Whether those who can still decide are enough for all that is still needed, although each of them
// decides once and so counts in one stage alone.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fermata {

// A threshold that is not met.
struct Wanted {
  std::int64_t stage = 1;
  std::string choice;  // Of those of one stage that share it one is enough; empty: it must be met.
  std::int64_t missing = 0;
};

// What somebody's yes would weigh in each of what is wanted; 0: nothing.
using Gift = std::vector<std::int64_t>;

struct Sufficiency {
  std::optional<std::int64_t> ends_at;  // The first stage that cannot be met any more.
  bool is_certain = true;  // Otherwise the search was given up, and took the rest for granted.
};
Sufficiency suffice(const std::vector<Wanted>& wanted, const std::vector<Gift>& gifts);

}  // namespace fermata
