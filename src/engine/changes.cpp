#include "engine/changes.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/time.hpp"

namespace fermata::engine {

void Changes::tell(const std::string& tenant, std::vector<Change> changes) {
  if (changes.empty()) return;
  std::int64_t delay_ms = 0;
  {
    const std::lock_guard lock(mutex_);
    Feed& feed = feeds_[tenant];
    for (Change& change : changes) {
      change.place = ++feed.newest;
      feed.kept.push_back(std::move(change));
    }
    while (feed.kept.size() > max_kept_) feed.kept.pop_front();
    if (feed.waiters.empty() || std::exchange(feed.waking, true)) return;
    delay_ms = feed.woken_at_ms + kPaceMs - monotonic_ms();
  }
  if (delay_ms <= 0) return wake(tenant);
  after_(delay_ms, [this, tenant] { wake(tenant); });
}

void Changes::wake(const std::string& tenant) {
  std::vector<Waiter> woken;
  {
    const std::lock_guard lock(mutex_);
    Feed& feed = feeds_[tenant];
    feed.waking = false;
    feed.woken_at_ms = monotonic_ms();
    woken.swap(feed.waiters);
  }
  for (Waiter& waiter : woken) waiter.done(true);
}

std::int64_t Changes::newest(const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  const auto feed = feeds_.find(tenant);
  return feed == feeds_.end() ? 0 : feed->second.newest;
}

Changes::Page Changes::since(const std::string& tenant,
                             std::int64_t place,
                             std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  const auto found = feeds_.find(tenant);
  const std::int64_t newest = found == feeds_.end() ? 0 : found->second.newest;
  if (place > newest) return {.missed = true, .changes = {}, .place = newest};
  if (place == newest) return {.missed = false, .changes = {}, .place = newest};
  const std::deque<Change>& kept = found->second.kept;
  if (kept.empty() || kept.front().place > place + 1)
    return {.missed = true, .changes = {}, .place = newest};
  const auto begin = kept.begin() + static_cast<std::ptrdiff_t>(place + 1 - kept.front().place);
  const auto count = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(limit),
                                              std::distance(begin, kept.end()));
  Page page;
  page.place = (begin + count - 1)->place;
  std::set<std::pair<Change::Kind, std::string>> seen;
  for (auto at = begin + count; at != begin;) {
    --at;
    if (seen.emplace(at->kind, at->id).second) page.changes.push_back(*at);
  }
  std::reverse(page.changes.begin(), page.changes.end());
  return page;
}

void Changes::await(const std::string& tenant,
                    std::int64_t place,
                    std::int64_t timeout_ms,
                    std::function<void(bool)> done) {
  bool over = false;
  std::int64_t delay_ms = 0;
  {
    const std::lock_guard lock(mutex_);
    Feed& feed = feeds_[tenant];
    feed.waiters.push_back({monotonic_ms() + timeout_ms, std::move(done)});
    over = stopped_;
    // Already there: it is woken with the others, at the pace of all.
    if (!over && (feed.newest == place || std::exchange(feed.waking, true))) return;
    delay_ms = feed.woken_at_ms + kPaceMs - monotonic_ms();
  }
  if (over) return expire();
  after_(std::max<std::int64_t>(0, delay_ms), [this, tenant] { wake(tenant); });
}

void Changes::expire() {
  const std::int64_t now_ms = monotonic_ms();
  std::vector<Waiter> late;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [tenant, feed] : feeds_) {
      const auto first =
          std::partition(feed.waiters.begin(), feed.waiters.end(), [&](const Waiter& waiter) {
            return !stopped_ && waiter.until_ms > now_ms;
          });
      std::move(first, feed.waiters.end(), std::back_inserter(late));
      feed.waiters.erase(first, feed.waiters.end());
    }
  }
  for (Waiter& waiter : late) waiter.done(false);
}

void Changes::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  expire();
}

}  // namespace fermata::engine
