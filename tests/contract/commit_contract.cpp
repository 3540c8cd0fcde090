// What commit(), read(), find_request() and heads() promise.

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

#include "store/check.hpp"
#include "tests/contract/store_contract.hpp"

namespace fermata::store {
namespace {

using Reasons = std::vector<std::string>;

constexpr const char* kConflict = "store.version_conflict";

class CommitContract : public StoreContract {
 protected:
  // Nothing of full_commit(id, ...) is there.
  void expect_no_trace(const std::string& id) {
    EXPECT_FALSE(has_request("request-" + id));
    EXPECT_TRUE(ids({.tenant = "t", .table = Table::kApprovals, .id = "row-" + id}).empty());
    for (const TaskRow& task : lease().tasks) EXPECT_NE(task.id, "task-" + id);
  }
};

TEST_F(CommitContract, appends_events_and_reads_them_in_order) {
  EXPECT_EQ(commit(append("wf_a", 0, 3)), "");
  EXPECT_EQ(commit(append("wf_a", 3, 2)), "");
  const std::vector<EventRow> expected = {
      event_at(1), event_at(2), event_at(3), event_at(4), event_at(5)};
  EXPECT_EQ(events_of({"t", "wf_a"}), expected);
}

TEST_F(CommitContract, reads_after_a_version_and_up_to_a_limit) {
  EXPECT_EQ(commit(append("wf_a", 0, 5)), "");
  const auto page = store().read({"t", "wf_a"}, 2, 2);
  ASSERT_TRUE(page);
  EXPECT_EQ(*page, (std::vector<EventRow>{event_at(3), event_at(4)}));
  EXPECT_TRUE(store().read({"t", "wf_a"}, 5, 10)->empty());
  EXPECT_TRUE(store().read({"t", "wf_a"}, 0, 0)->empty());
  EXPECT_TRUE(store().read({"t", "wf_a"}, 0, -1)->empty());
}

TEST_F(CommitContract, a_stream_that_does_not_exist_is_empty) {
  EXPECT_TRUE(events_of({"t", "wf_none"}).empty());
}

TEST_F(CommitContract, refuses_another_version_than_the_heads) {
  EXPECT_EQ(commit(append("wf_a", 1)), kConflict);
  EXPECT_EQ(commit(append("wf_a", 0, 2)), "");
  EXPECT_EQ(commit(append("wf_a", 0)), kConflict);
  EXPECT_EQ(commit(append("wf_a", 1)), kConflict);
  EXPECT_EQ(commit(append("wf_a", 3)), kConflict);
  EXPECT_EQ(version_of({"t", "wf_a"}), 2);
}

TEST_F(CommitContract, without_events_checks_the_head_all_the_same) {
  Commit empty = full_commit("1", 0);
  empty.events.clear();
  EXPECT_EQ(commit(empty), "");
  EXPECT_EQ(version_of({"t", "wf_a"}), 0);
  EXPECT_TRUE(has_request("request-1"));
  EXPECT_EQ(commit(append("wf_a", 0)), "");
  empty.request = request_of("request-2");
  EXPECT_EQ(commit(empty), kConflict);
  EXPECT_FALSE(has_request("request-2"));
}

TEST_F(CommitContract, writes_events_tasks_rows_and_request_together) {
  EXPECT_EQ(commit(full_commit("1", 0)), "");
  EXPECT_EQ(version_of({"t", "wf_a"}), 1);
  EXPECT_EQ(*store().find_request("t", "request-1"), request_of("request-1"));
  EXPECT_EQ(rows({.tenant = "t", .table = Table::kApprovals}),
            std::vector<Row>{approval_row("row-1", 1)});
  EXPECT_EQ(leased_ids(), Reasons{"task-1"});
}

TEST_F(CommitContract, a_refused_commit_leaves_nothing) {
  EXPECT_EQ(commit(full_commit("1", 0)), "");
  EXPECT_EQ(commit(full_commit("2", 0)), kConflict);
  expect_no_trace("2");
  Commit repeated = full_commit("3", 1);
  repeated.request = request_of("request-1");
  EXPECT_EQ(commit(repeated), "store.request_exists");
  expect_no_trace("3");
  Commit lost = full_commit("4", 1);
  lost.ended_task = TaskEnd{"task-none", 1, {}};
  EXPECT_EQ(commit(lost), "store.task_lost");
  expect_no_trace("4");
  Commit late = full_commit("5", 1);
  late.not_after = now() - 1;
  EXPECT_EQ(commit(late), "store.deadline_passed");
  expect_no_trace("5");
  EXPECT_EQ(version_of({"t", "wf_a"}), 1);
}

TEST_F(CommitContract, one_of_a_batch_fails_alone) {
  EXPECT_EQ(commit(append("wf_b", 0)), "");
  Commit bad = append("wf_d", 0);
  bad.events[0].body = std::string("a\0b", 3);
  EXPECT_EQ(
      commit_all({append("wf_a", 0), append("wf_b", 0), append("wf_c", 0), bad, append("wf_b", 1)}),
      (Reasons{"", kConflict, "", "store.bad_commit", ""}));
  EXPECT_EQ(version_of({"t", "wf_a"}), 1);
  EXPECT_EQ(version_of({"t", "wf_b"}), 2);
  EXPECT_EQ(version_of({"t", "wf_c"}), 1);
  EXPECT_EQ(version_of({"t", "wf_d"}), 0);
}

TEST_F(CommitContract, an_empty_batch_is_nothing) { EXPECT_TRUE(commit_all({}).empty()); }

TEST_F(CommitContract, the_second_on_a_stream_in_a_batch_sees_the_first) {
  EXPECT_EQ(commit_all({append("wf_a", 0),
                        append("wf_a", 1, 2),
                        append("wf_a", 1),
                        append("wf_b", 0),
                        append("wf_a", 3)}),
            (Reasons{"", "", kConflict, "", ""}));
  EXPECT_EQ(version_of({"t", "wf_a"}), 4);
}

TEST_F(CommitContract, the_same_request_twice_is_refused_the_second_time) {
  Commit first = append("wf_a", 0), second = append("wf_b", 0), third = append("wf_c", 0);
  first.request = second.request = third.request = request_of("r");
  EXPECT_EQ(commit_all({first, second}), (Reasons{"", "store.request_exists"}));
  EXPECT_EQ(commit(third), "store.request_exists");
  EXPECT_EQ(version_of({"t", "wf_b"}), 0);
}

TEST_F(CommitContract, a_repeated_request_is_told_before_anything_else) {
  Commit first = append("wf_a", 0);
  first.request = request_of("r");
  EXPECT_EQ(commit(first), "");
  first.ended_task = TaskEnd{"task-none", 1, {}};
  first.not_after = now() - 1;
  EXPECT_EQ(commit(first), "store.request_exists");
  first.request.reset();
  EXPECT_EQ(commit(first), "store.task_lost");
  first.ended_task.reset();
  EXPECT_EQ(commit(first), kConflict);
}

TEST_F(CommitContract, of_the_same_request_at_once_one_wins) {
  constexpr int kThreads = 8;
  std::vector<std::string> reasons(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Commit one = append("wf_" + std::to_string(i), 0);
      one.request = request_of("r");
      const Result<void> result = store().commit({one}).front();
      reasons[static_cast<std::size_t>(i)] = result ? "" : result.error().reason;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), ""), 1);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "store.request_exists"), kThreads - 1);
}

