#include "app/cli/ask_form.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace fermata::app::cli {
namespace {

const char* const kForm = R"({"schema":{"type":"object","required":["amount"],"properties":{
    "amount":{"type":"integer","minimum":1},
    "size":{"enum":["S","M"],"default":"M"}}}})";

struct Asked {
  Result<json::Value> answer;
  std::string told;
};

Asked ask(const std::string& typed, const char* form = kForm) {
  std::istringstream in(typed);
  std::ostringstream out;
  Result<json::Value> answer = ask_form(in, out, {}, *json::parse(form));
  return {std::move(answer), out.str()};
}

TEST(AskForm, asks_each_field_and_takes_what_is_typed) {
  const Asked asked = ask("240\n1\n");
  ASSERT_TRUE(asked.answer);
  EXPECT_EQ(json::write(*asked.answer), R"({"amount":240,"size":"S"})");
  EXPECT_EQ(asked.told,
            "\nAmount (needed)\n  A whole number. At least 1.\n> "
            "\nSize\n  1. S\n  2. M\na number [M] > ");
}

TEST(AskForm, asks_again_for_what_is_wrong_and_only_that) {
  const Asked asked = ask("many\n\n0\n5\n");
  ASSERT_TRUE(asked.answer);
  EXPECT_EQ(json::write(*asked.answer), R"({"amount":5,"size":"M"})");
  EXPECT_NE(asked.told.find("Amount: must be a whole number"), std::string::npos) << asked.told;
}

TEST(AskForm, ends_when_nobody_answers) {
  const Asked asked = ask("240\n");
  ASSERT_FALSE(asked.answer);
  EXPECT_EQ(asked.answer.error().reason, "cli.bad_answer");
}

TEST(AskForm, says_how_else_to_answer_what_cannot_be_asked) {
  const Asked asked = ask("", R"({"schema":{"type":"object","properties":{"lines":{"type":"array",
      "items":{"type":"object","properties":{"a":{"type":"string"}}}}}}})");
  ASSERT_FALSE(asked.answer);
  EXPECT_NE(asked.answer.error().message.find("--answer JSON"), std::string::npos);
}

}  // namespace
}  // namespace fermata::app::cli
