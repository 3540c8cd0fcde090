#include "base/regex.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fermata {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const auto regex = Regex::compile(pattern);
  EXPECT_TRUE(regex) << pattern << ": " << regex.error().message;
  return regex && regex->matches(text);
}

std::string refusal(std::string_view pattern) {
  const auto regex = Regex::compile(pattern);
  if (regex) return "accepted";
  EXPECT_EQ(regex.error().reason, "regex.unsupported");
  return regex.error().message;
}

TEST(Regex, finds_a_part_unless_anchored) {
  EXPECT_TRUE(matches("b+", "abbc"));
  EXPECT_FALSE(matches("^b+$", "abbc"));
  EXPECT_FALSE(matches("^b$", "b\n"));
  EXPECT_TRUE(matches("", ""));
}

TEST(Regex, dot_is_one_character_but_no_line_end) {
  EXPECT_TRUE(matches("^.$", "é"));
  EXPECT_TRUE(matches("^.$", "🐲"));
  for (const char* end : {"\n", "\r", "\u2028", "\u2029"}) EXPECT_FALSE(matches("^.$", end));
}

TEST(Regex, space_is_that_of_ECMA) {
  for (const char* space : {" ", "\t", "\v", "\f", "\r", "\n", "\u00a0", "\ufeff", "\u2003"}) {
    EXPECT_TRUE(matches("^\\s$", space));
    EXPECT_TRUE(matches("^[\\s]$", space));
    EXPECT_FALSE(matches("^\\S$", space));
    EXPECT_FALSE(matches("^[\\S]$", space));
  }
  EXPECT_TRUE(matches("^[\\Sx]$", "é"));
  EXPECT_FALSE(matches("^[^\\S]$", "é"));
}

TEST(Regex, digits_and_words_are_ASCII) {
  EXPECT_TRUE(matches("^\\d\\w$", "1a"));
  EXPECT_FALSE(matches("\\d", "\u09ea"));
  EXPECT_FALSE(matches("\\w", "é"));
  EXPECT_TRUE(matches("^[\\D]$", "\u09ea"));
}

TEST(Regex, reads_every_escape_of_ECMA) {
  EXPECT_TRUE(matches("^\\t\\n\\v\\f\\r$", "\t\n\v\f\r"));
  EXPECT_TRUE(matches("^\\x41\\u00e9\\u{1F432}\\ud83d\\udc32$", "Aé🐲🐲"));
  EXPECT_TRUE(matches("^\\cA\\ca$", "\x01\x01"));
  EXPECT_TRUE(matches("^\\0$", std::string_view("\0", 1)));
  EXPECT_TRUE(matches("^\\^\\$\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/\\\\$", "^$.*+?()[]{}|/\\"));
  EXPECT_TRUE(matches("^[\\b\\-\\]]+$", "\b-]"));
}

TEST(Regex, classes_are_sets_of_characters) {
  EXPECT_TRUE(matches("^[a-cé-í🐲]+$", "abcéí🐲"));
  EXPECT_FALSE(matches("[a-c]", "d"));
  EXPECT_TRUE(matches("^[a-]+$", "a-"));
  EXPECT_TRUE(matches("^[-a]+$", "a-"));
  EXPECT_FALSE(matches("^[[:alpha:]$", "z"));
  EXPECT_TRUE(matches("^[^]$", "\n"));
  EXPECT_FALSE(matches("[]", "a"));
  EXPECT_TRUE(matches("^[$.^]+$", "$.^"));
}

TEST(Regex, properties_go_by_category_or_script) {
  EXPECT_TRUE(matches("^\\p{L}\\p{Letter}\\p{gc=Lu}$", "aéÉ"));
  EXPECT_TRUE(matches("^\\p{Script=Greek}[\\p{sc=Greek}x]$", "αx"));
  EXPECT_TRUE(matches("^\\P{L}$", "1"));
  EXPECT_TRUE(matches("^\\p{digit}$", "\u09ea"));
  EXPECT_NE(refusal("\\p{Greek}"), "accepted");
  EXPECT_NE(refusal("\\pL"), "accepted");
  EXPECT_NE(refusal("\\p{Script=L}"), "accepted");
  EXPECT_NE(refusal("\\p{Script=Any}"), "accepted");
  EXPECT_NE(refusal("\\p{Emoji}"), "accepted");
  EXPECT_NE(refusal("\\p{Script=Nowhere}"), "accepted");
}

TEST(Regex, groups_and_counters) {
  EXPECT_TRUE(matches("^(a|b){2}(?:c)(?<year>[0-9]{2,})(x{0,1})?$", "abc2026"));
  EXPECT_TRUE(matches("^a+?b*?$", "aab"));
}

TEST(Regex, refuses_what_has_no_linear_algorithm) {
  for (const char* pattern : {"(?=a)", "(?!a)b", "(?<=a)b", "(?<!a)b"}) {
    EXPECT_EQ(refusal(pattern).substr(0, 44), "look-ahead and look-behind are not supported");
  }
  EXPECT_EQ(refusal("(a)\\1"), "back references are not supported (at byte 5)");
  EXPECT_EQ(refusal("(?<n>a)\\k<n>"), "back references are not supported (at byte 9)");
}

TEST(Regex, refuses_what_RE2_knows_and_ECMA_does_not) {
  for (const char* pattern : {"(?i)a",
                              "(?P<n>a)",
                              "\\Aa",
                              "a\\z",
                              "\\Qa\\E",
                              "\\C",
                              "\\a",
                              "\\pN",
                              "\\x{41}",
                              "\\07",
                              "\\-",
                              "\\_",
                              "(?s:.)"}) {
    EXPECT_NE(refusal(pattern), "accepted") << pattern;
  }
}

TEST(Regex, refuses_what_is_broken) {
  for (const char* pattern : {"(",       ")",
                              "(a",      "[a",
                              "[a\\",    "*",
                              "a**",     "+",
                              "a{",      "{2}",
                              "a}",      "]",
                              "\\",      "[z-a]",
                              "[\\d-z]", "[a-\\d]",
                              "a{3,2}",  "\\u12",
                              "\\u{}",   "\\u{110000}",
                              "\\ud800", "\\ud800\\u0041",
                              "\\c1",    "\\x4",
                              "(?<>a)",  "(?<n",
                              "a{1001}", "(?",
                              "[\\B]",   "^*",
                              "\\b+",    "${2}",
                              "a|^?",    "\\k"}) {
    EXPECT_NE(refusal(pattern), "accepted") << pattern;
  }
  EXPECT_EQ(refusal("a{b"), "a lone `{` is not allowed; write `\\{` (at byte 2)");
}

TEST(Regex, refuses_what_would_be_slow) {
  EXPECT_NE(refusal(std::string(1025, 'a')), "accepted");
  EXPECT_EQ(refusal("^\\p{L}{1,1000}$"),
            "the pattern is too large; use maxLength instead of counting with {1,100}");
  EXPECT_NE(refusal("((a{100}){100}){100}"), "accepted");
  const auto nested = Regex::compile("^(a+)+$");
  ASSERT_TRUE(nested);
  EXPECT_FALSE(nested->matches(std::string(100'000, 'a') + "b"));
  EXPECT_GT(nested->cost("aaaa"), nested->cost("a"));
}

}  // namespace
}  // namespace fermata
