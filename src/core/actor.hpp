#pragma once

// Who did something, and through which door it came.

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace fermata {

// Kinds are disjoint: a key is of one kind, an agent's can never do what a person's can (P3).
enum class ActorKind { kAgent, kPerson, kAdmin, kReadOnly, kSystem };

struct Actor {
  ActorKind kind = ActorKind::kSystem;
  std::string id;
  friend bool operator==(const Actor&, const Actor&) = default;
};

enum class Door { kRest, kMcp, kCli, kConsole, kSlack, kEmail, kTimer, kSystem };

// Names as they stand on disk and in the API ("agent", "rest", ...).
std::string to_string(ActorKind kind);
std::string to_string(Door door);
// A name that does not exist gives kSystem.
ActorKind actor_kind_from(const std::string& name);
Door door_from(const std::string& name);

}  // namespace fermata
