#include "base/decimal.hpp"

#include <algorithm>

namespace fermata {
namespace {

constexpr std::size_t kWhole = 18;
constexpr std::size_t kFraction = 9;

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Decimal> Decimal::checked(Wide billionths) {
  constexpr Wide kLimit = Wide{1'000'000'000'000'000'000} * kOne;
  if (billionths >= kLimit || billionths <= -kLimit) return std::nullopt;
  Decimal made;
  made.billionths_ = billionths;
  return made;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view("0") : text.substr(point + 1);
  if (!all_digits(whole) || whole.size() > kWhole) return std::nullopt;
  if (!all_digits(fraction) || fraction.size() > kFraction) return std::nullopt;
  Wide billionths = 0;
  for (const char digit : whole) billionths = billionths * 10 + (digit - '0');
  for (std::size_t i = 0; i < kFraction; ++i)
    billionths = billionths * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  return checked(negative ? -billionths : billionths);
}

std::optional<Decimal> Decimal::of(const json::Value& number) {
  return number.is_number() ? parse(json::write(number)) : std::nullopt;
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  return checked(billionths_ + other.billionths_);
}

std::optional<Decimal> Decimal::times(const Decimal& other) const {
  // Whole and fraction apart, so that no product leaves the 128 bits.
  const Wide whole = other.billionths_ / kOne;
  const Wide fraction = other.billionths_ % kOne;
  Wide by_whole = 0;
  if (__builtin_mul_overflow(billionths_, whole, &by_whole)) return std::nullopt;
  const Wide by_fraction = billionths_ * fraction;
  if (by_fraction % kOne != 0) return std::nullopt;
  return checked(by_whole + by_fraction / kOne);
}

Decimal Decimal::negated() const {
  Decimal made;
  made.billionths_ = -billionths_;
  return made;
}

std::string Decimal::text() const {
  Wide rest = negative() ? -billionths_ : billionths_;
  std::string digits;
  for (; rest > 0 || digits.size() <= kFraction; rest /= 10)
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  std::reverse(digits.begin(), digits.end());
  digits.insert(digits.size() - kFraction, 1, '.');
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return negative() ? "-" + digits : digits;
}

}  // namespace fermata
