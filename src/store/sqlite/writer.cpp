#include "store/sqlite/writer.hpp"

#include <algorithm>
#include <utility>

#include "base/failpoint.hpp"
#include "store/check.hpp"

namespace fermata::store::sqlite {
namespace {

constexpr Sql kBegin{"begin", "BEGIN IMMEDIATE"};
constexpr Sql kCommit{"commit", "COMMIT"};
constexpr Sql kRollback{"rollback", "ROLLBACK"};
constexpr Sql kSavepoint{"savepoint", "SAVEPOINT one"};
constexpr Sql kRelease{"release", "RELEASE one"};
constexpr Sql kRollbackTo{"rollback_to", "ROLLBACK TO one"};

constexpr Sql kRequestExists{"request_exists",
                             "SELECT 1 FROM requests WHERE tenant = ?1 AND id = ?2"};
constexpr Sql kHoldsTask{
    "holds_task", "SELECT 1 FROM tasks WHERE tenant = ?1 AND id = ?2 AND token = ?3 AND token > 0"};
constexpr Sql kHead{"head", "SELECT version FROM streams WHERE tenant = ?1 AND name = ?2"};
constexpr Sql kMoveHead{"move_head",
                        "INSERT INTO streams (tenant, name, version, hash) VALUES (?1, ?2, ?3, ?4)"
                        " ON CONFLICT (tenant, name) DO UPDATE SET"
                        " version = excluded.version, hash = excluded.hash"};
constexpr Sql kInsertEvent{
    "insert_event",
    "INSERT INTO events (tenant, stream, version, type, at, body, prev_hash, hash)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};
constexpr Sql kPutRow{
    "put_row",
    "INSERT INTO read_models (tenant, kind, id, parent, status, agent, labels, created_at, doc,"
    " queue, queued_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (tenant, "
    "kind, id) DO UPDATE SET"
    " parent = excluded.parent, status = excluded.status, agent = excluded.agent,"
    " labels = excluded.labels, created_at = excluded.created_at, doc = excluded.doc,"
    " queue = excluded.queue, queued_at = excluded.queued_at"};
constexpr Sql kPutTask{
    "put_task",
    "INSERT INTO tasks (tenant, id, kind, stream, due_at, ready_at, body)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6) ON CONFLICT (tenant, id) DO UPDATE SET"
    " kind = excluded.kind, stream = excluded.stream, due_at = excluded.due_at,"
    " ready_at = excluded.ready_at, body = excluded.body, owner = '', token = 0, attempts = 0"};
constexpr Sql kDropTask{"drop_task", "DELETE FROM tasks WHERE tenant = ?1 AND id = ?2"};
constexpr Sql kRetryTask{"retry_task",
                         "UPDATE tasks SET due_at = ?3, ready_at = ?3, owner = '', token = 0"
                         " WHERE tenant = ?1 AND id = ?2"};
constexpr Sql kForgetRequests{
    "forget_requests",
    "DELETE FROM requests WHERE rowid IN"
    " (SELECT rowid FROM requests WHERE tenant = ?1 AND at < ?2 ORDER BY at LIMIT ?3)"};
constexpr Sql kInsertRequest{
    "insert_request",
    "INSERT INTO requests (tenant, id, fingerprint, reply, at) VALUES (?1, ?2, ?3, ?4, ?5)"};

constexpr Sql kNextDue{"next_due", "SELECT min(ready_at) FROM tasks"};
constexpr Sql kReady{"ready_tasks",
                     "SELECT tenant, id, kind, stream, due_at, body, attempts FROM tasks"
                     " WHERE ready_at <= ?1 ORDER BY ready_at, tenant, id LIMIT ?2"};
constexpr Sql kNextToken{"next_token", "UPDATE task_token SET last = last + 1 RETURNING last"};
constexpr Sql kLease{"lease_task",
                     "UPDATE tasks SET owner = ?3, token = ?4, attempts = attempts + 1,"
                     " ready_at = ?5 WHERE tenant = ?1 AND id = ?2"};

std::vector<Result<void>> all(std::size_t count, const Error& error) {
  return std::vector<Result<void>>(count, tl::unexpected(error));
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Clock& clock)
    : connection_(std::move(connection)), clock_(clock) {}

Result<void> Writer::run(const Sql& sql) { return Run(*connection_, sql).finish(); }

// After an error that may have ended the transaction already.
void Writer::abandon() {
  if (!connection_->in_transaction()) return;
  const Result<void> ignored = run(kRollback);  // What is left is rolled back when it is closed.
  static_cast<void>(ignored);
}

std::vector<Result<void>> Writer::commit(const std::vector<Commit>& commits) {
  failpoint("store.commit_begin");
  if (const Result<void> begun = run(kBegin); !begun) return all(commits.size(), begun.error());
  std::vector<Result<void>> results;
  results.reserve(commits.size());
  for (const Commit& commit : commits) {
    results.push_back(apply(commit));
    // A full disk and its like end the whole transaction.
    if (!connection_->in_transaction()) return all(commits.size(), results.back().error());
  }
  failpoint("store.before_commit");
  if (const Result<void> committed = run(kCommit); !committed) {
    abandon();
    return all(commits.size(), unavailable(committed.error().detail));
  }
  failpoint("store.after_commit");
  return results;
}

Result<void> Writer::apply(const Commit& commit) {
  FERMATA_CHECK_OK(check(commit));
  FERMATA_TRY(const Verdict verdict, judge(commit));
  if (verdict != Verdict::kDone) return result_of(verdict, commit);
  FERMATA_CHECK_OK(run(kSavepoint));
  Result<void> written = write(commit);
  if (!written && connection_->in_transaction()) FERMATA_CHECK_OK(run(kRollbackTo));
  if (connection_->in_transaction()) FERMATA_CHECK_OK(run(kRelease));
  return written;
}

Result<Verdict> Writer::judge(const Commit& commit) {
  FERMATA_TRY(const bool repeated, request_exists(commit));
  if (repeated) return Verdict::kRequestExists;
  FERMATA_TRY(const bool held, holds_task(commit));
  if (!held) return Verdict::kTaskLost;
  FERMATA_TRY(const std::int64_t version, head_version(commit.stream));
  if (version != commit.expected_version) return Verdict::kVersionConflict;
  if (commit.not_after && clock_.now_ms() > *commit.not_after) return Verdict::kDeadlinePassed;
  return Verdict::kDone;
}

Result<bool> Writer::request_exists(const Commit& commit) {
  if (!commit.request) return false;
  return Run(*connection_, kRequestExists)
      .bind_all(commit.stream.tenant, commit.request->id)
      .next();
}

Result<bool> Writer::holds_task(const Commit& commit) {
  if (!commit.ended_task) return true;
  return Run(*connection_, kHoldsTask)
      .bind_all(commit.stream.tenant, commit.ended_task->id, commit.ended_task->token)
      .next();
}

Result<std::int64_t> Writer::head_version(const StreamId& stream) {
  Run run(*connection_, kHead);
  FERMATA_TRY(const bool row, run.bind_all(stream.tenant, stream.name).next());
  return row ? run.number(0) : 0;
}

Result<void> Writer::write(const Commit& commit) {
  FERMATA_CHECK_OK(write_events(commit));
  FERMATA_CHECK_OK(write_tasks(commit));
  FERMATA_CHECK_OK(write_rows(commit));
  return write_request(commit);
}

Result<void> Writer::write_events(const Commit& commit) {
  // A transaction that changes nothing would not reach the disk; a token that nobody gets does.
  if (commit.events.empty()) return Run(*connection_, kNextToken).finish();
  const auto& [tenant, name] = commit.stream;
  const EventRow& last = commit.events.back();
  Run head(*connection_, kMoveHead);
  FERMATA_CHECK_OK(head.bind_all(tenant, name, last.version, last.hash).finish());
  for (const EventRow& event : commit.events) {
    Run run(*connection_, kInsertEvent);
    run.bind_all(
        tenant, name, event.version, event.type, event.at, event.body, event.prev_hash, event.hash);
    FERMATA_CHECK_OK(run.finish());
  }
  return {};
}

Result<void> Writer::write_rows(const Commit& commit) {
  for (const Row& row : commit.rows) {
    const std::string labels = join_labels(row.labels);
    Run run(*connection_, kPutRow);
    run.bind_all(commit.stream.tenant,
                 std::string_view(name_of(row.table)),
                 row.id,
                 row.parent,
                 row.status,
                 row.agent,
                 labels,
                 row.created_at,
                 row.doc,
                 row.queue,
                 row.queued_at);
    FERMATA_CHECK_OK(run.finish());
  }
  return {};
}

Result<void> Writer::write_tasks(const Commit& commit) {
  const std::string& tenant = commit.stream.tenant;
  if (commit.ended_task) {
    const auto& [id, token, retry_at] = *commit.ended_task;
    Run run(*connection_, retry_at ? kRetryTask : kDropTask);
    run.bind_all(tenant, id);
    if (retry_at) run.bind(*retry_at);
    FERMATA_CHECK_OK(run.finish());
  }
  for (const std::string& id : commit.dropped_tasks) {
    FERMATA_CHECK_OK(Run(*connection_, kDropTask).bind_all(tenant, id).finish());
  }
  for (const TaskRow& task : commit.tasks) {
    Run run(*connection_, kPutTask);
    run.bind_all(tenant, task.id, task.kind, task.stream, task.due_at, task.body);
    FERMATA_CHECK_OK(run.finish());
  }
  return {};
}

Result<void> Writer::write_request(const Commit& commit) {
  const std::string& tenant = commit.stream.tenant;
  if (commit.forget_requests_before) {
    Run run(*connection_, kForgetRequests);
    run.bind_all(tenant, *commit.forget_requests_before, std::int64_t{kForgetLimit});
    FERMATA_CHECK_OK(run.finish());
  }
  if (!commit.request) return {};
  const auto& [id, fingerprint, reply, at] = *commit.request;
  return Run(*connection_, kInsertRequest).bind_all(tenant, id, fingerprint, reply, at).finish();
}

Result<LeasedTasks> Writer::lease_tasks(const std::string& owner,
                                        std::int64_t lease_ms,
                                        int limit) {
  LeasedTasks leased;
  const TimeMs now = clock_.now_ms();
  FERMATA_TRY(leased.next_due, next_due());
  // An idle queue is asked often; it costs no transaction.
  if (!leased.next_due || *leased.next_due > now || limit <= 0) return leased;
  FERMATA_CHECK_OK(run(kBegin));
  Result<std::vector<TaskRow>> tasks = lease_ready(owner, now, lease_ms, limit);
  const Result<void> committed = tasks ? run(kCommit) : Result<void>();
  abandon();
  if (!committed) return tl::unexpected(committed.error());
  FERMATA_TRY(leased.tasks, std::move(tasks));
  FERMATA_TRY(leased.next_due, next_due());
  return leased;
}

Result<std::vector<TaskRow>> Writer::lease_ready(const std::string& owner,
                                                 TimeMs now,
                                                 std::int64_t lease_ms,
                                                 int limit) {
  std::vector<TaskRow> tasks;
  {
    Run run(*connection_, kReady);
    run.bind_all(now, std::int64_t{limit});
    for (;;) {
      FERMATA_TRY(const bool row, run.next());
      if (!row) break;
      tasks.push_back({run.text(0),
                       run.text(1),
                       run.text(2),
                       run.text(3),
                       run.number(4),
                       run.text(5),
                       static_cast<int>(run.number(6)) + 1,
                       0});
    }
  }
  for (TaskRow& task : tasks) {
    Run next_token(*connection_, kNextToken);
    FERMATA_CHECK_OK(next_token.next());
    task.token = next_token.number(0);
    FERMATA_CHECK_OK(next_token.finish());
    Run run(*connection_, kLease);
    run.bind_all(task.tenant, task.id, owner, task.token, now + lease_ms);
    FERMATA_CHECK_OK(run.finish());
  }
  return tasks;
}

Result<std::optional<TimeMs>> Writer::next_due() {
  Run run(*connection_, kNextDue);
  FERMATA_CHECK_OK(run.next());
  if (run.is_null(0)) return std::optional<TimeMs>();
  return std::optional<TimeMs>(run.number(0));
}

}  // namespace fermata::store::sqlite
