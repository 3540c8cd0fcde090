#pragma once

// The queue of turns: workflows that somebody dispatched and whose next turn nobody holds.
//
// The read model is the queue (store::Row::queue); here are only those who wait for a turn. A
// workflow that becomes ready on this node wakes one of them; what became ready on another node is
// found when they look again, after kLookAgainMs and with each new wait. Nobody polls meanwhile.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "engine/engine.hpp"

namespace fermata::engine {

// Where a workflow stands in the queue; empty: nowhere, it is not ready or nobody dispatches it.
std::string queue_of(const Workflow& workflow);
std::string queue_name(Dispatch dispatch, const std::string& agent);

// Thread-safe. Nothing of it blocks but look(), which reads the database on a thread of `post`.
class TurnQueue {
 public:
  struct Ports {
    store::Store& store;
    std::function<TimeMs()> now;  // The database's clock.
    std::function<void(std::function<void()>)> post;
    std::function<void(std::int64_t, std::function<void()>)> after;
    std::function<void(Submission, Done)> submit;
    // Makes sure that the next command on that stream sees what other nodes wrote.
    std::function<void(const std::string& tenant, const std::string& stream)> refresh;
  };

  explicit TurnQueue(Ports ports) : ports_(std::move(ports)) {}

  // See Engine::lease_turn().
  void lease(LeaseWish wish, LeaseDone done);
  // A workflow came to stand in this queue.
  void wake(const std::string& tenant, const std::string& queue);
  // Answers all who wait, and those to come, with nothing. Idempotent.
  void stop();

 private:
  struct Waiter {
    LeaseWish wish;
    LeaseDone done;
    std::vector<std::string> queues;  // With the tenant before each.
    std::int64_t until_ms = 0;        // Monotonic.
    bool parked = false;
    std::unordered_map<std::string, int> refused;  // Workflows that somebody else got.
  };
  using WaiterPtr = std::shared_ptr<Waiter>;
  struct Queue {
    std::uint64_t changes = 0;
    std::deque<WaiterPtr> parked;
  };

  void look(const WaiterPtr& waiter);
  Result<std::optional<store::Row>> choose(Waiter& waiter, std::optional<TimeMs>& next_due);
  void take(const WaiterPtr& waiter, const store::Row& row);
  void park(const WaiterPtr& waiter, std::uint64_t seen, std::optional<TimeMs> next_due);
  void look_again(const WaiterPtr& waiter);
  bool unpark(const WaiterPtr& waiter);  // With the lock held; false: it was not parked.
  std::uint64_t changes_seen(const Waiter& waiter);

  const Ports ports_;
  std::mutex mutex_;
  std::unordered_map<std::string, Queue> queues_;  // Those that somebody has asked.
  std::unordered_set<std::string> taking_;         // Rows whose turn is being started here.
  bool stopped_ = false;
};

}  // namespace fermata::engine
