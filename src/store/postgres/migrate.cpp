#include "store/postgres/migrations.hpp"

namespace fermata::store::postgres {
namespace {

constexpr int kTimeoutMs = 10 * 60 * 1000;

// The number of the lock is the word "Fermata" in ASCII.
constexpr const char* kBegin =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;"
    "SELECT pg_advisory_xact_lock(x'4665726d617461'::bigint)";

// Reading pg_class makes the session notice what others have created since it last looked.
constexpr const char* kHasTable =
    "SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('schema_migrations'))";

constexpr const char* kCreateTable =
    "CREATE TABLE schema_migrations ("
    "number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    "applied_at timestamptz NOT NULL DEFAULT now())";

constexpr const char* kApplied = "SELECT number, checksum FROM schema_migrations ORDER BY number";

constexpr Sql kRecord{"record_migration",
                      "INSERT INTO schema_migrations (number, name, checksum)"
                      " VALUES ($1, $2, $3)"};

Result<Rows> run(Connection& connection, const char* name, const std::string& sql) {
  Answer answer = connection.run_script(name, sql, kTimeoutMs);
  if (!answer) return tl::unexpected(answer.error().error);
  return std::move(*answer);
}

Result<std::vector<AppliedMigration>> applied_migrations(Connection& connection) {
  std::vector<AppliedMigration> applied;
  FERMATA_TRY(const Rows exists, run(connection, "has_migrations", kHasTable));
  if (exists.text(0, 0) != "t") return applied;
  FERMATA_TRY(const Rows rows, run(connection, "applied_migrations", kApplied));
  for (int i = 0; i < rows.size(); ++i) {
    applied.push_back({static_cast<int>(rows.number(i, 0)), rows.text(i, 1)});
  }
  return applied;
}

// Looks again, under the lock: another server may have done it meanwhile.
Result<void> run_missing(Connection& connection, const Options& options) {
  FERMATA_TRY(const auto applied, applied_migrations(connection));
  FERMATA_TRY(const auto missing, pending(migrations(), applied, options));
  if (applied.empty()) FERMATA_CHECK_OK(run(connection, "create_migrations", kCreateTable));
  for (const Migration& migration : missing) {
    FERMATA_CHECK_OK(run(connection, migration.name, migration.sql));
    Parameters parameters;
    parameters.add(std::int64_t{migration.number}).add(migration.name).add(migration.checksum);
    if (Answer recorded = connection.run_unprepared(kRecord, parameters); !recorded) {
      return tl::unexpected(recorded.error().error);
    }
  }
  return {};
}

}  // namespace

Result<void> migrate(Connection& connection, const Options& options) {
  FERMATA_TRY(const auto applied, applied_migrations(connection));
  FERMATA_TRY(const auto missing, pending(migrations(), applied, options));
  if (missing.empty()) return {};
  FERMATA_CHECK_OK(run(connection, "begin_migration", kBegin));
  Result<void> done = run_missing(connection, options);
  const Result<Rows> ended = run(connection, "end_migration", done ? "COMMIT" : "ROLLBACK");
  if (done && !ended) return tl::unexpected(ended.error());
  return done;
}

}  // namespace fermata::store::postgres
