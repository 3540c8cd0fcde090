// Pending requests as they stand now, from the document that was stored.

#include "codec/documents.hpp"
#include "tests/support/story.hpp"

namespace fermata::codec {
namespace {

using fermata::testing::reason;
using fermata::testing::Story;

json::Value now_of(const Story& story) {
  json::Value document = to_document(story.approval(), story.workflow);
  bring_up_to_date(document, story.directory, story.now);
  return document;
}

// Two rules ask: one of finance, and three of them, of whom the CFO counts as two.
Story asked() {
  Story story;
  story.policy.rules[2].thresholds = {{"finance", 3, 1}};
  story.policy.rules[2].thresholds.front().weights = {{"role:cfo", 2}};
  story.policy.rules[2].deadline_ms = 60'000;
  story.created();
  story.turn();
  EXPECT_EQ(reason(story.when(Story::agent(), story.refund(5000))), "accepted");
  return story;
}

TEST(ApprovalNow, counts_weights_and_only_those_who_still_belong) {
  Story story = asked();
  story.directory.people["ben"].roles = {"cfo"};
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  EXPECT_EQ(now_of(story)["needed"].as_array()->back().int_or("given"), 2);
  story.directory.groups["finance"].members.erase("ben");
  EXPECT_EQ(now_of(story)["needed"].as_array()->back().int_or("given"), 0);
}

TEST(ApprovalNow, says_the_same_as_the_explanation) {
  Story story = asked();
  story.directory.people["cleo"].roles = {"cfo"};
  ASSERT_EQ(reason(story.decide_as("cleo", DecisionKind::kApprove)), "accepted");
  const json::Value told =
      explain_document(story.workflow, story.approval(), story.directory, story.now);
  EXPECT_EQ(now_of(story)["needed"].as_array()->back().int_or("given"),
            told["needed"].as_array()->front().int_or("given"));
}

TEST(ApprovalNow, tells_times_as_the_kill_switch_has_moved_them) {
  Story story = asked();
  const TimeMs due = *story.approval().question.deadline;
  story.directory.freezes.push_back(
      {"fz_1", "", "refund", "a bug", "dan", story.now, std::nullopt});
  story.now += 10'000;
  json::Value document = now_of(story);
  EXPECT_EQ(document.string_or("deadline"), to_rfc3339(due + 10'000));
  EXPECT_EQ(document["frozen_by"].string_or("reason"), "a bug");
  story.directory.freezes.edit().front().until = story.now;
  story.now += 5'000;
  document = now_of(story);
  EXPECT_EQ(document.string_or("deadline"), to_rfc3339(due + 10'000));
  EXPECT_TRUE(document["frozen_by"].is_null());
}

TEST(ApprovalNow, leaves_what_has_ended_as_it_was) {
  Story story = asked();
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kReject)), "accepted");
  const json::Value stored = to_document(story.approval(), story.workflow);
  EXPECT_EQ(now_of(story), stored);
}

}  // namespace
}  // namespace fermata::codec