TEST_F(CommitContract, of_commits_on_one_stream_at_once_one_wins) {
  constexpr int kThreads = 8;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] { done += store().commit({append("wf_a", 0)}).front() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(version_of({"t", "wf_a"}), 1);
}

TEST_F(CommitContract, is_refused_after_its_deadline_by_the_databases_clock) {
  Commit one = append("wf_a", 0);
  one.not_after = now() + 60'000;
  EXPECT_EQ(commit(one), "");
  Commit two = append("wf_a", 1);
  two.not_after = now() + 20;
  database_->pass_ms(50);
  EXPECT_EQ(commit_all({two, append("wf_b", 0)}), (Reasons{"store.deadline_passed", ""}));
}

TEST_F(CommitContract, text_comes_back_byte_for_byte) {
  const std::string text =
      "{\"a\":\"\\u0000 'quoted' \\\\ {curly} ,NULL, \xc3\xa4\xe2\x82\xac \xf0\x9d\x84\x90 "
      "\xe2\x80\xae\x01\x7f\r\n\t\"}";
  Commit one = full_commit("1", 0);
  one.events[0].body = one.events[0].type = one.events[0].hash = text;
  one.rows[0].doc = one.tasks[0].body = one.request->reply = text;
  one.rows[0].labels = {"\xc3\xa4'\\{\",%_"};
  EXPECT_EQ(commit(one), "");
  EXPECT_EQ(events_of({"t", "wf_a"}), one.events);
  EXPECT_EQ(rows({.tenant = "t", .table = Table::kApprovals}), one.rows);
  EXPECT_EQ(*store().find_request("t", "request-1"), *one.request);
  EXPECT_EQ(lease().tasks.at(0).body, text);
}

