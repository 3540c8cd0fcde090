// Who may agree with whom: quorum and separation against those who would get round them (P1, P3).

#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

command::RequestApproval direct(std::int64_t amount = 500) {
  command::RequestApproval wish;
  wish.question.action = "refund";
  wish.question.arguments = {{"amount", amount}};
  return wish;
}

Story asked(std::int64_t amount) {
  Story story;
  story.created();
  story.turn();
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(amount))));
  return story;
}

TEST(Quorum, P1_two_edits_do_not_launder_the_policy_of_the_request) {
  for (const Effect effect : {Effect::kAsk, Effect::kAllow}) {
    Story story = asked(5000);  // The snapshot wants two of finance.
    story.policy.hash = "policy-2";
    story.policy.rules = {
        Story::rule("loose", "refund", Operator::kGt, 0, effect, {{"finance", 1, 1}})};
    EXPECT_FALSE(has<event::CallGranted>(story.decide_as("ben", DecisionKind::kEdit, "x", 4999)));
    EXPECT_FALSE(has<event::CallGranted>(story.decide_as("cleo", DecisionKind::kEdit, "x", 4998)));
    EXPECT_EQ(story.approval().thresholds, (std::vector<Threshold>{{"finance", 2, 1}}));
  }
}

TEST(Quorum, P1_an_edit_into_a_stricter_rule_takes_its_shorter_deadline) {
  Story story;
  story.policy.rules[1].deadline_ms = 60'000;
  story.policy.rules[2].deadline_ms = 10'000;
  story.policy.rules[2].on_deadline = OnDeadline::kReject;
  story.created();
  story.turn();
  ASSERT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
  const Result<Events> edited = story.decide_as("ben", DecisionKind::kEdit, "more", 5000);
  ASSERT_FALSE(has<event::CallGranted>(edited));
  EXPECT_EQ(story.approval().question.deadline, story.now + 10'000);
  EXPECT_EQ(story.approval().question.on_deadline, OnDeadline::kReject);
  ASSERT_EQ(react(story.workflow, edited->front()).create.size(), 1U);
  EXPECT_EQ(task::due_at(react(story.workflow, edited->front()).create.front()),
            story.now + 10'000);
  story.now += 9'000;  // Back to the rule with more time: the earlier deadline stays.
  ASSERT_EQ(reason(story.decide_as("cleo", DecisionKind::kEdit, "less", 4000)), "accepted");
  EXPECT_EQ(story.approval().question.deadline, story.now + 1'000);
  story.now += 1'000;
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "approval.closed");
  ASSERT_EQ(reason(story.when(Story::timer(), command::AdvanceApproval{story.approval().id})),
            "accepted");
  EXPECT_EQ(story.approval().status, ApprovalStatus::kRejected);
}

TEST(Quorum, P1_a_group_joined_after_deciding_does_not_count) {
  Story story;
  story.policy.rules = {Story::rule(
      "both", "refund", Operator::kGt, 100, Effect::kAsk, {{"finance", 2, 1}, {"ops", 1, 1}})};
  story.created();
  story.turn();
  ASSERT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  story.directory.groups["ops"].members.insert("ben");
  EXPECT_FALSE(has<event::CallGranted>(story.decide_as("cleo", DecisionKind::kApprove)));
  EXPECT_TRUE(has<event::CallGranted>(story.decide_as("dan", DecisionKind::kApprove)));
}

TEST(Separation, P3_whom_the_agents_key_works_for_never_decides) {
  Story story;
  ASSERT_EQ(
      reason(story.when({ActorKind::kAdmin, "root"}, command::CreateWorkflow{.agent = "refunds"})),
      "accepted");
  story.turn();
  ASSERT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
  EXPECT_EQ(reason(story.decide_as("ana", DecisionKind::kApprove)), "approval.requester_decides");
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
}

TEST(Separation, P3_who_started_the_workflow_never_decides_what_its_agent_asks) {
  Story story;
  ASSERT_EQ(reason(story.when(Story::person("ben"), command::CreateWorkflow{.agent = "refunds"})),
            "accepted");
  ASSERT_EQ(reason(story.when(Story::agent(), direct())), "accepted");
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "approval.requester_decides");
  EXPECT_EQ(reason(story.decide_as("cleo", DecisionKind::kApprove)), "accepted");
}

TEST(Separation, P3_a_key_that_works_for_another_person_does_not_take_over) {
  Story story;
  ASSERT_EQ(reason(story.when({ActorKind::kAdmin, "root"},
                              command::CreateWorkflow{.agent = "refunds", .on_behalf_of = "cleo"})),
            "accepted");
  // The story's agent key works for ana.
  EXPECT_EQ(reason(story.when(Story::agent(), command::StartTurn{.worker = "w"})),
            "workflow.not_yours");
}

TEST(Separation, P3_one_mailbox_in_two_spellings_is_one_person) {
  Story story;
  story.directory.people["ben"].email = "ben@example.com";
  const Context context{.tenant = "default",
                        .stream = "directory",
                        .actor = {ActorKind::kAdmin, "root"},
                        .directory = &story.directory};
  const command::Command wish = command::SetPerson{{.id = "ben2", .email = "Ben@Example.com"}};
  EXPECT_EQ(reason(decide(story.directory, wish, context)), "person.identity_taken");
}

TEST(Separation, only_who_asked_or_may_decide_withdraws_a_request) {
  const auto withdraw = [](const std::string& who) {
    Story story = asked(500);
    return reason(
        story.when(Story::person(who), command::CancelApproval{story.approval().id, "not needed"}));
  };
  EXPECT_EQ(withdraw("ana"), "accepted") << "the agent works for ana";
  EXPECT_EQ(withdraw("ben"), "accepted") << "ben is of finance";
  EXPECT_EQ(withdraw("dan"), "approval.not_an_approver");
}

TEST(Standalone, P4_a_workflow_made_for_one_request_takes_no_second) {
  Story story;
  ASSERT_EQ(reason(story.when(Story::agent(), direct())), "accepted");
  EXPECT_EQ(reason(story.when(Story::agent(), direct())), "workflow.standalone");
  EXPECT_EQ(reason(story.when(Story::agent(), command::StartTurn{.worker = "w"})),
            "workflow.standalone");
}

TEST(Askers, P2_what_nobody_could_answer_is_not_asked) {
  Story story;
  story.policy.rules.clear();
  story.policy.fallback = {.name = "default", .tool = "*", .effect = Effect::kAllow};
  EXPECT_EQ(reason(story.when(Story::agent(), direct())), "approval.nobody_to_ask");
}

TEST(Askers, a_group_that_does_not_exist_is_a_mistake) {
  Story story;
  command::RequestApproval wish = direct();
  wish.thresholds = {{"finanse", 1, 1}};
  EXPECT_EQ(reason(story.when(Story::agent(), wish)), "approval.unknown_group");
}

TEST(Askers, a_blank_reason_is_none) {
  Story story = asked(500);
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kReject, " \n")),
            "approval.reason_required");
}

