#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

Story running() {
  Story story;
  story.created();
  story.turn();
  return story;
}

TEST(Call, runs_at_once_when_the_policy_allows_it) {
  Story story = running();
  EXPECT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(50))));
  EXPECT_TRUE(has<event::CallClosed>(story.when(Story::agent(), story.close())));
  EXPECT_EQ(story.call().state, CallState::kDone);
}

TEST(Call, replays_what_the_journal_has) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  ASSERT_TRUE(story.when(Story::agent(), story.close()));
  story.turn("w2");
  const auto again = story.when(Story::agent(), story.refund(50));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->empty());
  EXPECT_EQ(story.call().result, json::Value("paid"));
}

TEST(Call, another_call_under_the_same_key_diverged) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  EXPECT_EQ(reason(story.when(Story::agent(), story.refund(51))), "call.diverged");
}

TEST(Call, P2_a_denied_tool_never_runs) {
  Story story = running();
  command::OpenCall open = story.refund(1);
  open.tool = "drop_database";
  EXPECT_TRUE(has<event::CallDenied>(story.when(Story::agent(), open)));
  EXPECT_EQ(story.call().denial_reason, "policy.denied");
}

TEST(Call, P5_the_report_of_another_hash_is_refused) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  command::CloseCall close = story.close();
  close.hash = std::string(64, 'f');
  EXPECT_EQ(reason(story.when(Story::agent(), close)), "call.hash_mismatch");
  EXPECT_EQ(story.call().state, CallState::kRunning);
}

TEST(Call, P9_a_grant_is_claimed_once_and_the_same_claimant_gets_the_same_answer) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(500)));
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kApprove));
  EXPECT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(500))));
  const auto again = story.when(Story::agent(), story.refund(500));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->empty());
  EXPECT_EQ(story.call().attempt, 1);
}

TEST(Call, P9_an_expired_grant_is_asked_for_again) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(500)));
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kApprove));
  story.now += 1'000'000;
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
  EXPECT_EQ(story.workflow.approvals.size(), 2U);
}

TEST(Call, P16_an_older_turn_cannot_write) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  const command::CloseCall late = story.close();
  story.turn("w2");
  EXPECT_EQ(reason(story.when(Story::agent(), late)), "turn.stale");
}

TEST(Call, P17_in_doubt_an_idempotent_tool_is_tried_again_under_the_same_grant) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(500, "k", true)));
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kApprove));
  ASSERT_TRUE(story.when(Story::agent(), story.refund(500, "k", true)));
  const std::string grant = story.call().grant->id;
  story.turn("w2");
  EXPECT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(500, "k", true))));
  EXPECT_EQ(story.call().attempt, 2);
  EXPECT_EQ(story.call().grant->id, grant);
}

TEST(Call, P17_in_doubt_any_other_tool_is_put_to_a_person) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  story.turn("w2");
  ASSERT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(50))));
  EXPECT_EQ(story.approval().question.kind, ApprovalKind::kInDoubt);
  command::DecideApproval answer;
  answer.approval = story.approval().id;
  answer.hash = story.approval().hash;
  answer.decision = DecisionKind::kApprove;
  EXPECT_EQ(reason(story.when(Story::person("dan"), answer)), "approval.wrong_decision");
  answer.decision = DecisionKind::kAnswer;
  answer.answer = json::Object{{"happened", true}, {"result", "paid by the crash"}};
  EXPECT_EQ(reason(story.when(Story::person("ben"), answer)), "approval.not_an_approver");
  ASSERT_TRUE(has<event::CallClosed>(story.when(Story::person("dan"), answer)));
  EXPECT_EQ(story.call().result, json::Value("paid by the crash"));
}

