#include "store/postgres/reads.hpp"

#include <algorithm>
#include <array>

#include "store/list_sql.hpp"
#include "store/rows.hpp"

namespace fermata::store::postgres {
namespace {

constexpr Sql kReadEvents{
    "read_events",
    "SELECT version, type, at, body, prev_hash, hash FROM events"
    " WHERE tenant = $1 AND stream = $2 AND version > $3 ORDER BY version LIMIT $4"};

constexpr Sql kSearchEvents{
    "search_events",
    "SELECT stream, version, type, at, body, prev_hash, hash FROM events"
    " WHERE tenant = $1 AND at >= $2 AND (at, stream, version) < ($3, $4, $5)"
    " ORDER BY at DESC, stream DESC, version DESC LIMIT $6"};

constexpr Sql kFindRequest{
    "find_request",
    "SELECT id, fingerprint, reply, at FROM requests WHERE tenant = $1 AND id = $2"};

// A synchronous write that changes nothing. A request whose commit's wait for the standby was
// cancelled is visible and yet may be lost with this machine; after this it is on the standby too.
constexpr Sql kMakeDurable{"make_durable",
                           "SELECT CASE WHEN current_setting('synchronous_standby_names') <> ''"
                           " THEN pg_logical_emit_message(true, 'fermata', '') END"};

constexpr Sql kListHeads{"list_heads",
                         "SELECT tenant, name, version, hash FROM streams"
                         " WHERE (tenant, name) > ($1, $2) ORDER BY tenant, name LIMIT $3"};

constexpr Sql kNow{"now", "SELECT now_ms()"};

// By Kind.
constexpr std::array<Sql, 5> kListEntries{{
    {"list_event_streams",
     "SELECT DISTINCT tenant, stream FROM events WHERE (tenant, stream) > ($1, $2)"
     " ORDER BY tenant, stream LIMIT $3"},
    {"list_workflow_rows",
     "SELECT tenant, id FROM read_models WHERE kind = 'workflow' AND (tenant, id) > ($1, $2)"
     " ORDER BY tenant, id LIMIT $3"},
    {"list_approval_rows",
     "SELECT tenant, id FROM read_models WHERE kind = 'approval' AND (tenant, id) > ($1, $2)"
     " ORDER BY tenant, id LIMIT $3"},
    {"list_message_rows",
     "SELECT tenant, id FROM read_models WHERE kind = 'message' AND (tenant, id) > ($1, $2)"
     " ORDER BY tenant, id LIMIT $3"},
    {"list_tasks",
     "SELECT tenant, id, kind, stream, due_at, body, attempts, token FROM tasks"
     " WHERE (tenant, id) > ($1, $2) ORDER BY tenant, id LIMIT $3"},
}};

std::int64_t at_least_zero(int limit) { return std::max(0, limit); }

}  // namespace

Result<std::vector<EventRow>> read_events(Connection& connection,
                                          const StreamId& stream,
                                          std::int64_t after,
                                          int limit) {
  Parameters parameters;
  parameters.add(stream.tenant).add(stream.name).add(after).add(at_least_zero(limit));
  FERMATA_TRY(const Rows rows, connection.read(kReadEvents, parameters));
  std::vector<EventRow> events;
  events.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    events.push_back({rows.number(i, 0),
                      rows.text(i, 1),
                      rows.number(i, 2),
                      rows.text(i, 3),
                      rows.text(i, 4),
                      rows.text(i, 5)});
  }
  return events;
}

Result<std::vector<FoundEvent>> search_events(Connection& connection, const EventQuery& query) {
  Parameters parameters;
  parameters.add(query.tenant)
      .add(query.since)
      .add(query.before_at)
      .add(query.before_stream)
      .add(query.before_version)
      .add(at_least_zero(query.limit));
  FERMATA_TRY(const Rows rows, connection.read(kSearchEvents, parameters));
  std::vector<FoundEvent> found;
  found.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    found.push_back({rows.text(i, 0),
                     {rows.number(i, 1),
                      rows.text(i, 2),
                      rows.number(i, 3),
                      rows.text(i, 4),
                      rows.text(i, 5),
                      rows.text(i, 6)}});
  }
  return found;
}