TEST(Askers, P17_doubt_that_nobody_could_clear_up_stays_until_somebody_can) {
  Story story;
  story.policy.fallback = {.name = "default", .tool = "*", .effect = Effect::kDeny};
  story.policy.rules = {Story::rule("small", "refund", Operator::kLte, 100, Effect::kAllow, {})};
  story.created();
  story.turn();
  ASSERT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(50))));
  story.turn("w2");
  EXPECT_EQ(reason(story.when(Story::agent(), story.refund(50))), "approval.nobody_to_ask");
  EXPECT_EQ(story.call().state, CallState::kRunning);
  story.policy.fallback = {
      .name = "default", .tool = "*", .effect = Effect::kAsk, .thresholds = {{"ops", 1, 1}}};
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(50))));
}

TEST(Grant, P2_one_that_ran_out_is_judged_by_the_policy_in_force) {
  for (const Effect effect : {Effect::kDeny, Effect::kAsk, Effect::kAllow}) {
    Story story = asked(500);
    ASSERT_TRUE(has<event::CallGranted>(story.decide_as("ben", DecisionKind::kApprove)));
    const std::string old_hash = story.call().hash;
    story.now += 2'000'000;
    story.policy.hash = "policy-2";
    story.policy.rules = {Story::rule("now", "refund", Operator::kGt, 0, effect, {{"ops", 1, 1}})};
    const auto events = story.when(Story::agent(), story.refund(500));
    EXPECT_EQ(has<event::CallDenied>(events), effect == Effect::kDeny);
    EXPECT_EQ(has<event::ApprovalRequested>(events), effect != Effect::kDeny);
    EXPECT_FALSE(has<event::CallStarted>(events));
    if (effect == Effect::kDeny) continue;
    const Binding binding = binding_of("default", kWorkflow, story.call());
    EXPECT_NE(story.call().hash, old_hash) << "another policy, another H";
    EXPECT_EQ(story.call().hash, binding_hash(binding));
  }
}

TEST(Rollback, P5_a_call_in_doubt_is_bound_anew_on_the_new_branch) {
  for (const bool idempotent : {false, true}) {
    Story story = asked(500);
    story.workflow.calls.back().idempotent = idempotent;
    ASSERT_TRUE(has<event::CallGranted>(story.decide_as("ben", DecisionKind::kApprove)));
    ASSERT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(500))));
    ASSERT_EQ(reason(story.when(Story::person("dan"), command::CreateCheckpoint{.name = "x"})),
              "accepted");
    const std::string checkpoint = story.workflow.checkpoints.back().id;
    ASSERT_EQ(reason(story.when(Story::person("dan"),
                                command::RollBack{.checkpoint = checkpoint, .reason = "r"})),
              "accepted");
    story.turn();
    // Its grant died with the rollback, so that even an idempotent call is not simply tried again.
    ASSERT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
    command::DecideApproval decision;
    decision.approval = story.approval().id;
    decision.hash = story.approval().hash;
    decision.decision = DecisionKind::kAnswer;
    decision.answer = json::Object{{"happened", false}};
    ASSERT_TRUE(has<event::CallGranted>(story.when(Story::person("ben"), decision)));
    const Binding binding = binding_of("default", kWorkflow, story.call());
    EXPECT_EQ(binding.epoch, story.workflow.epoch);
    EXPECT_EQ(story.call().grant->epoch, story.workflow.epoch);
    EXPECT_EQ(story.call().grant->hash, binding_hash(binding));
    EXPECT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(500))));
  }
}

TEST(Fence, P16_an_agent_without_the_turn_neither_rolls_back_nor_checkpoints) {
  Story story;
  story.created();
  story.turn("w1");
  ASSERT_EQ(reason(story.when(Story::agent(), command::CreateCheckpoint{.name = "c", .turn = 1})),
            "accepted");
  story.turn("w2");
  const std::string checkpoint = story.workflow.checkpoints.back().id;
  EXPECT_EQ(reason(story.when(Story::agent(),
                              command::RollBack{.checkpoint = checkpoint, .reason = "late"})),
            "turn.stale");
  EXPECT_EQ(reason(story.when(Story::agent(), command::CreateCheckpoint{.name = "late"})),
            "turn.stale");
  EXPECT_EQ(reason(story.when(Story::person("dan"),
                              command::RollBack{.checkpoint = checkpoint, .reason = "look"})),
            "accepted");
}

}  // namespace
}  // namespace fermata::testing
