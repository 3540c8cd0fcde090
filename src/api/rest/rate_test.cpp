#include "api/rest/rate.hpp"

#include <gtest/gtest.h>

namespace fermata::api {
namespace {

int taken(Rate& rate, const std::string& name, std::int64_t now_ms, int wishes) {
  int count = 0;
  for (int i = 0; i < wishes; ++i) count += rate.take(name, now_ms) ? 1 : 0;
  return count;
}

TEST(Rate, gives_a_burst_and_then_so_many_a_second) {
  Rate rate(10, 25);
  EXPECT_EQ(taken(rate, "a", 1'000, 100), 25);
  EXPECT_EQ(taken(rate, "a", 1'099, 100), 0);
  EXPECT_EQ(taken(rate, "a", 1'100, 100), 1);
  EXPECT_EQ(taken(rate, "a", 2'100, 100), 10);
  EXPECT_EQ(taken(rate, "a", 9'000'000, 100), 25)
      << "no more than the burst, however long the rest";
}

TEST(Rate, of_one_is_not_that_of_another) {
  Rate rate(1, 1);
  EXPECT_EQ(taken(rate, "a", 0, 5), 1);
  EXPECT_EQ(taken(rate, "b", 0, 5), 1);
}

TEST(Rate, of_zero_is_no_limit) {
  Rate rate(0, 0);
  EXPECT_EQ(taken(rate, "a", 0, 1'000), 1'000);
  EXPECT_EQ(rate.names(), 0U);
}

TEST(Rate, forgets_who_has_rested) {
  Rate rate(1'000, 1'000);
  for (int i = 0; i < 50'000; ++i) rate.take(std::to_string(i), i);
  EXPECT_LT(rate.names(), 5'000U);
}

TEST(Rate, remembers_only_so_many_and_lets_the_others_share) {
  Rate rate(1, 1, 100);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(rate.take(std::to_string(i), 0));
  EXPECT_TRUE(rate.take("one more", 0));
  EXPECT_FALSE(rate.take("and another", 0));
  EXPECT_LE(rate.names(), 101U);
}

TEST(Rate, is_not_confused_by_a_clock_that_goes_back) {
  Rate rate(1, 1);
  EXPECT_EQ(taken(rate, "a", 5'000, 3), 1);
  EXPECT_EQ(taken(rate, "a", 1'000, 3), 0);
  EXPECT_EQ(taken(rate, "a", 6'000, 3), 1);
}

}  // namespace
}  // namespace fermata::api
