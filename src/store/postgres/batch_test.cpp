#include "store/postgres/batch.hpp"

#include <gtest/gtest.h>

namespace fermata::store::postgres {
namespace {

Commit on_stream(const std::string& name) {
  Commit commit;
  commit.stream = {"t", name};
  return commit;
}

// Streams of each wave.
std::vector<std::string> waves_of(const std::vector<Commit>& commits) {
  std::vector<const Commit*> pointers;
  for (const Commit& commit : commits) pointers.push_back(&commit);
  std::vector<std::string> names;
  for (const Wave& wave : waves(pointers)) {
    names.emplace_back();
    for (const Commit* commit : wave) names.back() += commit->stream.name;
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(Waves, are_one_when_nothing_is_shared) {
  EXPECT_EQ(waves_of({on_stream("a"), on_stream("b"), on_stream("c")}), Names{"abc"});
  EXPECT_EQ(waves_of({}), Names{});
}

TEST(Waves, keep_the_order_of_commits_on_one_stream) {
  EXPECT_EQ(
      waves_of({on_stream("a"), on_stream("b"), on_stream("a"), on_stream("c"), on_stream("a")}),
      (Names{"abc", "a", "a"}));
}

TEST(Waves, separate_commits_that_share_a_task_a_row_or_a_request) {
  Commit a = on_stream("a"), b = on_stream("b");
  a.dropped_tasks = {"x"};
  b.tasks = {{"t", "x", "kind", "b", 1, "{}"}};
  EXPECT_EQ(waves_of({a, b}), (Names{"a", "b"}));
  a = on_stream("a"), b = on_stream("b");
  a.rows = {{Table::kWorkflows, "x"}};
  b.rows = {{Table::kWorkflows, "x"}};
  EXPECT_EQ(waves_of({a, b}), (Names{"a", "b"}));
  b.rows = {{Table::kApprovals, "x"}};
  EXPECT_EQ(waves_of({a, b}), Names{"ab"});
  a.request = b.request = RequestRow{"r", "", "", 1};
  EXPECT_EQ(waves_of({a, b}), (Names{"a", "b"}));
  b.stream.tenant = "other";
  EXPECT_EQ(waves_of({a, b}), Names{"ab"});
}

}  // namespace
}  // namespace fermata::store::postgres
