#include "core/approval/tally.hpp"
#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

Story asked(std::int64_t amount) {
  Story story;
  story.created();
  story.turn();
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(amount))));
  return story;
}

TEST(Approval, P1_is_approved_when_the_threshold_is_reached) {
  Story story = asked(500);
  EXPECT_TRUE(has<event::CallGranted>(story.decide_as("ben", DecisionKind::kApprove)));
  EXPECT_EQ(story.approval().status, ApprovalStatus::kApproved);
  EXPECT_EQ(story.call().state, CallState::kGranted);
  EXPECT_EQ(story.call().grant->hash, story.approval().hash);
}

TEST(Approval, P1_large_refund_needs_two_different_people) {
  Story story = asked(5000);
  EXPECT_FALSE(has<event::CallGranted>(story.decide_as("ben", DecisionKind::kApprove)));
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "approval.already_decided");
  EXPECT_TRUE(story.approval().pending());
  EXPECT_TRUE(has<event::CallGranted>(story.decide_as("cleo", DecisionKind::kApprove)));
}

TEST(Approval, P1_who_left_the_group_no_longer_counts) {
  Story story = asked(5000);
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  story.directory.groups["finance"].members = {"cleo", "dan"};
  EXPECT_FALSE(has<event::CallGranted>(story.decide_as("cleo", DecisionKind::kApprove)));
  EXPECT_TRUE(has<event::CallGranted>(story.decide_as("dan", DecisionKind::kApprove)));
}

TEST(Approval, P1_a_person_who_was_deactivated_no_longer_counts) {
  Story story = asked(5000);
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  story.directory.people["ben"].active = false;
  EXPECT_FALSE(has<event::CallGranted>(story.decide_as("cleo", DecisionKind::kApprove)));
}

TEST(Approval, P1_a_looser_policy_does_not_loosen_a_pending_request) {
  Story story = asked(5000);
  story.policy.hash = "policy-2";
  for (Rule& rule : story.policy.rules) rule.thresholds = {{"finance", 1, 1}};
  EXPECT_FALSE(has<event::CallGranted>(story.decide_as("ben", DecisionKind::kApprove)));
  Story edited = asked(5000);
  edited.policy.hash = "policy-2";
  edited.policy.rules = {
      Story::rule("all run", "refund", Operator::kLte, 1'000'000, Effect::kAllow, {})};
  EXPECT_FALSE(has<event::CallGranted>(edited.decide_as("ben", DecisionKind::kEdit, "less", 4000)));
  EXPECT_EQ(edited.approval().thresholds, (std::vector<Threshold>{{"finance", 2, 1}}));
}

TEST(Approval, P2_a_group_without_members_can_never_agree) {
  Story story = asked(500);
  story.directory.groups["finance"].members.clear();
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "approval.not_an_approver");
}

TEST(Approval, P2_no_thresholds_means_nobody) {
  Approval approval;
  EXPECT_EQ(verdict(approval, Directory{}), Verdict::kOpen);
}

TEST(Approval, P2_without_a_policy_a_call_is_denied_and_the_event_says_so) {
  Story story;
  story.created();
  story.turn();
  story.has_policy = false;
  EXPECT_TRUE(has<event::CallDenied>(story.when(Story::agent(), story.refund(1))));
  EXPECT_EQ(story.call().state, CallState::kDenied);
}

TEST(Approval, P3_who_the_agent_works_for_never_decides) {
  Story story = asked(500);
  EXPECT_EQ(reason(story.decide_as("ana", DecisionKind::kApprove)), "approval.requester_decides");
}

TEST(Approval, P3_the_person_who_started_the_workflow_never_decides) {
  Story story;
  ASSERT_EQ(reason(story.when(Story::person("ben"), command::CreateWorkflow{.agent = "refunds"})),
            "accepted");
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500))), "accepted");
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "approval.requester_decides");
}

TEST(Approval, P3_agents_admins_and_timers_never_decide) {
  Story story = asked(500);
  command::DecideApproval decision;
  decision.approval = story.approval().id;
  decision.hash = story.approval().hash;
  for (const ActorKind kind :
       {ActorKind::kAgent, ActorKind::kAdmin, ActorKind::kReadOnly, ActorKind::kSystem})
    EXPECT_EQ(reason(story.when({kind, "refunds"}, decision)), "auth.kind_not_allowed");
  EXPECT_TRUE(story.approval().pending());
}

// A workflow that the server runs, and whose agent was told that refund takes {ticket, amount}.
Story asked_natively(std::int64_t amount) {
  Story story;
  story.native_agents = {"refunds"};
  EXPECT_TRUE(story.when(Story::person("dan"),
                         command::CreateWorkflow{.agent = "refunds", .input = "Refund T-1."}));
  story.turn();
  command::OpenCall briefing;
  briefing.turn = story.workflow.turn->n;
  briefing.key = "run/briefing";
  briefing.kind = CallKind::kValue;
  briefing.tool = "briefing";
  briefing.recorded = true;
  briefing.result =
      *json::parse(R"({"tools":[{"name":"refund","arguments":{"type":"object","properties":)"
                   R"({"ticket":{"type":"string"},"amount":{"type":"integer","maximum":900}},)"
                   R"("required":["ticket","amount"],"additionalProperties":false}}]})");
  EXPECT_EQ(reason(story.when(Story::agent(), briefing)), "accepted");
  EXPECT_EQ(reason(story.when(Story::agent(), story.refund(amount))), "accepted");
  return story;
}

