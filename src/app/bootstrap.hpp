#pragma once

// What a tenant begins with, and which policy is in force: the configuration's two wishes to the
// domain. Both go through the engine's door like anybody's, as the actor "config".

#include <ostream>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/result.hpp"
#include "engine/engine.hpp"

namespace fermata::app {

// The caller that the configuration acts as.
engine::Identity config_identity(const std::string& tenant);

// Sends one directory command and waits until it is durable.
Result<engine::Reply> apply(engine::Engine& engine,
                            const std::string& tenant,
                            command::Command command);

// People, groups and keys of a directory that has none yet; always one admin key, made last. Each
// key goes to `out` after it is durable: "key <kind> <agent|person|label> <key>", and the tenant
// behind it when `name_tenant`. A directory with an admin key, revoked or not, is left alone; keys
// of a bootstrap that a crash cut short are revoked and made again, because nobody may have seen
// them.
Result<void> bootstrap(engine::Engine& engine,
                       const Tenant& tenant,
                       bool name_tenant,
                       std::ostream& out);

struct PolicyFile {
  std::string source;
  std::string hash;
};

// kInvalid policy.unreadable: a folder can be opened, and reads as an empty file.
Result<void> refuse_folder(const std::string& path);

// kInvalid policy.invalid: the message has a line "<file>:<line>:<column>: <what>" for every error.
Result<PolicyFile> read_policy_file(const std::string& path);

// Makes the file's policy the one in force, unless it is already. True: a new version was made.
Result<bool> publish(engine::Engine& engine, const std::string& tenant, const PolicyFile& policy);

}  // namespace fermata::app
