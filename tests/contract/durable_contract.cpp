// What a store promises whose database outlives the process.

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "tests/contract/store_contract.hpp"
#include "tests/support/pause.hpp"

namespace fermata::store {
namespace {

class DurableContract : public StoreContract {};

TEST_F(DurableContract, an_audit_sees_events_whose_head_was_taken_away) {
  EXPECT_EQ(commit_all({append("wf_a", 0), append("wf_b", 0)}), (std::vector<std::string>{"", ""}));
  EXPECT_EQ(database_->execute("DELETE FROM streams WHERE name = 'wf_a'"), "");
  EXPECT_EQ(store().heads({}, 10)->size(), 1U);
  EXPECT_EQ(store().entries(Kind::kStreamsOfEvents, {}, 10)->size(), 2U);
}

TEST_F(DurableContract, everything_is_there_after_reopening) {
  const Commit one = full_commit("1", 0);
  EXPECT_EQ(commit(one), "");
  const std::int64_t token = lease(1, 1).tasks.at(0).token;
  reopen();
  EXPECT_EQ(events_of({"t", "wf_a"}), one.events);
  EXPECT_EQ(rows({.tenant = "t", .table = Table::kApprovals}), one.rows);
  EXPECT_TRUE(has_request("request-1"));
  EXPECT_EQ(commit(append("wf_a", 0)), "store.version_conflict");
  database_->pass_ms(5);
  EXPECT_GT(lease().tasks.at(0).token, token);
  EXPECT_EQ(commit(append("wf_a", 1)), "");
}

TEST_F(DurableContract, events_are_immutable) {
  EXPECT_EQ(commit(append("wf_a", 0, 2)), "");
  const std::vector<EventRow> before = events_of({"t", "wf_a"});
  EXPECT_NE(database_->execute("UPDATE events SET body = 'x'"), "");
  EXPECT_NE(database_->execute("UPDATE events SET version = 9 WHERE version = 2"), "");
  EXPECT_NE(database_->execute("DELETE FROM events"), "");
  EXPECT_NE(database_->execute("DELETE FROM events WHERE version = 2"), "");
  EXPECT_EQ(events_of({"t", "wf_a"}), before);
}

TEST_F(DurableContract, a_newer_or_changed_schema_is_refused) {
  const auto reason = [&](const Options& options) {
    const auto opened = database_->open(options);
    return opened ? "" : opened.error().reason;
  };
  store_.reset();
  EXPECT_EQ(reason({}), "");
  EXPECT_EQ(reason({.migrate = false}), "");
  EXPECT_EQ(database_->execute("UPDATE schema_migrations SET number = number + 1000"), "");
  EXPECT_EQ(reason({}), "store.schema_changed");
  EXPECT_EQ(database_->execute("UPDATE schema_migrations SET number = number - 1000"), "");
  EXPECT_EQ(database_->execute("INSERT INTO schema_migrations (number, name, checksum, applied_at)"
                               " SELECT 1001, 'later', 'x', applied_at FROM schema_migrations"
                               " WHERE number = 1"),
            "");
  EXPECT_EQ(reason({}), "store.schema_too_new");
}

TEST_F(DurableContract, an_empty_database_is_refused_when_it_may_not_migrate) {
  store_.reset();
  database_ = make_database();
  const auto opened = database_->open({.migrate = false});
  ASSERT_FALSE(opened);
  // What an SQLite file is not yet, a PostgreSQL database is without a schema.
  const std::string reason = opened.error().reason;
  EXPECT_TRUE(reason == "store.schema_too_old" || reason == "store.missing") << reason;
  EXPECT_TRUE(database_->open({}));
}

// Compared with themselves on few rows, because machines differ: a scan of all would cost more than
// a hundred times as much.
TEST_F(DurableContract, opening_lists_and_leases_stay_cheap_with_many_pending_approvals) {
  constexpr int kFew = 100, kMany = 20'000, kBatch = 100;
  int count = 0;
  const auto fill = [&](int until) {
    for (; count < until; count += kBatch) {
      Commit one = append("wf_a", count / kBatch);
      for (int i = count; i < count + kBatch; ++i) {
        one.rows.push_back(approval_row("ap_" + std::to_string(i), i));
        one.tasks.push_back(task_due("task-" + std::to_string(i), 4'000'000'000'000));
      }
      ASSERT_EQ(commit(one), "");
    }
  };
  const auto use_ms = [&] {
    const std::int64_t begin = monotonic_ms();
    reopen();
    for (int i = 0; i < 200; ++i) {
      const RowQuery query{.tenant = "t",
                           .table = Table::kApprovals,
                           .status = "pending",
                           .before_created_at = count / 2,
                           .limit = 40};
      EXPECT_EQ(rows(query).size(), 40U);
      EXPECT_TRUE(lease().tasks.empty());
    }
    return monotonic_ms() - begin;
  };
  fill(kFew);
  const std::int64_t with_few_ms = use_ms();
  fill(kMany);
  EXPECT_LT(use_ms(), 4 * with_few_ms + 200);
}

// P7: what was acknowledged is there, P10: whole, after the process was killed in mid-load.
TEST_F(DurableContract, what_was_acknowledged_survives_kill_9) {
  constexpr int kStreams = 8, kRounds = 6;
  for (int round = 0; round < kRounds; ++round) {
    store_.reset();
    database_ = make_database();
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) append_until_killed(*database_, kStreams, pipe_ends[1]);
    close(pipe_ends[1]);
    pollfd first{pipe_ends[0], POLLIN, 0};
    ASSERT_EQ(poll(&first, 1, 20'000), 1);
    pause_ms(20 + 37 * round);
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    std::map<std::int64_t, std::int64_t> acknowledged;
    Acknowledged one{};
    while (read(pipe_ends[0], &one, sizeof(one)) == static_cast<ssize_t>(sizeof(one))) {
      acknowledged[one.stream] = one.version;
    }
    close(pipe_ends[0]);
    ASSERT_EQ(acknowledged.size(), static_cast<std::size_t>(kStreams));
    reopen();
    for (const auto& [stream, version] : acknowledged) {
      const std::string number = std::to_string(stream);
      const std::int64_t head = version_of({"t", "wf_" + number});
      EXPECT_GE(head, version);
      EXPECT_EQ(static_cast<std::int64_t>(events_of({"t", "wf_" + number}).size()), head);
      const auto row = rows({.tenant = "t", .table = Table::kApprovals, .id = "ap_" + number});
      ASSERT_EQ(row.size(), 1U);
      EXPECT_EQ(row.front().doc, std::to_string(head));
      EXPECT_TRUE(has_request(number + "-" + std::to_string(head)));
      EXPECT_FALSE(has_request(number + "-" + std::to_string(head + 1)));
    }
    for (const TaskRow& task : lease().tasks) {
      const std::string number = task.id.substr(std::string("task-").size());
      EXPECT_EQ(task.due_at, version_of({"t", "wf_" + number}));
    }
  }
}

}  // namespace
}  // namespace fermata::store
