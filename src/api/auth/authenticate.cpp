#include "api/auth/authenticate.hpp"

#include "api/rest/headers.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kMaxKeyLength = 256;

}  // namespace

Result<engine::Identity> authenticate(const engine::Engine& engine, const net::Request& request) {
  const std::string_view key = api_key(request);
  if (key.empty())
    return fail(ErrorCode::kUnauthenticated,
                "auth.missing_key",
                "send a key as 'Authorization: Bearer <key>' or in X-API-Key");
  if (key.size() > kMaxKeyLength)
    return fail(ErrorCode::kUnauthenticated, "auth.invalid_key", "that is no key of ours");
  return engine.authenticate(key);
}

Result<void> require_kind(const engine::Identity& caller, Kinds kinds) {
  if (allows(kinds, caller.actor.kind)) return {};
  return fail(ErrorCode::kForbidden,
              "auth.kind_not_allowed",
              "a key of kind '" + to_string(caller.actor.kind) + "' may not do this");
}

}  // namespace fermata::api
