#pragma once

// All that anybody can do: the agent, three people, the clock, and whoever changes the policy and
// the group.

#include <span>
#include <string>
#include <vector>

#include "tests/model_check/oracle.hpp"
#include "tests/model_check/world.hpp"

namespace fermata::model_check {

struct Move {
  const char* name;
  // What is sent; nothing when it makes no sense here, or when the world itself was changed.
  struct Wish {
    Actor actor;
    command::Command command;
  };
  std::optional<Wish> (*wish)(const World& world);
  void (*change)(World& world);  // Of the surroundings; or null.
};

std::span<const Move> all_moves();

struct Step {
  std::optional<World> world;       // None: it was refused, or had been done before.
  std::vector<std::string> broken;  // What did not hold.
  std::vector<event::Recorded> happened;
};
Step make(const World& world, const Move& move, Counts& counts);

// Where searches begin.
struct Beginning {
  const char* name;
  World world;
};
std::vector<Beginning> beginnings();

}  // namespace fermata::model_check
