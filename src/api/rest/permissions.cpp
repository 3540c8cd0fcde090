// Standing permissions.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"
#include "codec/documents.hpp"
#include "core/approval/tally.hpp"
#include "core/permission/in_vain.hpp"

namespace fermata::api {
namespace {

struct Wish {
  command::GivePermission give;
  std::string like;
  std::optional<std::int64_t> for_s;
  std::optional<TimeMs> until;
};

Result<Wish> read_wish(const json::Value& body) {
  Wish wish;
  PermissionTerms& terms = wish.give.terms;
  Fields fields(body);
  fields.text("like", wish.like, {.max = kMaxIdLength, .shape = kApprovalId});
  fields.text("tool", terms.tool, {.min = 1, .max = kMaxToolLength, .shape = kLine});
  fields.text("agent", terms.agent, {.shape = kName});
  fields.text("definition_hash", terms.definition_hash, {.shape = kHash});
  fields.object("when", terms.when, true);
  fields.integer("for_s", wish.for_s, {.min = 1, .max = kMaxDeadlineS});
  fields.time("until", wish.until);
  fields.integer("calls", terms.calls, {.required = true, .min = 1, .max = kMaxPermittedCalls});
  fields.nested(
      "sum",
      [&](Fields& sum) {
        sum.text("of", terms.sum_of, {.required = true, .min = 1, .shape = kLine});
        sum.text("most", terms.sum_most, {.required = true, .min = 1, .max = kMaxIdLength});
      },
      false);
  fields.text("reason", wish.give.reason, {.required = true, .min = 1, .max = kMaxProse});
  if (wish.for_s.has_value() == wish.until.has_value())
    fields.refuse("missing", "until", "say until when, or for_s: how many seconds; one of them");
  for (const char* told : {"tool", "agent", "definition_hash"})
    if (!wish.like.empty() && fields.has(told))
      fields.refuse("extra_forbidden", told, "the request that `like` names says that already");
  FERMATA_CHECK_OK(fields.finish());
  return wish;
}

// Which agent's which tool, as it is defined there. Whoever may not decide that request has no yes
// to give.
Result<void> take_from(Exchange& exchange, const std::string& like, PermissionTerms& terms) {
  FERMATA_TRY(const auto asked, exchange.engine().request(exchange.tenant(), like));
  const auto directory = exchange.engine().directory(exchange.tenant());
  const std::string& person = exchange.caller().actor.id;
  if (is_party(asked.approval, person) || !is_approver(asked.approval, *directory, person))
    return fail(ErrorCode::kForbidden,
                "approval.not_an_approver",
                "you may not decide that request, so you cannot say yes to more like it");
  terms.tool = asked.approval.question.action;
  terms.agent = asked.agent;
  terms.definition_hash = asked.approval.question.definition_hash;
  return check_like(terms, asked.approval.question.arguments);
}

}  // namespace

void give_permission(const ExchangePtr& exchange) {
  exchange->on_worker([exchange = exchange.get()] {
    Result<Wish> wish = read_wish(exchange->body());
    if (!wish) return exchange->refuse(wish.error());
    PermissionTerms& terms = wish->give.terms;
    if (!wish->like.empty())
      if (Result<void> taken = take_from(*exchange, wish->like, terms); !taken)
        return exchange->refuse(taken.error());
    if (const auto policy = exchange->engine().policy(exchange->tenant()))
      if (Result<void> allowed = check_allowed(terms, *policy); !allowed)
        return exchange->refuse(allowed.error());
    terms.until = wish->until ? *wish->until : exchange->engine().now() + *wish->for_s * 1000;
    exchange->submit(exchange->submission("directory", std::move(wish->give)));
  });
}

Result<engine::Submission> join_permission(Exchange& exchange) {
  FERMATA_CHECK_OK(Fields(exchange.body()).finish());
  return exchange.submission("directory", command::JoinPermission{exchange.param("permission_id")});
}

Result<engine::Submission> revoke_permission(Exchange& exchange) {
  command::RevokePermission wish{exchange.param("permission_id"), {}};
  Fields fields(exchange.body());
  fields.text("reason", wish.reason, {.max = kMaxProse});
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission("directory", std::move(wish));
}

Result<engine::Reply> list_permissions(Exchange& exchange) {
  const auto directory = exchange.engine().directory(exchange.tenant());
  if (directory == nullptr)
    return fail(ErrorCode::kNotFound, "tenant.not_found", "there is no such tenant");
  Query query(exchange.query());
  FERMATA_TRY(const PageWish wish, page_wish(exchange, query));
  FERMATA_TRY(const std::int64_t after, place_number(wish));
  std::vector<json::Value> items;
  std::string next;
  for (const Shared<Permission>& one : directory->permissions.all()) {
    if (permission_number(one->id) <= after) continue;
    if (static_cast<int>(items.size()) == wish.limit) {
      next = std::to_string(permission_number(items.back().string_or("id")));
      break;
    }
    items.push_back(codec::to_document(*one, exchange.engine().now()));
  }
  return page_reply(exchange, std::move(items), next);
}

Result<engine::Reply> get_permission(Exchange& exchange) {
  const auto directory = exchange.engine().directory(exchange.tenant());
  const std::string& id = exchange.param("permission_id");
  const Permission* found = directory->permissions.find(id);
  if (found == nullptr)
    return fail(
        ErrorCode::kNotFound, "permission.not_found", "there is no permission '" + id + "'");
  engine::Reply reply;
  reply.body = codec::to_document(*found, exchange.engine().now());
  return reply;
}

Result<engine::Reply> list_permission_uses(Exchange& exchange) {
  Query query(exchange.query());
  FERMATA_TRY(const PageWish wish, page_wish(exchange, query));
  FERMATA_TRY(const std::int64_t after, place_number(wish));
  FERMATA_TRY(engine::Page page,
              exchange.engine().permission_uses(
                  exchange.tenant(), exchange.param("permission_id"), after, wish.limit));
  return page_reply(exchange, std::move(page.items), page.next);
}

}  // namespace fermata::api
