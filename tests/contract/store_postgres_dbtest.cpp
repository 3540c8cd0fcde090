// The store contract on PostgreSQL, and what only PostgreSQL promises: several servers at once, and
// a server that goes away and comes back.

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/contract/store_contract.hpp"
#include "tests/support/pause.hpp"

namespace fermata::store {
namespace {

std::string base_url() {
  const char* url = std::getenv("FERMATA_TEST_PG_URL");
  if (url == nullptr) {
    throw std::runtime_error("FERMATA_TEST_PG_URL is not set: use tools/with_postgres.py -- ...");
  }
  return url;
}

// A session of its own.
class Client {
 public:
  explicit Client(const std::string& url) : connection_(PQconnectdb(url.c_str()), PQfinish) {}

  std::string execute(const std::string& sql) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(
        PQexec(connection_.get(), sql.c_str()), PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return "";
    return PQresultErrorMessage(result.get());
  }

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

// A schema of its own; its name is also that of its connections.
class PostgresDatabase final : public Database {
 public:
  PostgresDatabase() : base_(base_url()) {
    static std::atomic<int> count = 0;
    name_ = "store_" + std::to_string(getpid()) + "_" + std::to_string(++count);
    url_ = base_ + (base_.find('?') == std::string::npos ? "?" : "&") + "options=-csearch_path%3D" +
           name_ + "&application_name=" + name_;
    const std::string problem = Client(base_).execute("CREATE SCHEMA " + name_);
    if (!problem.empty()) throw std::runtime_error(problem);
  }
  ~PostgresDatabase() override {
    Client(base_).execute("SET client_min_messages = error; DROP SCHEMA " + name_ + " CASCADE");
  }

  Result<std::unique_ptr<Store>> open(const Options& options) override {
    return store::open(url_, options);
  }

  void pass_ms(std::int64_t duration_ms) override { pause_ms(duration_ms); }

  std::string execute(const std::string& sql) override { return Client(url_).execute(sql); }

  // As an administrator's pg_terminate_backend(), or a restart, does.
  void end_connections() {
    Client(base_).execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE application_name = '" +
        name_ + "'");
  }

  const std::string& url() const { return url_; }

