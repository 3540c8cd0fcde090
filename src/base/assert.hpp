#pragma once

// FERMATA_ASSERT(condition, "why it must hold"): on in release too. A broken invariant writes one
// line to stderr and aborts; the journal makes the restart safe, running on would not be.

namespace fermata {
[[noreturn]] void assertion_failed(const char* condition,
                                   const char* why,
                                   const char* file,
                                   int line);
}  // namespace fermata

#define FERMATA_ASSERT(condition, why) \
  ((condition) ? void(0) : ::fermata::assertion_failed(#condition, why, __FILE__, __LINE__))
