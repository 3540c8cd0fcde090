#include "observability/log.hpp"

#include <gtest/gtest.h>

namespace fermata::observability {
namespace {

TEST(Log, writes_key_value_pairs) {
  EXPECT_EQ(format_line(Format::kText,
                        Level::kInfo,
                        "http.request",
                        {{"status", 200}, {"path", "/v1/me"}, {"ms", 1.5}, {"replayed", false}}),
            "level=info event=http.request status=200 path=/v1/me ms=1.5 replayed=false");
}

TEST(Log, writes_json) {
  EXPECT_EQ(format_line(Format::kJson, Level::kError, "x", {{"n", 7}, {"text", "a b"}}),
            R"({"level":"error","event":"x","n":7,"text":"a b"})");
}

TEST(Log, a_value_cannot_forge_a_line_or_a_field) {
  EXPECT_EQ(format_line(Format::kText, Level::kWarn, "x", {{"path", "a\nlevel=info"}}),
            "level=warn event=x path=\"a\\u000alevel=info\"");
  EXPECT_EQ(format_line(Format::kText, Level::kWarn, "x", {{"path", "a b=\"c\""}}),
            "level=warn event=x path=\"a b=\\\"c\\\"\"");
  EXPECT_EQ(format_line(Format::kText, Level::kWarn, "x", {{"path", "\x1b[31m"}}),
            "level=warn event=x path=\"\\u001b[31m\"");
}

TEST(Log, cuts_long_values) {
  EXPECT_LT(
      format_line(Format::kText, Level::kWarn, "x", {{"v", std::string(1 << 20, 'a')}}).size(),
      std::size_t{3000});
}

TEST(Log, levels_below_the_least_are_off) {
  configure_log(Level::kWarn, Format::kText);
  EXPECT_FALSE(log_enabled(Level::kInfo));
  EXPECT_TRUE(log_enabled(Level::kError));
  configure_log(Level::kInfo, Format::kText);
}

}  // namespace
}  // namespace fermata::observability
