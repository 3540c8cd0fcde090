// What tasks and leases promise.

#include "tests/contract/store_contract.hpp"

namespace fermata::store {
namespace {

using Ids = std::vector<std::string>;

class TaskContract : public StoreContract {
 protected:
  void put(const std::vector<TaskRow>& tasks) {
    Commit one = append("wf_a", version_, 1);
    one.tasks = tasks;
    ASSERT_EQ(commit(one), "");
    ++version_;
  }
  void drop(const Ids& ids) {
    Commit one = append("wf_a", version_, 1);
    one.dropped_tasks = ids;
    ASSERT_EQ(commit(one), "");
    ++version_;
  }
  std::string end(const TaskEnd& end) {
    Commit one = append("wf_a", version_, 1);
    one.ended_task = end;
    const std::string reason = commit(one);
    version_ += reason.empty() ? 1 : 0;
    return reason;
  }
  TaskRow lease_one(std::int64_t lease_ms = 60'000) {
    const LeasedTasks leased = lease(1, lease_ms);
    EXPECT_EQ(leased.tasks.size(), 1U);
    return leased.tasks.empty() ? TaskRow() : leased.tasks.front();
  }

  std::int64_t version_ = 0;
};

TEST_F(TaskContract, a_lease_gives_the_whole_task) {
  const TimeMs due_at = now();
  put({task_due("a", due_at)});
  TaskRow task = lease_one();
  EXPECT_GT(task.token, 0);
  task.token = 0;
  TaskRow expected = task_due("a", due_at);
  expected.attempts = 1;
  EXPECT_EQ(task, expected);
}

TEST_F(TaskContract, only_due_tasks_are_leased_the_longest_due_first) {
  const TimeMs time = now();
  put({task_due("later", time + 60'000),
       task_due("second", time - 10),
       task_due("first", time - 20),
       task_due("third", time)});
  EXPECT_EQ(leased_ids(), (Ids{"first", "second", "third"}));
}

TEST_F(TaskContract, a_task_falls_due_as_time_passes) {
  put({task_due("a", now() + 2'000)});
  EXPECT_EQ(leased_ids(), Ids{});
  database_->pass_ms(2'050);
  EXPECT_EQ(leased_ids(), Ids{"a"});
}

TEST_F(TaskContract, no_more_than_the_limit_is_leased) {
  put({task_due("a", 1), task_due("b", 2), task_due("c", 3)});
  EXPECT_EQ(leased_ids(0), Ids{});
  EXPECT_EQ(leased_ids(2), (Ids{"a", "b"}));
  EXPECT_EQ(leased_ids(2), Ids{"c"});
  EXPECT_EQ(leased_ids(2), Ids{});
}

TEST_F(TaskContract, next_due_tells_when_to_ask_again) {
  EXPECT_EQ(lease().next_due, std::nullopt);
  const TimeMs time = now();
  put({task_due("later", time + 500'000)});
  EXPECT_EQ(lease().next_due, time + 500'000);
  put({task_due("a", time - 2), task_due("b", time - 1)});
  EXPECT_EQ(lease(1, 1'000'000).next_due, time - 1);
  EXPECT_EQ(lease(1, 1'000'000).next_due, time + 500'000);
}

TEST_F(TaskContract, next_due_counts_the_ends_of_leases) {
  put({task_due("a", 1)});
  const TimeMs before = now();
  const auto next_due = lease(1, 30'000).next_due;
  ASSERT_TRUE(next_due);
  EXPECT_GE(*next_due, before + 30'000);
  EXPECT_LE(*next_due, now() + 30'000);
  EXPECT_EQ(lease().next_due, next_due);
}

TEST_F(TaskContract, a_lease_is_taken_over_only_when_it_has_run_out) {
  put({task_due("a", 1)});
  const TaskRow first = lease_one(200);
  EXPECT_EQ(leased_ids(), Ids{});
  database_->pass_ms(220);
  const TaskRow second = lease_one();
  EXPECT_EQ(second.attempts, 2);
  EXPECT_GT(second.token, first.token);
  EXPECT_EQ(second.due_at, 1);
}

TEST_F(TaskContract, the_former_holder_is_fenced) {
  put({task_due("a", 1)});
  const TaskRow first = lease_one(20);
  database_->pass_ms(40);
  const TaskRow second = lease_one();
  EXPECT_EQ(end({"a", first.token, {}}), "store.task_lost");
  EXPECT_EQ(end({"a", first.token, 5}), "store.task_lost");
  EXPECT_EQ(end({"a", second.token, {}}), "");
  EXPECT_EQ(end({"a", second.token, {}}), "store.task_lost");
}

TEST_F(TaskContract, a_lease_that_ran_out_still_counts_until_it_is_taken_over) {
  put({task_due("a", 1)});
  const TaskRow task = lease_one(10);
  database_->pass_ms(30);
  EXPECT_EQ(end({"a", task.token, {}}), "");
  EXPECT_EQ(leased_ids(), Ids{});
}

TEST_F(TaskContract, a_task_that_is_not_leased_cannot_be_ended) {
  put({task_due("a", 1)});
  EXPECT_EQ(end({"a", 0, {}}), "store.task_lost");
  EXPECT_EQ(end({"a", 1, {}}), "store.task_lost");
  EXPECT_EQ(end({"none", 1, {}}), "store.task_lost");
}

TEST_F(TaskContract, an_ended_task_goes) {
  put({task_due("a", 1)});
  EXPECT_EQ(end({"a", lease_one().token, {}}), "");
  EXPECT_EQ(lease().next_due, std::nullopt);
}

TEST_F(TaskContract, a_retry_comes_back_at_its_time_and_counts_its_attempts) {
  put({task_due("a", 1)});
  const TaskRow first = lease_one();
  const TimeMs retry_at = now() + 100;
  EXPECT_EQ(end({"a", first.token, retry_at}), "");
  EXPECT_EQ(end({"a", first.token, {}}), "store.task_lost");
  const LeasedTasks none = lease();
  EXPECT_TRUE(none.tasks.empty());
  EXPECT_EQ(none.next_due, retry_at);
  database_->pass_ms(2'050);
  const TaskRow second = lease_one();
  EXPECT_EQ(second.attempts, 2);
  EXPECT_EQ(second.due_at, retry_at);
  EXPECT_GT(second.token, first.token);
}

TEST_F(TaskContract, a_dropped_task_goes_and_a_missing_one_is_no_error) {
  put({task_due("a", 1), task_due("b", 1)});
  const TaskRow leased = lease_one();
  EXPECT_EQ(leased.id, "a");
  drop({"a", "none"});
  EXPECT_EQ(end({"a", leased.token, {}}), "store.task_lost");
  EXPECT_EQ(leased_ids(), Ids{"b"});
}

TEST_F(TaskContract, inserting_a_task_that_exists_replaces_it) {
  const TimeMs later = now() + 600'000;
  put({task_due("a", 1)});
  TaskRow moved = task_due("a", later);
  moved.kind = "other";
  moved.stream = "wf_b";
  moved.body = "{}";
  put({moved});
  const LeasedTasks leased = lease();
  EXPECT_TRUE(leased.tasks.empty());
  EXPECT_EQ(leased.next_due, later);
  moved.due_at = 2;
  put({moved});
  TaskRow task = lease_one();
  EXPECT_EQ(task.kind, "other");
  EXPECT_EQ(task.stream, "wf_b");
  EXPECT_EQ(task.body, "{}");
  EXPECT_EQ(task.due_at, 2);
}

TEST_F(TaskContract, replacing_a_task_ends_its_lease) {
  put({task_due("a", 1)});
  const TaskRow first = lease_one();
  put({task_due("a", 1)});
  EXPECT_EQ(end({"a", first.token, {}}), "store.task_lost");
  const TaskRow second = lease_one();
  EXPECT_EQ(second.attempts, 1);
  EXPECT_GT(second.token, first.token);
}

TEST_F(TaskContract, the_holder_of_a_task_of_the_same_name_as_before_is_fenced) {
  put({task_due("a", 1)});
  const TaskRow first = lease_one();
  drop({"a"});
  put({task_due("a", 1)});
  const TaskRow second = lease_one();
  EXPECT_NE(first.token, second.token);
  EXPECT_EQ(end({"a", first.token, {}}), "store.task_lost");
}

TEST_F(TaskContract, the_end_comes_before_the_drops_and_these_before_the_inserts) {
  put({task_due("a", 1)});
  Commit one = append("wf_a", version_);
  one.ended_task = TaskEnd{"a", lease_one().token, {}};
  one.dropped_tasks = {"a", "b"};
  one.tasks = {task_due("a", 5), task_due("b", 9), task_due("b", 6)};
  EXPECT_EQ(commit(one), "");
  const LeasedTasks leased = lease();
  ASSERT_EQ(leased.tasks.size(), 2U);
  EXPECT_EQ(leased.tasks[0].id, "a");
  EXPECT_EQ(leased.tasks[0].attempts, 1);
  EXPECT_EQ(leased.tasks[1].due_at, 6);
}

TEST_F(TaskContract, of_two_ends_in_a_batch_the_first_wins) {
  put({task_due("a", 1)});
  Commit one = append("wf_b", 0), two = append("wf_c", 0);
  one.ended_task = two.ended_task = TaskEnd{"a", lease_one().token, {}};
  EXPECT_EQ(commit_all({one, two}), (Ids{"", "store.task_lost"}));
}

TEST_F(TaskContract, tasks_of_all_tenants_are_leased) {
  Commit other = append("wf_a", 0);
  other.stream.tenant = "u";
  other.tasks = {task_due("a", 2)};
  EXPECT_EQ(commit(other), "");
  put({task_due("a", 1)});
  const LeasedTasks leased = lease();
  ASSERT_EQ(leased.tasks.size(), 2U);
  EXPECT_EQ(leased.tasks[0].tenant, "t");
  EXPECT_EQ(leased.tasks[1].tenant, "u");
}

}  // namespace
}  // namespace fermata::store