 private:
  std::string base_, name_, url_;
};

class PostgresContract : public StoreContract {
 protected:
  PostgresDatabase& postgres() { return static_cast<PostgresDatabase&>(*database_); }
  std::unique_ptr<Store> another_server(const Options& options = {}) {
    auto opened = database_->open(options);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(*opened);
  }
};

TEST_F(PostgresContract, events_cannot_be_truncated_nor_changed_by_replication) {
  EXPECT_EQ(commit(append("wf_a", 0)), "");
  EXPECT_NE(postgres().execute("TRUNCATE events"), "");
  EXPECT_NE(postgres().execute("SET session_replication_role = replica; DELETE FROM events"), "");
  EXPECT_NE(postgres().execute("INSERT INTO events VALUES ('t', 'wf_a', 1, '', 1, '', '', '')"
                               " ON CONFLICT (tenant, stream, version) DO UPDATE SET body = 'x'"),
            "");
  EXPECT_EQ(events_of({"t", "wf_a"}), std::vector<EventRow>{event_at(1)});
}

TEST_F(PostgresContract, P7_a_commit_without_events_is_a_write) {
  EXPECT_EQ(commit(append("wf_a", 0)), "");
  // The end of the log on disk; an error's text is what a client here gets to see.
  const auto flushed = [&] {
    return postgres().execute("DO $$ BEGIN RAISE '%', pg_current_wal_flush_lsn(); END $$");
  };
  EXPECT_EQ(commit(append("wf_a", 1, 0)), "");
  const std::string before = flushed();
  EXPECT_EQ(commit(append("wf_a", 1, 0)), "");
  EXPECT_NE(flushed(), before);
}

TEST_F(PostgresContract, P16_a_second_sole_server_is_refused_until_the_first_is_gone) {
  const Options sole{.sole = true};
  store_ = another_server(sole);
  const auto second = database_->open(sole);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "store.in_use");
  EXPECT_EQ(commit(append("wf_a", 0)), "");
  store_.reset();
  store_ = another_server(sole);
  EXPECT_EQ(commit(append("wf_a", 1)), "");
}

TEST_F(PostgresContract, P16_a_sole_server_that_lost_its_connection_writes_only_with_the_lock) {
  const Options sole{.sole = true};
  store_ = another_server(sole);
  EXPECT_EQ(commit(append("wf_a", 0)), "");
  postgres().end_connections();
  database_->pass_ms(20);
  EXPECT_EQ(commit(append("wf_a", 1)), "") << "it takes the lock again";
  postgres().end_connections();
  database_->pass_ms(20);
  auto second = another_server(sole);
  EXPECT_EQ(commit(append("wf_a", 2)), "store.in_use");
  EXPECT_EQ(store().lease_tasks("worker", 1'000, 10).error().reason, "store.in_use");
  EXPECT_TRUE(second->commit({append("wf_a", 2)}).front().has_value());
}

TEST_F(PostgresContract, servers_that_start_together_migrate_once) {
  store_.reset();
  database_ = make_database();
  std::atomic<int> opened = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto store = database_->open({});
      EXPECT_TRUE(store) << store.error().detail;
      opened += store ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, 4);
}

// Servers that append to the same few streams, each in batches and in an order of its own, with
// tasks, rows and requests that they share: nothing but refusals, and no gap.
TEST_F(PostgresContract, servers_that_write_the_same_refuse_each_other_and_lose_nothing) {
  constexpr int kServers = 4, kRounds = 150, kStreams = 12;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (unsigned server = 0; server < kServers; ++server) {
    threads.emplace_back([&, server, store = another_server()] {
      std::mt19937 random(server);
      for (int round = 0; round < kRounds; ++round) {
        std::vector<Commit> batch;
        for (int i = 0; i < 8; ++i) {
          const std::string name = std::to_string(random() % kStreams);
          const auto last = store->read({"t", "wf_" + name}, 0, 100'000);
          ASSERT_TRUE(last) << last.error().detail;
          Commit one = append("wf_" + name, static_cast<std::int64_t>(last->size()));
          one.request = request_of(std::to_string(random() % 1'000));
          one.tasks = {task_due(std::to_string(random() % kStreams), 1)};
          one.dropped_tasks = {std::to_string(random() % kStreams)};
          one.rows = {approval_row(std::to_string(random() % kStreams), 1)};
          batch.push_back(one);
        }
        for (const Result<void>& result : store->commit(batch)) {
          if (result) {
            ++done;
          } else {
            ASSERT_TRUE(result.error().reason == "store.version_conflict" ||
                        result.error().reason == "store.request_exists")
                << result.error().detail;
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::int64_t events = 0;
  for (int i = 0; i < kStreams; ++i) {
    const StreamId stream{"t", "wf_" + std::to_string(i)};
    EXPECT_EQ(static_cast<std::int64_t>(events_of(stream).size()), version_of(stream));
    events += version_of(stream);
  }
  EXPECT_EQ(events, done);
  EXPECT_GT(done, kRounds);
}

TEST_F(PostgresContract, of_the_same_request_on_several_servers_one_wins) {
  constexpr int kServers = 4, kRequests = 60;
  std::atomic<int> done = 0, repeated = 0;
  std::vector<std::thread> threads;
  for (int server = 0; server < kServers; ++server) {
    threads.emplace_back([&, server, store = another_server()] {
      for (int i = 0; i < kRequests; ++i) {
        Commit one = append("wf_" + std::to_string(server) + "_" + std::to_string(i), 0);
        one.request = request_of(std::to_string(i));
        const Result<void> result = store->commit({one, append(one.stream.name + "x", 0)}).front();
        done += result ? 1 : 0;
        repeated += !result && result.error().reason == "store.request_exists" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, kRequests);
  EXPECT_EQ(repeated, kRequests * (kServers - 1));
}

TEST_F(PostgresContract, servers_lease_each_task_once) {
  constexpr int kServers = 4, kTasks = 400;
  Commit one = append("wf_a", 0);
  for (int i = 0; i < kTasks; ++i) one.tasks.push_back(task_due(std::to_string(i), i));
  EXPECT_EQ(commit(one), "");
  std::mutex mutex;
  std::multiset<std::string> leased;
  std::set<std::int64_t> tokens;
  std::vector<std::thread> threads;
  for (int server = 0; server < kServers; ++server) {
    threads.emplace_back([&, store = another_server()] {
      for (int empty = 0; empty < 3;) {
        const auto tasks = store->lease_tasks("worker", 60'000, 7);
        ASSERT_TRUE(tasks) << tasks.error().detail;
        empty += tasks->tasks.empty() ? 1 : 0;
        const std::scoped_lock lock(mutex);
        for (const TaskRow& task : tasks->tasks) {
          leased.insert(task.id);
          tokens.insert(task.token);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(leased.size(), static_cast<std::size_t>(kTasks));
  EXPECT_EQ(std::set<std::string>(leased.begin(), leased.end()).size(), leased.size());
  EXPECT_EQ(tokens.size(), leased.size());
}

TEST_F(PostgresContract, a_task_that_somebody_has_locked_is_left_to_him) {
  Commit one = append("wf_a", 0);
  one.tasks = {task_due("a", 1), task_due("b", 2)};
  EXPECT_EQ(commit(one), "");
  Client other(postgres().url());
  EXPECT_EQ(other.execute("BEGIN; SELECT FROM tasks WHERE id = 'a' FOR UPDATE"), "");
  EXPECT_EQ(leased_ids(), std::vector<std::string>{"b"});
  EXPECT_EQ(other.execute("ROLLBACK"), "");
  EXPECT_EQ(leased_ids(), std::vector<std::string>{"a"});
}

TEST_F(PostgresContract, a_stream_that_somebody_has_locked_fails_alone_and_in_time) {
  EXPECT_EQ(commit(append("wf_a", 0)), "");
  store_ = another_server({.timeout_ms = 1'000});
  Client other(postgres().url());
  EXPECT_EQ(other.execute("BEGIN; SELECT FROM streams WHERE name = 'wf_a' FOR UPDATE"), "");
  const std::int64_t begin = monotonic_ms();
  EXPECT_EQ(commit_all({append("wf_b", 0), append("wf_a", 1), append("wf_c", 0)}),
            (std::vector<std::string>{"", "store.unavailable", ""}));
  EXPECT_LT(monotonic_ms() - begin, 2'500);
  EXPECT_EQ(other.execute("ROLLBACK"), "");
  EXPECT_EQ(commit(append("wf_a", 1)), "");
}

TEST_F(PostgresContract, comes_back_after_its_connections_were_ended) {
  EXPECT_EQ(commit(append("wf_a", 0)), "");
  for (int i = 1; i <= 5; ++i) {
    postgres().end_connections();
    database_->pass_ms(20);
    EXPECT_EQ(version_of({"t", "wf_a"}), i);
    EXPECT_EQ(commit(append("wf_a", i)), "");
    EXPECT_TRUE(lease().tasks.empty());
  }
}

// A connection that is lost at any moment of a commit: told as done is done, told as unknown is
// done wholly or not at all, and its request id says which.
TEST_F(PostgresContract, a_connection_lost_in_a_commit_leaves_it_whole_or_undone) {
  std::atomic<bool> stop = false;
  std::thread enemy([&] {
    std::mt19937 random(1);
    while (!stop) {
      database_->pass_ms(random() % 60);
      postgres().end_connections();
    }
  });
  int unknown = 0;
  std::int64_t version = 0;
  for (int i = 0; version < 100 || unknown < 8; ++i) {
    Commit one = full_commit(std::to_string(i), version);
    one.request = request_of(std::to_string(i));
    const std::string reason = commit(one);
    if (reason.empty()) {
      ++version;
      continue;
    }
    ASSERT_EQ(reason, "store.unavailable");
    ++unknown;
    Result<std::optional<RequestRow>> found = tl::unexpected(Error{});
    while (!found) {
      database_->pass_ms(20);
      found = store().find_request("t", std::to_string(i));
    }
    version += found->has_value() ? 1 : 0;
  }
  stop = true;
  enemy.join();
  database_->pass_ms(600);
  const std::vector<EventRow> events = events_of({"t", "wf_a"});
  EXPECT_EQ(static_cast<std::int64_t>(events.size()), version);
  // How many commits it took depends on the machine: room for all of them, and for one too many.
  const int room = static_cast<int>(version) + 1;
  EXPECT_EQ(rows({.tenant = "t", .table = Table::kApprovals, .limit = room}).size(), events.size());
  EXPECT_EQ(lease(room).tasks.size(), events.size());
}

}  // namespace

std::unique_ptr<Database> make_database() { return std::make_unique<PostgresDatabase>(); }

}  // namespace fermata::store
