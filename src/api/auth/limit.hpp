#pragma once

// How many requests a caller may send. A valid key has a rate of its own, so nobody else's requests
// count against it; those without one share their address's.

#include "api/rest/exchange.hpp"

namespace fermata::api {

// `caller` is what came of authenticating. kRateLimited request.rate_limited.
Result<void> limit_rate(Exchange& exchange, const Result<engine::Identity>& caller);

}  // namespace fermata::api
