#pragma once

// The audit of one database: every stream's hash chain, versions without a gap, heads that match,
// and read models that are what the events say. Reads only; may run beside a server.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
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

}  // namespace fermata::engine
