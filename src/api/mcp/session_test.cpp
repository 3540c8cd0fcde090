#include "api/mcp/session.hpp"

#include <gtest/gtest.h>

namespace fermata::api::mcp {
namespace {

const std::string kSeed(32, 's');
constexpr TimeMs kNow = 1'700'000'000'000;

engine::Identity agent(const char* id, const char* tenant = "default") {
  return {tenant, {ActorKind::kAgent, id}, "", "key"};
}

TEST(Sessions, are_known_to_every_node_with_the_seed_and_to_no_other) {
  Sessions here(kSeed, 1000), there(kSeed, 1000), elsewhere(std::string(32, 'x'), 1000);
  const std::string id = here.open(agent("a"), "nonce", kNow);
  EXPECT_TRUE(here.is_open(agent("a"), id, kNow));
  EXPECT_TRUE(there.is_open(agent("a"), id, kNow));
  EXPECT_FALSE(elsewhere.is_open(agent("a"), id, kNow));
}

TEST(Sessions, belong_to_one_agent_of_one_tenant) {
  Sessions sessions(kSeed, 1000);
  const std::string id = sessions.open(agent("a"), "nonce", kNow);
  EXPECT_FALSE(sessions.is_open(agent("b"), id, kNow));
  EXPECT_FALSE(sessions.is_open(agent("a", "acme"), id, kNow));
}

TEST(Sessions, end_with_their_time_and_when_told_to) {
  Sessions sessions(kSeed, 1000);
  const std::string id = sessions.open(agent("a"), "1", kNow);
  const std::string other = sessions.open(agent("a"), "2", kNow);
  EXPECT_FALSE(sessions.is_open(agent("a"), id, kNow + 1000));
  sessions.end(id);
  sessions.end(id);
  EXPECT_FALSE(sessions.is_open(agent("a"), id, kNow));
  EXPECT_TRUE(sessions.is_open(agent("a"), other, kNow));
}

TEST(Sessions, cannot_be_made_up) {
  Sessions sessions(kSeed, 1000);
  const std::string id = sessions.open(agent("a"), "nonce", kNow);
  for (const std::string& wrong : {std::string(), std::string("."), "9" + id, id + "A"})
    EXPECT_FALSE(sessions.is_open(agent("a"), wrong, kNow)) << wrong;
}

TEST(Sessions, remember_so_many_ends_and_no_more) {
  Sessions sessions(kSeed, 1000);
  const std::string first = sessions.open(agent("a"), "first", kNow);
  sessions.end(first);
  for (std::size_t i = 0; i < Sessions::kMaxEnded; ++i) sessions.end("x" + std::to_string(i));
  EXPECT_TRUE(sessions.is_open(agent("a"), first, kNow));
}

}  // namespace
}  // namespace fermata::api::mcp
