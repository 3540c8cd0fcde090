#pragma once

// Sessions of legacy clients. An id is signed by the server and holds when it ends and whose key it
// was made with, so nothing is kept for it, and every node with the same seed knows it. A session
// grants nothing: each request carries its key.
//
// What a client ended is remembered, up to a bound; beyond that an ended session works again, which
// harms nobody. Thread-safe.

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/time.hpp"
#include "engine/engine.hpp"

namespace fermata::api::mcp {

class Sessions {
 public:
  static constexpr std::size_t kMaxEnded = 10'000;

  // `seed` is 32 secret bytes.
  Sessions(std::string seed, std::int64_t lifetime_ms);

  std::string open(const engine::Identity& caller, std::string_view nonce, TimeMs now);
  bool is_open(const engine::Identity& caller, std::string_view id, TimeMs now) const;
  void end(const std::string& id);  // One that is open.

 private:
  std::string signature(const engine::Identity& caller, std::string_view body) const;

  const std::string seed_;
  const std::int64_t lifetime_ms_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::unordered_set<std::string> ended_;
  std::deque<std::string> order_;
};

}  // namespace fermata::api::mcp
