#include "store/check.hpp"

#include <gtest/gtest.h>

namespace fermata::store {
namespace {

Commit valid_commit() {
  Commit commit;
  commit.stream = {"t", "wf_1"};
  commit.expected_version = 2;
  commit.events = {{3, "a", 0, "{}", "h2", "h3"}, {4, "b", 0, "{}", "h3", "h4"}};
  commit.rows = {{Table::kApprovals, "ap_1", "wf_1", "pending", "agent", {"finance"}, 1, "{}"}};
  commit.tasks = {{"t", "deadline:ap_1", "deadline", "wf_1", 5, "{}"}};
  commit.request = RequestRow{"r", "f", "{}", 1};
  return commit;
}

std::string reason_of(const Commit& commit) {
  const Result<void> checked = check(commit);
  return checked ? "" : checked.error().reason;
}

TEST(CheckCommit, accepts_what_the_engine_writes) { EXPECT_EQ(reason_of(valid_commit()), ""); }

TEST(CheckCommit, refuses_a_gap_in_the_versions) {
  Commit commit = valid_commit();
  commit.events[1].version = 5;
  EXPECT_EQ(reason_of(commit), "store.bad_commit");
  commit = valid_commit();
  commit.expected_version = 0;
  EXPECT_EQ(reason_of(commit), "store.bad_commit");
}

TEST(CheckCommit, refuses_empty_and_endless_names) {
  Commit commit = valid_commit();
  commit.stream.tenant.clear();
  EXPECT_EQ(reason_of(commit), "store.bad_commit");
  commit = valid_commit();
  commit.tasks[0].id = std::string(kMaxName, 'x');
  EXPECT_EQ(reason_of(commit), "");
  commit.tasks[0].id += 'x';
  EXPECT_EQ(reason_of(commit), "store.bad_commit");
}

TEST(CheckCommit, refuses_a_bar_in_a_label) {
  Commit commit = valid_commit();
  commit.rows[0].labels = {"a", "b|c"};
  EXPECT_EQ(reason_of(commit), "store.bad_commit");
}

TEST(CheckCommit, refuses_what_is_no_text_wherever_it_is) {
  const std::string bad = "\xff";
  Commit event = valid_commit(), row = valid_commit(), label = valid_commit(),
         task = valid_commit(), dropped = valid_commit(), request = valid_commit();
  event.events[1].body = bad;
  row.rows[0].doc = bad;
  label.rows[0].labels = {"a", bad};
  task.tasks[0].body = bad;
  dropped.dropped_tasks = {bad};
  request.request->reply = bad;
  for (const Commit& commit : {event, row, label, task, dropped, request}) {
    EXPECT_EQ(reason_of(commit), "store.bad_commit");
  }
}

TEST(IsText, knows_utf8) {
  EXPECT_TRUE(is_text(""));
  EXPECT_TRUE(is_text("plain text of more than eight bytes"));
  EXPECT_TRUE(is_text("\x7f \xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xef\xbf\xbf"));
  EXPECT_TRUE(is_text("12345678\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
  EXPECT_FALSE(is_text(std::string_view("1234\0abcdefgh", 13)));
  EXPECT_FALSE(is_text(std::string_view("123456789\0", 10)));
  EXPECT_FALSE(is_text("\xc0\xaf"));          // Over-long.
  EXPECT_FALSE(is_text("\xe0\x9f\xbf"));      // Over-long.
  EXPECT_FALSE(is_text("\xf0\x8f\xbf\xbf"));  // Over-long.
  EXPECT_FALSE(is_text("\xed\xa0\x80"));      // A surrogate.
  EXPECT_FALSE(is_text("\xf4\x90\x80\x80"));  // Beyond U+10FFFF.
  EXPECT_FALSE(is_text("\x80"));
  EXPECT_FALSE(is_text("\xe2\x82"));
  EXPECT_FALSE(is_text("\xe2\x82g"));
}

}  // namespace
}  // namespace fermata::store
