#include "core/workflow/rollback.hpp"

#include "core/workflow/undo.hpp"
#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

Story running() {
  Story story;
  story.created();
  story.turn();
  return story;
}

command::CreateCheckpoint keyed(const Story& story, const std::string& key) {
  return {.name = "before", .key = key, .turn = story.workflow.turn->n};
}

// A call that runs at once, is done, and can be undone.
void do_undoable(Story& story, const std::string& key, const std::string& result = "R-1") {
  command::OpenCall open = story.refund(50, key);
  open.undo = "cancel_refund";
  ASSERT_TRUE(story.when(Story::agent(), open));
  ASSERT_TRUE(story.when(Story::agent(), story.close(result)));
}

command::OpenCall undo_of(const Story& story, const std::string& key) {
  const auto parsed = parse_undo_key(key);
  command::OpenCall open;
  open.turn = story.workflow.turn ? story.workflow.turn->n : 0;
  open.key = key;
  open.tool = "cancel_refund";
  open.arguments = undo_arguments(*find_call(story.workflow, parsed->call));
  return open;
}

std::string next_key(const Story& story) {
  const Compensation* next = next_undo(story.workflow);
  return next == nullptr ? "" : undo_key(story.workflow, *next);
}

Result<Events> roll_back(Story& story, const Actor& by, const std::string& reason = "wrong") {
  command::RollBack wish{story.workflow.checkpoints.front().id, reason, {}, {}};
  if (by == Story::agent() && story.workflow.turn) wish.turn = story.workflow.turn->n;
  return story.when(by, wish);
}

TEST(Checkpoint, with_a_key_is_a_call_that_a_rollback_to_it_keeps) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), keyed(story, "k")));
  const Call& call = story.call();
  EXPECT_EQ(call.kind, CallKind::kCheckpoint);
  EXPECT_EQ(story.workflow.checkpoints.back().calls, 1U);
  const auto again = story.when(Story::agent(), keyed(story, "k"));
  EXPECT_TRUE(again && again->empty());
  command::CreateCheckpoint other = keyed(story, "k");
  other.name = "other";
  EXPECT_EQ(reason(story.when(Story::agent(), other)), "call.diverged");
  ASSERT_TRUE(roll_back(story, Story::person("ben")));
  EXPECT_TRUE(story.workflow.by_key.contains("k"));
}

TEST(Checkpoint, its_record_tells_the_model_that_it_was_restored) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), keyed(story, "k")));
  const Checkpoint& made = story.workflow.checkpoints.back();
  EXPECT_EQ(checkpoint_record(story.workflow, made), story.call().result);
  do_undoable(story, "k1");
  ASSERT_TRUE(roll_back(story, Story::person("ben"), "wrong customer"));
  const json::Value record = checkpoint_record(story.workflow, story.workflow.checkpoints.back());
  EXPECT_EQ(record.int_or("attempt"), 2);
  EXPECT_EQ(record["by"].string_or("id"), "ben");
  EXPECT_EQ(
      record.string_or("text"),
      "Restored to checkpoint \"before\": this is attempt 2. It was rolled back by ben: "
      "\"wrong customer\". Still being undone: refund {\"amount\":50,\"ticket\":\"T-1\"}. What "
      "happened after the checkpoint no longer counts; do not simply repeat it.");
  EXPECT_EQ(notice(story.workflow, story.workflow.branches.back()), "");
}

TEST(Checkpoint, is_made_before_each_call_that_people_are_asked_about) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50, "small")));
  EXPECT_TRUE(story.workflow.checkpoints.empty());
  const auto events = story.when(Story::agent(), story.refund(500, "large"));
  ASSERT_TRUE(has<event::ApprovalRequested>(events));
  ASSERT_TRUE(std::holds_alternative<event::CheckpointCreated>(events->front()));
  const Checkpoint& made = story.workflow.checkpoints.back();
  EXPECT_TRUE(made.metadata.find("automatic") != nullptr);
  EXPECT_EQ(made.calls, 1U) << "the call itself comes after it";
  ASSERT_TRUE(roll_back(story, Story::agent(), "another way"));
  EXPECT_EQ(
      notice(story.workflow, story.workflow.branches.back()),
      "Restored to checkpoint \"before refund\": this is attempt 2. It was rolled back by you: "
      "\"another way\". Nothing had to be undone. What happened after the checkpoint no longer "
      "counts; do not simply repeat it.");
}

