#pragma once

// A stream in memory: the folded state, and what waits for it.
//
// One command or query at a time is busy with a stream (`busy`), and only it touches `state`; the
// lock guards the queue and the waiters alone and is never held across a callback.

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "core/decide.hpp"
#include "engine/engine.hpp"
#include "store/store.hpp"

namespace fermata::engine {

// A command on its way through.
struct Pending {
  Submission submission;
  Done done;
  std::optional<store::TaskRow> task;  // It was this task's; ended in the same commit (P12).
  int tries = 0;                       // Commits that lost a race.
  // Standing permissions that were to be used for it: each is tried once.
  std::vector<std::string> tried_permissions;
};

struct Stream {
  struct State {
    bool loaded = false;
    // Somebody else wrote, or nobody knows who: what comes after `version` is read before anything
    // is decided.
    bool behind = false;
    // A commit of ours succeeded since it was read. What is merely read may be seen before it is
    // durable: after an unknown outcome, after a crash.
    bool durable = false;
    Workflow workflow;    // Of a workflow's stream.
    Directory directory;  // Of the directory's.
    Outbox outbox;        // Of an outbox.
    std::int64_t version = 0;
    std::string hash;                          // Head of the chain.
    std::size_t bytes = 0;                     // Of its events, as stored.
    std::unordered_set<std::string> requests;  // Request ids that its events carry.
  };
  // A directory's state before a commit, to go on from should the commit fail. A workflow's is read
  // anew then; it is short, and would have to be copied.
  struct Before {
    Directory directory;
    std::int64_t version = 0;
    std::string hash;
    std::size_t bytes = 0;
    std::string request;  // That the commit would add; or empty.
  };
  struct Waiter {
    std::uint64_t id = 0;
    std::function<bool(const State&)> fulfilled;
    std::function<void(bool)> done;
  };
  // Reads the state between commands; told the error if it could not be loaded.
  using Query = std::function<void(const Result<void>&, Stream&)>;
  using Job = std::variant<Pending, Query>;

  enum class Kind { kWorkflow, kDirectory, kOutbox };

  explicit Stream(store::StreamId stream_id)
      : id(std::move(stream_id)),
        kind(id.name == "directory" ? Kind::kDirectory
             : is_outbox(id.name)   ? Kind::kOutbox
                                    : Kind::kWorkflow) {
    state.outbox.id = id.name;
  }
  bool is_current() const { return state.loaded && !state.behind; }
  bool is_workflow() const { return kind == Kind::kWorkflow; }
  bool is_directory() const { return kind == Kind::kDirectory; }

  const store::StreamId id;
  const Kind kind;
  State state;                      // Only whoever set `busy`.
  std::optional<Error> quarantine;  // Likewise. Its stored events are damaged.
  bool unsure =
      false;  // Likewise. A commit failed, and perhaps did not: those who follow are told.

  std::mutex mutex;  // Guards what follows.
  std::deque<Job> queue;
  bool busy = false;
  std::vector<Waiter> waiters;
  std::uint64_t last_used = 0;
  std::size_t weight = 0;  // What the registry counts it as.
};

// What its events are folded into.
template <class Visit>
decltype(auto) with_state(const Stream& stream, Visit visit) {
  switch (stream.kind) {
    case Stream::Kind::kDirectory:
      return visit(stream.state.directory);
    case Stream::Kind::kOutbox:
      return visit(stream.state.outbox);
    case Stream::Kind::kWorkflow:
      break;
  }
  return visit(stream.state.workflow);
}
void evolve(Stream& stream, const event::Recorded& recorded);

// Folds one stored event into the state. kInternal codec.corrupt_event: it cannot be read;
// stream.corrupt: it cannot have happened after what was folded before.
Result<void> fold(Stream& stream, const store::EventRow& row);
// Reads and folds what the state does not have yet; from the start when it is not loaded, and when
// it is behind although nothing new is there, or nothing that follows from it. A stream
// that cannot be folded is quarantined: it stays refused, with the same error, and is not read
// again.
Result<void> load(store::Store& store, Stream& stream);

}  // namespace fermata::engine
