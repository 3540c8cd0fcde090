// What people do with a request besides deciding it.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/routes.hpp"

namespace fermata::api {
namespace {

// To the workflow of the request that the path names.
template <class Verb>
Result<engine::Submission> to_request(const Exchange& exchange, Fields& fields, Verb verb) {
  FERMATA_CHECK_OK(fields.finish());
  verb.approval = exchange.param("approval_id");
  std::string workflow = workflow_of(verb.approval);  // Before `verb` is moved away.
  return exchange.submission(std::move(workflow), std::move(verb));
}

Result<engine::Submission> hand_on(Exchange& exchange, bool for_good) {
  command::DelegateApproval verb;
  Fields fields(exchange.body());
  fields.text("to", verb.to, {.required = true, .shape = kName});
  fields.text("reason", verb.reason, {.max = kMaxProse});
  if (!for_good) {
    fields.time("until", verb.until);
    if (!verb.until)
      fields.refuse("missing", "until", "say until when; to hand it on for good, forward it");
  }
  return to_request(exchange, fields, std::move(verb));
}

}  // namespace

Result<engine::Submission> withdraw_decision(Exchange& exchange) {
  command::WithdrawDecision verb;
  Fields fields(exchange.body());
  fields.text("reason", verb.reason, {.max = kMaxProse});
  return to_request(exchange, fields, std::move(verb));
}

Result<engine::Submission> claim_approval(Exchange& exchange) {
  Fields fields(exchange.body());
  return to_request(exchange, fields, command::ClaimApproval{});
}

Result<engine::Submission> release_approval(Exchange& exchange) {
  Fields fields(exchange.body());
  return to_request(exchange, fields, command::ReleaseApproval{});
}

Result<engine::Submission> assign_approval(Exchange& exchange) {
  command::ClaimApproval verb;
  Fields fields(exchange.body());
  fields.text("person", verb.person, {.required = true, .shape = kName});
  return to_request(exchange, fields, std::move(verb));
}

Result<engine::Submission> delegate_approval(Exchange& exchange) {
  return hand_on(exchange, false);
}

Result<engine::Submission> forward_approval(Exchange& exchange) { return hand_on(exchange, true); }

Result<engine::Submission> end_delegation(Exchange& exchange) {
  Fields fields(exchange.body());
  return to_request(exchange, fields, command::EndDelegation{});
}

Result<engine::Submission> comment_approval(Exchange& exchange) {
  command::CommentApproval verb;
  Fields fields(exchange.body());
  fields.text("text", verb.text, {.required = true, .min = 1, .max = kMaxProse});
  fields.integer("reply_to", verb.reply_to, {.min = 1, .max = kMaxVersion});
  fields.boolean("for_agent", verb.for_agent);
  fields.boolean("asks", verb.asks);
  return to_request(exchange, fields, std::move(verb));
}

Result<engine::Submission> extend_approval(Exchange& exchange) {
  command::ExtendApproval verb;
  std::int64_t by_s = 0;
  Fields fields(exchange.body());
  fields.integer("by_s", by_s, {.required = true, .min = 1, .max = kMaxDeadlineS});
  fields.text("reason", verb.reason, {.max = kMaxProse});
  verb.by_ms = by_s * 1000;
  return to_request(exchange, fields, std::move(verb));
}

Result<engine::Reply> explain_approval(Exchange& exchange) {
  FERMATA_TRY(json::Value document,
              exchange.engine().explain_approval(exchange.tenant(), exchange.param("approval_id")));
  engine::Reply reply;
  reply.body = std::move(document);
  return reply;
}

Result<engine::Reply> outlook_of_approval(Exchange& exchange) {
  FERMATA_TRY(json::Value document,
              exchange.engine().outlook(exchange.tenant(), exchange.param("approval_id")));
  engine::Reply reply;
  reply.body = std::move(document);
  return reply;
}

}  // namespace fermata::api
