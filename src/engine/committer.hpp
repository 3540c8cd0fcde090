#pragma once

// The writer: one thread that owns all writes to the store.
//
// It takes every commit that waits, hands them to the store as one transaction, and gives the
// results back; the next batch gathers meanwhile (group commit). Between batches it leases tasks
// that have come due. A hint that work is due may be lost: the rows are the truth, and next_due is
// asked of the store again each time.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "store/store.hpp"

namespace fermata::engine {

class Committer {
 public:
  using Committed = std::function<void(Result<void>)>;
  // Called on the writer's thread with each batch's results bound to their callbacks; it must hand
  // them to other threads, so that the next batch need not wait.
  using Deliver = std::function<void(std::vector<std::function<void()>>)>;
  using Room = std::function<std::size_t()>;  // How many more tasks may be leased.
  using Replaced = std::function<void()>;     // Another server has the database.
  using Leased = std::function<void(store::TaskRow)>;
  using Now = std::function<TimeMs()>;  // The database's clock, without asking it.

  struct Counters {
    std::uint64_t batches = 0, commits = 0;
  };

  Committer(store::Store& store,
            std::string owner,
            std::size_t max_batch,
            Deliver deliver,
            Room room,
            Replaced replaced,
            Leased leased,
            Now now);
  ~Committer();

  // Thread-safe.
  void enqueue(store::Commit commit, Committed committed);
  void start_leasing();  // From now on; tasks of before the start are recovered by this.
  void stop();           // Commits what waits, then ends the thread. Idempotent.
  Counters counters() const;

 private:
  struct Item {
    store::Commit commit;
    Committed committed;
  };
  void run();
  void write(std::vector<Item> batch);
  void lease();

  store::Store& store_;
  const std::string owner_;
  const std::size_t max_batch_;
  const Deliver deliver_;
  const Room room_;
  const Replaced replaced_;
  const Leased leased_;
  const Now now_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Item> waiting_;
  Counters counters_;
  bool stopping_ = false;
  bool leasing_ = false;
  std::int64_t next_lease_ms_ = 0;  // Monotonic.
  std::thread thread_;
};

}  // namespace fermata::engine
