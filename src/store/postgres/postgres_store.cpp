// The store in PostgreSQL, for any number of servers: one connection for writes, a few that only
// read. Deadlines are judged by the database's clock. Only a primary is ever asked.

#include <algorithm>
#include <mutex>
#include <utility>

#include "store/open.hpp"
#include "store/pool.hpp"
#include "store/postgres/migrations.hpp"
#include "store/postgres/reads.hpp"
#include "store/postgres/writer.hpp"

namespace fermata::store {
namespace postgres {
namespace {

class PostgresStore final : public Store {
 public:
  PostgresStore(std::unique_ptr<Connection> writer, int timeout_ms)
      : writer_(std::move(writer), timeout_ms), readers_(timeout_ms) {}

  void add_reader(std::unique_ptr<Connection> reader) { readers_.add(std::move(reader)); }

  std::vector<Result<void>> commit(const std::vector<Commit>& commits) override {
    const std::scoped_lock lock(writing_);
    return writer_.commit(commits);
  }

  Result<LeasedTasks> lease_tasks(const std::string& owner,
                                  std::int64_t lease_ms,
                                  int limit) override {
    const std::scoped_lock lock(writing_);
    return writer_.lease_tasks(owner, lease_ms, limit);
  }

  Result<std::vector<EventRow>> read(const StreamId& stream,
                                     std::int64_t after,
                                     int limit) override {
    FERMATA_TRY(const auto reader, readers_.borrow());
    return read_events(*reader, stream, after, limit);
  }

  Result<std::optional<RequestRow>> find_request(const std::string& tenant,
                                                 const std::string& id) override {
    FERMATA_TRY(const auto reader, readers_.borrow());
    return postgres::find_request(*reader, tenant, id);
  }

  Result<std::vector<Row>> list(const RowQuery& query) override {
    FERMATA_TRY(const auto reader, readers_.borrow());
    return list_rows(*reader, query);
  }

  Result<std::int64_t> count(const RowQuery& query) override {
    FERMATA_TRY(const auto reader, readers_.borrow());
    return count_rows(*reader, query);
  }

  Result<std::vector<FoundEvent>> search(const EventQuery& query) override {
    FERMATA_TRY(const auto reader, readers_.borrow());
    return search_events(*reader, query);
  }

  Result<std::vector<StreamHead>> heads(const StreamId& after, int limit) override {
    FERMATA_TRY(const auto reader, readers_.borrow());
    return list_heads(*reader, after, limit);
  }

  Result<std::vector<Entry>> entries(Kind kind, const StreamId& after, int limit) override {
    FERMATA_TRY(const auto reader, readers_.borrow());
    return list_entries(*reader, kind, after, limit);
  }

  Result<TimeMs> now() override {
    FERMATA_TRY(const auto reader, readers_.borrow());
    return database_now(*reader);
  }

 private:
  std::mutex writing_;
  Writer writer_;
  Pool<Connection> readers_;
};

}  // namespace
}  // namespace postgres

Result<std::unique_ptr<Store>> open_postgres(const std::string& url, const Options& options) {
  using postgres::Connection, postgres::Role;
  FERMATA_CHECK_OK(postgres::check_url(url));
  auto writer = std::make_unique<Connection>(url, Role::kWriter, options.timeout_ms, options.sole);
  FERMATA_CHECK_OK(writer->ensure());
  FERMATA_CHECK_OK(postgres::migrate(*writer, options));
  auto store = std::make_unique<postgres::PostgresStore>(std::move(writer), options.timeout_ms);
  for (int i = 0; i < std::max(1, options.readers); ++i) {
    auto reader = std::make_unique<Connection>(url, Role::kReader, options.timeout_ms);
    FERMATA_CHECK_OK(reader->ensure());
    store->add_reader(std::move(reader));
  }
  return store;
}

}  // namespace fermata::store
