#include "app/cli/inbox/courier.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "app/cli/pause.hpp"
#include "base/random.hpp"

namespace fermata::app::cli::inbox {
namespace {

constexpr std::size_t kMostRows = 12'000;
constexpr int kFollowAgainMs = 1000;
constexpr int kMostFollowAgainMs = 8000;

// Signals are for the thread that has the terminal.
class SignalsElsewhere {
 public:
  SignalsElsewhere() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsElsewhere() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsElsewhere(const SignalsElsewhere&) = delete;
  SignalsElsewhere& operator=(const SignalsElsewhere&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

Courier::Courier(Clients clients, std::function<void()> on_news)
    : clients_(std::move(clients)), on_news_(std::move(on_news)) {
  const SignalsElsewhere masked;
  std::thread([this] { work(reads_); }).detach();
  std::thread([this] { work(writes_); }).detach();
  std::thread([this] { follow(); }).detach();
}

void Courier::work(Queue& queue) {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      queue.more.wait(lock, [&] { return !queue.jobs.empty(); });
      job = std::move(queue.jobs.front());
      queue.jobs.pop_front();
    }
    job();
  }
}

void Courier::post(Queue& queue, Job job) {
  const std::lock_guard lock(mutex_);
  queue.jobs.push_back(std::move(job));
  queue.more.notify_one();
}

void Courier::tell(Input news) {
  {
    const std::lock_guard lock(mutex_);
    news_.push_back(std::move(news));
  }
  on_news_();
}

std::vector<Input> Courier::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, {});
}

// The first change says that anything may have changed: the connection stands.
void Courier::follow() {
  for (int pause = kFollowAgainMs;; pause = std::min(2 * pause, kMostFollowAgainMs)) {
    bool live = false;
    clients_.changes->changes([&](const json::Value& change) {
      if (!std::exchange(live, true)) tell(Live{true});
      const bool about_workflow = !change["workflow_id"].is_null();
      if (!about_workflow) tell(Changed{change.string_or("approval_id")});
    });
    tell(Live{false});
    if (live) pause = kFollowAgainMs;
    pause_ms(pause);
  }
}

Input Courier::listed(bool all) {
  std::string path = "/v1/approvals?status=pending&fold=true";
  if (!all) path += "&mine=true";
  Listed news{all, std::vector<Row>(), false};
  const auto found = clients_.reads->list(path, kMostRows, news.more);
  if (!found) {
    news.rows = tl::unexpected(found.error());
    return news;
  }
  for (const json::Value& one : *found) news.rows->push_back(row_of(one));
  return news;
}

void Courier::list(bool all) {
  post(reads_, [this, all] { tell(listed(all)); });
}

void Courier::request(std::string id) {
  post(reads_, [this, id = std::move(id)] {
    const std::string path = "/v1/approvals/" + escaped(id);
    Result<json::Value> request = clients_.reads->get(path);
    Result<json::Value> explanation = json::Value();
    if (request) explanation = clients_.reads->get(path + "/explain");
    tell(Opened{id, std::move(request), std::move(explanation)});
  });
}

Input Courier::written(const WantWrite& wish) {
  const std::string what = wish.path + " " + json::write(wish.body);
  std::string& request_id = unknown_[what];
  if (request_id.empty()) {
    SystemRandom random;
    request_id = random_suffix(random);
  }
  Result<json::Value> answer =
      clients_.writes->send("POST", wish.path, wish.body, std::string(request_id));
  const bool is_known = answer || answer.error().code != ErrorCode::kUnavailable;
  if (is_known) unknown_.erase(what);
  return Written{wish.serial, wish.id, wish.verb, std::move(answer)};
}

void Courier::write(WantWrite wish) {
  post(writes_, [this, wish = std::move(wish)] { tell(written(wish)); });
}

}  // namespace fermata::app::cli::inbox
