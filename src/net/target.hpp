#pragma once

// The request target, decoded once and made harmless before anything routes on it.

#include <optional>
#include <string>
#include <string_view>

namespace fermata::net {

struct Target {
  std::string path;   // Decoded, UTF-8, without control characters, `.` and `..` segments.
  std::string query;  // Raw; its escapes are well-formed and hide no NUL.
};

// Takes origin-form, absolute-form of http(s), and `*`. Absent when malformed: a bad escape, %00,
// a fragment, raw bytes outside ASCII, a path that decodes to control characters or to no UTF-8.
// Dot segments go after decoding, so that %2e%2e cannot bring one back.
std::optional<Target> parse_target(std::string_view raw);

// Absent when an escape is malformed or %00.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

bool is_utf8(std::string_view text);

}  // namespace fermata::net
