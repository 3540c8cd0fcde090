#include "ui/view/visible.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/utf8.hpp"

namespace fermata::ui {
namespace {

std::string of(char32_t point) {
  std::string text;
  append_utf8(text, point);
  return text;
}

TEST(Visible, leaves_what_can_be_seen_as_it_is) {
  for (const char* text :
       {"refund 240 EUR", "Ärzte, São, naïve", "Ünïcödé 東京 한국 שלום مرحبا", "🐲 <b>&amp;"}) {
    EXPECT_EQ(visible_line(text).text, text);
    EXPECT_FALSE(visible_line(text).marks);
  }
}

TEST(Visible, shows_what_draws_nothing_by_its_number) {
  EXPECT_EQ(visible_line("pay\u200Bpal").text, "pay‹U+200B›pal");
  EXPECT_EQ(visible_line("\u202Egpj.exe").text, "‹U+202E›gpj.exe");
  EXPECT_EQ(visible_line("a\U000E0041b").text, "a‹U+E0041›b");
  EXPECT_EQ(visible_line("\x1b[31mred").text, "‹U+001B›[31mred");
  EXPECT_EQ(visible_line("240\u00A0EUR").text, "240‹U+00A0›EUR");
  EXPECT_TRUE(visible_line("\u2060").marks);
  EXPECT_EQ(visible_line("\xff\xc3").text, "‹0xFF›‹0xC3›");
}

TEST(Visible, keeps_lines_only_where_there_may_be_some) {
  EXPECT_EQ(visible_line("a\n\tb").text, "a⏎⇥b");
  EXPECT_EQ(visible_text("a\n\tb").text, "a\n\tb");
  EXPECT_EQ(visible_text("safe\rdangerous").text, "safe‹U+000D›dangerous");
}

TEST(Visible, shows_spaces_that_are_easily_missed) {
  EXPECT_EQ(visible_line(" Anna ").text, "‹U+0020›Anna‹U+0020›");
  EXPECT_EQ(visible_line("a" + std::string(1000, ' ') + "b").text, "a‹1000 spaces›b");
  EXPECT_EQ(visible_line("Anna  K.").text, "Anna  K.");
  EXPECT_EQ(visible_text("  indented\n  lines ").text, "  indented\n  lines‹U+0020›");
}

TEST(Visible, lets_no_accents_pile_up) {
  EXPECT_EQ(visible_line("e\u0301\u0323").text, "e\u0301\u0323");
  EXPECT_EQ(visible_line("e\u0301\u0301\u0301").text, "e\u0301\u0301‹U+0301›");
  EXPECT_EQ(visible_line("\u0301x").text, "‹U+0301›x");
}

TEST(Visible, cannot_be_imitated) {
  EXPECT_EQ(visible_line("‹U+200B›").text, "‹U+2039›U+200B›");
  EXPECT_TRUE(visible_line("‹U+200B›").marks);
}

TEST(Visible, hides_nothing_whatever_the_bytes) {
  std::mt19937 random(20'261'123);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time.
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      const char32_t most = std::array<char32_t, 4>{0x80, 0x800, 0x10000, 0x110000}[random() % 4];
      const char32_t point = static_cast<char32_t>(random() % most);
      if (random() % 10 == 0)
        text += static_cast<char>(random() % 256);
      else if (point < 0xD800 || point > 0xDFFF)
        text += of(point);
    }
    const std::string shown = visible_text(text).text;
    ASSERT_TRUE(is_utf8(shown));
    for (std::string_view rest = shown; !rest.empty();) {
      const CodePoint point = first_code_point(rest);
      const bool is_break = point.value == '\n' || point.value == '\t';
      ASSERT_TRUE(is_break || !is_hidden(point.value)) << std::hex << static_cast<int>(point.value);
      rest.remove_prefix(point.bytes);
    }
    // What is visible already is left alone, but for the marks, which are no marks any more.
    ASSERT_EQ(visible_text(shown).marks,
              shown.find('\u0000') != std::string::npos || shown.find("‹U+") != std::string::npos ||
                  shown.find("‹0x") != std::string::npos);
  }
}

TEST(LookAlikes, are_named_with_the_letter_that_is_another_one) {
  const auto mixed = look_alikes("transfer to p\u0430ypal today");
  ASSERT_EQ(mixed.size(), 1U);
  EXPECT_EQ(mixed[0], "'p\u0430ypal' mixes Latin and Cyrillic letters: \u0430 is U+0430");
  const auto whole = look_alikes("\u0440\u0430\u0443\u0440\u0430.example");
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_NE(whole[0].find("looks like Latin letters, but is Cyrillic"), std::string::npos);
  EXPECT_EQ(look_alikes("\uFF41dmin").size(), 1U);
  EXPECT_EQ(look_alikes("\U0001D400dmin").size(), 1U);
}

TEST(LookAlikes, are_not_found_where_people_write_their_own_language) {
  EXPECT_TRUE(look_alikes("Прошу вернуть деньги Анне").empty());
  EXPECT_TRUE(look_alikes("Το ποσό είναι σωστό").empty());
  EXPECT_TRUE(look_alikes("Überweisung an Łukasz, São Paulo").empty());
  EXPECT_TRUE(look_alikes("Перевод for Anna").empty());
  EXPECT_TRUE(look_alikes("東京 مرحبا").empty());
}

TEST(LookAlikes, are_told_three_at_most) {
  EXPECT_EQ(look_alikes("\u0430a \u0430b \u0430c \u0430d").size(), 3U);
}

TEST(Shortened, says_that_it_was_cut) {
  EXPECT_EQ(shortened("Änderung", 3), "Änd…");
  EXPECT_EQ(shortened("Änderung", 8), "Änderung");
}

}  // namespace
}  // namespace fermata::ui
