#pragma once

// The audit of one database: every stream's hash chain, versions without a gap, heads that match,
// read models and tasks that are what the events say, and nothing beside them. Reads only; may run
// beside a server, on a snapshot.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/checkpoint.hpp"
#include "store/store.hpp"

namespace fermata::engine {

struct Finding {
  std::string promise;  // "P10", "P11", ...
  std::string stream;
  std::int64_t version = 0;  // 0: the stream as a whole.
  std::string what;
};

struct Verification {
  std::uint64_t streams = 0;
  std::uint64_t events = 0;
  std::vector<Finding> findings;  // Empty: whole.
};

// `progress` is told the number of streams done, now and then; may be null.
Result<Verification> verify(store::Store& store,
                            const std::function<void(std::uint64_t)>& progress);

// Adds what of an earlier checkpoint is no longer there: streams, or parts of their history. With
// verify(), which proves that the chain up to the hashes of today is unbroken, it finds every
// change of what was there then (P11).
Result<void> compare(store::Store& store, const Checkpointed& then, Verification& verification);

}  // namespace fermata::engine
