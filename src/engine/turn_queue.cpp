#include "engine/turn_queue.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace fermata::engine {
namespace {

constexpr std::int64_t kLookAgainMs = 20'000;
// Rows to choose from: more than one, because others on this node may be taking the first ones.
constexpr int kCandidates = 16;
// How often a turn is lost to somebody else before another workflow is tried.
constexpr int kMostRefusals = 2;

std::string key_of(const std::string& tenant, const std::string& queue) {
  return tenant + '\n' + queue;
}

bool lost_to_another(const Error& error) {
  return error.reason == "turn.not_ready" || error.code == ErrorCode::kVersionConflict ||
         error.reason == "workflow.closed" || error.reason == "workflow.not_found";
}

}  // namespace

std::string queue_name(Dispatch dispatch, const std::string& agent) {
  return to_string(dispatch) + "/" + agent;
}

std::string queue_of(const Workflow& workflow) {
  if (workflow.dispatch == Dispatch::kNone || status(workflow) != WorkflowStatus::kReady) return {};
  return queue_name(workflow.dispatch, workflow.agent);
}

void TurnQueue::lease(LeaseWish wish, LeaseDone done) {
  auto waiter = std::make_shared<Waiter>();
  waiter->until_ms = monotonic_ms() + wish.wait_ms;
  for (const std::string& agent : wish.agents)
    waiter->queues.push_back(key_of(wish.caller.tenant, queue_name(wish.dispatch, agent)));
  waiter->wish = std::move(wish);
  waiter->done = std::move(done);
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& queue : waiter->queues) queues_.try_emplace(queue);
  }
  ports_.post([this, waiter] { look(waiter); });
}

void TurnQueue::look(const WaiterPtr& waiter) {
  std::uint64_t seen = 0;
  {
    const std::lock_guard lock(mutex_);
    seen = changes_seen(*waiter);
  }
  std::optional<TimeMs> next_due;
  auto chosen = choose(*waiter, next_due);
  if (!chosen) return waiter->done(tl::unexpected(std::move(chosen).error()));
  if (*chosen) return take(waiter, **chosen);
  park(waiter, seen, next_due);
}

// The longest ready one that nobody here is taking; marked as being taken.
Result<std::optional<store::Row>> TurnQueue::choose(Waiter& waiter,
                                                    std::optional<TimeMs>& next_due) {
  std::vector<store::Row> rows;
  for (const std::string& agent : waiter.wish.agents) {
    store::RowQuery query;
    query.tenant = waiter.wish.caller.tenant;
    query.queue = queue_name(waiter.wish.dispatch, agent);
    query.limit = kCandidates;
    FERMATA_TRY(std::vector<store::Row> found, ports_.store.list(query));
    rows.insert(rows.end(), found.begin(), found.end());
  }
  std::sort(rows.begin(), rows.end(), [](const store::Row& a, const store::Row& b) {
    return a.queued_at < b.queued_at;
  });
  const TimeMs now = ports_.now();
  const std::lock_guard lock(mutex_);
  for (const store::Row& row : rows) {
    if (row.queued_at > now) {
      next_due = row.queued_at;
      break;
    }
    const auto refused = waiter.refused.find(row.id);
    if (stopped_ || (refused != waiter.refused.end() && refused->second >= kMostRefusals)) continue;
    if (taking_.insert(key_of(waiter.wish.caller.tenant, row.id)).second)
      return std::optional<store::Row>(row);
  }
  return std::optional<store::Row>();
}

void TurnQueue::take(const WaiterPtr& waiter, const store::Row& row) {
  const LeaseWish& wish = waiter->wish;
  Submission start;
  start.caller = wish.caller;
  start.caller.actor = {ActorKind::kAgent, row.agent};
  start.stream = row.id;
  start.command = command::StartTurn{wish.worker, wish.fingerprint, wish.lease_ms, false, true};
  start.door = wish.door;
  start.request_id = wish.request_id;
  start.trace_id = wish.trace_id;
  ports_.submit(
      std::move(start), [this, waiter, id = row.id, queue = row.queue](Result<Reply> reply) {
        {
          const std::lock_guard lock(mutex_);
          taking_.erase(key_of(waiter->wish.caller.tenant, id));
        }
        if (reply) return waiter->done(std::optional<Reply>(std::move(*reply)));
        if (!lost_to_another(reply.error())) {
          wake(waiter->wish.caller.tenant, queue);  // It still stands there, for somebody else.
          return waiter->done(tl::unexpected(std::move(reply).error()));
        }
        ++waiter->refused[id];
        ports_.refresh(waiter->wish.caller.tenant, id);
        ports_.post([this, waiter] { look(waiter); });
      });
}

void TurnQueue::park(const WaiterPtr& waiter, std::uint64_t seen, std::optional<TimeMs> next_due) {
  const std::int64_t now_ms = monotonic_ms();
  std::int64_t wait_ms = std::min(waiter->until_ms - now_ms, kLookAgainMs);
  bool changed = false, ended = wait_ms <= 0;
  if (next_due)
    wait_ms =
        std::clamp<std::int64_t>(*next_due - ports_.now(), 1, std::max<std::int64_t>(wait_ms, 1));
  {
    const std::lock_guard lock(mutex_);
    ended = ended || stopped_;
    changed = !ended && changes_seen(*waiter) != seen;
    if (!ended && !changed) {
      waiter->parked = true;
      for (const std::string& queue : waiter->queues) queues_[queue].parked.push_back(waiter);
    }
  }
  if (ended) return waiter->done(std::optional<Reply>());
  if (changed) return ports_.post([this, waiter] { look(waiter); });
  ports_.after(wait_ms, [this, waiter] { look_again(waiter); });
}

void TurnQueue::look_again(const WaiterPtr& waiter) {
  {
    const std::lock_guard lock(mutex_);
    if (!unpark(waiter)) return;
  }
  waiter->refused.clear();
  ports_.post([this, waiter] { look(waiter); });
}

void TurnQueue::wake(const std::string& tenant, const std::string& queue) {
  WaiterPtr first;
  {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(key_of(tenant, queue));
    if (found == queues_.end()) return;
    ++found->second.changes;
    if (found->second.parked.empty()) return;
    first = found->second.parked.front();
    unpark(first);
  }
  ports_.post([this, first] { look(first); });
}

void TurnQueue::stop() {
  std::vector<WaiterPtr> all;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (auto& [name, queue] : queues_)
      while (!queue.parked.empty()) {
        all.push_back(queue.parked.front());
        unpark(all.back());
      }
  }
  for (const WaiterPtr& waiter : all) waiter->done(std::optional<Reply>());
}

bool TurnQueue::unpark(const WaiterPtr& waiter) {
  if (!waiter->parked) return false;
  waiter->parked = false;
  for (const std::string& queue : waiter->queues) std::erase(queues_[queue].parked, waiter);
  return true;
}

std::uint64_t TurnQueue::changes_seen(const Waiter& waiter) {
  std::uint64_t sum = 0;
  for (const std::string& queue : waiter.queues) sum += queues_[queue].changes;
  return sum;
}

}  // namespace fermata::engine
