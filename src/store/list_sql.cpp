#include "store/list_sql.hpp"

#include <algorithm>

#include "store/rows.hpp"

namespace fermata::store {

namespace {

// The condition and the order of the rows.
ListSql select(const std::string& columns,
               const RowQuery& query,
               const char* mark,
               const char* position_of) {
  ListSql sql;
  const auto parameter = [&](ListParameter value) {
    sql.parameters.push_back(std::move(value));
    return mark + std::to_string(sql.parameters.size());
  };
  sql.text = "SELECT " + columns + " FROM read_models AS r";
  sql.text += " WHERE tenant = " + parameter(query.tenant);
  sql.text += " AND kind = " + parameter(std::string(name_of(query.table)));
  const auto equal = [&](const char* column, const std::string& value) {
    if (!value.empty()) sql.text += std::string(" AND ") + column + " = " + parameter(value);
  };
  equal("id", query.id);
  equal("status", query.status);
  // Lets the planner see that a partial index holds every row that fits; likewise below.
  if (query.status == "pending") sql.text += " AND status = 'pending'";
  equal("agent", query.agent);
  equal("parent", query.parent);
  if (!query.parent.empty()) sql.text += " AND parent <> ''";
  equal("queue", query.queue);
  if (!query.queue.empty()) sql.text += " AND queue <> ''";
  if (query.first_of_queue)
    // A look at the head of each line, which no planner makes a join of: one that has not counted
    // its rows lately would compare each with each.
    sql.text +=
        " AND (r.queue = '' OR r.id = (SELECT f.id FROM read_models AS f WHERE f.tenant = r.tenant "
        "AND f.kind = r.kind AND f.queue = r.queue AND f.queue <> '' ORDER BY f.queued_at, f.id "
        "LIMIT 1))";
  if (query.since) sql.text += " AND created_at >= " + parameter(*query.since);
  std::string labels;
  for (const std::string& label : query.any_label) {
    labels += labels.empty() ? " AND (" : " OR ";
    labels += std::string(position_of) + "(labels, " + parameter("|" + label + "|") + ") > 0";
  }
  sql.text += labels + (labels.empty() ? "" : ")");
  if (query.before_created_at) {
    sql.text += " AND (created_at, id) < (" + parameter(*query.before_created_at);
    sql.text += ", " + parameter(query.before_id) + ")";
  }
  sql.text += query.queue.empty() ? " ORDER BY created_at DESC, id DESC LIMIT "
                                  : " ORDER BY queued_at, id LIMIT ";
  sql.text += parameter(std::int64_t{std::max(0, query.limit)});
  return sql;
}

}  // namespace

ListSql list_sql(const RowQuery& query, const char* mark, const char* position_of) {
  return select("id, parent, status, agent, labels, created_at, doc, queue, queued_at",
                query,
                mark,
                position_of);
}

ListSql count_sql(const RowQuery& query, const char* mark, const char* position_of) {
  ListSql sql = select("1", query, mark, position_of);
  sql.text = "SELECT count(*) FROM (" + sql.text + ") AS found";
  return sql;
}

}  // namespace fermata::store
