// What list() promises.

#include "tests/contract/store_contract.hpp"

namespace fermata::store {
namespace {

using Ids = std::vector<std::string>;

class ListContract : public StoreContract {
 protected:
  void put(const std::vector<Row>& rows) {
    Commit one = append("wf_a", version_++);
    one.rows = rows;
    ASSERT_EQ(commit(one), "");
  }
  static RowQuery approvals() { return {.tenant = "t", .table = Table::kApprovals}; }

  std::int64_t version_ = 0;
};

TEST_F(ListContract, rows_come_newest_first_by_time_and_id) {
  put({approval_row("a", 1), approval_row("c", 2), approval_row("b", 2), approval_row("d", 3)});
  EXPECT_EQ(ids(approvals()), (Ids{"d", "c", "b", "a"}));
}

TEST_F(ListContract, a_row_is_replaced_whole) {
  put({approval_row("a", 1)});
  const Row changed{Table::kApprovals, "a", "", "approved", "other", {"x", "y"}, 7, "{\"n\":2}"};
  put({changed});
  EXPECT_EQ(rows(approvals()), std::vector<Row>{changed});
  const Row last{Table::kApprovals, "a", "", "expired", "other", {}, 7, "{}"};
  put({approval_row("a", 1), last});
  EXPECT_EQ(rows(approvals()), std::vector<Row>{last});
}

TEST_F(ListContract, tables_are_apart) {
  Row workflow = approval_row("a", 1);
  workflow.table = Table::kWorkflows;
  workflow.parent.clear();
  put({workflow, approval_row("a", 2)});
  EXPECT_EQ(rows({.tenant = "t", .table = Table::kWorkflows}), std::vector<Row>{workflow});
  EXPECT_EQ(rows(approvals()), std::vector<Row>{approval_row("a", 2)});
}

TEST_F(ListContract, filters_hold_together) {
  const auto row = [](const char* id, const char* parent, const char* status, const char* agent) {
    return Row{Table::kApprovals, id, parent, status, agent, {}, 1, "{}"};
  };
  put({row("a", "wf_1", "pending", "x"),
       row("b", "wf_1", "approved", "y"),
       row("c", "wf_2", "pending", "y"),
       row("d", "", "pending", "x")});
  RowQuery query = approvals();
  query.status = "pending";
  EXPECT_EQ(ids(query), (Ids{"d", "c", "a"}));
  query.agent = "x";
  EXPECT_EQ(ids(query), (Ids{"d", "a"}));
  query.parent = "wf_1";
  EXPECT_EQ(ids(query), Ids{"a"});
  query.id = "b";
  EXPECT_EQ(ids(query), Ids{});
  query = approvals();
  query.parent = "wf_1";
  EXPECT_EQ(ids(query), (Ids{"b", "a"}));
  query = approvals();
  query.agent = "y";
  EXPECT_EQ(ids(query), (Ids{"c", "b"}));
  query = approvals();
  query.id = "c";
  EXPECT_EQ(ids(query), Ids{"c"});
  query.id = "PENDING";
  EXPECT_EQ(ids(query), Ids{});
}

TEST_F(ListContract, counts_what_it_would_list) {
  put({approval_row("a", 1), approval_row("b", 2), approval_row("c", 3)});
  RowQuery query = approvals();
  EXPECT_EQ(store().count(query).value_or(-1), 3);
  query.limit = 2;
  EXPECT_EQ(store().count(query).value_or(-1), 2);
  query.limit = 50;
  query.since = 2;
  EXPECT_EQ(ids(query), (Ids{"c", "b"}));
  EXPECT_EQ(store().count(query).value_or(-1), 2);
  query.since = 4;
  EXPECT_EQ(store().count(query).value_or(-1), 0);
  query.since.reset();
  query.before_created_at = 3;
  query.before_id = "c";
  EXPECT_EQ(store().count(query).value_or(-1), 2);
}

TEST_F(ListContract, of_each_queue_only_the_first) {
  const auto row = [](const char* id, TimeMs created_at, const char* queue, TimeMs queued_at) {
    Row one = approval_row(id, created_at);
    one.queue = queue;
    one.queued_at = queued_at;
    return one;
  };
  Row elsewhere = row("0", 1, "x", 1);
  elsewhere.table = Table::kWorkflows;
  put({row("a", 1, "x", 7),
       row("b", 2, "x", 7),
       row("c", 3, "x", 5),
       row("d", 4, "y", 9),
       row("e", 5, "", 0),
       row("f", 6, "", 0),
       elsewhere});
  RowQuery query = approvals();
  query.first_of_queue = true;
  EXPECT_EQ(ids(query), (Ids{"f", "e", "d", "c"}));
  EXPECT_EQ(store().count(query).value_or(-1), 4);
  put({row("c", 3, "", 0)});
  EXPECT_EQ(ids(query), (Ids{"f", "e", "d", "c", "a"}));
}

TEST_F(ListContract, any_of_the_labels_is_enough) {
  const auto row = [](const char* id, std::vector<std::string> labels) {
    Row one = approval_row(id, 1);
    one.labels = std::move(labels);
    return one;
  };
  put({row("a", {"finance", "legal"}),
       row("b", {"finance"}),
       row("c", {"ops"}),
       row("d", {}),
       row("e", {"finance-eu"}),
       row("f", {"100%", "a_b"}),
       row("g", {"FINANCE"})});
  RowQuery query = approvals();
  const auto with = [&](std::vector<std::string> labels) {
    query.any_label = std::move(labels);
    return ids(query);
  };
  EXPECT_EQ(with({"finance"}), (Ids{"b", "a"}));
  EXPECT_EQ(with({"legal", "ops"}), (Ids{"c", "a"}));
  EXPECT_EQ(with({"finance", "legal", "none"}), (Ids{"b", "a"}));
  EXPECT_EQ(with({"finance-eu"}), Ids{"e"});
  EXPECT_EQ(with({"%"}), Ids{});
  EXPECT_EQ(with({"100%"}), Ids{"f"});
  EXPECT_EQ(with({"axb"}), Ids{});
  EXPECT_EQ(with({"a_b"}), Ids{"f"});
  EXPECT_EQ(with({"fin"}), Ids{});
  query.status = "approved";
  EXPECT_EQ(with({"finance"}), Ids{});
}

TEST_F(ListContract, pages_go_through_all_rows_once_even_of_equal_times) {
  Ids expected;
  std::vector<Row> all;
  for (int i = 24; i >= 0; --i) {
    const std::string id = std::string("ap_") + static_cast<char>('a' + i);
    all.push_back(approval_row(id, i / 10));
    expected.push_back(id);
  }
  put(all);
  for (const int limit : {1, 3, 10, 100}) {
    RowQuery query = approvals();
    query.limit = limit;
    Ids paged;
    for (;;) {
      const std::vector<Row> page = rows(query);
      if (page.empty()) break;
      EXPECT_LE(page.size(), static_cast<std::size_t>(limit));
      for (const Row& row : page) paged.push_back(row.id);
      query.before_created_at = page.back().created_at;
      query.before_id = page.back().id;
    }
    EXPECT_EQ(paged, expected) << limit;
  }
}

TEST_F(ListContract, a_page_keeps_to_the_filters) {
  for (int i = 0; i < 6; ++i) {
    Row row = approval_row("ap_" + std::to_string(i), 1);
    row.status = i % 2 == 0 ? "pending" : "approved";
    put({row});
  }
  RowQuery query = approvals();
  query.status = "pending";
  query.any_label = {"finance"};
  query.before_created_at = 1;
  query.before_id = "ap_4";
  EXPECT_EQ(ids(query), (Ids{"ap_2", "ap_0"}));
}

TEST_F(ListContract, a_queue_gives_the_longest_queued_first) {
  const auto queued = [](const char* id, const char* queue, TimeMs queued_at) {
    Row row = approval_row(id, 1);
    row.queue = queue;
    row.queued_at = queued_at;
    return row;
  };
  put({queued("a", "worker/x", 30),
       queued("b", "worker/x", 10),
       queued("c", "worker/y", 5),
       queued("d", "worker/x", 20),
       queued("e", "", 1)});
  RowQuery query = approvals();
  query.queue = "worker/x";
  EXPECT_EQ(ids(query), (Ids{"b", "d", "a"}));
  EXPECT_EQ(rows(query).front(), queued("b", "worker/x", 10));
  query.limit = 1;
  EXPECT_EQ(ids(query), Ids{"b"});
  put({queued("b", "", 0)});
  EXPECT_EQ(ids(query), Ids{"d"}) << "who leaves the queue is not in it";
}

TEST_F(ListContract, no_limit_below_one_gives_rows) {
  put({approval_row("a", 1)});
  RowQuery query = approvals();
  query.limit = 0;
  EXPECT_EQ(ids(query), Ids{});
  query.limit = -1;
  EXPECT_EQ(ids(query), Ids{});
}

}  // namespace
}  // namespace fermata::store
