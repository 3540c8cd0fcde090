#pragma once

// What happens to messages: part of core/event.hpp.

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace fermata::event {

// A target is to know how its subject stands, as of a version of the workflow.
struct MessageWanted {
  std::string subject, channel, target, address;
  std::int64_t version = 0;
  bool idle = true;  // Nothing was being delivered to it.
};
// It does, as of that version.
struct MessageDelivered {
  std::string message;
  std::int64_t version = 0;
  std::string ref;  // The channel's own name for it.
};
struct MessageFailed {
  std::string message;
  std::int64_t attempt = 0;
  std::string error;
  std::optional<TimeMs> retry_at;  // None: it is given up.
};
// A person wants it sent once more.
struct MessageResent {
  std::string message;
};

}  // namespace fermata::event
