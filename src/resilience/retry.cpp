#include "resilience/retry.hpp"

#include <algorithm>

namespace fermata::resilience {

std::int64_t delay_ms(const RetryPolicy& policy, int attempt, Random& random) {
  const int doublings = std::clamp(attempt - 1, 0, 30);
  const std::int64_t most =
      std::max<std::int64_t>(1, std::min(policy.cap_ms, policy.first_ms << doublings));
  std::uint64_t draw = 0;
  for (const char byte : random.bytes(sizeof draw))
    draw = draw << 8 | static_cast<unsigned char>(byte);
  return 1 + static_cast<std::int64_t>(draw % static_cast<std::uint64_t>(most));
}

}  // namespace fermata::resilience
