#include "core/workflow/fork.hpp"

#include <memory>

#include "core/workflow/compare.hpp"
#include "core/workflow/rollback.hpp"
#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

const std::string kLookup = "look_up";

command::OpenCall tool(const Story& story, const std::string& name, const std::string& key) {
  command::OpenCall open;
  open.turn = story.workflow.turn->n;
  open.key = key;
  open.tool = name;
  open.arguments = {{"ticket", "T-1"}};
  return open;
}

void record_model(Story& story, const std::string& key, const std::string& answer) {
  command::OpenCall open;
  open.turn = story.workflow.turn->n;
  open.key = key;
  open.kind = CallKind::kModel;
  open.tool = "model";
  open.recorded = true;
  open.result = answer;
  ASSERT_EQ(reason(story.when(Story::agent(), open)), "accepted");
}

// The model answers, an order is looked up, 500 are refunded with ben's yes, the customer is told.
class Fork : public ::testing::Test {
 protected:
  void SetUp() override {
    source_.policy.rules.push_back(
        {.name = "reads run", .tool = kLookup, .effect = Effect::kAllow});
    source_.policy.rules.push_back(
        {.name = "mails run", .tool = "notify", .effect = Effect::kAllow});
    source_.created();
    source_.turn();
    record_model(source_, "m1", "look it up");
    done(kLookup, "t1", "order A-17");
    ASSERT_EQ(reason(source_.when(Story::agent(), source_.refund(500, "t2"))), "accepted");
    asked_ = source_.approval().id;
    ASSERT_EQ(reason(source_.decide_as("ben", DecisionKind::kApprove, "fine")), "accepted");
    ASSERT_EQ(reason(source_.when(Story::agent(), source_.refund(500, "t2"))), "accepted");
    ASSERT_EQ(reason(source_.when(Story::agent(), source_.close("paid"))), "accepted");
    done("notify", "t3", "told");
  }

  void done(const std::string& name, const std::string& key, const json::Value& result) {
    ASSERT_EQ(reason(source_.when(Story::agent(), tool(source_, name, key))), "accepted");
    ASSERT_EQ(reason(source_.when(Story::agent(), source_.close(result))), "accepted");
  }

  // A fork of the source, in a story of its own.
  Story fork(command::ForkWorkflow wish, const Actor& actor = Story::person("dan")) {
    Story story;
    story.stream = "wf_00000000000000000000000002";
    story.policy = source_.policy;
    wish.source = std::make_shared<const Workflow>(source_.workflow);
    made_ = story.when(actor, wish);
    return story;
  }
  command::ForkWorkflow at_checkpoint() const {
    command::ForkWorkflow wish;
    wish.checkpoint = source_.workflow.checkpoints.front().id;
    return wish;
  }
  command::ForkWorkflow as_if(DecisionKind kind) const {
    command::ForkWorkflow wish;
    wish.decision = command::Supposition{asked_, kind, "too much", std::nullopt};
    return wish;
  }

  Story source_;
  std::string asked_;
  Result<Events> made_;
};

TEST_F(Fork, begins_with_the_journal_before_its_checkpoint_and_with_nothing_else) {
  Story story = fork(at_checkpoint());
  ASSERT_EQ(reason(made_), "accepted");
  EXPECT_EQ(story.workflow.calls.size(), 2U);
  EXPECT_EQ(story.workflow.calls[1].result, json::Value("order A-17"));
  EXPECT_EQ(story.workflow.calls[1].imported_from, source_.workflow.calls[1].id);
  EXPECT_EQ(story.workflow.by_key.count("t2"), 0U);
  EXPECT_EQ(story.workflow.forked_from->workflow, source_.workflow.id);
  EXPECT_EQ(status(story.workflow), WorkflowStatus::kReady);
}

