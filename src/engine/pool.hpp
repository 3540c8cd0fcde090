#pragma once

// A few threads that run what is posted, in order of posting. Jobs must not throw.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fermata::engine {

// Thread-safe. Destroying it (or stop()) runs what was posted before, then ends the threads.
class Pool {
 public:
  using Job = std::function<void()>;
  explicit Pool(unsigned threads);
  ~Pool();
  void post(Job job);
  void stop();  // Idempotent.

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace fermata::engine
