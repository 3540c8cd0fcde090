#pragma once

// A fixed number of connections that threads borrow. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/rows.hpp"

namespace fermata::store {

template <class Connection>
class Pool {
 public:
  // Gives the connection back when destroyed. Must not outlive the pool.
  class Borrowed {
   public:
    Borrowed(Pool* pool, std::unique_ptr<Connection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    Borrowed(Borrowed&&) noexcept = default;
    Borrowed& operator=(Borrowed&&) = delete;
    ~Borrowed() {
      if (connection_) pool_->give_back(std::move(connection_));
    }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  explicit Pool(int timeout_ms) : timeout_(timeout_ms) {}

  void add(std::unique_ptr<Connection> connection) { give_back(std::move(connection)); }

  // kUnavailable store.unavailable when all are in use for too long.
  Result<Borrowed> borrow() {
    std::unique_lock lock(mutex_);
    if (!returned_.wait_for(lock, timeout_, [this] { return !idle_.empty(); })) {
      return tl::unexpected(unavailable("all connections for reading are in use"));
    }
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    return Borrowed(this, std::move(connection));
  }

 private:
  void give_back(std::unique_ptr<Connection> connection) {
    {
      const std::scoped_lock lock(mutex_);
      idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
  }

  const std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;  // The last one used is taken first: it is warm.
};

}  // namespace fermata::store
