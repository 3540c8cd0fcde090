#include "base/json_number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <system_error>

#include "base/assert.hpp"

namespace fermata::json {
namespace {

constexpr double kTwoTo53 = 9007199254740992.0;
constexpr std::int64_t kInt64Digits = 19;

// value = 0.<digits> * 10^point, without zeros at either end of `digits`; zero has no digits.
struct Decimal {
  std::string digits;
  std::int64_t point = 0;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

// Length of the digits at the front.
std::size_t digits_at(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  return count;
}

struct Parts {
  std::string_view whole, fraction, exponent;
};

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?  The sign is not part of the answer.
std::optional<Parts> split(std::string_view token) {
  Parts parts;
  if (token.starts_with('-')) token.remove_prefix(1);
  parts.whole = token.substr(0, digits_at(token));
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole.front() == '0')) return {};
  token.remove_prefix(parts.whole.size());
  if (token.starts_with('.')) {
    token.remove_prefix(1);
    parts.fraction = token.substr(0, digits_at(token));
    if (parts.fraction.empty()) return {};
    token.remove_prefix(parts.fraction.size());
  }
  if (token.starts_with('e') || token.starts_with('E')) {
    const std::size_t sign = token.size() > 1 && (token[1] == '+' || token[1] == '-') ? 1 : 0;
    const std::size_t digits = digits_at(token.substr(1 + sign));
    if (digits == 0) return {};
    parts.exponent = token.substr(1, sign + digits);
    token.remove_prefix(1 + sign + digits);
  }
  if (!token.empty()) return {};
  return parts;
}

// Absent when the exponent has more digits than any finite number needs.
std::optional<Decimal> decimal_of(const Parts& parts) {
  std::int64_t exponent = 0;
  if (!parts.exponent.empty()) {
    std::string_view text = parts.exponent;
    if (text.front() == '+') text.remove_prefix(1);
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (fault != std::errc{} || std::abs(exponent) > (1 << 30)) return std::nullopt;
  }
  Decimal decimal{std::string(parts.whole).append(parts.fraction),
                  exponent + static_cast<std::int64_t>(parts.whole.size())};
  const std::size_t leading = decimal.digits.find_first_not_of('0');
  if (leading == std::string::npos) return Decimal{};
  decimal.digits.erase(0, leading);
  decimal.point -= static_cast<std::int64_t>(leading);
  decimal.digits.erase(decimal.digits.find_last_not_of('0') + 1);
  return decimal;
}

// Absent when there is a fraction, or more than 64 bits.
std::optional<std::int64_t> integer_of(const Decimal& decimal, bool negative) {
  const auto count = static_cast<std::int64_t>(decimal.digits.size());
  if (count == 0) return 0;
  if (decimal.point < count || decimal.point > kInt64Digits) return std::nullopt;
  std::string text = negative ? "-" : "";
  text.append(decimal.digits).append(static_cast<std::size_t>(decimal.point - count), '0');
  std::int64_t integer = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), integer).ec != std::errc{}) return {};
  return integer;
}

// The shortest digits that read back as `number`; its sign is not part of the answer.
Decimal shortest(double number) {
  std::array<char, 32> buffer{};
  const auto [end, fault] = std::to_chars(buffer.data(),
                                          buffer.data() + buffer.size(),
                                          std::abs(number),
                                          std::chars_format::scientific);
  FERMATA_ASSERT(fault == std::errc{}, "a double has at most 24 characters");
  const auto parts = split({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
  FERMATA_ASSERT(parts, "to_chars writes what JSON can read");
  return *decimal_of(*parts);
}

}  // namespace

std::variant<std::int64_t, double, NumberFault> read_number(std::string_view token) {
  const auto parts = split(token);
  if (!parts) return NumberFault::kGrammar;
  const auto written = decimal_of(*parts);
  if (!written) return NumberFault::kOutOfRange;
  if (const auto integer = integer_of(*written, token.starts_with('-'))) return *integer;
  double number = 0;
  const auto fault = std::from_chars(token.data(), token.data() + token.size(), number).ec;
  const bool kept = fault == std::errc{} && std::isfinite(number) && number != 0;
  if (!kept) return NumberFault::kOutOfRange;
  if (std::abs(number) >= kTwoTo53 && shortest(number) != *written) return NumberFault::kOutOfRange;
  return number;
}

std::string write_number(double number) {
  FERMATA_ASSERT(std::isfinite(number), "JSON has finite numbers only");
  if (number == 0) return "0";
  const auto [digits, point] = shortest(number);
  const auto count = static_cast<std::int64_t>(digits.size());
  std::string text = number < 0 ? "-" : "";
  const auto zeros = [&text](std::int64_t n) { text.append(static_cast<std::size_t>(n), '0'); };
  if (count <= point && point <= 21) {
    text += digits;
    zeros(point - count);
  } else if (0 < point && point <= 21) {
    const auto whole = static_cast<std::size_t>(point);
    text.append(digits, 0, whole).append(".").append(digits, whole);
  } else if (-6 < point && point <= 0) {
    text += "0.";
    zeros(-point);
    text += digits;
  } else {
    text += digits.front();
    if (count > 1) text.append(".").append(digits, 1);
    text += point > 0 ? "e+" : "e-";
    text += std::to_string(std::abs(point - 1));
  }
  return text;
}

}  // namespace fermata::json
