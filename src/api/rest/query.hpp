#pragma once

// The strict reader of query parameters, and the cursors that lists hand out.
//
// Which parameters a route has stands in the route table; others, and repeated ones, are refused
// before a handler runs. A parameter that does not fit is refused with all the others that do not.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/invalid.hpp"
#include "api/rest/shape.hpp"
#include "base/result.hpp"
#include "net/http_server.hpp"

namespace fermata::api {

class Query {
 public:
  explicit Query(const net::Headers& parameters) : parameters_(parameters) {}

  // "" when absent; an empty value is refused.
  std::string text(std::string_view name, std::size_t max, Shape shape);
  std::string required_text(std::string_view name, std::size_t max, Shape shape);
  std::string choice(std::string_view name, const std::vector<std::string_view>& names);
  std::int64_t integer(std::string_view name,
                       std::int64_t fallback,
                       std::int64_t min,
                       std::int64_t max);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  bool boolean(std::string_view name);
  Result<void> finish() const { return invalid_.result(); }

 private:
  const std::string* find(std::string_view name) const;

  const net::Headers& parameters_;
  Invalid invalid_;
};

// A decimal number without sign, spaces or leading zeros, in range; nullopt for all else.
std::optional<std::int64_t> parse_decimal(std::string_view text,
                                          std::int64_t min,
                                          std::int64_t max);

// A cursor is the engine's or a handler's own place in a list, bound to the list's scope: tenant,
// path and filters. It holds no secret and grants nothing; the binding is there so that a cursor of
// another list is refused and does not give a page of nonsense.
std::string make_cursor(std::string_view place, std::string_view scope);
// kInvalid request.bad_cursor.
Result<std::string> read_cursor(std::string_view cursor, std::string_view scope);

}  // namespace fermata::api
