#pragma once

// The server: store, engine, API and network, wired by the configuration, until a signal ends it.
//
//   SIGTERM, SIGINT  /readyz says 503, nothing new is accepted, what was accepted is answered; 0. A
//                    second one ends the process at once; whatever was acknowledged is on disk.
//   SIGHUP           the policy files are read again; one with an error changes nothing.
//
// Prints new keys and, once requests are answered, "listening on http://host:port" on `out`.

#include <ostream>

#include "app/config.hpp"
#include "base/result.hpp"

namespace fermata::app {

// Returns when a signal has ended it, or at once with why it refuses to start: a store that cannot
// be opened, a policy file with an error (by line and column), no signing key, a port in use.
Result<void> serve(const Config& config, std::ostream& out);

}  // namespace fermata::app
