#pragma once

// The store: every stream of events, the tasks they cause, the read models and the request ids.
//
// commit() is the only write of facts in the product. Each Commit is all or nothing: its events,
// its tasks, its rows and its request id become durable together, or none of them does. commit()
// takes many at once and makes them durable with one fsync (group commit); they succeed and fail
// one by one. Once it returns success, a crash loses nothing; before, a crash leaves nothing.
//
// The store knows no domain: an event's body is text that codec/ wrote, and is given back byte for
// byte. Every text is UTF-8 without NUL. Events are never updated or deleted (P6); the adapters'
// schemas refuse it by trigger.
//
// Thread-safe. commit() and lease_tasks() wait for each other (meant for one thread, the engine's
// writer); the reads run beside them and see only what is committed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace fermata::store {

struct StreamId {
  std::string tenant;
  std::string name;  // "wf_..." or "directory".
  friend bool operator==(const StreamId&, const StreamId&) = default;
};

struct EventRow {
  std::int64_t version = 0;  // 1..n in its stream, without a gap.
  std::string type;
  TimeMs at = 0;
  std::string body;  // Canonical JSON; exactly the bytes that `hash` covers.
  std::string prev_hash;
  std::string hash;
  friend bool operator==(const EventRow&, const EventRow&) = default;
};

// A durable piece of work. Ids are chosen by the domain ("deadline:ap_..."), unique in a tenant;
// inserting one that exists replaces it (a moved deadline) and ends its lease. A commit puts its
// tasks into its stream's tenant; `attempts` and `token` are told by leases and ignored there.
struct TaskRow {
  std::string tenant;
  std::string id;
  std::string kind;
  std::string stream;
  TimeMs due_at = 0;
  std::string body;        // JSON.
  int attempts = 0;        // Leases given so far, this one included.
  std::int64_t token = 0;  // Fencing token of the lease; grows with each lease of any task (P16).
  friend bool operator==(const TaskRow&, const TaskRow&) = default;
};

// What the holder of a lease says about its task. Refused (store.task_lost) when somebody else has
// leased it since, or it was ended, dropped or replaced; a lease that merely ran out still counts.
struct TaskEnd {
  std::string id;
  std::int64_t token = 0;
  std::optional<TimeMs> retry_at;  // Absent: done, the row goes.
};

enum class Table { kWorkflows, kApprovals, kMessages };

// A read-model row: what lists filter by, and the document they answer with.
struct Row {
  Table table = Table::kWorkflows;
  std::string id;
  std::string parent;  // Workflow of an approval or a message; empty for workflows.
  std::string status;
  std::string agent;                // Of a message its channel.
  std::vector<std::string> labels;  // Tags of a workflow, groups of an approval. No '|' inside.
  TimeMs created_at = 0;
  std::string doc;  // JSON.
  // Rows that stand in one line: workflows whose turn somebody is to take, equal requests. Empty:
  // in none.
  std::string queue = {};
  TimeMs queued_at = 0;  // Since when, or not before when.
  friend bool operator==(const Row&, const Row&) = default;
};

struct RequestRow {
  std::string id;           // Hash of caller, method, path and idempotency key.
  std::string fingerprint;  // Hash of the payload.
  std::string reply;        // JSON that the engine wrote.
  TimeMs at = 0;
  friend bool operator==(const RequestRow&, const RequestRow&) = default;
};

// Applied in this order: the ended task, the dropped tasks, then rows and tasks, of which the last
// with the same id stays.
struct Commit {
  StreamId stream;
  std::int64_t expected_version = 0;  // Of the stream's head; 0: it does not exist yet.
  // May be empty: then the head must still be as expected, and success means that all that was seen
  // at it is durable, because a write came after.
  std::vector<EventRow> events;
  std::vector<Row> rows;  // Inserted or replaced, in the stream's tenant.
  std::vector<TaskRow> tasks;
  std::vector<std::string> dropped_tasks;  // Not an error if one does not exist.
  std::optional<TaskEnd> ended_task;
  std::optional<RequestRow> request;
  std::optional<TimeMs> not_after;  // Refused when the database's clock is past it.
  // Of the stream's tenant; the oldest kForgetLimit of them, so that no commit takes long.
  std::optional<TimeMs> forget_requests_before;
};

