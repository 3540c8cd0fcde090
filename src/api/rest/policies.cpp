// The policy: its versions, a new one, what is wrong with one, and what it would say.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"
#include "codec/documents.hpp"
#include "codec/policy_codec.hpp"
#include "core/policy/policy.hpp"

namespace fermata::api {
namespace {

Result<std::string> read_source(const Exchange& exchange) {
  std::string source;
  Fields fields(exchange.body());
  fields.text("source", source, {.required = true, .max = kMaxPolicySource});
  FERMATA_CHECK_OK(fields.finish());
  return source;
}

tl::unexpected<Error> refuse_policy(const std::vector<codec::PolicyError>& errors) {
  Invalid invalid;
  for (const codec::PolicyError& error : errors)
    invalid.add(
        "policy_error",
        {"body", "source", error.line, error.column},
        std::to_string(error.line) + ":" + std::to_string(error.column) + ": " + error.message);
  Error refusal = invalid.result().error();
  refusal.reason = "policy.invalid";
  refusal.message = "the policy is not valid; it was not published and the one in force stays";
  return tl::unexpected<Error>(std::move(refusal));
}

std::vector<PolicyVersion> versions_of(const Exchange& exchange) {
  const auto directory = exchange.engine().directory(exchange.tenant());
  return directory == nullptr ? std::vector<PolicyVersion>{} : directory->policies;
}

}  // namespace

// Reading YAML takes its time, so it is done on a worker.
void publish_policy(const ExchangePtr& exchange) {
  exchange->on_worker([exchange = exchange.get()] {
    Result<std::string> source = read_source(*exchange);
    if (!source) return exchange->refuse(source.error());
    const codec::ParsedPolicy parsed = codec::parse_policy(*source);
    if (!parsed.errors.empty()) return exchange->refuse(refuse_policy(parsed.errors).value());
    exchange->submit(exchange->submission(
        "directory", command::PublishPolicy{*std::move(source), parsed.policy.hash}));
  });
}

Result<engine::Reply> list_policies(Exchange& exchange) {
  Query query(exchange.query());
  FERMATA_TRY(const PageWish wish, page_wish(exchange, query));
  FERMATA_TRY(const std::int64_t before, place_number(wish));
  const std::vector<PolicyVersion> versions = versions_of(exchange);
  std::vector<json::Value> items;
  std::string next;
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (before != 0 && version->version >= before) continue;
    if (static_cast<int>(items.size()) == wish.limit) {
      next = std::to_string(items.back().int_or("version"));
      break;
    }
    items.push_back(codec::to_document(*version, false));
  }
  return page_reply(exchange, std::move(items), next);
}

Result<engine::Reply> current_policy(Exchange& exchange) {
  const std::vector<PolicyVersion> versions = versions_of(exchange);
  if (versions.empty())
    return fail(ErrorCode::kNotFound, "policy.not_found", "no policy has been published");
  engine::Reply reply;
  reply.body = codec::to_document(versions.back(), true);
  return reply;
}

Result<engine::Reply> check_policy(Exchange& exchange) {
  FERMATA_TRY(const std::string source, read_source(exchange));
  const codec::ParsedPolicy parsed = codec::parse_policy(source);
  json::Array errors;
  for (const codec::PolicyError& error : parsed.errors)
    errors.emplace_back(
        json::Object{{"line", error.line}, {"column", error.column}, {"msg", error.message}});
  const bool ok = errors.empty();
  engine::Reply reply;
  reply.body = json::Object{{"ok", ok}, {"errors", std::move(errors)}};
  return reply;
}

Result<engine::Reply> explain_policy(Exchange& exchange) {
  std::string tool;
  json::Object arguments;
  Fields fields(exchange.body());
  fields.text("tool", tool, {.required = true, .min = 1, .max = kMaxToolLength, .shape = kLine});
  fields.object("arguments", arguments);
  FERMATA_CHECK_OK(fields.finish());
  PolicyVerdict verdict;  // Of no policy: nothing may run (P2).
  verdict.explanation = "no policy is in force, so nothing may run";
  if (const auto policy = exchange.engine().policy(exchange.tenant()))
    verdict = evaluate(*policy, tool, arguments);
  engine::Reply reply;
  reply.body = json::Object{{"effect", to_string(verdict.effect)},
                            {"rule", verdict.rule},
                            {"thresholds", codec::to_document(verdict.thresholds)},
                            {"explanation", verdict.explanation}};
  return reply;
}

}  // namespace fermata::api
