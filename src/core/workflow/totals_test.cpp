#include "core/workflow/totals.hpp"

#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

// Every refund runs, until the third one or a sum above 200.
struct Counted : Story {
  Counted() {
    Rule third = policy.rules[1], sum = third;
    third.name = "third";
    third.when.clear();
    third.circumstances = {CallNumber{3, std::nullopt}};
    sum.name = "sum";
    sum.when.clear();
    sum.circumstances = {SumIs{"amount", Bound::kAbove, Decimal(200)}};
    Rule runs = policy.rules[0];
    runs.when.clear();
    policy.rules = {third, sum, runs};
    created();
    turn();
  }

  // What opening it comes to: "runs", or the rule that asks.
  std::string opening(json::Value amount, const std::string& tool = "refund") {
    command::OpenCall open = refund(0, "a/t:" + std::to_string(workflow.calls.size() + 1));
    open.tool = tool;
    open.arguments.set("amount", std::move(amount));
    const auto events = when(agent(), open);
    EXPECT_TRUE(events) << reason(events);
    return has<event::ApprovalRequested>(events) ? approval().rule : "runs";
  }
};

TEST(Totals, the_third_call_of_a_tool_is_the_third) {
  Counted story;
  EXPECT_EQ(story.opening(1), "runs");
  EXPECT_EQ(story.opening(1, "other"), "default");
  EXPECT_EQ(story.opening(1), "runs");
  EXPECT_EQ(story.opening(1), "third");
}

TEST(Totals, amounts_add_up_exactly) {
  Counted story;
  EXPECT_EQ(story.opening(199.9), "runs");
  EXPECT_EQ(story.opening(0.1), "runs");
  Counted above;
  EXPECT_EQ(above.opening(199.9), "runs");
  EXPECT_EQ(above.opening(0.11), "sum");
}

TEST(Totals, an_amount_that_was_hidden_makes_the_sum_unknown) {
  for (const json::Value& hidden : {json::Value("199"), json::Value(), json::Value(-500)}) {
    Counted story;
    EXPECT_EQ(story.opening(hidden), "sum");
    EXPECT_EQ(story.opening(1), "sum");
  }
}

TEST(Totals, what_was_refused_does_not_count) {
  Counted story;
  EXPECT_EQ(story.opening(201), "sum");
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kReject));
  EXPECT_EQ(story.opening(200), "runs");
  EXPECT_EQ(story.opening(0), "runs");
  EXPECT_EQ(story.opening(0), "third");
}

TEST(Totals, an_edited_call_counts_with_what_people_made_of_it) {
  Counted story;
  EXPECT_EQ(story.opening(1000), "sum");
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kEdit, "less", 50));
  EXPECT_EQ(story.opening(150), "runs");
}

// Its own amount is not counted twice when it is judged again.
TEST(Totals, an_edit_is_judged_without_what_it_replaces) {
  Counted story;
  EXPECT_EQ(story.opening(201), "sum");
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kEdit, "just so", 200));
  EXPECT_EQ(story.approval().rule, "small refunds run");
}

// Else an agent, which may roll back by itself, would have its bound again and again.
TEST(Totals, what_was_done_counts_over_a_rollback_until_it_is_undone) {
  Counted story;
  command::CreateCheckpoint mark;
  mark.name = "before";
  ASSERT_TRUE(story.when(Story::person("ben"), mark));
  const auto roll_back = [&](const std::string& worker) {
    command::RollBack back;
    back.checkpoint = story.workflow.checkpoints.front().id;
    back.reason = "wrong";
    ASSERT_TRUE(story.when(Story::person("ben"), back));
    story.turn(worker);
  };
  command::OpenCall wish = story.refund(150, "a/undoable");
  wish.undo = "cancel_refund";
  ASSERT_TRUE(has<event::CallStarted>(story.when(Story::agent(), wish)));
  ASSERT_TRUE(story.when(Story::agent(), story.close()));
  const std::string done = story.call().id;
  EXPECT_EQ(story.opening(201), "sum");  // Only asked about: it goes with the branch.
  roll_back("w2");
  EXPECT_EQ(story.workflow.totals.of("refund")->calls, 1);
  command::OpenCall undo = story.refund(0, "undo/" + done + "/1");
  undo.tool = "cancel_refund";
  undo.arguments = {{"arguments", json::Object{{"ticket", "T-1"}, {"amount", 150}}},
                    {"result", "paid"}};
  ASSERT_TRUE(story.when(Story::agent(), undo));
  ASSERT_TRUE(story.decide_as("dan", DecisionKind::kApprove));
  ASSERT_TRUE(story.when(Story::agent(), undo));
  ASSERT_TRUE(story.when(Story::agent(), story.close("undone")));
  EXPECT_EQ(story.workflow.totals.of("refund"), nullptr);
  EXPECT_EQ(story.opening(150), "runs");
  ASSERT_TRUE(story.when(Story::agent(), story.close()));
  roll_back("w3");
  EXPECT_EQ(story.opening(51), "sum") << "nobody can undo it, so it counts";
}

