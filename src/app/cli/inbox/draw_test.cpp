#include "app/cli/inbox/draw.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/cli/inbox/testing.hpp"

namespace fermata::app::cli::inbox {
namespace {

using testing::HasSubstr;
using testing::Not;

class Drawing : public testing::Test {
 protected:
  static void SetUpTestSuite() { speak_utf8(); }
};

json::Value shown_request(const std::string& id, const std::string& text) {
  const json::Value view =
      json::Object{{"sentence",
                    json::Array{json::Object{{"text", "May bot refund "}, {"kind", "text"}},
                                json::Object{{"text", text}, {"kind", "value"}}}},
                   {"facts", json::Array{}},
                   {"changes", json::Value()},
                   {"words", json::Object{{"text", "trust me"}, {"marks", false}}},
                   {"size", json::Object{{"characters", 3}, {"too_large", false}}}};
  return request(id, {{"view", view}});
}

// Whatever is on the screen, it is as large as the screen and no larger.
void expect_fits(State& state) {
  const Screen screen = draw(state);
  EXPECT_LE(screen.lines.size(), static_cast<std::size_t>(state.rows));
  for (const Line& line : screen.lines) EXPECT_LE(columns_of(line), state.columns) << text_of(line);
  if (screen.cursor) {
    EXPECT_LT(screen.cursor->row, state.rows);
    EXPECT_LT(screen.cursor->column, state.columns);
  }
}

TEST_F(Drawing, fits_every_size_whatever_is_shown) {
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += i % 7 == 0 ? "e\u0301 " : "漢";
  const json::Value one = shown_request("ap_1", wide);
  for (const int columns : {1, 20, 59, 60, 61, 80, 99, 100, 200}) {
    for (const int rows : {1, 2, 14, 15, 16, 24, 60}) {
      State state = inbox_of({one, shown_request("ap_2", "x")});
      update(state, Resized{columns, rows});
      expect_fits(state);
      press(state, "/");
      press(state, wide);
      expect_fits(state);
      press(state, Key::Name::kEscape);
      open_first(state, one);
      expect_fits(state);
      press(state, Key::Name::kEnd);
      expect_fits(state);
      press(state, "d");
      press(state, wide);
      expect_fits(state);
      press(state, Key::Name::kEscape);
      press(state, "?");
      expect_fits(state);
    }
  }
}

TEST_F(Drawing, loses_nothing_of_a_request_on_the_smallest_screen) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "w" + std::to_string(i) + " ";
  State state = inbox_of({shown_request("ap_1", text)});
  update(state, Resized{60, 15});
  open_first(state, shown_request("ap_1", text));
  std::string all;
  for (int page = 0; page < 40; ++page) {
    all += screen_text(state);
    press(state, "j");
  }
  std::replace(all.begin(), all.end(), '\n', ' ');
  for (int i = 0; i < 200; ++i) EXPECT_THAT(all, HasSubstr("w" + std::to_string(i) + " ")) << i;
  EXPECT_THAT(all, HasSubstr("Written by the agent; nobody has checked it"));
  EXPECT_THAT(all, HasSubstr("│ trust me"));
}

TEST_F(Drawing, says_that_it_is_too_small) {
  State state = inbox_of({});
  update(state, Resized{59, 30});
  EXPECT_THAT(screen_text(state), HasSubstr("The inbox wants 60×15."));
  update(state, Resized{60, 15});
  EXPECT_THAT(screen_text(state), HasSubstr("Nothing waits for you."));
}

TEST_F(Drawing, shows_the_selected_one_of_many) {
  std::vector<json::Value> many;
  for (int i = 100; i < 300; ++i)
    many.push_back(shown_request("ap_" + std::to_string(i), "n" + std::to_string(i)));
  State state = inbox_of(many);
  update(state, Resized{80, 15});
  for (const char* keys : {"g", "jjjjj", "G", "kk"}) {
    press(state, keys);
    EXPECT_THAT(screen_text(state), HasSubstr("▸"));
    EXPECT_THAT(screen_text(state), HasSubstr("n" + state.selected.substr(3)));
  }
}

TEST_F(Drawing, keeps_the_end_of_what_is_typed_in_view) {
  Field field;
  put(field, std::string(100, 'a') + "漢b");
  const Typed end = typed_line(field, 20);
  EXPECT_THAT(text_of(end.line), testing::EndsWith("漢b"));
  EXPECT_LT(end.cursor, 20);
  field.cursor = 0;
  EXPECT_EQ(typed_line(field, 20).cursor, 0);
  EXPECT_EQ(columns_of(typed_line(field, 20).line), 20);
}

TEST_F(Drawing, tells_apart_without_colours) {
  State state = inbox_of({request("ap_1", {{"thresholds", two_of_finance()}})});
  EXPECT_THAT(screen_text(state), HasSubstr("⚠"));
  EXPECT_THAT(screen_text(state), HasSubstr("● live"));
  update(state, Live{false});
  EXPECT_THAT(screen_text(state), HasSubstr("○ not live"));
  EXPECT_THAT(screen_text(state), Not(HasSubstr("● live")));
}

}  // namespace
}  // namespace fermata::app::cli::inbox
