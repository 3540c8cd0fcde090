// A command's way through its stream: queue, decide, fold, commit, answer.

#include <algorithm>

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "codec/documents.hpp"
#include "codec/event_codec.hpp"
#include "core/approval/clock.hpp"
#include "core/permission/permitted.hpp"
#include "engine/attention.hpp"
#include "engine/impl.hpp"
#include "engine/projection.hpp"
#include "engine/reply.hpp"
#include "observability/log.hpp"
#include "resilience/retry.hpp"

namespace fermata::engine {
namespace {

constexpr int kMaxTries = 8;
constexpr std::int64_t kForgetEveryMs = 60'000;
constexpr std::int64_t kReloadMs = 20;
constexpr std::size_t kMaxPermissionsTried = 4;

bool needs_grant(const command::Command& command) {
  if (std::holds_alternative<command::AskInbound>(command)) return true;
  const auto* open = std::get_if<command::OpenCall>(&command);
  return open != nullptr && !open->recorded;
}

// The database's clock has the last word on a decision's deadline (the tie rule of the promises),
// and on its withdrawal's, after which what is left may suffice.
std::optional<TimeMs> not_after(const Workflow& workflow,
                                const command::Command& command,
                                const Context& context) {
  const auto* decide = std::get_if<command::DecideApproval>(&command);
  const auto* withdraw = std::get_if<command::WithdrawDecision>(&command);
  if (decide == nullptr && withdraw == nullptr) return std::nullopt;
  const Approval* approval =
      find_approval(workflow, decide != nullptr ? decide->approval : withdraw->approval);
  const bool stops = decide == nullptr || decide->decision == DecisionKind::kReject ||
                     decide->decision == DecisionKind::kIgnore;
  if (approval == nullptr || !approval->question.deadline || (approval->effect_at && stops))
    return std::nullopt;
  return real_time(
             workflow, *approval, *context.directory, *approval->question.deadline, context.now) -
         1;
}

Stream::Before before(const Stream::State& state, const Submission& submission) {
  return {state.directory,
          state.version,
          state.hash,
          state.bytes,
          submission.idempotency ? submission.idempotency->id : std::string()};
}

}  // namespace

void Engine::Impl::submit(Pending pending) {
  ++commands_;
  // Counted before draining_ is looked at: drain() either sees this command and waits for it, or is
  // seen here.
  const std::size_t waiting = queued_++;
  if (Result<void> admitted = admit(pending, waiting); !admitted)
    return answer(pending, tl::unexpected(std::move(admitted).error()));
  Submission& submission = pending.submission;
  // Whether a call may run is never answered from memory: the grant may have died since (P9, P17).
  // Opening is idempotent by the call's key.
  if (std::holds_alternative<command::OpenCall>(submission.command)) submission.idempotency.reset();
  if (submission.stream.empty())
    submission.stream = submission.idempotency ? workflow_for(*submission.idempotency)
                                               : "wf_" + random_suffix(random_);
  const StreamPtr stream = registry_.get(submission.caller.tenant, submission.stream);
  enqueue(stream, std::move(pending));
}

// What can be refused without the stream. Tasks have their own limit (task_room()): a deadline must
// not wait for the queue to shrink (L1).
Result<void> Engine::Impl::admit(Pending& pending, std::size_t waiting) {
  if (draining_) return fail(ErrorCode::kUnavailable, "engine.draining", "the server is stopping");
  if (!pending.task && waiting >= options_.max_queued)
    return fail(ErrorCode::kUnavailable, "engine.overloaded", "too many commands wait; try again");
  const Submission& submission = pending.submission;
  if (needs_grant(submission.command) && !grants_.available())
    return fail(ErrorCode::kUnavailable,
                "grant.no_signing_key",
                "the server has no signing key, so nothing can be permitted");
  if (auto* close = std::get_if<command::CloseCall>(&pending.submission.command)) {
    FERMATA_TRY(std::string id, grants_.id_in(close->grant, submission.caller.tenant, close->call));
    close->grant = std::move(id);
  }
  return {};
}

void Engine::Impl::enqueue(const StreamPtr& stream, Stream::Job job) {
  {
    const std::lock_guard lock(stream->mutex);
    stream->queue.push_back(std::move(job));
    if (stream->busy) return;
    stream->busy = true;
  }
  pool_.post([this, stream] { work(stream); });
}

void Engine::Impl::work(const StreamPtr& stream) {
  while (true) {
    registry_.weigh(*stream);
    Stream::Job job;
    {
      const std::lock_guard lock(stream->mutex);
      if (stream->queue.empty()) {
        stream->busy = false;
        return;
      }
      job = std::move(stream->queue.front());
      stream->queue.pop_front();
    }
    if (auto* query = std::get_if<Stream::Query>(&job)) {
      (*query)(stream->is_current() ? Result<void>{} : refresh(*stream), *stream);
    } else if (step(stream, std::get<Pending>(std::move(job)))) {
      return;  // after_commit() goes on.
    }
  }
}

bool Engine::Impl::step(const StreamPtr& stream, Pending pending) {
  if (!stream->is_current()) {
    if (auto loaded = refresh(*stream); !loaded) {
      put_off(pending, loaded.error());
      answer(pending, tl::unexpected(std::move(loaded).error()));
      return false;
    }
  }
  auto prepared = prepare(*stream, pending);
  if (!prepared) {
    put_off(pending, prepared.error());
    answer(pending, tl::unexpected(std::move(prepared).error()));
    return false;
  }
  if (prepared->sought) {
    use_permission(stream, std::move(pending), *std::move(prepared->sought));
    return false;
  }
  store::Commit commit = std::move(prepared->commit);
  const bool writes = !commit.events.empty() || commit.ended_task;
  // "Already so" rests on what was read: it is said once a write of ours has come after (P7).
  const bool known_durable = stream->state.durable || stream->state.version == 0;
  if (!writes && known_durable) {
    answer(pending, std::move(prepared->reply));
    return false;
  }
  // Shared, because a std::function must be copyable.
  auto going =
      std::make_shared<std::pair<Pending, Prepared>>(std::move(pending), *std::move(prepared));
  committer_->enqueue(std::move(commit), [this, stream, going](Result<void> result) {
    after_commit(stream, std::move(going->first), std::move(going->second), std::move(result));
  });
  return true;
}

void Engine::Impl::after_commit(const StreamPtr& stream,
                                Pending pending,
                                Prepared prepared,
                                Result<void> result) {
  if (result) {
    stream->state.durable = true;
    events_ += prepared.events;
    if (stream->is_directory())
      tenants_.publish(stream->id.tenant, stream->state.directory, stream->state.version);
    answer(pending, std::move(prepared.reply));
    wake(*stream);
    wake_turns(*stream);
    changes_.tell(stream->id.tenant, std::move(prepared.changes));
  } else {
    go_back(*stream, prepared);
    const bool lost_race = result.error().code == ErrorCode::kVersionConflict ||
                           result.error().reason == "store.request_exists" ||
                           result.error().reason == "store.deadline_passed";
    stream->unsure = stream->unsure || result.error().reason != "store.deadline_passed";
    if (lost_race && ++pending.tries < kMaxTries) {
      if (result.error().reason == "store.deadline_passed") read_clock();
      const std::lock_guard lock(stream->mutex);
      stream->queue.emplace_front(std::move(pending));
    } else {
      answer(pending, tl::unexpected(std::move(result).error()));
      reload(stream, kReloadMs);
    }
  }
  work(stream);
}

// What was folded did not happen, or nobody knows.
void Engine::Impl::go_back(Stream& stream, Prepared& prepared) {
  Stream::State& state = stream.state;
  if (!prepared.before) {
    state.loaded = false;
    return;
  }
  Stream::Before& before = *prepared.before;
  state.directory = std::move(before.directory);
  state.version = before.version;
  state.hash = std::move(before.hash);
  state.bytes = before.bytes;
  state.requests.erase(before.request);
  state.behind = true;
}

void Engine::Impl::answer(Pending& pending, Result<Reply> reply) {
  if (!reply) ++refused_;
  pending.done(std::move(reply));
  if (pending.task) --tasks_out_;
  if (--queued_ > 0 || !draining_) return;
  const std::lock_guard lock(idle_mutex_);
  idle_.notify_all();
}

// A request that was done before is found here, before anything is decided.
Result<std::optional<Reply>> Engine::Impl::recall(const Stream& stream,
                                                  const Submission& submission) {
  const auto& wish = submission.idempotency;
  if (!wish || !stream.state.requests.contains(wish->id)) return std::optional<Reply>();
  FERMATA_TRY(const std::optional<store::RequestRow> row,
              store_.find_request(stream.id.tenant, wish->id));
  if (!row) return forgotten(stream, submission);
  if (row->fingerprint != wish->fingerprint)
    return fail(ErrorCode::kInvalid,
                "request.idempotency_mismatch",
                "this Idempotency-Key was used for another request");
  FERMATA_TRY(const json::Value record, json::parse(row->reply, json::kMaxStoredDepth));
  return std::optional<Reply>(read_reply(record));
}

// The record is gone, but what made this very stream is told by the stream: it is not made again.
std::optional<Reply> Engine::Impl::forgotten(const Stream& stream, const Submission& submission) {
  const Workflow& workflow = stream.state.workflow;
  const auto& wish = submission.command;
  const bool made_it =
      std::holds_alternative<command::CreateWorkflow>(wish) ||
      std::holds_alternative<command::ForkWorkflow>(wish) ||
      std::holds_alternative<command::ProposePolicy>(wish) ||
      (std::holds_alternative<command::RequestApproval>(wish) && workflow.standalone);
  if (!stream.is_workflow() || !made_it) return std::nullopt;
  Reply reply = reply_to(wish, stream.id.tenant, workflow, {}, grants_);
  reply.replayed = true;
  return reply;
}

Context Engine::Impl::context_for(const Stream& stream,
                                  const Submission& submission,
                                  const Tenants::View& view) const {
  return {.tenant = stream.id.tenant,
          .stream = stream.id.name,
          .now = now(),
          .actor = submission.caller.actor,
          .on_behalf_of = submission.caller.on_behalf_of,
          .door = submission.door,
          .directory = view.directory.get(),
          .policy = view.policy.get(),
          .grant_lifetime_ms = options_.grant_lifetime_ms,
          .limits = options_.limits,
          .native_agents = &options_.native_agents};
}

Result<Engine::Impl::Prepared> Engine::Impl::prepare(Stream& stream, Pending& pending) {
  FERMATA_TRY(std::optional<Reply> recalled, recall(stream, pending.submission));
  if (!recalled) return decide_on(stream, pending);
  Prepared prepared;
  prepared.commit.stream = stream.id;
  prepared.commit.expected_version = stream.state.version;
  prepared.reply = *std::move(recalled);
  return prepared;
}

// Where the policy limits what is asked of people, an agent's wish is decided with their number in
// view: the one thing of a decision that other streams know.
Result<Events> Engine::Impl::spare_people(const Workflow& workflow,
                                          const Submission& submission,
                                          Events events,
                                          const Context& context) const {
  const event::ApprovalRequested* asked = limited(workflow, events, context);
  if (asked == nullptr) return events;
  FERMATA_TRY(const Attention attention, count_attention(store_, workflow, *asked, context));
  Context counted = context;
  counted.attention = &attention;
  return decide(workflow, submission.command, counted);
}

Result<Engine::Impl::Prepared> Engine::Impl::decide_on(Stream& stream, Pending& pending) {
  const Submission& submission = pending.submission;
  Stream::State& state = stream.state;
  const Tenants::View view = tenants_.view(stream.id.tenant);
  if (!view.directory)
    return fail(ErrorCode::kInternal, "engine.unknown_tenant", "", stream.id.tenant);
  FERMATA_CHECK_OK(tenants_.recheck(submission.caller, now()));
  const Context context = context_for(stream, submission, view);
  auto decided = with_state(
      stream, [&](const auto& folded) { return decide(folded, submission.command, context); });
  Prepared prepared;
  store::Commit& commit = prepared.commit;
  commit.stream = stream.id;
  commit.expected_version = state.version;
  if (stream.is_directory()) prepared.before = before(state, submission);
  commit.ended_task = task_end(pending, state, context, decided ? nullptr : &decided.error());
  if (!decided) {
    // A task's command that is refused is still the end of this lease.
    if (!commit.ended_task) return tl::unexpected(std::move(decided).error());
    return prepared;
  }
  if (stream.is_workflow()) {
    if (pending.tried_permissions.size() < kMaxPermissionsTried)
      prepared.sought = permission_sought(
          state.workflow, submission.command, *decided, context, pending.tried_permissions);
    if (prepared.sought) return prepared;
    FERMATA_TRY(decided, spare_people(state.workflow, submission, *std::move(decided), context));
  }
  const Events& events = *decided;
  prepared.events = events.size();
  if (stream.is_workflow())
    commit.not_after = not_after(state.workflow, submission.command, context);
  record(stream, submission, events, context.now, commit);
  if (!events.empty()) project(stream, events, options_.announced, context.now, commit);
  if (!events.empty()) prepared.changes = changes_of(stream, commit);
  if (commit.ended_task) std::erase(commit.dropped_tasks, commit.ended_task->id);
  prepared.reply = reply_of(stream, submission.command, events, context.now);
  codec::bring_up_to_date(prepared.reply.body, *context.directory, context.now);
  if (submission.idempotency && !events.empty())
    commit.request = store::RequestRow{submission.idempotency->id,
                                       submission.idempotency->fingerprint,
                                       write_reply(prepared.reply),
                                       context.now};
  return prepared;
}

Reply Engine::Impl::reply_of(const Stream& stream,
                             const command::Command& command,
                             const Events& events,
                             TimeMs now) const {
  const Stream::State& state = stream.state;
  if (stream.is_directory()) return reply_to(command, state.directory, now);
  if (stream.is_workflow())
    return reply_to(command, stream.id.tenant, state.workflow, events, grants_);
  return reply_to(command, state.outbox);
}

// What it will have changed; the rows are those of what the events touch.
std::vector<Change> Engine::Impl::changes_of(const Stream& stream, const store::Commit& commit) {
  if (stream.is_directory()) return {{Change::Kind::kDirectory, {}, stream.state.version, 0}};
  std::vector<Change> changes;
  if (!stream.is_workflow()) return changes;
  for (const store::Row& row : commit.rows) {
    const Approval* approval = find_approval(stream.state.workflow, row.id);
    if (row.table == store::Table::kWorkflows)
      changes.push_back({Change::Kind::kWorkflow, row.id, stream.state.version, 0});
    else if (approval != nullptr)
      changes.push_back({Change::Kind::kApproval, row.id, approval->revision, 0});
  }
  return changes;
}

// Numbers, chains and folds the events.
void Engine::Impl::record(Stream& stream,
                          const Submission& submission,
                          const Events& events,
                          TimeMs at,
                          store::Commit& commit) {
  Stream::State& state = stream.state;
  for (const event::Event& payload : events) {
    event::Recorded recorded;
    recorded.version = state.version + 1;
    recorded.at = at;
    recorded.actor = submission.caller.actor;
    recorded.on_behalf_of = submission.caller.on_behalf_of;
    recorded.door = submission.door;
    recorded.request_id = submission.request_id;
    recorded.trace_id = submission.trace_id;
    if (submission.idempotency) recorded.request_key = submission.idempotency->id;
    recorded.payload = payload;
    if (stream.is_workflow()) recorded.from_status = to_string(status(state.workflow));
    evolve(stream, recorded);
    if (stream.is_workflow()) recorded.to_status = to_string(status(state.workflow));
    std::string body = codec::encode(recorded);
    std::string hash = codec::chain_hash(state.hash, body);
    state.bytes += body.size();
    commit.events.push_back(
        {recorded.version, codec::type_of(payload), at, std::move(body), state.hash, hash});
    state.hash = std::move(hash);
    state.version = recorded.version;
    if (!recorded.request_key.empty()) state.requests.insert(recorded.request_key);
  }
  if (TimeMs due = forget_at_ms_; at >= due && !events.empty() &&
                                  forget_at_ms_.compare_exchange_strong(due, at + kForgetEveryMs))
    commit.forget_requests_before = at - options_.request_memory_ms;
}

}  // namespace fermata::engine
