#include "base/line_diff.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

using Told = std::vector<std::string>;

TEST(LineDiff, tells_what_goes_and_comes_with_two_lines_around_it) {
  EXPECT_EQ(line_diff("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nX\ne\nf\n"),
            (Told{"  b", "  c", "- d", "+ X", "  e", "  f"}));
}

TEST(LineDiff, equal_texts_do_not_differ) {
  EXPECT_EQ(line_diff("a\nb", "a\nb\n"), Told{});
  EXPECT_EQ(line_diff("", ""), Told{});
}

TEST(LineDiff, a_line_that_is_moved_goes_and_comes) {
  const Told told = line_diff("allow\n  pay\nask\n  delete\n", "allow\n  delete\nask\n  pay\n");
  EXPECT_NE(std::find(told.begin(), told.end(), "-   pay"), told.end());
  EXPECT_NE(std::find(told.begin(), told.end(), "+   pay"), told.end());
}

TEST(LineDiff, what_is_left_out_between_is_said) {
  std::string before = "x\n", after = "y\n";
  for (int i = 0; i < 9; ++i) before += "same\n", after += "same\n";
  EXPECT_EQ(line_diff(before + "v\n", after + "w\n"),
            (Told{"- x", "+ y", "  same", "  same", "...", "  same", "  same", "- v", "+ w"}));
}

// Applied to the first text it gives the second, however different they are.
TEST(LineDiff, loses_nothing_of_texts_that_are_too_different) {
  std::string before, after;
  for (int i = 0; i < 3000; ++i) before += "b" + std::to_string(i) + "\n";
  for (int i = 0; i < 3000; ++i) after += "a" + std::to_string(i) + "\n";
  const Told told = line_diff(before, after);
  EXPECT_EQ(told.size(), 6000U);
  EXPECT_EQ(told.front(), "- b0");
  EXPECT_EQ(told.back(), "+ a2999");
}

TEST(LineDiff, adds_to_and_takes_from_nothing) {
  EXPECT_EQ(line_diff("", "a\n"), Told{"+ a"});
  EXPECT_EQ(line_diff("a\n", ""), Told{"- a"});
}

}  // namespace
}  // namespace fermata
