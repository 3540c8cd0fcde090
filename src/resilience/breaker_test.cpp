#include "resilience/breaker.hpp"

#include <gtest/gtest.h>

namespace fermata::resilience {
namespace {

constexpr BreakerPolicy kPolicy{.failures = 3, .first_pause_ms = 100, .longest_pause_ms = 300};

Breaker opened(TimeMs now) {
  Breaker breaker(kPolicy);
  for (int i = 0; i < kPolicy.failures; ++i) breaker.failed(now);
  return breaker;
}

TEST(Breaker, lets_everybody_through_until_enough_failed_in_a_row) {
  Breaker breaker(kPolicy);
  breaker.failed(0);
  breaker.failed(0);
  breaker.succeeded();
  breaker.failed(0);
  breaker.failed(0);
  EXPECT_TRUE(breaker.may_pass(0));
  EXPECT_EQ(breaker.until(), 0);
  breaker.failed(0);
  EXPECT_FALSE(breaker.may_pass(0));
  EXPECT_EQ(breaker.until(), 100);
}

TEST(Breaker, lets_one_try_after_the_pause) {
  Breaker breaker = opened(1'000);
  EXPECT_FALSE(breaker.may_pass(1'099));
  EXPECT_TRUE(breaker.may_pass(1'100));
  EXPECT_EQ(breaker.state(), Breaker::State::kTrying);
  EXPECT_FALSE(breaker.may_pass(1'100));
  breaker.succeeded();
  EXPECT_EQ(breaker.state(), Breaker::State::kClosed);
  EXPECT_TRUE(breaker.may_pass(1'100));
}

TEST(Breaker, waits_ever_longer_up_to_the_cap) {
  Breaker breaker = opened(0);
  TimeMs now = 0;
  for (const std::int64_t pause : {200, 300, 300}) {
    now = breaker.until();
    ASSERT_TRUE(breaker.may_pass(now));
    breaker.failed(now);
    EXPECT_EQ(breaker.until(), now + pause);
  }
  ASSERT_TRUE(breaker.may_pass(breaker.until()));
  breaker.succeeded();
  for (int i = 0; i < kPolicy.failures; ++i) breaker.failed(now);
  EXPECT_EQ(breaker.until(), now + 100);
}

TEST(Breaker, lets_another_try_when_nobody_knows_how_it_went) {
  Breaker breaker = opened(0);
  ASSERT_TRUE(breaker.may_pass(100));
  breaker.unknown();
  EXPECT_TRUE(breaker.may_pass(100));
}

}  // namespace
}  // namespace fermata::resilience