TEST_F(CommitContract, empty_text_is_not_absent) {
  Commit one = full_commit("1", 0);
  one.events[0] = {1, "", 0, "", "", ""};
  one.rows[0] = {Table::kApprovals, "row-1"};
  one.request = RequestRow{"request-1", "", "", 0};
  EXPECT_EQ(commit(one), "");
  EXPECT_EQ(events_of({"t", "wf_a"}), one.events);
  EXPECT_EQ(rows({.tenant = "t", .table = Table::kApprovals}), one.rows);
  EXPECT_EQ(*store().find_request("t", "request-1"), *one.request);
}

TEST_F(CommitContract, bodies_of_a_megabyte_fit) {
  std::vector<Commit> batch;
  for (int i = 0; i < 8; ++i) {
    Commit one = append("wf_" + std::to_string(i), 0);
    one.events[0].body = std::string(1 << 20, static_cast<char>('a' + i));
    one.request = request_of(std::to_string(i));
    one.request->reply = one.events[0].body;
    batch.push_back(one);
  }
  EXPECT_EQ(commit_all(batch), Reasons(8, ""));
  for (const Commit& one : batch) EXPECT_EQ(events_of(one.stream), one.events);
}

TEST_F(CommitContract, names_of_the_greatest_length_fit) {
  std::string name;
  for (std::size_t i = 0; i < kMaxName; ++i) name += static_cast<char>('!' + (i * i * 31 + i) % 90);
  Commit one = append(name, 0);
  one.stream.tenant = name;
  one.tasks = {task_due(name, 1)};
  one.rows = {{Table::kApprovals, name, name, name, name, {}, 1, "{}"}};
  one.request = request_of(name);
  EXPECT_EQ(commit(one), "");
  EXPECT_EQ(events_of({name, name}), one.events);
}

TEST_F(CommitContract, extreme_numbers_fit) {
  Commit one = append("wf_a", 0);
  one.events[0].at = std::numeric_limits<std::int64_t>::max();
  one.rows = {approval_row("ap_1", std::numeric_limits<std::int64_t>::min())};
  EXPECT_EQ(commit(one), "");
  EXPECT_EQ(events_of({"t", "wf_a"}), one.events);
  EXPECT_EQ(rows({.tenant = "t", .table = Table::kApprovals}), one.rows);
}

TEST_F(CommitContract, a_request_that_was_not_recorded_is_absent) {
  EXPECT_EQ(*store().find_request("t", "r"), std::nullopt);
}

