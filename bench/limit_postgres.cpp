#include <libpq-fe.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "bench/limit.hpp"

namespace fermata::bench {
namespace {

// One statement, hence one round trip and one transaction, over arrays.
constexpr const char* kWrite =
    "WITH e AS (INSERT INTO bare_events SELECT 'default', s, v, $3"
    "  FROM unnest($1::int[], $2::int[]) AS t(s, v))"
    " INSERT INTO bare_rows SELECT 'default', s, i, $6"
    "  FROM unnest($4::int[], $5::int[]) AS t(s, i)"
    " ON CONFLICT (tenant, stream, id) DO UPDATE SET doc = excluded.doc";

void check(PGconn* connection, PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    std::fprintf(stderr, "postgres: %s\n", PQerrorMessage(connection));
    std::exit(1);
  }
  PQclear(result);
}

void append(std::string& array, int number) {
  array += (array.size() == 1 ? "" : ",") + std::to_string(number);
}

}  // namespace

double limit_postgres(const std::string& url, int lanes, double seconds) {
  PGconn* connection = PQconnectdb(url.c_str());
  check(connection,
        PQexec(connection,
               "SET client_min_messages = warning;"
               "DROP TABLE IF EXISTS bare_events, bare_rows;"
               "CREATE TABLE bare_events (tenant text, stream int, version int,"
               " body text, PRIMARY KEY (tenant, stream, version));"
               "CREATE TABLE bare_rows (tenant text, stream int, id int, doc text,"
               " PRIMARY KEY (tenant, stream, id))"));
  check(connection, PQprepare(connection, "write", kWrite, 6, nullptr));
  const std::string event_body(kEventBytes, 'e'), row_body(kRowBytes, 'r');
  using Time = std::chrono::steady_clock;
  const auto begin = Time::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Time::now() - begin).count(); };
  int version = 0, rounds = 0;
  for (; elapsed() < seconds; ++rounds) {
    for (const Phase& phase : kPhases) {
      std::string streams = "{", versions = "{", row_streams = "{", ids = "{";
      for (int lane = 0; lane < lanes; ++lane) {
        for (int i = 0; i < phase.events; ++i) {
          append(streams, lane);
          append(versions, version + i);
        }
        for (int i = 0; i < phase.rows; ++i) {
          append(row_streams, lane);
          append(ids, i == 0 ? 0 : rounds + 1);
        }
      }
      for (std::string* array : {&streams, &versions, &row_streams, &ids}) *array += "}";
      const char* values[] = {streams.c_str(),
                              versions.c_str(),
                              event_body.c_str(),
                              row_streams.c_str(),
                              ids.c_str(),
                              row_body.c_str()};
      check(connection, PQexecPrepared(connection, "write", 6, values, nullptr, nullptr, 0));
      version += phase.events;
    }
  }
  const double per_second = rounds * lanes / elapsed();
  check(connection, PQexec(connection, "DROP TABLE bare_events, bare_rows"));
  PQfinish(connection);
  return per_second;
}

}  // namespace fermata::bench
