#include "api/rest/headers.hpp"

#include <algorithm>
#include <cctype>

#include "api/rest/query.hpp"

namespace fermata::api {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

// Takes the part before the next `separator` off the front of `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = trimmed(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return part;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

bool all_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

int preferred_wait_s(const net::Request& request, int max_s) {
  for (std::string_view rest = request.header("Prefer"); !rest.empty();) {
    std::string_view preference = next_part(rest, ',');
    const std::string_view name = next_part(preference, '=');
    if (!same_word(name, "wait")) continue;
    const auto seconds = parse_decimal(unquoted(next_part(preference, ';')), 0, 1'000'000);
    return seconds ? static_cast<int>(std::min<std::int64_t>(*seconds, max_s)) : 0;
  }
  return 0;
}

bool none_match_holds(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    std::string_view tag = next_part(header, ',');
    if (tag == "*") return true;
    if (tag.substr(0, 2) == "W/") tag.remove_prefix(2);
    if (!tag.empty() && tag == etag) return true;
  }
  return false;
}

Result<std::optional<std::int64_t>> required_revision(const net::Request& request) {
  if (!request.has_header("If-Match")) return std::nullopt;
  const std::string_view tag = trimmed(request.header("If-Match"));
  if (tag == "*") return std::nullopt;
  if (const auto revision = tag_number(tag, 'r')) return revision;
  return fail(ErrorCode::kPrecondition,
              "approval.changed",
              "If-Match names no revision of a request; send the one ETag that was read, such as "
              "\"r3\" with its quotes, or *");
}

std::optional<std::int64_t> tag_number(std::string_view tag, char letter) {
  const std::string_view text = unquoted(tag);
  if (text.size() == tag.size() || text.empty() || text.front() != letter) return std::nullopt;
  return parse_decimal(text.substr(1), 0, INT64_MAX);
}

Result<std::string> idempotency_key(const net::Request& request) {
  if (!request.has_header("Idempotency-Key")) return std::string();
  const std::string_view key = unquoted(trimmed(request.header("Idempotency-Key")));
  const bool visible =
      std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"'; });
  if (key.empty() || key.size() > 255 || !visible)
    return fail(ErrorCode::kInvalid,
                "request.bad_idempotency_key",
                "Idempotency-Key must be 1 to 255 visible characters of ASCII");
  return std::string(key);
}

std::string trace_id(const net::Request& request) {
  const std::string_view parent = trimmed(request.header("traceparent"));
  if (parent.size() < 55 || parent[2] != '-' || parent[35] != '-' || parent[52] != '-') return {};
  const std::string_view version = parent.substr(0, 2);
  const std::string_view trace = parent.substr(3, 32);
  const std::string_view span = parent.substr(36, 16);
  if (!is_lower_hex(version) || !is_lower_hex(trace) || !is_lower_hex(span) ||
      !is_lower_hex(parent.substr(53, 2)))
    return {};
  if (version == "ff" || all_zero(trace) || all_zero(span)) return {};
  if (parent.size() > 55 && (version == "00" || parent[55] != '-')) return {};
  return std::string(trace);
}

Door door(const net::Request& request) {
  return request.header("Fermata-Door") == "cli" ? Door::kCli : Door::kRest;
}

std::string given_request_id(const net::Request& request) {
  const std::string_view id = request.header("X-Request-Id");
  const bool harmless = std::all_of(id.begin(), id.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
  return harmless && id.size() <= 128 ? std::string(id) : std::string();
}

Result<void> require_json(const net::Request& request) {
  std::string_view rest = request.header("Content-Type");
  const std::string_view type = next_part(rest, ';');
  bool plain = same_word(type, "application/json") && !request.has_header("Content-Encoding");
  while (!rest.empty()) {
    std::string_view parameter = next_part(rest, ';');
    if (parameter.empty()) continue;
    const std::string_view name = next_part(parameter, '=');
    plain = plain && same_word(name, "charset") && same_word(unquoted(parameter), "utf-8");
  }
  if (plain) return {};
  return fail(ErrorCode::kInvalid,
              "request.unsupported_media_type",
              "send the body as Content-Type: application/json, in UTF-8 and not compressed");
}

std::string_view api_key(const net::Request& request) {
  if (request.has_header("Authorization")) {
    std::string_view rest = trimmed(request.header("Authorization"));
    if (rest.size() > 7 && same_word(rest.substr(0, 6), "Bearer") && rest[6] == ' ')
      return trimmed(rest.substr(7));
    return {};
  }
  return trimmed(request.header("X-API-Key"));
}

}  // namespace fermata::api
