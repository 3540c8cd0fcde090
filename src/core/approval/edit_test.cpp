// A person has another tool called than the agent asked for.

#include "core/approval/edit.hpp"

#include "core/workflow/briefing.hpp"
#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

constexpr const char* kFingerprint =
    R"({"agent.tool.refund":"h-refund","agent.tool.give_credit":"h-credit",)"
    R"("agent.tool.drop_database":"h-drop","agent.tool.request_approval":"h-ask",)"
    R"("agent.tool.look_up":"h-look","agent.clerk.tool.look_up":"h-other"})";

command::OpenCall refund(const Story& story, std::int64_t amount, const std::string& key = "t1") {
  command::OpenCall open = story.refund(amount, key);
  open.definition_hash = "h-refund";
  open.undo = "take_back";
  return open;
}

// An agent of the SDK asked for a refund of `amount`; people see `give_credit` as harmless.
Story asked(std::int64_t amount) {
  Story story;
  story.policy.rules.push_back(
      {.name = "credit is cheap", .tool = "give_credit", .effect = Effect::kAllow});
  story.created();
  EXPECT_EQ(reason(story.when(
                Story::agent(),
                command::StartTurn{
                    .worker = "w1", .fingerprint = *json::parse(kFingerprint), .takeover = true})),
            "accepted");
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), refund(story, amount))));
  return story;
}

Result<Events> edit_into(Story& story, const std::string& who, const std::string& tool) {
  command::DecideApproval wish;
  wish.approval = story.approval().id;
  wish.decision = DecisionKind::kEdit;
  wish.hash = story.approval().hash;
  wish.action = tool;
  wish.arguments = {{"customer", "C-1"}, {"amount", 5}};
  return story.when(Story::person(who), wish);
}

TEST(EditIntoAnotherTool, P5_binds_runs_and_counts_as_that_tool) {
  Story story = asked(500);
  const std::string before = story.approval().hash;
  ASSERT_TRUE(has<event::CallGranted>(edit_into(story, "ben", "give_credit")));
  const Call& call = story.call();
  EXPECT_NE(call.hash, before);
  const Binding binding = binding_of("default", kWorkflow, call);
  EXPECT_EQ(binding.tool, "give_credit");
  EXPECT_EQ(binding.definition_hash, "h-credit");
  EXPECT_EQ(json::Value(binding.arguments), json::Value(call.effective()));
  EXPECT_EQ(call.grant->hash, binding_hash(binding));
  EXPECT_EQ(story.approval().original_action, "refund");
  EXPECT_EQ(story.workflow.totals.of("refund"), nullptr);
  ASSERT_NE(story.workflow.totals.of("give_credit"), nullptr);
  // The runtime comes again with what its model asked for, and is told what to run.
  ASSERT_TRUE(has<event::CallStarted>(story.when(Story::agent(), refund(story, 500))));
  EXPECT_EQ(reason(story.when(Story::agent(), story.close("credited"))), "accepted");
  EXPECT_EQ(story.call().undo, "") << "refund's undo undoes no credit";
  // And a call under its key that is of the chosen tool is none that the agent made.
  command::OpenCall other = refund(story, 500);
  other.tool = "give_credit";
  EXPECT_EQ(reason(story.when(Story::agent(), other)), "call.diverged");
}

TEST(EditIntoAnotherTool, P1_whoever_that_tool_needs_is_asked) {
  Story story = asked(500);
  story.policy.rules.back() = {.name = "credit asks two",
                               .tool = "give_credit",
                               .effect = Effect::kAsk,
                               .thresholds = {{"finance", 2, 1}}};
  ASSERT_FALSE(has<event::CallGranted>(edit_into(story, "ben", "give_credit")));
  EXPECT_TRUE(story.approval().pending());
  EXPECT_EQ(story.approval().rule, "credit asks two");
  EXPECT_TRUE(has<event::CallGranted>(story.decide_as("cleo", DecisionKind::kApprove)));
}

TEST(EditIntoAnotherTool, who_may_not_agree_to_that_tool_may_not_choose_it) {
  Story story = asked(500);
  story.policy.rules.pop_back();  // Then the default asks ops.
  EXPECT_EQ(reason(edit_into(story, "ben", "give_credit")), "approval.not_an_approver");
  EXPECT_EQ(reason(edit_into(story, "ben", "drop_database")), "policy.denied");
  EXPECT_EQ(story.approval().question.action, "refund");
}

TEST(EditIntoAnotherTool, P5_only_a_tool_that_the_runtime_told_of_once) {
  Story story = asked(500);
  for (const char* tool : {"nosuch", "look_up", "request_approval", "rollback", "final_answer"})
    EXPECT_EQ(reason(edit_into(story, "ben", tool)), "approval.other_tool") << tool;
  EXPECT_TRUE(has<event::CallGranted>(edit_into(story, "ben", "give_credit")));
}

TEST(EditIntoAnotherTool, takes_undo_and_idempotence_from_an_earlier_call_of_it) {
  Story story = asked(500);
  command::OpenCall credit = refund(story, 1, "t0");
  credit.tool = "give_credit";
  credit.definition_hash = "h-credit";
  credit.undo = "take_credit";
  credit.idempotent = true;
  ASSERT_EQ(reason(story.when(Story::agent(), credit)), "accepted");
  const std::optional<ToolIdentity> told = told_tool(story.workflow, "give_credit");
  EXPECT_EQ(told, (ToolIdentity{"give_credit", "h-credit", "take_credit", true}));
}

TEST(EditIntoAnotherTool, a_second_edit_leads_back_to_the_first_tool) {
  Story story = asked(5000);
  story.policy.rules.back() = {.name = "credit asks two",
                               .tool = "give_credit",
                               .effect = Effect::kAsk,
                               .thresholds = {{"finance", 2, 1}}};
  ASSERT_EQ(reason(edit_into(story, "ben", "give_credit")), "accepted");
  command::DecideApproval back;
  back.approval = story.approval().id;
  back.decision = DecisionKind::kEdit;
  back.hash = story.approval().hash;
  back.action = "refund";
  back.arguments = {{"ticket", "T-1"}, {"amount", 400}};
  ASSERT_TRUE(has<event::CallGranted>(story.when(Story::person("cleo"), back)));
  EXPECT_EQ(story.call().tool, "refund");
  EXPECT_EQ(binding_of("default", kWorkflow, story.call()).definition_hash, "h-refund");
  EXPECT_EQ(story.call().undo, "take_back");
}

TEST(EditIntoAnotherTool, the_kill_switch_of_that_tool_holds_the_call) {
  Story story = asked(500);
  ASSERT_TRUE(has<event::CallGranted>(edit_into(story, "ben", "give_credit")));
  story.directory.freezes.push_back(
      {"fz_1", "", "give_credit", "a bug", "dan", story.now, std::nullopt});
  EXPECT_EQ(reason(story.when(Story::agent(), refund(story, 500))), "switch.frozen");
  story.directory.freezes.edit().clear();
  EXPECT_TRUE(has<event::CallStarted>(story.when(Story::agent(), refund(story, 500))));
}

TEST(EditIntoAnotherTool, a_request_without_a_call_has_none) {
  Story story;
  story.created();
  command::RequestApproval wish;
  wish.question.action = "refund";
  wish.question.arguments = {{"amount", 500}};
  ASSERT_EQ(reason(story.when(Story::agent(), wish)), "accepted");
  EXPECT_EQ(reason(edit_into(story, "ben", "give_credit")), "approval.other_tool");
}

}  // namespace
}  // namespace fermata::testing
