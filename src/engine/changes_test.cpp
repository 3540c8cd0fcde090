#include "engine/changes.hpp"

#include <gtest/gtest.h>

#include "base/time.hpp"

namespace fermata::engine {
namespace {

Change approval(const std::string& id, std::int64_t version) {
  return {Change::Kind::kApproval, id, version, 0};
}

// Timers fire when the test says so.
struct ChangesTest : ::testing::Test {
  void fire() {
    auto due = std::exchange(timers, {});
    for (auto& callback : due) callback();
  }
  std::vector<std::function<void()>> timers;
  Changes changes{4, "era", [this](std::int64_t, std::function<void()> callback) {
                    timers.push_back(std::move(callback));
                  }};
  int woken = 0, ended = 0;
  void follow(std::int64_t place, std::int64_t timeout_ms = 60'000) {
    changes.await("t", place, timeout_ms, [this](bool happened) { ++(happened ? woken : ended); });
  }
};

TEST_F(ChangesTest, what_happened_after_a_place_is_read_in_its_order) {
  changes.tell("t", {approval("a", 1), approval("b", 1)});
  changes.tell("t", {approval("c", 1)});
  const auto page = changes.since("t", 1, 10);
  ASSERT_EQ(page.changes.size(), 2U);
  EXPECT_FALSE(page.missed);
  EXPECT_EQ(page.changes[0].id, "b");
  EXPECT_EQ(page.changes[1].id, "c");
  EXPECT_EQ(page.place, 3);
}

TEST_F(ChangesTest, of_one_thing_only_the_last_is_told) {
  changes.tell("t", {approval("a", 1), approval("b", 1), approval("a", 2)});
  const auto page = changes.since("t", 0, 10);
  ASSERT_EQ(page.changes.size(), 2U);
  EXPECT_EQ(page.changes[0].id, "b");
  EXPECT_EQ(page.changes[1].version, 2);
}

TEST_F(ChangesTest, who_lags_behind_what_is_kept_is_told_so) {
  for (int i = 1; i <= 6; ++i) changes.tell("t", {approval("a" + std::to_string(i), 1)});
  EXPECT_TRUE(changes.since("t", 1, 10).missed) << "the second is gone";
  EXPECT_FALSE(changes.since("t", 2, 10).missed);
  EXPECT_TRUE(changes.since("t", 7, 10).missed) << "nobody was ever given that place";
}

TEST_F(ChangesTest, a_page_has_its_limit_and_goes_on) {
  changes.tell("t", {approval("a", 1), approval("b", 1), approval("c", 1)});
  const auto first = changes.since("t", 0, 2);
  EXPECT_EQ(first.changes.size(), 2U);
  EXPECT_EQ(changes.since("t", first.place, 2).changes.front().id, "c");
}

TEST_F(ChangesTest, P14_no_tenant_hears_of_another) {
  follow(0);
  changes.tell("other", {approval("a", 1)});
  fire();
  EXPECT_EQ(woken, 0);
  EXPECT_EQ(changes.newest("t"), 0);
  EXPECT_TRUE(changes.since("t", 0, 10).changes.empty());
}

TEST_F(ChangesTest, who_waits_is_woken_at_once_and_then_at_a_pace) {
  follow(0);
  changes.tell("t", {approval("a", 1)});
  EXPECT_EQ(woken, 1) << "the first comes at once";
  follow(1);
  for (int i = 2; i < 100; ++i) changes.tell("t", {approval("a", i)});
  EXPECT_EQ(woken, 1) << "the next wait until their time has come";
  EXPECT_EQ(timers.size(), 1U) << "and one timer does for all";
  fire();
  EXPECT_EQ(woken, 2);
}

TEST_F(ChangesTest, what_happened_before_the_wait_wakes_it) {
  changes.tell("t", {approval("a", 1)});
  follow(0);
  fire();
  EXPECT_EQ(woken, 1);
}

TEST_F(ChangesTest, waits_end_when_their_time_is_up_and_when_all_end) {
  follow(0, 0);
  follow(0);
  changes.expire();
  EXPECT_EQ(ended, 1);
  changes.stop();
  EXPECT_EQ(ended, 2);
  follow(0);
  EXPECT_EQ(ended, 3) << "and later ones as they begin";
  EXPECT_EQ(woken, 0);
}

}  // namespace
}  // namespace fermata::engine
