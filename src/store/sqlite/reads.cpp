#include "store/sqlite/reads.hpp"

#include <algorithm>
#include <array>

#include "store/list_sql.hpp"
#include "store/rows.hpp"

namespace fermata::store::sqlite {
namespace {

constexpr Sql kReadEvents{
    "read_events",
    "SELECT version, type, at, body, prev_hash, hash FROM events"
    " WHERE tenant = ?1 AND stream = ?2 AND version > ?3 ORDER BY version LIMIT ?4"};

constexpr Sql kSearchEvents{
    "search_events",
    "SELECT stream, version, type, at, body, prev_hash, hash FROM events"
    " WHERE tenant = ?1 AND at >= ?2 AND (at, stream, version) < (?3, ?4, ?5)"
    " ORDER BY at DESC, stream DESC, version DESC LIMIT ?6"};

constexpr Sql kFindRequest{
    "find_request",
    "SELECT id, fingerprint, reply, at FROM requests WHERE tenant = ?1 AND id = ?2"};

constexpr Sql kListHeads{"list_heads",
                         "SELECT tenant, name, version, hash FROM streams"
                         " WHERE (tenant, name) > (?1, ?2) ORDER BY tenant, name LIMIT ?3"};

constexpr Sql kPing{"ping", "SELECT 1 FROM streams LIMIT 1"};

// By Kind.
constexpr std::array<Sql, 5> kListEntries{{
    {"list_event_streams",
     "SELECT DISTINCT tenant, stream FROM events WHERE (tenant, stream) > (?1, ?2)"
     " ORDER BY tenant, stream LIMIT ?3"},
    {"list_workflow_rows",
     "SELECT tenant, id FROM read_models WHERE kind = 'workflow' AND (tenant, id) > (?1, ?2)"
     " ORDER BY tenant, id LIMIT ?3"},
    {"list_approval_rows",
     "SELECT tenant, id FROM read_models WHERE kind = 'approval' AND (tenant, id) > (?1, ?2)"
     " ORDER BY tenant, id LIMIT ?3"},
    {"list_message_rows",
     "SELECT tenant, id FROM read_models WHERE kind = 'message' AND (tenant, id) > (?1, ?2)"
     " ORDER BY tenant, id LIMIT ?3"},
    {"list_tasks",
     "SELECT tenant, id, kind, stream, due_at, body, attempts, token FROM tasks"
     " WHERE (tenant, id) > (?1, ?2) ORDER BY tenant, id LIMIT ?3"},
}};

std::int64_t at_least_zero(int limit) { return std::max(0, limit); }

}  // namespace

Result<std::vector<EventRow>> read_events(Connection& connection,
                                          const StreamId& stream,
                                          std::int64_t after,
                                          int limit) {
  Run run(connection, kReadEvents);
  run.bind_all(stream.tenant, stream.name, after, at_least_zero(limit));
  std::vector<EventRow> events;
  for (;;) {
    FERMATA_TRY(const bool row, run.next());
    if (!row) return events;
    events.push_back(
        {run.number(0), run.text(1), run.number(2), run.text(3), run.text(4), run.text(5)});
  }
}

Result<std::vector<FoundEvent>> search_events(Connection& connection, const EventQuery& query) {
  Run run(connection, kSearchEvents);
  run.bind_all(query.tenant,
               query.since,
               query.before_at,
               query.before_stream,
               query.before_version,
               at_least_zero(query.limit));
  std::vector<FoundEvent> found;
  for (;;) {
    FERMATA_TRY(const bool row, run.next());
    if (!row) return found;
    found.push_back(
        {run.text(0),
         {run.number(1), run.text(2), run.number(3), run.text(4), run.text(5), run.text(6)}});
  }
}

Result<std::optional<RequestRow>> find_request(Connection& connection,
                                               const std::string& tenant,
                                               const std::string& id) {
  Run run(connection, kFindRequest);
  run.bind_all(tenant, id);
  FERMATA_TRY(const bool row, run.next());
  if (!row) return std::optional<RequestRow>();
  return std::optional<RequestRow>({run.text(0), run.text(1), run.text(2), run.number(3)});
}

Result<std::vector<Row>> list_rows(Connection& connection, const RowQuery& query) {
  const ListSql sql = list_sql(query, "?", "instr");
  Run run(connection, Sql{"list_rows", sql.text});
  for (const ListParameter& parameter : sql.parameters) {
    std::visit([&](const auto& value) { run.bind(value); }, parameter);
  }
  std::vector<Row> rows;
  for (;;) {
    FERMATA_TRY(const bool found, run.next());
    if (!found) return rows;
    rows.push_back({query.table,
                    run.text(0),
                    run.text(1),
                    run.text(2),
                    run.text(3),
                    split_labels(run.text(4)),
                    run.number(5),
                    run.text(6),
                    run.text(7),
                    run.number(8)});
  }
}

Result<std::int64_t> count_rows(Connection& connection, const RowQuery& query) {
  const ListSql sql = count_sql(query, "?", "instr");
  Run run(connection, Sql{"count_rows", sql.text});
  for (const ListParameter& parameter : sql.parameters) {
    std::visit([&](const auto& value) { run.bind(value); }, parameter);
  }
  FERMATA_TRY(const bool found, run.next());
  return found ? run.number(0) : 0;
}

Result<std::vector<StreamHead>> list_heads(Connection& connection,
                                           const StreamId& after,
                                           int limit) {
  Run run(connection, kListHeads);
  run.bind_all(after.tenant, after.name, at_least_zero(limit));
  std::vector<StreamHead> heads;
  for (;;) {
    FERMATA_TRY(const bool row, run.next());
    if (!row) return heads;
    heads.push_back({{run.text(0), run.text(1)}, run.number(2), run.text(3)});
  }
}

Result<std::vector<Entry>> list_entries(Connection& connection,
                                        Kind kind,
                                        const StreamId& after,
                                        int limit) {
  Run run(connection, kListEntries[static_cast<std::size_t>(kind)]);
  run.bind_all(after.tenant, after.name, at_least_zero(limit));
  std::vector<Entry> entries;
  for (;;) {
    FERMATA_TRY(const bool row, run.next());
    if (!row) return entries;
    entries.push_back({{run.text(0), run.text(1)}, {}});
    if (kind != Kind::kTasks) continue;
    entries.back().task = TaskRow{run.text(0),
                                  run.text(1),
                                  run.text(2),
                                  run.text(3),
                                  run.number(4),
                                  run.text(5),
                                  static_cast<int>(run.number(6)),
                                  run.number(7)};
  }
}

Result<void> ping(Connection& connection) { return Run(connection, kPing).finish(); }

}  // namespace fermata::store::sqlite
