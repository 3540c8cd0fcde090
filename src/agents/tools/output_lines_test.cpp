#include "agents/tools/output_lines.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fermata::agents {
namespace {

std::vector<OutputLines::Line> fed(OutputLines& lines, std::string_view text, std::size_t step) {
  std::vector<OutputLines::Line> all;
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size())))
    for (OutputLines::Line& line : lines.feed(text.substr(0, step))) all.push_back(std::move(line));
  return all;
}

std::string id_of(std::string_view json) {
  IdFinder finder;
  finder.feed(json);
  return finder.id();
}

TEST(OutputLines, lines_are_the_same_however_they_come) {
  for (const std::size_t step : {1, 3, 1000}) {
    OutputLines lines(10);
    const auto all = fed(lines, "one\n\nthe other\nrest", step);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].text, "one");
    EXPECT_EQ(all[1].text, "");
    EXPECT_EQ(all[2].text, "the other");
    EXPECT_EQ(lines.skipped(), 0U);
  }
}

TEST(OutputLines, of_a_line_that_is_too_long_only_whose_answer_it_is_is_kept) {
  const std::string text =
      R"({"result":{"id":5,"x":")" + std::string(500, 'x') + "\"},\"id\":17}\nnext\n";
  for (const std::size_t step : {1, 7, 1000}) {
    OutputLines lines(100);
    const auto all = fed(lines, text, step);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(all[0].too_long);
    EXPECT_EQ(all[0].text, "");
    EXPECT_EQ(all[0].answer_to, "17");
    EXPECT_EQ(all[1].text, "next");
    EXPECT_FALSE(all[1].too_long);
  }
}

TEST(OutputLines, a_line_without_end_is_counted_and_not_kept) {
  OutputLines lines(100);
  EXPECT_TRUE(fed(lines, std::string(5000, 'x'), 64).empty());
  EXPECT_EQ(lines.skipped(), 5000U);
}

TEST(IdFinder, finds_the_member_of_the_outermost_object_alone) {
  EXPECT_EQ(id_of(R"({"jsonrpc":"2.0","id":3,"result":{"id":4}})"), "3");
  EXPECT_EQ(id_of(R"({"result":["\"id\":9", {"id":4}], "id" : "a,}\"b" })"), R"("a,}\"b")");
  EXPECT_EQ(id_of(R"({"result":"\\","id":8})"), "8");
  EXPECT_EQ(id_of(R"({"id":3,"method":"ping"})"), "") << "a request of its own";
  EXPECT_EQ(id_of(R"({"result":"\"id\":7"})"), "");
  EXPECT_EQ(id_of("}}}]]"), "");
}

TEST(Hide, P15_the_longer_secret_goes_first) {
  const auto parts = hidden_parts({"tok", "tok-and-more", ""});
  EXPECT_EQ(hide("tok-and-more, tok", parts), "***, ***");
}

TEST(Hide, P15_of_a_secret_of_several_lines_each_line_is_hidden) {
  const auto parts =
      hidden_parts({"-----BEGIN KEY-----\r\nMIIEvQ\n  {\nAoIBAQ\n-----END KEY-----\n"});
  EXPECT_EQ(hide("read AoIBAQ at line 4", parts), "read *** at line 4");
  EXPECT_EQ(hide("MIIEvQ", parts), "***");
  EXPECT_EQ(hide("what { and } are", parts), "what { and } are");
}

TEST(Hide, ends_when_the_secret_is_what_stands_in_its_place) {
  EXPECT_EQ(hide("a * b", hidden_parts({"*"})), "a *** b");
  EXPECT_EQ(hide("******", hidden_parts({"***"})), "******");
}

}  // namespace
}  // namespace fermata::agents
