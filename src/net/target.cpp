#include "net/target.hpp"

#include <algorithm>
#include <vector>

namespace fermata::net {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// RFC 3986, 5.2.4, on a decoded path that starts with '/'.
std::string without_dot_segments(std::string_view path) {
  if (path.find("/.") == std::string_view::npos) return std::string(path);
  std::vector<std::string_view> kept;
  bool ends_open = false;  // The last segment was a dot segment: the path ends in '/'.
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    ends_open = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!ends_open) kept.push_back(segment);
  }
  std::string result;
  for (const auto segment : kept) result.append("/").append(segment);
  if (ends_open || result.empty()) result += '/';
  return result;
}

// What follows "http://authority", or nothing when it is another scheme or has no authority.
std::optional<std::string_view> after_authority(std::string_view raw) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!raw.starts_with(scheme)) continue;
    raw.remove_prefix(scheme.size());
    const auto end = std::min(raw.find_first_of("/?"), raw.size());
    if (end == 0) return std::nullopt;
    return raw.substr(end);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      result += ' ';
    } else if (text[i] != '%') {
      result += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return result;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80             ? 1
                               : (lead & 0xe0) == 0xc0 ? 2
                               : (lead & 0xf0) == 0xe0 ? 3
                               : (lead & 0xf8) == 0xf0 ? 4
                                                       : 0;
    if (length == 0 || text.size() - i < length) return false;
    char32_t code = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      if ((byte & 0xc0) != 0x80) return false;
      code = code << 6 | (byte & 0x3fu);
    }
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      return false;
    }
    i += length;
  }
  return true;
}

std::optional<Target> parse_target(std::string_view raw) {
  if (raw == "*") return Target{"*", {}};
  for (const char c : raw) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f ||
        c == '#') {
      return std::nullopt;
    }
  }
  if (!raw.starts_with('/')) {
    const auto rest = after_authority(raw);
    if (!rest) return std::nullopt;
    raw = *rest;
  }
  Target target;
  if (const auto mark = raw.find('?'); mark != std::string_view::npos) {
    target.query = raw.substr(mark + 1);
    raw = raw.substr(0, mark);
    if (target.query.find('%') != std::string::npos && !percent_decode(target.query, true)) {
      return std::nullopt;
    }
  }
  auto decoded = percent_decode(raw.empty() ? "/" : raw, false);
  if (!decoded || std::ranges::any_of(*decoded, is_control) || !is_utf8(*decoded)) {
    return std::nullopt;
  }
  target.path = without_dot_segments(*decoded);
  return target;
}

}  // namespace fermata::net
