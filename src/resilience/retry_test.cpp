#include "resilience/retry.hpp"

#include <gtest/gtest.h>

namespace fermata::resilience {
namespace {

TEST(Retry, delays_stay_between_one_and_the_doubled_bound) {
  SystemRandom random;
  const RetryPolicy policy{.first_ms = 100, .cap_ms = 1000, .max_attempts = 5};
  for (int attempt = 1; attempt <= 40; ++attempt) {
    const std::int64_t bound = attempt >= 5 ? 1000 : 100LL << (attempt - 1);
    for (int draw = 0; draw < 50; ++draw) {
      const std::int64_t delay = delay_ms(policy, attempt, random);
      EXPECT_GE(delay, 1);
      EXPECT_LE(delay, bound);
    }
  }
}

}  // namespace
}  // namespace fermata::resilience
