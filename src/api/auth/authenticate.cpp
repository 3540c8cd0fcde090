#include "api/auth/authenticate.hpp"

#include "api/rest/headers.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kMaxKeyLength = 256;

}  // namespace

Result<engine::Identity> authenticate(const engine::Engine& engine,
                                      const net::Request& request,
                                      Kinds kinds) {
  const std::string_view key = api_key(request);
  if (key.empty())
    return fail(ErrorCode::kUnauthenticated,
                "auth.missing_key",
                "send a key as 'Authorization: Bearer <key>' or in X-API-Key");
  if (key.size() > kMaxKeyLength)
    return fail(ErrorCode::kUnauthenticated, "auth.invalid_key", "that is no key of ours");
  FERMATA_TRY(engine::Identity identity, engine.authenticate(key));
  if (!allows(kinds, identity.actor.kind))
    return fail(ErrorCode::kForbidden,
                "auth.kind_not_allowed",
                "a key of kind '" + to_string(identity.actor.kind) + "' may not do this");
  return identity;
}

}  // namespace fermata::api
