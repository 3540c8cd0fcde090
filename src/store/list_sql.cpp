#include "store/list_sql.hpp"

#include <algorithm>

#include "store/rows.hpp"

namespace fermata::store {

ListSql list_sql(const RowQuery& query, const char* mark, const char* position_of) {
  ListSql sql;
  const auto parameter = [&](ListParameter value) {
    sql.parameters.push_back(std::move(value));
    return mark + std::to_string(sql.parameters.size());
  };
  sql.text =
      "SELECT id, parent, status, agent, labels, created_at, doc, queue, queued_at FROM "
      "read_models";
  sql.text += " WHERE tenant = " + parameter(query.tenant);
  sql.text += " AND kind = " + parameter(std::string(name_of(query.table)));
  const auto equal = [&](const char* column, const std::string& value) {
    if (!value.empty()) sql.text += std::string(" AND ") + column + " = " + parameter(value);
  };
  equal("id", query.id);
  equal("status", query.status);
  equal("agent", query.agent);
  equal("parent", query.parent);
  // Lets the planner see that the partial index on `parent` holds every row that fits.
  if (!query.parent.empty()) sql.text += " AND parent <> ''";
  equal("queue", query.queue);
  if (!query.queue.empty()) sql.text += " AND queue <> ''";  // As with `parent`.
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

}  // namespace fermata::store
