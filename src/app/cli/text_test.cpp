#include "app/cli/text.hpp"

#include <gtest/gtest.h>

#include "app/cli/arguments.hpp"
#include "app/cli/client.hpp"
#include "app/cli/table.hpp"
#include "app/exit_code.hpp"

namespace fermata::app::cli {
namespace {

json::Value parsed(std::string_view text) { return *json::parse(text); }

TEST(Text, shows_what_would_steer_or_deceive_a_terminal) {
  EXPECT_EQ(visible("\x1b[2Jgone"), "\\u{1B}[2Jgone");
  EXPECT_EQ(visible("a\r\nb\tc"), "a\\u{0D}\\nb\\tc");
  EXPECT_EQ(visible("pay \u202E001\u202C"), "pay \\u{202E}001\\u{202C}");
  EXPECT_EQ(visible("ad\u200Bmin\uFEFF"), "ad\\u{200B}min\\u{FEFF}");
  EXPECT_EQ(visible("x\U000E0041"), "x\\u{E0041}") << "tag characters";
  EXPECT_EQ(visible("\u0085"), "\\u{85}") << "C1 controls";
}

TEST(Text, leaves_ordinary_writing_alone) {
  EXPECT_EQ(visible("Grüße, 世界 – ok 🙂"), "Grüße, 世界 – ok 🙂");
}

TEST(Text, shows_bytes_that_are_no_utf8) {
  EXPECT_EQ(visible("a\xff\xc3"), "a\\x{FF}\\x{C3}");
  EXPECT_EQ(visible("\xc0\xaf"), "\\x{C0}\\x{AF}") << "overlong";
  EXPECT_EQ(visible("\xed\xa0\x80"), "\\x{ED}\\x{A0}\\x{80}") << "a surrogate";
}

TEST(Text, prose_cannot_leave_its_margin) {
  EXPECT_EQ(prose("one\ntwo\x1b[A\n\n", "| "), "| one\n| two\\u{1B}[A\n");
}

TEST(Text, counts_columns_and_cuts_at_characters) {
  EXPECT_EQ(display_width("世界"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(shorten("abcdef", 4), "abc…");
  EXPECT_EQ(shorten("世界世界", 5), "世界…");
  EXPECT_EQ(shorten("abc", 3), "abc");
}

TEST(Text, tells_time_as_people_do) {
  EXPECT_EQ(duration(850), "850 ms");
  EXPECT_EQ(duration(2300), "2.3 s");
  EXPECT_EQ(duration(59'999), "59 s");
  EXPECT_EQ(duration(125'000), "2 min 5 s");
  EXPECT_EQ(duration(7'500'000), "2 h 5 min");
  EXPECT_EQ(duration(273'600'000), "3 d 4 h");
  EXPECT_EQ(relative(1'000'000, 1'300'000), "5 min ago");
  EXPECT_EQ(relative(1'300'000, 1'000'000), "in 5 min");
  EXPECT_EQ(relative(5, 10), "now");
  EXPECT_EQ(absolute(1'795'363'200'000), "2026-11-22 16:00:00 UTC");
}

TEST(Text, arguments_are_shown_uncut_where_they_count) {
  const json::Value arguments = parsed(R"({"order":"A\u001b","amount":250,"note":{"a":[1]}})");
  EXPECT_EQ(short_arguments(arguments, 0), R"(order="A\u001b", amount=250, note={"a":[1]})");
  EXPECT_EQ(short_arguments(arguments, 8), "order=\"…");
  const std::string full = full_arguments(arguments, "  ");
  EXPECT_NE(full.find("  amount  250\n"), std::string::npos) << full;
  EXPECT_EQ(full.find('\x1b'), std::string::npos);
  EXPECT_EQ(full_arguments(json::Object(), " "), " (none)\n");
  const std::string longest(5000, 'x');
  EXPECT_NE(full_arguments(json::Object{{"a", longest}}, "").find(longest), std::string::npos);
}

TEST(Text, colours_only_where_there_are_any) {
  EXPECT_EQ(paint({}, Colour::kRed, "no"), "no");
  EXPECT_EQ(paint({.colour = true, .width = 0}, Colour::kRed, "no"), "\x1b[31mno\x1b[0m");
}

TEST(Table, aligns_columns_whatever_is_in_them) {
  Table table({"ID", "NAME"}, 1);
  table.add({std::string("1"), std::string("世界")});
  table.add({std::string("222"), std::string("b")});
  EXPECT_EQ(table.render({}), "ID   NAME\n1    世界\n222  b\n");
}

TEST(Table, gives_way_in_one_column_on_a_narrow_terminal) {
  Table table({"ID", "WHAT", "WHO"}, 1);
  table.add({std::string("abc"), std::string(40, 'x'), std::string("ada")});
  const std::string text = table.render({.colour = false, .width = 30});
  EXPECT_NE(text.find("abc  xxxxxxxxxxxxxxxxxxx…  ada\n"), std::string::npos) << text;
}

TEST(Arguments, keep_the_types_they_have) {
  const json::Value old = parsed(R"({"amount":250,"code":"1","ok":true,"items":[{"n":1}]})");
  const auto changed = with_changes(old, {"amount=80", "code=2", "ok=false", "items.0.n=5"});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(json::write(*changed), R"({"amount":80,"code":"2","ok":false,"items":[{"n":5}]})");
}

TEST(Arguments, that_are_new_are_json_or_text) {
  const auto changed = with_changes(json::Object(), {"n=1", "t=hello", "q=\"1\"", "deep.x=true"});
  ASSERT_TRUE(changed);
  EXPECT_EQ(json::write(*changed), R"({"n":1,"t":"hello","q":"1","deep":{"x":true}})");
}

TEST(Arguments, refuse_another_type_or_a_path_that_leads_nowhere) {
  const json::Value old = parsed(R"({"amount":250,"items":[1]})");
  for (const char* bad :
       {"amount=lots", "amount=\"80\"", "items.7=1", "amount.x=1", "=1", "amount"}) {
    const auto changed = with_changes(old, {bad});
    ASSERT_FALSE(changed) << bad;
    EXPECT_EQ(changed.error().reason, "cli.bad_set");
  }
}

TEST(Arguments, differences_are_named_by_their_path) {
  const auto lines = differences(parsed(R"({"a":1,"b":{"c":2},"gone":0})"),
                                 parsed(R"({"a":1,"b":{"c":3},"new":true})"));
  EXPECT_EQ(lines,
            (std::vector<std::string>{"b.c: 2 → 3", "gone: 0 → (gone)", "new: (new) → true"}));
}

TEST(Answers, take_their_types_from_the_form) {
  const json::Value schema = parsed(R"({"properties":{"code":{"type":"string"}}})");
  const auto answer = with_answers(schema, {"code=007", "count=7"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(json::write(*answer), R"({"code":"007","count":7})");
}

TEST(Client, cuts_a_stream_into_events_wherever_the_chunks_end) {
  net::EventParser parser;
  EXPECT_TRUE(parser.feed(": heartbeat\n\nid: 4\nevent: x\nda").empty());
  const auto events = parser.feed("ta: {\"a\":1}\r\n\r\nid: 5\ndata: two\ndata: lines\n\n");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].id, "4");
  EXPECT_EQ(events[0].data, "{\"a\":1}");
  EXPECT_EQ(events[1].data, "two\nlines");
}

TEST(Client, understands_problem_documents) {
  const Error error = to_error(409, R"({"reason":"approval.closed","detail":"it is closed"})");
  EXPECT_EQ(error.reason, "approval.closed");
  EXPECT_EQ(error.message, "it is closed");
  EXPECT_EQ(exit_code(error.code), kRefused);
  EXPECT_EQ(exit_code(to_error(404, "{}").code), kNotFound);
  EXPECT_EQ(exit_code(to_error(401, "{}").code), kNotAllowed);
  EXPECT_EQ(exit_code(to_error(403, "<html>").code), kNotAllowed);
  EXPECT_EQ(exit_code(to_error(503, "").code), kUnreachable);
  EXPECT_EQ(exit_code(to_error(422, "{}").code), kRefused);
  EXPECT_EQ(exit_code(to_error(500, "{}").code), kRefused);
}

TEST(Client, escapes_ids_in_paths) { EXPECT_EQ(escaped("a/b?c é"), "a%2Fb%3Fc%20%C3%A9"); }

}  // namespace
}  // namespace fermata::app::cli