TEST_F(Fork, keeps_what_people_chose_instead_of_what_the_agent_asked_for) {
  ASSERT_EQ(reason(source_.when(Story::agent(), source_.refund(700, "t4"))), "accepted");
  command::DecideApproval instead;
  instead.approval = source_.approval().id;
  instead.decision = DecisionKind::kEdit;
  instead.hash = source_.approval().hash;
  instead.action = "notify";
  instead.arguments = {{"ticket", "T-1"}};
  source_.fold(Story::agent(),
               event::TurnStarted{1, "w1", 30'000, *json::parse(R"({"a.tool.notify":"h"})")});
  ASSERT_EQ(reason(source_.when(Story::person("ben"), instead)), "accepted");
  ASSERT_EQ(reason(source_.when(Story::agent(), source_.refund(700, "t4"))), "accepted");
  ASSERT_EQ(reason(source_.when(Story::agent(), source_.close("told"))), "accepted");
  Story story = fork({});
  ASSERT_EQ(reason(made_), "accepted");
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(700, "t4"))), "accepted");
  EXPECT_EQ(story.call().result, json::Value("told"));
  EXPECT_EQ(story.call().tool, "notify");
  EXPECT_EQ(story.call().asked_tool(), "refund");
  EXPECT_EQ(reason(story.when(Story::agent(), story.refund(700, "t4"))), "accepted");
}

TEST_F(Fork, P13_takes_no_decision_and_no_grant_with_it) {
  const Story story = fork(at_checkpoint());
  EXPECT_TRUE(story.workflow.approvals.empty());
  EXPECT_EQ(story.workflow.grants, 0);
  for (const Call& call : story.workflow.calls) EXPECT_FALSE(call.grant);
}

TEST_F(Fork, a_tool_call_gets_what_the_source_recorded_and_nobody_is_asked) {
  Story story = fork(at_checkpoint());
  story.turn();
  const Result<Events> opened = story.when(Story::agent(), story.refund(500, "t2"));
  EXPECT_FALSE(has<event::ApprovalRequested>(opened));
  EXPECT_FALSE(has<event::CallStarted>(opened));
  EXPECT_EQ(story.call().state, CallState::kDone);
  EXPECT_EQ(story.call().result, json::Value("paid"));
}

TEST_F(Fork, what_the_source_never_did_is_a_dry_run) {
  Story story = fork(at_checkpoint());
  story.turn();
  const Result<Events> opened = story.when(Story::agent(), story.refund(80, "t2"));
  EXPECT_FALSE(has<event::CallStarted>(opened));
  EXPECT_EQ(story.call().state, CallState::kDenied);
  EXPECT_EQ(story.call().denial_reason, "fork.dry_run");
}

TEST_F(Fork, what_the_policy_denies_is_denied_as_ever) {
  Story story = fork(at_checkpoint());
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), tool(story, "drop_database", "t2"))), "accepted");
  EXPECT_EQ(story.call().denial_reason, "policy.denied");
}

TEST_F(Fork, equal_calls_get_what_the_source_gave_one_after_the_other) {
  done("notify", "t4", "told again");
  Story story = fork(at_checkpoint());
  story.turn();
  for (const auto& [key, answer] :
       {std::pair{"x1", "told"}, {"x2", "told again"}, {"x3", "told again"}}) {
    ASSERT_EQ(reason(story.when(Story::agent(), tool(story, "notify", key))), "accepted");
    EXPECT_EQ(story.call().result, json::Value(answer));
  }
  ASSERT_EQ(reason(story.when(Story::agent(), tool(story, kLookup, "x4"))),
            "accepted");  // From before the checkpoint.
  EXPECT_EQ(story.call().result, json::Value("order A-17"));
}

TEST_F(Fork, as_if_rejected_the_agent_reads_the_reason) {
  Story story = fork(as_if(DecisionKind::kReject));
  ASSERT_EQ(reason(made_), "accepted");
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500, "t2"))), "accepted");
  EXPECT_EQ(story.call().state, CallState::kDenied);
  EXPECT_EQ(story.call().denial_message,
            "Rejected by dan: \"too much\". refund was not performed.");
}

