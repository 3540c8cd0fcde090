#include "api/rest/waits.hpp"

#include <mutex>
#include <unordered_map>

#include "engine/changes.hpp"

namespace fermata::api {

class Waits::Waiting {
 public:
  // 0 when released: then nothing is kept.
  std::uint64_t add(const Then& then) {
    const std::lock_guard lock(mutex_);
    if (released_) return 0;
    waiting_.emplace(++last_, then);
    return last_;
  }

  // Whoever takes it out calls it, so it is called once.
  void fire(std::uint64_t id, bool happened) {
    Then then;
    {
      const std::lock_guard lock(mutex_);
      const auto found = waiting_.find(id);
      if (found == waiting_.end()) return;
      then = std::move(found->second);
      waiting_.erase(found);
    }
    then(happened);
  }

  void release() {
    std::unordered_map<std::uint64_t, Then> all;
    {
      const std::lock_guard lock(mutex_);
      released_ = true;
      all.swap(waiting_);
    }
    for (auto& [id, then] : all) then(false);
  }

  bool released() const {
    const std::lock_guard lock(mutex_);
    return released_;
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Then> waiting_;
  std::uint64_t last_ = 0;
  bool released_ = false;
};

Waits::Waits(engine::Engine& engine) : engine_(engine), waiting_(std::make_shared<Waiting>()) {}

std::function<void(bool)> Waits::enter(const Then& then) {
  const std::uint64_t id = waiting_->add(then);
  if (id == 0) {
    then(false);
    return nullptr;
  }
  return [waiting = waiting_, id](bool happened) { waiting->fire(id, happened); };
}

void Waits::for_version(const std::string& tenant,
                        const std::string& stream,
                        std::int64_t after,
                        int timeout_ms,
                        const Then& then) {
  if (auto done = enter(then))
    engine_.await_version(tenant, stream, after, timeout_ms, std::move(done));
}

void Waits::for_outcome(const std::string& tenant,
                        const std::string& approval,
                        int timeout_ms,
                        const Then& then) {
  if (auto done = enter(then)) engine_.await_outcome(tenant, approval, timeout_ms, std::move(done));
}

void Waits::for_change(const std::string& tenant,
                       std::int64_t place,
                       int timeout_ms,
                       const Then& then) {
  if (auto done = enter(then)) engine_.changes().await(tenant, place, timeout_ms, std::move(done));
}

void Waits::release() { waiting_->release(); }
bool Waits::released() const { return waiting_->released(); }
std::size_t Waits::size() const { return waiting_->size(); }

}  // namespace fermata::api
