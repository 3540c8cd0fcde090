#pragma once

// What every request needs at once: whose key it is, who belongs where, which policy holds. An
// immutable snapshot per tenant, replaced when its directory's stream moves on.

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/directory/directory.hpp"
#include "core/policy/policy.hpp"
#include "engine/engine.hpp"

namespace fermata::engine {

// Thread-safe.
class Tenants {
 public:
  struct View {
    std::shared_ptr<const Directory> directory;
    std::shared_ptr<const Policy> policy;  // Null: none, or one that cannot be read (P2).
    std::int64_t version = 0;              // Of the directory's stream.
  };

  // Empty view: no such tenant.
  View view(const std::string& tenant) const;
  void publish(const std::string& tenant, const Directory& directory, std::int64_t version);

  // See Engine::authenticate() and recheck().
  Result<Identity> authenticate(std::string_view key, KeyUse use, TimeMs now) const;
  Result<void> recheck(const Identity& caller, TimeMs now) const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, View> views_;
  std::unordered_map<std::string, std::string> tenant_of_key_;  // Key id -> tenant.
};

Engine::Minted mint_key(Random& random,
                        const std::string& env,
                        ActorKind kind,
                        const std::string& owner);

}  // namespace fermata::engine
