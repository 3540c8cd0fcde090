// The scalars of YAML 1.2's core schema (section 10.3.2), plus a few refusals: what looks like a
// value of YAML 1.1 or of a spreadsheet is not silently taken for text.

#include <charconv>

#include "base/json_number.hpp"
#include "codec/yaml.hpp"

namespace fermata::codec {
namespace {

constexpr std::string_view kDigits = "0123456789";
using Scalar = std::variant<json::Value, std::string>;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

std::string_view without_sign(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text;
}

std::string_view take_digits(std::string_view& text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of(kDigits));
  text.remove_prefix(digits.size());
  return digits;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, as JSON would write it;
// empty when `text` is none.
std::string as_json_number(std::string_view text) {
  std::string json = text.starts_with('-') ? "-" : "";
  text = without_sign(text);
  std::string_view whole = take_digits(text), fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole.empty() && fraction.empty()) return {};
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  json += whole.empty() ? "0" : std::string(whole);
  if (!fraction.empty()) json += "." + std::string(fraction);
  if (text.starts_with('e') || text.starts_with('E')) {
    const std::string_view exponent = text;
    text = without_sign(text.substr(1));
    if (take_digits(text).empty()) return {};
    json += exponent;
  }
  return text.empty() ? json : std::string();
}

// 0o17 and 0x1f.
std::optional<Scalar> based_integer(std::string_view text) {
  const int base = text.starts_with("0o") ? 8 : text.starts_with("0x") ? 16 : 0;
  if (base == 0 || text.size() == 2) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  if (text[2] == '-') return std::nullopt;
  const auto [stopped, fault] = std::from_chars(text.data() + 2, end, value, base);
  if (stopped != end) return std::nullopt;
  if (fault != std::errc{}) return Scalar(std::string("this number is too large"));
  return Scalar(json::Value(value));
}

Scalar number(const std::string& json) {
  const auto read = json::read_number(json);
  if (const auto* integer = std::get_if<std::int64_t>(&read)) return json::Value(*integer);
  if (const auto* decimal = std::get_if<double>(&read)) return json::Value(*decimal);
  return std::string("this number is too large or too long to be kept exactly");
}

bool looks_like_a_number(std::string_view text) {
  text = without_sign(text);
  const bool separated = text.find_first_of("_,") != std::string_view::npos;
  return separated && kDigits.find(text.front()) != std::string_view::npos &&
         text.find_first_not_of("0123456789_,.") == std::string_view::npos;
}

}  // namespace

Scalar scalar_value(const YamlNode& scalar) {
  const std::string& text = scalar.text;
  if (scalar.kind == YamlNode::Kind::kNull) return json::Value();
  if (scalar.quoted) return json::Value(text);
  if (is_one_of(text, {"true", "True", "TRUE"})) return json::Value(true);
  if (is_one_of(text, {"false", "False", "FALSE"})) return json::Value(false);
  if (is_one_of(text,
                {"yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"}))
    return "`" + text + "` is a boolean to some readers of YAML; write true or false, or \"" +
           text + "\" in quotes for the text";
  if (is_one_of(without_sign(text), {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"}))
    return std::string("no argument can be infinite or not a number");
  if (auto integer = based_integer(text)) return *std::move(integer);
  if (const std::string json = as_json_number(text); !json.empty()) return number(json);
  if (looks_like_a_number(text))
    return "write the number without separators, or \"" + text + "\" in quotes for the text";
  return json::Value(text);
}

}  // namespace fermata::codec
