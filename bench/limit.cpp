#include "bench/limit.hpp"

#include <cstdio>
#include <cstdlib>

// bench_limit sqlite|postgres <path or url> <lanes> <seconds>: prints {"limit_rt_per_s"}.
int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "bench_limit sqlite|postgres <path or url> <lanes> <seconds>\n");
    return 2;
  }
  const bool sqlite = std::string(argv[1]) == "sqlite";
  const int lanes = std::atoi(argv[3]);
  const double seconds = std::atof(argv[4]);
  const double limit = sqlite ? fermata::bench::limit_sqlite(argv[2], lanes, seconds)
                              : fermata::bench::limit_postgres(argv[2], lanes, seconds);
  std::printf("{\"limit_rt_per_s\":%.1f}\n", limit);
  return 0;
}
