#include "core/actor.hpp"

#include "core/names.hpp"

namespace fermata {
namespace {

constexpr Names<ActorKind, 5> kActorKinds{{{ActorKind::kAgent, "agent"},
                                           {ActorKind::kPerson, "person"},
                                           {ActorKind::kAdmin, "admin"},
                                           {ActorKind::kReadOnly, "readonly"},
                                           {ActorKind::kSystem, "system"}}};
constexpr Names<Door, 8> kDoors{{{Door::kRest, "rest"},
                                 {Door::kMcp, "mcp"},
                                 {Door::kCli, "cli"},
                                 {Door::kConsole, "console"},
                                 {Door::kSlack, "slack"},
                                 {Door::kEmail, "email"},
                                 {Door::kTimer, "timer"},
                                 {Door::kSystem, "system"}}};

}  // namespace

std::string to_string(ActorKind kind) { return name_of(kActorKinds, kind); }
std::string to_string(Door door) { return name_of(kDoors, door); }
ActorKind actor_kind_from(const std::string& name) {
  return value_of(kActorKinds, name).value_or(ActorKind::kSystem);
}
Door door_from(const std::string& name) { return value_of(kDoors, name).value_or(Door::kSystem); }

}  // namespace fermata
