#pragma once

// Whose request is this, and may that kind of key make it at all?

#include "api/rest/router.hpp"
#include "engine/engine.hpp"
#include "net/http_server.hpp"

namespace fermata::api {

// kUnauthenticated auth.missing_key, or what the engine says of the key;
// kForbidden auth.kind_not_allowed.
Result<engine::Identity> authenticate(const engine::Engine& engine,
                                      const net::Request& request,
                                      Kinds kinds);

}  // namespace fermata::api
