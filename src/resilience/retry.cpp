#include "resilience/retry.hpp"

#include <algorithm>

namespace fermata::resilience {
namespace {

std::int64_t drawn(std::int64_t below, Random& random) {
  std::uint64_t draw = 0;
  for (const char byte : random.bytes(sizeof draw))
    draw = draw << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(draw % static_cast<std::uint64_t>(below));
}

}  // namespace

std::int64_t delay_ms(const RetryPolicy& policy, int attempt, Random& random) {
  const int doublings = std::clamp(attempt - 1, 0, 30);
  const std::int64_t most =
      std::max<std::int64_t>(1, std::min(policy.cap_ms, policy.first_ms << doublings));
  return 1 + drawn(most, random);
}

std::int64_t pause_ms(const RetryPolicy& policy, std::int64_t attempt, Random& random) {
  const std::int64_t cap = std::max(policy.first_ms, policy.cap_ms);
  const auto doublings = std::clamp<std::int64_t>(attempt - 1, 0, 30);
  const std::int64_t least = std::min(cap, policy.first_ms << doublings);
  return least + drawn(least / 2 + 1, random);
}

}  // namespace fermata::resilience
