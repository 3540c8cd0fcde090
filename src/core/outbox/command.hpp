#pragma once

// What is wished of messages: part of core/command.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace fermata::command {

// These targets are to know how the subject stands.
struct Announce {
  struct Target {
    std::string channel, name, address;
  };
  std::string subject;
  std::int64_t version = 0;
  std::vector<Target> targets;
};
// What came of bringing a message up to date.
struct RecordDelivery {
  std::string message;
  // That the target knows now; 0 without an error: nothing was to be delivered.
  std::int64_t version = 0;
  std::string ref;
  std::string error;               // Empty: it was delivered.
  std::optional<TimeMs> retry_at;  // Of one that was not; none: it is given up.
};
// Once more, from the start.
struct ResendMessage {
  std::string message;
};

}  // namespace fermata::command
