// Amounts and times in words.

#include <algorithm>
#include <array>

#include "base/decimal.hpp"
#include "base/time.hpp"
#include "core/form/schema.hpp"
#include "ui/view/worded.hpp"

namespace fermata::ui {
namespace {

constexpr TimeMs kDay = 86'400'000;

bool is_among(const auto& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool names_an_amount(std::string_view word) {
  constexpr std::array<std::string_view, 12> kNames{"amount",
                                                    "price",
                                                    "total",
                                                    "subtotal",
                                                    "cost",
                                                    "fee",
                                                    "balance",
                                                    "salary",
                                                    "payment",
                                                    "refund",
                                                    "budget",
                                                    "value"};
  return is_among(kNames, word);
}

// Those with another number of digits than two.
std::size_t digits_of(std::string_view currency) {
  constexpr std::array<std::string_view, 16> kNone{"BIF",
                                                   "CLP",
                                                   "DJF",
                                                   "GNF",
                                                   "ISK",
                                                   "JPY",
                                                   "KMF",
                                                   "KRW",
                                                   "PYG",
                                                   "RWF",
                                                   "UGX",
                                                   "VND",
                                                   "VUV",
                                                   "XAF",
                                                   "XOF",
                                                   "XPF"};
  constexpr std::array<std::string_view, 7> kThree{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  if (is_among(kNone, currency)) return 0;
  return is_among(kThree, currency) ? 3 : 2;
}

std::string currency_in(const json::Value& value) {
  const std::string* text = value.as_string();
  if (text == nullptr || text->size() != 3) return {};
  std::string code;
  for (const char c : *text) {
    const bool lower = c >= 'a' && c <= 'z';
    if (!lower && !(c >= 'A' && c <= 'Z')) return {};
    code += lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return code;
}

// What stands beside it: "currency", or "fee_currency" for "fee".
std::string currency_for(std::string_view name, const json::Object& around) {
  constexpr std::size_t kSearched = 100;
  const auto of = words_in(name);
  std::size_t seen = 0;
  for (const auto& [key, value] : around) {
    if (++seen > kSearched) break;
    const auto words = words_in(key);
    const bool is_currency =
        (!words.empty() && words.back() == "currency") ||
        (words.size() > 1 && words[words.size() - 2] == "currency" && words.back() == "code");
    if (!is_currency) continue;
    const bool is_for_all = words.front() == "currency";
    if (is_for_all || (!of.empty() && words.front() == of.front())) return currency_in(value);
  }
  return {};
}

// With its digits grouped, and as many behind the point as the currency has, or more.
std::string amount_in_words(const Decimal& amount, std::string_view currency) {
  std::string text = amount.text();
  const std::size_t point = text.find('.');
  const std::size_t fraction = point == std::string::npos ? 0 : text.size() - point - 1;
  const std::size_t digits = digits_of(currency);
  if (fraction == 0 && digits > 0) text += '.';
  if (fraction < digits) text.append(digits - fraction, '0');
  const std::size_t first = amount.negative() ? 1 : 0;
  for (std::size_t at = std::min(text.find('.'), text.size()); at > first + 3; at -= 3)
    text.insert(at - 3, 1, ',');
  return text;
}

// Days since 1970 to "Mon 23 Nov 2026".
std::string day_in_words(std::int64_t day) {
  constexpr std::array<std::string_view, 7> kDays{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string iso = to_rfc3339(day * kDay).substr(0, 10);
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + (iso[6] - '0') - 1);
  std::string text(kDays[static_cast<std::size_t>(((day % 7) + 7) % 7)]);
  text += iso[8] == '0' ? " " : std::string(" ") + iso[8];
  return text + iso[9] + " " + std::string(kMonths[month]) + " " + iso.substr(0, 4);
}

std::int64_t day_of(TimeMs at) { return (at >= 0 ? at : at - (kDay - 1)) / kDay; }

std::string moment_in_words(TimeMs at, int offset_min, const std::string& zone) {
  const TimeMs local = at + TimeMs{offset_min} * 60'000;
  const std::string clock = to_rfc3339(local).substr(11, 8);
  const bool whole = clock.ends_with(":00");
  return day_in_words(day_of(local)) + ", " + (whole ? clock.substr(0, 5) : clock) + " " + zone;
}

// "Z" or "+01:00" at the end of a date-time.
std::string moment_in_words(TimeMs at, const std::string& text) {
  const char last = text.back();
  if (last == 'Z' || last == 'z') return moment_in_words(at, 0, "UTC");
  const std::string zone = text.substr(text.size() - 6);
  const auto two = [&](std::size_t i) { return (zone[i] - '0') * 10 + (zone[i + 1] - '0'); };
  const int minutes = two(1) * 60 + two(4);
  return moment_in_words(at, zone[0] == '-' ? -minutes : minutes, "(UTC" + zone + ")");
}

bool is_year_four_digits(TimeMs at) {
  constexpr TimeMs kFirst = -62'135'596'800'000 + 2 * kDay;
  constexpr TimeMs kLast = 253'402'300'799'000 - 2 * kDay;
  return at > kFirst && at < kLast;
}

// Seconds or milliseconds since 1970 under a name that says so, in this century.
std::optional<std::string> count_in_words(std::string_view name, std::int64_t count) {
  constexpr std::array<std::string_view, 6> kNames{
      "at", "timestamp", "ts", "time", "until", "epoch"};
  constexpr std::int64_t kFrom = 946'684'800;
  constexpr std::int64_t kTo = 4'102'444'800;
  const auto words = words_in(name);
  if (words.empty() || !is_among(kNames, words.back())) return std::nullopt;
  if (count >= kFrom && count < kTo) return moment_in_words(count * 1000, 0, "UTC");
  if (count >= kFrom * 1000 && count < kTo * 1000) return moment_in_words(count, 0, "UTC");
  return std::nullopt;
}

}  // namespace

std::optional<Money> money_in(std::string_view name,
                              const json::Value& value,
                              const json::Object* around) {
  auto words = words_in(name);
  if (words.empty()) return std::nullopt;
  const std::string* text = value.as_string();
  auto amount = text != nullptr ? Decimal::parse(*text) : Decimal::of(value);
  if (!amount) return std::nullopt;
  std::string currency;
  if (names_an_amount(words.back())) {
    if (around != nullptr) currency = currency_for(name, *around);
  } else if (words.size() > 1 && names_an_amount(words[words.size() - 2])) {
    currency = currency_in(words.back());  // amount_eur
    const bool known = currency == "EUR" || currency == "USD" || currency == "GBP" ||
                       currency == "CHF" || currency == "JPY";
    if (!known) currency.clear();
    // amount_cents, beside a currency: the hundredth.
    if (words.back() == "cents" && around != nullptr) {
      currency = currency_for(name, *around);
      const auto hundredth = amount->times(*Decimal::parse("0.01"));
      if (!hundredth || digits_of(currency) != 2) return std::nullopt;
      amount = hundredth;
    }
  }
  if (currency.empty()) return std::nullopt;
  return Money{amount_in_words(*amount, currency), currency};
}

std::optional<std::string> time_in_words(std::string_view name, const json::Value& value) {
  if (const std::int64_t* count = value.as_int()) return count_in_words(name, *count);
  const std::string* text = value.as_string();
  constexpr std::size_t kLongest = 40;
  if (text == nullptr || text->size() > kLongest) return std::nullopt;
  if (form::has_format(*text, "date")) {
    const auto at = from_rfc3339(*text + "T00:00:00Z");
    if (!at || !is_year_four_digits(*at)) return std::nullopt;
    return day_in_words(day_of(*at));
  }
  if (!form::has_format(*text, "date-time")) return std::nullopt;
  const auto at = from_rfc3339(*text);
  if (!at || !is_year_four_digits(*at)) return std::nullopt;
  return moment_in_words(*at, *text);
}

}  // namespace fermata::ui
