#include "engine/tenants.hpp"

#include <mutex>

#include "base/hash.hpp"
#include "codec/policy_codec.hpp"

namespace fermata::engine {
namespace {

constexpr std::size_t kKeyIdLength = 12;
constexpr std::size_t kSecretLength = 43;

struct KeyParts {
  std::string id, secret;
};

// "fermata_<env>_<id>_<secret>"; empty parts when it has another shape.
KeyParts split(std::string_view key) {
  if (!key.starts_with("fermata_")) return {};
  const std::size_t env_end = key.find('_', 8);
  if (env_end == std::string_view::npos) return {};
  const std::string_view rest = key.substr(env_end + 1);
  if (rest.size() != kKeyIdLength + 1 + kSecretLength || rest[kKeyIdLength] != '_') return {};
  return {std::string(rest.substr(0, kKeyIdLength)), std::string(rest.substr(kKeyIdLength + 1))};
}

tl::unexpected<Error> invalid_key() {
  return fail(ErrorCode::kUnauthenticated, "auth.invalid_key", "this is nobody's key");
}

Result<void> require_usable(const Directory& directory, const ApiKey& key, TimeMs now) {
  if (key.revoked_at)
    return fail(ErrorCode::kUnauthenticated, "auth.revoked_key", "this key was revoked");
  if (key.expires_at && now >= *key.expires_at)
    return fail(ErrorCode::kUnauthenticated, "auth.expired_key", "this key has expired");
  if (!is_usable(directory, key, now))
    return fail(ErrorCode::kUnauthenticated,
                "auth.revoked_key",
                "the key that this session began with was revoked or has expired");
  if (key.kind == ActorKind::kPerson) {
    const auto person = directory.people.find(key.owner);
    if (person == directory.people.end() || !person->second.active)
      return fail(ErrorCode::kUnauthenticated, "auth.inactive_person", "this person is not active");
  }
  return {};
}

}  // namespace

Tenants::View Tenants::view(const std::string& tenant) const {
  const std::shared_lock lock(mutex_);
  const auto found = views_.find(tenant);
  return found == views_.end() ? View{} : found->second;
}

void Tenants::publish(const std::string& tenant, const Directory& directory, std::int64_t version) {
  View next{std::make_shared<const Directory>(directory), nullptr, version};
  const std::string hash = directory.policies.empty() ? "" : directory.policies.back().hash;
  const View before = view(tenant);
  if (before.policy && before.policy->hash == hash) {
    next.policy = before.policy;
  } else if (!hash.empty()) {
    codec::ParsedPolicy parsed = codec::parse_policy(directory.policies.back().source);
    if (parsed.errors.empty())
      next.policy = std::make_shared<const Policy>(std::move(parsed.policy));
  }
  const std::unique_lock lock(mutex_);
  if (!before.directory || !before.directory->keys.same(directory.keys))
    for (const auto& [id, key] : directory.keys) tenant_of_key_[id] = tenant;
  views_[tenant] = std::move(next);
}

Result<Identity> Tenants::authenticate(std::string_view key, KeyUse use, TimeMs now) const {
  const KeyParts parts = split(key);
  const std::shared_lock lock(mutex_);
  const auto tenant = tenant_of_key_.find(parts.id);
  if (tenant == tenant_of_key_.end()) return invalid_key();
  const Directory& directory = *views_.at(tenant->second).directory;
  const auto found = directory.keys.find(parts.id);
  if (found == directory.keys.end()) return invalid_key();  // A session of long ago.
  const ApiKey& known = found->second;
  if (!equal_constant_time(sha256_hex(parts.secret), known.secret_hash)) return invalid_key();
  if (known.use != use) return invalid_key();
  FERMATA_CHECK_OK(require_usable(directory, known, now));
  return Identity{tenant->second, {known.kind, known.owner}, known.on_behalf_of, known.id};
}

Result<void> Tenants::recheck(const Identity& caller, TimeMs now) const {
  if (caller.key_id.empty()) return {};  // The server itself.
  const View at = view(caller.tenant);
  if (!at.directory || !at.directory->keys.contains(caller.key_id)) return invalid_key();
  return require_usable(*at.directory, at.directory->keys.at(caller.key_id), now);
}

Engine::Minted mint_key(Random& random,
                        const std::string& env,
                        ActorKind kind,
                        const std::string& owner) {
  Engine::Minted minted;
  minted.record.id = random_base62(random, kKeyIdLength);
  minted.record.kind = kind;
  minted.record.owner = owner;
  const std::string secret = random_base62(random, kSecretLength);
  minted.record.secret_hash = sha256_hex(secret);
  minted.plain = "fermata_" + env + "_" + minted.record.id + "_" + secret;
  return minted;
}

}  // namespace fermata::engine