TEST(Totals, what_was_never_begun_goes_with_its_branch) {
  Counted story;
  command::CreateCheckpoint mark;
  mark.name = "before";
  ASSERT_TRUE(story.when(Story::person("ben"), mark));
  EXPECT_EQ(story.opening(201), "sum");
  command::RollBack back;
  back.checkpoint = story.workflow.checkpoints.front().id;
  back.reason = "wrong";
  ASSERT_TRUE(story.when(Story::person("ben"), back));
  story.turn("w2");
  EXPECT_EQ(story.workflow.totals.of("refund"), nullptr);
  EXPECT_EQ(story.opening(150), "runs");
}

TEST(Totals, request_approval_is_counted_as_the_action_it_names) {
  Counted story;
  EXPECT_EQ(story.opening(1), "runs");
  EXPECT_EQ(story.opening(1), "runs");
  command::OpenCall ask = story.refund(0, "a/ask:1");
  ask.tool = std::string(kRequestApproval);
  ask.arguments = {{"action", "refund"}, {"arguments", json::Object{{"amount", 1}}}};
  ASSERT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), ask)));
  EXPECT_EQ(story.approval().rule, "third");
}

// What agents must not do says nothing about a person, who is none.
TEST(Totals, a_person_who_asks_is_no_agent_and_an_agent_is_itself) {
  const auto outcome = [](const Actor& who) {
    Story story;
    Rule no_agents = story.policy.rules[3];
    no_agents.tool = "export";
    no_agents.circumstances = {AgentIs{{"*"}}};
    story.policy.rules = {no_agents};
    command::RequestApproval wish;
    wish.question.action = "export";
    wish.question.title = "Export?";
    return reason(story.when(who, wish));
  };
  EXPECT_EQ(outcome(Story::person("ana")), "accepted");
  EXPECT_EQ(outcome(Story::agent()), "policy.denied");
}

Call tool_call(json::Object arguments) {
  Call call;
  call.tool = "pay";
  call.arguments = std::move(arguments);
  return call;
}

TEST(Totals, an_argument_that_stands_twice_is_not_added_up) {
  Totals totals;
  totals.add(tool_call({{"a", json::Object{{"b", 5}}}, {"a.b", 7}, {"c", json::Object{{"d", 2}}}}));
  const ToolTotals& pay = *totals.of("pay");
  EXPECT_FALSE(pay.sums.contains("a.b"));
  EXPECT_EQ(pay.sums.at("c.d").sum, Decimal(2));
}

TEST(Totals, more_paths_than_are_kept_leave_a_sum_unknown) {
  Totals totals;
  json::Object many;
  for (std::size_t i = 0; i <= Totals::kMostPathsOfCall; ++i)
    many.set("filler" + std::to_string(i), 1);
  many.set("amount", 5000);
  totals.add(tool_call(many));
  EXPECT_FALSE(totals.of("pay")->sums.contains("amount"));
  totals.add(tool_call({{"amount", 1}}));
  EXPECT_LT(totals.of("pay")->sums.at("amount").calls, totals.of("pay")->calls);
}

TEST(Totals, what_no_decimal_can_hold_leaves_a_sum_unknown_for_good) {
  Totals totals;
  const Call large = tool_call({{"amount", 900'000'000'000'000'000}});
  totals.add(large);
  totals.add(large);
  EXPECT_EQ(totals.of("pay")->sums.at("amount").calls, 1);
  totals.take_away(large);
  totals.add(tool_call({{"amount", 1}}));
  EXPECT_LT(totals.of("pay")->sums.at("amount").calls, totals.of("pay")->calls);
}

}  // namespace
}  // namespace fermata::testing
