#include "base/time.hpp"
#include "store/sqlite/migrations.hpp"

namespace fermata::store::sqlite {
namespace {

constexpr Sql kHasTable{
    "has_migrations",
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'"};

constexpr const char* kCreateTable =
    "CREATE TABLE schema_migrations ("
    "number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
    "applied_at INTEGER NOT NULL) STRICT";

constexpr Sql kApplied{"applied_migrations",
                       "SELECT number, checksum FROM schema_migrations ORDER BY number"};

constexpr Sql kRecord{"record_migration", "INSERT INTO schema_migrations VALUES (?1, ?2, ?3, ?4)"};

Result<std::vector<AppliedMigration>> applied_migrations(Connection& connection) {
  std::vector<AppliedMigration> applied;
  Run exists(connection, kHasTable);
  FERMATA_CHECK_OK(exists.next());
  if (exists.number(0) == 0) return applied;
  Run run(connection, kApplied);
  for (;;) {
    FERMATA_TRY(const bool row, run.next());
    if (!row) return applied;
    applied.push_back({static_cast<int>(run.number(0)), run.text(1)});
  }
}

Result<void> run_migrations(Connection& connection, bool first, const std::vector<Migration>& run) {
  if (first) FERMATA_CHECK_OK(connection.execute("create_migrations", kCreateTable));
  for (const Migration& migration : run) {
    FERMATA_CHECK_OK(connection.execute(migration.name, migration.sql));
    Run record(connection, kRecord);
    record.bind_all(std::int64_t{migration.number},
                    std::string_view(migration.name),
                    std::string_view(migration.checksum),
                    SystemClock().now_ms());
    FERMATA_CHECK_OK(record.finish());
  }
  return {};
}

}  // namespace

Result<void> migrate(Connection& connection, const Options& options) {
  FERMATA_TRY(const auto applied, applied_migrations(connection));
  FERMATA_TRY(const auto missing, pending(migrations(), applied, options));
  if (missing.empty()) return {};
  FERMATA_CHECK_OK(connection.execute("begin_migration", "BEGIN IMMEDIATE"));
  Result<void> done = run_migrations(connection, applied.empty(), missing);
  if (done) done = connection.execute("commit_migration", "COMMIT");
  if (!done && connection.in_transaction()) {
    FERMATA_CHECK_OK(connection.execute("rollback_migration", "ROLLBACK"));
  }
  return done;
}

}  // namespace fermata::store::sqlite