TEST_F(CommitContract, forgets_old_requests_of_its_tenant) {
  Commit old = append("wf_a", 0), young = append("wf_b", 0), foreign = append("wf_a", 0);
  old.request = request_of("old", 100);
  young.request = request_of("young", 200);
  foreign.stream.tenant = "u";
  foreign.request = request_of("foreign", 100);
  EXPECT_EQ(commit_all({old, young, foreign}), (Reasons{"", "", ""}));
  Commit forget = append("wf_a", 1);
  forget.forget_requests_before = 200;
  forget.request = request_of("own", 100);
  EXPECT_EQ(commit(forget), "");
  EXPECT_FALSE(has_request("old"));
  EXPECT_TRUE(has_request("young"));
  EXPECT_TRUE(has_request("own"));
  EXPECT_TRUE(store().find_request("u", "foreign")->has_value());
}

TEST_F(CommitContract, heads_come_in_pages_by_tenant_and_name) {
  Commit foreign = append("wf_a", 0, 2);
  foreign.stream.tenant = "a";
  EXPECT_EQ(commit_all({append("wf_b", 0),
                        append("wf_a", 0, 3),
                        foreign,
                        append("wf_B", 0),
                        append("\xc3\xa4", 0)}),
            Reasons(5, ""));
  const std::vector<StreamHead> expected = {{{"a", "wf_a"}, 2, "h2"},
                                            {{"t", "wf_B"}, 1, "h1"},
                                            {{"t", "wf_a"}, 3, "h3"},
                                            {{"t", "wf_b"}, 1, "h1"},
                                            {{"t", "\xc3\xa4"}, 1, "h1"}};
  EXPECT_EQ(*store().heads({}, 100), expected);
  std::vector<StreamHead> paged;
  StreamId after;
  for (;;) {
    const auto page = store().heads(after, 2);
    ASSERT_TRUE(page);
    if (page->empty()) break;
    EXPECT_LE(page->size(), 2U);
    paged.insert(paged.end(), page->begin(), page->end());
    after = page->back().stream;
  }
  EXPECT_EQ(paged, expected);
  EXPECT_TRUE(store().heads({}, 0)->empty());
}

