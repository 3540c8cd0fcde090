#pragma once

// The threads that questions are answered on: reads of the database and of folded states, which
// must not hold up the threads that serve connections. The queue is bounded; what does not fit is
// refused, because a request that waits longer than its client is work for nobody.
//
// Thread-safe.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fermata::api {

class Workers {
 public:
  using Job = std::function<void()>;

  Workers(unsigned threads, std::size_t max_queued);
  ~Workers();  // stop()s.
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False when the queue is full or the workers have stopped; the job is dropped then. What a job
  // throws is logged and goes no further.
  bool post(Job job);
  // Does what is queued, then ends the threads. Not to be called from a job. Idempotent.
  void stop();
  std::size_t queued() const;

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  const std::size_t max_queued_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace fermata::api
