#pragma once

// The one connection that writes: groups of commits, and leases. Not thread-safe.

#include "base/time.hpp"
#include "store/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace fermata::store::sqlite {

// A whole batch is one transaction with one fsync. Each commit of it has a savepoint, so that one
// that fails leaves nothing and harms no other.
class Writer {
 public:
  Writer(std::unique_ptr<Connection> connection, const Clock& clock);

  // Whether the file can be written, by writing.
  Result<void> probe() { return connection_->execute("probe", kProbe); }

  std::vector<Result<void>> commit(const std::vector<Commit>& commits);
  Result<LeasedTasks> lease_tasks(const std::string& owner, std::int64_t lease_ms, int limit);

 private:
  Result<void> apply(const Commit& commit);
  Result<Verdict> judge(const Commit& commit);
  Result<bool> request_exists(const Commit& commit);
  Result<bool> holds_task(const Commit& commit);
  Result<std::int64_t> head_version(const StreamId& stream);
  Result<void> write(const Commit& commit);
  Result<void> write_events(const Commit& commit);
  Result<void> write_rows(const Commit& commit);
  Result<void> write_tasks(const Commit& commit);
  Result<void> write_request(const Commit& commit);
  Result<std::vector<TaskRow>> lease_ready(const std::string& owner,
                                           TimeMs now,
                                           std::int64_t lease_ms,
                                           int limit);
  Result<std::optional<TimeMs>> next_due();
  Result<void> run(const Sql& sql);
  void abandon();

  std::unique_ptr<Connection> connection_;
  const Clock& clock_;
};

}  // namespace fermata::store::sqlite
