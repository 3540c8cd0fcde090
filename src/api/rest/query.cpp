#include "api/rest/query.hpp"

#include <algorithm>
#include <charconv>

#include "base/hash.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kTagLength = 16;
constexpr std::size_t kMaxCursor = 512;

std::string tag_of(std::string_view place, std::string_view scope) {
  std::string bound(scope);
  bound += '\n';
  bound += place;
  return sha256_hex(bound).substr(0, kTagLength);
}

}  // namespace

std::string Query::text(std::string_view name, std::size_t max, Shape shape) {
  const std::string* value = find(name);
  if (value == nullptr) return {};
  const std::size_t length = count_characters(*value);
  if (length == 0)
    invalid_.add("string_too_short", {"query", name}, "must not be empty");
  else if (length > max)
    invalid_.add("string_too_long",
                 {"query", name},
                 "must have at most " + std::to_string(max) + " characters");
  else if (shape.fits != nullptr && !shape.fits(*value))
    invalid_.add("string_pattern_mismatch", {"query", name}, "must be " + std::string(shape.words));
  else
    return *value;
  return {};
}

std::string Query::required_text(std::string_view name, std::size_t max, Shape shape) {
  if (find(name) == nullptr) invalid_.add("missing", {"query", name}, "is required");
  return text(name, max, shape);
}

std::string Query::choice(std::string_view name, const std::vector<std::string_view>& names) {
  const std::string* value = find(name);
  if (value == nullptr) return {};
  if (std::find(names.begin(), names.end(), *value) != names.end()) return *value;
  std::string words = "must be one of";
  for (const std::string_view each : names)
    words += (each == names.front() ? " " : ", ") + std::string(each);
  invalid_.add("enum", {"query", name}, std::move(words));
  return {};
}

std::int64_t Query::integer(std::string_view name,
                            std::int64_t fallback,
                            std::int64_t min,
                            std::int64_t max) {
  return integer(name, min, max).value_or(fallback);
}

std::optional<std::int64_t> Query::integer(std::string_view name,
                                           std::int64_t min,
                                           std::int64_t max) {
  const std::string* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto number = parse_decimal(*value, min, max);
  if (!number)
    invalid_.add("int_parsing",
                 {"query", name},
                 "must be a number from " + std::to_string(min) + " to " + std::to_string(max));
  return number;
}

bool Query::boolean(std::string_view name) {
  const std::string* value = find(name);
  if (value == nullptr) return false;
  if (*value != "true" && *value != "false")
    invalid_.add("bool_parsing", {"query", name}, "must be true or false");
  return *value == "true";
}

const std::string* Query::find(std::string_view name) const {
  for (const auto& [key, value] : parameters_)
    if (key == name) return &value;
  return nullptr;
}

std::optional<std::int64_t> parse_decimal(std::string_view text,
                                          std::int64_t min,
                                          std::int64_t max) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < min || number > max) return std::nullopt;
  return number;
}

std::string make_cursor(std::string_view place, std::string_view scope) {
  return base64url(tag_of(place, scope) + std::string(place));
}

Result<std::string> read_cursor(std::string_view cursor, std::string_view scope) {
  const auto refuse = [] {
    return fail(
        ErrorCode::kInvalid,
        "request.bad_cursor",
        "this cursor is not of this list; take next_cursor of a page with the same filters");
  };
  if (cursor.size() > kMaxCursor) return refuse();
  const auto text = from_base64url(cursor);
  if (!text || text->size() <= kTagLength) return refuse();
  const std::string place = text->substr(kTagLength);
  if (text->substr(0, kTagLength) != tag_of(place, scope)) return refuse();
  return place;
}

}  // namespace fermata::api
