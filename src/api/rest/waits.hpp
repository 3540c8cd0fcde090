#pragma once

// Requests that wait for something to happen: `Prefer: wait=N` and live streams. Each waits through
// the engine and holds no thread. release() lets all of them go on at once, so that a server that
// shuts down answers with what it knows and does not keep its clients until their time is up.
//
// Thread-safe.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/engine.hpp"

namespace fermata::api {

class Waits {
 public:
  // Called once, on any thread, and must not block; true: it happened.
  using Then = std::function<void(bool)>;

  explicit Waits(engine::Engine& engine);

  // Until the stream's version exceeds `after`.
  void for_version(const std::string& tenant,
                   const std::string& stream,
                   std::int64_t after,
                   int timeout_ms,
                   const Then& then);
  // Until the approval request is not pending.
  void for_outcome(const std::string& tenant,
                   const std::string& approval,
                   int timeout_ms,
                   const Then& then);
  // Until something changes in the tenant after `place` of engine::Changes.
  void for_change(const std::string& tenant, std::int64_t place, int timeout_ms, const Then& then);

  // Ends every wait (with false), and every later one as it begins.
  void release();
  bool released() const;
  std::size_t size() const;

 private:
  class Waiting;
  std::function<void(bool)> enter(const Then& then);

  engine::Engine& engine_;
  // Shared with the engine's callbacks, which may come after this object has gone.
  std::shared_ptr<Waiting> waiting_;
};

}  // namespace fermata::api
