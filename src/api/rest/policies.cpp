// The policy: its versions, a new one, what is wrong with one, and what it would say.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"
#include "codec/documents.hpp"
#include "codec/policy_codec.hpp"
#include "codec/policy_documents.hpp"
#include "core/policy/policy.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kMaxSums = 20;

Result<std::string> read_source(const Exchange& exchange, std::string* reason = nullptr) {
  std::string source;
  Fields fields(exchange.body());
  fields.text("source", source, {.required = true, .max = kMaxPolicySource});
  if (reason != nullptr) fields.text("reason", *reason, {.max = kMaxProse});
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
  return directory == nullptr ? std::vector<PolicyVersion>{} : *directory->policies;
}

// The first policy is in force at once; any other one needs people. Which it is the directory says:
// it knows too what it has answered to the same Idempotency-Key before.
void publish_or_propose(const ExchangePtr& exchange,
                        command::PublishPolicy first,
                        std::string reason) {
  auto proposal =
      exchange->submission("", command::ProposePolicy{first.source, first.hash, std::move(reason)});
  exchange->engine().submit(
      exchange->submission("directory", std::move(first)),
      [exchange, proposal = std::move(proposal)](Result<engine::Reply> reply) mutable {
        if (!reply && reply.error().reason == "policy.needs_agreement")
          return exchange->submit(std::move(proposal));
        exchange->finish(std::move(reply));
      });
}

}  // namespace

// Reading YAML takes its time, so it is done on a worker. Only an admin's policy can be the first.
void publish_policy(const ExchangePtr& exchange) {
  exchange->on_worker([exchange = exchange.get()] {
    std::string reason;
    Result<std::string> source = read_source(*exchange, &reason);
    if (!source) return exchange->refuse(source.error());
    const codec::ParsedPolicy parsed = codec::parse_policy(*source);
    if (!parsed.errors.empty()) return exchange->refuse(refuse_policy(parsed.errors).value());
    if (exchange->caller().actor.kind == ActorKind::kAdmin)
      return publish_or_propose(exchange->shared_from_this(),
                                {*std::move(source), parsed.policy.hash},
                                std::move(reason));
    exchange->submit(exchange->submission(
        "", command::ProposePolicy{*std::move(source), parsed.policy.hash, std::move(reason)}));
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

Result<engine::Reply> get_policy(Exchange& exchange) {
  const std::string& wanted = exchange.param("policy_version");
  for (const PolicyVersion& version : versions_of(exchange)) {
    if (std::to_string(version.version) != wanted) continue;
    engine::Reply reply;
    reply.body = codec::to_document(version, true);
    return reply;
  }
  return fail(ErrorCode::kNotFound, "policy.not_found", "there is no such version");
}

Result<engine::Reply> check_policy(Exchange& exchange) {
  FERMATA_TRY(const std::string source, read_source(exchange));
  engine::Reply reply;
  reply.body = codec::to_document(codec::parse_policy(source));
  return reply;
}

namespace {

// Amounts that the tool's calls before this one add up to, by the argument's path.
void read_sums(Fields& fields, PolicyInput& into) {
  json::Object given;
  fields.object("sums", given);
  if (given.size() > kMaxSums)
    return fields.refuse("too_long", "sums", "must have at most 20 members");
  for (const auto& [path, value] : given) {
    const std::string* text = value.as_string();
    const auto sum = text != nullptr ? Decimal::parse(*text) : Decimal::of(value);
    if (!sum || sum->negative())
      return fields.refuse("decimal", "sums", "must be decimals from 0 on: \"4000.50\"");
    into.sums[path] = *sum;
  }
}

// An agent that says nothing else asks about a call of its own.
Result<PolicyInput> read_call(const Exchange& exchange) {
  PolicyInput input;
  const bool is_agent = exchange.caller().actor.kind == ActorKind::kAgent;
  if (is_agent) input.agent = exchange.caller().actor.id;
  if (is_agent) input.on_behalf_of = exchange.caller().on_behalf_of;
  std::optional<std::int64_t> at;
  Fields fields(exchange.body());
  fields.text(
      "tool", input.tool, {.required = true, .min = 1, .max = kMaxToolLength, .shape = kLine});
  fields.object("arguments", input.arguments);
  fields.text("agent", input.agent, {.min = 1, .max = 200, .shape = kLine});
  fields.text("on_behalf_of", input.on_behalf_of, {.min = 1, .max = 200, .shape = kLine});
  fields.texts("tags", input.tags, {}, {.min = 1, .max = 200, .shape = kLine});
  fields.time("at", at);
  fields.integer("calls", input.calls, {.max = 100'000});
  read_sums(fields, input);
  FERMATA_CHECK_OK(fields.finish());
  input.now = at ? *at : exchange.engine().now();
  return input;
}

}  // namespace

Result<engine::Reply> explain_policy(Exchange& exchange) {
  FERMATA_TRY(const PolicyInput input, read_call(exchange));
  PolicyVerdict verdict;  // Of no policy: nothing may run (P2).
  verdict.explanation = "no policy is in force, so nothing may run";
  if (const auto policy = exchange.engine().policy(exchange.tenant()))
    verdict = judge_call(*policy, input);
  engine::Reply reply;
  reply.body = codec::to_document(verdict);
  return reply;
}

}  // namespace fermata::api