TEST_F(Fork, as_if_approved_needs_the_result_and_gives_it) {
  fork(as_if(DecisionKind::kApprove));
  EXPECT_EQ(reason(made_), "fork.result_required");
  command::ForkWorkflow wish = as_if(DecisionKind::kApprove);
  wish.decision->result = "paid by hand";
  const Story story = fork(wish);
  ASSERT_EQ(reason(made_), "accepted");
  EXPECT_EQ(story.call().result, json::Value("paid by hand"));
  EXPECT_EQ(story.call().key, "t2");
}

TEST_F(Fork, another_input_is_told_to_the_first_model_call_after_the_checkpoint) {
  command::ForkWorkflow wish = at_checkpoint();
  wish.input = json::Object{{"ticket", "T-9"}};
  const Story story = fork(wish);
  ASSERT_EQ(reason(made_), "accepted");
  EXPECT_EQ(story.workflow.input, source_.workflow.input);  // What the journal was made from.
  EXPECT_EQ(story.workflow.epoch, 1);
  EXPECT_EQ(
      *story.workflow.branches.back().told,
      R"(From here on the task has another input: {"ticket":"T-9"} It takes the place of the )"
      "one before; go on with it.");
}

TEST_F(Fork, another_input_from_the_beginning_is_the_input) {
  command::ForkWorkflow wish;
  wish.input = "another";
  const Story story = fork(wish);
  ASSERT_EQ(reason(made_), "accepted");
  EXPECT_EQ(story.workflow.input, json::Value("another"));
  EXPECT_TRUE(story.workflow.calls.empty());
  EXPECT_EQ(story.workflow.epoch, 0);
}

TEST_F(Fork, of_an_abandoned_branch_has_that_branchs_journal) {
  command::CreateCheckpoint named;
  named.name = "told";
  ASSERT_EQ(reason(source_.when(Story::agent(), named)), "turn.stale");
  named.turn = source_.workflow.turn->n;
  ASSERT_EQ(reason(source_.when(Story::agent(), named)), "accepted");
  const std::string later = source_.workflow.checkpoints.back().id;
  command::RollBack back;
  back.checkpoint = source_.workflow.checkpoints.front().id;
  back.reason = "again";
  ASSERT_EQ(reason(source_.when(Story::person("ben"), back)), "accepted");
  ASSERT_FALSE(find_checkpoint(source_.workflow, later)->live());
  command::ForkWorkflow wish;
  wish.checkpoint = later;
  const Story story = fork(wish);
  ASSERT_EQ(reason(made_), "accepted");
  EXPECT_EQ(story.workflow.calls.size(), 4U);
  EXPECT_EQ(story.workflow.by_key.count("t3"), 1U);
  EXPECT_EQ(story.workflow.branches.size(), 1U);
}

TEST_F(Fork, after_a_rollback_keeps_what_the_model_was_told_then) {
  command::RollBack back;
  back.checkpoint = source_.workflow.checkpoints.front().id;
  back.reason = "wrong ticket";
  ASSERT_EQ(reason(source_.when(Story::person("ben"), back)), "accepted");
  source_.turn();
  record_model(source_, "m2", "once more");
  command::CreateCheckpoint named;
  named.name = "second";
  named.turn = source_.workflow.turn->n;
  ASSERT_EQ(reason(source_.when(Story::agent(), named)), "accepted");
  command::ForkWorkflow wish;
  wish.checkpoint = source_.workflow.checkpoints.back().id;
  const Story story = fork(wish);
  ASSERT_EQ(reason(made_), "accepted");
  ASSERT_EQ(story.workflow.branches.size(), 2U);
  const std::string told = notice(story.workflow, story.workflow.branches.back());
  EXPECT_NE(told.find("wrong ticket"), std::string::npos) << told;
  EXPECT_EQ(told, notice(source_.workflow, source_.workflow.branches.back()));
  EXPECT_EQ(story.call().epoch, 1);
}

TEST_F(Fork, undoes_nothing_that_the_source_did) {
  Story story = fork(at_checkpoint());
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500, "t2"))), "accepted");
  command::RollBack back;
  back.checkpoint = story.workflow.checkpoints.front().id;
  back.reason = "again";
  ASSERT_EQ(reason(story.when(Story::person("ben"), back)), "accepted");
  EXPECT_TRUE(story.workflow.compensations.empty());
}

