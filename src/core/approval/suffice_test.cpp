#include "core/approval/suffice.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

TEST(Suffice, whoever_counts_in_one_stage_counts_in_no_other) {
  const std::vector<Wanted> wanted = {{1, "", 2}, {2, "", 1}};
  const Gift first_only = {1, 0}, both = {1, 1};
  EXPECT_EQ(suffice(wanted, {first_only, first_only, both}).ends_at, std::nullopt);
  EXPECT_EQ(suffice(wanted, {first_only, both}).ends_at, 2);
  EXPECT_EQ(suffice(wanted, {first_only}).ends_at, 1);
  EXPECT_EQ(suffice(wanted, {}).ends_at, 1);
}

TEST(Suffice, in_one_stage_a_person_counts_in_each_threshold) {
  EXPECT_EQ(suffice({{1, "", 1}, {1, "", 1}}, {{1, 1}}).ends_at, std::nullopt);
}

TEST(Suffice, of_a_choice_one_is_enough) {
  const std::vector<Wanted> wanted = {{1, "", 1}, {2, "x", 3}, {2, "x", 1}};
  EXPECT_EQ(suffice(wanted, {{1, 1, 0}, {0, 1, 1}}).ends_at, std::nullopt);
  EXPECT_EQ(suffice(wanted, {{1, 1, 0}, {0, 1, 0}}).ends_at, 2);
}

TEST(Suffice, weights_count) {
  const std::vector<Wanted> wanted = {{1, "", 3}, {2, "", 1}};
  EXPECT_EQ(suffice(wanted, {{2, 0}, {1, 1}, {0, 1}}).ends_at, std::nullopt);
  EXPECT_EQ(suffice(wanted, {{2, 0}, {1, 1}}).ends_at, 2);
}

TEST(Suffice, what_is_met_needs_nobody) {
  EXPECT_EQ(suffice({}, {}).ends_at, std::nullopt);
  EXPECT_EQ(suffice({{1, "", 0}, {2, "x", -1}, {2, "x", 5}}, {}).ends_at, std::nullopt);
}

TEST(Suffice, many_people_and_thresholds_are_no_endless_search) {
  std::vector<Wanted> wanted;
  for (int stage = 1; stage <= 16; ++stage) wanted.push_back({stage, "", 1000});
  std::vector<Gift> gifts;
  for (std::int64_t i = 0; i < 300; ++i) {
    Gift gift(16);
    for (std::size_t line = 0; line < 16; ++line) gift[line] = 1 + (i * 7 + i / 16) % 5;
    gifts.push_back(std::move(gift));
  }
  EXPECT_FALSE(suffice(wanted, gifts).is_certain);
}

}  // namespace
}  // namespace fermata
