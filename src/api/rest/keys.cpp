// API keys, and whose the caller's is.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"
#include "codec/documents.hpp"

namespace fermata::api {
namespace {

std::optional<ActorKind> key_kind_from(const std::string& name) {
  const ActorKind kind = actor_kind_from(name);
  return kind == ActorKind::kSystem ? std::nullopt : std::optional(kind);
}

struct KeyWish {
  ActorKind kind = ActorKind::kReadOnly;
  std::string agent, person, on_behalf_of, label;
  std::optional<TimeMs> expires_at;

  bool named() const { return kind == ActorKind::kAgent || kind == ActorKind::kPerson; }
  // Admin and read-only keys belong to nobody; their label is how the log calls them.
  std::string owner() const {
    if (kind == ActorKind::kAgent) return agent;
    if (kind == ActorKind::kPerson) return person;
    return label.empty() ? to_string(kind) : label;
  }
};

Result<KeyWish> read_key(const json::Value& body) {
  KeyWish wish;
  Fields fields(body);
  fields.choice("kind", wish.kind, key_kind_from, "agent, person, admin, readonly", true);
  const bool known = fields.valid();
  const bool agent = known && wish.kind == ActorKind::kAgent;
  const bool person = known && wish.kind == ActorKind::kPerson;
  fields.text("agent", wish.agent, {.required = agent, .shape = kName});
  fields.text("person", wish.person, {.required = person, .shape = kName});
  fields.text("on_behalf_of", wish.on_behalf_of, {.shape = kName});
  fields.text("label",
              wish.label,
              {.max = kMaxNameLength, .shape = known && !wish.named() ? kName : kAnyText});
  fields.time("expires_at", wish.expires_at);
  if (known && !agent && fields.has("agent"))
    fields.refuse("extra_forbidden", "agent", "belongs to keys of kind 'agent' only");
  if (known && !agent && wish.kind != ActorKind::kAdmin && fields.has("on_behalf_of"))
    fields.refuse(
        "extra_forbidden", "on_behalf_of", "belongs to keys of kind 'agent' and 'admin' only");
  if (known && !person && fields.has("person"))
    fields.refuse("extra_forbidden", "person", "belongs to keys of kind 'person' only");
  FERMATA_CHECK_OK(fields.finish());
  return wish;
}

Result<std::shared_ptr<const Directory>> directory_of(const Exchange& exchange) {
  if (auto directory = exchange.engine().directory(exchange.tenant())) return directory;
  return fail(ErrorCode::kNotFound, "tenant.not_found", "there is no such tenant");
}

}  // namespace

// The answer to a repeated request has `key` null: the secret was in the first answer and is kept
// nowhere (P15).
void create_key(const ExchangePtr& exchange) {
  const Result<KeyWish> wish = read_key(exchange->body());
  if (!wish) return exchange->refuse(wish.error());
  auto [record, plain] = exchange->engine().mint_key(wish->kind, wish->owner());
  record.on_behalf_of = wish->on_behalf_of;
  record.label = wish->label;
  record.expires_at = wish->expires_at;
  exchange->engine().submit(
      exchange->submission("directory", command::CreateKey{std::move(record)}),
      [exchange, plain = std::move(plain)](Result<engine::Reply> reply) {
        if (reply)
          reply->body.as_object()->set("key", reply->replayed ? json::Value() : json::Value(plain));
        exchange->finish(std::move(reply));
      });
}

Result<engine::Submission> revoke_key(Exchange& exchange) {
  return exchange.submission("directory", command::RevokeKey{exchange.param("key_id")});
}

Result<engine::Reply> list_keys(Exchange& exchange) {
  FERMATA_TRY(const auto directory, directory_of(exchange));
  return page_of(
      exchange, directory->keys, [](const ApiKey& each) { return codec::to_document(each); });
}

Result<engine::Reply> get_key(Exchange& exchange) {
  FERMATA_TRY(const auto directory, directory_of(exchange));
  const auto found = directory->keys.find(exchange.param("key_id"));
  if (found == directory->keys.end())
    return fail(ErrorCode::kNotFound, "key.not_found", "there is no such key");
  engine::Reply reply;
  reply.body = codec::to_document(found->second);
  return reply;
}

Result<engine::Reply> get_me(Exchange& exchange) {
  const engine::Identity& caller = exchange.caller();
  json::Array groups;
  if (caller.actor.kind == ActorKind::kPerson) {
    FERMATA_TRY(const auto directory, directory_of(exchange));
    for (const auto& [id, group] : directory->groups)
      if (directory->is_member(id, caller.actor.id)) groups.emplace_back(id);
  }
  engine::Reply reply;
  reply.body = json::Object{{"kind", to_string(caller.actor.kind)},
                            {"id", caller.actor.id},
                            {"tenant", caller.tenant},
                            {"on_behalf_of", caller.on_behalf_of},
                            {"key_id", caller.key_id},
                            {"groups", std::move(groups)}};
  return reply;
}

}  // namespace fermata::api
