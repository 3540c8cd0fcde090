#pragma once

// The engine: the one door in. A command is loaded, decided and committed; only then is it
// answered.
//
// Each stream is an actor: its commands are decided one after the other, on the state that is
// folded from its events and kept in memory. The commits of all streams that wait at the same time
// become one transaction (committer.hpp). After the commit the state moves on, waiters are woken
// and the answer leaves; before it, nothing is visible to anybody.
//
// Thread-safe. submit() and await() never block; their callbacks run on the engine's threads and
// must not block. The queries read the database or a folded state: call them from a worker thread.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "core/command.hpp"
#include "core/decide.hpp"
#include "store/store.hpp"

namespace fermata::engine {

// Whose key it was. Agents, people, admins and readers are disjoint. No key id: the server itself.
struct Identity {
  std::string tenant;
  Actor actor;
  std::string on_behalf_of;
  std::string key_id;
};

// The caller's wish that a repeated request is one request. Both are hashes (request_key()).
struct Idempotency {
  std::string id;           // Of caller, method, path and key.
  std::string fingerprint;  // Of the payload.
};
Idempotency idempotency(const Identity& caller,
                        std::string_view method,
                        std::string_view path,
                        std::string_view key,
                        std::string_view payload);
// The workflow that such a request makes when it names none.
std::string workflow_for(const Idempotency& wish);

struct Submission {
  Identity caller;
  // Of the stream the command goes to: a workflow's id, or "directory". For CreateWorkflow, and for
  // RequestApproval on its own, leave it empty: a new id is chosen, the same one for a repeat.
  std::string stream;
  command::Command command;
  Door door = Door::kRest;
  std::string request_id;
  std::string trace_id;
  std::optional<Idempotency> idempotency;
};

struct Reply {
  int status = 200;          // 201 when something was made.
  json::Value body;          // The document of contract and openapi.yaml for this command.
  std::string etag;          // "v12" or "r3"; empty for documents without one.
  std::string location;      // Path of what was made, or empty.
  bool replayed = false;     // Answered from the request's record.
  std::int64_t version = 0;  // Of the stream after it.
};
using Done = std::function<void(Result<Reply>)>;

// Somebody wants to run the next turn that is ready, of these agents.
struct LeaseWish {
  Identity caller;
  Dispatch dispatch = Dispatch::kWorker;  // Whose turns: a worker's, or the server's own.
  std::vector<std::string> agents;
  std::string worker;
  json::Value fingerprint;
  std::int64_t lease_ms = 30'000;
  int wait_ms = 0;
  Door door = Door::kRest;
  std::string request_id, trace_id;
};
// As for StartTurn; absent: no turn was ready in time.
using LeaseDone = std::function<void(Result<std::optional<Reply>>)>;

// A page of a list; `next` continues it.
struct Page {
  std::vector<json::Value> items;
  std::string next;  // Empty: this was the last page.
};

struct ListFilter {
  store::Table table = store::Table::kWorkflows;
  std::string status, agent, workflow;
  std::vector<std::string> any_label;  // Tags, or groups.
  bool fold = false;     // Of equal requests only the oldest, with `equal_open` besides itself.
  std::string equal_to;  // Only the pending requests that equal this one, itself included, the
                         // oldest first and without pages.
  std::string cursor;
  int limit = 50;
};

// What is looked for in the audit trail; what is not given fits everything.
struct EventWish {
  std::string type;   // Or a family of them: "approval.*".
  std::string actor;  // Who did it, by id.
  std::string words;  // Somewhere in the event as it is stored; a to z in any case.
  std::optional<TimeMs> since, until;
  std::string place;  // Where the page before ended.
  int limit = 50;
};
struct FoundPage {
  Page page;                      // May hold less than `limit` though others follow.
  std::optional<TimeMs> back_to;  // How far was looked; absent: to the beginning.
};

// What people and programs are told of, and who sees to it: somebody outside is handed the tasks
// `announcement` and `delivery`, and ends each with finish() or put_off(). One that is not ended is
// handed out again after some seconds, as long as it takes, with another token.
struct Announced {
  bool approvals = false;       // Each change of an approval request.
  std::set<std::string> types;  // Events of workflows, or globs of them.
  std::function<void(store::TaskRow, const task::Task&)> hand_out;  // Must not block.
};

struct Options {
  std::string signing_seed;  // 32 bytes; empty: no grant can be given (P2).
  std::vector<std::string> tenants = {"default"};
  unsigned threads = 2;
  std::size_t max_queued = 10'000;    // Commands waiting; more are refused with engine.overloaded.
  std::size_t max_batch = 512;        // Commits in one transaction.
  std::size_t max_resident = 20'000;  // Folded streams kept in memory, and what they may take.
  std::size_t max_resident_bytes = std::size_t{256} << 20;
  std::int64_t grant_lifetime_ms = 24LL * 3600 * 1000;
  std::int64_t request_memory_ms = 24LL * 3600 * 1000;
  std::size_t max_changes = 10'000;  // That are kept for those who follow along; per tenant.
  std::string env = "live";          // Second word of new keys.
  Limits limits;
  std::set<std::string> native_agents;  // That the server itself runs.
  Announced announced;
  // Told, perhaps again and again, that another server has the database: this one must be stopped.
  std::function<void()> replaced = [] {};
};

struct Stats {
  std::uint64_t commands = 0, refused = 0, commits = 0, batches = 0, events = 0, tasks_done = 0,
                tasks_failed = 0;
  std::size_t queued = 0, resident = 0, resident_bytes = 0, waiters = 0;
};

class Changes;

class Engine {
 public:
  // Loads the tenants' directories and starts the threads. `store` and `random` outlive the engine.
  static Result<std::unique_ptr<Engine>> start(store::Store& store,
                                               Random& random,
                                               Options options);
  ~Engine();  // drain()s.

