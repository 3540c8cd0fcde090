#include "api/mcp/open_answers.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace fermata::api::mcp {
namespace {

TEST(OpenAnswers, are_waited_for_until_the_last_is_given) {
  OpenAnswers answers;
  EXPECT_TRUE(answers.wait_until_none(0));
  answers.enter();
  answers.enter();
  EXPECT_FALSE(answers.wait_until_none(1));
  std::thread giving([&] {
    answers.leave();
    answers.leave();
  });
  EXPECT_TRUE(answers.wait_until_none(10'000));
  giving.join();
}

}  // namespace
}  // namespace fermata::api::mcp
