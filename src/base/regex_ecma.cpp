#include "base/regex_ecma.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace fermata {
namespace {

constexpr std::string_view kSyntaxCharacters = "^$\\.*+?()[]{}|/";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// The inside of a class: ECMA-262's WhiteSpace and LineTerminator, and all the rest.
constexpr std::string_view kSpaces =
    R"(\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})"
    R"(\x{feff})";
constexpr std::string_view kNoSpaces =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kAnything = R"([\x{0}-\x{10ffff}])";
constexpr std::string_view kNothing = R"([^\x{0}-\x{10ffff}])";
constexpr std::string_view kDot = R"([^\n\r\x{2028}\x{2029}])";

// General categories that RE2 knows, by their long names and aliases.
constexpr std::array<std::pair<std::string_view, std::string_view>, 41> kCategories{{
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Private_Use", "Co"},
    {"Cc", "Cc"},
    {"Cf", "Cf"},
    {"Co", "Co"},
}};

// The short name of a general category; empty when there is none.
std::string_view category(std::string_view name) {
  for (const auto& [known, short_name] : kCategories) {
    if (name == known || name == short_name) return short_name;
  }
  return {};
}

std::string code(char32_t point) {
  std::string hex;
  for (auto rest = static_cast<std::uint32_t>(point); rest != 0; rest /= 16) {
    hex.insert(hex.begin(), kHexDigits[rest % 16]);
  }
  return R"(\x{)" + (hex.empty() ? "0" : hex) + "}";
}

class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern) {}

  std::variant<std::string, RegexRefusal> run() {
    while (!refusal_ && at_ < pattern_.size()) term();
    if (refusal_) return *std::move(refusal_);
    return std::move(out_);
  }

 private:
  // A member of a class: one code point, or a set that cannot end a range.
  struct Member {
    std::optional<char32_t> point;
    std::string set;
  };

  bool next_is(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  char peek() const { return at_ < pattern_.size() ? pattern_[at_] : '\0'; }
  bool peek_any(std::string_view set) const {
    return at_ < pattern_.size() && set.find(peek()) != std::string_view::npos;
  }

  // Keeps the first refusal; callers return at once and run() stops.
  void refuse(std::string message) {
    if (!refusal_) refusal_ = RegexRefusal{at_, std::move(message)};
  }

  void copy() { out_ += pattern_[at_++]; }

  void term() {
    if (at_ == assertion_end_ && peek_any("*+?{")) return refuse("there is nothing to repeat");
    switch (peek()) {
      case '^':
      case '$':
        copy();
        assertion_end_ = at_;
        return;
      case '.':
        ++at_;
        out_ += kDot;
        return;
      case '(':
        return group();
      case '[':
        return character_class();
      case '\\':
        return escape();
      case '{':
        return counter();
      case ']':
      case '}':
        return refuse(std::string("a lone `") + peek() + "` is not allowed; write `\\" + peek() +
                      "`");
      default:
        return copy();
    }
  }

  void group() {
    if (next_is("(?=") || next_is("(?!") || next_is("(?<=") || next_is("(?<!")) {
      return refuse("look-ahead and look-behind are not supported");
    }
    if (next_is("(?<")) {
      const std::size_t end = pattern_.find('>', at_);
      if (end == std::string_view::npos || end == at_ + 3) return refuse("a group without a name");
      at_ = end + 1;
    } else if (next_is("(?:")) {
      at_ += 3;
    } else if (next_is("(?")) {
      return refuse("this kind of group is not supported; use (...) or (?:...)");
    } else {
      ++at_;
    }
    out_ += "(?:";
  }

  // {2} {2,} {2,5}
  void counter() {
    std::size_t end = pattern_.find_first_not_of(kDigits, at_ + 1);
    const bool counts = end != std::string_view::npos && end > at_ + 1;
    if (counts && pattern_[end] == ',') end = pattern_.find_first_not_of(kDigits, end + 1);
    if (!counts || end == std::string_view::npos || pattern_[end] != '}') {
      return refuse("a lone `{` is not allowed; write `\\{`");
    }
    out_ += pattern_.substr(at_, end + 1 - at_);
    at_ = end + 1;
  }

  void escape() {
    ++at_;
    if (peek_any("bBdDwW")) {
      const bool assertion = peek_any("bB");
      out_ += '\\';
      copy();
      if (assertion) assertion_end_ = at_;
      return;
    }
    if (peek_any("123456789k")) return refuse("back references are not supported");
    const Member member = after_backslash(kSyntaxCharacters);
    if (refusal_) return;
    out_ += member.point ? code(*member.point) : "[" + member.set + "]";
  }

  // What follows a backslash, in a class or out of it; `literals` may stand for themselves.
  Member after_backslash(std::string_view literals) {
    constexpr std::string_view kNames = "tnvfr", kControls = "\t\n\v\f\r";
    if (const auto name = kNames.find(peek()); at_ < pattern_.size() && name != kNames.npos) {
      ++at_;
      return point(static_cast<unsigned char>(kControls[name]));
    }
    if (peek_any("sS")) return set(pattern_[at_++] == 's' ? kSpaces : kNoSpaces);
    if (peek_any("pP")) return property();
    if (peek_any("c")) return control();
    if (peek_any("x")) return ++at_, point(hex(2));
    if (peek_any("u")) return ++at_, unicode();
    if (peek_any(literals)) return point(static_cast<unsigned char>(pattern_[at_++]));
    if (peek() == '0' && pattern_.substr(at_ + 1).find_first_of(kDigits) != 0) {
      return ++at_, point(0);
    }
    if (at_ == pattern_.size()) {
      refuse("a backslash at the end");
    } else {
      refuse("`\\" + std::string(1, peek()) + "` is not an escape of ECMA-262");
    }
    return {};
  }

  static Member point(char32_t value) { return {value, {}}; }
  static Member set(std::string_view inside) { return {std::nullopt, std::string(inside)}; }

  Member control() {
    ++at_;
    if (!peek_any(kLetters)) return refuse("`\\c` needs a letter"), Member{};
    return point(static_cast<unsigned char>(pattern_[at_++]) % 32);
  }

  char32_t hex(std::size_t digits) {
    char32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at_) {
      if (!peek_any(kHexDigits)) return refuse("hexadecimal digits are missing"), 0;
      const std::size_t digit = kHexDigits.find(peek());
      value = value * 16 + static_cast<char32_t>(digit < 16 ? digit : digit - 6);
    }
    return value;
  }

  Member unicode() {
    char32_t value = 0;
    if (peek() == '{') {
      const std::size_t end = pattern_.find('}', ++at_);
      if (end == std::string_view::npos || end == at_ || end - at_ > 6) {
        return refuse("`\\u{` needs 1 to 6 hexadecimal digits and `}`"), Member{};
      }
      value = hex(end - at_);
      ++at_;
    } else {
      value = hex(4);
      if (value >= 0xd800 && value < 0xdc00 && next_is("\\u")) {
        at_ += 2;
        const char32_t low = hex(4);
        if (low < 0xdc00 || low > 0xdfff) return refuse("half a surrogate pair"), Member{};
        value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
      }
    }
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
      return refuse("not a Unicode character"), Member{};
    }
    return point(value);
  }

  // \p{L} \p{Letter} \p{gc=L} \p{General_Category=Letter} \p{sc=Greek} \p{Script=Greek}
  Member property() {
    const std::string start = std::string("\\") + pattern_[at_++];
    const std::size_t end = pattern_.find('}', at_);
    if (peek() != '{' || end == std::string_view::npos) {
      return refuse("`\\p` needs a name in braces"), Member{};
    }
    std::string_view name = pattern_.substr(at_ + 1, end - at_ - 1);
    for (const std::string_view prefix : {"Script=", "sc="}) {
      if (!name.starts_with(prefix)) continue;
      name.remove_prefix(prefix.size());
      // RE2 keeps scripts and categories in one list, and "Any" beside them.
      if (name == "Any" || !category(name).empty()) return refuse("no such script"), Member{};
      at_ = end + 1;
      return set(start + "{" + std::string(name) + "}");
    }
    for (const std::string_view prefix : {"General_Category=", "gc="}) {
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    }
    if (const auto short_name = category(name); !short_name.empty()) {
      at_ = end + 1;
      return set(start + "{" + std::string(short_name) + "}");
    }
    return refuse("this Unicode property is not supported"), Member{};
  }

  void character_class() {
    const bool negated = next_is("[^");
    at_ += negated ? 2 : 1;
    if (peek() == ']') {
      ++at_;
      out_ += negated ? kAnything : kNothing;
      return;
    }
    out_ += negated ? "[^" : "[";
    while (!refusal_ && at_ < pattern_.size() && peek() != ']') class_range();
    if (at_ == pattern_.size()) return refuse("a `[` without its `]`");
    copy();
  }

  void class_range() {
    const Member from = class_member();
    if (refusal_) return;
    const bool is_range = peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']';
    if (!is_range) {
      out_ += from.point ? code(*from.point) : from.set;
      return;
    }
    ++at_;
    const Member to = class_member();
    if (refusal_) return;
    if (!from.point || !to.point || *from.point > *to.point) {
      return refuse("not a range of characters; write `\\-` for a hyphen");
    }
    out_ += code(*from.point) + "-" + code(*to.point);
  }

  Member class_member() {
    if (peek() != '\\') return point(decode());
    ++at_;
    if (peek_any("dDwW")) return set(std::string("\\") + pattern_[at_++]);
    if (peek() == 'b') return ++at_, point(8);
    return after_backslash("^$\\.*+?()[]{}|/-");
  }

  // The next character of the pattern, which is UTF-8.
  char32_t decode() {
    const auto first = static_cast<unsigned char>(pattern_[at_++]);
    if (first < 0x80) return first;
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    char32_t value = first & (0x3fU >> more);
    for (int i = 0; i < more && at_ < pattern_.size(); ++i) {
      value = value << 6 | (static_cast<unsigned char>(pattern_[at_++]) & 0x3fU);
    }
    return value;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::size_t assertion_end_ = std::string_view::npos;  // Where the last ^ $ \b \B ended.
  std::string out_;
  std::optional<RegexRefusal> refusal_;
};

}  // namespace

std::variant<std::string, RegexRefusal> translate_ecma(std::string_view pattern) {
  return Translator(pattern).run();
}

}  // namespace fermata
