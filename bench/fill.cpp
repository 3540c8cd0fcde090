// Asks for <count> approvals that nobody answers, on 32 connections: the state in which the
// start-up of a server is measured.
//
//   bench_fill <port> <agent key> <count>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "bench/http_lane.hpp"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "bench_fill <port> <agent key> <count>\n");
    return 2;
  }
  constexpr int kLanes = 32;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  std::atomic<int> left = std::atoi(argv[3]);
  std::atomic<bool> failed = false;
  std::vector<std::thread> threads;
  threads.reserve(kLanes);
  for (int i = 0; i < kLanes; ++i)
    threads.emplace_back([&] {
      fermata::bench::HttpLane lane(port, argv[2]);
      while (left-- > 0 && !failed) {
        const auto answer = lane.post(
            "/v1/approvals",
            R"({"action":"refund","arguments":{"amount":500},"why":"start-up benchmark"})");
        if (answer.status == 201) continue;
        std::fprintf(stderr, "unexpected %d: %s\n", answer.status, answer.body.c_str());
        failed = true;
      }
    });
  for (std::thread& thread : threads) thread.join();
  return failed ? 1 : 0;
}
