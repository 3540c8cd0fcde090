#pragma once

// The contract of the store port (src/store/store.hpp), run against every adapter.
//
// The cases in *_contract.cpp are compiled once and linked to each adapter's store_*_dbtest.cpp,
// which says how to make a fresh, empty database. No case may be skipped for an adapter; those of
// durable_contract.cpp are for databases that outlive the process.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "store/open.hpp"
#include "store/store.hpp"

namespace fermata::store {

// One empty database, gone when destroyed.
class Database {
 public:
  virtual ~Database() = default;
  virtual Result<std::unique_ptr<Store>> open(const Options& options) = 0;
  // Lets the database's clock move on by at least so much.
  virtual void pass_ms(std::int64_t duration_ms) = 0;
  // SQL as another client of the database would run it. Returns the error's text, or "".
  virtual std::string execute(const std::string& sql) = 0;
};

std::unique_ptr<Database> make_database();

class StoreContract : public ::testing::Test {
 protected:
  void SetUp() override;
  Store& store() { return *store_; }
  void reopen();

  // The reason of the refusal, or "".
  std::string commit(const Commit& commit);
  std::vector<std::string> commit_all(const std::vector<Commit>& commits);
  std::vector<EventRow> events_of(const StreamId& stream);
  std::int64_t version_of(const StreamId& stream);
  bool has_request(const std::string& id);
  std::vector<Row> rows(const RowQuery& query);
  std::vector<std::string> ids(const RowQuery& query);
  LeasedTasks lease(int limit = 100, std::int64_t lease_ms = 60'000);
  std::vector<std::string> leased_ids(int limit = 100, std::int64_t lease_ms = 60'000);
  TimeMs now();

  std::unique_ptr<Database> database_;
  std::unique_ptr<Store> store_;
};

// Builders. Everything is in the tenant "t" unless a test says otherwise.
EventRow event_at(std::int64_t version, std::string body = "{}");
Commit append(const std::string& stream, std::int64_t expected, int count = 1);
TaskRow task_due(const std::string& id, TimeMs due_at);
Row approval_row(const std::string& id, TimeMs created_at);
RequestRow request_of(const std::string& id, TimeMs at = 1);
// An append to "wf_a" with one event, task, row and request, each named after `id`.
Commit full_commit(const std::string& id, std::int64_t expected);

// Appends to `streams` streams until it is killed, and writes what was acknowledged to `pipe`: for
// each commit the stream's number and its version.
struct Acknowledged {
  std::int64_t stream;
  std::int64_t version;
};
[[noreturn]] void append_until_killed(Database& database, int streams, int pipe);

}  // namespace fermata::store
