// What time brings to a request, and what the kill switch does to time.

#include <functional>

#include "core/approval/clock.hpp"
#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

constexpr std::int64_t kHour = 3'600'000;

Story asking(const std::function<void(Rule&)>& change) {
  Story story;
  Rule rule = Story::rule("refunds", "refund", Operator::kGt, 0, Effect::kAsk, {{"finance", 1, 1}});
  rule.deadline_ms = 10 * kHour;
  change(rule);
  story.policy.rules = {rule};
  story.created();
  story.turn();
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
  return story;
}

Result<Events> advance(Story& story) {
  return story.when(Story::timer(), command::AdvanceApproval{story.approval().id});
}

void freeze(Story& story, const std::string& tool = "") {
  story.directory.freezes.push_back({"fz_" + std::to_string(story.directory.freezes.size()),
                                     "",
                                     tool,
                                     "stop",
                                     "dan",
                                     story.now,
                                     std::nullopt});
}
void thaw(Story& story) {
  for (Freeze& one : story.directory.freezes.edit())
    if (!one.until) one.until = story.now;
}

TEST(Schedule, reminds_at_shares_of_the_window_once_each) {
  Story story = asking([](Rule& rule) { rule.terms.remind_permille = {500, 900}; });
  const TimeMs asked_at = story.now;
  EXPECT_EQ(next_moment(story.approval()), asked_at + 5 * kHour);
  story.now = asked_at + 5 * kHour - 1;
  EXPECT_EQ(reason(advance(story)), "approval.not_due");
  story.now = asked_at + 5 * kHour;
  EXPECT_TRUE(has<event::ApprovalReminded>(advance(story)));
  EXPECT_EQ(reason(advance(story)), "approval.not_due");
  EXPECT_EQ(next_moment(story.approval()), asked_at + 9 * kHour);
  story.now = asked_at + 10 * kHour;
  EXPECT_TRUE(has<event::ApprovalClosed>(advance(story)));
}

TEST(Schedule, escalates_to_more_people) {
  Story story = asking([](Rule& rule) {
    rule.thresholds.front().escalations = {{kHour, "ops", false}, {2 * kHour, "ops", true}};
  });
  EXPECT_EQ(reason(story.decide_as("dan", DecisionKind::kApprove)), "approval.not_an_approver");
  story.now += kHour;
  EXPECT_TRUE(has<event::ApprovalEscalated>(advance(story)));
  Story widened = story;
  EXPECT_EQ(reason(widened.decide_as("dan", DecisionKind::kApprove)), "accepted");
  EXPECT_EQ(widened.approval().status, ApprovalStatus::kApproved);
  story.now += kHour;
  EXPECT_TRUE(has<event::ApprovalEscalated>(advance(story)));
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "approval.not_an_approver");
  EXPECT_EQ(reason(story.decide_as("dan", DecisionKind::kApprove)), "accepted");
}

TEST(Schedule, P1_who_agreed_before_an_escalation_still_counts) {
  Story story = asking([](Rule& rule) {
    rule.thresholds.front().approve = 2;
    rule.thresholds.front().escalations = {{kHour, "ops", false}};
  });
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  story.now += kHour;
  ASSERT_TRUE(has<event::ApprovalEscalated>(advance(story)));
  EXPECT_TRUE(has<event::CallGranted>(story.decide_as("dan", DecisionKind::kApprove)));
}

