#include "app/cli/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace fermata::app::cli {
namespace {

struct Range {
  char32_t from, to;
};

// Characters that draw nothing, or change how others are drawn.
constexpr std::array kHidden = {
    Range{0x00, 0x1F},       Range{0x7F, 0x9F},       Range{0xAD, 0xAD},
    Range{0x34F, 0x34F},     Range{0x61C, 0x61C},     Range{0x115F, 0x1160},
    Range{0x17B4, 0x17B5},   Range{0x180B, 0x180F},   Range{0x200B, 0x200F},
    Range{0x2028, 0x202E},   Range{0x2060, 0x206F},   Range{0x3164, 0x3164},
    Range{0xD800, 0xF8FF},   Range{0xFE00, 0xFE0F},   Range{0xFEFF, 0xFEFF},
    Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFB},   Range{0x1BCA0, 0x1BCA3},
    Range{0x1D173, 0x1D17A}, Range{0xE0000, 0xE0FFF}, Range{0xF0000, 0x10FFFF},
};
constexpr std::array kCombining = {
    Range{0x300, 0x36F},
    Range{0x483, 0x489},
    Range{0x591, 0x5BD},
    Range{0x610, 0x61A},
    Range{0x64B, 0x65F},
    Range{0x93C, 0x93C},
    Range{0x1AB0, 0x1AFF},
    Range{0x1DC0, 0x1DFF},
    Range{0x20D0, 0x20FF},
    Range{0xFE20, 0xFE2F},
};
constexpr std::array kWide = {
    Range{0x1100, 0x115F},
    Range{0x2E80, 0x303E},
    Range{0x3041, 0x33FF},
    Range{0x3400, 0x4DBF},
    Range{0x4E00, 0x9FFF},
    Range{0xA000, 0xA4CF},
    Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE6F},
    Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},
    Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF},
    Range{0x20000, 0x3FFFD},
};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(), [point](const Range& range) {
    return range.from <= point && point <= range.to;
  });
}

struct Point {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// The code point at the start of `text`, which is not empty.
Point next_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {first, 1, false};
  char32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {first, 1, false};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    return {first, 1, false};
  }
  return {value, length, true};
}

std::string hex(char32_t value) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  do {
    out.insert(out.begin(), kDigits[value & 0xFU]);
    value >>= 4U;
  } while (value != 0);
  return out.size() < 2 ? "0" + out : out;
}

std::size_t width_of(char32_t point) {
  if (within(kCombining, point)) return 0;
  return within(kWide, point) ? 2 : 1;
}

