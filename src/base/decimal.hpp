#pragma once

// Amounts of money and their sums, exactly: decimal fractions with up to 18 digits before and 9
// behind the point. Nothing is rounded; what does not fit is refused.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace fermata {

class Decimal {
 public:
  constexpr Decimal() = default;
  explicit constexpr Decimal(std::int64_t whole) : billionths_(Wide{whole} * kOne) {}

  // -?digits[.digits], no exponent, no blanks. None when it is not that, or does not fit.
  static std::optional<Decimal> parse(std::string_view text);
  // Of a JSON number, with the digits that it is written with (0.1 is one tenth). None for all
  // else.
  static std::optional<Decimal> of(const json::Value& number);

  // None when the result does not fit.
  std::optional<Decimal> plus(const Decimal& other) const;
  std::optional<Decimal> times(const Decimal& other) const;

  Decimal negated() const;
  bool negative() const { return billionths_ < 0; }
  std::string text() const;  // "1380.5": the shortest; parse() reads it back.
  friend constexpr auto operator<=>(const Decimal&, const Decimal&) = default;

 private:
  __extension__ using Wide = __int128;
  static constexpr Wide kOne = 1'000'000'000;
  static std::optional<Decimal> checked(Wide billionths);

  Wide billionths_ = 0;
};

}  // namespace fermata
