// The store in memory: the port's contract in its plainest form, for tests and the simulator.

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

#include "store/check.hpp"
#include "store/open.hpp"
#include "store/rows.hpp"

namespace fermata::store {
namespace {

using Key = std::pair<std::string, std::string>;  // (tenant, stream | task | request)
using RowKey = std::tuple<std::string, Table, std::string>;

struct Task {
  TaskRow row;
  TimeMs ready_at = 0;  // When it may be leased: due_at, or the end of its lease.
};

// Newest first, by (created_at, id).
bool is_newer(const Row& a, const Row& b) {
  return std::tie(a.created_at, a.id) > std::tie(b.created_at, b.id);
}

// The longest queued first.
bool is_sooner(const Row& a, const Row& b) {
  return std::tie(a.queued_at, a.id) < std::tie(b.queued_at, b.id);
}

bool has_any_label(const Row& row, const std::vector<std::string>& wanted) {
  return wanted.empty() ||
         std::find_first_of(row.labels.begin(), row.labels.end(), wanted.begin(), wanted.end()) !=
             row.labels.end();
}

bool matches(const Row& row, const RowQuery& query) {
  const auto fits = [](const std::string& wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
  };
  return fits(query.id, row.id) && fits(query.parent, row.parent) &&
         fits(query.status, row.status) && fits(query.agent, row.agent) &&
         fits(query.queue, row.queue) && has_any_label(row, query.any_label) &&
         (!query.since || row.created_at >= *query.since) &&
         (!query.before_created_at ||
          std::tie(row.created_at, row.id) < std::tie(*query.before_created_at, query.before_id));
}

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const Clock& clock) : clock_(clock) {}

  std::vector<Result<void>> commit(const std::vector<Commit>& commits) override {
    const std::scoped_lock lock(mutex_);
    std::vector<Result<void>> results;
    results.reserve(commits.size());
    for (const Commit& commit : commits) results.push_back(apply(commit));
    return results;
  }

  Result<std::vector<EventRow>> read(const StreamId& stream,
                                     std::int64_t after,
                                     int limit) override {
    const std::scoped_lock lock(mutex_);
    std::vector<EventRow> events;
    const auto found = streams_.find({stream.tenant, stream.name});
    if (found == streams_.end()) return events;
    for (const EventRow& event : found->second) {
      if (static_cast<int>(events.size()) >= limit) break;
      if (event.version > after) events.push_back(event);
    }
    return events;
  }

  Result<std::vector<FoundEvent>> search(const EventQuery& query) override {
    const std::scoped_lock lock(mutex_);
    const auto place = [](const FoundEvent& one) {
      return std::tie(one.event.at, one.stream, one.event.version);
    };
    const auto before = std::tie(query.before_at, query.before_stream, query.before_version);
    std::vector<FoundEvent> found;
    for (const auto& [key, events] : streams_)
      for (const EventRow& event : events)
        if (FoundEvent one{key.second, event};
            key.first == query.tenant && event.at >= query.since && place(one) < before)
          found.push_back(std::move(one));
    std::sort(found.begin(), found.end(), [&](const FoundEvent& a, const FoundEvent& b) {
      return place(a) > place(b);
    });
    if (query.limit < static_cast<int>(found.size()))
      found.resize(static_cast<std::size_t>(std::max(0, query.limit)));
    return found;
  }

  Result<LeasedTasks> lease_tasks(const std::string&, std::int64_t lease_ms, int limit) override {
    const std::scoped_lock lock(mutex_);
    const TimeMs now = clock_.now_ms();
    std::vector<Task*> ready;
    for (auto& [key, task] : tasks_) {
      if (task.ready_at <= now) ready.push_back(&task);
    }
    std::stable_sort(ready.begin(), ready.end(), [](const Task* a, const Task* b) {
      return a->ready_at < b->ready_at;
    });
    ready.resize(std::min(ready.size(), static_cast<std::size_t>(std::max(0, limit))));
    LeasedTasks leased;
    for (Task* task : ready) {
      ++task->row.attempts;
      task->row.token = ++last_token_;
      task->ready_at = now + lease_ms;
      leased.tasks.push_back(task->row);
    }
    for (const auto& [key, task] : tasks_) {
      leased.next_due = std::min(leased.next_due.value_or(task.ready_at), task.ready_at);
    }
    return leased;
  }

  Result<std::optional<RequestRow>> find_request(const std::string& tenant,
                                                 const std::string& id) override {
    const std::scoped_lock lock(mutex_);
    const auto found = requests_.find({tenant, id});
    if (found == requests_.end()) return std::optional<RequestRow>();
    return std::optional<RequestRow>(found->second);
  }

  Result<std::vector<Row>> list(const RowQuery& query) override {
    const std::scoped_lock lock(mutex_);
    std::vector<Row> rows;
    for (auto at = rows_.lower_bound({query.tenant, query.table, {}}); at != rows_.end(); ++at) {
      const auto& [tenant, table, id] = at->first;
      if (tenant != query.tenant || table != query.table) break;
      const bool wanted = !query.first_of_queue || is_first(tenant, at->second);
      if (wanted && matches(at->second, query)) rows.push_back(at->second);
    }
    std::sort(rows.begin(), rows.end(), query.queue.empty() ? is_newer : is_sooner);
    rows.resize(std::min(rows.size(), static_cast<std::size_t>(std::max(0, query.limit))));
    return rows;
  }

  Result<std::int64_t> count(const RowQuery& query) override {
    FERMATA_TRY(const std::vector<Row> rows, list(query));
    return static_cast<std::int64_t>(rows.size());
  }