Result<Events> edit_as(Story& story, const std::string& who, const char* arguments) {
  command::DecideApproval wish;
  wish.approval = story.approval().id;
  wish.decision = DecisionKind::kEdit;
  wish.hash = story.approval().hash;
  wish.arguments = *json::parse(arguments)->as_object();
  return story.when(Story::person(who), wish);
}

TEST(Approval, an_edit_that_the_servers_tool_would_not_take_is_refused_and_says_what_is_wrong) {
  Story story = asked_natively(500);
  for (const char* arguments : {R"({"ticket":"T-1","amount":"x"})",
                                R"({"ticket":"T-1"})",
                                R"({"ticket":"T-1","amount":60,"nosuch":1})",
                                R"({"ticket":"T-1","amount":901})"}) {
    const auto edited = edit_as(story, "ben", arguments);
    ASSERT_EQ(reason(edited), "approval.bad_edit") << arguments;
    EXPECT_EQ(edited.error().code, ErrorCode::kInvalid);
  }
  const auto wrong = edit_as(story, "ben", R"({"ticket":"T-1","amount":"x","nosuch":1})");
  EXPECT_NE(wrong.error().message.find("refund does not take these arguments: "),
            std::string::npos);
  for (const char* field : {"amount", "nosuch"})
    EXPECT_NE(wrong.error().message.find(field), std::string::npos) << wrong.error().message;
  EXPECT_TRUE(story.approval().pending());
  EXPECT_TRUE(has<event::CallGranted>(edit_as(story, "ben", R"({"ticket":"T-1","amount":60})")));
}

TEST(Approval, an_edit_of_a_call_that_somebody_else_runs_is_theirs_to_check) {
  Story story = asked(500);
  EXPECT_TRUE(
      has<event::CallGranted>(edit_as(story, "ben", R"({"ticket":"T-1","amount":60,"nosuch":1})")));
}

TEST(Approval, P4_whoever_comes_later_gets_the_outcome_that_won) {
  Story story = asked(500);
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kReject, "looks odd")), "accepted");
  const auto late = story.decide_as("cleo", DecisionKind::kApprove);
  ASSERT_EQ(reason(late), "approval.closed");
  EXPECT_NE(late.error().extra.find("rejected"), std::string::npos);
  EXPECT_EQ(story.call().denial_message,
            "Rejected by ben: \"looks odd\". refund was not performed.");
}

TEST(Approval, P4_a_decision_after_the_deadline_is_refused_before_any_expiry_event) {
  Story story;
  for (Rule& rule : story.policy.rules) rule.deadline_ms = 1000;
  story.created();
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500))), "accepted");
  story.now += 999;
  EXPECT_EQ(reason(story.when(Story::timer(), command::AdvanceApproval{story.approval().id})),
            "approval.not_due");
  story.now += 1;
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "approval.closed");
  EXPECT_TRUE(has<event::ApprovalClosed>(
      story.when(Story::timer(), command::AdvanceApproval{story.approval().id})));
  EXPECT_EQ(story.approval().status, ApprovalStatus::kExpired);
  EXPECT_EQ(reason(story.when(Story::timer(), command::AdvanceApproval{story.approval().id})),
            "accepted");
  EXPECT_EQ(story.call().denial_reason, "approval.expired");
}

TEST(Approval, P4_the_answer_is_the_same_before_and_after_the_expiry_event) {
  Story story;
  for (Rule& rule : story.policy.rules) rule.deadline_ms = 1000;
  story.created();
  story.turn();
  ASSERT_EQ(reason(story.when(Story::agent(), story.refund(500))), "accepted");
  story.now += 1700;
  const auto before = story.decide_as("ben", DecisionKind::kApprove);
  story.now += 100;
  ASSERT_TRUE(has<event::ApprovalClosed>(
      story.when(Story::timer(), command::AdvanceApproval{story.approval().id})));
  const auto after = story.decide_as("cleo", DecisionKind::kApprove);
  ASSERT_EQ(reason(after), "approval.closed");
  EXPECT_EQ(before.error().extra, after.error().extra);
  EXPECT_EQ(before.error().message, after.error().message);
}

TEST(Approval, P5_a_decision_with_another_hash_is_refused) {
  Story story = asked(500);
  command::DecideApproval decision;
  decision.approval = story.approval().id;
  decision.hash = std::string(64, '0');
  EXPECT_EQ(reason(story.when(Story::person("ben"), decision)), "approval.hash_mismatch");
}

