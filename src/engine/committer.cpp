#include "engine/committer.hpp"

#include <algorithm>
#include <chrono>

#include "base/assert.hpp"
#include "base/time.hpp"

namespace fermata::engine {
namespace {

constexpr std::int64_t kLeaseMs = 5'000;
// Another node may have written a task that is due sooner than the ones known here; L1 allows 2 s.
constexpr std::int64_t kLookAgainMs = 1'000;
constexpr std::int64_t kFullMs = 20;  // While no more tasks may be leased.

}  // namespace

Committer::Committer(store::Store& store,
                     std::string owner,
                     std::size_t max_batch,
                     Deliver deliver,
                     Room room,
                     Replaced replaced,
                     Leased leased,
                     Now now)
    : store_(store),
      owner_(std::move(owner)),
      max_batch_(max_batch),
      deliver_(std::move(deliver)),
      room_(std::move(room)),
      replaced_(std::move(replaced)),
      leased_(std::move(leased)),
      now_(std::move(now)),
      thread_([this] { run(); }) {}

Committer::~Committer() { stop(); }

void Committer::enqueue(store::Commit commit, Committed committed) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(commit), std::move(committed)});
  }
  wake_.notify_one();
}

void Committer::start_leasing() {
  {
    const std::lock_guard lock(mutex_);
    leasing_ = true;
    next_lease_ms_ = monotonic_ms();
  }
  wake_.notify_one();
}

void Committer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Committer::Counters Committer::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void Committer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (waiting_.empty()) {
      if (stopping_) return;
      const std::int64_t wait_ms = leasing_ ? next_lease_ms_ - monotonic_ms() : 60'000;
      if (wait_ms > 0) {
        wake_.wait_for(lock, std::chrono::milliseconds(wait_ms));
        continue;
      }
    } else {
      const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), max_batch_));
      std::vector<Item> batch(std::make_move_iterator(waiting_.begin()),
                              std::make_move_iterator(waiting_.begin() + count));
      waiting_.erase(waiting_.begin(), waiting_.begin() + count);
      lock.unlock();
      write(std::move(batch));
      lock.lock();
    }
    if (leasing_ && !stopping_ && monotonic_ms() >= next_lease_ms_) {
      lock.unlock();
      lease();
      lock.lock();
    }
  }
}

void Committer::write(std::vector<Item> batch) {
  std::vector<store::Commit> commits;
  commits.reserve(batch.size());
  std::optional<TimeMs> soonest;
  for (Item& item : batch) {
    for (const store::TaskRow& task : item.commit.tasks)
      soonest = std::min(soonest.value_or(task.due_at), task.due_at);
    commits.push_back(std::move(item.commit));
  }
  std::vector<Result<void>> results = store_.commit(commits);
  FERMATA_ASSERT(results.size() == batch.size(), "the store answers every commit");
  std::vector<std::function<void()>> deliveries;
  deliveries.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i)
    deliveries.push_back(
        [committed = std::move(batch[i].committed), result = std::move(results[i])]() mutable {
          committed(std::move(result));
        });
  deliver_(std::move(deliveries));
  const std::lock_guard lock(mutex_);
  ++counters_.batches;
  counters_.commits += batch.size();
  if (soonest)
    next_lease_ms_ =
        std::min(next_lease_ms_, monotonic_ms() + std::max<std::int64_t>(0, *soonest - now_()));
}

void Committer::lease() {
  const std::size_t room = room_();
  std::int64_t wait_ms = room == 0 ? kFullMs : kLookAgainMs;
  auto leased = room == 0 ? Result<store::LeasedTasks>(store::LeasedTasks{})
                          : store_.lease_tasks(owner_, kLeaseMs, static_cast<int>(room));
  if (leased) {
    if (leased->next_due)
      wait_ms = std::clamp<std::int64_t>(*leased->next_due - now_(), 1, kLookAgainMs);
    if (room > 0 && leased->tasks.size() == room) wait_ms = 0;
    for (store::TaskRow& task : leased->tasks) leased_(std::move(task));
  }
  if (!leased && leased.error().reason == "store.in_use") replaced_();
  const std::lock_guard lock(mutex_);
  next_lease_ms_ = monotonic_ms() + wait_ms;
}

}  // namespace fermata::engine
