#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "bench/limit.hpp"

namespace fermata::bench {
namespace {

void check(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(database));
  std::exit(1);
}

void run(sqlite3* database, const char* sql) {
  check(database, sqlite3_exec(database, sql, nullptr, nullptr, nullptr));
}

sqlite3_stmt* prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  check(database, sqlite3_prepare_v2(database, sql, -1, &statement, nullptr));
  return statement;
}

void write(
    sqlite3* database, sqlite3_stmt* statement, int stream, int key, const std::string& body) {
  sqlite3_bind_int(statement, 1, stream);
  sqlite3_bind_int(statement, 2, key);
  sqlite3_bind_text(statement, 3, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
  check(database, sqlite3_step(statement));
  sqlite3_reset(statement);
}

}  // namespace

double limit_sqlite(const std::string& path, int lanes, double seconds) {
  sqlite3* database = nullptr;
  check(database, sqlite3_open(path.c_str(), &database));
  run(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
  run(database,
      "CREATE TABLE events (tenant TEXT, stream INT, version INT, body TEXT,"
      " PRIMARY KEY (tenant, stream, version)) WITHOUT ROWID;"
      "CREATE TABLE rows (tenant TEXT, stream INT, id INT, doc TEXT,"
      " PRIMARY KEY (tenant, stream, id)) WITHOUT ROWID;");
  sqlite3_stmt* event = prepare(database, "INSERT INTO events VALUES ('default', ?1, ?2, ?3)");
  sqlite3_stmt* row =
      prepare(database, "INSERT OR REPLACE INTO rows VALUES ('default', ?1, ?2, ?3)");
  const std::string event_body(kEventBytes, 'e'), row_body(kRowBytes, 'r');
  using Time = std::chrono::steady_clock;
  const auto begin = Time::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Time::now() - begin).count(); };
  int version = 0, rounds = 0;
  for (; elapsed() < seconds; ++rounds) {
    for (const Phase& phase : kPhases) {
      run(database, "BEGIN IMMEDIATE");
      for (int lane = 0; lane < lanes; ++lane) {
        for (int i = 0; i < phase.events; ++i)
          write(database, event, lane, version + i, event_body);
        for (int i = 0; i < phase.rows; ++i)
          write(database, row, lane, i == 0 ? 0 : rounds + 1, row_body);
      }
      run(database, "COMMIT");
      version += phase.events;
    }
  }
  const double per_second = rounds * lanes / elapsed();
  sqlite3_finalize(event);
  sqlite3_finalize(row);
  sqlite3_close(database);
  return per_second;
}

}  // namespace fermata::bench