TEST_F(Fork, once_allowed_calls_are_judged_and_asked_about_again) {
  Story story = fork(at_checkpoint());
  EXPECT_EQ(reason(story.when(Story::agent(), command::AllowEffects{})), "auth.kind_not_allowed");
  ASSERT_EQ(reason(story.when(Story::person("dan"), command::AllowEffects{"fine"})), "accepted");
  story.turn();
  const Result<Events> opened = story.when(Story::agent(), story.refund(500, "t2"));
  EXPECT_TRUE(has<event::ApprovalRequested>(opened));
  EXPECT_NE(story.approval().hash, find_approval(source_.workflow, asked_)->hash);
}

TEST_F(Fork, P3_whoever_the_source_ran_for_does_not_decide_in_its_fork) {
  Story story = fork(at_checkpoint(), Story::agent());
  ASSERT_EQ(reason(made_), "accepted");
  ASSERT_EQ(reason(story.when(Story::person("dan"), command::AllowEffects{})), "accepted");
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500, "t2"))), "accepted");
  EXPECT_EQ(reason(story.decide_as("ana", DecisionKind::kApprove)), "approval.requester_decides");
}

TEST_F(Fork, asks_nobody_by_another_door) {
  Story story = fork(at_checkpoint());
  command::RequestApproval ask;
  ask.question.action = "refund";
  ask.question.arguments = {{"amount", 500}};
  EXPECT_EQ(reason(story.when(Story::agent(), ask)), "fork.dry_run");
}

TEST_F(Fork, P13_does_not_repeat_what_people_answered_in_the_source) {
  command::OpenCall request = tool(source_, std::string(kRequestApproval), "r1");
  request.arguments = {{"action", "refund"}, {"arguments", json::Object{{"amount", 500}}}};
  ASSERT_EQ(reason(source_.when(Story::agent(), request)), "accepted");
  ASSERT_EQ(reason(source_.decide_as("ben", DecisionKind::kApprove, "yes")), "accepted");
  Story story = fork(at_checkpoint());
  story.turn();
  request.turn = story.workflow.turn->n;
  ASSERT_EQ(reason(story.when(Story::agent(), request)), "accepted");
  EXPECT_EQ(story.call().denial_reason, "fork.dry_run");
}

TEST_F(Fork, P3_an_agent_supposes_no_approval_and_nobody_does_real_things_on_top_of_one) {
  command::ForkWorkflow wish = as_if(DecisionKind::kApprove);
  wish.decision->result = "paid by hand";
  fork(wish, Story::agent());
  EXPECT_EQ(reason(made_), "auth.kind_not_allowed");
  Story story = fork(wish);
  ASSERT_EQ(reason(made_), "accepted");
  EXPECT_EQ(reason(story.when(Story::person("dan"), command::AllowEffects{})), "fork.supposed");
}

TEST_F(Fork, P3_whoever_asked_for_the_source_does_not_decide_in_its_fork) {
  source_.workflow.requester = Story::person("ben");
  Story story = fork(at_checkpoint());
  ASSERT_EQ(reason(story.when(Story::person("dan"), command::AllowEffects{})), "accepted");
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500, "t2"))), "accepted");
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "approval.requester_decides");
}

TEST_F(Fork, of_a_request_that_was_asked_anew_after_a_checkpoint_with_a_call) {
  Story story;
  story.created();
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500, "a"))), "accepted");
  ASSERT_EQ(reason(story.when(Story::agent(),
                              command::CreateCheckpoint{
                                  .name = "k", .key = "k", .turn = story.workflow.turn->n})),
            "accepted");
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  story.now += 2'000'000;  // The grant runs out.
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500, "a"))), "accepted");
  ASSERT_EQ(story.workflow.approvals.size(), 2U);
  source_ = story;
  asked_ = story.approval().id;
  const Story made = fork(as_if(DecisionKind::kReject));
  ASSERT_EQ(reason(made_), "accepted");
  EXPECT_EQ(made.call().key, "a");
  for (const Checkpoint& checkpoint : made.workflow.checkpoints)
    EXPECT_NE(checkpoint.name, "k") << "it was made after the call";
}