TEST(Call, P17_what_did_not_happen_may_run_once_more) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  story.turn("w2");
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  command::DecideApproval answer;
  answer.approval = story.approval().id;
  answer.hash = story.approval().hash;
  answer.decision = DecisionKind::kAnswer;
  answer.answer = json::Object{{"happened", false}};
  ASSERT_TRUE(has<event::CallGranted>(story.when(Story::person("dan"), answer)));
  EXPECT_TRUE(has<event::CallStarted>(story.when(Story::agent(), story.refund(50))));
  EXPECT_EQ(story.call().attempt, 2);
}

TEST(Turn, is_held_while_its_lease_lives) {
  Story story;
  story.created();
  story.turn("w1");
  EXPECT_EQ(reason(story.when(Story::agent(), command::StartTurn{.worker = "w2"})), "turn.held");
  story.now += 30'000;
  EXPECT_EQ(reason(story.when(Story::agent(), command::StartTurn{.worker = "w2"})), "accepted");
}

TEST(Turn, another_agents_workflow_is_not_yours) {
  Story story;
  story.created();
  EXPECT_EQ(reason(story.when({ActorKind::kAgent, "other"}, command::StartTurn{.worker = "w"})),
            "workflow.not_yours");
}

TEST(Dispatch, an_agents_own_workflow_is_its_own_to_run_and_a_persons_is_a_workers) {
  Story own;
  own.created();
  EXPECT_EQ(own.workflow.dispatch, Dispatch::kNone);
  Story other;
  ASSERT_TRUE(other.when(Story::person("ben"), command::CreateWorkflow{.agent = "refunds"}));
  EXPECT_EQ(other.workflow.dispatch, Dispatch::kWorker);
  command::CreateWorkflow native{.agent = "refunds"};
  native.dispatch = Dispatch::kNative;
  EXPECT_EQ(reason(Story().when(Story::person("ben"), native)), "workflow.not_native");
  Story declared;
  declared.native_agents = {"refunds"};
  ASSERT_TRUE(declared.when(Story::person("ben"),
                            command::CreateWorkflow{.agent = "refunds", .input = "Refund o1."}));
  EXPECT_EQ(declared.workflow.dispatch, Dispatch::kNative);
}

TEST(Dispatch, an_agent_that_the_server_runs_does_not_begin_without_a_task) {
  const auto begin = [](const json::Value& input) {
    Story story;
    story.native_agents = {"refunds"};
    command::CreateWorkflow wish{.agent = "refunds"};
    wish.input = input;
    return reason(story.when(Story::person("ben"), wish));
  };
  for (const char* none : {"null",
                           "\"\"",
                           "\" \\n\"",
                           "7",
                           "[\"Refund o1.\"]",
                           "{}",
                           R"({"task":7})",
                           R"({"task":" "})",
                           R"({"order":"o1"})"})
    EXPECT_EQ(begin(*json::parse(none)), "workflow.task_required") << none;
  EXPECT_EQ(begin("Refund o1."), "accepted");
  EXPECT_EQ(begin(json::Object{{"task", "Refund o1."}, {"customer", 7}}), "accepted");
  // Whoever else runs it knows what the input means.
  EXPECT_EQ(reason(Story().when(Story::person("ben"), command::CreateWorkflow{.agent = "refunds"})),
            "accepted");
}

Story queued() {
  Story story;
  EXPECT_TRUE(story.when(Story::person("dan"), command::CreateWorkflow{.agent = "refunds"}));
  return story;
}

command::StartTurn from_queue(const std::string& worker) {
  return {.worker = worker, .queued = true};
}

