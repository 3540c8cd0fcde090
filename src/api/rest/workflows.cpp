// Workflows: create, read, wait, list and end them.

#include "api/rest/fields.hpp"
#include "api/rest/headers.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"

namespace fermata::api {
namespace {

Result<engine::Reply> workflow_reply(const Exchange& exchange) {
  FERMATA_TRY(json::Value document,
              exchange.engine().workflow(exchange.tenant(), exchange.param("workflow_id")));
  engine::Reply reply;
  reply.version = document.int_or("version");
  reply.etag = "v" + std::to_string(reply.version);
  reply.body = std::move(document);
  return reply;
}

// The version to wait beyond: `after`, or else the one the caller says it has.
Result<std::optional<std::int64_t>> version_known(const Exchange& exchange) {
  Query query(exchange.query());
  const auto after = query.integer("after", 0, kMaxVersion);
  FERMATA_CHECK_OK(query.finish());
  if (after) return after;
  return tag_number(exchange.request().header("If-None-Match"), 'v');
}

// A reason of its own: which keys need the field cannot be said in the document's schema.
tl::unexpected<Error> refuse_nobodys() {
  auto refusal =
      fail(ErrorCode::kInvalid, "workflow.agent_required", "name the agent that runs the workflow");
  Invalid invalid;
  invalid.add("missing", {"body", "agent"}, "is required from a key that is no agent's");
  refusal.value().extra = invalid.result().error().extra;
  return refusal;
}

}  // namespace

Result<engine::Submission> create_workflow(Exchange& exchange) {
  const Actor& actor = exchange.caller().actor;
  const bool is_agent = actor.kind == ActorKind::kAgent;
  command::CreateWorkflow wish;
  if (is_agent) wish.agent = actor.id;
  Fields fields(exchange.body());
  fields.text("agent", wish.agent, {.shape = kName});
  fields.text("name", wish.name, {.max = kMaxNameLength});
  fields.any("input", wish.input);
  fields.object("context", wish.context);
  fields.object("metadata", wish.metadata);
  fields.texts("tags",
               wish.tags,
               {.max = kMaxTags, .unique = true},
               {.min = 1, .max = kMaxTagLength, .shape = kLabel});
  fields.text("on_behalf_of", wish.on_behalf_of, {.shape = kName});
  const bool has_dispatch = fields.has("dispatch");
  Dispatch dispatch = Dispatch::kNone;
  fields.choice("dispatch", dispatch, dispatch_from, "none, worker, native");
  if (has_dispatch) wish.dispatch = dispatch;
  FERMATA_CHECK_OK(fields.finish());
  if (wish.agent.empty()) return refuse_nobodys();
  return exchange.submission("", std::move(wish));
}

Result<engine::Submission> cancel_workflow(Exchange& exchange) {
  command::CancelWorkflow wish;
  Fields fields(exchange.body());
  fields.text("reason", wish.reason, {.max = kMaxProse});
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission(exchange.param("workflow_id"), std::move(wish));
}

Result<engine::Submission> complete_workflow(Exchange& exchange) {
  command::CompleteWorkflow wish;
  Fields fields(exchange.body());
  fields.integer("turn", wish.turn, kTurnRule);
  fields.any("result", wish.result);
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission(exchange.param("workflow_id"), std::move(wish));
}

Result<engine::Submission> fail_workflow(Exchange& exchange) {
  command::FailWorkflow wish;
  Fields fields(exchange.body());
  fields.integer("turn", wish.turn, kTurnRule);
  fields.nested(
      "error", [&](Fields& error) { read_error(error, wish.error); }, true);
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission(exchange.param("workflow_id"), std::move(wish));
}

Result<engine::Reply> list_workflows(Exchange& exchange) {
  Query query(exchange.query());
  engine::ListFilter filter;
  filter.status =
      query.choice("status", {"ready", "running", "waiting", "completed", "failed", "cancelled"});
  filter.agent = query.text("agent", kMaxIdLength, kName);
  if (const std::string tag = query.text("tag", kMaxTagLength, kLabel); !tag.empty())
    filter.any_label.push_back(tag);
  FERMATA_TRY(PageWish wish, page_wish(exchange, query));
  filter.limit = wish.limit;
  filter.cursor = std::move(wish.place);
  FERMATA_TRY(engine::Page page, exchange.engine().list(exchange.tenant(), filter));
  return page_reply(exchange, std::move(page.items), page.next);
}

Result<engine::Reply> list_events(Exchange& exchange) {
  Query query(exchange.query());
  const std::int64_t after = query.integer("after", 0, 0, kMaxVersion);
  const auto limit = static_cast<int>(query.integer("limit", kDefaultLimit, 1, kMaxLimit));
  FERMATA_CHECK_OK(query.finish());
  FERMATA_TRY(
      engine::Page page,
      exchange.engine().events(exchange.tenant(), exchange.param("workflow_id"), after, limit));
  // No events after a version says nothing about whether the workflow is ours to see.
  if (page.items.empty()) FERMATA_CHECK_OK(workflow_reply(exchange));
  json::Value next;
  if (!page.next.empty() && !page.items.empty())
    next = std::to_string(page.items.back().int_or("version"));
  return page_document(std::move(page.items), std::move(next));
}

Result<engine::Reply> list_journal(Exchange& exchange) {
  Query query(exchange.query());
  FERMATA_TRY(const PageWish wish, page_wish(exchange, query));
  FERMATA_TRY(const std::int64_t after, place_number(wish));
  FERMATA_TRY(engine::Page page,
              exchange.engine().journal(
                  exchange.tenant(), exchange.param("workflow_id"), after, wish.limit));
  return page_reply(exchange, std::move(page.items), page.next);
}

void get_workflow(const ExchangePtr& exchange) {
  const auto known = version_known(*exchange);
  if (!known) return exchange->refuse(known.error());
  exchange->on_worker([exchange = exchange.get(), after = *known] {
    Result<engine::Reply> reply = workflow_reply(*exchange);
    const int wait_s = exchange->wait_s();
    if (!reply || wait_s == 0 || !after || reply->version > *after)
      return exchange->finish(std::move(reply));
    exchange->services().waits.for_version(exchange->tenant(),
                                           exchange->param("workflow_id"),
                                           *after,
                                           wait_s * 1000,
                                           [exchange = exchange->shared_from_this()](bool) {
                                             exchange->on_worker([exchange = exchange.get()] {
                                               exchange->finish(workflow_reply(*exchange));
                                             });
                                           });
  });
}

}  // namespace fermata::api