TEST(Rollback, an_agent_may_go_back_to_a_checkpoint_a_few_times_and_people_may_go_on) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), keyed(story, "k")));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(roll_back(story, Story::agent()));
  EXPECT_EQ(reason(roll_back(story, Story::agent())), "rollback.too_many_attempts");
  ASSERT_TRUE(roll_back(story, Story::person("ben")));
  EXPECT_EQ(story.workflow.branches.back().attempt, 5);
}

TEST(Rollback, if_version_is_that_of_what_was_looked_at) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), keyed(story, "k")));
  command::RollBack wish{story.workflow.checkpoints.back().id, "x", {}, story.workflow.version};
  ASSERT_TRUE(story.when(Story::agent(), story.refund(50)));
  EXPECT_EQ(reason(story.when(Story::person("ben"), wish)), "workflow.changed");
  wish.if_version = story.workflow.version;
  EXPECT_TRUE(story.when(Story::person("ben"), wish));
}

struct Rolled {
  Story story;
  std::string first, second;  // The calls to undo, as they were made.
};

// Two done calls that can be undone and one that cannot, all after a checkpoint that was returned
// to.
Rolled two_to_undo() {
  Rolled rolled{running(), "", ""};
  Story& story = rolled.story;
  story.limits.undo_attempts = 3;
  EXPECT_TRUE(story.when(Story::agent(), keyed(story, "k")));
  do_undoable(story, "k1", "R-1");
  rolled.first = story.call().id;
  do_undoable(story, "k2", "R-2");
  rolled.second = story.call().id;
  EXPECT_TRUE(story.when(Story::agent(), story.refund(20, "k3")));
  EXPECT_TRUE(story.when(Story::agent(), story.close()));
  EXPECT_TRUE(roll_back(story, Story::person("ben")));
  story.turn("w2");
  return rolled;
}

TEST(Undo, the_newest_effect_first_and_nothing_new_before_all_are_settled) {
  auto [story, first, second] = two_to_undo();
  EXPECT_EQ(undo_state(story.workflow, story.workflow.compensations.front()),
            UndoState::kImpossible);
  EXPECT_EQ(next_key(story), "undo/" + second + "/1");
  EXPECT_EQ(reason(story.when(Story::agent(), story.refund(5, "new"))), "undo.pending");
  EXPECT_EQ(reason(story.when(Story::agent(), keyed(story, "c2"))), "undo.pending");
  EXPECT_EQ(
      reason(story.when(Story::agent(),
                        command::CompleteWorkflow{.turn = story.workflow.turn->n, .result = {}})),
      "undo.pending");
  EXPECT_EQ(reason(story.when(Story::agent(), undo_of(story, "undo/" + first + "/1"))),
            "undo.unexpected");
  command::OpenCall other = undo_of(story, next_key(story));
  other.arguments.set("result", "R-9");
  EXPECT_EQ(reason(story.when(Story::agent(), other)), "undo.unexpected");
  other = undo_of(story, next_key(story));
  other.tool = "refund";
  EXPECT_EQ(reason(story.when(Story::agent(), other)), "undo.unexpected");
}

TEST(Undo, is_an_ordinary_call_that_may_be_asked_about_tried_again_and_given_up) {
  auto [story, first, second] = two_to_undo();
  const auto attempt = [&](std::optional<CallError> error) {
    ASSERT_TRUE(
        has<event::ApprovalRequested>(story.when(Story::agent(), undo_of(story, next_key(story)))));
    EXPECT_EQ(undo_state(story.workflow, *next_undo(story.workflow)), UndoState::kWaiting);
    ASSERT_TRUE(story.decide_as("dan", DecisionKind::kApprove));
    ASSERT_TRUE(
        has<event::CallStarted>(story.when(Story::agent(), undo_of(story, next_key(story)))));
    command::CloseCall close = story.close("undone");
    close.error = std::move(error);
    ASSERT_TRUE(story.when(Story::agent(), close));
  };
  attempt(CallError{"IOError", "no answer"});
  EXPECT_EQ(next_key(story), "undo/" + second + "/2");
  attempt(std::nullopt);
  EXPECT_EQ(next_key(story), "undo/" + first + "/1");
  for (int i = 0; i < 3; ++i) attempt(CallError{"IOError", "no answer"});
  EXPECT_EQ(next_key(story), "");
  const json::Array undone = undone_of(story.workflow, story.workflow.branches.back());
  ASSERT_EQ(undone.size(), 3U);
  EXPECT_EQ(undone[0].string_or("state"), "impossible");
  EXPECT_EQ(undone[1].string_or("state"), "done");
  EXPECT_EQ(undone[2].string_or("state"), "failed");
  EXPECT_EQ(undone[2].string_or("error"), "no answer");
  EXPECT_TRUE(story.when(Story::agent(), story.refund(5, "new")));
  EXPECT_EQ(reason(story.when(Story::agent(), undo_of(story, "undo/" + first + "/4"))),
            "undo.unexpected");
}