TEST(Dispatch, a_turn_from_the_queue_is_given_once_and_not_before_its_time) {
  Story story = queued();
  ASSERT_TRUE(story.when(Story::agent(), from_queue("w1")));
  EXPECT_EQ(reason(story.when(Story::agent(), from_queue("w1"))), "turn.not_ready");
  ASSERT_TRUE(story.when(Story::agent(), command::EndTurn{1, 5'000}));
  EXPECT_EQ(reason(story.when(Story::agent(), from_queue("w1"))), "turn.not_ready");
  story.now += 5'000;
  EXPECT_TRUE(story.when(Story::agent(), from_queue("w1")));
}

TEST(Dispatch, a_turn_lapses_when_its_lease_is_over_and_not_before) {
  Story story = queued();
  ASSERT_TRUE(story.when(Story::agent(), from_queue("w1")));
  story.now += 20'000;
  ASSERT_TRUE(story.when(Story::agent(), command::RenewTurn{1}));
  story.now += 29'999;
  EXPECT_EQ(reason(story.when(Story::timer(), command::ExpireTurn{1})), "turn.not_lapsed");
  story.now += 1;
  EXPECT_TRUE(has<event::TurnLapsed>(story.when(Story::timer(), command::ExpireTurn{1})));
  EXPECT_EQ(status(story.workflow), WorkflowStatus::kReady);
  const auto again = story.when(Story::timer(), command::ExpireTurn{1});
  EXPECT_TRUE(again && again->empty());
}

TEST(Dispatch, turns_that_lapse_without_a_trace_end_the_workflow_after_some) {
  Story story = queued();
  const auto lapse = [&] {
    EXPECT_TRUE(story.when(Story::agent(), from_queue("w1")));
    story.now += 30'000;
    return story.when(Story::timer(), command::ExpireTurn{story.workflow.turns});
  };
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(has<event::WorkflowFailed>(lapse()));
  story.now += 1;
  ASSERT_TRUE(story.when(Story::agent(), from_queue("w1")));
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  story.now += 30'000;
  ASSERT_TRUE(story.when(Story::timer(), command::ExpireTurn{story.workflow.turns}));
  EXPECT_EQ(story.workflow.lapses, 1) << "something happened before";
  for (int i = 0; i < 8; ++i) EXPECT_FALSE(has<event::WorkflowFailed>(lapse()));
  EXPECT_TRUE(has<event::WorkflowFailed>(lapse()));
  EXPECT_EQ(story.workflow.error->type, "turn.poisoned");
}

struct Rolled {
  Story story;
  std::string checkpoint;
};

Rolled with_checkpoint() {
  Rolled rolled{running(), ""};
  EXPECT_TRUE(
      rolled.story.when(Story::agent(), command::CreateCheckpoint{.name = "before", .turn = 1}));
  rolled.checkpoint = rolled.story.workflow.checkpoints.back().id;
  return rolled;
}

TEST(Rollback, P13_cancels_what_is_pending_and_lists_what_was_done) {
  auto [story, checkpoint] = with_checkpoint();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50, "k1")));
  ASSERT_TRUE(story.when(Story::agent(), story.close()));
  ASSERT_TRUE(story.when(Story::agent(), story.refund(500, "k2")));
  const std::string asked = story.approval().id;
  ASSERT_TRUE(
      story.when(Story::person("ben"), command::RollBack{checkpoint, "wrong batch", {}, {}}));
  EXPECT_EQ(find_approval(story.workflow, asked)->status, ApprovalStatus::kCancelled);
  const auto& rolled = std::get<event::WorkflowRolledBack>(story.history.back().payload);
  EXPECT_EQ(rolled.undone, (std::vector<std::string>{story.workflow.calls[0].id}));
  EXPECT_EQ(story.workflow.epoch, 1);
  EXPECT_TRUE(story.workflow.by_key.empty());
  EXPECT_EQ(story.workflow.open_calls, 0U);
}

TEST(Rollback, P13_resurrects_no_decision) {
  auto [story, checkpoint] = with_checkpoint();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(500)));
  const std::string hash = story.approval().hash;
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kApprove));
  ASSERT_TRUE(
      story.when(Story::agent(), command::RollBack{checkpoint, "again", story.workflow.turn->n}));
  story.turn("w2");
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
  EXPECT_NE(story.approval().hash, hash) << "P5: the epoch is part of H";
}

