#include "base/failpoint.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace fermata {
namespace {

#ifdef FERMATA_FAILPOINTS
// The environment is read once a process: each case below is a child of its own.
TEST(FailpointDeathTest, kills_with_its_probability_and_only_where_it_is_named) {
  setenv("FERMATA_FAILPOINTS", "store.before_commit=1,store.after_commit=0", 1);
  EXPECT_EXIT(failpoint("store.before_commit"), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT((failpoint("store.after_commit"), std::_Exit(0)), testing::ExitedWithCode(0), "");
  EXPECT_EXIT((failpoint("engine.other"), std::_Exit(0)), testing::ExitedWithCode(0), "");
}

TEST(FailpointDeathTest, refuses_to_run_on_a_specification_it_cannot_read) {
  setenv("FERMATA_FAILPOINTS", "store.before_commit=often", 1);
  EXPECT_DEATH(failpoint("store.before_commit"), "a probability lies between 0 and 1");
}
#else
TEST(Failpoint, is_nothing_in_an_ordinary_build) {
  setenv("FERMATA_FAILPOINTS", "store.before_commit=1", 1);
  failpoint("store.before_commit");
}
#endif

}  // namespace
}  // namespace fermata
