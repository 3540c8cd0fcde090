#include "agents/orchestrator.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "agents/turn.hpp"
#include "observability/log.hpp"

namespace fermata::agents {
namespace {

constexpr int kWaitMs = 20'000;
constexpr std::int64_t kPauseAfterErrorMs = 1000;

}  // namespace

struct Orchestrator::Impl {
  Impl(engine::Engine& the_engine, Random& the_random, OrchestratorOptions the_options)
      : engine(the_engine), random(the_random), options(std::move(the_options)) {
    for (const OrchestratorOptions::Tenant& tenant : options.tenants)
      mcp.push_back(std::make_unique<McpServers>(tenant.declared.mcp));
  }

  engine::Engine& engine;
  Random& random;
  const OrchestratorOptions options;
  Adaptations adaptations;
  Watchers watchers;
  std::vector<std::unique_ptr<McpServers>> mcp;  // One for each tenant, in their order.

  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> stopping = false;
  struct Work {
    const OrchestratorOptions::Tenant* tenant = nullptr;
    json::Value leased;
  };
  std::deque<Work> waiting;
  std::set<Turn*> running;
  std::size_t free_threads = 0;
  std::size_t asked = 0;  // Leases that are being waited for, for as many free threads at most.
  std::vector<std::thread> threads;

  bool pause(std::int64_t ms) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping.load(); });
    return !stopping;
  }

  void start() {
    for (unsigned i = 0; i < options.threads; ++i) threads.emplace_back([this] { run_turns(); });
    for (const OrchestratorOptions::Tenant& tenant : options.tenants)
      threads.emplace_back([this, &tenant] { lease_turns(tenant); });
    for (const auto& servers : mcp)
      for (std::size_t i = 0; i < servers->size(); ++i)
        threads.emplace_back([this, &servers, i] { follow_tools(*servers, i); });
    if (!options.tenants.empty()) threads.emplace_back([this] { renew_leases(); });
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      if (stopping.exchange(true)) return;
    }
    changed.notify_all();
    if (options.desk != nullptr) options.desk->stop(options.grace_ms);
    for (std::thread& thread : threads) thread.join();
  }

  // One for each tenant: asks for a turn whenever a thread is free.
  void lease_turns(const OrchestratorOptions::Tenant& tenant) {
    while (true) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return stopping || free_threads > waiting.size() + asked; });
        if (stopping) return;
        ++asked;
      }
      Result<std::optional<engine::Reply>> leased = lease(tenant);
      {
        const std::lock_guard lock(mutex);
        --asked;
        if (leased && *leased && !stopping) {
          waiting.push_back({&tenant, (*leased)->body});
          leased->reset();
        }
      }
      if (leased && *leased) give_back(tenant, (*leased)->body);
      changed.notify_all();
      if (leased) continue;
      if (!stopping) observability::log_error("agent.lease_failed", leased.error());
      if (!pause(kPauseAfterErrorMs)) return;
    }
  }

  Result<std::optional<engine::Reply>> lease(const OrchestratorOptions::Tenant& tenant) {
    engine::LeaseWish wish;
    wish.caller = {tenant.name, {ActorKind::kAgent, "native"}, "", ""};
    wish.dispatch = Dispatch::kNative;
    for (const AgentDefinition& agent : tenant.declared.agents) wish.agents.push_back(agent.name);
    wish.worker = options.worker;
    wish.lease_ms = options.lease_ms;
    wish.wait_ms = kWaitMs;
    wish.door = Door::kSystem;
    auto promise = std::make_shared<std::promise<Result<std::optional<engine::Reply>>>>();
    auto future = promise->get_future();
    engine.lease_turn(std::move(wish), [promise](Result<std::optional<engine::Reply>> leased) {
      promise->set_value(std::move(leased));
    });
    return future.get();
  }

  void give_back(const OrchestratorOptions::Tenant& tenant, const json::Value& leased) {
    const json::Value& workflow = leased["workflow"];
    const engine::Identity caller{
        tenant.name, {ActorKind::kAgent, workflow.string_or("agent")}, "", ""};
    (void)engine.submit_and_wait({.caller = caller,
                                  .stream = workflow.string_or("id"),
                                  .command = command::EndTurn{.turn = leased.int_or("turn")},
                                  .door = Door::kSystem});
  }

  void run_turns() {
    ModelClient models(random, adaptations);
    std::deque<net::Client> clients(1);
    while (true) {
      Work work;
      {
        std::unique_lock lock(mutex);
        ++free_threads;
        changed.notify_all();
        changed.wait(lock, [this] { return stopping || !waiting.empty(); });
        --free_threads;
        // What was leased and cannot be run any more is given back.
        if (waiting.empty()) return;
        work = std::move(waiting.front());
        waiting.pop_front();
      }
      Turn turn({engine,
                 random,
                 models,
                 clients,
                 watchers,
                 *mcp[static_cast<std::size_t>(work.tenant - options.tenants.data())],
                 options.desk,
                 [this] { return stopping.load(); },
                 [this](std::int64_t ms) { return pause(ms); }},
                work.tenant->name,
                work.tenant->declared,
                work.leased);
      {
        const std::lock_guard lock(mutex);
        running.insert(&turn);
      }
      turn.run();
      const std::lock_guard lock(mutex);
      running.erase(&turn);
    }
  }

  void follow_tools(McpServers& servers, std::size_t server) {
    const Following following{.cancelled = [this] { return stopping.load(); },
                              .pause = [this](std::int64_t ms) { return pause(ms); }};
    servers.follow(server, following, random);
  }

  // Each turn that runs, three times in its lease.
  void renew_leases() {
    while (pause(options.lease_ms / 3)) {
      std::vector<std::pair<Turn*, engine::Submission>> renewals;
      {
        const std::lock_guard lock(mutex);
        for (Turn* turn : running) renewals.emplace_back(turn, turn->renewal());
      }
      for (auto& [turn, renewal] : renewals) {
        const Result<engine::Reply> reply = engine.submit_and_wait(std::move(renewal));
        if (reply || reply.error().code == ErrorCode::kUnavailable) continue;
        const std::lock_guard lock(mutex);
        // It may have ended meanwhile, and be gone.
        if (running.contains(turn)) turn->lose();
      }
    }
  }
};

Result<std::unique_ptr<Orchestrator>> Orchestrator::make(engine::Engine& engine,
                                                         Random& random,
                                                         OrchestratorOptions options) {
  std::set<std::string> missing;
  for (const OrchestratorOptions::Tenant& tenant : options.tenants)
    missing.merge(missing_secrets(tenant.declared));
  FERMATA_CHECK_OK(refuse_missing(missing));
  auto impl = std::make_unique<Impl>(engine, random, std::move(options));
  return std::unique_ptr<Orchestrator>(new Orchestrator(std::move(impl)));
}

Orchestrator::Orchestrator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Orchestrator::~Orchestrator() { stop(); }

Watchers& Orchestrator::watchers() { return impl_->watchers; }
void Orchestrator::start() { impl_->start(); }
void Orchestrator::stop() { impl_->stop(); }

}  // namespace fermata::agents
