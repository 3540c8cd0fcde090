#pragma once

// How many answers are to come at the end of an event stream. A server that stops cuts streams off,
// so it first gives these their moment: each has a handle to hand out. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace fermata::api::mcp {

class OpenAnswers {
 public:
  void enter() {
    const std::lock_guard lock(mutex_);
    ++open_;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    if (--open_ == 0) none_.notify_all();
  }
  // False: some are still open after that time.
  bool wait_until_none(int timeout_ms) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(
        lock, std::chrono::milliseconds(timeout_ms), [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable none_;
  std::size_t open_ = 0;
};

}  // namespace fermata::api::mcp
