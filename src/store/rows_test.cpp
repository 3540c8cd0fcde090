#include "store/rows.hpp"

#include <gtest/gtest.h>

#include "store/list_sql.hpp"

namespace fermata::store {
namespace {

using Labels = std::vector<std::string>;

TEST(Labels, come_back_as_they_went) {
  for (const Labels& labels : {Labels{},
                               Labels{"a"},
                               Labels{"a", "b c", "ä"},
                               Labels{""},
                               Labels{"a", "", "b"},
                               Labels{"%", "_", "'"}}) {
    EXPECT_EQ(split_labels(join_labels(labels)), labels);
  }
  EXPECT_EQ(join_labels({"a", "b"}), "|a|b|");
}

TEST(ListSql, holds_only_the_filters_that_are_given) {
  RowQuery query;
  query.tenant = "t";
  const ListSql plain = list_sql(query, "?", "instr");
  EXPECT_EQ(plain.text,
            "SELECT id, parent, status, agent, labels, created_at, doc, queue, queued_at"
            " FROM read_models AS r"
            " WHERE tenant = ?1 AND kind = ?2 ORDER BY created_at DESC, id DESC LIMIT ?3");
  query.status = "pending";
  query.any_label = {"a", "b"};
  query.before_created_at = 7;
  const ListSql filtered = list_sql(query, "$", "strpos");
  EXPECT_EQ(filtered.text,
            "SELECT id, parent, status, agent, labels, created_at, doc, queue, queued_at"
            " FROM read_models AS r"
            " WHERE tenant = $1 AND kind = $2 AND status = $3 AND status = 'pending'"
            " AND (strpos(labels, $4) > 0 OR strpos(labels, $5) > 0)"
            " AND (created_at, id) < ($6, $7) ORDER BY created_at DESC, id DESC LIMIT $8");
  EXPECT_EQ(filtered.parameters.size(), 8U);
}

}  // namespace
}  // namespace fermata::store
