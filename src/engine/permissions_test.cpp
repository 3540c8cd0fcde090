// Standing permissions on their way through two streams, with lost answers and other servers.

#include <gtest/gtest.h>

#include "tests/support/engine_fixture.hpp"

namespace fermata::engine {
namespace {

struct PermissionsTest : EngineTest {
  PermissionsTest() : workflow(new_workflow()), number(turn(workflow)) {}

  static Submission give(Engine& engine, std::int64_t calls, std::int64_t for_ms = 3'600'000) {
    command::GivePermission wish;
    wish.terms = {.tool = "refund",
                  .definition_hash = "",
                  .agent = "refunds",
                  .when = {{"amount", json::Object{{"lte", 1000}}}},
                  .until = engine.now() + for_ms,
                  .calls = calls,
                  .sum_of = "",
                  .sum_most = ""};
    wish.reason = "backlog";
    return {.caller = kBen, .stream = "directory", .command = wish};
  }
  Permission permission(const std::string& id) const {
    return engine_->directory("default")->permissions.at(id);
  }
  std::unique_ptr<Engine> another() {
    Options options;
    options.signing_seed = std::string(32, 's');
    return *Engine::start(*store_, random_, options);
  }
  Reply must_of(Engine& engine, Submission submission) {
    auto reply = engine.submit_and_wait(std::move(submission));
    EXPECT_TRUE(reply.has_value()) << (reply ? "" : reply.error().reason);
    return reply ? *std::move(reply) : Reply{};
  }

  std::string workflow;
  std::int64_t number;
};

TEST_F(PermissionsTest, P9_a_use_whose_answer_is_lost_asks_nobody_and_is_counted_once) {
  must(give(*engine_, 5));
  store_->lose_next_answer = true;
  EXPECT_EQ(refusal(open(workflow, number, 500)), "store.unavailable");
  EXPECT_EQ(must(open(workflow, number, 500)).body.string_or("verdict"), "run");
  EXPECT_EQ(permission("pm_1").used, 1);
  expect_whole();
}

TEST_F(PermissionsTest, L3_the_next_permission_is_tried_when_another_server_used_the_first_one_up) {
  must(give(*engine_, 1, 60'000));
  must(give(*engine_, 1));
  const auto other = another();
  const std::string theirs = new_workflow();
  EXPECT_EQ(must_of(*other, open(theirs, turn(theirs), 500)).body.string_or("verdict"), "run");
  // This server may not have heard of it yet.
  EXPECT_EQ(must(open(workflow, number, 500)).body.string_or("verdict"), "run");
  EXPECT_EQ(permission("pm_1").used, 1);
  EXPECT_EQ(permission("pm_2").used, 1);
  EXPECT_EQ(must(open(workflow, number, 501)).body.string_or("verdict"), "wait");
  expect_whole();
}

TEST_F(PermissionsTest, a_lost_race_reads_what_is_new_and_not_everything_again) {
  constexpr int kMany = 300;
  for (int i = 0; i < kMany; ++i)
    must({.caller = kSetup,
          .stream = "directory",
          .command = command::SetPerson{{.id = "p" + std::to_string(i), .name = "P"}}});
  must(give(*engine_, 10));
  const auto other = another();
  const std::string theirs = new_workflow();
  const std::int64_t n = turn(theirs);
  must_of(*other, open(theirs, n, 500));
  store_->rows_read = 0;
  EXPECT_EQ(must(open(workflow, number, 500)).body.string_or("verdict"), "run");
  EXPECT_EQ(must_of(*other, open(theirs, n, 501)).body.string_or("verdict"), "run");
  EXPECT_LT(store_->rows_read, 100U);
  EXPECT_EQ(permission("pm_1").used, 2) << "as this server knows it";
  expect_whole();
}

TEST_F(PermissionsTest, P10_a_directory_goes_on_after_an_answer_that_is_lost) {
  const auto set = [&](const char* id) {
    return Submission{.caller = kSetup,
                      .stream = "directory",
                      .command = command::SetPerson{{.id = id, .name = "P"}}};
  };
  store_->lose_next_answer = true;
  EXPECT_EQ(refusal(set("cleo")), "store.unavailable");
  must(set("dan"));
  must(set("cleo"));
  EXPECT_TRUE(engine_->directory("default")->people.contains("cleo"));
  EXPECT_TRUE(engine_->directory("default")->people.contains("dan"));
  expect_whole();
  restart();
  EXPECT_EQ(engine_->directory("default")->people.size(), 3U);
}

TEST_F(PermissionsTest, foresees_that_a_permission_lets_a_call_run) {
  const auto foreseen = [&](std::int64_t amount) {
    return engine_->foresee(
        kAgent, workflow, std::get<command::OpenCall>(open(workflow, number, amount).command));
  };
  EXPECT_EQ(foreseen(100), Effect::kAllow);
  EXPECT_EQ(foreseen(500), Effect::kAsk);
  must(give(*engine_, 1));
  EXPECT_EQ(foreseen(500), Effect::kAllow);
  EXPECT_EQ(foreseen(1001), Effect::kAsk);
  EXPECT_EQ(permission("pm_1").used, 0) << "to foresee is not to use";
}

TEST_F(PermissionsTest, tells_its_uses_in_their_order_page_by_page) {
  must(give(*engine_, 10));
  must(give(*engine_, 10, 7'200'000));
  for (int i = 0; i < 5; ++i) must(open(workflow, number, 500 + i));
  std::vector<std::string> keys;
  for (std::int64_t after = 0;;) {
    const auto page = engine_->permission_uses("default", "pm_1", after, 2);
    ASSERT_TRUE(page.has_value());
    for (const json::Value& use : page->items) keys.push_back(use.string_or("call_key"));
    if (page->next.empty()) break;
    after = std::stoll(page->next);
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"t:500", "t:501", "t:502", "t:503", "t:504"}));
  EXPECT_TRUE(engine_->permission_uses("default", "pm_2", 0, 2)->items.empty());
  EXPECT_EQ(engine_->permission_uses("default", "pm_3", 0, 2).error().reason,
            "permission.not_found");
}

}  // namespace
}  // namespace fermata::engine
