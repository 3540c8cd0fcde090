#include "tests/contract/store_contract.hpp"

#include <unistd.h>

#include <limits>

namespace fermata::store {

void StoreContract::SetUp() {
  database_ = make_database();
  reopen();
}

void StoreContract::reopen() {
  store_.reset();
  auto opened = database_->open({});
  if (!opened) {
    FAIL() << opened.error().reason << ": " << opened.error().message << " "
           << opened.error().detail;
  }
  store_ = std::move(*opened);
}

std::string StoreContract::commit(const Commit& commit) { return commit_all({commit}).front(); }

std::vector<std::string> StoreContract::commit_all(const std::vector<Commit>& commits) {
  std::vector<std::string> reasons;
  for (const Result<void>& result : store().commit(commits)) {
    reasons.push_back(result ? "" : result.error().reason);
    if (!result && result.error().code == ErrorCode::kInternal) {
      ADD_FAILURE() << result.error().detail;
    }
  }
  EXPECT_EQ(reasons.size(), commits.size());
  return reasons;
}

std::vector<EventRow> StoreContract::events_of(const StreamId& stream) {
  const auto events = store().read(stream, 0, std::numeric_limits<int>::max());
  EXPECT_TRUE(events) << events.error().detail;
  return events.value_or(std::vector<EventRow>());
}

std::int64_t StoreContract::version_of(const StreamId& stream) {
  const auto events = events_of(stream);
  return events.empty() ? 0 : events.back().version;
}

bool StoreContract::has_request(const std::string& id) {
  const auto found = store().find_request("t", id);
  EXPECT_TRUE(found) << found.error().detail;
  return found && found->has_value();
}

std::vector<Row> StoreContract::rows(const RowQuery& query) {
  const auto listed = store().list(query);
  EXPECT_TRUE(listed) << listed.error().detail;
  return listed.value_or(std::vector<Row>());
}

std::vector<std::string> StoreContract::ids(const RowQuery& query) {
  std::vector<std::string> ids;
  for (const Row& row : rows(query)) ids.push_back(row.id);
  return ids;
}

LeasedTasks StoreContract::lease(int limit, std::int64_t lease_ms) {
  const auto leased = store().lease_tasks("worker", lease_ms, limit);
  EXPECT_TRUE(leased) << leased.error().detail;
  return leased.value_or(LeasedTasks());
}

std::vector<std::string> StoreContract::leased_ids(int limit, std::int64_t lease_ms) {
  std::vector<std::string> ids;
  for (const TaskRow& task : lease(limit, lease_ms).tasks) ids.push_back(task.id);
  return ids;
}

TimeMs StoreContract::now() {
  const auto now = store().now();
  EXPECT_TRUE(now) << now.error().detail;
  return now.value_or(0);
}

EventRow event_at(std::int64_t version, std::string body) {
  return {version,
          "call.opened",
          1'000 + version,
          std::move(body),
          "h" + std::to_string(version - 1),
          "h" + std::to_string(version)};
}

Commit append(const std::string& stream, std::int64_t expected, int count) {
  Commit commit;
  commit.stream = {"t", stream};
  commit.expected_version = expected;
  for (int i = 1; i <= count; ++i) commit.events.push_back(event_at(expected + i));
  return commit;
}

TaskRow task_due(const std::string& id, TimeMs due_at) {
  return {"t", id, "deadline", "wf_a", due_at, R"({"approval":"ap_1"})"};
}

Row approval_row(const std::string& id, TimeMs created_at) {
  return {Table::kApprovals, id, "wf_a", "pending", "refunds", {"finance"}, created_at, "{}"};
}

RequestRow request_of(const std::string& id, TimeMs at) {
  return {id, "fingerprint", R"({"status":201})", at};
}

Commit full_commit(const std::string& id, std::int64_t expected) {
  Commit commit = append("wf_a", expected);
  commit.tasks = {task_due("task-" + id, 1)};
  commit.rows = {approval_row("row-" + id, 1)};
  commit.request = request_of("request-" + id);
  return commit;
}

void append_until_killed(Database& database, int streams, int pipe) {
  auto store = database.open({});
  if (!store) _exit(1);
  for (std::int64_t version = 1;; ++version) {
    std::vector<Commit> batch;
    std::vector<Acknowledged> acknowledged;
    for (int i = 0; i < streams; ++i) {
      Commit commit = append("wf_" + std::to_string(i), version - 1);
      Row row = approval_row("ap_" + std::to_string(i), 1);
      row.doc = std::to_string(version);
      commit.rows = {row};
      commit.request = request_of(std::to_string(i) + "-" + std::to_string(version));
      commit.tasks = {task_due("task-" + std::to_string(i), version)};
      batch.push_back(commit);
      acknowledged.push_back({i, version});
    }
    for (const Result<void>& result : (*store)->commit(batch)) {
      if (!result) _exit(2);
    }
    const std::size_t size = acknowledged.size() * sizeof(Acknowledged);
    if (write(pipe, acknowledged.data(), size) != static_cast<ssize_t>(size)) _exit(3);
  }
}

}  // namespace fermata::store