  void submit(Submission submission, Done done);
  Result<Reply> submit_and_wait(Submission submission);  // For start-up, CLI and tests.

  // The command that ends a task which was handed out, in the same commit. kConflict
  // store.task_lost: it was handed out again since, or replaced.
  void finish(Submission submission, store::TaskRow task, Done done);
  void put_off(const store::TaskRow& task, TimeMs until);

  // Calls back once: true when the stream's version exceeds `after` (at once if it does already),
  // false after timeout_ms. No change is missed, whenever it happens.
  void await_version(const std::string& tenant,
                     const std::string& stream,
                     std::int64_t after,
                     int timeout_ms,
                     std::function<void(bool)> done);
  // The same for an approval request: true when it is not pending.
  void await_outcome(const std::string& tenant,
                     const std::string& approval,
                     int timeout_ms,
                     std::function<void(bool)> done);

  // Starts a turn of the workflow that is ready the longest, or waits for one. The turn is the
  // worker's until the lease runs out; then it stands in the queue again. The caller may only name
  // agents that it speaks for, which nobody checks here.
  void lease_turn(LeaseWish wish, LeaseDone done);

  // Whose key is this? kUnauthenticated auth.invalid_key, auth.revoked_key, auth.expired_key.
  Result<Identity> authenticate(std::string_view key, KeyUse use = KeyUse::kApi) const;
  // Whether that key still is good. Whatever waited on its behalf asks again before it answers.
  Result<void> recheck(const Identity& caller) const;
  // Chooses id and secret. The plain key is returned and kept nowhere.
  struct Minted {
    ApiKey record;
    std::string plain;
  };
  Minted mint_key(ActorKind kind, const std::string& owner) const;

