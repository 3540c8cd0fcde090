#pragma once

// The database's own limit: a bare group-commit loop that writes as many rows of the same size as a
// durable approval round trip does, with nothing around it. No check, no hash, no reply.

#include <string>

namespace fermata::bench {

// The rows that one phase of a round trip writes in one transaction for every lane.
struct Phase {
  int events;
  int rows;
};
// open: opened, requested | decide: decided, closed, granted | claim: started | close: closed.
inline constexpr Phase kPhases[] = {{2, 2}, {3, 2}, {1, 1}, {1, 1}};
inline constexpr int kEventBytes = 700;
inline constexpr int kRowBytes = 1300;

// Round trips per second with `lanes` of them in each transaction.
double limit_sqlite(const std::string& path, int lanes, double seconds);
double limit_postgres(const std::string& url, int lanes, double seconds);

}  // namespace fermata::bench
