#pragma once

// One thread, one io_context, and the connections that live on it.
//
// A connection is touched by its loop's thread alone, so it needs no lock. Other threads reach it
// with mail, which is gathered while the loop is busy: a batch of answers costs one wake-up.
// One coarse tick serves all time limits, so a request arms no timer.
//
// Connections share ownership of their loop, and late Responders that of their connection; a
// stopped loop takes no mail, so nothing keeps the circle closed.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "net/http_server.hpp"

namespace fermata::net {

class Connection;
class StreamBuffer;

// With the concrete executor: the type-erased default costs a virtual call here and there.
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using Instant = std::chrono::steady_clock::time_point;

// What all loops of a server share.
struct Site {
  ServerOptions options;
  Handler handler;
  Refusal refusal;
  std::atomic<std::size_t> open{0};  // Connections accepted and not yet closed.
  std::mutex mutex;
  std::condition_variable closed;  // Signalled when `open` falls to 0.
};

struct Mail {
  enum class Kind { kAnswer, kAbandon, kStream, kPump };
  Kind kind;
  std::shared_ptr<Connection> to;
  std::uint64_t serial;  // Of the request it is about.
  Response response;
  std::shared_ptr<StreamBuffer> stream;
};

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(std::shared_ptr<Site> site);
  ~Loop();  // After stop().
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start();  // Once.

  // From any thread:
  bool post(Mail mail);  // False once the loop has stopped: nobody will read it.
  void adopt(Socket socket, bool over_limit);  // Counted in `open` already.
  void drain();                                // Lets each connection go when it owes no answer.
  // Closes every connection, those that still owe an answer with a 503, and joins the thread.
  void stop();
  boost::asio::io_context& context() { return context_; }
  bool is_current_thread() const;

  // On the loop's thread:
  Site& site() { return *site_; }
  bool draining() const { return draining_; }
  std::string_view date();  // For the Date header; made once a second.
  void forget(const std::shared_ptr<Connection>& connection);

 private:
  void tick();
  void read_mail();

  const std::shared_ptr<Site> site_;
  boost::asio::io_context context_{1};  // One thread runs it.
  boost::asio::executor_work_guard<Executor> work_;
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds tick_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool draining_ = false;
  std::time_t date_of_ = 0;
  std::string date_;
  std::vector<Mail> reading_;

  std::mutex mutex_;  // Guards what follows.
  std::vector<Mail> mail_;
  bool stopped_ = false;

  std::thread thread_;
};

}  // namespace fermata::net