TEST_F(CommitContract, events_are_found_newest_first_wherever_they_stand) {
  Commit foreign = append("wf_a", 0, 2);
  foreign.stream.tenant = "a";
  EXPECT_EQ(commit_all({append("wf_b", 0), append("wf_a", 0, 3), foreign, append("wf_B", 0)}),
            Reasons(4, ""));
  using Places = std::vector<std::pair<std::string, std::int64_t>>;
  const auto found = [&](const EventQuery& query) {
    Places places;
    const std::vector<FoundEvent> events = store().search(query).value();
    for (const FoundEvent& one : events) {
      EXPECT_EQ(one.event, event_at(one.event.version));
      places.emplace_back(one.stream, one.event.version);
    }
    return places;
  };
  const Places all = {{"wf_a", 3}, {"wf_a", 2}, {"wf_b", 1}, {"wf_a", 1}, {"wf_B", 1}};
  EventQuery query{.tenant = "t"};
  EXPECT_EQ(found(query), all);
  query.limit = 2;
  Places paged;
  for (;;) {
    const auto page = store().search(query);
    ASSERT_TRUE(page);
    if (page->empty()) break;
    for (const FoundEvent& one : *page) paged.emplace_back(one.stream, one.event.version);
    query.before_at = page->back().event.at;
    query.before_stream = page->back().stream;
    query.before_version = page->back().event.version;
  }
  EXPECT_EQ(paged, all);
  EXPECT_EQ(found({.tenant = "t", .since = 1'002}), (Places{{"wf_a", 3}, {"wf_a", 2}}));
  EXPECT_EQ(found({.tenant = "t", .before_at = 1'002}),
            (Places{{"wf_b", 1}, {"wf_a", 1}, {"wf_B", 1}}));
  EXPECT_TRUE(found({.tenant = "t", .limit = 0}).empty());
}

TEST_F(CommitContract, an_audit_sees_everything_that_is_stored) {
  const auto names = [&](Kind kind) {
    std::vector<std::string> found;
    StreamId after;
    for (;;) {
      const auto page = store().entries(kind, after, 2);
      EXPECT_TRUE(page) << page.error().detail;
      if (!page || page->empty()) return found;
      for (const Entry& entry : *page) found.push_back(entry.name.tenant + "/" + entry.name.name);
      after = page->back().name;
    }
  };
  Commit one = full_commit("1", 0);
  one.rows.push_back({Table::kWorkflows, "wf_a"});
  one.rows.push_back({Table::kMessages, "ap_a/mail/ana"});
  Commit two = append("wf_b", 0);
  two.tasks = {task_due("b", 5), task_due("c", 6)};
  Commit other = append("wf_a", 0);
  other.stream.tenant = "s";
  EXPECT_EQ(commit_all({one, two, other}), (std::vector<std::string>{"", "", ""}));
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(Kind::kStreamsOfEvents), (Names{"s/wf_a", "t/wf_a", "t/wf_b"}));
  EXPECT_EQ(names(Kind::kWorkflowRows), Names{"t/wf_a"});
  EXPECT_EQ(names(Kind::kApprovalRows), Names{"t/row-1"});
  EXPECT_EQ(names(Kind::kMessageRows), Names{"t/ap_a/mail/ana"});
  EXPECT_EQ(names(Kind::kTasks), (Names{"t/b", "t/c", "t/task-1"}));
  EXPECT_EQ(store().entries(Kind::kTasks, {"t", ""}, 1)->front().task, task_due("b", 5));
}

TEST_F(CommitContract, tenants_do_not_see_each_other) {
  Commit ours = full_commit("1", 0), theirs = full_commit("1", 0);
  theirs.stream.tenant = "u";
  theirs.events[0].body = "theirs";
  theirs.rows[0].doc = "theirs";
  EXPECT_EQ(commit_all({ours, theirs}), (Reasons{"", ""}));
  EXPECT_EQ(events_of({"t", "wf_a"}), ours.events);
  EXPECT_EQ(events_of({"u", "wf_a"}), theirs.events);
  EXPECT_EQ(rows({.tenant = "t", .table = Table::kApprovals}), ours.rows);
  EXPECT_EQ(rows({.tenant = "u", .table = Table::kApprovals}), theirs.rows);
  EXPECT_TRUE(rows({.tenant = "", .table = Table::kApprovals}).empty());
  EXPECT_EQ(lease().tasks.size(), 2U);
  Commit drop = append("wf_a", 1);
  drop.dropped_tasks = {"task-1"};
  EXPECT_EQ(commit(drop), "");
  Commit end = append("wf_a", 1);
  end.stream.tenant = "u";
  end.ended_task = TaskEnd{"task-1", 99, {}};
  EXPECT_EQ(commit(end), "store.task_lost");
}

TEST_F(CommitContract, readers_beside_the_writer_see_whole_commits) {
  constexpr std::int64_t kVersions = 200;
  std::atomic<bool> done = false;
  std::thread reader([&] {
    std::int64_t seen = 0;
    while (!done) {
      const auto listed = store().list({.tenant = "t", .table = Table::kApprovals});
      ASSERT_TRUE(listed);
      if (listed->empty()) continue;
      const std::int64_t version = std::stoll(listed->front().doc);
      ASSERT_GE(version, seen);
      seen = version;
      const auto events = store().read({"t", "wf_a"}, 0, 1000);
      ASSERT_TRUE(events);
      ASSERT_GE(static_cast<std::int64_t>(events->size()), version);
      ASSERT_TRUE(store().find_request("t", std::to_string(version))->has_value());
    }
  });
  for (std::int64_t version = 1; version <= kVersions; ++version) {
    Commit one = append("wf_a", version - 1);
    one.rows = {approval_row("ap_1", 1)};
    one.rows[0].doc = std::to_string(version);
    one.request = request_of(std::to_string(version));
    EXPECT_EQ(commit(one), "");
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace fermata::store
