#include "engine/engine.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "base/hash.hpp"
#include "tests/support/engine_fixture.hpp"

namespace fermata::engine {
namespace {

constexpr const char* kAsksTwo = R"(version: 1
rules: []
default: {effect: ask, thresholds: [{from: finance, approve: 2, reject: 1}], deadline_s: 60}
)";

TEST_F(EngineTest, P4_what_made_a_stream_is_not_done_again_when_its_record_is_forgotten) {
  Submission create{.caller = kAgent, .command = command::CreateWorkflow{.agent = "refunds"}};
  create.idempotency = idempotency(kAgent, "POST", "/v1/workflows", "k", "{}");
  command::RequestApproval question;
  question.question.action = "refund";
  question.question.arguments = {{"amount", 500}};
  Submission ask{.caller = kAgent, .command = question};
  ask.idempotency = idempotency(kAgent, "POST", "/v1/approvals", "k", "{}");
  const Reply made = must(create);
  const Reply asked = must(ask);
  restart({.request_memory_ms =
               -60'000});  // Records are old at once, and the next commit forgets what is old.
  must({.caller = kAgent, .command = command::CreateWorkflow{.agent = "refunds"}});
  const Reply made_again = must(create);
  const Reply asked_again = must(ask);
  EXPECT_TRUE(made_again.replayed);
  EXPECT_EQ(made_again.body["id"], made.body["id"]);
  EXPECT_EQ(asked_again.body["id"], asked.body["id"]);
}

TEST_F(EngineTest, a_gated_call_is_held_decided_run_and_closed) {
  const std::string workflow = new_workflow();
  const std::int64_t n = turn(workflow);
  const json::Value held = must(open(workflow, n, 500)).body;
  ASSERT_EQ(held.string_or("verdict"), "wait");
  EXPECT_EQ(must(approve(held["approval"])).body.string_or("status"), "approved");
  const json::Value granted = must(open(workflow, n, 500)).body;
  ASSERT_EQ(granted.string_or("verdict"), "run");
  EXPECT_EQ(granted.string_or("hash"), held["approval"].string_or("hash")) << "P5";
  EXPECT_EQ(must(close(workflow, n, granted)).body.string_or("state"), "done");
  EXPECT_EQ(must(open(workflow, n, 500)).body.string_or("verdict"), "replay");
  expect_whole();
}

TEST_F(EngineTest, P7_a_restart_finds_everything_that_was_acknowledged) {
  const std::string workflow = new_workflow();
  const std::int64_t n = turn(workflow);
  const json::Value held = must(open(workflow, n, 500)).body;
  restart();
  must(approve(held["approval"]));
  restart();
  EXPECT_EQ(must(open(workflow, turn(workflow), 500)).body.string_or("verdict"), "run");
  expect_whole();
}

TEST_F(EngineTest, what_is_as_deep_as_a_caller_may_send_is_read_back) {
  json::Value deep = "end";
  for (int i = 0; i < json::kMaxDepth - 2; ++i) deep = json::Array{deep};
  const std::string workflow = new_workflow();
  Submission held = open(workflow, turn(workflow), 500);
  std::get<command::OpenCall>(held.command).arguments.set("deep", deep);
  must(held);
  restart();
  EXPECT_EQ(engine_->workflow("default", workflow)->string_or("id"), workflow);
  EXPECT_EQ(must(held).body.string_or("verdict"), "wait");
  expect_whole();
}

TEST_F(EngineTest, a_repeated_request_gets_the_same_answer_also_after_a_restart) {
  Submission first{
      .caller = kAgent, .stream = "", .command = command::CreateWorkflow{.agent = "refunds"}};
  first.idempotency = idempotency(kAgent, "POST", "/v1/workflows", "k1", "{}");
  const Reply made = must(first);
  EXPECT_FALSE(made.replayed);
  restart();
  const Reply again = must(first);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.body, made.body);
  first.idempotency->fingerprint = "other";
  EXPECT_EQ(refusal(first), "request.idempotency_mismatch");
}

TEST_F(EngineTest, a_repeated_decision_is_found_before_it_is_refused_as_decided) {
  const std::string workflow = new_workflow();
  const json::Value held = must(open(workflow, turn(workflow), 500)).body;
  Submission decision = approve(held["approval"]);
  decision.idempotency = idempotency(kBen, "POST", "/decisions", "d1", "{}");
  const Reply first = must(decision);
  EXPECT_EQ(must(decision).body, first.body);
  EXPECT_EQ(refusal(approve(held["approval"])), "approval.closed");
}

TEST_F(EngineTest, L1_a_deadline_fires_by_the_databases_clock_and_not_before) {
  const std::string workflow = new_workflow();
  const json::Value held = must(open(workflow, turn(workflow), 500)).body;
  const std::string approval = held["approval"].string_or("id");
  clock_.advance(59'000);
  EXPECT_EQ(engine_->approval("default", approval)->string_or("status"), "pending");
  // The engine's reading of the clock may be ahead by what passed since it last looked.
  clock_.advance(30'000);
  wait_until(
      [&] { return engine_->approval("default", approval)->string_or("status") == "expired"; });
  EXPECT_EQ(must(open(workflow, turn(workflow), 500)).body.string_or("verdict"), "deny");
  expect_whole();
}

// The engine's reading of the clock is still that of before the deadline.
TEST_F(EngineTest, P1_what_is_taken_back_late_by_the_databases_clock_is_refused) {
  must({.caller = kSetup,
        .stream = "directory",
        .command = command::PublishPolicy{kAsksTwo, "hash-of-two"}});
  const std::string workflow = new_workflow();
  const json::Value held = must(open(workflow, turn(workflow), 500)).body;
  must(approve(held["approval"]));
  const std::string id = held["approval"].string_or("id");
  clock_.advance(60'000);
  const Submission late{
      .caller = kBen, .stream = workflow, .command = command::WithdrawDecision{id, "wait"}};
  EXPECT_EQ(refusal(late), "approval.closed");
  wait_until([&] { return engine_->approval("default", id)->string_or("status") == "expired"; });
  expect_whole();
}

TEST_F(EngineTest, L1_a_deadline_that_passed_while_the_server_was_down_fires_after_its_start) {
  const std::string workflow = new_workflow();
  const json::Value held = must(open(workflow, turn(workflow), 500)).body;
  engine_.reset();
  clock_.advance(90'000);
  start();
  wait_until([&] {
    return engine_->approval("default", held["approval"].string_or("id"))->string_or("status") ==
           "expired";
  });
}

TEST_F(EngineTest, L2_a_waiter_hears_of_the_outcome) {
  const std::string workflow = new_workflow();
  const json::Value held = must(open(workflow, turn(workflow), 500)).body;
  std::atomic<int> heard = -1;
  engine_->await_outcome(
      "default", held["approval"].string_or("id"), 60'000, [&](bool decided) { heard = decided; });
  must(approve(held["approval"]));
  wait_until([&] { return heard == 1; });
}

TEST_F(EngineTest, a_wait_that_comes_too_late_is_answered_at_once) {
  const std::string workflow = new_workflow();
  std::atomic<int> heard = -1;
  engine_->await_version("default", workflow, 0, 60'000, [&](bool moved) { heard = moved; });
  wait_until([&] { return heard == 1; });
}

TEST_F(EngineTest, a_wait_ends_with_false_after_its_time_and_when_waiting_is_stopped) {
  const std::string workflow = new_workflow();
  std::atomic<int> timed_out = -1, stopped = -1;
  engine_->await_version("default", workflow, 99, 1, [&](bool moved) { timed_out = moved; });
  engine_->await_version("default", workflow, 99, 60'000, [&](bool moved) { stopped = moved; });
  wait_until([&] { return timed_out == 0; });
  engine_->stop_waiting();
  wait_until([&] { return stopped == 0; });
}

TEST_F(EngineTest, a_turn_is_leased_lapses_by_the_databases_clock_and_is_leased_again) {
  const Submission create{.caller = kBen, .command = command::CreateWorkflow{.agent = "refunds"}};
  std::atomic<int> turn = 0;
  const auto lease = [&](int wait_ms) {
    LeaseWish wish;
    wish.caller = kAgent;
    wish.agents = {"refunds"};
    wish.worker = "w1";
    wish.wait_ms = wait_ms;
    engine_->lease_turn(wish, [&](const Result<std::optional<Reply>>& leased) {
      turn = leased && *leased ? static_cast<int>((*leased)->body.int_or("turn")) : -1;
    });
  };
  lease(60'000);
  const std::string workflow = must(create).body.string_or("id");
  wait_until([&] { return turn == 1; });
  lease(60'000);
  clock_.advance(31'000);
  wait_until([&] { return turn == 2; });
  restart();
  clock_.advance(31'000);
  lease(60'000);
  wait_until([&] { return turn == 3; });
  lease(1);
  wait_until([&] { return turn == -1; });
  expect_whole();
}

TEST_F(EngineTest, who_waits_for_a_turn_is_answered_when_waiting_is_stopped) {
  std::atomic<bool> answered = false;
  LeaseWish wish{.caller = kAgent, .agents = {"refunds"}, .worker = "w1"};
  wish.wait_ms = 60'000;
  engine_->lease_turn(wish, [&](const Result<std::optional<Reply>>& leased) {
    answered = leased.has_value() && !leased->has_value();
  });
  engine_->stop_waiting();
  wait_until([&] { return answered.load(); });
}

TEST_F(EngineTest, P14_another_tenants_ids_do_not_exist) {
  const std::string workflow = new_workflow();
  EXPECT_EQ(engine_->workflow("other", workflow).error().reason, "workflow.not_found");
  EXPECT_EQ(engine_->events("other", workflow, 0, 10).error().reason, "workflow.not_found");
}

TEST_F(EngineTest, keys_are_known_by_their_hash_and_die_when_revoked) {
  Engine::Minted minted = engine_->mint_key(ActorKind::kPerson, "ben");
  must({.caller = kSetup, .stream = "directory", .command = command::CreateKey{minted.record}});
  const auto known = engine_->authenticate(minted.plain);
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->actor, (Actor{ActorKind::kPerson, "ben"}));
  EXPECT_EQ(engine_->authenticate(minted.plain + "x").error().reason, "auth.invalid_key");
  std::string other = minted.plain;
  other.back() = other.back() == 'a' ? 'b' : 'a';
  EXPECT_EQ(engine_->authenticate(other).error().reason, "auth.invalid_key");
  must({.caller = kSetup, .stream = "directory", .command = command::RevokeKey{minted.record.id}});
  EXPECT_EQ(engine_->authenticate(minted.plain).error().reason, "auth.revoked_key");
}

TEST_F(EngineTest, P2_without_a_signing_key_no_tool_runs) {
  engine_.reset();
  auto engine = Engine::start(*store_, random_, Options{});
  ASSERT_TRUE(engine.has_value());
  engine_ = *std::move(engine);
  const std::string workflow = new_workflow();
  EXPECT_EQ(refusal(open(workflow, turn(workflow), 5)), "grant.no_signing_key");
}

TEST_F(EngineTest, P9_a_forged_grant_closes_nothing) {
  const std::string workflow = new_workflow();
  const std::int64_t n = turn(workflow);
  json::Value verdict = must(open(workflow, n, 5)).body;
  std::string token = verdict.string_or("grant");
  token[token.size() / 2] = token[token.size() / 2] == 'A' ? 'B' : 'A';
  verdict.as_object()->set("grant", token);
  EXPECT_EQ(refusal(close(workflow, n, verdict)), "grant.invalid");
}

TEST_F(EngineTest, lists_page_through_everything_once) {
  std::set<std::string> made, listed;
  for (int i = 0; i < 25; ++i) made.insert(new_workflow());
  ListFilter filter;
  filter.limit = 10;
  do {
    auto page = engine_->list("default", filter);
    ASSERT_TRUE(page.has_value());
    for (const json::Value& item : page->items)
      EXPECT_TRUE(listed.insert(item.string_or("id")).second);
    filter.cursor = page->next;
  } while (!filter.cursor.empty());
  EXPECT_EQ(listed, made);
  filter.cursor = "!!";
  EXPECT_EQ(engine_->list("default", filter).error().reason, "request.bad_cursor");
}

TEST_F(EngineTest, a_cursor_that_is_no_text_is_refused_before_a_database_sees_it) {
  ListFilter filter;
  for (const std::string_view place : {"1:\xff\xfe", "1:wf_\xc3\x28", "zz", ":", ""}) {
    filter.cursor = base64url(std::string(place) + (place.empty() ? std::string("1:a\0b", 5) : ""));
    EXPECT_EQ(engine_->list("default", filter).error().reason, "request.bad_cursor") << place;
  }
}

TEST_F(EngineTest, commands_on_one_stream_from_many_threads_leave_no_gap) {
  const std::string workflow = new_workflow();
  const std::int64_t n = turn(workflow);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const json::Value verdict = must(open(workflow, n, t * 25 + i + 1)).body;
        if (verdict.string_or("verdict") == "run") must(close(workflow, n, verdict));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine_->workflow("default", workflow)->operator[]("calls").int_or("total"), 100);
  expect_whole();
}

TEST_F(EngineTest, many_streams_at_once_share_commits) {
  constexpr int kMany = 300;
  std::atomic<int> done = 0;
  for (int i = 0; i < kMany; ++i)
    engine_->submit(
        {.caller = kAgent, .stream = "", .command = command::CreateWorkflow{.agent = "refunds"}},
        [&](const Result<Reply>& reply) { done += reply.has_value(); });
  wait_until([&] { return done == kMany; });
  EXPECT_LT(engine_->stats().batches, engine_->stats().commits);
}

TEST_F(EngineTest, a_draining_engine_answers_what_it_has_and_takes_no_more) {
  std::atomic<int> done = 0;
  for (int i = 0; i < 50; ++i)
    engine_->submit(
        {.caller = kAgent, .stream = "", .command = command::CreateWorkflow{.agent = "refunds"}},
        [&](const Result<Reply>& reply) { done += reply.has_value(); });
  engine_->drain();
  EXPECT_EQ(done, 50);
  EXPECT_EQ(
      refusal(
          {.caller = kAgent, .stream = "", .command = command::CreateWorkflow{.agent = "refunds"}}),
      "engine.draining");
  EXPECT_EQ(engine_->ready().error().reason, "engine.draining");
}

}  // namespace
}  // namespace fermata::engine
