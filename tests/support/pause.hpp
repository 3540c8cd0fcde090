#pragma once

// Lets real time pass, for the clock of a real database and for moments that are meant to be
// random. Whatever else a test waits for, it waits for the event itself.

#include <chrono>
#include <cstdint>
#include <thread>

namespace fermata {

inline void pause_ms(std::int64_t duration_ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(duration_ms));
}

}  // namespace fermata
