#include "base/utf8.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>
#include <string>

namespace fermata {
namespace {

TEST(Utf8, is_valid_up_to_the_first_wrong_byte) {
  EXPECT_EQ(valid_utf8_prefix(""), 0U);
  EXPECT_TRUE(is_utf8("aé€🐲\u07ff\uffff\U0010ffff"));
  for (const char* wrong : {"\x80",
                            "\xc0\xaf",
                            "\xc1\x81",
                            "\xc3",
                            "\xe0\x80\xaf",
                            "\xed\xa0\x80",
                            "\xf0\x80\x80\xaf",
                            "\xf4\x90\x80\x80",
                            "\xf5\x80\x80\x80",
                            "\xff",
                            "\xe2\x82",
                            "\xc3\x28"}) {
    EXPECT_EQ(valid_utf8_prefix("é" + std::string(wrong)), 2U);
  }
}

TEST(Utf8, agrees_with_simdjson) {
  std::mt19937_64 random(1);
  const std::string bytes = "a\x80\x8f\x90\x9f\xa0\xbf\xc0\xc2\xdf\xe0\xe1\xed\xef\xf0\xf1\xf4\xf5";
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (std::size_t length = random() % 7; text.size() < length;) {
      text += bytes[random() % bytes.size()];
    }
    ASSERT_EQ(is_utf8(text), simdjson::validate_utf8(text)) << "round " << i;
  }
}

TEST(Utf8, counts_characters) {
  EXPECT_EQ(code_points(""), 0U);
  EXPECT_EQ(code_points("aé€🐲"), 4U);
}

}  // namespace
}  // namespace fermata
