// The store contract on SQLite, and what only SQLite promises.

#include <sqlite3.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/contract/store_contract.hpp"
#include "tests/support/pause.hpp"

namespace fermata::store {
namespace {

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fermata-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~SqliteDatabase() override { std::filesystem::remove_all(folder_); }

  Result<std::unique_ptr<Store>> open(const Options& options) override {
    return store::open("sqlite:" + path(), options);
  }

  void pass_ms(std::int64_t duration_ms) override { pause_ms(duration_ms); }

  std::string execute(const std::string& sql) override {
    sqlite3* handle = nullptr;
    std::string problem;
    if (sqlite3_open(path().c_str(), &handle) != SQLITE_OK ||
        sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      problem = sqlite3_errmsg(handle);
    }
    sqlite3_close(handle);
    return problem;
  }

  std::string path() const { return folder_ / "fermata.db"; }
  std::filesystem::path folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

class SqliteContract : public StoreContract {
 protected:
  SqliteDatabase& sqlite() { return static_cast<SqliteDatabase&>(*database_); }
};

std::string reason_of(const Result<std::unique_ptr<Store>>& opened) {
  return opened ? "" : opened.error().reason;
}

TEST_F(SqliteContract, events_are_not_replaced) {
  EXPECT_EQ(commit(append("wf_a", 0)), "");
  EXPECT_NE(sqlite().execute("INSERT OR REPLACE INTO events VALUES"
                             " ('t', 'wf_a', 1, 'x', 1, 'x', 'x', 'x')"),
            "");
  EXPECT_EQ(events_of({"t", "wf_a"}), std::vector<EventRow>{event_at(1)});
}

TEST_F(SqliteContract, P7_a_commit_without_events_is_a_write) {
  EXPECT_EQ(commit(append("wf_a", 0)), "");
  const auto log = sqlite().path() + "-wal";
  const auto before = std::filesystem::file_size(log);
  EXPECT_EQ(commit(append("wf_a", 1, 0)), "");
  EXPECT_GT(std::filesystem::file_size(log), before);
}

TEST_F(SqliteContract, a_second_store_on_the_file_is_refused) {
  EXPECT_EQ(reason_of(sqlite().open({})), "store.in_use");
  const std::filesystem::path link = sqlite().folder() / "link.db";
  std::filesystem::create_symlink(sqlite().path(), link);
  EXPECT_EQ(reason_of(store::open("sqlite:" + link.string(), {})), "store.in_use");
  store_.reset();
  EXPECT_EQ(reason_of(sqlite().open({})), "");
}

TEST_F(SqliteContract, another_process_on_the_file_is_refused) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(reason_of(sqlite().open({})) == "store.in_use" ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(SqliteContract, a_file_that_is_no_database_is_refused) {
  const std::string path = sqlite().folder() / "text.db";
  FILE* file = fopen(path.c_str(), "w");
  for (int i = 0; i < 1000; ++i) fputs("this is no database\n", file);
  fclose(file);
  EXPECT_EQ(reason_of(store::open("sqlite:" + path, {})), "store.corrupt");
}

// Somebody with a shell on the file: the batch fails, is not lost, and works when he is gone.
TEST_F(SqliteContract, a_foreign_writer_makes_it_unavailable_for_as_long_as_he_writes) {
  store_.reset();
  auto opened = sqlite().open({.timeout_ms = 50});
  ASSERT_TRUE(opened);
  store_ = std::move(*opened);
  sqlite3* foreign = nullptr;
  ASSERT_EQ(sqlite3_open(sqlite().path().c_str(), &foreign), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(foreign, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(commit(append("wf_a", 0)), "store.unavailable");
  ASSERT_EQ(sqlite3_exec(foreign, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(foreign);
  EXPECT_EQ(commit(append("wf_a", 0)), "");
}

}  // namespace

std::unique_ptr<Database> make_database() { return std::make_unique<SqliteDatabase>(); }

}  // namespace fermata::store
