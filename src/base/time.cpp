#include "base/time.hpp"

#include <array>
#include <chrono>
#include <cstdio>

#include "base/assert.hpp"

namespace fermata {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

constexpr TimeMs kMsPerDay = 86'400'000;
constexpr TimeMs kFirst = -62'167'219'200'000;  // 0000-01-01T00:00:00.000Z
constexpr TimeMs kLast = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

// Reads fixed-width fields from the front; after a mismatch every answer is "failed".
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits) return refuse();
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return refuse();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  // True, and past it, when the next character is one of `any_of`.
  bool skip(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view any_of) {
    if (!skip(any_of)) refuse();
  }

  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool at_digit() const { return peek() >= '0' && peek() <= '9'; }
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  int refuse() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

// ".123456" in milliseconds: what is finer is cut off.
int fraction_ms(Fields& fields) {
  if (!fields.skip(".")) return 0;
  int value = fields.number(1) * 100;
  for (int weight = 10; fields.at_digit(); weight /= 10) value += fields.number(1) * weight;
  return value;
}

std::optional<int> offset_minutes(Fields& fields) {
  if (fields.skip("Zz")) return 0;
  const int sign = fields.peek() == '-' ? -1 : 1;
  fields.expect("+-");
  const int hours = fields.number(2);
  fields.expect(":");
  const int minutes = fields.number(2);
  if (hours > 23 || minutes > 59) return std::nullopt;
  return sign * (hours * 60 + minutes);
}

}  // namespace

std::string to_rfc3339(TimeMs time_ms) {
  FERMATA_ASSERT(time_ms >= kFirst && time_ms <= kLast, "RFC 3339 has years 0000 to 9999");
  const std::chrono::sys_time<milliseconds> time{milliseconds{time_ms}};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(),
                                   text.size(),
                                   "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                                   static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()),
                                   static_cast<int>(clock.hours().count()),
                                   static_cast<int>(clock.minutes().count()),
                                   static_cast<int>(clock.seconds().count()),
                                   static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<TimeMs> from_rfc3339(std::string_view text) {
  Fields fields(text);
  const int year = fields.number(4);
  fields.expect("-");
  const int month = fields.number(2);
  fields.expect("-");
  const int day = fields.number(2);
  fields.expect("Tt");
  const int hour = fields.number(2);
  fields.expect(":");
  const int minute = fields.number(2);
  fields.expect(":");
  const int second = fields.number(2);
  const int ms = fraction_ms(fields);
  const auto offset = offset_minutes(fields);
  if (!fields.complete() || !offset || hour > 23 || minute > 59 || second > 59) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  const TimeMs day_ms = std::chrono::sys_days{date}.time_since_epoch().count() * kMsPerDay;
  const TimeMs minutes = hour * 60 + minute - *offset;
  const TimeMs time_ms = day_ms + (minutes * 60 + second) * 1000 + ms;
  if (time_ms < kFirst || time_ms > kLast) return std::nullopt;
  return time_ms;
}

TimeMs SystemClock::now_ms() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

TimeMs monotonic_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

}  // namespace fermata
