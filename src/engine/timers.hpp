#pragma once

// One thread that calls back at points of the monotonic clock: timeouts of waits, upkeep. Nothing
// durable hangs on it; deadlines are tasks in the store.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace fermata::engine {

// Thread-safe. Callbacks run on the timer's thread and must be short.
class Timers {
 public:
  Timers();
  ~Timers();
  void after(std::int64_t delay_ms, std::function<void()> callback);
  void stop();  // Calls nobody back any more. Idempotent.

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<std::int64_t, std::function<void()>> due_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace fermata::engine