inline constexpr int kForgetLimit = 10'000;

struct LeasedTasks {
  std::vector<TaskRow> tasks;  // The longest due first.
  // When to ask again: the earliest time at which a task falls due or a lease runs out, those given
  // just now included; past when `limit` left due tasks behind. Absent: there are no tasks.
  std::optional<TimeMs> next_due;
};

struct RowQuery {
  std::string tenant;
  Table table = Table::kWorkflows;
  std::string id;  // Empty: any; likewise below.
  std::string parent;
  std::string status;
  std::string agent;
  std::vector<std::string> any_label;  // Rows that have at least one of them; empty: any row.
  // Not empty: the rows in this queue, and in its order, by (queued_at, id); then there are no
  // pages.
  std::string queue = {};
  bool first_of_queue = false;  // Of each queue only the first row; rows in none as ever.
  std::optional<TimeMs> since;  // Created then or later.
  // Rows come newest first, by (created_at, id); these continue after the last row of a page.
  std::optional<TimeMs> before_created_at;
  std::string before_id;
  int limit = 50;
};

// Events of a tenant wherever they stand, newest first, by (at, stream, version).
struct EventQuery {
  std::string tenant;
  TimeMs since = 0;
  // Those that come after this place in that order; without a stream, all before that time.
  TimeMs before_at = INT64_MAX;
  std::string before_stream;
  std::int64_t before_version = 0;
  int limit = 50;
};

struct FoundEvent {
  std::string stream;
  EventRow event;
  friend bool operator==(const FoundEvent&, const FoundEvent&) = default;
};

struct StreamHead {
  StreamId stream;
  std::int64_t version = 0;
  std::string hash;
  friend bool operator==(const StreamHead&, const StreamHead&) = default;
};

// Something that is stored, by its name, for audits: it may be there though no stream knows of it.
enum class Kind { kStreamsOfEvents, kWorkflowRows, kApprovalRows, kMessageRows, kTasks };
struct Entry {
  StreamId name;                // Tenant, and the id within it.
  std::optional<TaskRow> task;  // Of kTasks.
};

class Store {
 public:
  virtual ~Store() = default;

  // One result per commit, in order. Refusals, of which the first that holds is told:
  //   kInvalid         store.bad_commit        a gap in versions, text that is not, '|' in a label
  //   kConflict        store.request_exists    that request id was recorded before
  //   kConflict        store.task_lost         the ended task's lease is no longer ours
  //   kVersionConflict store.version_conflict  the head is not at expected_version
  //   kConflict        store.deadline_passed   the database's clock is past not_after
  //   kUnavailable     store.unavailable       no answer: the outcome is unknown
  // Commits of one batch that touch the same stream, task, row or request are applied in their
  // order: the second sees the first.
  virtual std::vector<Result<void>> commit(const std::vector<Commit>& commits) = 0;

  // Events with version > after, oldest first, at most `limit`; empty when the stream does not
  // exist.
  virtual Result<std::vector<EventRow>> read(const StreamId& stream,
                                             std::int64_t after,
                                             int limit) = 0;

  virtual Result<std::vector<FoundEvent>> search(const EventQuery& query) = 0;

  // Leases up to `limit` due tasks (due_at <= the database's clock, no live lease) to `owner`.
  virtual Result<LeasedTasks> lease_tasks(const std::string& owner,
                                          std::int64_t lease_ms,
                                          int limit) = 0;

  // Absent is not an error.
  virtual Result<std::optional<RequestRow>> find_request(const std::string& tenant,
                                                         const std::string& id) = 0;

  virtual Result<std::vector<Row>> list(const RowQuery& query) = 0;

  // How many rows list() would give, its limit included.
  virtual Result<std::int64_t> count(const RowQuery& query) = 0;

  // Heads of all tenants' streams in order of (tenant, name), after the given one.
  virtual Result<std::vector<StreamHead>> heads(const StreamId& after, int limit) = 0;

  // All tenants' entries of a kind in order of (tenant, name), after the given one.
  virtual Result<std::vector<Entry>> entries(Kind kind, const StreamId& after, int limit) = 0;

  // The database's clock, by which all deadlines are judged. Also tells whether it answers.
  virtual Result<TimeMs> now() = 0;
};

}  // namespace fermata::store
