// What the engine does when the store cannot say whether a commit happened.

#include "engine/changes.hpp"
#include "tests/support/engine_fixture.hpp"

namespace fermata::engine {
namespace {

using UnknownOutcome = EngineTest;

TEST_F(UnknownOutcome, L2_a_waiter_hears_of_what_was_done_though_nobody_asks_again) {
  const std::string workflow = new_workflow();
  std::atomic<int> heard = -1;
  engine_->await_version("default", workflow, 1, 60'000, [&](bool moved) { heard = moved; });
  wait_until([&] { return engine_->stats().waiters == 1; });
  store_->lose_next_answer = true;
  store_->refused_reads = 3;
  EXPECT_EQ(
      refusal({.caller = kAgent, .stream = workflow, .command = command::StartTurn{.worker = "w"}}),
      "store.unavailable");
  const std::int64_t since = monotonic_ms();
  wait_until([&] { return heard == 1; });
  EXPECT_LT(monotonic_ms() - since, 5'000);
}

TEST_F(UnknownOutcome, L2_a_waiter_hears_of_it_when_a_refused_command_reads_the_stream_again) {
  const std::string workflow = new_workflow();
  std::atomic<int> heard = -1;
  engine_->await_version("default", workflow, 1, 60'000, [&](bool moved) { heard = moved; });
  wait_until([&] { return engine_->stats().waiters == 1; });
  store_->lose_next_answer = true;
  refusal({.caller = kAgent, .stream = workflow, .command = command::StartTurn{.worker = "w"}});
  EXPECT_EQ(
      refusal({.caller = kAgent, .stream = workflow, .command = command::RenewTurn{.turn = 9}}),
      "turn.stale");
  wait_until([&] { return heard == 1; });
}

TEST_F(UnknownOutcome, who_follows_everything_is_told_to_look_though_nobody_asks_again) {
  const std::string workflow = new_workflow();
  store_->lose_next_answer = true;
  store_->refused_reads = 3;
  refusal({.caller = kAgent, .stream = workflow, .command = command::StartTurn{.worker = "w"}});
  wait_until([&] {
    const auto told = engine_->changes().since("default", 0, 100).changes;
    return !told.empty() && told.back().kind == Change::Kind::kAnything;
  });
}

TEST_F(UnknownOutcome, P7_already_so_is_said_only_after_a_fresh_write) {
  const std::string workflow = new_workflow();
  const std::int64_t n = turn(workflow);
  const Submission end{
      .caller = kAgent, .stream = workflow, .command = command::EndTurn{.turn = n}};
  store_->lose_next_answer = true;
  EXPECT_EQ(refusal(end), "store.unavailable");
  const int before = store_->commits;
  must(end);
  EXPECT_EQ(store_->commits, before + 1);
  must(end);
  EXPECT_EQ(store_->commits, before + 1) << "once is enough";
}

TEST_F(UnknownOutcome, P7_the_write_behind_already_so_may_fail_too) {
  const std::string workflow = new_workflow();
  const std::int64_t n = turn(workflow);
  const Submission end{
      .caller = kAgent, .stream = workflow, .command = command::EndTurn{.turn = n}};
  store_->lose_next_answer = true;
  EXPECT_EQ(refusal(end), "store.unavailable");
  store_->lose_next_answer = true;
  EXPECT_EQ(refusal(end), "store.unavailable");
  must(end);
  expect_whole();
}

TEST_F(UnknownOutcome, P7_a_repeated_request_is_answered_only_after_a_fresh_write) {
  const std::string workflow = new_workflow();
  Submission start{
      .caller = kAgent, .stream = workflow, .command = command::StartTurn{.worker = "w"}};
  start.idempotency = idempotency(kAgent, "POST", "/turns", "k", "{}");
  store_->lose_next_answer = true;
  EXPECT_EQ(refusal(start), "store.unavailable");
  const int before = store_->commits;
  EXPECT_TRUE(must(start).replayed);
  EXPECT_EQ(store_->commits, before + 1);
}

TEST_F(UnknownOutcome, P7_what_was_found_at_a_start_is_confirmed_only_after_a_fresh_write) {
  const std::string workflow = new_workflow();
  const json::Value held = must(open(workflow, turn(workflow), 500)).body;
  const std::int64_t n = 1;
  restart();
  const int before = store_->commits;
  EXPECT_EQ(must(open(workflow, n, 500)).body.string_or("verdict"), "wait");
  EXPECT_EQ(store_->commits, before + 1);
}

}  // namespace
}  // namespace fermata::engine