TEST_F(Fork, of_a_branch_that_was_left_says_what_its_checkpoint_said_then) {
  Story story;
  story.created();
  story.turn();
  command::CreateCheckpoint mark{.name = "k", .key = "k", .turn = story.workflow.turn->n};
  ASSERT_EQ(reason(story.when(Story::agent(), mark)), "accepted");
  record_model(story, "m1", "pay");
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500, "a"))), "accepted");
  asked_ = story.approval().id;
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kReject)), "accepted");
  command::RollBack back{story.workflow.checkpoints.front().id, "again", {}, {}};
  ASSERT_EQ(reason(story.when(Story::person("ben"), back)), "accepted");
  source_ = story;
  command::ForkWorkflow wish = as_if(DecisionKind::kApprove);
  wish.decision->result = "paid";
  const Story made = fork(wish);
  ASSERT_EQ(reason(made_), "accepted");
  EXPECT_EQ(made.workflow.calls.front().result.int_or("attempt"), 1);
}

TEST_F(Fork, tells_another_input_again_after_a_rollback_to_its_beginning) {
  command::ForkWorkflow wish = at_checkpoint();
  wish.input = "another";
  Story story = fork(wish);
  ASSERT_EQ(reason(made_), "accepted");
  story.turn();
  record_model(story, "m9", "x");
  command::RollBack back{story.workflow.checkpoints.front().id, "again", {}, {}};
  ASSERT_EQ(reason(story.when(Story::person("ben"), back)), "accepted");
  const std::string told = notice(story.workflow, story.workflow.branches.back());
  EXPECT_NE(told.find("another input"), std::string::npos) << told;
}

TEST_F(Fork, a_call_of_an_abandoned_branch_gives_its_recording_back) {
  done("notify", "t4", "told again");
  Story story = fork(at_checkpoint());
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), tool(story, "notify", "x1"))), "accepted");
  command::RollBack back{story.workflow.checkpoints.front().id, "again", {}, {}};
  ASSERT_EQ(reason(story.when(Story::person("ben"), back)), "accepted");
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), tool(story, "notify", "x1"))), "accepted");
  EXPECT_EQ(story.call().result, json::Value("told"));
}

TEST_F(Fork, refuses_what_makes_no_sense) {
  command::ForkWorkflow both = at_checkpoint();
  both.decision = as_if(DecisionKind::kReject).decision;
  fork(both);
  EXPECT_EQ(reason(made_), "fork.two_places");
  command::ForkWorkflow unknown;
  unknown.checkpoint = "cp_x_1";
  fork(unknown);
  EXPECT_EQ(reason(made_), "checkpoint.not_found");
  command::ForkWorkflow silent = as_if(DecisionKind::kReject);
  silent.decision->reason = " ";
  fork(silent);
  EXPECT_EQ(reason(made_), "approval.reason_required");
  fork(at_checkpoint(), {ActorKind::kAgent, "another"});
  EXPECT_EQ(reason(made_), "workflow.not_yours");
  EXPECT_EQ(reason(source_.when(Story::person("dan"), command::AllowEffects{})), "fork.not_a_fork");
}

TEST_F(Fork, is_compared_with_its_source_call_by_call) {
  Story story = fork(as_if(DecisionKind::kReject));
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), tool(story, "notify", "t9"))), "accepted");
  const Comparison comparison = compare(source_.workflow, story.workflow);
  ASSERT_EQ(comparison.rows.size(), 5U);
  EXPECT_EQ(comparison.common, 2U);
  const auto& refund = comparison.rows[2];
  EXPECT_TRUE(refund.left && refund.right && !refund.same);
  EXPECT_TRUE(comparison.rows[3].left && !comparison.rows[3].right);
  EXPECT_TRUE(!comparison.rows[4].left && comparison.rows[4].right);
}

}  // namespace
}  // namespace fermata::testing
