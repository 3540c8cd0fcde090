#pragma once

// When to try again: exponential backoff with full jitter and a cap
// (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).

#include <cstdint>

#include "base/random.hpp"

namespace fermata::resilience {

struct RetryPolicy {
  std::int64_t first_ms = 200;
  std::int64_t cap_ms = 60'000;
  int max_attempts = 20;
};

// A random delay in [1, min(cap, first * 2^(attempt-1))]; attempt counts from 1.
std::int64_t delay_ms(const RetryPolicy& policy, int attempt, Random& random);

// For a pause that somebody was promised: at least min(cap, first * 2^(attempt-1)), and up to half
// as much again, so that those who wait do not come back together. Above the cap only as far as
// first is.
std::int64_t pause_ms(const RetryPolicy& policy, std::int64_t attempt, Random& random);

}  // namespace fermata::resilience
