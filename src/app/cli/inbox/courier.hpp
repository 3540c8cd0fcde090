#pragma once

// Carries what the inbox wants to the server, and what comes of it back. Reads, writes and the
// stream of changes each have a thread and a connection of their own, so that a decision waits for
// no list.
//
// A decision without an answer goes out again under the request id it had when the same is sent
// once more: it happens once.

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/cli/client.hpp"
#include "app/cli/inbox/model.hpp"

namespace fermata::app::cli::inbox {

struct Clients {
  std::unique_ptr<Client> reads, writes, changes;
};

class Courier {
 public:
  // `on_news` is called by its threads when take() has something; it must not wait.
  Courier(Clients clients, std::function<void()> on_news);
  // There is no way to end a connection that is silent, so this is never reached: the process ends
  // with its threads (see inbox.cpp).
  ~Courier() = delete;

  void list(bool all);
  void request(std::string id);
  void write(WantWrite wish);
  std::vector<Input> take();

 private:
  using Job = std::function<void()>;
  struct Queue {
    std::deque<Job> jobs;
    std::condition_variable more;
  };
  void work(Queue& queue);
  void follow();
  void post(Queue& queue, Job job);
  void tell(Input news);
  Input listed(bool all);
  Input written(const WantWrite& wish);

  Clients clients_;
  std::function<void()> on_news_;
  std::mutex mutex_;
  Queue reads_, writes_;
  std::vector<Input> news_;
  std::map<std::string, std::string> unknown_;  // What was sent without an answer, and under which
                                                // request id. The writer's own.
};

}  // namespace fermata::app::cli::inbox
