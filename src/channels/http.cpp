#include "channels/http.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace fermata::channels {
namespace {

constexpr std::int64_t kDayS = 24LL * 3600;

bool is_header(std::string_view name, std::string_view wanted) {
  return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
  });
}

}  // namespace

std::optional<std::int64_t> retry_after_ms(const net::Headers& headers, TimeMs now) {
  for (const auto& [name, value] : headers) {
    if (!is_header(name, "retry-after")) continue;
    std::int64_t seconds = 0;
    const char* const end = value.data() + value.size();
    if (const auto read = std::from_chars(value.data(), end, seconds);
        read.ec != std::errc{} || read.ptr != end) {
      std::tm date{};
      const char* const rest = strptime(value.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
      if (rest == nullptr || *rest != '\0') return std::nullopt;
      seconds = timegm(&date) - now / 1000;
    }
    return std::clamp<std::int64_t>(seconds, 0, kDayS) * 1000;
  }
  return std::nullopt;
}

Failure failure_of(int status, const net::Headers& headers, TimeMs now) {
  Failure failure;
  failure.reason = "answered " + std::to_string(status);
  const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
  failure.lasting = !later;
  failure.target_down = later;
  if (later) failure.retry_after_ms = retry_after_ms(headers, now);
  return failure;
}

Failure unanswered(const Error&, bool reached) {
  Failure failure;
  failure.reason = reached ? "no answer in time" : "not reached";
  failure.target_down = true;
  return failure;
}

}  // namespace fermata::channels
