#include <array>
#include <optional>
#include <utility>

#include "core/form/schema.hpp"

namespace fermata::form {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kFormats{{
    {"email", "an e-mail address"},
    {"uri", "a web address or another URI with its scheme, such as https://example.com"},
    {"date", "a date such as 2026-11-22"},
    {"time", "a time with its offset, such as 16:00:00Z or 17:00:00+01:00"},
    {"date-time", "a date and time with its offset, such as 2026-11-22T16:00:00Z"},
}};

// Takes `text` apart from its front; a failed step fails all later ones.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!next_is_digit()) return fail();
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  // One character out of `set`; '\0' when there is none.
  char one_of(std::string_view set) {
    if (rest_.empty() || set.find(rest_.front()) == std::string_view::npos) {
      ok_ = false;
      return '\0';
    }
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }

  void fraction() {
    if (rest_.empty() || rest_.front() != '.') return;
    rest_.remove_prefix(1);
    if (!next_is_digit()) ok_ = false;
    while (next_is_digit()) rest_.remove_prefix(1);
  }

  bool ok() const { return ok_; }
  bool ended() const { return ok_ && rest_.empty(); }

 private:
  bool next_is_digit() const {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }
  int fail() {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

bool read_date(Reader& reader) {
  const int year = reader.number(4);
  reader.one_of("-");
  const int month = reader.number(2);
  reader.one_of("-");
  const int day = reader.number(2);
  if (!reader.ok() || month < 1 || month > 12) return false;
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days = month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
  return day >= 1 && day <= days;
}

// A second 60 is one only where the minute is the last of a day in UTC.
bool read_time(Reader& reader) {
  const int hour = reader.number(2);
  reader.one_of(":");
  const int minute = reader.number(2);
  reader.one_of(":");
  const int second = reader.number(2);
  reader.fraction();
  const char sign = reader.one_of("Zz+-");
  int offset = 0;
  if (sign == '+' || sign == '-') {
    const int hours = reader.number(2);
    reader.one_of(":");
    const int minutes = reader.number(2);
    if (hours > 23 || minutes > 59) return false;
    offset = (sign == '+' ? 1 : -1) * (hours * 60 + minutes);
  }
  if (!reader.ok() || hour > 23 || minute > 59 || second > 60) return false;
  constexpr int kDay = 24 * 60;
  const int minute_of_day = (hour * 60 + minute - offset + kDay) % kDay;
  return second < 60 || minute_of_day == kDay - 1;
}

bool is_date(std::string_view text) {
  Reader reader(text);
  return read_date(reader) && reader.ended();
}

bool is_time(std::string_view text) {
  Reader reader(text);
  return read_time(reader) && reader.ended();
}

bool is_date_time(std::string_view text) {
  Reader reader(text);
  if (!read_date(reader)) return false;
  reader.one_of("Tt");
  return read_time(reader) && reader.ended();
}

}  // namespace

bool is_format(std::string_view name) { return !format_description(name).empty(); }

std::string_view format_description(std::string_view name) {
  for (const auto& [format, description] : kFormats) {
    if (format == name) return description;
  }
  return {};
}

bool has_format(std::string_view text, std::string_view name) {
  if (name == "email") return is_email(text);
  if (name == "uri") return is_uri(text);
  if (name == "date") return is_date(text);
  if (name == "time") return is_time(text);
  if (name == "date-time") return is_date_time(text);
  return true;
}

}  // namespace fermata::form
