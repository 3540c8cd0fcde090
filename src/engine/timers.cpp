#include "engine/timers.hpp"

#include <chrono>

#include "base/time.hpp"

namespace fermata::engine {

Timers::Timers() : thread_([this] { run(); }) {}

Timers::~Timers() { stop(); }

void Timers::after(std::int64_t delay_ms, std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    due_.emplace(monotonic_ms() + delay_ms, std::move(callback));
  }
  wake_.notify_one();
}

void Timers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Timers::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (due_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const std::int64_t wait_ms = due_.begin()->first - monotonic_ms();
    if (wait_ms > 0) {
      wake_.wait_for(lock, std::chrono::milliseconds(wait_ms));
      continue;
    }
    const auto callback = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    lock.unlock();
    callback();
    lock.lock();
  }
}

}  // namespace fermata::engine
