#include "ui/view/visible.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"

namespace fermata::ui {
namespace {

struct Range {
  char32_t from, to;
};

// Unicode's control and format characters, what it ignores by default, its blanks but the space,
// private and surrogate ones, and those that are drawn as nothing.
constexpr std::array kHidden = {
    Range{0x00, 0x1F},       Range{0x7F, 0xA0},       Range{0xAD, 0xAD},
    Range{0x34F, 0x34F},     Range{0x600, 0x605},     Range{0x61C, 0x61C},
    Range{0x6DD, 0x6DD},     Range{0x70F, 0x70F},     Range{0x890, 0x891},
    Range{0x8E2, 0x8E2},     Range{0x115F, 0x1160},   Range{0x1680, 0x1680},
    Range{0x17B4, 0x17B5},   Range{0x180B, 0x180F},   Range{0x2000, 0x200F},
    Range{0x2028, 0x202F},   Range{0x205F, 0x206F},   Range{0x2800, 0x2800},
    Range{0x3000, 0x3000},   Range{0x3164, 0x3164},   Range{0xD800, 0xF8FF},
    Range{0xFDD0, 0xFDEF},   Range{0xFE00, 0xFE0F},   Range{0xFEFF, 0xFEFF},
    Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFC},   Range{0xFFFE, 0xFFFF},
    Range{0x110BD, 0x110BD}, Range{0x110CD, 0x110CD}, Range{0x13430, 0x1345F},
    Range{0x16FE4, 0x16FE4}, Range{0x1BCA0, 0x1BCA3}, Range{0x1D159, 0x1D159},
    Range{0x1D173, 0x1D17A}, Range{0x1FFFE, 0x1FFFF}, Range{0xE0000, 0x10FFFF},
};
// Accents and other marks that stand on the character before them.
constexpr std::array kCombining = {
    Range{0x300, 0x36F},     Range{0x483, 0x489},     Range{0x591, 0x5BD},
    Range{0x5BF, 0x5BF},     Range{0x5C1, 0x5C2},     Range{0x5C4, 0x5C5},
    Range{0x610, 0x61A},     Range{0x64B, 0x65F},     Range{0x670, 0x670},
    Range{0x6D6, 0x6DC},     Range{0x6DF, 0x6E4},     Range{0x6E7, 0x6E8},
    Range{0x6EA, 0x6ED},     Range{0x93C, 0x93C},     Range{0xE31, 0xE31},
    Range{0xE34, 0xE3A},     Range{0xE47, 0xE4E},     Range{0x1AB0, 0x1AFF},
    Range{0x1DC0, 0x1DFF},   Range{0x20D0, 0x20FF},   Range{0x302A, 0x302D},
    Range{0x3099, 0x309A},   Range{0xA66F, 0xA672},   Range{0xA674, 0xA67D},
    Range{0xFE20, 0xFE2F},   Range{0x1D165, 0x1D169}, Range{0x1D16D, 0x1D172},
    Range{0x1E000, 0x1E02A},
};
constexpr std::size_t kMostAccents = 2;
constexpr std::size_t kMostSpaces = 16;

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t point) {
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), point, [](char32_t p, const Range& r) { return p < r.from; });
  return after != ranges.begin() && point <= std::prev(after)->to;
}

std::string hex(char32_t value, std::size_t digits) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (; value != 0 || out.size() < digits; value >>= 4U)
    out.insert(out.begin(), kDigits[value & 0xFU]);
  return out;
}

std::size_t spaces_at(std::string_view text) {
  return std::min(text.find_first_not_of(' '), text.size());
}

// Writes the text character by character.
class Writer {
 public:
  Writer(std::string_view text, bool one_line) : rest_(text), one_line_(one_line) {
    out_.text.reserve(text.size());
  }

  Visible write() {
    while (!rest_.empty()) {
      if (rest_.front() == ' ')
        spaces();
      else
        character();
    }
    return std::move(out_);
  }

 private:
  // At an end they are easily missed, and many of them push what follows out of sight.
  void spaces() {
    const std::size_t count = spaces_at(rest_);
    // Several lines may begin with an indent.
    const bool begins = out_.text.empty() && (one_line_ || rest_.find('\n') == rest_.npos);
    const bool at_end = begins || count == rest_.size();
    if (count > kMostSpaces) {
      mark("‹" + std::to_string(count) + " spaces›");
    } else if (at_end) {
      for (std::size_t i = 0; i < count; ++i) mark("‹U+0020›");
    } else {
      out_.text.append(count, ' ');
    }
    accents_ = 0;
    rest_.remove_prefix(count);
  }

  void character() {
    const CodePoint point = first_code_point(rest_);
    const std::string_view own = rest_.substr(0, point.bytes);
    const bool starts = out_.text.empty();
    accents_ = within(kCombining, point.value) ? accents_ + 1 : 0;
    if (!point.valid) {
      mark("‹0x" + hex(point.value, 2) + "›");
    } else if (point.value == '\n' || point.value == '\t') {
      out_.text += !one_line_ ? own : point.value == '\n' ? "⏎" : "⇥";
    } else if (is_hidden(point.value) || accents_ > kMostAccents || (accents_ > 0 && starts) ||
               rest_.starts_with("‹U+") || rest_.starts_with("‹0x")) {
      // The last: what already looks like one of our marks is none.
      mark("‹U+" + hex(point.value, 4) + "›");
    } else {
      out_.text += own;
    }
    rest_.remove_prefix(point.bytes);
  }

  void mark(const std::string& text) {
    out_.text += text;
    out_.marks = true;
  }

  std::string_view rest_;
  bool one_line_;
  std::size_t accents_ = 0;  // In a row, up to here.
  Visible out_;
};

}  // namespace

bool is_hidden(char32_t code_point) {
  // The last two of every plane are no characters.
  return within(kHidden, code_point) || (code_point & 0xFFFEU) == 0xFFFEU;
}

Visible visible_line(std::string_view text) { return Writer(text, true).write(); }

Visible visible_text(std::string_view text) { return Writer(text, false).write(); }

std::string shortened(std::string_view visible, std::size_t characters) {
  std::size_t at = 0;
  for (std::size_t count = 0; at < visible.size(); ++count) {
    if (count == characters) return std::string(visible.substr(0, at)) + "…";
    at += first_code_point(visible.substr(at)).bytes;
  }
  return std::string(visible);
}

}  // namespace fermata::ui
