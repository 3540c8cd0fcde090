#include "store/migration.hpp"

#include <gtest/gtest.h>

namespace fermata::store {
namespace {

const std::vector<Migration> kKnown = {{1, "0001_a", "c1", ""}, {2, "0002_b", "c2", ""}};

std::string outcome(const std::vector<AppliedMigration>& applied, bool migrate) {
  Options options;
  options.migrate = migrate;
  const Result<std::vector<Migration>> missing = pending(kKnown, applied, options);
  if (!missing) return missing.error().reason;
  std::string names;
  for (const Migration& migration : *missing) names += migration.name + std::string(" ");
  return names;
}

TEST(PendingMigrations, are_those_that_did_not_run) {
  EXPECT_EQ(outcome({}, true), "0001_a 0002_b ");
  EXPECT_EQ(outcome({{1, "c1"}}, true), "0002_b ");
  EXPECT_EQ(outcome({{1, "c1"}, {2, "c2"}}, false), "");
}

TEST(PendingMigrations, refuse_a_schema_that_is_not_ours) {
  EXPECT_EQ(outcome({{1, "c1"}}, false), "store.schema_too_old");
  EXPECT_EQ(outcome({{1, "c1"}, {2, "c2"}, {3, "c3"}}, true), "store.schema_too_new");
  EXPECT_EQ(outcome({{1, "other"}}, true), "store.schema_changed");
  EXPECT_EQ(outcome({{2, "c2"}}, true), "store.schema_changed");
}

}  // namespace
}  // namespace fermata::store
