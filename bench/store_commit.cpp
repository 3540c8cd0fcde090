// Commits per second of a store, in groups as the engine's writer makes them.
//
//   bench_store_commit <store url> <commits in a group> <seconds>
//
// Two shapes, each on streams of its own: "event" is one event of 500 bytes; "full" adds a read
// model's row, a request and a task. One JSON line for each. Point it at an empty database.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "store/open.hpp"

namespace {

using namespace fermata;
using namespace fermata::store;

Commit make_commit(const std::string& stream, std::int64_t expected, bool full) {
  Commit commit;
  commit.stream = {"bench", stream};
  commit.expected_version = expected;
  const std::string hash(64, 'a');
  commit.events = {{expected + 1, "call.opened", 1, std::string(500, 'x'), hash, hash}};
  if (!full) return commit;
  const std::string id = stream + "_" + std::to_string(expected + 1);
  commit.rows = {
      {Table::kWorkflows, stream, "", "waiting", "refunds", {"demo"}, 1, std::string(800, 'x')}};
  commit.request = RequestRow{id, hash, std::string(800, 'x'), 1};
  commit.tasks = {{"bench", "deadline:" + id, "deadline", stream, 4'000'000'000'000, "{}"}};
  return commit;
}

// False when a commit failed.
bool measure(Store& store, const char* shape, bool full, int group, std::int64_t duration_ms) {
  std::vector<double> latencies_ms;
  const std::int64_t begin = monotonic_ms();
  std::int64_t commits = 0;
  for (std::int64_t round = 0; monotonic_ms() - begin < duration_ms; ++round) {
    std::vector<Commit> batch;
    for (int i = 0; i < group; ++i) {
      // Streams of ten events, then new ones.
      const std::string stream = shape + std::to_string(round / 10) + "_" + std::to_string(i);
      batch.push_back(make_commit(stream, round % 10, full));
    }
    const std::int64_t sent = monotonic_ms();
    for (const Result<void>& result : store.commit(batch)) {
      if (!result) {
        std::fprintf(
            stderr, "%s: %s\n", result.error().reason.c_str(), result.error().detail.c_str());
        return false;
      }
    }
    latencies_ms.push_back(static_cast<double>(monotonic_ms() - sent));
    commits += group;
  }
  const double seconds = static_cast<double>(monotonic_ms() - begin) / 1000;
  std::sort(latencies_ms.begin(), latencies_ms.end());
  const auto percentile = [&](double part) {
    return latencies_ms[static_cast<std::size_t>(part *
                                                 static_cast<double>(latencies_ms.size() - 1))];
  };
  std::printf(
      "{\"shape\":\"%s\",\"group\":%d,\"commits_per_s\":%.0f,\"p50_ms\":%.0f,"
      "\"p99_ms\":%.0f}\n",
      shape,
      group,
      static_cast<double>(commits) / seconds,
      percentile(0.5),
      percentile(0.99));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bench_store_commit <store url> <commits in a group> <seconds>\n");
    return 2;
  }
  const int group = std::atoi(argv[2]);
  const std::int64_t duration_ms = 1000LL * std::atoi(argv[3]);
  const auto store = store::open(argv[1], {});
  if (!store) {
    std::fprintf(stderr, "%s %s\n", store.error().message.c_str(), store.error().detail.c_str());
    return 1;
  }
  const bool done = measure(**store, "event", false, group, duration_ms) &&
                    measure(**store, "full", true, group, duration_ms);
  return done ? 0 : 1;
}
