#include "core/workflow/inbound.hpp"

#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

Question refund(int amount) {
  Question question;
  question.action = "refund";
  question.arguments = {{"ticket", "T-1"}, {"amount", amount}};
  return question;
}

Question words() {
  Question question;
  question.kind = ApprovalKind::kQuestion;
  question.action = "contact_human";
  return question;
}

command::AskInbound asks(std::vector<Question> questions, std::string key = "k") {
  command::AskInbound wish;
  wish.key = std::move(key);
  wish.asked = json::Object{{"questions", static_cast<std::int64_t>(questions.size())}};
  wish.questions = std::move(questions);
  return wish;
}

Result<Events> decide(Story& story, std::size_t which, DecisionKind kind, int amount = 0) {
  const Approval& approval = story.workflow.approvals.at(which);
  command::DecideApproval wish;
  wish.approval = approval.id;
  wish.decision = kind;
  wish.hash = approval.hash;
  wish.reason = "because";
  if (kind == DecisionKind::kEdit) wish.arguments = {{"ticket", "T-1"}, {"amount", amount}};
  return story.when(Story::person("ben"), wish);
}

TEST(Inbound, asks_about_each_question_on_its_own) {
  Story story;
  Question never;
  never.action = "drop_database";
  ASSERT_EQ(reason(story.when(Story::agent(), asks({refund(10), refund(500), never, refund(600)}))),
            "accepted");
  const auto& calls = story.workflow.calls;
  ASSERT_EQ(calls.size(), 4U);
  EXPECT_EQ(calls[0].state, CallState::kDone);
  EXPECT_EQ(calls[1].state, CallState::kWaiting);
  EXPECT_EQ(calls[2].state, CallState::kDenied);
  EXPECT_EQ(calls[3].state, CallState::kWaiting);
  EXPECT_EQ(story.workflow.pending.size(), 2U);
  // In any order; the workflow that was made for it ends with the last one.
  ASSERT_TRUE(has<event::CallClosed>(decide(story, 1, DecisionKind::kApprove)));
  EXPECT_FALSE(story.workflow.closed());
  ASSERT_TRUE(has<event::CallDenied>(decide(story, 0, DecisionKind::kReject)));
  EXPECT_TRUE(story.workflow.closed());
  EXPECT_EQ(calls[3].grant->hash, story.workflow.approvals[1].hash);
  EXPECT_EQ(calls[3].hash, calls[3].grant->hash) << "P5";
}

TEST(Inbound, that_needs_nobody_is_over_at_once) {
  Story story;
  ASSERT_TRUE(has<event::WorkflowCompleted>(story.when(Story::agent(), asks({refund(10)}))));
  EXPECT_EQ(reason(story.when(Story::agent(), asks({refund(10)}))), "accepted");
  EXPECT_EQ(story.workflow.calls.size(), 1U) << "the same key is the same asking";
}

TEST(Inbound, of_the_same_key_with_another_payload_is_refused) {
  Story story;
  ASSERT_EQ(reason(story.when(Story::agent(), asks({refund(500)}))), "accepted");
  EXPECT_EQ(reason(story.when(Story::agent(), asks({refund(500), refund(600)}))),
            "request.idempotency_mismatch");
  EXPECT_EQ(reason(story.when(Story::agent(), asks({refund(500)}, "k2"))), "workflow.standalone");
}

TEST(Inbound, counts_the_calls_of_its_own_payload) {
  Story story;
  Rule few = Story::rule("few", "refund", Operator::kGte, 0, Effect::kDeny, {});
  few.circumstances = {CallNumber{3, std::nullopt}};
  story.policy.rules.insert(story.policy.rules.begin(), few);
  story.created();
  ASSERT_EQ(reason(story.when(Story::agent(), asks({refund(1), refund(2), refund(3)}))),
            "accepted");
  EXPECT_EQ(story.workflow.calls[1].state, CallState::kDone);
  EXPECT_EQ(story.workflow.calls[2].state, CallState::kDenied);
}

TEST(Inbound, a_yes_that_the_program_cannot_use_is_not_given_by_the_policy) {
  Story story;
  Question question = refund(10);
  question.takes = {DecisionKind::kReject, DecisionKind::kEdit};
  ASSERT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), asks({question}))));
}

