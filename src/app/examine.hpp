#pragma once

// What `fermata doctor` looks at. Changes nothing, and never stops at the first trouble: each check
// that cannot be made says why.

#include <string>
#include <vector>

#include "app/config.hpp"
#include "core/directory/directory.hpp"
#include "store/inspect.hpp"

namespace fermata::app {

using Level = store::Fact::Level;

struct Check {
  Level level = Level::kOk;
  std::string area;    // "policy"
  std::string what;    // What was found.
  std::string advice;  // What to do; empty when there is nothing to do.
};
using Checks = std::vector<Check>;

Checks examine(const Config& config);

// Its parts.
void examine_variables(Checks& checks);
void examine_policies(const Config& config, Checks& checks);
void examine_signing_key(const Config& config, Checks& checks);
void examine_agents(const Config& config, Checks& checks);
void examine_store(const Config& config, Checks& checks);
void examine_address(const Config& config, Checks& checks);

// Whether those who serve a tenant's tools have a key. `directory` has begun.
void examine_workers(const Tenant& tenant, const Directory& directory, TimeMs now, Checks& checks);

}  // namespace fermata::app