TEST(Undo, a_persons_no_ends_it) {
  auto [story, first, second] = two_to_undo();
  ASSERT_TRUE(story.when(Story::agent(), undo_of(story, next_key(story))));
  ASSERT_TRUE(story.decide_as("dan", DecisionKind::kReject, "leave it"));
  EXPECT_EQ(next_key(story), "undo/" + first + "/1");
  EXPECT_EQ(undo_state(story.workflow, story.workflow.compensations[1]), UndoState::kRefused);
}

TEST(Undo, survives_a_second_rollback_and_asks_again_what_was_decided) {
  auto [story, first, second] = two_to_undo();
  const std::string key = next_key(story);
  ASSERT_TRUE(story.when(Story::agent(), undo_of(story, key)));
  ASSERT_TRUE(story.decide_as("dan", DecisionKind::kApprove));
  ASSERT_TRUE(roll_back(story, Story::person("ben")));
  story.turn("w3");
  EXPECT_EQ(next_key(story), key) << "its grant died with the rollback (P13)";
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), undo_of(story, key))));
  ASSERT_TRUE(story.decide_as("dan", DecisionKind::kApprove));
  ASSERT_TRUE(story.when(Story::agent(), undo_of(story, key)));
  ASSERT_TRUE(roll_back(story, Story::person("ben")));
  story.turn("w4");
  EXPECT_EQ(undo_state(story.workflow, *next_undo(story.workflow)), UndoState::kRunning)
      << "one that was begun goes on, and is in doubt like any other call";
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), undo_of(story, key))));
  EXPECT_EQ(story.approval().question.kind, ApprovalKind::kInDoubt);
}

TEST(Undo, a_request_that_a_rollback_takes_back_is_no_attempt) {
  auto [story, first, second] = two_to_undo();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(
        has<event::ApprovalRequested>(story.when(Story::agent(), undo_of(story, next_key(story)))));
    ASSERT_TRUE(roll_back(story, Story::person("ben")));
    story.turn("w" + std::to_string(i));
    EXPECT_EQ(undo_state(story.workflow, *next_undo(story.workflow)), UndoState::kPending);
  }
  EXPECT_EQ(next_key(story), "undo/" + second + "/6");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(story.when(Story::agent(), undo_of(story, next_key(story))));
    ASSERT_TRUE(story.decide_as("dan", DecisionKind::kApprove));
    ASSERT_TRUE(story.when(Story::agent(), undo_of(story, next_key(story))));
    command::CloseCall close = story.close("undone");
    close.error = CallError{"IOError", "no answer"};
    ASSERT_TRUE(story.when(Story::agent(), close));
  }
  EXPECT_EQ(next_key(story), "undo/" + first + "/1") << "it was tried as often as it may be";
}

TEST(Undo, what_an_earlier_rollback_left_behind_is_told_as_well) {
  auto [story, first, second] = two_to_undo();
  ASSERT_TRUE(story.when(Story::agent(), undo_of(story, next_key(story))));
  ASSERT_TRUE(roll_back(story, Story::person("ben")));
  story.turn("w3");
  ASSERT_TRUE(story.when(Story::agent(), undo_of(story, next_key(story))));
  ASSERT_TRUE(story.decide_as("dan", DecisionKind::kReject, "it stays"));
  const json::Array undone = undone_of(story.workflow, story.workflow.branches.back());
  ASSERT_EQ(undone.size(), 3U);
  EXPECT_EQ(undone[1].string_or("call"), second);
  EXPECT_EQ(undone[1].string_or("state"), "refused");
  const json::Value record = checkpoint_record(story.workflow, story.workflow.checkpoints.front());
  EXPECT_EQ(record.string_or("text").find("Nothing had to be undone"), std::string::npos);
}