TEST(Inbound, takes_no_decision_that_the_program_does_not) {
  Story story;
  Question question = refund(500);
  question.takes = {DecisionKind::kReject, DecisionKind::kApprove};
  ASSERT_EQ(reason(story.when(Story::agent(), asks({question}))), "accepted");
  EXPECT_EQ(reason(decide(story, 0, DecisionKind::kEdit, 400)), "approval.wrong_decision");
  EXPECT_EQ(reason(decide(story, 0, DecisionKind::kIgnore)), "approval.wrong_decision");
  EXPECT_EQ(reason(decide(story, 0, DecisionKind::kApprove)), "accepted");
}

TEST(Inbound, what_was_edited_may_be_agreed_to) {
  Story story;
  Question question = refund(5000);
  question.takes = {DecisionKind::kReject, DecisionKind::kEdit};
  ASSERT_EQ(reason(story.when(Story::agent(), asks({question}))), "accepted");
  EXPECT_EQ(reason(decide(story, 0, DecisionKind::kApprove)), "approval.wrong_decision");
  ASSERT_EQ(reason(decide(story, 0, DecisionKind::kEdit, 4000)), "accepted");
  ASSERT_TRUE(story.approval().pending()) << "two must agree";
  EXPECT_EQ(reason(story.decide_as("cleo", DecisionKind::kApprove)), "accepted");
  EXPECT_EQ(story.call().state, CallState::kDone);
}

TEST(Inbound, P13_a_rollback_makes_it_be_asked_again) {
  Story story;
  story.created();
  ASSERT_EQ(reason(story.when(Story::agent(), command::CreateCheckpoint{.name = "c"})), "accepted");
  ASSERT_EQ(reason(story.when(Story::agent(), asks({refund(500), words()}))), "accepted");
  ASSERT_EQ(reason(decide(story, 0, DecisionKind::kApprove)), "accepted");
  const std::string checkpoint = story.workflow.checkpoints.front().id;
  ASSERT_EQ(reason(story.when(Story::person("ben"), command::RollBack{checkpoint, "no", {}, {}})),
            "accepted");
  EXPECT_FALSE(story.workflow.inbound.front().live());
  ASSERT_EQ(reason(story.when(Story::agent(), asks({refund(500), words()}))), "accepted");
  EXPECT_EQ(story.workflow.inbound.size(), 2U);
  EXPECT_EQ(story.workflow.pending.size(), 2U);
}

TEST(Inbound, P13_what_waits_at_a_checkpoint_does_not_outlive_it) {
  Story story;
  story.created();
  ASSERT_EQ(reason(story.when(Story::agent(), asks({words()}))), "accepted");
  ASSERT_EQ(reason(story.when(Story::agent(), command::CreateCheckpoint{.name = "c"})), "accepted");
  const std::string checkpoint = story.workflow.checkpoints.front().id;
  ASSERT_EQ(reason(story.when(Story::agent(), command::RollBack{checkpoint, "no", {}, {}})),
            "accepted");
  EXPECT_FALSE(story.workflow.inbound.front().live());
}

TEST(Inbound, P16_is_fenced_while_a_worker_holds_the_turn) {
  Story story;
  story.created();
  const std::int64_t turn = story.turn();
  EXPECT_EQ(reason(story.when(Story::agent(), asks({refund(500)}))), "turn.stale");
  command::AskInbound own = asks({refund(500)});
  own.turn = turn;
  EXPECT_EQ(reason(story.when(Story::agent(), own)), "accepted");
}

TEST(Inbound, is_the_agents_own) {
  Story story;
  story.created();
  EXPECT_EQ(reason(story.when({ActorKind::kAgent, "other"}, asks({refund(500)}))),
            "workflow.not_yours");
  EXPECT_EQ(reason(story.when(Story::person("ben"), asks({refund(500)}))), "auth.kind_not_allowed");
}

TEST(Inbound, asks_no_more_than_people_can_answer) {
  Story story;
  story.policy.attention.open_per_agent = 2;
  story.attention = Attention{.open_of_agent = 1};
  ASSERT_EQ(reason(story.when(Story::agent(), asks({refund(500), refund(600)}))), "accepted");
  EXPECT_EQ(story.workflow.calls[0].state, CallState::kWaiting);
  EXPECT_EQ(story.workflow.calls[1].denial_reason, "approval.too_much_asked");
}

}  // namespace
}  // namespace fermata::testing
