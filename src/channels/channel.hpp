#pragma once

// A channel: one configured way to reach people or programs. This is the whole of what a new one
// has to be; queue, retries, limits and the delivery log are the manager's (manager.hpp).
//
// deliver() brings one target up to date with how its subject stands now. It is called again after
// a failure, after a crash in the middle, and when there is news; the same message id and version
// may therefore arrive twice, and a channel whose other side can tell must use them to say so. It
// blocks, never longer than the channel's own time limit; the manager calls it from threads that
// belong to this channel alone, as many at a time as the channel's setting says.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace fermata::channels {

inline constexpr const char* kTestType = "channel.test";

// What one target of a channel should know. One without an approval request and with an event of
// kTestType is somebody trying the channel out: it is told whatever else a target wants.
struct Notice {
  std::string tenant;
  std::string message;  // Its id: stable through all attempts and news.
  std::string subject;  // An approval request, or a workflow.
  std::string target, address;
  std::int64_t wanted = 0;          // The version of the workflow that it should know.
  std::int64_t shown = 0;           // The one it knows; 0: nothing yet.
  std::string ref;                  // What deliver() called it the last time; or empty.
  std::int64_t attempt = 1;         // 1, 2, ... since it was last delivered.
  json::Value approval;             // The request as it stands, with its view; null for a workflow.
  std::vector<json::Value> events;  // Of a workflow: what happened after `shown`, oldest first.
  std::string page;                 // Where people can look at it and decide; or empty.
};

struct Delivered {
  std::int64_t version = 0;  // That the target knows now; may be less than was wanted.
  std::string ref;
};

struct Failure {
  std::string reason;        // For the delivery log: no secret, and nothing that the target said.
  bool lasting = false;      // To try again is in vain.
  bool target_down = false;  // Whoever else is reached the same way will fare no better.
  std::optional<std::int64_t> retry_after_ms;  // The other side's wish.
};

using Outcome = tl::expected<Delivered, Failure>;

class Channel {
 public:
  virtual ~Channel() = default;
  virtual Outcome deliver(const Notice& notice) = 0;
};

}  // namespace fermata::channels
