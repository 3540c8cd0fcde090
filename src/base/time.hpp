#pragma once

// Points in time as milliseconds since 1970-01-01T00:00:00Z, and the port they come from.
// Nothing outside base/ and the adapters reads a clock: time enters the core inside a command.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fermata {

using TimeMs = std::int64_t;

std::string to_rfc3339(TimeMs time_ms);                     // 2026-11-22T16:00:00.000Z
std::optional<TimeMs> from_rfc3339(std::string_view text);  // Any offset; absent when malformed.

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeMs now_ms() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimeMs now_ms() const override;
};

TimeMs monotonic_ms();  // For measuring and for waits; never stored.

}  // namespace fermata
