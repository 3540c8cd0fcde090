#pragma once

// What stands on the screen, cell by cell. Pure.
//
// add() is the one gate to the terminal: whatever it is given, a cell holds one character that
// draws itself, and the accents on it. What moves the cursor, colours, hides or turns round stands
// by its number, so that a caller who forgets visible() does no harm either. Letters stay in the
// order in which they were written; turning right-to-left text round is the terminal's business.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fermata::app::cli::inbox {

enum class Tone { kPlain, kDim, kStrong, kGood, kBad, kWarn, kAccent };

struct Ink {
  Tone tone = Tone::kPlain;
  bool reverse = false;
  friend bool operator==(const Ink&, const Ink&) = default;
};

struct Cell {
  std::string text;
  int columns = 1;  // 2 for wide characters.
  Ink ink;
};
using Line = std::vector<Cell>;

struct Place {
  int row = 0, column = 0;
};
struct Screen {
  std::vector<Line> lines;
  std::optional<Place> cursor;  // Where somebody types.
};

void add(Line& line, std::string_view text, Ink ink = {});
Line line_of(std::string_view text, Ink ink = {});

int columns_of(const Line& line);
std::string text_of(const Line& line);

// At most `columns` wide, with an ellipsis where it was cut: for lists, never for what a person
// signs for.
Line cut(Line line, int columns);
// Exactly `columns` wide.
Line padded(Line line, int columns, Ink ink = {});
// All of it, broken at blanks where there are some; `hang` stands before every line but the first.
std::vector<Line> wrapped(const Line& line, int columns, const Line& hang = {});

// Makes wcwidth() know Unicode, as the widths of the cells are asked of it. Once, before any
// thread.
void speak_utf8();

}  // namespace fermata::app::cli::inbox
