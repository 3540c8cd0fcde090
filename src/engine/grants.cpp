#include "engine/grants.hpp"

#include "base/assert.hpp"
#include "base/hash.hpp"

namespace fermata::engine {
namespace {

constexpr std::string_view kPrefix = "fg1.";

tl::unexpected<Error> invalid() {
  return fail(ErrorCode::kForbidden,
              "grant.invalid",
              "this is no grant of ours for that call; open the call to get one");
}

}  // namespace

std::string Grants::token(const std::string& tenant,
                          const Workflow& workflow,
                          const Call& call) const {
  FERMATA_ASSERT(available() && call.grant, "P2: only a signing key and a grant make a token");
  const json::Value payload = json::Object{
      {"agent", workflow.agent},
      {"call", call.id},
      {"epoch", call.grant->epoch},
      {"expires_at",
       call.grant->expires_at ? json::Value(to_rfc3339(*call.grant->expires_at)) : json::Value()},
      {"grant", call.grant->id},
      {"hash", call.grant->hash},
      {"tenant", tenant}};
  const std::string body = std::string(kPrefix) + base64url(json::canonical(payload));
  return body + "." + base64url(ed25519_sign(body, seed_));
}

Result<std::string> Grants::id_in(std::string_view token,
                                  const std::string& tenant,
                                  const std::string& call) const {
  const std::size_t dot = token.rfind('.');
  if (!available() || !token.starts_with(kPrefix) || dot < kPrefix.size()) return invalid();
  const auto signature = from_base64url(token.substr(dot + 1));
  const std::string_view signed_part = token.substr(0, dot);
  if (!signature || !ed25519_verify(signed_part, *signature, seed_)) return invalid();
  const auto text = from_base64url(signed_part.substr(kPrefix.size()));
  if (!text) return invalid();
  const auto payload = json::parse(*text);
  if (!payload || payload->string_or("tenant") != tenant || payload->string_or("call") != call)
    return invalid();
  return payload->string_or("grant");
}

}  // namespace fermata::engine
