// Signing in to the console, with a key or with a link that an admin made; and signing out.

#include "api/auth/browser.hpp"
#include "api/auth/limit.hpp"
#include "api/mcp/headers.hpp"
#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/routes.hpp"
#include "codec/document.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kMaxKeyLength = 256;

struct SignIn {
  std::string proof;
  KeyUse use = KeyUse::kApi;
};

Result<SignIn> read_sign_in(const json::Value& body) {
  SignIn wish;
  Fields fields(body);
  std::string key, link;
  fields.text("key", key, {.min = 1, .max = kMaxKeyLength});
  fields.text("link", link, {.min = 1, .max = kMaxKeyLength});
  if (fields.has("key") == fields.has("link"))
    fields.refuse("value_error", "key", "send either `key` or `link`");
  FERMATA_CHECK_OK(fields.finish());
  wish.use = key.empty() ? KeyUse::kLink : KeyUse::kApi;
  wish.proof = key.empty() ? link : key;
  return wish;
}

// Who is signed in, as the console shows it.
json::Object described(const Exchange& exchange,
                       const engine::Identity& caller,
                       const std::string& csrf) {
  const auto directory = exchange.engine().directory(caller.tenant);
  json::Array groups;
  json::Value name = caller.actor.id;
  std::optional<TimeMs> ends;
  if (directory) {
    if (const auto key = directory->keys.find(caller.key_id); key != directory->keys.end())
      ends = key->second.expires_at;
    if (caller.actor.kind == ActorKind::kPerson) {
      if (const auto person = directory->people.find(caller.actor.id);
          person != directory->people.end() && !person->second.name.empty())
        name = person->second.name;
      for (const auto& [id, group] : directory->groups)
        if (directory->is_member(id, caller.actor.id)) groups.emplace_back(id);
    }
  }
  return {{"kind", to_string(caller.actor.kind)},
          {"id", caller.actor.id},
          {"name", std::move(name)},
          {"tenant", caller.tenant},
          {"groups", std::move(groups)},
          {"csrf_token", csrf},
          {"expires_at", codec::time_document(ends)},
          {"now", to_rfc3339(exchange.engine().now())}};
}

void answer_session(const ExchangePtr& exchange,
                    int status,
                    std::string cookie,
                    const json::Value& body) {
  net::Response response{status, {{"Set-Cookie", std::move(cookie)}}, {}};
  if (status != 204) {
    response.headers.emplace_back("Content-Type", "application/json");
    response.body = json::write(body);
  }
  exchange->answer(std::move(response));
}

}  // namespace

void begin_session(const ExchangePtr& exchange) {
  const ApiOptions& options = exchange->services().options;
  const net::Request& request = exchange->request();
  // Or a page of somebody else's could sign a browser in as somebody else. What is no browser says
  // neither.
  if (request.has_header("Sec-Fetch-Site") || request.has_header("Origin"))
    if (const auto own = require_own_page(request, options.public_url); !own)
      return exchange->refuse(own.error());
  const Result<SignIn> wish = read_sign_in(exchange->body());
  if (!wish) return exchange->refuse(wish.error());
  const Result<engine::Identity> caller = exchange->engine().authenticate(wish->proof, wish->use);
  if (const auto room = limit_rate(*exchange, caller); !room) return exchange->refuse(room.error());
  if (!caller) return exchange->refuse(caller.error());
  auto [record, plain] = exchange->engine().mint_key(caller->actor.kind, caller->actor.id);
  record.expires_at = exchange->engine().now() + options.session_s * 1000;
  exchange->set_caller(*caller, Door::kConsole);
  const std::string id = record.id;
  exchange->engine().submit(
      exchange->submission("directory", command::BeginSession{std::move(record), caller->key_id}),
      [exchange, id, session = std::move(plain)](const Result<engine::Reply>& reply) {
        if (!reply) return exchange->refuse(reply.error());
        const ApiOptions& of = exchange->services().options;
        engine::Identity signed_in = exchange->caller();
        signed_in.key_id = id;
        const std::string cookie = session_cookie(session, of.session_s, of.public_url);
        answer_session(exchange, 201, cookie, described(*exchange, signed_in, csrf_token(session)));
      });
}

Result<engine::Reply> get_session(Exchange& exchange) {
  engine::Reply reply;
  reply.body = described(exchange,
                         exchange.caller(),
                         csrf_token(exchange.request(), exchange.services().options.public_url));
  return reply;
}

void end_session(const ExchangePtr& exchange) {
  exchange->engine().submit(
      exchange->submission("directory", command::EndSession{exchange->caller().key_id}),
      [exchange](const Result<engine::Reply>& reply) {
        if (!reply) return exchange->refuse(reply.error());
        const ApiOptions& of = exchange->services().options;
        answer_session(exchange, 204, session_cookie("", 0, of.public_url), {});
      });
}

// The answer to a repeated request has `url` null: the secret was in the first answer and is kept
// nowhere (P15).
void create_sign_in_link(const ExchangePtr& exchange) {
  std::int64_t for_s = exchange->services().options.link_s;
  Fields fields(exchange->body());
  fields.integer("for_s", for_s, {.min = 60, .max = kMaxLinkSeconds});
  if (const auto good = fields.finish(); !good) return exchange->refuse(good.error());
  auto [record, plain] =
      exchange->engine().mint_key(ActorKind::kPerson, exchange->param("person_id"));
  record.use = KeyUse::kLink;
  record.label = "sign-in link";
  record.expires_at = exchange->engine().now() + for_s * 1000;
  const std::string url =
      mcp::base_url(exchange->request(), exchange->services().options.public_url) +
      "/sign-in#link=" + plain;
  exchange->engine().submit(
      exchange->submission("directory", command::CreateKey{std::move(record)}),
      [exchange, url](Result<engine::Reply> reply) {
        if (reply)
          reply->body.as_object()->set("url", reply->replayed ? json::Value() : json::Value(url));
        exchange->finish(std::move(reply));
      });
}

}  // namespace fermata::api
