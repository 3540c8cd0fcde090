#pragma once

// The one connection that writes: groups of commits, and leases. Not thread-safe.

#include <memory>
#include <vector>

#include "store/postgres/batch.hpp"
#include "store/postgres/connection.hpp"
#include "store/store.hpp"

namespace fermata::store::postgres {

// A wave of a batch is one statement, one round trip and one fsync. When the server refuses the
// statement as a whole (two servers wrote the same key, a deadlock, a lock not had in time), its
// commits are run one by one, so that one that fails harms no other.
class Writer {
 public:
  Writer(std::unique_ptr<Connection> connection, int timeout_ms);

  std::vector<Result<void>> commit(const std::vector<Commit>& commits);
  Result<LeasedTasks> lease_tasks(const std::string& owner, std::int64_t lease_ms, int limit);

 private:
  std::vector<Result<void>> commit_wave(const Wave& wave);
  std::vector<Result<void>> commit_one_by_one(const Wave& wave);
  Result<void> commit_one(const Commit& commit);
  Result<void> peek(LeasedTasks& leased, TimeMs& now);

  std::unique_ptr<Connection> connection_;
  const int timeout_ms_;
};

}  // namespace fermata::store::postgres
