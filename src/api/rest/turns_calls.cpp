// What an agent's runtime does: take turns, open calls, close them.

#include <algorithm>

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/routes.hpp"
#include "base/time.hpp"

namespace fermata::api {
namespace {

constexpr std::int64_t kDefaultLeaseS = 30;
constexpr std::int64_t kMaxLeaseWaitS = 20;
constexpr std::int64_t kMaxRetryAfterS = 24LL * 3600;
constexpr std::size_t kMaxLeasedAgents = 16;

std::int64_t turn_of(const Exchange& exchange) { return std::stoll(exchange.param("turn")); }

Result<void> read_nothing(const Exchange& exchange) {
  Fields fields(exchange.body());
  return fields.finish();
}

// A tool call is asked about before it runs; the other kinds are told with what came of them.
void read_outcome(Fields& fields, command::OpenCall& wish) {
  fields.any("result", wish.result);
  fields.nested(
      "error", [&](Fields& error) { read_error(error, wish.error.emplace()); }, false);
  const bool has_result = fields.has("result"), has_error = fields.has("error");
  wish.recorded = has_result || has_error;
  if (has_result && has_error)
    fields.refuse("value_error", "error", "give a result or an error, not both");
  if (!fields.valid()) return;
  if (wish.kind == CallKind::kTool && wish.recorded)
    fields.refuse("value_error",
                  has_result ? "result" : "error",
                  "a tool call is opened before it runs and closed with its result");
  if (wish.kind != CallKind::kTool && !wish.recorded)
    fields.refuse("missing", "result", "this kind of call is recorded with its result or error");
}

// A checkpoint has its own way to be made.
std::optional<CallKind> opened_kind_from(const std::string& name) {
  const auto kind = call_kind_from(name);
  return kind == CallKind::kCheckpoint ? std::nullopt : kind;
}

Result<command::OpenCall> read_call(const Exchange& exchange) {
  command::OpenCall wish;
  Fields fields(exchange.body());
  fields.integer("turn", wish.turn, kTurnRule);
  fields.text("key", wish.key, {.required = true, .min = 1, .max = kMaxCallKey});
  fields.choice("kind", wish.kind, opened_kind_from, "tool, model, code, value", true);
  fields.text(
      "tool", wish.tool, {.required = true, .min = 1, .max = kMaxToolLength, .shape = kLine});
  fields.object("arguments", wish.arguments);
  fields.text("request_hash", wish.request_hash, {.shape = kHash});
  fields.text("definition_hash", wish.definition_hash, {.shape = kHash});
  fields.text("target", wish.target, {.max = kMaxTarget});
  fields.text("undo", wish.undo, {.max = kMaxToolLength, .shape = kLine});
  fields.boolean("idempotent", wish.idempotent);
  fields.text("why", wish.why, {.max = kMaxProse});
  read_outcome(fields, wish);
  FERMATA_CHECK_OK(fields.finish());
  return wish;
}

// Opens the call again whenever its request was decided, until there is another verdict than `wait`
// or the time is up. Opening is idempotent by the call's key; the Idempotency-Key holds the first
// verdict, so it is not sent again.
void open_until_decided(const ExchangePtr& exchange,
                        const engine::Submission& submission,
                        std::int64_t until_ms) {
  exchange->engine().submit(
      submission,
      [exchange, submission = submission, until_ms](Result<engine::Reply> reply) mutable {
        const std::int64_t left_ms = until_ms - monotonic_ms();
        if (!reply || left_ms <= 0 || reply->body.string_or("verdict") != "wait")
          return exchange->finish(std::move(reply));
        const std::string approval = reply->body["approval"].string_or("id");
        exchange->services().waits.for_outcome(
            exchange->tenant(),
            approval,
            static_cast<int>(left_ms),
            [exchange, submission = std::move(submission), until_ms, reply = std::move(reply)](
                bool closed) mutable {
              if (!closed) return exchange->finish(std::move(reply));
              open_until_decided(exchange, submission, until_ms);
            });
      });
}

// An agent's key speaks for that agent alone.
Result<void> require_own(const std::vector<std::string>& named, const std::string& own) {
  const auto foreign = [&](const std::string& agent) { return agent != own; };
  if (std::none_of(named.begin(), named.end(), foreign)) return {};
  return fail(ErrorCode::kForbidden,
              "workflow.not_yours",
              "this key runs turns of its own agent only, '" + own + "'");
}

Result<engine::LeaseWish> read_lease(const Exchange& exchange) {
  const engine::Submission common = exchange.submission("", command::StartTurn{});
  engine::LeaseWish wish;
  wish.caller = common.caller;
  wish.door = common.door;
  wish.request_id = common.request_id;
  wish.trace_id = common.trace_id;
  std::int64_t lease_s = kDefaultLeaseS, wait_s = 0;
  json::Object fingerprint;
  Fields fields(exchange.body());
  fields.text(
      "worker", wish.worker, {.required = true, .min = 1, .max = kMaxNameLength, .shape = kLine});
  wish.agents = {exchange.caller().actor.id};
  std::vector<std::string> named;
  fields.texts(
      "agents", named, {.min = 1, .max = kMaxLeasedAgents, .unique = true}, {.shape = kName});
  fields.object("fingerprint", fingerprint);
  fields.integer("lease_s", lease_s, {.min = 1, .max = exchange.services().options.max_lease_s});
  fields.integer("wait_s", wait_s, {.max = kMaxLeaseWaitS});
  const bool has_fingerprint = fields.has("fingerprint");
  FERMATA_CHECK_OK(fields.finish());
  FERMATA_CHECK_OK(require_own(named, wish.agents.front()));
  if (has_fingerprint) wish.fingerprint = std::move(fingerprint);
  wish.lease_ms = lease_s * 1000;
  wish.wait_ms = static_cast<int>(
      std::min<std::int64_t>(wait_s, exchange.services().options.max_wait_s) * 1000);
  return wish;
}

}  // namespace

Result<engine::Submission> start_turn(Exchange& exchange) {
  command::StartTurn wish;
  std::int64_t lease_s = kDefaultLeaseS;
  json::Object fingerprint;
  Fields fields(exchange.body());
  fields.text(
      "worker", wish.worker, {.required = true, .min = 1, .max = kMaxNameLength, .shape = kLine});
  fields.object("fingerprint", fingerprint);
  fields.integer("lease_s", lease_s, {.min = 1, .max = exchange.services().options.max_lease_s});
  fields.boolean("takeover", wish.takeover);
  const bool has_fingerprint = fields.has("fingerprint");
  FERMATA_CHECK_OK(fields.finish());
  if (has_fingerprint) wish.fingerprint = std::move(fingerprint);
  wish.lease_ms = lease_s * 1000;
  return exchange.submission(exchange.param("workflow_id"), std::move(wish));
}

Result<engine::Submission> renew_turn(Exchange& exchange) {
  FERMATA_CHECK_OK(read_nothing(exchange));
  return exchange.submission(exchange.param("workflow_id"),
                             command::RenewTurn{.turn = turn_of(exchange)});
}

Result<engine::Submission> end_turn(Exchange& exchange) {
  std::int64_t retry_after_s = 0;
  Fields fields(exchange.body());
  fields.integer("retry_after_s", retry_after_s, {.max = kMaxRetryAfterS});
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission(
      exchange.param("workflow_id"),
      command::EndTurn{.turn = turn_of(exchange), .retry_after_ms = retry_after_s * 1000});
}

void lease_turn(const ExchangePtr& exchange) {
  Result<engine::LeaseWish> wish = read_lease(*exchange);
  if (!wish) return exchange->refuse(wish.error());
  exchange->engine().lease_turn(*std::move(wish),
                                [exchange](Result<std::optional<engine::Reply>> leased) {
                                  if (!leased) return exchange->refuse(leased.error());
                                  if (!*leased)
                                    return exchange->finish(engine::Reply{.status = 204});
                                  (*leased)->status = 200;
                                  exchange->finish(**std::move(leased));
                                });
}

void open_call(const ExchangePtr& exchange) {
  Result<command::OpenCall> wish = read_call(*exchange);
  if (!wish) return exchange->refuse(wish.error());
  open_until_decided(exchange,
                     exchange->submission(exchange->param("workflow_id"), *std::move(wish)),
                     monotonic_ms() + std::int64_t{1000} * exchange->wait_s());
}

Result<engine::Submission> close_call(Exchange& exchange) {
  command::CloseCall wish;
  wish.call = exchange.param("call_id");
  Fields fields(exchange.body());
  fields.integer("turn", wish.turn, kTurnRule);
  fields.text("grant", wish.grant, {.required = true, .min = 1, .max = kMaxProse, .shape = kLine});
  fields.text("hash", wish.hash, {.required = true, .shape = kHash});
  fields.any("result", wish.result);
  fields.nested(
      "error", [&](Fields& error) { read_error(error, wish.error.emplace()); }, false);
  if (fields.has("result") && fields.has("error"))
    fields.refuse("value_error", "error", "give a result or an error, not both");
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission(exchange.param("workflow_id"), std::move(wish));
}

Result<engine::Reply> get_call(Exchange& exchange) {
  const std::string& id = exchange.param("call_id");
  if (workflow_of(id) != exchange.param("workflow_id"))
    return fail(ErrorCode::kNotFound, "call.not_found", "there is no such call in this workflow");
  FERMATA_TRY(json::Value document, exchange.engine().call(exchange.tenant(), id));
  engine::Reply reply;
  reply.body = std::move(document);
  return reply;
}

}  // namespace fermata::api
