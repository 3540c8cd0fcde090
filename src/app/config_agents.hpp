#pragma once

// `agents:` and `tools:` of the configuration, as strictly as the rest of it.

#include <functional>
#include <string>

#include "agents/definition.hpp"
#include "app/config_tree.hpp"

namespace fermata::app {

// Reads both into `into`; either may be nullptr. Calls `error` for each fault, with its place.
void read_agents(const ConfigNode* agents,
                 const ConfigNode* tools,
                 agents::Declared& into,
                 const std::function<void(const Place&, const std::string&)>& error);

}  // namespace fermata::app