  // Queries. kNotFound <entity>.not_found, for other tenants' ids as well.
  Result<json::Value> workflow(const std::string& tenant, const std::string& id);
  Result<json::Value> approval(const std::string& tenant, const std::string& id);
  // What it still needs, who can give it, and what happens when if nobody does, as of now.
  Result<json::Value> explain_approval(const std::string& tenant, const std::string& id);
  Result<json::Value> call(const std::string& tenant, const std::string& id);
  Result<std::vector<json::Value>> checkpoints(const std::string& tenant, const std::string& id);
  // What a rollback by this caller would do; refuses as the rollback would.
  Result<json::Value> preview_rollback(const Identity& caller,
                                       const std::string& id,
                                       const std::string& checkpoint);
  // How a pending request stands among others: {ahead, equal_open, estimate, choices, text}.
  Result<json::Value> outlook(const std::string& tenant, const std::string& id);
  // What opening this call would come to, as of now: kAllow, it would run, be it under a standing
  // permission; kAsk, people would be asked first; kDeny, neither. Refuses as the opening would.
  Result<Effect> foresee(const Identity& caller,
                         const std::string& workflow,
                         const command::OpenCall& wish);
  // An approval request as it stands, and whose it is.
  struct Asked {
    Approval approval;
    std::string agent;
  };
  Result<Asked> request(const std::string& tenant, const std::string& id);
  // The same with what was told of its workflow, and the version of that.
  struct Announceable {
    Asked asked;
    std::int64_t version = 0;
  };
  Result<Announceable> announceable(const std::string& tenant, const std::string& id);
  // What was told of a workflow; empty when nothing was.
  Result<Outbox> outbox(const std::string& tenant, const std::string& workflow);
  // What a program of another framework asked, and how each question stands.
  struct Inbound {
    struct Part {
      std::optional<Call> call;
      std::optional<Approval> approval;
      std::string frozen_by;  // The freeze that holds its tool now; or empty.
    };
    InboundAsk ask;
    std::string workflow, agent;
    std::vector<Part> parts;
  };
  Result<Inbound> inbound(const std::string& tenant, const std::string& id);
  // The uses of a standing permission in their order, `after` a place; so many events are looked
  // at, and no more, so a page may have less than `limit` of them though others follow.
  Result<Page> permission_uses(const std::string& tenant,
                               const std::string& permission,
                               std::int64_t after,
                               int limit);
  // The workflow as it stands, for a fork of it. kConflict fork.too_large.
  Result<std::shared_ptr<const Workflow>> state(const std::string& tenant, const std::string& id);
  // Two of them side by side: {left, right, common}, and a page of rows from `after` on.
  struct Compared {
    json::Value summary;
    Page rows;
  };
  Result<Compared> compare(const std::string& tenant,
                           const std::string& left,
                           const std::string& right,
                           std::int64_t after,
                           int limit);
  Result<Page> journal(const std::string& tenant,
                       const std::string& id,
                       std::int64_t after,
                       int limit);
  Result<Page> events(const std::string& tenant,
                      const std::string& stream,
                      std::int64_t after,
                      int limit);
  // A workflow's events as they are stored: {version, body, prev_hash, hash}, of which hash =
  // SHA-256(prev_hash, a new line, body).
  Result<Page> records(const std::string& tenant,
                       const std::string& workflow,
                       std::int64_t after,
                       int limit);
  // What happened, whatever to, newest first; each event with the name of its `stream`.
  Result<FoundPage> search(const std::string& tenant, const EventWish& wish);
  Result<Page> list(const std::string& tenant, const ListFilter& filter);
  std::shared_ptr<const Directory> directory(const std::string& tenant) const;  // nullptr: unknown.
  std::int64_t directory_version(const std::string& tenant) const;              // 0: unknown.
  std::shared_ptr<const Policy> policy(const std::string& tenant) const;        // nullptr: none.
  Result<void> ready();  // The database answers and the engine takes commands.
  Stats stats() const;
  Changes& changes();  // What changed lately: changes.hpp. Told once it is durable.
  TimeMs now() const;  // By the database's clock.

  // Ends every wait with false, those to come as well, so that long polls are answered before a
  // stop.
  void stop_waiting();
  // Takes no more commands (engine.draining), answers those it has, stops the threads. Idempotent.
  void drain();

  class Impl;  // impl.hpp

 private:
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fermata::engine
