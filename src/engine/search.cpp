// The search of the audit trail: everything that happened to a tenant, newest first.
//
// Only time is indexed. What else is asked for is looked for among at most kLookedAt events, so
// that no search costs more than that, however long the history is; the page says how far it came.

#include <algorithm>
#include <charconv>

#include "base/hash.hpp"
#include "codec/documents.hpp"
#include "engine/impl.hpp"
#include "store/check.hpp"

namespace fermata::engine {
namespace {

constexpr int kLookedAt = 5'000;
constexpr int kAtOnce = 500;

// "<at>:<version>:<stream>" of the last event that was looked at.
std::string place_of(const store::FoundEvent& one) {
  return std::to_string(one.event.at) + ":" + std::to_string(one.event.version) + ":" + one.stream;
}

Result<void> read_place(const std::string& place, store::EventQuery& query) {
  if (place.empty()) return {};
  const char* const end = place.data() + place.size();
  const auto at = std::from_chars(place.data(), end, query.before_at);
  const bool colon = at.ec == std::errc() && at.ptr != end && *at.ptr == ':';
  const auto version =
      colon ? std::from_chars(at.ptr + 1, end, query.before_version) : std::from_chars_result{};
  if (!colon || version.ec != std::errc() || version.ptr == end || *version.ptr != ':' ||
      !store::is_text(place))
    return fail(ErrorCode::kInvalid, "request.bad_cursor", "this cursor is not one of ours");
  query.before_stream.assign(version.ptr + 1, end);
  return {};
}

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool holds(const std::string& text, const std::string& words) {
  return std::search(text.begin(), text.end(), words.begin(), words.end(), [](char a, char b) {
           return folded(a) == folded(b);
         }) != text.end();
}

bool fits_type(const std::string& type, const std::string& wanted) {
  if (wanted.ends_with(".*")) return type.starts_with(wanted.substr(0, wanted.size() - 1));
  return wanted.empty() || type == wanted;
}

// What of the wish can be told without reading the event.
bool may_fit(const store::FoundEvent& one, const EventWish& wish) {
  return fits_type(one.event.type, wish.type) && holds(one.event.body, wish.words) &&
         (wish.actor.empty() || one.event.body.find(wish.actor) != std::string::npos);
}

bool is_by(const json::Value& document, const std::string& actor) {
  return actor.empty() || document["actor"].string_or("id") == actor;
}

}  // namespace

Result<FoundPage> Engine::search(const std::string& tenant, const EventWish& wish) {
  store::EventQuery query;
  query.tenant = tenant;
  query.since = wish.since.value_or(0);
  if (wish.until) query.before_at = *wish.until + 1;
  FERMATA_CHECK_OK(read_place(wish.place, query));
  FoundPage found;
  for (int looked = 0; looked < kLookedAt; looked += kAtOnce) {
    query.limit = kAtOnce;
    FERMATA_TRY(const std::vector<store::FoundEvent> events, impl_->store_.search(query));
    for (const store::FoundEvent& one : events) {
      if (may_fit(one, wish)) {
        const store::EventRow& row = one.event;
        FERMATA_TRY(json::Value document, codec::event_document(row.body, row.prev_hash, row.hash));
        if (is_by(document, wish.actor)) {
          // One more than asked for tells that others follow; the next page begins with it.
          if (found.page.items.size() == static_cast<std::size_t>(wish.limit)) return found;
          document.as_object()->set("stream", one.stream);
          found.page.items.push_back(std::move(document));
        }
      }
      found.page.next = place_of(one);
      found.back_to = one.event.at;
    }
    if (events.size() < kAtOnce) {
      found.page.next.clear();
      found.back_to.reset();
      return found;
    }
    FERMATA_CHECK_OK(read_place(found.page.next, query));
  }
  return found;
}

}  // namespace fermata::engine
