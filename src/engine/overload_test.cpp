// What the engine does when too much waits, and when it is stopped meanwhile.

#include "tests/support/engine_fixture.hpp"

namespace fermata::engine {
namespace {

using Overload = EngineTest;

TEST_F(Overload, L1_a_deadline_fires_though_no_command_is_taken) {
  const std::string workflow = new_workflow();
  const json::Value held = must(open(workflow, turn(workflow), 500)).body;
  engine_.reset();
  Options full;
  full.max_queued = 0;
  start(full);
  EXPECT_EQ(refusal({.caller = kAgent, .stream = workflow, .command = command::RenewTurn{1}}),
            "engine.overloaded");
  clock_.advance(90'000);
  const std::string approval = held["approval"].string_or("id");
  const std::int64_t since = monotonic_ms();
  wait_until(
      [&] { return engine_->approval("default", approval)->string_or("status") == "expired"; });
  EXPECT_LT(monotonic_ms() - since, 10'000);
}

TEST_F(Overload, many_deadlines_at_once_all_fire) {
  constexpr int kMany = 700;
  for (int i = 0; i < kMany; ++i) {
    command::RequestApproval ask;
    ask.question.action = "refund";
    ask.question.arguments = {{"amount", 500}};
    must({.caller = kAgent, .stream = "", .command = ask});
  }
  clock_.advance(90'000);
  wait_until([&] { return engine_->stats().tasks_done == kMany; });
}

TEST_F(Overload, streams_in_memory_take_no_more_than_they_may) {
  engine_.reset();
  Options small;
  small.max_resident_bytes = 4 << 20;
  start(small);
  std::vector<std::string> made;
  for (int i = 0; i < 60; ++i)
    made.push_back(must({.caller = kAgent,
                         .stream = "",
                         .command = command::CreateWorkflow{.agent = "refunds",
                                                            .input = std::string(500'000, 'x')}})
                       .body.string_or("id"));
  wait_until([&] { return engine_->stats().resident_bytes <= (5 << 20); });
  EXPECT_GT(engine_->stats().resident, 1U);
  for (const std::string& workflow : made) turn(workflow);
  wait_until([&] { return engine_->stats().resident_bytes <= (5 << 20); });
  expect_whole();
}

TEST_F(Overload, whoever_comes_while_the_engine_stops_is_answered) {
  for (int round = 0; round < 15; ++round) {
    std::atomic<bool> stop = false;
    std::atomic<int> asked = 0, answered = 0;
    std::thread caller([&] {
      while (!stop) {
        ++asked;
        engine_->submit({.caller = kAgent,
                         .stream = "",
                         .command = command::CreateWorkflow{.agent = "refunds"}},
                        [&](const Result<Reply>&) { ++answered; });
      }
    });
    wait_until([&] { return answered > 0; });
    engine_->drain();
    stop = true;
    caller.join();
    ASSERT_EQ(answered, asked) << "in round " << round;
    restart();
  }
}

}  // namespace
}  // namespace fermata::engine
