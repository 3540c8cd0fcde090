#pragma once

// Runs the agents that the configuration declares: leases the turns of their workflows and gives
// each to a thread.
//
// A fixed number of threads; a lease is asked for only when a thread is free, so a turn never waits
// here while another node could run it. Between two turns an agent is rows and nothing else: ten
// thousand that wait for people take no memory. While a turn runs its lease is renewed; a turn that
// somebody else took over is given up.
//
// Thread-safe. Destroy it before the engine.

#include <memory>
#include <string>
#include <vector>

#include "agents/definition.hpp"
#include "agents/watchers.hpp"
#include "base/random.hpp"
#include "engine/engine.hpp"
#include "engine/tool_desk.hpp"

namespace fermata::agents {

struct OrchestratorOptions {
  struct Tenant {
    std::string name;
    Declared declared;
  };
  std::vector<Tenant> tenants;  // Those that declare agents.
  std::string worker = "native";
  unsigned threads = 8;
  std::int64_t lease_ms = 60'000;
  std::int64_t grace_ms = 10'000;  // For tools that workers run, when the server stops.
  // Where workers serve tools; nullptr: none does. Outlives the orchestrator.
  engine::ToolDesk* desk = nullptr;
};

class Orchestrator {
 public:
  // kInvalid agents.missing_secret when a variable that a definition names is not set (P2).
  static Result<std::unique_ptr<Orchestrator>> make(engine::Engine& engine,
                                                    Random& random,
                                                    OrchestratorOptions options);
  ~Orchestrator();  // stop()s.

  Watchers& watchers();
  void start();  // Once.

  // To be called after Engine::stop_waiting(), or it waits for the leases that are asked for.
  // Leases no more turns, gives up what models are being asked, lets the tools that run finish and
  // be journaled, ends the turns. Idempotent.
  void stop();

 private:
  struct Impl;
  explicit Orchestrator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fermata::agents