TEST(Schedule, waits_before_the_effect_and_can_be_stopped) {
  Story story = asking([](Rule& rule) { rule.terms.effect_wait_ms = 600'000; });
  EXPECT_TRUE(has<event::ApprovalAgreed>(story.decide_as("ben", DecisionKind::kApprove)));
  EXPECT_TRUE(story.approval().pending());
  EXPECT_EQ(story.call().state, CallState::kWaiting);
  Story stopped = story;
  EXPECT_TRUE(has<event::ApprovalClosed>(stopped.decide_as("cleo", DecisionKind::kReject)));
  EXPECT_EQ(stopped.approval().status, ApprovalStatus::kRejected);
  Story reopened = story;
  EXPECT_TRUE(has<event::ApprovalReopened>(reopened.when(
      Story::person("ben"), command::WithdrawDecision{story.approval().id, "I misread it"})));
  reopened.now += 600'000;
  EXPECT_EQ(reason(advance(reopened)), "approval.not_due");
  story.now += 600'000 - 1;
  EXPECT_EQ(reason(advance(story)), "approval.not_due");
  story.now += 1;
  EXPECT_TRUE(has<event::CallGranted>(advance(story)));
}

TEST(Schedule, P1_while_the_effect_waits_only_a_no_comes_after_the_deadline) {
  Story story = asking([](Rule& rule) { rule.terms.effect_wait_ms = 20 * kHour; });
  ASSERT_TRUE(has<event::ApprovalAgreed>(story.decide_as("ben", DecisionKind::kApprove)));
  story.now += 11 * kHour;
  Story edited = story;
  EXPECT_EQ(reason(edited.decide_as("cleo", DecisionKind::kEdit, "less", 200)),
            "approval.deadline_passed");
  EXPECT_EQ(reason(story.decide_as("cleo", DecisionKind::kReject)), "accepted");
  EXPECT_EQ(story.approval().status, ApprovalStatus::kRejected);
}

TEST(Schedule, P1_membership_is_asked_again_before_the_effect) {
  Story story = asking([](Rule& rule) { rule.terms.effect_wait_ms = 600'000; });
  ASSERT_TRUE(has<event::ApprovalAgreed>(story.decide_as("ben", DecisionKind::kApprove)));
  story.directory.groups["finance"].members = {"ana", "cleo"};
  story.now += 600'000;
  const auto events = advance(story);
  EXPECT_TRUE(has<event::ApprovalReopened>(events));
  EXPECT_FALSE(has<event::CallGranted>(events));
}

TEST(Schedule, what_takes_effect_is_put_down_to_who_agreed_and_not_to_who_refused) {
  Story story = asking([](Rule& rule) {
    rule.terms.effect_wait_ms = 600'000;
    rule.thresholds.front().reject = 2;
  });
  ASSERT_TRUE(has<event::ApprovalAgreed>(
      story.decide_as("ben", DecisionKind::kApprove, "the parcel is lost")));
  ASSERT_TRUE(story.decide_as("cleo", DecisionKind::kReject, "never pay this"));
  story.now += 600'000;
  ASSERT_TRUE(has<event::CallGranted>(advance(story)));
  EXPECT_EQ(story.approval().outcome->by, "ben");
  EXPECT_EQ(story.approval().outcome->reason, "the parcel is lost");
}

TEST(Schedule, a_deadline_brings_what_the_rule_says) {
  for (const auto& [what, status] : {std::pair{OnDeadline::kExpire, ApprovalStatus::kExpired},
                                     {OnDeadline::kReject, ApprovalStatus::kRejected},
                                     {OnDeadline::kIgnore, ApprovalStatus::kIgnored}}) {
    Story story = asking([&](Rule& rule) { rule.on_deadline = what; });
    story.now += 10 * kHour;
    EXPECT_FALSE(has<event::CallGranted>(advance(story)));
    EXPECT_EQ(story.approval().status, status);
    EXPECT_EQ(story.call().state, CallState::kDenied);
  }
}

TEST(Schedule, an_approver_gives_more_time_up_to_what_the_policy_gives) {
  Story story = asking([](Rule& rule) { rule.terms.extend_ms = 2 * kHour; });
  const TimeMs deadline = *story.approval().question.deadline;
  const auto extend = [&](const std::string& who, std::int64_t by_ms) {
    return reason(story.when(Story::person(who),
                             command::ExtendApproval{story.approval().id, "holiday", by_ms}));
  };
  EXPECT_EQ(extend("ana", kHour), "approval.not_an_approver");
  EXPECT_EQ(extend("ben", kHour), "accepted");
  EXPECT_EQ(*story.approval().question.deadline, deadline + kHour);
  EXPECT_EQ(extend("ben", 2 * kHour), "approval.not_extendable");
  story.now = deadline;
  EXPECT_EQ(reason(advance(story)), "approval.not_due");
  Story fixed = asking([](Rule&) {});
  EXPECT_EQ(reason(fixed.when(Story::person("ben"),
                              command::ExtendApproval{fixed.approval().id, "holiday", kHour})),
            "approval.not_extendable");
}

TEST(KillSwitch, shifts_deadlines_by_exactly_the_frozen_time) {
  Story story = asking([](Rule&) {});
  const TimeMs deadline = *story.approval().question.deadline;
  story.now += kHour;
  freeze(story);
  story.now += 20 * kHour;
  EXPECT_EQ(reason(advance(story)), "approval.not_due");
  thaw(story);
  story.now = deadline + 20 * kHour - 1;
  EXPECT_EQ(reason(advance(story)), "approval.not_due");
  story.now += 1;
  EXPECT_TRUE(has<event::ApprovalClosed>(advance(story)));
}

TEST(Schedule, more_time_moves_the_reminders_that_are_to_come) {
  Story story = asking([](Rule& rule) {
    rule.terms.remind_permille = {100, 500, 900};
    rule.terms.extend_ms = 10 * kHour;
  });
  const TimeMs asked_at = story.now;
  story.now += kHour;
  ASSERT_EQ(reason(advance(story)), "accepted");  // The first one.
  ASSERT_EQ(reason(story.when(Story::person("ben"),
                              command::ExtendApproval{story.approval().id, "away", 10 * kHour})),
            "accepted");
  EXPECT_EQ(story.approval().schedule.reminders,
            (std::vector<TimeMs>{asked_at + kHour, asked_at + 10 * kHour, asked_at + 18 * kHour}));
}

TEST(Schedule, an_edit_gives_the_new_call_its_own_time_before_others_are_asked) {
  Story story = asking([](Rule& rule) {
    rule.thresholds.front().approve = 2;
    rule.thresholds.front().escalations = {{10'000, "ops", true}};
  });
  story.now += 9'000;
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kEdit, "less", 2000)), "accepted");
  story.now += 5'000;
  ASSERT_EQ(reason(advance(story)), "approval.not_due");
  story.now += 5'000;
  EXPECT_TRUE(has<event::ApprovalEscalated>(advance(story)));
}

TEST(Schedule, P1_a_decision_taken_back_after_the_deadline_ends_nothing) {
  Story story = asking([](Rule& rule) {
    rule.thresholds = {{"finance", 2, 2}};
    rule.deadline_ms = 60'000;
  });
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  story.directory.groups["finance"].members.erase("ben");
  ASSERT_EQ(reason(story.decide_as("cleo", DecisionKind::kApprove)), "accepted");
  story.directory.groups["finance"].members.insert("dan");
  ASSERT_EQ(reason(story.decide_as("dan", DecisionKind::kReject, "no")), "accepted");
  story.directory.groups["finance"].members.insert("ben");  // Now two have agreed.
  const auto take_back = [&] {
    return story.when(Story::person("dan"), command::WithdrawDecision{story.approval().id, "well"});
  };
  Story late = story;
  late.now += 60'000;
  EXPECT_EQ(reason(late.when(Story::person("dan"),
                             command::WithdrawDecision{late.approval().id, "well"})),
            "approval.closed");
  ASSERT_TRUE(has<event::CallGranted>(take_back()));
  EXPECT_EQ(story.approval().outcome->by, "cleo") << "whose yes it is, not who took a no back";
}

TEST(KillSwitch, freezes_that_overlap_count_once_and_others_do_not) {
  Story story = asking([](Rule&) {});
  const TimeMs deadline = *story.approval().question.deadline;
  freeze(story, "deploy");  // Another tool.
  freeze(story, "refund");
  story.now += kHour;
  freeze(story);
  story.now += kHour;
  thaw(story);
  story.now = deadline + 2 * kHour - 1;
  EXPECT_EQ(reason(advance(story)), "approval.not_due");
  story.now += 1;
  EXPECT_TRUE(has<event::ApprovalClosed>(advance(story)));
}

TEST(KillSwitch, P9_no_grant_is_claimed_while_it_holds_and_none_runs_out) {
  Story story = asking([](Rule& rule) { rule.terms.grant_life_ms = kHour; });
  ASSERT_TRUE(has<event::CallGranted>(story.decide_as("ben", DecisionKind::kApprove)));
  freeze(story, "refund");
  story.now += 5 * kHour;
  EXPECT_EQ(reason(story.when(Story::agent(), story.refund(500))), "switch.frozen");
  thaw(story);
  story.now += kHour - 1;
  EXPECT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(500))));
}

TEST(KillSwitch, what_the_policy_allows_does_not_run_either) {
  Story story;
  story.created();
  story.turn();
  freeze(story);
  EXPECT_EQ(reason(story.when(Story::agent(), story.refund(50))), "switch.frozen");
  thaw(story);
  EXPECT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(50))));
}

}  // namespace
}  // namespace fermata::testing
