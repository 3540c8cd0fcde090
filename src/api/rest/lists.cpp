#include "api/rest/lists.hpp"

#include <algorithm>

namespace fermata::api {
namespace {

// What a cursor is bound to: the list and its filters, in any order of writing.
std::string scope_of(const Exchange& exchange) {
  net::Headers filters;
  for (const auto& [name, value] : exchange.query())
    if (name != "cursor" && name != "limit") filters.emplace_back(name, value);
  std::sort(filters.begin(), filters.end());
  std::string scope = exchange.tenant() + '\n' + exchange.request().path;
  for (const auto& [name, value] : filters)
    scope.append("\n").append(name).append("=").append(value);
  return scope;
}

}  // namespace

Result<PageWish> page_wish(const Exchange& exchange, Query& query) {
  PageWish wish;
  wish.limit = static_cast<int>(query.integer("limit", kDefaultLimit, 1, kMaxLimit));
  const std::string cursor = query.text("cursor", 1000, kAnyText);
  FERMATA_CHECK_OK(query.finish());
  if (cursor.empty()) return wish;
  FERMATA_TRY(wish.place, read_cursor(cursor, scope_of(exchange)));
  return wish;
}

Result<std::int64_t> place_number(const PageWish& wish) {
  if (wish.place.empty()) return 0;
  if (const auto number = parse_decimal(wish.place, 0, INT64_MAX)) return *number;
  return fail(ErrorCode::kInvalid, "request.bad_cursor", "this cursor is not of this list");
}

engine::Reply page_reply(const Exchange& exchange,
                         std::vector<json::Value> items,
                         const std::string& next) {
  return page_document(
      std::move(items),
      next.empty() ? json::Value() : json::Value(make_cursor(next, scope_of(exchange))));
}

engine::Reply page_document(std::vector<json::Value> items, json::Value next_cursor) {
  const bool has_more = !next_cursor.is_null();
  engine::Reply reply;
  reply.body = json::Object{
      {"items", std::move(items)}, {"next_cursor", std::move(next_cursor)}, {"has_more", has_more}};
  return reply;
}

}  // namespace fermata::api
