#pragma once

// What somebody wrote, so that people see what the bytes say.
//
// Characters that draw nothing or change how others are drawn (control, bidirectional, zero-width,
// tag, private and filling characters, blanks that are no space, accents piled on each other) stand
// as ‹U+202E›. Letters that only look like others are named beside the text, not replaced: they may
// be right.
//
// Pure functions of any bytes; their results have been through them and need escaping only for the
// surface they are shown on.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fermata::ui {

struct Visible {
  std::string text;
  bool marks = false;  // Something was made visible.
};

// On one line: its breaks are shown as ⏎, tabs as ⇥.
Visible visible_line(std::string_view text);
// Keeps line feeds and tabs as they are.
Visible visible_text(std::string_view text);

bool is_hidden(char32_t code_point);

// One sentence for each word that could be mistaken for another one, at most three: "'pаypal' mixes
// Latin and Cyrillic letters: а is U+0430". The words are visible.
std::vector<std::string> look_alikes(std::string_view text);

// At most `characters`, with an ellipsis where it was cut. Not for what a person signs for.
std::string shortened(std::string_view visible, std::size_t characters);

}  // namespace fermata::ui
