#include "resilience/retry.hpp"

#include <gtest/gtest.h>

#include <algorithm>

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

TEST(Retry, a_pause_that_was_promised_is_never_shorter_and_at_most_half_as_long_again) {
  SystemRandom random;
  const RetryPolicy policy{.first_ms = 1000, .cap_ms = 900'000};
  std::int64_t longest = 0;
  for (int attempt = 1; attempt <= 40; ++attempt) {
    const std::int64_t promised = attempt >= 11 ? 900'000 : 1000LL << (attempt - 1);
    for (int draw = 0; draw < 50; ++draw) {
      const std::int64_t pause = pause_ms(policy, attempt, random);
      EXPECT_GE(pause, promised);
      EXPECT_LE(pause, promised + promised / 2);
      if (attempt == 1) longest = std::max(longest, pause);
    }
  }
  EXPECT_GT(longest, 1000) << "they do not come back together";
}

}  // namespace
}  // namespace fermata::resilience
