// What a worker does that serves tools to the server's own agents: ask for a call, take it, keep
// it, report. None of this changes anything by itself; the agent's turn writes what came of it.

#include <algorithm>

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/routes.hpp"

namespace fermata::api {
namespace {

constexpr std::int64_t kDefaultLeaseS = 30;
constexpr std::int64_t kMaxToolLeaseS = 300;
constexpr std::int64_t kMaxToolWaitS = 20;
constexpr std::size_t kMaxTools = 128;
constexpr std::size_t kMaxDescription = 20'000;

// nullptr: refused, as the configuration names no worker's tools at all.
engine::ToolDesk* desk_of(const ExchangePtr& exchange) {
  engine::ToolDesk* desk = exchange->services().options.tool_desk.get();
  if (desk == nullptr)
    exchange->refuse({ErrorCode::kNotFound,
                      "tools.no_such_worker",
                      "the configuration names no tools of workers",
                      {},
                      {}});
  return desk;
}

json::Value read_tool(Fields& fields) {
  std::string name, description;
  json::Object arguments;
  bool idempotent = false;
  fields.text("name", name, {.required = true, .min = 1, .max = kMaxToolLength, .shape = kLine});
  fields.text("description", description, {.required = true, .min = 1, .max = kMaxDescription});
  fields.object("arguments", arguments, true);
  fields.boolean("idempotent", idempotent);
  return json::Object{{"name", name},
                      {"description", description},
                      {"arguments", std::move(arguments)},
                      {"idempotent", idempotent}};
}

Result<engine::ToolDesk::Wish> read_wish(const Exchange& exchange) {
  engine::ToolDesk::Wish wish;
  wish.caller = exchange.caller();
  std::string worker;
  std::int64_t lease_s = kDefaultLeaseS, wait_s = 0;
  Fields fields(exchange.body());
  fields.text(
      "worker", worker, {.required = true, .min = 1, .max = kMaxNameLength, .shape = kLine});
  fields.list("tools", {.required = true, .min = 1, .max = kMaxTools}, [&](Fields& tool) {
    wish.tools.push_back(read_tool(tool));
  });
  fields.integer("lease_s", lease_s, {.min = 1, .max = kMaxToolLeaseS});
  fields.integer("wait_s", wait_s, {.max = kMaxToolWaitS});
  FERMATA_CHECK_OK(fields.finish());
  wish.lease_ms = lease_s * 1000;
  wish.wait_ms = static_cast<int>(
      std::min<std::int64_t>(wait_s, exchange.services().options.max_wait_s) * 1000);
  return wish;
}

Result<void> read_nothing(const Exchange& exchange) {
  Fields fields(exchange.body());
  return fields.finish();
}

// Whoever waited may have lost the right to meanwhile.
engine::LeaseDone answer_to(const ExchangePtr& exchange) {
  return [exchange](Result<std::optional<engine::Reply>> given) {
    if (!given) return exchange->refuse(given.error());
    if (const auto good = exchange->engine().recheck(exchange->caller()); !good)
      return exchange->refuse(good.error());
    if (!*given) return exchange->finish(engine::Reply{.status = 204});
    exchange->finish(**std::move(given));
  };
}

}  // namespace

void lease_tool(const ExchangePtr& exchange) {
  engine::ToolDesk* const desk = desk_of(exchange);
  if (desk == nullptr) return;
  Result<engine::ToolDesk::Wish> wish = read_wish(*exchange);
  if (!wish) return exchange->refuse(wish.error());
  desk->lease(*std::move(wish), answer_to(exchange));
}

void take_tool(const ExchangePtr& exchange) {
  engine::ToolDesk* const desk = desk_of(exchange);
  if (desk == nullptr) return;
  if (const auto read = read_nothing(*exchange); !read) return exchange->refuse(read.error());
  desk->take(exchange->caller(), exchange->param("lease_id"), answer_to(exchange));
}

void renew_tool(const ExchangePtr& exchange) {
  engine::ToolDesk* const desk = desk_of(exchange);
  if (desk == nullptr) return;
  if (const auto read = read_nothing(*exchange); !read) return exchange->refuse(read.error());
  exchange->finish(desk->renew(exchange->caller(), exchange->param("lease_id")));
}

void close_tool(const ExchangePtr& exchange) {
  engine::ToolDesk* const desk = desk_of(exchange);
  if (desk == nullptr) return;
  engine::ToolDesk::Outcome outcome;
  Fields fields(exchange->body());
  fields.text("hash", outcome.hash, {.required = true, .shape = kHash});
  fields.any("result", outcome.result);
  fields.nested(
      "error", [&](Fields& error) { read_error(error, outcome.error.emplace()); }, false);
  if (fields.has("result") == fields.has("error"))
    fields.refuse("value_error", "result", "give a result or an error, one of the two");
  if (const auto read = fields.finish(); !read) return exchange->refuse(read.error());
  desk->close(exchange->caller(),
              exchange->param("lease_id"),
              std::move(outcome),
              [exchange](Result<engine::Reply> reply) { exchange->finish(std::move(reply)); });
}

}  // namespace fermata::api