  Result<std::vector<StreamHead>> heads(const StreamId& after, int limit) override {
    const std::scoped_lock lock(mutex_);
    std::vector<StreamHead> heads;
    for (auto at = streams_.upper_bound({after.tenant, after.name}); at != streams_.end(); ++at) {
      if (static_cast<int>(heads.size()) >= limit) break;
      const EventRow& last = at->second.back();
      heads.push_back({{at->first.first, at->first.second}, last.version, last.hash});
    }
    return heads;
  }

  Result<std::vector<Entry>> entries(Kind kind, const StreamId& after, int limit) override {
    const std::scoped_lock lock(mutex_);
    std::vector<Entry> all;
    if (kind == Kind::kStreamsOfEvents) {
      for (const auto& [key, events] : streams_) all.push_back({{key.first, key.second}, {}});
    } else if (kind == Kind::kTasks) {
      for (const auto& [key, task] : tasks_) all.push_back({{key.first, key.second}, task.row});
    } else {
      const Table wanted = kind == Kind::kWorkflowRows   ? Table::kWorkflows
                           : kind == Kind::kApprovalRows ? Table::kApprovals
                                                         : Table::kMessages;
      for (const auto& [key, row] : rows_)
        if (std::get<1>(key) == wanted) all.push_back({{std::get<0>(key), std::get<2>(key)}, {}});
    }
    std::erase_if(all, [&](const Entry& entry) {
      return std::tie(entry.name.tenant, entry.name.name) <= std::tie(after.tenant, after.name);
    });
    if (limit < static_cast<int>(all.size()))
      all.resize(static_cast<std::size_t>(std::max(0, limit)));
    return all;
  }

  Result<TimeMs> now() override { return clock_.now_ms(); }

 private:
  bool is_first(const std::string& tenant, const Row& row) const {
    return row.queue.empty() || std::none_of(rows_.begin(), rows_.end(), [&](const auto& other) {
             return std::get<0>(other.first) == tenant && other.second.table == row.table &&
                    other.second.queue == row.queue && is_sooner(other.second, row);
           });
  }

  Verdict judge(const Commit& commit) const {
    const std::string& tenant = commit.stream.tenant;
    if (commit.request && requests_.contains({tenant, commit.request->id})) {
      return Verdict::kRequestExists;
    }
    if (commit.ended_task) {
      const auto task = tasks_.find({tenant, commit.ended_task->id});
      const std::int64_t token = commit.ended_task->token;
      if (task == tasks_.end() || token == 0 || task->second.row.token != token) {
        return Verdict::kTaskLost;
      }
    }
    const auto stream = streams_.find({tenant, commit.stream.name});
    const std::int64_t version = stream == streams_.end() ? 0 : stream->second.back().version;
    if (version != commit.expected_version) return Verdict::kVersionConflict;
    if (commit.not_after && clock_.now_ms() > *commit.not_after) return Verdict::kDeadlinePassed;
    return Verdict::kDone;
  }

  Result<void> apply(const Commit& commit) {
    FERMATA_CHECK_OK(check(commit));
    const Verdict verdict = judge(commit);
    if (verdict == Verdict::kDone) write(commit);
    return result_of(verdict, commit);
  }

  void write(const Commit& commit) {
    const std::string& tenant = commit.stream.tenant;
    if (!commit.events.empty()) {
      std::vector<EventRow>& stream = streams_[{tenant, commit.stream.name}];
      stream.insert(stream.end(), commit.events.begin(), commit.events.end());
    }
    for (const Row& row : commit.rows) rows_[{tenant, row.table, row.id}] = row;
    write_tasks(commit);
    if (commit.forget_requests_before) forget(tenant, *commit.forget_requests_before);
    if (commit.request) requests_[{tenant, commit.request->id}] = *commit.request;
  }

  void write_tasks(const Commit& commit) {
    const std::string& tenant = commit.stream.tenant;
    if (commit.ended_task) {
      const auto task = tasks_.find({tenant, commit.ended_task->id});
      if (commit.ended_task->retry_at) {
        task->second.row.due_at = task->second.ready_at = *commit.ended_task->retry_at;
        task->second.row.token = 0;
      } else {
        tasks_.erase(task);
      }
    }
    for (const std::string& id : commit.dropped_tasks) tasks_.erase({tenant, id});
    for (TaskRow row : commit.tasks) {
      row.tenant = tenant;
      row.attempts = 0;
      row.token = 0;
      tasks_[{tenant, row.id}] = Task{row, row.due_at};
    }
  }

  void forget(const std::string& tenant, TimeMs before) {
    std::set<std::pair<TimeMs, std::string>> old;
    for (auto at = requests_.lower_bound({tenant, {}}); at != requests_.end(); ++at) {
      if (at->first.first != tenant) break;
      if (at->second.at < before) old.emplace(at->second.at, at->first.second);
    }
    int left = kForgetLimit;
    for (const auto& [at, id] : old) {
      if (left-- == 0) break;
      requests_.erase({tenant, id});
    }
  }

  const Clock& clock_;
  std::mutex mutex_;
  std::map<Key, std::vector<EventRow>> streams_;  // Never an empty stream.
  std::map<RowKey, Row> rows_;
  std::map<Key, Task> tasks_;
  std::map<Key, RequestRow> requests_;
  std::int64_t last_token_ = 0;
};

}  // namespace

std::unique_ptr<Store> make_memory_store(const Clock& clock) {
  return std::make_unique<MemoryStore>(clock);
}

}  // namespace fermata::store
