#include "net/loop.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <utility>

#include "base/time.hpp"
#include "net/connection.hpp"
#include "net/response_head.hpp"

namespace fermata::net {
namespace {

// An eighth of the shortest limit, so that none is missed by much; rare enough to cost nothing.
std::chrono::milliseconds tick_for(const ServerOptions& options) {
  const int shortest = std::min({options.read_timeout_ms,
                                 options.idle_timeout_ms,
                                 options.handle_timeout_ms,
                                 options.write_timeout_ms});
  return std::chrono::milliseconds(std::clamp(shortest / 8, 5, 200));
}

void deliver(const Mail& mail, Response response) {
  switch (mail.kind) {
    case Mail::Kind::kAnswer:
      return mail.to->answer(mail.serial, std::move(response));
    case Mail::Kind::kAbandon:
      return mail.to->abandon(mail.serial);
    case Mail::Kind::kStream:
      return mail.to->start_stream(mail.serial, response, mail.stream);
    case Mail::Kind::kPump:
      return mail.to->pump(mail.serial);
  }
}

}  // namespace

Loop::Loop(std::shared_ptr<Site> site)
    : site_(std::move(site)),
      work_(context_.get_executor()),
      timer_(context_),
      tick_(tick_for(site_->options)) {}

Loop::~Loop() = default;

void Loop::start() {
  // Signals are the process's business, not this thread's: it starts with all of them blocked.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { context_.run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  boost::asio::post(context_, [this] { tick(); });
}

bool Loop::is_current_thread() const {
  return const_cast<boost::asio::io_context&>(context_).get_executor().running_in_this_thread();
}

bool Loop::post(Mail mail) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    mail_.push_back(std::move(mail));
    if (mail_.size() > 1) return true;
  }
  boost::asio::post(context_, [this] { read_mail(); });
  return true;
}

void Loop::read_mail() {
  {
    const std::lock_guard lock(mutex_);
    std::swap(mail_, reading_);
  }
  for (auto& mail : reading_) {
    auto response = std::move(mail.response);
    deliver(mail, std::move(response));
  }
  reading_.clear();
}

void Loop::adopt(Socket socket, bool over_limit) {
  boost::asio::post(context_, [this, over_limit, moved = std::move(socket)]() mutable {
    auto connection = std::make_shared<Connection>(shared_from_this(), std::move(moved));
    connections_.insert(connection);
    connection->start(over_limit);
    if (draining_) connection->drain();
  });
}

void Loop::drain() {
  boost::asio::post(context_, [this] {
    draining_ = true;
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) connection->drain();
  });
}

void Loop::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(context_, [this] {
    draining_ = true;
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) connection->give_up();
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      mail_.clear();
    }
    timer_.cancel();
    work_.reset();
  });
  thread_.join();
}

void Loop::tick() {
  timer_.expires_after(tick_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || !work_.owns_work()) return;
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<Connection>> late;
    for (const auto& connection : connections_) {
      if (connection->deadline() <= now) late.push_back(connection);
    }
    for (const auto& connection : late) connection->time_out();
    tick();
  });
}

std::string_view Loop::date() {
  const auto now = static_cast<std::time_t>(SystemClock().now_ms() / 1000);
  if (now != date_of_) {
    date_of_ = now;
    date_ = http_date(now);
  }
  return date_;
}

void Loop::forget(const std::shared_ptr<Connection>& connection) {
  connections_.erase(connection);
  if (site_->open.fetch_sub(1) == 1) {
    const std::lock_guard lock(site_->mutex);
    site_->closed.notify_all();
  }
}

}  // namespace fermata::net
