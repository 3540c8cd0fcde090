// Forks: what would have come of another input or decision, and the two side by side.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"

namespace fermata::api {
namespace {

std::optional<DecisionKind> supposable_from(const std::string& name) {
  const auto kind = decision_kind_from(name);
  return kind == DecisionKind::kApprove || kind == DecisionKind::kReject ? kind : std::nullopt;
}

void read_supposition(Fields& fields, command::Supposition& wish) {
  fields.text("approval", wish.approval, {.required = true, .min = 1, .max = kMaxIdLength});
  fields.choice("decision", wish.decision, supposable_from, "approve, reject", true);
  fields.text("reason", wish.reason, {.max = kMaxProse});
  if (fields.has("result")) fields.any("result", wish.result.emplace());
  if (wish.result && wish.decision == DecisionKind::kReject)
    fields.refuse("value_error", "result", "belongs to an approval");
}

Result<command::ForkWorkflow> read_fork(const Exchange& exchange) {
  command::ForkWorkflow wish;
  Fields fields(exchange.body());
  fields.text("checkpoint", wish.checkpoint, {.min = 1, .max = kMaxIdLength});
  if (fields.has("decision"))
    fields.nested(
        "decision",
        [&](Fields& decision) { read_supposition(decision, wish.decision.emplace()); },
        false);
  if (fields.has("input")) fields.any("input", wish.input.emplace());
  fields.text("name", wish.name, {.max = kMaxNameLength});
  fields.text("reason", wish.reason, {.max = kMaxProse});
  fields.texts("tags",
               wish.tags,
               {.max = kMaxTags, .unique = true},
               {.min = 1, .max = kMaxTagLength, .shape = kLabel});
  const bool has_dispatch = fields.has("dispatch");
  Dispatch dispatch = Dispatch::kNone;
  fields.choice("dispatch", dispatch, dispatch_from, "none, worker, native");
  if (has_dispatch) wish.dispatch = dispatch;
  FERMATA_CHECK_OK(fields.finish());
  return wish;
}

}  // namespace

// Reading the source may take a while, so it is a worker's.
void fork_workflow(const ExchangePtr& exchange) {
  Result<command::ForkWorkflow> wish = read_fork(*exchange);
  if (!wish) return exchange->refuse(wish.error());
  exchange->on_worker([exchange = exchange.get(), wish = *std::move(wish)]() mutable {
    auto source = exchange->engine().state(exchange->tenant(), exchange->param("workflow_id"));
    if (!source) return exchange->refuse(source.error());
    wish.source = *std::move(source);
    exchange->submit(exchange->submission("", std::move(wish)));
  });
}

Result<engine::Submission> allow_effects(Exchange& exchange) {
  command::AllowEffects wish;
  Fields fields(exchange.body());
  fields.text("reason", wish.reason, {.max = kMaxProse});
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission(exchange.param("workflow_id"), std::move(wish));
}

Result<engine::Reply> compare_workflows(Exchange& exchange) {
  Query query(exchange.query());
  const std::string other = query.required_text("with", kMaxIdLength, kName);
  FERMATA_TRY(const PageWish wish, page_wish(exchange, query));
  FERMATA_TRY(const std::int64_t after, place_number(wish));
  FERMATA_TRY(engine::Engine::Compared compared,
              exchange.engine().compare(
                  exchange.tenant(), exchange.param("workflow_id"), other, after, wish.limit));
  engine::Reply reply = page_reply(exchange, std::move(compared.rows.items), compared.rows.next);
  json::Object& body = *reply.body.as_object();
  for (const auto& [name, value] : *compared.summary.as_object()) body.set(name, value);
  return reply;
}

}  // namespace fermata::api
