#include <algorithm>
#include <charconv>

#include "base/json.hpp"
#include "base/json_number.hpp"

namespace fermata::json {
namespace {

enum class Style { kCanonical, kCompact, kPretty };

// UTF-16 puts U+E000..U+FFFF (UTF-8 EE, EF) after the surrogates, that is after U+10000 and above
// (F0..F4). Otherwise its order is that of the bytes.
unsigned utf16_rank(char byte) {
  const unsigned value = static_cast<unsigned char>(byte);
  return value == 0xEE || value == 0xEF ? value + 0x10 : value;
}

bool before_in_utf16(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (in_a == a.end() || in_b == b.end()) return a.size() < b.size();
  return utf16_rank(*in_a) < utf16_rank(*in_b);
}

class Writer {
 public:
  Writer(Style style, int indent) : style_(style), indent_(indent) {}

  void write(const Value& value) {
    if (const auto* object = value.as_object()) return write_object(*object);
    if (const auto* array = value.as_array()) return write_array(*array);
    if (const auto* string = value.as_string()) return write_string(*string);
    if (const auto* integer = value.as_int()) return write_integer(*integer);
    if (const auto* number = value.as_double()) {
      text_ += write_number(*number);
    } else if (const auto* flag = value.as_bool()) {
      text_ += *flag ? "true" : "false";
    } else {
      text_ += "null";
    }
  }

  std::string take() { return std::move(text_); }

 private:
  void write_integer(std::int64_t integer) {
    char digits[20];  // "-9223372036854775808"
    const auto end = std::to_chars(digits, digits + sizeof digits, integer).ptr;
    text_.append(digits, static_cast<std::size_t>(end - digits));
  }

  void write_string(std::string_view string) {
    text_ += '"';
    std::size_t plain = 0;  // From here to `i` nothing needs an escape.
    for (std::size_t i = 0; i < string.size(); ++i) {
      const char c = string[i];
      if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
      text_.append(string, plain, i - plain);
      write_escape(c);
      plain = i + 1;
    }
    text_.append(string, plain);
    text_ += '"';
  }

  void write_escape(char c) {
    constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
    constexpr std::string_view kLetters = "\"\\bfnrt";
    constexpr std::string_view kHex = "0123456789abcdef";
    const std::size_t found = kShort.find(c);
    if (found != std::string_view::npos) {
      (text_ += '\\') += kLetters[found];
    } else {
      const auto code = static_cast<unsigned char>(c);
      ((text_ += "\\u00") += kHex[code >> 4U]) += kHex[code & 15U];
    }
  }

  void write_array(const Array& array) {
    if (array.empty()) {
      text_ += "[]";
      return;
    }
    open('[');
    for (const Value& element : array) {
      start_item(&element == &array.front());
      write(element);
    }
    close(']');
  }

  void write_object(const Object& object) {
    if (object.empty()) {
      text_ += "{}";
      return;
    }
    std::vector<const Member*> members;
    members.reserve(object.size());
    for (const Member& member : object) members.push_back(&member);
    if (style_ == Style::kCanonical) {
      std::sort(members.begin(), members.end(), [](const Member* a, const Member* b) {
        return before_in_utf16(a->first, b->first);
      });
    }
    open('{');
    for (const Member* member : members) {
      start_item(member == members.front());
      write_string(member->first);
      text_ += style_ == Style::kPretty ? ": " : ":";
      write(member->second);
    }
    close('}');
  }

  void open(char bracket) {
    text_ += bracket;
    ++depth_;
  }

  void start_item(bool first) {
    if (!first) text_ += ',';
    new_line();
  }

  void close(char bracket) {
    --depth_;
    new_line();
    text_ += bracket;
  }

  void new_line() {
    if (style_ != Style::kPretty) return;
    text_ += '\n';
    text_.append(static_cast<std::size_t>(depth_) * static_cast<std::size_t>(indent_), ' ');
  }

  std::string text_;
  Style style_;
  int indent_;
  int depth_ = 0;
};

std::string write_in(Style style, const Value& value, int indent = 0) {
  Writer writer(style, indent);
  writer.write(value);
  return writer.take();
}

}  // namespace

std::string canonical(const Value& value) { return write_in(Style::kCanonical, value); }

std::string write(const Value& value) { return write_in(Style::kCompact, value); }

std::string pretty(const Value& value, int indent) {
  return write_in(Style::kPretty, value, indent);
}

}  // namespace fermata::json
