#pragma once

// One turn of one native agent: from its journal to the next point where it must wait, or its end.
//
// The machine is fed what is recorded; what it needs beyond that is done live, each thing through
// Engine::submit: a model is asked and its answer recorded, a tool call is opened, run and closed.
// When people must decide, the turn ends and nothing of it remains in memory. A crash anywhere in
// it is a turn that lapses: the next one finds the journal and goes on (P17).
//
// Blocks while models and tools answer. One thread, one turn, and helpers of its own while it runs
// several tools at once.

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agents/context.hpp"
#include "agents/definition.hpp"
#include "agents/loop/journal.hpp"
#include "agents/loop/machine.hpp"
#include "agents/model/model_client.hpp"
#include "agents/tools/mcp_servers.hpp"
#include "agents/watchers.hpp"
#include "base/json.hpp"
#include "engine/engine.hpp"
#include "engine/tool_desk.hpp"
#include "net/http_client.hpp"

namespace fermata::agents {

// What a thread that runs turns has at hand.
struct Hands {
  engine::Engine& engine;
  Random& random;
  ModelClient& models;
  std::deque<net::Client>& clients;  // At least one, and as many as tools ever ran at once.
  Watchers& watchers;
  McpServers& mcp;
  engine::ToolDesk* desk;                      // nullptr: no worker serves tools here.
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
  // Calls that are run several at once; see turn_batch.cpp.
  struct Batch {
    std::vector<const PlannedCall*> calls;
    const std::string& why;
    std::size_t next = 0;
    std::size_t running = 0;
    std::optional<Error> failed;
    const PlannedCall* unserved = nullptr;  // No worker was free for it.
    std::mutex mutex;
  };

  Result<void> load();
  Result<Next> equip();
  Result<Next> equip_from_workers();
  std::string tools_question() const;
  std::string tool_of(const command::OpenCall& wish) const;
  command::OpenCall wish_for(const PlannedCall& call, const std::string& why) const;
  Result<Effect> foresee(const command::OpenCall& wish) const;
  bool may_begin(const command::OpenCall& wish) const;
  engine::ToolDesk::SeatPtr find_hands(const ToolDefinition& tool) const;
  Result<Next> wait_for_worker(const std::string& question, const ToolDefinition& tool);
  ToolRun run_on_worker(const ToolDefinition& tool,
                        const json::Value& verdict,
                        engine::ToolDesk::SeatPtr& seat) const;
  Result<Next> undo();
  Result<Next> undo_one(const json::Value& next);
  Result<bool> void_undo(const json::Value& before, command::OpenCall wish);
  Result<Next> brief();
  Result<Next> act(Machine& machine);
  Result<Next> ask(Machine& machine, const AskModel& asked);
  Result<Next> model_failed(const AskModel& asked, const Error& error);
  Result<Next> no_answer(const std::string& question, const Error& error);
  Result<void> record_answer(const AskModel& asked, const Asked& answer, const std::string& told);
  std::string notes_for(const Machine& machine);
  std::vector<json::Value> decided_elsewhere();
  Result<Next> run_tools(const Machine& machine, const RunTools& run);
  Result<Next> answer_people(const Machine& machine, const RunTools& run);
  Result<bool> answer_one(const Machine& machine,
                          const json::Value& approval,
                          const json::Value& question);
  Result<std::string> words_for(const Machine& machine,
                                const json::Value& approval,
                                const json::Value& question);
  Result<void> run_batch(Batch& batch);
  void work_off(Batch& batch, net::Client& http);
  void run_one(Batch& batch,
               const PlannedCall& call,
               net::Client& http,
               engine::ToolDesk::SeatPtr seat,
               std::unique_lock<std::mutex>& lock);
  void leave(const engine::ToolDesk::SeatPtr& seat) const;
  Result<std::optional<json::Value>> open(const PlannedCall& call, const std::string& why);
  ToolRun perform(const json::Value& verdict,
                  net::Client& http,
                  engine::ToolDesk::SeatPtr& seat) const;
  Result<void> close(const json::Value& verdict,
                     const ToolRun& ran,
                     const engine::ToolDesk::SeatPtr& seat);
  Result<void> checkpoint_if_due(const AskModel& asked);
  bool withdraw(const json::Value& call);
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
  Declared declared_;  // As the tools are defined while this turn runs.
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
