#pragma once

// The key that grants are signed with: 32 secret bytes, as base64url in a file that only its owner
// reads, or in FERMATA_SIGNING_KEY.
//
// One is made by itself only beside a SQLite file, where there is one server: several servers on
// one PostgreSQL must share theirs, so that somebody has to hand it to them.

#include <string>

#include "app/config.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

namespace fermata::app {

// Where the key is, or would be made; empty when the variable holds it or nobody said where.
std::string signing_key_path(const Config& config);

// The 32 bytes. Two processes that start at once make one key. Refuses with
//   kInvalid signing.bad_key     not 32 bytes of base64url, or a file that others can read
//   kInvalid signing.missing     no key, and none can be made
//   kUnavailable signing.io      the file cannot be read or made
Result<std::string> signing_seed(const Config& config, Random& random);

}  // namespace fermata::app
