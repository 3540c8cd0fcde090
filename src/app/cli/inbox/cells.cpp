#include "app/cli/inbox/cells.hpp"

#include <langinfo.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <cwchar>

#include "app/cli/text.hpp"
#include "base/utf8.hpp"
#include "ui/view/visible.hpp"

namespace fermata::app::cli::inbox {
namespace {

constexpr int kMostAccents = 4;

std::string by_number(char32_t value, bool is_byte) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string digits;
  for (; value != 0; value >>= 4U) digits.insert(digits.begin(), kDigits[value & 0xFU]);
  const std::size_t least = is_byte ? 2 : 4;
  if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
  return (is_byte ? "‹0x" : "‹U+") + digits + "›";
}

// Columns that the terminal gives it; -1 when the C library does not know it.
int width_of(char32_t point, std::string_view own) {
  const int known = ::wcwidth(static_cast<wchar_t>(point));
  if (known >= 0 || MB_CUR_MAX > 1) return known;
  return static_cast<int>(display_width(own));
}

void add_plain(Line& line, std::string_view ascii_or_quote, Ink ink) {
  while (!ascii_or_quote.empty()) {
    const CodePoint point = first_code_point(ascii_or_quote);
    line.push_back({std::string(ascii_or_quote.substr(0, point.bytes)), 1, ink});
    ascii_or_quote.remove_prefix(point.bytes);
  }
}

}  // namespace

void add(Line& line, std::string_view text, Ink ink) {
  int accents = 0;
  bool has_base = false;
  for (; !text.empty();) {
    const CodePoint point = first_code_point(text);
    const std::string_view own = text.substr(0, point.bytes);
    text.remove_prefix(point.bytes);
    if (!point.valid) {
      add_plain(line, by_number(point.value, true), ink);
      has_base = false;
      continue;
    }
    if (point.value == '\n' || point.value == '\t') {
      add_plain(line, point.value == '\n' ? "⏎" : "⇥", ink);
      has_base = false;
      continue;
    }
    const int columns = ui::is_hidden(point.value) ? -1 : width_of(point.value, own);
    accents = columns == 0 ? accents + 1 : 0;
    if (columns < 0 || accents > kMostAccents || (columns == 0 && !has_base)) {
      add_plain(line, by_number(point.value, false), ink);
      has_base = false;
    } else if (columns == 0) {
      line.back().text += own;
    } else {
      line.push_back({std::string(own), columns, ink});
      has_base = true;
    }
  }
}

Line line_of(std::string_view text, Ink ink) {
  Line line;
  add(line, text, ink);
  return line;
}

int columns_of(const Line& line) {
  int columns = 0;
  for (const Cell& cell : line) columns += cell.columns;
  return columns;
}

std::string text_of(const Line& line) {
  std::string text;
  for (const Cell& cell : line) text += cell.text;
  return text;
}

Line cut(Line line, int columns) {
  if (columns_of(line) <= columns) return line;
  int taken = 0;
  std::size_t count = 0;
  while (count < line.size() && taken + line[count].columns + 1 <= columns)
    taken += line[count++].columns;
  const Ink ink = count > 0 ? line[count - 1].ink : Ink{};
  line.resize(count);
  if (columns > 0) line.push_back({"…", 1, ink});
  return line;
}

Line padded(Line line, int columns, Ink ink) {
  line = cut(std::move(line), columns);
  for (int at = columns_of(line); at < columns; ++at) line.push_back({" ", 1, ink});
  return line;
}

std::vector<Line> wrapped(const Line& line, int columns, const Line& hang) {
  const Line margin = columns_of(hang) < columns / 2 ? hang : Line{};
  std::vector<Line> lines(1);
  int used = 0;
  std::size_t begins = 0;  // Where the last line begins, behind its margin;
  std::size_t blank = 0;   // and where it can be broken, just behind a blank; 0: nowhere.
  for (const Cell& cell : line) {
    if (used + cell.columns > columns && lines.back().size() > begins) {
      Line next = margin;
      if (blank > begins && cell.text != " ") {
        const auto from = lines.back().begin() + static_cast<std::ptrdiff_t>(blank);
        next.insert(next.end(), from, lines.back().end());
        lines.back().erase(from, lines.back().end());
      }
      used = columns_of(next);
      begins = margin.size();
      blank = 0;
      lines.push_back(std::move(next));
      if (cell.text == " ") continue;  // The end of the line before stands for it.
    }
    lines.back().push_back(cell);
    used += cell.columns;
    if (cell.text == " ") blank = lines.back().size();
  }
  return lines;
}

void speak_utf8() {
  const char* const chosen = std::setlocale(LC_CTYPE, "");
  if (chosen == nullptr || std::string_view(::nl_langinfo(CODESET)) != "UTF-8")
    std::setlocale(LC_CTYPE, "C.UTF-8");
}

}  // namespace fermata::app::cli::inbox
