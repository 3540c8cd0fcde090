#include "app/cli/inbox/rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/inbox/cells.hpp"
#include "app/cli/inbox/testing.hpp"

namespace fermata::app::cli::inbox {
namespace {

using testing::ElementsAre;

json::Object ends(const char* deadline) { return {{"deadline", deadline}}; }

std::vector<std::string> ids(const std::vector<Row>& rows, Tab tab, std::string_view words = "") {
  std::vector<std::string> out;
  for (const Row* row : chosen(rows, tab, words, "ben")) out.push_back(row->id);
  return out;
}

TEST(Rows, stand_by_what_ends_first_then_by_age) {
  const std::vector<Row> rows = {
      row_of(request("never-2")),
      row_of(request("late", ends("2026-11-24T00:00:00Z"))),
      row_of(request("never-1", {{"created_at", "2026-11-22T00:00:00Z"}})),
      row_of(request("soon", ends("2026-11-23T12:05:00Z")))};
  EXPECT_THAT(ids(rows, Tab::kAll), ElementsAre("soon", "late", "never-1", "never-2"));
}

TEST(Rows, of_mine_are_those_i_can_still_decide_and_nobody_else_is_at) {
  const json::Array by_ben = {json::Object{{"person", "ben"}, {"counts", true}}};
  const json::Array was_bens = {json::Object{{"person", "ben"}, {"counts", false}}};
  const std::vector<Row> rows = {
      row_of(request("decided", {{"decisions", by_ben}})),
      row_of(request("edited-since", {{"decisions", was_bens}})),
      row_of(request("taken", {{"claim", json::Object{{"person", "ada"}}}})),
      row_of(request("taken-by-me", {{"claim", json::Object{{"person", "ben"}}}}))};
  EXPECT_THAT(ids(rows, Tab::kMine), ElementsAre("edited-since", "taken-by-me"));
  EXPECT_EQ(ids(rows, Tab::kGroups).size(), 4U);
}

TEST(Rows, are_found_by_all_words_whatever_their_case) {
  speak_utf8();
  const std::vector<Row> rows = {row_of(request("ap_1", {{"action", "Überweisung"}})),
                                 row_of(request("ap_2", {{"action", "mail"}}))};
  EXPECT_THAT(ids(rows, Tab::kAll, "über REFUND-bot"), ElementsAre("ap_1"));
  EXPECT_THAT(ids(rows, Tab::kAll, "ap_2"), ElementsAre("ap_2"));
  EXPECT_TRUE(ids(rows, Tab::kAll, "über mail").empty());
}

TEST(Rows, are_risky_where_two_must_agree_or_the_agent_says_so) {
  EXPECT_FALSE(is_risky(request("a")));
  EXPECT_TRUE(is_risky(request("a", {{"thresholds", two_of_finance()}})));
  EXPECT_TRUE(is_risky(request("a", {{"metadata", json::Object{{"risk", "high"}}}})));
  const json::Array veto = {json::Object{{"approve", 2}, {"veto", true}}};
  EXPECT_FALSE(is_risky(request("a", {{"thresholds", veto}})));
  EXPECT_FALSE(is_risky(request("a", {{"kind", "policy"}, {"thresholds", two_of_finance()}})));
}

TEST(Rows, that_are_risky_are_typed_as_their_target_or_first_amount) {
  const json::Value facts = json::Object{
      {"facts",
       json::Array{json::Object{{"type", "text"}, {"text", "Anna"}},
                   json::Object{{"type", "money"}, {"text", "240.00 EUR"}, {"exact", "240"}}}}};
  EXPECT_EQ(to_type(request("a")), "refund");
  EXPECT_EQ(to_type(request("a", {{"view", facts}})), "240");
  EXPECT_EQ(to_type(request("a", {{"view", facts}, {"target", "shop\u202E"}})), "shop‹U+202E›");
  EXPECT_TRUE(is_typed("Acme  Shop", " acme shop "));
  EXPECT_FALSE(is_typed("240", "24"));
  EXPECT_FALSE(is_typed("240", ""));
}

TEST(Rows, count_down) {
  EXPECT_EQ(countdown(249'000), "4:09");
  EXPECT_EQ(countdown(248'001), "4:09");  // What is left of a second counts.
  EXPECT_EQ(countdown(3'723'000), "1:02:03");
  EXPECT_EQ(countdown(2 * 86'400'000 + 3 * 3'600'000), "2 d 3 h");
  Row row;
  EXPECT_EQ(time_left(row, 0), "open");
  row.deadline = 1000;
  EXPECT_EQ(time_left(row, 1000), "over");
  EXPECT_EQ(urgency_of(row, 0), Urgency::kNow);
  row.frozen = true;
  EXPECT_EQ(time_left(row, 0), "frozen");
}

}  // namespace
}  // namespace fermata::app::cli::inbox
