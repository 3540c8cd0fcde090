#include "app/cli/inbox/cells.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fermata::app::cli::inbox {
namespace {

class Cells : public testing::Test {
 protected:
  static void SetUpTestSuite() { speak_utf8(); }
};

std::vector<std::string> broken(std::string_view text, int columns, std::string_view hang = "") {
  std::vector<std::string> out;
  for (const Line& line : wrapped(line_of(text), columns, line_of(hang)))
    out.push_back(text_of(line));
  return out;
}

TEST_F(Cells, take_the_columns_that_the_terminal_gives_them) {
  EXPECT_EQ(columns_of(line_of("abc")), 3);
  EXPECT_EQ(columns_of(line_of("漢字")), 4);
  EXPECT_EQ(columns_of(line_of("👍")), 2);
  EXPECT_EQ(columns_of(line_of("e\u0301")), 1);  // An accent stands on its letter.
  EXPECT_EQ(line_of("e\u0301").size(), 1U);
  EXPECT_EQ(columns_of(line_of("กี")), 1);  // So does a vowel.
}

TEST_F(Cells, let_nothing_through_that_does_something) {
  EXPECT_EQ(text_of(line_of("a\x1b[2Jb")), "a‹U+001B›[2Jb");
  EXPECT_EQ(text_of(line_of("\u202Egpj\u200B\uFEFF")), "‹U+202E›gpj‹U+200B›‹U+FEFF›");
  EXPECT_EQ(text_of(line_of("a\nb\tc\r")), "a⏎b⇥c‹U+000D›");
  EXPECT_EQ(text_of(line_of("\x9b\xff")), "‹0x9B›‹0xFF›");
  EXPECT_EQ(text_of(line_of("\u009b")), "‹U+009B›");
  EXPECT_EQ(text_of(line_of("\U000E0041")), "‹U+E0041›");
}

TEST_F(Cells, pile_no_accents) {
  std::string tower = "a";
  for (int i = 0; i < 40; ++i) tower += "\u0301";
  EXPECT_EQ(line_of(tower).front().text.size(), 1 + 4 * 2U);
  EXPECT_EQ(text_of(line_of("\u0301a")), "‹U+0301›a");  // One without a letter.
}

TEST_F(Cells, keep_the_order_of_right_to_left_letters) {
  EXPECT_EQ(text_of(line_of("אבג 123")), "אבג 123");
}

TEST_F(Cells, are_cut_by_columns) {
  EXPECT_EQ(text_of(cut(line_of("漢字漢字"), 5)), "漢字…");
  EXPECT_EQ(text_of(cut(line_of("漢字漢字"), 4)), "漢…");
  EXPECT_EQ(text_of(cut(line_of("abc"), 3)), "abc");
  EXPECT_EQ(text_of(padded(line_of("漢"), 4)), "漢  ");
}

TEST_F(Cells, are_broken_at_blanks_and_all_kept) {
  EXPECT_THAT(broken("one two three", 8), testing::ElementsAre("one two ", "three"));
  EXPECT_THAT(broken("abcdefghij", 4), testing::ElementsAre("abcd", "efgh", "ij"));
  EXPECT_THAT(broken("漢字漢", 3), testing::ElementsAre("漢", "字", "漢"));
  EXPECT_THAT(broken("  a bbbbbb cc", 8, "  "), testing::ElementsAre("  a ", "  bbbbbb", "  cc"));
  EXPECT_THAT(broken("", 8), testing::ElementsAre(""));
}

TEST_F(Cells, are_broken_without_end_where_the_screen_is_narrow) {
  EXPECT_EQ(broken("abc", 1, "    ").size(), 3U);
}

}  // namespace
}  // namespace fermata::app::cli::inbox
