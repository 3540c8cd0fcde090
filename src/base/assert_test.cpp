#include "base/assert.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

TEST(Assert, lets_a_true_condition_pass) { FERMATA_ASSERT(1 + 1 == 2, "arithmetic holds"); }

TEST(AssertDeathTest, aborts_and_says_why) {
  EXPECT_DEATH(FERMATA_ASSERT(1 + 1 == 3, "arithmetic holds"),
               "assert_test.cpp:.*broken invariant: arithmetic holds");
}

}  // namespace
}  // namespace fermata
