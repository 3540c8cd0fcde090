#include "engine/tool_desk.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace fermata::engine {
namespace {

const json::Value kPay = json::Object{{"name", "pay"},
                                      {"description", "Pays."},
                                      {"arguments", json::Object{{"type", "object"}}},
                                      {"idempotent", false}};
const Identity kTill{"default", {ActorKind::kAgent, "till"}, "", "k"};
const Identity kOther{"default", {ActorKind::kAgent, "other"}, "", "k"};

bool never() { return false; }

struct ToolDeskTest : testing::Test {
  using Leased = Result<std::optional<Reply>>;

  std::future<Leased> lease(const json::Value& tool, const Identity& who = kTill) {
    auto promise = std::make_shared<std::promise<Leased>>();
    desk.lease({who, {tool}, 200, 5000}, [promise](Leased leased) { promise->set_value(leased); });
    return promise->get_future();
  }
  std::future<Leased> take(const std::string& id, const Identity& who = kTill) {
    auto promise = std::make_shared<std::promise<Leased>>();
    desk.take(who, id, [promise](Leased taken) { promise->set_value(taken); });
    return promise->get_future();
  }
  std::future<Result<Reply>> close(const std::string& id, const Identity& who = kTill) {
    auto promise = std::make_shared<std::promise<Result<Reply>>>();
    desk.close(who, id, {"h", 7, {}}, [promise](Result<Reply> reply) {
      promise->set_value(std::move(reply));
    });
    return promise->get_future();
  }
  std::future<ToolDesk::SeatPtr> seat() {
    return std::async(std::launch::async,
                      [this] { return desk.seat("default", "till", kPay, 10'000, never); });
  }
  static std::string id_of(const Leased& leased) { return (*leased)->body.string_or("lease"); }

  SystemRandom random;
  ToolDesk desk{random, {{"default", "till", {"pay"}}}};
};

TEST_F(ToolDeskTest, hands_a_call_to_a_worker_and_its_outcome_to_the_turn) {
  auto leased = lease(kPay);
  auto wanted = seat();
  const std::string id = id_of(leased.get());
  auto taken = take(id);
  const auto hands = wanted.get();
  ASSERT_NE(hands, nullptr);
  auto ran = std::async(std::launch::async, [&] {
    return desk.run(hands, json::Object{{"a", 1}}, 10'000, never);
  });
  EXPECT_EQ((*taken.get())->body["a"], json::Value(1));
  EXPECT_EQ((*take(id).get())->body["a"], json::Value(1)) << "a lost answer comes again";
  EXPECT_TRUE(desk.renew(kTill, id));
  auto closed = close(id);
  EXPECT_EQ(ran.get()->result, json::Value(7));
  desk.settle(hands, Reply{.body = "journaled"});
  EXPECT_EQ(closed.get()->body, json::Value("journaled"));
  EXPECT_EQ(close(id).get()->body, json::Value("journaled"));
}

TEST_F(ToolDeskTest, passes_over_a_worker_that_does_not_take) {
  auto dead = lease(kPay);
  auto alive = lease(kPay);
  auto wanted = seat();
  const std::string lost = id_of(dead.get());
  const std::string id = id_of(alive.get());  // Offered when the first one did not move.
  auto taken = take(id);
  const auto hands = wanted.get();
  ASSERT_NE(hands, nullptr);
  EXPECT_EQ(take(lost).get().error().reason, "tools.lease_lost");
  desk.leave(hands);
  EXPECT_FALSE(taken.get()->has_value()) << "nothing to run after all";
}

TEST_F(ToolDeskTest, P16_refuses_what_comes_after_the_lease_or_from_somebody_else) {
  auto leased = lease(kPay);
  auto wanted = seat();
  const std::string id = id_of(leased.get());
  EXPECT_EQ(take(id, kOther).get().error().reason, "tools.lease_lost");
  auto taken = take(id);
  const auto hands = wanted.get();
  ASSERT_NE(hands, nullptr);
  EXPECT_EQ(desk.run(hands, json::Object{}, 10'000, never), std::nullopt) << "nobody renewed it";
  EXPECT_EQ(close(id).get().error().reason, "tools.lease_lost");
  EXPECT_EQ(desk.renew(kTill, id).error().reason, "tools.lease_lost");
}

TEST_F(ToolDeskTest, P14_what_was_settled_is_told_to_whose_lease_it_was_and_nobody_else) {
  auto leased = lease(kPay);
  auto wanted = seat();
  const std::string id = id_of(leased.get());
  auto taken = take(id);
  const auto hands = wanted.get();
  ASSERT_NE(hands, nullptr);
  auto ran = std::async(std::launch::async,
                        [&] { return desk.run(hands, json::Object{}, 10'000, never); });
  taken.wait();
  auto closed = close(id);
  ran.wait();
  desk.settle(hands, Reply{.body = "journaled"});
  EXPECT_EQ(closed.get()->body, json::Value("journaled"));
  const Identity elsewhere{"another", kTill.actor, "", "k"};
  EXPECT_EQ(close(id, elsewhere).get().error().reason, "tools.lease_lost");
  EXPECT_EQ(close(id, kOther).get().error().reason, "tools.lease_lost");
  EXPECT_EQ(close(id).get()->body, json::Value("journaled"));
}

TEST_F(ToolDeskTest, keeps_so_many_bytes_however_many_definitions_it_is_told) {
  for (int i = 0; i < 100; ++i) {
    json::Object one = *kPay.as_object();
    one.set("description", std::to_string(i) + std::string(300'000, 'x'));
    desk.lease({kTill, {one}, 200, 0}, [](const Leased&) {});
  }
  EXPECT_LE(desk.bytes(), std::size_t{2} << 20);
  const auto last = desk.definition("default", "till", "pay", true);
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->string_or("description").starts_with("99")) << "the one that was new last";
}

TEST_F(ToolDeskTest, keeps_so_many_bytes_however_long_the_answers_are) {
  for (int i = 0; i < 40; ++i) {
    auto leased = lease(kPay);
    auto wanted = seat();
    const std::string id = id_of(leased.get());
    auto taken = take(id);
    const auto hands = wanted.get();
    ASSERT_NE(hands, nullptr);
    auto ran = std::async(std::launch::async,
                          [&] { return desk.run(hands, json::Object{}, 10'000, never); });
    taken.wait();
    auto closed = close(id);
    ran.wait();
    desk.settle(hands, Reply{.body = std::string(1'000'000, 'x')});
    EXPECT_TRUE(closed.get());
    EXPECT_TRUE(close(id).get()) << "a repeat that comes soon";
  }
  EXPECT_LE(desk.bytes(), std::size_t{17} << 20);
}

TEST_F(ToolDeskTest, gives_a_call_only_to_who_serves_that_very_definition) {
  json::Object other = *kPay.as_object();
  other.set("description", "Pays twice.");
  auto leased = lease(other);
  EXPECT_EQ(desk.seat("default", "till", kPay, 50, never), nullptr);
  EXPECT_EQ(desk.definition("default", "till", "pay", true), json::Value(other));
  EXPECT_FALSE(desk.is_there("default", "till", kPay));
  EXPECT_EQ(lease(kPay, kOther).get().error().reason, "tools.no_such_worker");
  desk.stop();
  EXPECT_FALSE(leased.get()->has_value());
}

}  // namespace
}  // namespace fermata::engine