TEST(Rollback, P13_a_grant_from_before_the_checkpoint_dies_too) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(500)));
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kApprove));
  ASSERT_TRUE(story.when(
      Story::agent(),
      command::CreateCheckpoint{.name = "after asking", .turn = story.workflow.turn->n}));
  ASSERT_TRUE(story.when(
      Story::agent(),
      command::RollBack{story.workflow.checkpoints.back().id, "again", story.workflow.turn->n}));
  story.turn("w2");
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
}

TEST(Rollback, P13_late_reports_from_the_old_branch_are_refused) {
  auto [story, checkpoint] = with_checkpoint();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  const command::CloseCall late = story.close();
  ASSERT_TRUE(
      story.when(Story::agent(), command::RollBack{checkpoint, "again", story.workflow.turn->n}));
  EXPECT_EQ(reason(story.when(Story::agent(), late)), "stale_epoch");
}

TEST(Rollback, a_checkpoint_on_an_abandoned_branch_cannot_be_reached) {
  auto [story, checkpoint] = with_checkpoint();
  ASSERT_TRUE(story.when(
      Story::agent(), command::CreateCheckpoint{.name = "later", .turn = story.workflow.turn->n}));
  const std::string later = story.workflow.checkpoints.back().id;
  ASSERT_TRUE(
      story.when(Story::agent(), command::RollBack{checkpoint, "again", story.workflow.turn->n}));
  EXPECT_EQ(reason(story.when(Story::agent(), command::RollBack{later, "x", {}})),
            "checkpoint.abandoned");
}

TEST(Workflow, an_ended_one_takes_no_more_commands) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(500)));
  ASSERT_TRUE(story.when(Story::person("ben"), command::CancelWorkflow{"enough"}));
  EXPECT_EQ(story.approval().status, ApprovalStatus::kCancelled);
  EXPECT_EQ(reason(story.when(Story::agent(), story.refund(1, "k9"))), "workflow.closed");
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "approval.closed");
}

TEST(Ids, name_their_workflow) {
  EXPECT_EQ(workflow_of("ap_00000000000000000000000001_12"), kWorkflow);
  EXPECT_EQ(workflow_of("nonsense"), "");
  Story story = running();
  EXPECT_EQ(find_call(story.workflow, "cl_00000000000000000000000001_1"), nullptr);
  EXPECT_EQ(find_call(story.workflow, "cl_00000000000000000000000001_"), nullptr);
}

TEST(Question, wakes_the_agent_again_when_the_turn_that_was_to_answer_it_lapsed) {
  Story story = running();
  ASSERT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
  ASSERT_TRUE(story.when(Story::agent(), command::EndTurn{.turn = 1}));
  const auto comment = [&](const Actor& by, const char* text, std::int64_t to, bool asks) {
    return reason(
        story.when(by, command::CommentApproval{story.approval().id, text, to, false, asks}));
  };
  const auto lapse = [&] {
    story.turn();
    story.now += 3'600'000;
    ASSERT_EQ(reason(story.when(Story::timer(), command::ExpireTurn{story.workflow.turns})),
              "accepted");
  };
  ASSERT_EQ(comment(Story::person("ben"), "for people", 0, false), "accepted");
  lapse();
  EXPECT_EQ(status(story.workflow), WorkflowStatus::kWaiting) << "nothing was asked";
  ASSERT_EQ(comment(Story::person("ben"), "what for?", 0, true), "accepted");
  ASSERT_EQ(status(story.workflow), WorkflowStatus::kReady);
  lapse();
  EXPECT_EQ(status(story.workflow), WorkflowStatus::kReady);
  ASSERT_EQ(comment(Story::agent(), "a broken cup", 2, false), "accepted");
  lapse();
  EXPECT_EQ(status(story.workflow), WorkflowStatus::kWaiting);
}

}  // namespace
}  // namespace fermata::testing
