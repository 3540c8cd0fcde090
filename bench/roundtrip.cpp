// The durable approval round trip over HTTP, as an agent and an approver see it: open a gated call;
// wait for it on one connection, decide it on another; the waiter learns of it, claims the grant
// and closes the call. Four commits each.
//
//   bench_roundtrip <port> <agent key> <person key> <lanes> <seconds>
//
// Prints {"round_trips","seconds","decide_p50_ms","decide_p99_ms","learn_p99_ms"}.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/json.hpp"
#include "bench/http_lane.hpp"

namespace fermata::bench {
namespace {

using Time = std::chrono::steady_clock;
constexpr int kPerWorkflow = 500;  // Then the lane takes a new workflow, as agents do.
constexpr double kWarmUpSeconds = 1;

double ms_since(Time::time_point begin) {
  return std::chrono::duration<double, std::milli>(Time::now() - begin).count();
}

json::Value expect(const Answer& answer, int status) {
  if (answer.status != status) {
    std::fprintf(stderr, "unexpected %d: %s\n", answer.status, answer.body.c_str());
    std::exit(1);
  }
  return *json::parse(answer.body);
}

struct Samples {
  std::vector<double> decide_ms, learn_ms;
};

class Lane {
 public:
  Lane(std::uint16_t port, const std::string& agent, const std::string& person)
      : agent_(port, agent), person_(port, person) {}

  void run(Time::time_point measure_from, Time::time_point until) {
    while (Time::now() < until) {
      if (count_ % kPerWorkflow == 0) new_workflow();
      const bool measured = Time::now() >= measure_from;
      Samples once;
      round_trip(once);
      if (!measured) continue;
      samples.decide_ms.push_back(once.decide_ms.front());
      samples.learn_ms.push_back(once.learn_ms.front());
    }
  }

  Samples samples;

 private:
  void new_workflow() {
    workflow_ = expect(agent_.post("/v1/workflows", "{}"), 201).string_or("id");
    const auto turn = expect(agent_.post(path("/turns"), R"({"worker":"bench"})"), 201);
    turn_ = std::to_string(turn.int_or("turn"));
  }
  std::string path(const std::string& rest) const { return "/v1/workflows/" + workflow_ + rest; }

  void round_trip(Samples& samples_of_this) {
    const std::string open =
        R"({"turn":)" + turn_ + R"(,"key":"k)" + std::to_string(count_++) +
        R"(","kind":"tool","tool":"refund","arguments":{"ticket":"T-0001","amount":500,)" +
        R"("currency":"EUR","reason":"damaged on arrival"}})";
    const json::Value held = expect(agent_.post(path("/calls"), open), 200);
    const json::Value& approval = held["approval"];
    agent_.send(path("/calls"), open, 30);
    const auto begin = Time::now();
    expect(person_.post("/v1/approvals/" + approval.string_or("id") + "/decisions",
                        R"({"decision":"approve","hash":")" + approval.string_or("hash") + R"("})"),
           200);
    samples_of_this.decide_ms.push_back(ms_since(begin));
    const json::Value granted = expect(agent_.receive(), 200);
    samples_of_this.learn_ms.push_back(ms_since(begin));
    expect(agent_.post(path("/calls/" + granted["call"].string_or("id") + "/close"),
                       R"({"turn":)" + turn_ + R"(,"grant":")" + granted.string_or("grant") +
                           R"(","hash":")" + granted.string_or("hash") +
                           R"(","result":{"refunded":"500.00"}})"),
           200);
  }

  HttpLane agent_, person_;
  std::string workflow_, turn_;
  int count_ = 0;
};

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

int run(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "bench_roundtrip <port> <agent key> <person key> <lanes> <seconds>\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const int lanes = std::atoi(argv[4]);
  const double seconds = std::atof(argv[5]);
  const auto start = Time::now();
  const auto after = [&](double s) {
    return start + std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(s));
  };
  std::mutex mutex;
  Samples all;
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(lanes));
  for (int i = 0; i < lanes; ++i)
    threads.emplace_back([&] {
      Lane lane(port, argv[2], argv[3]);
      lane.run(after(kWarmUpSeconds), after(kWarmUpSeconds + seconds));
      const std::lock_guard lock(mutex);
      all.decide_ms.insert(
          all.decide_ms.end(), lane.samples.decide_ms.begin(), lane.samples.decide_ms.end());
      all.learn_ms.insert(
          all.learn_ms.end(), lane.samples.learn_ms.begin(), lane.samples.learn_ms.end());
    });
  for (std::thread& thread : threads) thread.join();
  const std::size_t count = all.decide_ms.size();
  std::printf(
      "{\"round_trips\":%zu,\"seconds\":%.3f,\"decide_p50_ms\":%.3f,\"decide_p99_ms\":%.3f,"
      "\"learn_p99_ms\":%.3f}\n",
      count,
      seconds,
      percentile(all.decide_ms, 0.5),
      percentile(all.decide_ms, 0.99),
      percentile(all.learn_ms, 0.99));
  return 0;
}

}  // namespace
}  // namespace fermata::bench

int main(int argc, char** argv) { return fermata::bench::run(argc, argv); }
