#include "base/time.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fermata {
namespace {

TEST(Time, writes_utc_with_milliseconds) {
  EXPECT_EQ(to_rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(1'795'363'200'007), "2026-11-22T16:00:00.007Z");
  EXPECT_EQ(to_rfc3339(951'782'400'000), "2000-02-29T00:00:00.000Z");
}

TEST(Time, reads_any_offset) {
  EXPECT_EQ(from_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(from_rfc3339("1970-01-01t00:00:00z"), 0);
  EXPECT_EQ(from_rfc3339("1970-01-01T05:30:00+05:30"), 0);
  EXPECT_EQ(from_rfc3339("1969-12-31T16:00:00.25-08:00"), 250);
}

TEST(Time, cuts_off_what_is_finer_than_a_millisecond) {
  EXPECT_EQ(from_rfc3339("1970-01-01T00:00:00.1239999999999Z"), 123);
  EXPECT_EQ(from_rfc3339("1970-01-01T00:00:00.000000000001Z"), 0);
}

TEST(Time, reads_back_what_it_wrote) {
  std::mt19937_64 numbers(7);
  std::uniform_int_distribution<TimeMs> times(-62'167'219'200'000, 253'402'300'799'999);
  for (int i = 0; i < 10'000; ++i) {
    const TimeMs time_ms = times(numbers);
    EXPECT_EQ(from_rfc3339(to_rfc3339(time_ms)), time_ms);
  }
}

class RefusedTime : public testing::TestWithParam<const char*> {};

TEST_P(RefusedTime, is_absent) { EXPECT_FALSE(from_rfc3339(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Time,
                         RefusedTime,
                         testing::Values("",
                                         "1970-01-01",
                                         "1970-01-01T00:00:00",         // No offset.
                                         "1970-01-01 00:00:00Z",        // No T.
                                         "1970-01-01T00:00:00.Z",       // No digits.
                                         "1970-01-01T00:00:00Z ",       // More.
                                         "1970-02-29T00:00:00Z",        // No such day.
                                         "1970-13-01T00:00:00Z",        //
                                         "1970-00-01T00:00:00Z",        //
                                         "1970-01-01T24:00:00Z",        //
                                         "1970-01-01T23:59:60Z",        // No leap seconds.
                                         "1970-01-01T00:00:00+24:00",   //
                                         "1970-01-01T00:00:00+0530",    //
                                         "0000-01-01T00:00:00+00:01",   // The year before 0000.
                                         "-970-01-01T00:00:00Z",        //
                                         "1970-01-01T00:00:0\xd9\xa1Z"  // Arabic digits.
                                         ));

TEST(Time, clocks_go_forward) {
  const SystemClock clock;
  EXPECT_GT(clock.now_ms(), 1'700'000'000'000);
  const TimeMs before = monotonic_ms();
  EXPECT_GE(monotonic_ms(), before);
}

}  // namespace
}  // namespace fermata
