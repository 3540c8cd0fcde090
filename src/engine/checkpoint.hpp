#pragma once

// A signed list of all streams' heads, to be kept where whoever can change the database cannot.
//
// Text, a line each: {"at","format":"fermata-checkpoint-1","public_key","streams":n}, then n times
// {"hash","stream","tenant","version"}, then {"signature"}: Ed25519, as base64url, over all bytes
// before its own line.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/store.hpp"

namespace fermata::engine {

struct Checkpointed {
  TimeMs at = 0;
  std::vector<store::StreamHead> heads;
};

// All heads of the store, at the time by its clock.
Result<Checkpointed> take_checkpoint(store::Store& store);

// `seed`: the 32 bytes of the server's signing key.
std::string write_checkpoint(const Checkpointed& checkpoint, std::string_view seed);

// kInvalid checkpoint.invalid: it is none, or not signed by the holder of `public_key` (64
// hexadecimal digits). The key that the text itself names is not believed.
Result<Checkpointed> read_checkpoint(std::string_view text, std::string_view public_key);

}  // namespace fermata::engine
