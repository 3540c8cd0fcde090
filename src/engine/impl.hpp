#pragma once

// The engine's inside: who runs when. See engine.hpp for what it promises.
//
//   submit -> the stream's queue -> step(): load, decide, fold -> Committer -> after_commit():
//   answer, wake waiters, next in the queue
//
// A stream's state is folded before the commit, because the answer and the rows come from it; while
// the commit is under way the stream is busy, so nobody sees it. A commit that fails forgets the
// state, and it is loaded again; a directory goes back to what it was and reads on from there.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "engine/changes.hpp"
#include "engine/committer.hpp"
#include "engine/engine.hpp"
#include "engine/grants.hpp"
#include "engine/pool.hpp"
#include "engine/registry.hpp"
#include "engine/tenants.hpp"
#include "engine/timers.hpp"
#include "engine/turn_queue.hpp"

namespace fermata::engine {

class Engine::Impl {
 public:
  Impl(store::Store& store, Random& random, Options options);
  ~Impl();

  Result<void> open();
  void submit(Pending pending);
  void stop_waiting();
  void drain();

  using StreamPtr = std::shared_ptr<Stream>;
  // Runs `query` on the stream's committed state, in turn with its commands.
  void query(const std::string& tenant, const std::string& stream, Stream::Query query);
  void await(const std::string& tenant,
             const std::string& stream,
             std::function<bool(const Stream::State&)> fulfilled,
             int timeout_ms,
             std::function<void(bool)> done);

  TimeMs now() const;  // The database's clock, as of the last reading plus what passed since.

  store::Store& store_;
  Random& random_;
  const Options options_;
  Grants grants_;
  Tenants tenants_;

  std::atomic<std::uint64_t> commands_ = 0, refused_ = 0, events_ = 0, tasks_done_ = 0,
                             tasks_failed_ = 0;
  std::atomic<std::size_t> queued_ = 0, waiters_ = 0, tasks_out_ = 0;
  Registry registry_;

 private:
  friend class Engine;
  // A decided command: what to write, and what to say when it is written.
  struct Prepared {
    store::Commit commit;
    Reply reply;
    std::size_t events = 0;
    std::vector<Change> changes;                   // That it makes visible.
    std::optional<command::UsePermission> sought;  // Set: this first, and nothing else.
    std::optional<Stream::Before> before;          // Of a directory that it changes.
  };

  void enqueue(const StreamPtr& stream, Stream::Job job);
  void work(const StreamPtr& stream);  // Runs the queue until it is empty or a commit is out.
  bool step(const StreamPtr& stream, Pending pending);  // True: a commit is out, stop working.
  Result<void> admit(Pending& pending, std::size_t waiting);
  void after_commit(const StreamPtr& stream,
                    Pending pending,
                    Prepared prepared,
                    Result<void> result);
  static void go_back(Stream& stream, Prepared& prepared);
  void answer(Pending& pending, Result<Reply> reply);
  void use_permission(const StreamPtr& stream, Pending pending, command::UsePermission use);
  void permission_used(const StreamPtr& stream,
                       Pending waiting,
                       std::string permission,
                       const Result<Reply>& used);
  void wake(Stream& stream);
  void wake_turns(const Stream& stream);  // Those who wait for a turn, if it has one to give.
  static std::vector<Change> changes_of(const Stream& stream, const store::Commit& commit);
  // Reads what is new in the stream; wakes those who wait for it.
  Result<void> refresh(Stream& stream);
  // After a commit that failed or of which nobody knows: whoever waits must hear of it, also when
  // nobody else asks (L2). Again after delay_ms if the store does not answer.
  void reload(const StreamPtr& stream, std::int64_t delay_ms);

  Result<std::optional<Reply>> recall(const Stream& stream, const Submission& submission);
  std::optional<Reply> forgotten(const Stream& stream, const Submission& submission);
  Result<Prepared> prepare(Stream& stream, Pending& pending);
  Result<Prepared> decide_on(Stream& stream, Pending& pending);
  Result<Events> spare_people(const Workflow& workflow,
                              const Submission& submission,
                              Events events,
                              const Context& context) const;
  Context context_for(const Stream& stream,
                      const Submission& submission,
                      const Tenants::View& view) const;
  void record(Stream& stream,
              const Submission& submission,
              const Events& events,
              TimeMs at,
              store::Commit& commit);
  std::optional<store::TaskEnd> task_end(const Pending& pending,
                                         const Stream::State& state,
                                         const Context& context,
                                         const Error* error);

  void run_task(store::TaskRow task);
  void put_off(const Pending& pending, const Error& error);
  void put_off(const store::TaskRow& task, TimeMs until);
  void hand_out(store::TaskRow row, const task::Task& task);
  Reply reply_of(const Stream& stream,
                 const command::Command& command,
                 const Events& events,
                 TimeMs now) const;
  std::size_t task_room() const;  // How many more may be leased.
  void tick();  // Upkeep, twice a second: the clock, other nodes' directory changes.
  void read_clock();
  TurnQueue::Ports turn_ports();

  std::atomic<std::int64_t> clock_offset_ms_ = 0;
  std::atomic<std::int64_t> forget_at_ms_ = 0;
  std::atomic<std::uint64_t> next_waiter_ = 0;
  std::atomic<bool> waiting_ended_ = false;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> stopped_ = false;
  std::mutex idle_mutex_;
  std::condition_variable idle_;  // No command is under way.
  Pool pool_;
  Timers timers_;
  Changes changes_;
  TurnQueue turns_;
  std::unique_ptr<Committer> committer_;
};

}  // namespace fermata::engine
