#pragma once

// A pause of a command that has nothing else to do: between two attempts, or two looks. The server
// never pauses; it waits for events.

#include <poll.h>

namespace fermata::app::cli {

inline void pause_ms(int ms) { ::poll(nullptr, 0, ms); }

}  // namespace fermata::app::cli
