#pragma once

// What changed lately in each tenant, for those who follow along: a bounded memory, in the order in
// which it became durable. It is a courtesy and no record: whoever comes back after more than is
// kept, or after a restart, is told that something may be missing, and reads what it shows anew.
//
// Followers are woken together, at most once in kPaceMs, however much happens. So what a follower
// costs does not grow with what happens beyond that, nor with any history.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace fermata::engine {

struct Change {
  enum class Kind { kWorkflow, kApproval, kDirectory, kAnything };
  Kind kind = Kind::kWorkflow;
  std::string id;            // Of a workflow or an approval request.
  std::int64_t version = 0;  // The number in its ETag.
  std::int64_t place = 0;    // 1..n in its tenant since this server started.
};

// Thread-safe.
class Changes {
 public:
  static constexpr std::int64_t kPaceMs = 50;
  using After = std::function<void(std::int64_t delay_ms, std::function<void()> callback)>;

  // `after` calls back from a thread of its own; what waits is called there or by whoever tells.
  Changes(std::size_t max_kept, std::string era, After after)
      : max_kept_(max_kept), era_(std::move(era)), after_(std::move(after)) {}

  // They became durable just now.
  void tell(const std::string& tenant, std::vector<Change> changes);

  // Of this start of the server: places of another are not ours.
  const std::string& era() const { return era_; }
  std::int64_t newest(const std::string& tenant) const;

  struct Page {
    bool missed = false;          // Some after the given place are not kept any more.
    std::vector<Change> changes;  // Of each thing only the last on this page.
    std::int64_t place = 0;       // To go on from.
  };
  Page since(const std::string& tenant, std::int64_t place, std::size_t limit) const;

  // Calls back once, and must not be blocked: true when something is there after `place`, at once
  // if it is already; false when expire() finds that timeout_ms have passed, or after stop().
  void await(const std::string& tenant,
             std::int64_t place,
             std::int64_t timeout_ms,
             std::function<void(bool)> done);
  void expire();
  void stop();  // Idempotent.

 private:
  struct Waiter {
    std::int64_t until_ms = 0;
    std::function<void(bool)> done;
  };
  struct Feed {
    std::deque<Change> kept;
    std::int64_t newest = 0;
    std::vector<Waiter> waiters;  // For anything after `newest`, or for the next pace.
    std::int64_t woken_at_ms = 0;
    bool waking = false;  // A timer is set.
  };
  void wake(const std::string& tenant);

  const std::size_t max_kept_;
  const std::string era_;
  const After after_;
  mutable std::mutex mutex_;
  std::map<std::string, Feed> feeds_;
  bool stopped_ = false;
};

}  // namespace fermata::engine
