#include "core/directory/session.hpp"

#include <algorithm>

namespace fermata {
namespace {

using command::BeginSession;
using command::EndSession;

constexpr TimeMs kRememberedMs = 24LL * 3600 * 1000;

bool is_open_session(const ApiKey& key, const Actor& actor, TimeMs now) {
  return key.use == KeyUse::kSession && key.kind == actor.kind && key.owner == actor.id &&
         !key.revoked_at && key.expires_at && now < *key.expires_at;
}

// Empty: there is room for one more.
std::string oldest_too_many(const Directory& directory, const Actor& actor, TimeMs now) {
  const ApiKey* oldest = nullptr;
  std::size_t open = 0;
  for (const auto& [id, key] : directory.keys) {
    if (!is_open_session(key, actor, now)) continue;
    ++open;
    if (oldest == nullptr || key.created_at < oldest->created_at) oldest = &key;
  }
  return open < kMaxSessions ? "" : oldest->id;
}

}  // namespace

Result<Events> decide_session(const Directory& directory,
                              const BeginSession& wish,
                              const Context& context) {
  const auto with = directory.keys.find(wish.with);
  if (with == directory.keys.end() || with->second.use == KeyUse::kSession ||
      !is_usable(directory, with->second, context.now))
    return fail(ErrorCode::kUnauthenticated, "auth.invalid_key", "nobody signs in with this");
  if (with->second.kind == ActorKind::kAgent)
    return fail(ErrorCode::kForbidden, "auth.kind_not_allowed", "an agent does not sign in");
  if (!wish.key.expires_at || *wish.key.expires_at <= context.now)
    return fail(ErrorCode::kInvalid, "session.no_end", "a session ends some time");
  const bool is_link = with->second.use == KeyUse::kLink;
  ApiKey key = wish.key;
  key.kind = with->second.kind;
  key.owner = with->second.owner;
  key.on_behalf_of = with->second.on_behalf_of;
  key.use = KeyUse::kSession;
  key.parent = is_link ? "" : with->second.id;
  if (directory.keys.contains(key.id))
    return fail(ErrorCode::kConflict, "key.exists", "a key with that id exists");
  Events events{event::KeyCreated{std::move(key)}};
  if (is_link) events.push_back(event::KeyRevoked{wish.with});
  if (std::string oldest = oldest_too_many(directory, context.actor, context.now); !oldest.empty())
    events.push_back(event::KeyRevoked{std::move(oldest)});
  return events;
}

Result<Events> decide_session(const Directory& directory,
                              const EndSession& wish,
                              const Context& context) {
  const auto found = directory.keys.find(wish.key);
  const bool is_own = found != directory.keys.end() && found->second.use == KeyUse::kSession &&
                      found->second.kind == context.actor.kind &&
                      found->second.owner == context.actor.id;
  if (!is_own)
    return fail(ErrorCode::kNotFound, "session.not_found", "you have no session by that id");
  if (found->second.revoked_at) return Events{};
  return Events{event::KeyRevoked{wish.key}};
}

Result<void> check_use(const ApiKey& key) {
  if (key.use == KeyUse::kSession)
    return fail(ErrorCode::kInvalid, "key.bad_kind", "a session begins by signing in");
  if (key.use == KeyUse::kLink && (key.kind != ActorKind::kPerson || !key.expires_at))
    return fail(ErrorCode::kInvalid, "key.bad_kind", "a link is a person's, and ends some time");
  return {};
}

void forget_ended_sessions(Directory& directory, TimeMs now) {
  const auto is_past = [now](const auto& one) {
    const ApiKey& key = one.second;
    if (key.use == KeyUse::kApi) return false;
    const TimeMs end = key.revoked_at.value_or(key.expires_at.value_or(now));
    return end + kRememberedMs < now;
  };
  if (std::any_of(directory.keys.begin(), directory.keys.end(), is_past))
    std::erase_if(directory.keys.edit(), is_past);
}

}  // namespace fermata