TEST(Undo, what_is_not_known_to_have_happened_is_left_to_people) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), keyed(story, "k")));
  command::OpenCall open = story.refund(50, "k1");
  open.undo = "cancel_refund";
  ASSERT_TRUE(story.when(Story::agent(), open));
  ASSERT_TRUE(roll_back(story, Story::person("ben")));
  EXPECT_EQ(next_key(story), "");
  const json::Array undone = undone_of(story.workflow, story.workflow.branches.back());
  EXPECT_EQ(undone.front().string_or("state"), "impossible");
  EXPECT_EQ(undone.front().string_or("error"), "it is not known whether it happened");
}

command::OpenCall ask_for(const Story& story, const std::string& action, std::int64_t amount) {
  command::OpenCall open;
  open.turn = story.workflow.turn->n;
  open.key = "r" + action + std::to_string(amount);
  open.tool = "request_approval";
  open.arguments = {{"action", action},
                    {"arguments", json::Object{{"amount", amount}}},
                    {"why", "the parcel is lost"},
                    {"otherwise", "the customer waits"}};
  return open;
}

TEST(RequestApproval, asks_whom_the_rules_for_the_action_ask_and_otherwise_the_default) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), ask_for(story, "refund", 5000)));
  EXPECT_EQ(story.approval().thresholds, (std::vector<Threshold>{{"finance", 2, 1}}));
  EXPECT_EQ(story.approval().question.why, "the parcel is lost");
  EXPECT_EQ(story.approval().question.otherwise, "the customer waits");
  ASSERT_TRUE(story.when(Story::agent(), ask_for(story, "refund", 50)));
  EXPECT_EQ(story.approval().thresholds, (std::vector<Threshold>{{"ops", 1, 1}}));
  ASSERT_TRUE(story.when(Story::agent(), ask_for(story, "write_letter", 1)));
  EXPECT_EQ(story.approval().thresholds, (std::vector<Threshold>{{"ops", 1, 1}}));
  EXPECT_TRUE(
      has<event::CallDenied>(story.when(Story::agent(), ask_for(story, "drop_database", 1))));
  command::OpenCall nameless = ask_for(story, "", 1);
  EXPECT_TRUE(has<event::CallDenied>(story.when(Story::agent(), nameless)));
}

TEST(RequestApproval, is_closed_with_the_outcome_in_words_for_the_model) {
  Story story = running();
  const command::OpenCall open = ask_for(story, "refund", 500);
  ASSERT_TRUE(story.when(Story::agent(), open));
  const auto decided = story.decide_as("ben", DecisionKind::kApprove, "fine");
  EXPECT_FALSE(has<event::CallGranted>(decided)) << "it permits nothing by itself";
  EXPECT_EQ(story.call().state, CallState::kDone);
  EXPECT_EQ(story.call().result.string_or("outcome"), "approved");
  EXPECT_EQ(
      story.call().result.string_or("text"),
      "Approved by ben: \"fine\". You may go on with refund, once, with exactly these arguments.");
  const auto again = story.when(Story::agent(), open);
  EXPECT_TRUE(again && again->empty());
  ASSERT_TRUE(story.when(Story::agent(), ask_for(story, "refund", 600)));
  ASSERT_TRUE(story.decide_as("ben", DecisionKind::kReject, "no"));
  EXPECT_EQ(story.call().state, CallState::kDone);
  EXPECT_EQ(story.call().result.string_or("text"),
            "Rejected by ben: \"no\". Do not do refund, and do not try it another way.");
}

TEST(RequestApproval, an_edit_is_judged_by_the_action_that_it_names_then) {
  Story story = running();
  ASSERT_TRUE(story.when(Story::agent(), ask_for(story, "refund", 500)));
  command::DecideApproval edit;
  edit.approval = story.approval().id;
  edit.hash = story.approval().hash;
  edit.decision = DecisionKind::kEdit;
  edit.arguments = ask_for(story, "drop_database", 1).arguments;
  EXPECT_EQ(reason(story.when(Story::person("ben"), edit)), "policy.denied");
  edit.arguments = ask_for(story, "refund", 400).arguments;
  ASSERT_TRUE(story.when(Story::person("ben"), edit));
  EXPECT_EQ(story.call().result["arguments"].int_or("amount"), 400);
  EXPECT_TRUE(story.call().result.bool_or("edited"));
}

}  // namespace
}  // namespace fermata::testing
