// Checkpoints and the way back to them.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"

namespace fermata::api {
namespace {

constexpr IntegerRule kOptionalTurnRule{.min = 1, .max = kMaxTurn};

Result<std::vector<json::Value>> checkpoints_of(const Exchange& exchange) {
  return exchange.engine().checkpoints(exchange.tenant(), exchange.param("workflow_id"));
}

}  // namespace

Result<engine::Submission> create_checkpoint(Exchange& exchange) {
  command::CreateCheckpoint wish;
  Fields fields(exchange.body());
  fields.text("name", wish.name, {.required = true, .min = 1, .max = kMaxNameLength});
  fields.any("snapshot", wish.snapshot);
  fields.any("recovery", wish.recovery);
  fields.object("metadata", wish.metadata);
  fields.text("key", wish.key, {.min = 1, .max = kMaxCallKey});
  fields.integer("turn", wish.turn, {.required = fields.has("key"), .min = 1, .max = kMaxTurn});
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission(exchange.param("workflow_id"), std::move(wish));
}

Result<engine::Submission> roll_back(Exchange& exchange) {
  command::RollBack wish;
  Fields fields(exchange.body());
  fields.text("checkpoint", wish.checkpoint, {.required = true, .min = 1, .max = kMaxIdLength});
  fields.text("reason", wish.reason, {.required = true, .min = 1, .max = kMaxProse});
  fields.integer("turn", wish.turn, kOptionalTurnRule);
  fields.integer("if_version", wish.if_version, {.min = 1, .max = kMaxVersion});
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission(exchange.param("workflow_id"), std::move(wish));
}

Result<engine::Reply> preview_rollback(Exchange& exchange) {
  std::string checkpoint;
  Fields fields(exchange.body());
  fields.text("checkpoint", checkpoint, {.required = true, .min = 1, .max = kMaxIdLength});
  FERMATA_CHECK_OK(fields.finish());
  FERMATA_TRY(json::Value document,
              exchange.engine().preview_rollback(
                  exchange.caller(), exchange.param("workflow_id"), checkpoint));
  engine::Reply reply;
  reply.body = std::move(document);
  return reply;
}

Result<engine::Reply> list_checkpoints(Exchange& exchange) {
  Query query(exchange.query());
  FERMATA_TRY(const PageWish wish, page_wish(exchange, query));
  FERMATA_TRY(const std::int64_t after, place_number(wish));
  FERMATA_TRY(const std::vector<json::Value> all, checkpoints_of(exchange));
  const auto begin = std::min(static_cast<std::size_t>(after), all.size());
  const auto end = std::min(begin + static_cast<std::size_t>(wish.limit), all.size());
  return page_reply(exchange,
                    {all.begin() + static_cast<std::ptrdiff_t>(begin),
                     all.begin() + static_cast<std::ptrdiff_t>(end)},
                    end < all.size() ? std::to_string(end) : "");
}

Result<engine::Reply> get_checkpoint(Exchange& exchange) {
  FERMATA_TRY(const std::vector<json::Value> all, checkpoints_of(exchange));
  for (const json::Value& checkpoint : all) {
    if (checkpoint.string_or("id") != exchange.param("checkpoint_id")) continue;
    engine::Reply reply;
    reply.body = checkpoint;
    return reply;
  }
  return fail(
      ErrorCode::kNotFound, "checkpoint.not_found", "there is no such checkpoint in this workflow");
}

}  // namespace fermata::api
