#pragma once

// A store that only reads, over one connection that holds one transaction open. The reads are the
// adapter's own, found by the type of its connection.

#include <memory>
#include <mutex>
#include <utility>

#include "store/store.hpp"

namespace fermata::store {

template <class Connection>
class Snapshot final : public Store {
 public:
  using Now = Result<TimeMs> (*)(Connection&);

  // `connection` is in its transaction already.
  Snapshot(std::unique_ptr<Connection> connection, Now clock)
      : connection_(std::move(connection)), now_(clock) {}

  std::vector<Result<void>> commit(const std::vector<Commit>& commits) override {
    return std::vector<Result<void>>(commits.size(), refuse());
  }
  Result<LeasedTasks> lease_tasks(const std::string&, std::int64_t, int) override {
    return refuse();
  }

  Result<std::vector<EventRow>> read(const StreamId& stream,
                                     std::int64_t after,
                                     int limit) override {
    const std::scoped_lock lock(reading_);
    return read_events(*connection_, stream, after, limit);
  }
  Result<std::vector<FoundEvent>> search(const EventQuery& query) override {
    const std::scoped_lock lock(reading_);
    return search_events(*connection_, query);
  }
  Result<std::optional<RequestRow>> find_request(const std::string&, const std::string&) override {
    return refuse();  // PostgreSQL's makes what it found durable, which is a write.
  }
  Result<std::vector<Row>> list(const RowQuery& query) override {
    const std::scoped_lock lock(reading_);
    return list_rows(*connection_, query);
  }
  Result<std::int64_t> count(const RowQuery& query) override {
    const std::scoped_lock lock(reading_);
    return count_rows(*connection_, query);
  }
  Result<std::vector<StreamHead>> heads(const StreamId& after, int limit) override {
    const std::scoped_lock lock(reading_);
    return list_heads(*connection_, after, limit);
  }
  Result<std::vector<Entry>> entries(Kind kind, const StreamId& after, int limit) override {
    const std::scoped_lock lock(reading_);
    return list_entries(*connection_, kind, after, limit);
  }
  Result<TimeMs> now() override {
    const std::scoped_lock lock(reading_);
    return now_(*connection_);
  }

 private:
  static tl::unexpected<Error> refuse() {
    return fail(ErrorCode::kInternal, "store.read_only", "This store was opened to be read.");
  }

  std::mutex reading_;
  std::unique_ptr<Connection> connection_;
  Now now_;
};

}  // namespace fermata::store
