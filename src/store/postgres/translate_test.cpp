#include "store/postgres/translate.hpp"

#include <gtest/gtest.h>

namespace fermata::store::postgres {
namespace {

TEST(Sqlstate, of_what_may_succeed_alone_is_refused) {
  for (const char* state : {"23505", "40001", "40P01", "22021"}) {
    EXPECT_EQ(failure_of(state), Failure::kRefused) << state;
  }
}

TEST(Sqlstate, of_a_time_limit_is_a_timeout) {
  for (const char* state : {"55P03", "57014"}) {
    EXPECT_EQ(failure_of(state), Failure::kTimeout) << state;
    EXPECT_EQ(translate(state, "", "x").code, ErrorCode::kUnavailable) << state;
  }
}

TEST(Sqlstate, of_a_server_that_goes_away_is_lost) {
  for (const char* state : {"57P01", "57P03", "08006", "53100", "53300", "25006", "58030"}) {
    EXPECT_EQ(failure_of(state), Failure::kLost) << state;
    EXPECT_EQ(translate(state, "", "x").code, ErrorCode::kUnavailable) << state;
  }
}

TEST(Sqlstate, that_no_repeat_can_cure_is_internal) {
  for (const char* state : {"42P01", "42501", "23505", "22021", "54000", "XX000"}) {
    EXPECT_EQ(translate(state, "", "x").code, ErrorCode::kInternal) << state;
  }
}

}  // namespace
}  // namespace fermata::store::postgres
