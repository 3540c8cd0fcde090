// A database that was damaged or tampered with ends the use of the stream it is in, and nothing
// else.

#include <algorithm>

#include "codec/event_codec.hpp"
#include "tests/support/engine_fixture.hpp"

namespace fermata::engine {
namespace {

class CorruptStream : public EngineTest {
 protected:
  // Appends an event as somebody with the database's password would: its chain is right.
  void forge(const std::string& workflow, event::Event payload) {
    auto rows = store_->read({"default", workflow}, 0, 100'000);
    ASSERT_TRUE(rows && !rows->empty());
    event::Recorded recorded;
    recorded.version = rows->back().version + 1;
    recorded.at = clock_.now_ms();
    recorded.actor = {ActorKind::kSystem, "x"};
    recorded.payload = std::move(payload);
    append(workflow, recorded.version, codec::type_of(recorded.payload), codec::encode(recorded));
  }
  void append(const std::string& workflow,
              std::int64_t version,
              const std::string& type,
              const std::string& body) {
    const std::string before = store_->read({"default", workflow}, version - 2, 1)->back().hash;
    store::Commit commit;
    commit.stream = {"default", workflow};
    commit.expected_version = version - 1;
    commit.events = {
        {version, type, clock_.now_ms(), body, before, codec::chain_hash(before, body)}};
    ASSERT_TRUE(store_->commit({commit}).front().has_value());
  }
  std::vector<std::string> findings() {
    std::vector<std::string> found;
    const Verification verification = *verify(*store_, nullptr);
    for (const Finding& finding : verification.findings)
      found.push_back(finding.stream + ": " + finding.what);
    return found;
  }
  void expect_quarantined(const std::string& workflow, const std::string& reason) {
    const Submission start{
        .caller = kAgent, .stream = workflow, .command = command::StartTurn{.worker = "w"}};
    EXPECT_EQ(refusal(start), reason);
    EXPECT_EQ(refusal(start), reason);
    EXPECT_EQ(engine_->checkpoints("default", workflow).error().reason, reason);
    must(open(other_, turn(other_), 5));
    const std::vector<std::string> found = findings();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found.front().starts_with("default/" + workflow)) << found.front();
  }

  const std::string other_ = new_workflow();
};

TEST_F(CorruptStream, an_event_that_cannot_have_happened_quarantines_its_stream) {
  const std::vector<event::Event> impossible = {
      event::CallClosed{.call = "cl_1", .hash = "", .result = {}, .error = {}},
      event::ApprovalClosed{.approval = "ap_x_7"},
      event::WorkflowCreated{.id = "wf_other"},
      event::WorkflowRolledBack{.epoch = 1, .checkpoint = "cp_none"},
      event::TurnStarted{.turn = 1, .worker = "w", .lease_ms = INT64_MAX},
      event::CheckpointCreated{.checkpoint = "cp_1"},
      event::GroupRemoved{"finance"},
  };
  for (const event::Event& payload : impossible) {
    const std::string workflow = new_workflow();
    engine_.reset();
    forge(workflow, payload);
    start();
    SCOPED_TRACE(codec::type_of(payload));
    const std::vector<std::string> found = findings();
    EXPECT_EQ(std::count_if(
                  found.begin(),
                  found.end(),
                  [&](const std::string& line) { return line.starts_with("default/" + workflow); }),
              1);
    EXPECT_EQ(
        refusal(
            {.caller = kAgent, .stream = workflow, .command = command::StartTurn{.worker = "w"}}),
        "stream.corrupt");
    must(open(other_, turn(other_), 5));
  }
}

TEST_F(CorruptStream, P4_a_second_outcome_quarantines_its_stream) {
  const std::string workflow = new_workflow();
  const json::Value held = must(open(workflow, turn(workflow), 500)).body;
  must(approve(held["approval"]));
  engine_.reset();
  forge(workflow,
        event::ApprovalClosed{.approval = held["approval"].string_or("id"),
                              .status = ApprovalStatus::kRejected});
  start();
  expect_quarantined(workflow, "stream.corrupt");
}

TEST_F(CorruptStream, an_event_that_is_none_quarantines_its_stream) {
  const std::string workflow = new_workflow();
  engine_.reset();
  append(workflow, 2, "turn.started", R"({"type":"turn.started"})");
  start();
  expect_quarantined(workflow, "codec.corrupt_event");
}

TEST_F(CorruptStream, a_time_that_nobody_can_write_is_no_event) {
  const std::string workflow = new_workflow();
  engine_.reset();
  auto created = store_->read({"default", workflow}, 0, 1)->front().body;
  const std::size_t at = created.find("\"at\":") + 5;
  created.replace(at, created.find(',', at) - at, "9000000000000000");
  append(workflow, 2, "workflow.created", created);
  start();
  expect_quarantined(workflow, "codec.corrupt_event");
}

TEST_F(CorruptStream, a_stream_that_is_damaged_while_in_use_is_refused_and_wakes_nobody_wrongly) {
  const std::string workflow = new_workflow();
  turn(workflow);
  forge(workflow, event::GroupRemoved{"finance"});
  EXPECT_EQ(refusal({.caller = kAgent, .stream = workflow, .command = command::EndTurn{.turn = 1}}),
            "stream.corrupt");
}

TEST_F(CorruptStream, L1_a_deadline_on_a_damaged_stream_is_put_off_and_the_others_fire) {
  const std::string damaged = new_workflow();
  must(open(damaged, turn(damaged), 500));
  const json::Value held = must(open(other_, turn(other_), 500)).body;
  engine_.reset();
  forge(damaged, event::GroupRemoved{"finance"});
  start();
  clock_.advance(90'000);
  wait_until([&] {
    return engine_->approval("default", held["approval"].string_or("id"))->string_or("status") ==
           "expired";
  });
  wait_until([&] { return engine_->stats().tasks_failed > 0; });
  // It is still there, with a time of its own, whatever time has passed since.
  engine_.reset();
  clock_.advance(3'600'000);
  const auto leased = store_->lease_tasks("test", 1'000, 10);
  ASSERT_EQ(leased->tasks.size(), 1U);
  EXPECT_EQ(leased->tasks.front().stream, damaged);
  EXPECT_GE(leased->tasks.front().attempts, 2);
}

TEST_F(CorruptStream, a_task_that_cannot_be_read_is_put_off_and_the_others_are_done) {
  store::Commit commit;
  commit.stream = {"default", "tasks"};
  commit.tasks = {{"default", "deadline:broken", "approval_deadline", other_, 1, "{"},
                  {"default", "deadline:unknown", "no_such_kind", other_, 1, "{}"}};
  ASSERT_TRUE(store_->commit({commit}).front().has_value());
  const json::Value held = must(open(other_, turn(other_), 500)).body;
  clock_.advance(90'000);
  wait_until([&] {
    return engine_->approval("default", held["approval"].string_or("id"))->string_or("status") ==
           "expired";
  });
  wait_until([&] { return engine_->stats().tasks_failed >= 2; });
  EXPECT_LT(engine_->stats().tasks_failed, 20U) << "it does not spin";
}

TEST_F(CorruptStream, a_damaged_directory_refuses_the_start_and_says_why) {
  engine_.reset();
  forge("directory", event::TurnEnded{.turn = 1});
  Options options;
  options.signing_seed = std::string(32, 's');
  const auto engine = Engine::start(*store_, random_, options);
  ASSERT_FALSE(engine.has_value());
  EXPECT_EQ(engine.error().reason, "stream.corrupt");
}

}  // namespace
}  // namespace fermata::engine
