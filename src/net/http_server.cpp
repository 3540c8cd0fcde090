#include "net/http_server.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

#include "base/assert.hpp"
#include "net/loop.hpp"

namespace fermata::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

// Connections over the limit that are still told so; beyond these they are just closed.
constexpr std::size_t kTurnedAway = 256;
constexpr auto kAcceptPause = std::chrono::milliseconds(50);  // Out of file descriptors.

// Accepts on the first loop and deals connections out to all of them in turn.
class HttpServer final : public Server {
 public:
  explicit HttpServer(std::shared_ptr<Site> site) : site_(std::move(site)) {
    for (unsigned i = 0; i < std::max(1u, site_->options.threads); ++i) {
      loops_.push_back(std::make_shared<Loop>(site_));
    }
    acceptor_.emplace(loops_.front()->context());
    pause_.emplace(loops_.front()->context());
  }

  ~HttpServer() override { shutdown(0); }

  error_code listen() {
    error_code error;
    tcp::resolver resolver(loops_.front()->context());
    const auto found = resolver.resolve(
        site_->options.host, std::to_string(site_->options.port), tcp::resolver::passive, error);
    if (error) return error;
    const tcp::endpoint endpoint = *found.begin();
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(Acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_->local_endpoint(error).port();
    return error;
  }

  void serve() {
    serving_ = true;
    for (const auto& loop : loops_) loop->start();
    asio::post(loops_.front()->context(), [this] { accept(); });
  }

  std::uint16_t port() const override { return port_; }

  void shutdown(int grace_ms) override {
    const std::lock_guard lock(shutdown_);
    if (!std::exchange(serving_, false)) return;
    for (const auto& loop : loops_) {
      FERMATA_ASSERT(!loop->is_current_thread(), "a handler cannot wait for its own end");
    }
    std::promise<void> closed;
    asio::post(loops_.front()->context(), [this, &closed] {
      stop_accepting();
      closed.set_value();
    });
    closed.get_future().wait();
    for (const auto& loop : loops_) loop->drain();
    {
      std::unique_lock site_lock(site_->mutex);
      site_->closed.wait_for(site_lock, std::chrono::milliseconds(grace_ms), [this] {
        return site_->open.load() == 0;
      });
    }
    for (const auto& loop : loops_) loop->stop();
    acceptor_.reset();
    pause_.reset();
    loops_.clear();
    site_->handler = nullptr;  // Late Responders keep the site, and must not keep what these hold.
    site_->refusal = nullptr;
  }

 private:
  void accept() {
    Loop& loop = *loops_[next_++ % loops_.size()];
    const Executor executor = loop.context().get_executor();
    acceptor_->async_accept(executor, [this, &loop](const error_code& error, Socket socket) {
      if (error == asio::error::operation_aborted || !acceptor_->is_open()) return;
      if (!error) take(loop, std::move(socket));
      if (error == asio::error::no_descriptors) {
        pause_->expires_after(kAcceptPause);
        pause_->async_wait([this](const error_code& cancelled) {
          if (!cancelled) accept();
        });
      } else {
        accept();
      }
    });
  }

  void take(Loop& loop, Socket socket) {
    const std::size_t open = site_->open.fetch_add(1) + 1;
    if (open > site_->options.max_connections + kTurnedAway) {
      site_->open.fetch_sub(1);
      return;
    }
    loop.adopt(std::move(socket), open > site_->options.max_connections);
  }

  // Who already stands in the kernel's queue has been accepted as far as they can tell.
  void stop_accepting() {
    pause_->cancel();
    error_code error;
    acceptor_->non_blocking(true, error);
    while (!error) {
      Loop& loop = *loops_[next_++ % loops_.size()];
      Socket socket(loop.context());
      acceptor_->accept(socket, error);
      if (!error) take(loop, std::move(socket));
    }
    acceptor_->close(error);
  }

  const std::shared_ptr<Site> site_;
  std::vector<std::shared_ptr<Loop>> loops_;
  std::optional<Acceptor> acceptor_;  // The first loop's, as is pause_.
  std::optional<asio::steady_timer> pause_;
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
  bool serving_ = false;
  std::mutex shutdown_;
};

}  // namespace

Result<std::unique_ptr<Server>> start_server(ServerOptions options,
                                             Handler handler,
                                             Refusal refusal) {
  const auto address = options.host + ":" + std::to_string(options.port);
  auto site = std::make_shared<Site>();
  site->options = std::move(options);
  site->handler = std::move(handler);
  site->refusal = std::move(refusal);
  auto server = std::make_unique<HttpServer>(std::move(site));
  if (const auto error = server->listen()) {
    return fail(ErrorCode::kUnavailable,
                "net.bind_failed",
                "cannot listen on " + address + ": " + error.message());
  }
  server->serve();
  return server;
}

}  // namespace fermata::net