// A line of `text` at a time; the last one may be empty.
template <class F>
void each_line(std::string_view text, const F& f) {
  while (true) {
    const std::size_t end = text.find('\n');
    f(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string paint(const Style& style, Colour colour, std::string_view text) {
  if (!style.colour || colour == Colour::kNone || text.empty()) return std::string(text);
  const char* code = "0";
  switch (colour) {
    case Colour::kNone:
      break;
    case Colour::kBold:
      code = "1";
      break;
    case Colour::kDim:
      code = "2";
      break;
    case Colour::kRed:
      code = "31";
      break;
    case Colour::kGreen:
      code = "32";
      break;
    case Colour::kYellow:
      code = "33";
      break;
    case Colour::kBlue:
      code = "34";
      break;
    case Colour::kCyan:
      code = "36";
      break;
  }
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string visible(std::string_view untrusted) {
  std::string out;
  out.reserve(untrusted.size());
  while (!untrusted.empty()) {
    const Point point = next_point(untrusted);
    if (!point.valid) {
      out += "\\x{" + hex(point.value) + "}";
    } else if (point.value == '\n') {
      out += "\\n";
    } else if (point.value == '\t') {
      out += "\\t";
    } else if (within(kHidden, point.value)) {
      out += "\\u{" + hex(point.value) + "}";
    } else {
      out += untrusted.substr(0, point.bytes);
    }
    untrusted.remove_prefix(point.bytes);
  }
  return out;
}

std::string prose(std::string_view untrusted, std::string_view margin) {
  while (!untrusted.empty() && untrusted.back() == '\n') untrusted.remove_suffix(1);
  std::string out;
  each_line(untrusted,
            [&](std::string_view line) { out += std::string(margin) + visible(line) + "\n"; });
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Point point = next_point(text);
    width += width_of(point.value);
    text.remove_prefix(point.bytes);
  }
  return width;
}

std::string shorten(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  std::string out;
  std::size_t width = 0;
  while (!text.empty()) {
    const Point point = next_point(text);
    if (width + width_of(point.value) + 1 > columns) break;
    width += width_of(point.value);
    out += text.substr(0, point.bytes);
    text.remove_prefix(point.bytes);
  }
  return out + "…";
}

std::string pad(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(text) + std::string(width < columns ? columns - width : 0, ' ');
}

std::string duration(std::int64_t ms) {
  if (ms < 0) ms = -ms;
  if (ms < 1000) return std::to_string(ms) + " ms";
  if (ms < 10'000) {
    const std::int64_t tenths = ms / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  }
  const std::int64_t s = ms / 1000;
  if (s < 60) return std::to_string(s) + " s";
  const auto two = [](std::int64_t big, const char* unit, std::int64_t small, const char* rest) {
    std::string out = std::to_string(big) + unit;
    if (small != 0) out += " " + std::to_string(small) + rest;
    return out;
  };
  if (s < 3600) return two(s / 60, " min", s < 600 ? s % 60 : 0, " s");
  if (s < 86'400) return two(s / 3600, " h", s % 3600 / 60, " min");
  return two(s / 86'400, " d", s % 86'400 / 3600, " h");
}

std::string relative(TimeMs time, TimeMs now) {
  const std::int64_t difference = time - now;
  if (difference > -1000 && difference < 1000) return "now";
  if (difference > 0) return "in " + duration(difference);
  return duration(difference) + " ago";
}

std::string absolute(TimeMs time) {
  std::string text = to_rfc3339(time);
  const std::size_t t = text.find('T');
  const std::size_t dot = text.find('.');
  if (t == std::string::npos || dot == std::string::npos) return text;
  return text.substr(0, t) + " " + text.substr(t + 1, dot - t - 1) + " UTC";
}

std::string inline_json(const json::Value& value, std::size_t columns) {
  std::string text = visible(json::write(value));
  return columns == 0 ? text : shorten(text, columns);
}

std::string short_arguments(const json::Value& arguments, std::size_t columns) {
  if (arguments.is_null()) return {};
  const json::Object* object = arguments.as_object();
  if (object == nullptr) return inline_json(arguments, columns);
  std::string out;
  for (const auto& [key, value] : *object) {
    if (!out.empty()) out += ", ";
    out += visible(key) + "=" + inline_json(value);
  }
  return columns == 0 ? out : shorten(out, columns);
}

std::string full_arguments(const json::Value& arguments, std::string_view margin) {
  const json::Object* object = arguments.as_object();
  if (object == nullptr) return std::string(margin) + inline_json(arguments) + "\n";
  std::size_t width = 0;
  for (const auto& [key, value] : *object) width = std::max(width, display_width(visible(key)));
  width = std::min<std::size_t>(width, 32);
  std::string out;
  for (const auto& [key, value] : *object) {
    out += std::string(margin) + pad(visible(key), width) + "  ";
    const bool nested = (value.as_object() != nullptr && !value.as_object()->empty()) ||
                        (value.as_array() != nullptr && !value.as_array()->empty());
    if (!nested) {
      out += inline_json(value) + "\n";
      continue;
    }
    const std::string inner = std::string(margin) + std::string(width + 2, ' ');
    bool first = true;
    each_line(json::pretty(value), [&](std::string_view line) {
      out += (first ? "" : inner) + visible(line) + "\n";
      first = false;
    });
  }
  if (object->empty()) out = std::string(margin) + "(none)\n";
  return out;
}

std::string count(std::int64_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

}  // namespace fermata::app::cli
