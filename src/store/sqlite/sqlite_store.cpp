// The store in one SQLite file, for one server: WAL, synchronous=FULL, one connection for all
// writes and checkpoints, a few that only read beside it.

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "store/open.hpp"
#include "store/pool.hpp"
#include "store/sqlite/file_lock.hpp"
#include "store/sqlite/look.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/writer.hpp"

namespace fermata::store {
namespace sqlite {
namespace {

class SqliteStore final : public Store {
 public:
  SqliteStore(FileLock lock, std::unique_ptr<Connection> writer, int timeout_ms)
      : lock_(std::move(lock)), writer_(std::move(writer), clock_), readers_(timeout_ms) {}

  void add_reader(std::unique_ptr<Connection> reader) { readers_.add(std::move(reader)); }

  std::vector<Result<void>> commit(const std::vector<Commit>& commits) override {
    const std::scoped_lock lock(writing_);
    std::vector<Result<void>> results = writer_.commit(commits);
    for (const Result<void>& result : results) {
      if (!result && result.error().reason == "store.read_only") unwritable_ = true;
    }
    return results;
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
    return sqlite::find_request(*reader, tenant, id);
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
    FERMATA_CHECK_OK(ping(*reader));
    if (unwritable_) FERMATA_CHECK_OK(try_to_write());
    return clock_.now_ms();
  }

 private:
  // A file that could not be written makes the server unready until it can.
  Result<void> try_to_write() {
    const std::scoped_lock lock(writing_);
    FERMATA_CHECK_OK(writer_.probe());
    unwritable_ = false;
    return {};
  }

  // Destroyed from below: the readers close before the writer, which folds the log into the file,
  // and the lock goes last.
  const SystemClock clock_{};  // The database runs in this process; its clock is this machine's.
  const FileLock lock_;
  std::mutex writing_;
  std::atomic<bool> unwritable_ = false;
  Writer writer_;
  Pool<Connection> readers_;
};

}  // namespace
}  // namespace sqlite

Result<void> look_sqlite(const std::string& path, const Options& options) {
  if (path.empty() || path.starts_with(":") || path.starts_with("file:")) {
    return fail(ErrorCode::kInvalid, "store.bad_url", "An SQLite store needs the path of a file.");
  }
  FERMATA_TRY(const sqlite::Found found, sqlite::look(path));
  if (found == sqlite::Found::kNothing && !options.migrate) return sqlite::missing(path);
  return sqlite::may_write(path);
}

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, const Options& options) {
  FERMATA_CHECK_OK(look_sqlite(path, options));
  FERMATA_TRY(auto lock, sqlite::FileLock::take(path));
  FERMATA_TRY(auto writer, sqlite::Connection::open(path, sqlite::Access::kWrite, options));
  FERMATA_CHECK_OK(sqlite::migrate(*writer, options));
  FERMATA_CHECK_OK(writer->execute("probe", sqlite::kProbe));
  auto store =
      std::make_unique<sqlite::SqliteStore>(std::move(lock), std::move(writer), options.timeout_ms);
  for (int i = 0; i < std::max(1, options.readers); ++i) {
    FERMATA_TRY(auto reader, sqlite::Connection::open(path, sqlite::Access::kRead, options));
    store->add_reader(std::move(reader));
  }
  return store;
}

}  // namespace fermata::store
