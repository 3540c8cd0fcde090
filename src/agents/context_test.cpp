#include "agents/context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fermata::agents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string told_of(const char* approval) {
  AgentDefinition agent;
  agent.name = "refunds";
  agent.context.policy = false;
  Known known{.agent = agent};
  known.approvals = {*json::parse(approval)};
  known.steps_left = 10;
  return notes(known, Journal{});
}

TEST(Context, a_request_that_a_rollback_withdrew_was_not_refused_by_anybody) {
  const std::string told = told_of(
      R"({"action":"refund","arguments":{"order":"R3"},"status":"cancelled","decisions":[],)"
      R"("outcome":{"status":"cancelled","by":"ben","reason":"the workflow was rolled back"}})");
  EXPECT_THAT(told,
              HasSubstr("- refund {\"order\":\"R3\"}: withdrawn by ben before it was decided (the "
                        "workflow was rolled back)"));
  EXPECT_THAT(told, Not(HasSubstr("cancelled")));
}

TEST(Context, a_request_that_was_decided_says_by_whom_and_why) {
  EXPECT_THAT(
      told_of(
          R"({"action":"refund","arguments":{},"status":"rejected","decisions":[{"person":"ben",)"
          R"("reason":"too much"}],"outcome":{"status":"rejected","by":"ben","reason":"x"}})"),
      HasSubstr("- refund {}: rejected by ben; ben: \"too much\""));
}

}  // namespace
}  // namespace fermata::agents
