// E-mail addresses (RFC 5321, the Mailbox of section 4.1.2, ASCII) and URIs (RFC 3986, section 3).

#include <algorithm>

#include "core/form/schema.hpp"

namespace fermata::form {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kAlpha = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kAlphaNumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
constexpr std::string_view kAtomMarks = "!#$%&'*+-/=?^_`{|}~";
constexpr std::string_view kUnreservedMarks = "-._~";
constexpr std::string_view kSubDelimiters = "!$&'()*+,;=";

bool contains(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

bool only(std::string_view text, std::string_view set) {
  return text.find_first_not_of(set) == std::string_view::npos;
}

// Up to the first `separator`, which goes with it; the whole rest when there is none.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return part;
}

bool is_ipv4(std::string_view text) {
  if (std::count(text.begin(), text.end(), '.') != 3) return false;
  for (int part = 0; part < 4; ++part) {
    const std::string_view octet = take_until(text, '.');
    if (octet.empty() || octet.size() > 3 || !only(octet, kDigits)) return false;
    if (octet.size() > 1 && octet.front() == '0') return false;
    if (octet.size() == 3 && octet > "255") return false;
  }
  return true;
}

// The number of 16-bit groups in "a:b:c", where an IPv4 address at the end counts two; -1 when it
// is none.
int groups_in(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  int groups = 0;
  while (true) {
    const bool last = text.find(':') == std::string_view::npos;
    if (last && may_end_in_ipv4 && is_ipv4(text)) return groups + 2;
    const std::string_view group = take_until(text, ':');
    if (group.empty() || group.size() > 4 || !only(group, kHexDigits)) return -1;
    ++groups;
    if (last) return groups;
  }
}

bool is_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return groups_in(text, true) == 8;
  const int before = groups_in(text.substr(0, gap), false);
  const int after = groups_in(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after <= 7;
}

bool is_dotted_atoms(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '.' || contains(kAlphaNumeric, c) || contains(kAtomMarks, c);
  });
}

bool is_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && ++i == text.size()) return false;
    if (text[i] < ' ' || text[i] > '~') return false;
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) return false;
  }
  return true;
}

bool is_domain(std::string_view text) {
  if (text.empty() || text.size() > 255 || text.back() == '.') return false;
  while (!text.empty()) {
    const std::string_view label = take_until(text, '.');
    if (label.empty() || label.size() > 63) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    const bool plain = std::all_of(
        label.begin(), label.end(), [](char c) { return c == '-' || contains(kAlphaNumeric, c); });
    if (!plain) return false;
  }
  return true;
}

bool is_address_literal(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  text = text.substr(1, text.size() - 2);
  if (text.starts_with("IPv6:")) return is_ipv6(text.substr(5));
  return is_ipv4(text);
}

// Unreserved characters, sub-delimiters, %41, and those of `more`.
bool is_uri_text(std::string_view text, std::string_view more) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3 || !only(text.substr(i + 1, 2), kHexDigits)) return false;
      i += 2;
    } else if (!contains(kAlphaNumeric, c) && !contains(kUnreservedMarks, c) &&
               !contains(kSubDelimiters, c) && !contains(more, c)) {
      return false;
    }
  }
  return true;
}

bool is_scheme(std::string_view text) {
  if (text.empty() || !contains(kAlpha, text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return contains(kAlphaNumeric, c) || contains("+-.", c);
  });
}

// [userinfo "@"] host [":" port]
bool is_authority(std::string_view text) {
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    if (!is_uri_text(text.substr(0, at), ":")) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port = text;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) return false;
    port = text.substr(end + 1);
    if (!port.empty() && port.front() != ':') return false;
    if (!port.empty()) port.remove_prefix(1);
  } else if (!is_uri_text(take_until(port, ':'), "")) {
    return false;
  }
  return only(port, kDigits);
}

}  // namespace

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at > 64) return false;
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  if (!is_dotted_atoms(local) && !is_quoted(local)) return false;
  return is_domain(domain) || is_address_literal(domain);
}

bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return false;
  text.remove_prefix(colon + 1);
  std::string_view fragment = text;
  std::string_view query = take_until(fragment, '#');
  std::string_view path = take_until(query, '?');
  if (!is_uri_text(query, ":@/?") || !is_uri_text(fragment, ":@/?")) return false;
  if (path.starts_with("//")) {
    const std::string_view authority = path.substr(2, path.find('/', 2) - 2);
    if (!is_authority(authority)) return false;
    path.remove_prefix(2 + authority.size());
  }
  return is_uri_text(path, ":@/");
}

}  // namespace fermata::form
