#pragma once

// The one shape of lists: {"items", "next_cursor", "has_more"}, `limit` and `cursor`.

#include <string>
#include <vector>

#include "api/rest/exchange.hpp"
#include "api/rest/query.hpp"
#include "base/shared.hpp"

namespace fermata::api {

inline constexpr int kMaxLimit = 200;
inline constexpr int kDefaultLimit = 50;

struct PageWish {
  int limit = kDefaultLimit;
  std::string place;  // Where the page before ended; empty: from the beginning.
};

// Reads `limit` and `cursor`, and finishes `query`.
Result<PageWish> page_wish(const Exchange& exchange, Query& query);
// The same for a list whose places are numbers.
Result<std::int64_t> place_number(const PageWish& wish);

// `next` is the place the next page begins after; empty: this was the last one.
engine::Reply page_reply(const Exchange& exchange,
                         std::vector<json::Value> items,
                         const std::string& next);
engine::Reply page_document(std::vector<json::Value> items, json::Value next_cursor);

// A page of things at hand, in order of their ids.
template <class Entity, class ToDocument>
Result<engine::Reply> page_of(const Exchange& exchange,
                              const SharedMap<std::string, Entity>& all,
                              ToDocument document) {
  Query query(exchange.query());
  FERMATA_TRY(const PageWish wish, page_wish(exchange, query));
  std::vector<json::Value> items;
  std::string next;
  for (auto it = all->upper_bound(wish.place); it != all.end(); ++it) {
    if (static_cast<int>(items.size()) == wish.limit) {
      next = std::prev(it)->first;
      break;
    }
    items.push_back(document(it->second));
  }
  return page_reply(exchange, std::move(items), next);
}

}  // namespace fermata::api