TEST(Approval, P5_editing_makes_a_new_hash_and_resets_the_decisions) {
  Story story = asked(5000);
  const std::string before = story.approval().hash;
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  // 2000 still needs two: the editor is the first of them, ben's earlier word is void.
  EXPECT_FALSE(has<event::CallGranted>(story.decide_as("cleo", DecisionKind::kEdit, "less", 2000)));
  EXPECT_NE(story.approval().hash, before);
  EXPECT_FALSE(story.approval().decisions.front().counts);
  EXPECT_TRUE(has<event::CallGranted>(story.decide_as("ben", DecisionKind::kApprove)));
  EXPECT_EQ(*story.call().effective().find("amount"), json::Value(2000));
  EXPECT_EQ(story.call().hash, story.approval().hash);
}

TEST(Approval, P5_an_edit_down_to_what_needs_nobody_is_settled_by_its_editor) {
  Story story = asked(5000);
  EXPECT_TRUE(has<event::CallGranted>(story.decide_as("ben", DecisionKind::kEdit, "less", 80)));
}

TEST(Approval, P5_an_edit_into_what_is_denied_is_refused) {
  Story story = asked(500);
  story.policy.rules.push_back(
      Story::rule("no giants", "refund", Operator::kGt, 9000, Effect::kDeny, {}));
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kEdit, "more", 9999)), "policy.denied");
}

TEST(Approval, a_rejection_says_why) {
  Story story = asked(500);
  EXPECT_EQ(reason(story.decide_as("ben", DecisionKind::kReject, "")), "approval.reason_required");
}

TEST(Approval, a_stale_revision_is_refused) {
  Story story = asked(5000);
  command::DecideApproval decision;
  decision.approval = story.approval().id;
  decision.hash = story.approval().hash;
  decision.if_revision = 7;
  EXPECT_EQ(reason(story.when(Story::person("ben"), decision)), "approval.changed");
}

TEST(Approval, asked_without_a_workflow_gets_one_of_its_own_that_ends_with_it) {
  Story story;
  command::RequestApproval wish;
  wish.question.action = "refund";
  wish.question.arguments = {{"amount", 500}};
  wish.deadline_ms = 60'000;
  ASSERT_TRUE(has<event::WorkflowCreated>(story.when(Story::agent(), wish)));
  EXPECT_EQ(story.approval().question.deadline, story.now + 60'000);
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  EXPECT_EQ(status(story.workflow), WorkflowStatus::kCompleted);
}

TEST(Approval, thresholds_given_with_the_request_only_tighten) {
  Story story;
  command::RequestApproval wish;
  wish.question.action = "refund";
  wish.question.arguments = {{"amount", 5000}};
  wish.thresholds = {{"finance", 1, 1}, {"ops", 1, 1}};
  ASSERT_EQ(reason(story.when(Story::agent(), wish)), "accepted");
  EXPECT_EQ(story.approval().thresholds,
            (std::vector<Threshold>{{"finance", 2, 1}, {"ops", 1, 1}}));
}

TEST(Approval, a_question_takes_an_answer_that_fits_its_form) {
  Story story;
  command::RequestApproval wish;
  wish.question.kind = ApprovalKind::kQuestion;
  wish.question.action = "ask_ops";
  wish.question.form = json::Object{
      {"schema",
       json::Object{{"type", "object"},
                    {"properties", json::Object{{"n", json::Object{{"type", "integer"}}}}},
                    {"required", json::Array{"n"}}}}};
  ASSERT_EQ(reason(story.when(Story::agent(), wish)), "accepted");
  command::DecideApproval decision;
  decision.approval = story.approval().id;
  decision.hash = story.approval().hash;
  decision.decision = DecisionKind::kAnswer;
  decision.answer = json::Object{{"n", "three"}};
  EXPECT_EQ(reason(story.when(Story::person("dan"), decision)), "approval.bad_answer");
  decision.answer = json::Object{{"n", 3}};
  ASSERT_EQ(reason(story.when(Story::person("dan"), decision)), "accepted");
  EXPECT_EQ(story.approval().status, ApprovalStatus::kAnswered);
  EXPECT_EQ(story.approval().outcome->answer["n"], json::Value(3));
}

TEST(Approval, L3_who_agreed_before_settles_what_enough_agree_to_by_now) {
  Story story = asked(5000);
  ASSERT_EQ(reason(story.decide_as("ben", DecisionKind::kApprove)), "accepted");
  story.directory.groups["finance"].members = {"cleo", "dan"};
  ASSERT_EQ(reason(story.decide_as("cleo", DecisionKind::kApprove)), "accepted");
  EXPECT_EQ(reason(story.decide_as("cleo", DecisionKind::kApprove)), "approval.already_decided");
  story.directory.groups["finance"].members = {"ben", "cleo"};
  EXPECT_EQ(reason(story.decide_as("cleo", DecisionKind::kReject, "no")),
            "approval.already_decided");
  EXPECT_TRUE(has<event::CallGranted>(story.decide_as("cleo", DecisionKind::kApprove)));
  EXPECT_EQ(story.approval().outcome->by, "cleo");
}

}  // namespace
}  // namespace fermata::testing
