#pragma once

// A circuit breaker: after so many failures in a row nobody is let through for a while; then one
// who tries it out. Each time that fails the pause doubles, up to a cap.
//
// Not thread-safe: whoever has one guards it. Time is the caller's.

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace fermata::resilience {

struct BreakerPolicy {
  int failures = 5;  // In a row that open it.
  std::int64_t first_pause_ms = 1'000;
  std::int64_t longest_pause_ms = 60'000;
};

class Breaker {
 public:
  enum class State { kClosed, kOpen, kTrying };

  explicit Breaker(BreakerPolicy policy = {}) : policy_(policy) {}

  // Whether somebody may go through now. After a pause only one is let through until it is known
  // how that went.
  bool may_pass(TimeMs now) {
    if (state_ == State::kClosed) return true;
    if (state_ == State::kTrying || now < until_) return false;
    state_ = State::kTrying;
    return true;
  }
  void succeeded() {
    state_ = State::kClosed;
    failures_ = 0;
    pause_ms_ = 0;
  }
  void failed(TimeMs now) {
    const bool tried = state_ == State::kTrying;
    if (!tried && ++failures_ < policy_.failures) return;
    pause_ms_ =
        pause_ms_ == 0 ? policy_.first_pause_ms : std::min(2 * pause_ms_, policy_.longest_pause_ms);
    state_ = State::kOpen;
    until_ = now + pause_ms_;
  }
  // Nothing is known of how it went: as if nobody had tried.
  void unknown() {
    if (state_ == State::kTrying) state_ = State::kOpen;
  }
  State state() const { return state_; }
  // Before that nobody is let through; 0 when it is closed.
  TimeMs until() const { return state_ == State::kClosed ? 0 : until_; }

 private:
  BreakerPolicy policy_;
  State state_ = State::kClosed;
  int failures_ = 0;
  std::int64_t pause_ms_ = 0;
  TimeMs until_ = 0;
};

}  // namespace fermata::resilience
