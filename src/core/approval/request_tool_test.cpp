#include "core/approval/request_tool.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

json::Object given(const char* text) { return *json::parse(text)->as_object(); }

std::string wrong_with(const char* text) {
  const auto read = read_tool_request(given(text));
  return read ? "" : read.error().message;
}

TEST(RequestTool, says_what_is_asked_and_which_answers_it_offers) {
  const auto read = read_tool_request(given(
      R"({"action":"deploy","arguments":{"to":"shop"},"why":"a fix","otherwise":"it waits","outcomes":[
         {"name":"at night","means":"approve","text":"Deploy it after 22:00."},
         {"name":"next week","means":"ignore"}]})"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->action, "deploy");
  EXPECT_EQ(json::Value(read->arguments).string_or("to"), "shop");
  EXPECT_EQ(read->why, "a fix");
  EXPECT_EQ(read->otherwise, "it waits");
  ASSERT_EQ(read->outcomes.size(), 2U);
  EXPECT_EQ(read->outcomes[0],
            (CustomOutcome{"at night", DecisionKind::kApprove, "Deploy it after 22:00."}));
  EXPECT_EQ(read->outcomes[1].means, DecisionKind::kIgnore);
}

TEST(RequestTool, what_it_does_not_know_is_not_dropped_in_silence) {
  EXPECT_EQ(wrong_with(R"({"action":"deploy","deadline":5})"), "there is no 'deadline'");
  EXPECT_EQ(
      wrong_with(R"({"action":"deploy","outcomes":[{"name":"x","means":"approve","say":1}]})"),
      "there is no 'say'");
  EXPECT_NE(wrong_with(R"({"arguments":{}})"), "");
  EXPECT_NE(wrong_with(R"({"action":"deploy","arguments":[1]})"), "");
  EXPECT_NE(wrong_with(R"({"action":"deploy","outcomes":{}})"), "");
}

TEST(RequestTool, an_outcome_has_a_name_of_its_own_and_a_meaning) {
  EXPECT_NE(wrong_with(R"({"action":"a","outcomes":[{"name":"x","means":"edit"}]})"), "");
  EXPECT_NE(wrong_with(R"({"action":"a","outcomes":[{"name":"x","means":"answer"}]})"), "");
  EXPECT_NE(wrong_with(R"({"action":"a","outcomes":[{"name":"","means":"reject"}]})"), "");
  EXPECT_NE(wrong_with(R"({"action":"a","outcomes":[{"name":"x"}]})"), "");
  EXPECT_EQ(wrong_with(R"({"action":"a","outcomes":[{"name":"x","means":"reject"},
                                                    {"name":"x","means":"ignore"}]})"),
            "two outcomes are named 'x'");
}

}  // namespace
}  // namespace fermata
