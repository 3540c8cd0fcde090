#pragma once

// Whose request is this, and may that kind of key make it at all?

#include "api/rest/router.hpp"
#include "engine/engine.hpp"
#include "net/http_server.hpp"

namespace fermata::api {

// kUnauthenticated auth.missing_key, or what the engine says of the key.
Result<engine::Identity> authenticate(const engine::Engine& engine, const net::Request& request);

// kForbidden auth.kind_not_allowed.
Result<void> require_kind(const engine::Identity& caller, Kinds kinds);

}  // namespace fermata::api
