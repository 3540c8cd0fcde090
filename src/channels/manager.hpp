#pragma once

// The channel manager: takes the tasks that the engine hands out, and brings every message up to
// date.
//
// Each channel is a lane: a short queue, threads and a circuit breaker of its own, so that one that
// is slow or dead delays nobody else (P12). What does not fit into its lane goes back to the
// database and comes again: memory stays flat, however much waits. A delivery ends with a command
// that says what came of it, in the commit that ends its task; a crash before that means that it is
// done again. Thread-safe.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "channels/channel.hpp"
#include "core/command.hpp"
#include "core/task.hpp"
#include "resilience/breaker.hpp"
#include "resilience/retry.hpp"

namespace fermata::channels {

// A task that was handed out, and the lease under which it was.
struct Ticket {
  std::string tenant, id;
  std::int64_t token = 0;
  std::shared_ptr<const void> row;  // The desk's own.
};

// Where tasks come from and go back to. Its functions may block, but hand_back().
class Desk {
 public:
  virtual ~Desk() = default;
  // Who is to be told of a subject's last change.
  virtual Result<command::Announce> announcement(const std::string& tenant,
                                                 const std::string& subject) = 0;
  // What a message's target should know now. kNotFound: nobody wants it any more.
  virtual Result<Notice> notice(const std::string& tenant, const std::string& message) = 0;
  // Ends the task with this command. kConflict store.task_lost: under that lease nobody can.
  using Done = std::function<void(const Result<void>&)>;
  virtual void finish(const Ticket& ticket, command::Command command, Done done) = 0;
  // It comes again then.
  virtual void hand_back(const Ticket& ticket, TimeMs until) = 0;
  virtual TimeMs now() const = 0;  // The database's clock.
};

struct LaneSettings {
  int threads = 2;
  std::size_t queue = 32;  // What waits in memory; the rest does so in the database.
  resilience::RetryPolicy retry{.first_ms = 2'000, .cap_ms = 3'600'000, .max_attempts = 40};
  resilience::BreakerPolicy breaker;
};

struct LaneStatus {
  std::string channel;
  resilience::Breaker::State breaker = resilience::Breaker::State::kClosed;
  TimeMs paused_until = 0;  // 0: it is not paused.
  std::size_t waiting = 0, busy = 0;
  std::uint64_t delivered = 0, failed = 0, given_up = 0;
  TimeMs delivered_at = 0, failed_at = 0;  // The last time; 0: never.
  std::string error;                       // Of the last failure.
};

class Manager {
 public:
  struct Configured {
    std::string name;
    std::shared_ptr<Channel> channel;
    LaneSettings settings;
  };

  // `desk` and `random` outlive it.
  Manager(Desk& desk, Random& random, std::vector<Configured> channels);
  ~Manager();  // stop()s.

  // Never blocks. The same task again, under another lease, is the same piece of work.
  void hand_out(const Ticket& ticket, const task::Task& task);
  // Delivers one notice past the queue, and says how it went; it counts for the breaker like any
  // other. One after the other: a few wait, more are told that they cannot. The channel is ours.
  void try_out(const std::string& channel, Notice notice, std::function<void(Outcome)> done);
  // Finishes what is being delivered; what waits stays in the database. Idempotent.
  void stop();
  std::vector<LaneStatus> status() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fermata::channels