Result<std::optional<RequestRow>> find_request(Connection& connection,
                                               const std::string& tenant,
                                               const std::string& id) {
  Parameters parameters;
  parameters.add(tenant).add(id);
  FERMATA_TRY(const Rows rows, connection.read(kFindRequest, parameters));
  if (rows.size() == 0) return std::optional<RequestRow>();
  FERMATA_CHECK_OK(connection.read(kMakeDurable, Parameters()));
  return std::optional<RequestRow>(
      {rows.text(0, 0), rows.text(0, 1), rows.text(0, 2), rows.number(0, 3)});
}

Result<std::vector<Row>> list_rows(Connection& connection, const RowQuery& query) {
  const ListSql sql = list_sql(query, "$", "strpos");
  Parameters parameters;
  for (const ListParameter& parameter : sql.parameters) {
    std::visit([&](const auto& value) { parameters.add(value); }, parameter);
  }
  FERMATA_TRY(const Rows found, connection.read_unprepared({"list_rows", sql.text}, parameters));
  std::vector<Row> rows;
  rows.reserve(static_cast<std::size_t>(found.size()));
  for (int i = 0; i < found.size(); ++i) {
    rows.push_back({query.table,
                    found.text(i, 0),
                    found.text(i, 1),
                    found.text(i, 2),
                    found.text(i, 3),
                    split_labels(found.text(i, 4)),
                    found.number(i, 5),
                    found.text(i, 6),
                    found.text(i, 7),
                    found.number(i, 8)});
  }
  return rows;
}

Result<std::int64_t> count_rows(Connection& connection, const RowQuery& query) {
  const ListSql sql = count_sql(query, "$", "strpos");
  Parameters parameters;
  for (const ListParameter& parameter : sql.parameters) {
    std::visit([&](const auto& value) { parameters.add(value); }, parameter);
  }
  FERMATA_TRY(const Rows found, connection.read_unprepared({"count_rows", sql.text}, parameters));
  return found.number(0, 0);
}

Result<std::vector<StreamHead>> list_heads(Connection& connection,
                                           const StreamId& after,
                                           int limit) {
  Parameters parameters;
  parameters.add(after.tenant).add(after.name).add(at_least_zero(limit));
  FERMATA_TRY(const Rows rows, connection.read(kListHeads, parameters));
  std::vector<StreamHead> heads;
  heads.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    heads.push_back({{rows.text(i, 0), rows.text(i, 1)}, rows.number(i, 2), rows.text(i, 3)});
  }
  return heads;
}

Result<std::vector<Entry>> list_entries(Connection& connection,
                                        Kind kind,
                                        const StreamId& after,
                                        int limit) {
  Parameters parameters;
  parameters.add(after.tenant).add(after.name).add(at_least_zero(limit));
  FERMATA_TRY(const Rows rows,
              connection.read(kListEntries[static_cast<std::size_t>(kind)], parameters));
  std::vector<Entry> entries;
  entries.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    entries.push_back({{rows.text(i, 0), rows.text(i, 1)}, {}});
    if (kind != Kind::kTasks) continue;
    entries.back().task = TaskRow{rows.text(i, 0),
                                  rows.text(i, 1),
                                  rows.text(i, 2),
                                  rows.text(i, 3),
                                  rows.number(i, 4),
                                  rows.text(i, 5),
                                  static_cast<int>(rows.number(i, 6)),
                                  rows.number(i, 7)};
  }
  return entries;
}

Result<TimeMs> database_now(Connection& connection) {
  FERMATA_TRY(const Rows rows, connection.read(kNow, Parameters()));
  return rows.number(0, 0);
}

}  // namespace fermata::store::postgres
