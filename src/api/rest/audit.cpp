// For whoever checks the history: what happened, searched; what is stored of a workflow, byte for
// byte, so that its chain of hashes can be computed by somebody else than this server; and what
// happened to the directory.

#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/query.hpp"
#include "api/rest/routes.hpp"

namespace fermata::api {
namespace {

struct Wish {
  std::int64_t after = 0;
  int limit = kDefaultLimit;
};

Result<Wish> read_wish(const Exchange& exchange) {
  Query query(exchange.query());
  Wish wish;
  wish.after = query.integer("after", 0, 0, kMaxVersion);
  wish.limit = static_cast<int>(query.integer("limit", kDefaultLimit, 1, kMaxLimit));
  FERMATA_CHECK_OK(query.finish());
  return wish;
}

json::Value next_of(const engine::Page& page) {
  if (page.next.empty() || page.items.empty()) return {};
  return std::to_string(page.items.back().int_or("version"));
}

}  // namespace

Result<engine::Reply> list_records(Exchange& exchange) {
  FERMATA_TRY(const Wish wish, read_wish(exchange));
  const std::string& id = exchange.param("workflow_id");
  FERMATA_TRY(engine::Page page,
              exchange.engine().records(exchange.tenant(), id, wish.after, wish.limit));
  // No records after a version says nothing about whether the workflow is ours to see.
  if (page.items.empty()) FERMATA_CHECK_OK(exchange.engine().workflow(exchange.tenant(), id));
  json::Value next = next_of(page);
  engine::Reply reply = page_document(std::move(page.items), std::move(next));
  reply.body.as_object()->set("tenant", exchange.tenant());
  reply.body.as_object()->set("stream", id);
  return reply;
}

Result<engine::Reply> list_directory_events(Exchange& exchange) {
  FERMATA_TRY(const Wish wish, read_wish(exchange));
  FERMATA_TRY(engine::Page page,
              exchange.engine().events(exchange.tenant(), "directory", wish.after, wish.limit));
  json::Value next = next_of(page);
  engine::Reply reply = page_document(std::move(page.items), std::move(next));
  reply.body.as_object()->set("version", exchange.engine().directory_version(exchange.tenant()));
  return reply;
}

Result<engine::Reply> search_events(Exchange& exchange) {
  Query query(exchange.query());
  engine::EventWish wish;
  wish.type = query.text("type", 64, kLine);
  wish.actor = query.text("actor", kMaxIdLength, kLine);
  wish.words = query.text("words", 200, kLine);
  wish.since = from_rfc3339(query.text("since", 40, kTime));
  wish.until = from_rfc3339(query.text("until", 40, kTime));
  FERMATA_TRY(PageWish page, page_wish(exchange, query));
  wish.limit = page.limit;
  wish.place = std::move(page.place);
  FERMATA_TRY(engine::FoundPage found, exchange.engine().search(exchange.tenant(), wish));
  engine::Reply reply = page_reply(exchange, std::move(found.page.items), found.page.next);
  reply.body.as_object()->set(
      "back_to", found.back_to ? json::Value(to_rfc3339(*found.back_to)) : json::Value());
  return reply;
}

}  // namespace fermata::api
