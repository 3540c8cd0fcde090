#include "net/response_head.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace fermata::net {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool is_framing(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "content-length", "transfer-encoding", "connection", "keep-alive", "date"};
  return std::ranges::any_of(kNames, [name](auto other) { return same_name(name, other); });
}

struct Phrase {
  int status;
  std::string_view words;
};

// Sorted by status.
constexpr Phrase kPhrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

std::string_view phrase(int status) {
  const auto* const found = std::ranges::lower_bound(kPhrases, status, {}, &Phrase::status);
  return found != std::end(kPhrases) && found->status == status ? found->words : "Status";
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  const auto start = out.size();
  out.append(name).append(": ").append(value);
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(start),
      out.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; },
      ' ');
  out += "\r\n";
}

}  // namespace

bool has_body(int status) { return status != 204 && status != 304; }

void append_head(std::string& out,
                 const Response& response,
                 const Framing& framing,
                 std::string_view date) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(phrase(response.status)).append("\r\nDate: ").append(date);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (!is_framing(name)) append_header(out, name, value);
  }
  if (has_body(response.status)) {
    if (framing.length) {
      out += "Content-Length: ";
      append_number(out, *framing.length);
      out += "\r\n";
    } else if (framing.http11) {
      out += "Transfer-Encoding: chunked\r\n";
    }
  }
  if (framing.close) {
    out += "Connection: close\r\n";
  } else if (!framing.http11) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

bool asks_to_close(const Headers& headers) {
  return std::ranges::any_of(headers, [](const auto& header) {
    return same_name(header.first, "connection") && same_name(header.second, "close");
  });
}

std::string http_date(std::time_t time) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(),
                                   text.size(),
                                   "%s, %02d %s %d %02d:%02d:%02d GMT",
                                   kDays[parts.tm_wday],
                                   parts.tm_mday,
                                   kMonths[parts.tm_mon],
                                   parts.tm_year + 1900,
                                   parts.tm_hour,
                                   parts.tm_min,
                                   parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace fermata::net
