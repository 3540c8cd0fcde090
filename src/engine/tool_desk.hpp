#pragma once

// Where the server's own agents hand calls of tools to the workers that serve them.
//
// A worker asks for work with the definitions of its tools in its hand; a turn that wants one of
// them run finds a worker here that is asking. Both are only in memory, and nothing depends on it:
// that a call has begun, and what came of it, stand in the workflow's stream, written by the turn.
//
//   worker                      turn
//   lease()  ── waits ──▶       seat()    a worker that serves this very definition
//   take()   ◀── is it there? ── ...
//                               (opens the call: from here on it has begun)
//   ◀── the call ──             run()     waits while renew() keeps the lease
//   close()  ── result ──▶      (closes the call)
//   ◀── it is durable ──        settle()
//
// A worker that died while it was asking does not take, so a call is begun only in hands that just
// moved. A lease that runs out, or whose turn is over, is refused whatever it still says (P16).
//
// Thread-safe. What workers call never blocks; what turns call does.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "core/workflow/workflow.hpp"
#include "engine/engine.hpp"
#include "engine/timers.hpp"

namespace fermata::engine {

class ToolDesk {
 public:
  // Tools of a worker that the configuration allows. A worker is known by the name in its key.
  struct Served {
    std::string tenant, worker;
    std::set<std::string> tools;
  };
  ToolDesk(Random& random, const std::vector<Served>& served);
  ~ToolDesk();  // stop()s.

  // --- for workers

  struct Wish {
    Identity caller;
    std::vector<json::Value> tools;  // {name, description, arguments, idempotent}
    std::int64_t lease_ms = 30'000;
    int wait_ms = 0;
  };
  // A lease on a call, {lease, lease_s}; absent: nobody wanted one of these tools in time.
  // kNotFound tools.no_such_worker.
  void lease(const Wish& wish, const LeaseDone& done);
  // What is to be run; absent: nothing after all. The same answer for a repeat. kConflict
  // tools.lease_lost, as of the others: the lease ran out, or is somebody else's.
  void take(const Identity& caller, const std::string& lease, LeaseDone done);
  Result<Reply> renew(const Identity& caller, const std::string& lease);
  struct Outcome {
    std::string hash;  // H of what was run.
    json::Value result;
    std::optional<CallError> error;
    friend bool operator==(const Outcome&, const Outcome&) = default;
  };
  // Answers when the outcome is in the journal, or what the journal said to it.
  void close(const Identity& caller, const std::string& lease, Outcome outcome, const Done& done);

  // --- for turns

  // As the worker defines it now: of several definitions the one that was new last, of workers that
  // are there if there are any. Absent: no worker has said since the start; just after it, one that
  // is `needed` is waited for.
  std::optional<json::Value> definition(const std::string& tenant,
                                        const std::string& worker,
                                        const std::string& tool,
                                        bool needed);
  // Whether a worker of that definition is there, be it that all its hands are full.
  bool is_there(const std::string& tenant, const std::string& worker, const json::Value& tool);

  class Seat;
  using SeatPtr = std::shared_ptr<Seat>;
  // Hands that are free for this tool; nullptr: none became free in time.
  SeatPtr seat(const std::string& tenant,
               const std::string& worker,
               const json::Value& tool,
               std::int64_t for_ms,
               const std::function<bool()>& cancelled);
  // Gives the worker `call` and waits for what comes of it; absent: nobody can tell.
  std::optional<Outcome> run(const SeatPtr& seat,
                             const json::Value& call,
                             std::int64_t for_ms,
                             const std::function<bool()>& cancelled);
  void settle(const SeatPtr& seat, const Result<Reply>& reply);
  void leave(const SeatPtr& seat);  // There is nothing to run after all.

  // Answers all who ask for work with nothing. What is being run has `grace_ms` to end. Idempotent.
  void stop(std::int64_t grace_ms = 0);

  // Of definitions and of answers for repeats: what is kept of both has a limit.
  std::size_t bytes();

 private:
  using Tools = std::map<std::string, std::string>;  // Name to the hash of its definition.
  struct Known {
    json::Value tool;
    std::string hash;
    std::int64_t since_ms = 0, there_until_ms = 0;
    std::size_t bytes = 0;
  };
  struct Settled {
    std::string worker, lease;
    Result<Reply> reply;
    std::size_t bytes = 0;
  };
  struct Asking {
    std::string worker;  // With its tenant.
    Tools tools;
    std::int64_t lease_ms = 0;
    LeaseDone done;
  };
  using AskingPtr = std::shared_ptr<Asking>;

  std::string learn(const Wish& wish, Tools& tools);
  static void make_room(std::vector<Known>& known);
  void see(const std::string& worker, const Tools& tools, std::int64_t until_ms);
  AskingPtr find_asking(const std::string& worker,
                        const std::string& tool,
                        const std::string& hash);
  void give_up(const AskingPtr& asking);
  Result<SeatPtr> find(const Identity& caller, const std::string& lease);
  SeatPtr offer(const AskingPtr& asking);

  Random& random_;
  const std::int64_t started_ms_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::set<std::string>> served_;
  std::map<std::string, std::map<std::string, std::vector<Known>>> known_;  // By worker and tool.
  std::list<AskingPtr> asking_;
  std::map<std::string, SeatPtr> seats_;  // By lease.
  std::deque<Settled> settled_;           // The last ones, for repeats.
  std::size_t settled_bytes_ = 0;
  std::optional<std::int64_t> stop_at_ms_;
  Timers timers_;  // Last: it calls back into the others.
};

}  // namespace fermata::engine
