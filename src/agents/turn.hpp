#pragma once

// One turn of one native agent: from its journal to the next point where it must wait, or its end.
//
// The machine is fed what is recorded; what it needs beyond that is done live, each thing through
// Engine::submit: a model is asked and its answer recorded, a tool call is opened, run and closed.
// When people must decide, the turn ends and nothing of it remains in memory. A crash anywhere in
// it is a turn that lapses: the next one finds the journal and goes on (P17).
//
// Blocks while models and tools answer; one thread, one turn.

#include <atomic>
#include <functional>
#include <string>

#include "agents/context.hpp"
#include "agents/definition.hpp"
#include "agents/loop/journal.hpp"
#include "agents/loop/machine.hpp"
#include "agents/model/model_client.hpp"
#include "agents/watchers.hpp"
#include "base/json.hpp"
#include "engine/engine.hpp"
#include "net/http_client.hpp"

namespace fermata::agents {

// What a thread that runs turns has at hand.
struct Hands {
  engine::Engine& engine;
  Random& random;
  ModelClient& models;
  net::Client& http;
  Watchers& watchers;
  std::function<bool()> stopping;              // The server stops.
  std::function<bool(std::int64_t ms)> pause;  // False: it stops.
};

class Turn {
 public:
  // `leased` is the answer to the lease: {turn, workflow, ...}.
  Turn(Hands hands, std::string tenant, const Declared& declared, const json::Value& leased);

  void run();
  // By whoever renews leases: the turn is somebody else's now.
  void lose() { lost_ = true; }
  engine::Submission renewal() const;

 private:
  enum class Next { kGoOn, kOver };

  Result<void> load();
  Result<Next> undo();
  Result<Next> brief();
  Result<Next> act(Machine& machine);
  Result<Next> ask(Machine& machine, const AskModel& asked);
  Result<Next> model_failed(const Error& error);
  Result<void> record_answer(const AskModel& asked, const Asked& answer, const std::string& told);
  std::string notes_for(const Machine& machine);
  Result<Next> run_tools(const RunTools& run);
  Result<bool> open(const PlannedCall& call, const std::string& why);
  Result<bool> perform(const PlannedCall& call, const json::Value& verdict);
  Result<bool> close(const json::Value& verdict, const json::Value& result, const CallError* error);
  Result<void> checkpoint_if_due(const AskModel& asked);
  void withdraw(const json::Value& call);
  Result<void> record_value(const PlannedCall& call, json::Value result);
  Result<void> create_checkpoint(const PlannedCall& call);
  Result<bool> roll_back(const PlannedCall& call);
  static bool ends_quietly(const Error& error);

  Result<engine::Reply> submit(command::Command command);
  Result<Next> end(std::int64_t retry_after_ms = 0);
  Result<Next> fail_workflow(std::string type, std::string message);
  bool given_up() const { return lost_ || hands_.stopping(); }
  Following following(std::function<void(std::string_view)> on_text) const;

  Hands hands_;
  std::string tenant_;
  const Declared& declared_;
  const AgentDefinition* agent_ = nullptr;
  json::Value workflow_;
  std::string id_;
  std::int64_t turn_ = 0;
  // Of the first thing that this turn does: more than 1 when earlier turns lapsed over it, so that
  // a model may have been asked before.
  std::int64_t attempt_ = 1;
  Journal journal_;
  std::atomic<bool> lost_ = false;
};

}  // namespace fermata::agents
