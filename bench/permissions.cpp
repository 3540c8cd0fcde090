// What standing permissions cost: calls that run under one, beside many others, after many uses.
//
//   bench_permissions <permissions> <uses> <races>
//
// An engine on a store in memory: so many permissions of one tool, each for its own accounts, and
// twenty long versions of the policy; calls that one of them covers, one after the other; a second
// server that uses them in turn, so that each write loses a race; and a start with all that. One
// JSON line, in milliseconds of processor time for each call.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "engine/engine.hpp"
#include "store/open.hpp"

namespace {

using namespace fermata;
using namespace fermata::engine;

const Identity kSetup{"default", {ActorKind::kSystem, "config"}, "", ""};
const Identity kAgent{"default", {ActorKind::kAgent, "bot"}, "", ""};
const Identity kBen{"default", {ActorKind::kPerson, "ben"}, "", ""};
constexpr int kAccounts = 50;  // That one permission names.
constexpr int kCallsOfWorkflow = 50;

Reply must(Engine& engine, Submission submission) {
  auto reply = engine.submit_and_wait(std::move(submission));
  if (!reply) {
    std::fprintf(stderr, "%s: %s\n", reply.error().reason.c_str(), reply.error().message.c_str());
    std::exit(1);
  }
  return *std::move(reply);
}

// Of all threads; a machine that is busy with other things does not matter then.
double cpu_ms() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

std::string account(int permission, int i) {
  return "account-" + std::to_string(permission) + "-" + std::to_string(i);
}

void set_up(Engine& engine, int permissions) {
  const auto setup = [&](command::Command wish) {
    must(engine, {.caller = kSetup, .stream = "directory", .command = std::move(wish)});
  };
  setup(command::SetPerson{{.id = "ben", .name = "Ben"}});
  setup(command::SetGroup{{.id = "finance", .name = "", .members = {"ben"}}});
  for (int i = 0; i < 20; ++i) {
    const std::string source = "# " + std::to_string(i) + std::string(150'000, '.') + R"(
version: 1
rules: []
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
)";
    setup(command::PublishPolicy{source, sha256_hex(source)});
  }
  for (int i = 0; i < permissions; ++i) {
    json::Array accounts;
    for (int k = 0; k < kAccounts; ++k) accounts.emplace_back(account(i, k));
    command::GivePermission give;
    give.terms = {.tool = "pay",
                  .definition_hash = "",
                  .agent = "bot",
                  .when = {{"account", json::Object{{"in", std::move(accounts)}}}},
                  .until = engine.now() + 24LL * 3600 * 1000,
                  .calls = 1'000,
                  .sum_of = "",
                  .sum_most = ""};
    give.reason = "bench";
    must(engine, {.caller = kBen, .stream = "directory", .command = give});
  }
}

// A caller that opens one call after the other, all under permissions.
class Caller {
 public:
  Caller(Engine& engine, int permissions) : engine_(engine), permissions_(permissions) {}

  double one() {  // Its milliseconds.
    if (calls_ % kCallsOfWorkflow == 0) begin();
    command::OpenCall wish;
    wish.turn = turn_;
    wish.key = "call/" + std::to_string(calls_);
    wish.tool = "pay";
    wish.arguments = {{"account", account(calls_ % permissions_, calls_ % kAccounts)}};
    ++calls_;
    const double before = cpu_ms();
    const Reply reply = must(engine_, {.caller = kAgent, .stream = workflow_, .command = wish});
    const double ms = cpu_ms() - before;
    if (reply.body.string_or("verdict") != "run") ++asked_;
    return ms;
  }
  int asked() const { return asked_; }

 private:
  void begin() {
    workflow_ =
        must(engine_,
             {.caller = kAgent, .stream = "", .command = command::CreateWorkflow{.agent = "bot"}})
            .body.string_or("id");
    turn_ = must(engine_,
                 {.caller = kAgent,
                  .stream = workflow_,
                  .command = command::StartTurn{.worker = "w", .takeover = true}})
                .body.int_or("turn");
  }

  Engine& engine_;
  int permissions_;
  int calls_ = 0, asked_ = 0;
  std::string workflow_;
  std::int64_t turn_ = 0;
};

double median(std::vector<double> all) {
  if (all.empty()) return 0;
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "bench_permissions <permissions> <uses> <races>\n");
    return 2;
  }
  const int permissions = std::max(1, std::atoi(argv[1])), uses = std::atoi(argv[2]);
  const int races = std::atoi(argv[3]);
  SystemClock clock;
  SystemRandom random;
  const auto store = store::make_memory_store(clock);
  const auto start = [&] {
    Options options;
    options.signing_seed = std::string(32, 's');
    return *Engine::start(*store, random, options);
  };
  auto engine = start();
  set_up(*engine, permissions);
  Caller caller(*engine, permissions);
  std::vector<double> first, last;
  for (int i = 0; i < uses; ++i) {
    const double ms = caller.one();
    if (i < uses / 10) first.push_back(ms);
    if (i >= uses - uses / 10) last.push_back(ms);
  }
  const double before_start = cpu_ms();
  auto other = start();
  const double start_ms = cpu_ms() - before_start;
  std::vector<double> raced;
  Caller theirs(*other, permissions);
  for (int i = 0; i < races; ++i) {
    raced.push_back(theirs.one());
    raced.push_back(caller.one());
  }
  std::printf(
      "{\"permissions\":%d,\"uses\":%d,\"first_ms\":%.3f,\"last_ms\":%.3f,\"raced_ms\":%.3f,"
      "\"start_ms\":%.0f,\"asked\":%d}\n",
      permissions,
      uses,
      median(first),
      median(last),
      median(raced),
      start_ms,
      caller.asked() + theirs.asked());
  return 0;
}
