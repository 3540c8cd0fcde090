#include "channels/http.hpp"

#include <gtest/gtest.h>

namespace fermata::channels {
namespace {

constexpr TimeMs kNow = 1'795'363'200'000;  // Sun, 22 Nov 2026 16:00:00 GMT

TEST(ChannelHttp, reads_when_to_come_again) {
  EXPECT_EQ(retry_after_ms({{"Retry-After", "120"}}, kNow), 120'000);
  EXPECT_EQ(retry_after_ms({{"retry-after", "Sun, 22 Nov 2026 16:01:00 GMT"}}, kNow), 60'000);
  EXPECT_EQ(retry_after_ms({{"Retry-After", "Sun, 22 Nov 2026 15:00:00 GMT"}}, kNow), 0);
  EXPECT_EQ(retry_after_ms({{"Retry-After", "99999999999"}}, kNow), 86'400'000);
  for (const char* bad : {"", "soon", "1.5", "-", "12 "})
    EXPECT_EQ(retry_after_ms({{"Retry-After", bad}}, kNow), std::nullopt) << bad;
  EXPECT_EQ(retry_after_ms({{"X", "1"}}, kNow), std::nullopt);
}

TEST(ChannelHttp, tells_what_lasts_from_what_may_pass) {
  for (const int status : {301, 400, 401, 403, 404, 410, 413})
    EXPECT_TRUE(failure_of(status, {}, kNow).lasting) << status;
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) {
    EXPECT_FALSE(failure_of(status, {}, kNow).lasting) << status;
    EXPECT_TRUE(failure_of(status, {}, kNow).target_down) << status;
  }
  EXPECT_EQ(failure_of(503, {{"Retry-After", "7"}}, kNow).retry_after_ms, 7'000);
}

}  // namespace
}  // namespace fermata::channels
