#include "core/policy/attention.hpp"

#include "tests/support/story.hpp"

namespace fermata {
namespace {

using testing::has;
using testing::reason;
using testing::Story;

// Its agent may have two requests open, and has them.
Story crowded() {
  Story story;
  story.policy.attention.open_per_agent = 2;
  story.created();
  story.turn();
  story.attention = Attention{2, 0, false};
  return story;
}

command::RequestApproval question() {
  command::RequestApproval wish;
  wish.question.action = "refund";
  wish.question.arguments = {{"amount", 500}};
  return wish;
}

TEST(Attention, without_limits_everything_may_be_asked) {
  EXPECT_FALSE(AttentionLimits{}.any());
  EXPECT_EQ(too_much({}, {1'000'000, 1'000'000, false}, "a"), "");
}

TEST(Attention, a_limit_is_how_many_there_may_be) {
  const AttentionLimits limits{3, 10, 5};
  EXPECT_TRUE(limits.any());
  EXPECT_EQ(too_much(limits, {2, 9, false}, "a"), "");
  EXPECT_EQ(too_much(limits, {3, 0, false}, "a"),
            "agent 'a' has 3 requests waiting for people, which is its limit");
  EXPECT_EQ(too_much(limits, {0, 10, false}, "a"),
            "agent 'a' has asked people 10 times within an hour, which is its limit");
  EXPECT_EQ(too_much(limits, {0, 0, true}, "a"),
            "everybody who may answer has 5 requests waiting, which is the limit");
}

TEST(Attention, a_call_too_many_is_denied_and_asks_nobody) {
  Story story = crowded();
  const auto events = story.when(Story::agent(), story.refund(500));
  EXPECT_TRUE(has<event::CallDenied>(events));
  EXPECT_FALSE(has<event::ApprovalRequested>(events));
  EXPECT_EQ(story.call().denial_reason, "approval.too_much_asked");
  EXPECT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(50, "a/t:2"))));
}

TEST(Attention, a_request_too_many_is_refused) {
  Story story = crowded();
  EXPECT_EQ(reason(story.when(Story::agent(), question())), "approval.too_much_asked");
  story.attention = Attention{1, 0, false};
  EXPECT_TRUE(story.when(Story::agent(), question()));
}

TEST(Attention, people_may_ask_as_much_as_they_like) {
  Story story = crowded();
  EXPECT_TRUE(story.when(Story::person("dan"), question()));
}

// What people were asked before and must be asked anew is no new burden.
TEST(Attention, a_request_that_must_be_asked_again_is) {
  Story story = crowded();
  story.attention = Attention{1, 0, false};
  ASSERT_TRUE(story.when(Story::agent(), story.refund(500)));
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kApprove));
  story.attention = Attention{2, 0, false};
  story.policy.hash = "policy-2";
  story.now += 2'000'000;  // The grant is over.
  const auto again = story.when(Story::agent(), story.refund(500));
  EXPECT_TRUE(has<event::ApprovalRequested>(again));
  EXPECT_FALSE(has<event::CallDenied>(again));
}

}  // namespace
}  // namespace fermata
