#pragma once

// One client: reads a request, hands it over, writes its answer, and only then reads the next.
// Requests that a client sends ahead wait in the kernel and in a bounded buffer.
//
//   kReading -> kHandling -> kWriting -> kReading ...       the ordinary round
//               kHandling -> kStreaming -> kWriting         an event stream, which ends in a close
//   any      -> kWriting -> kLingering -> kClosed           a refusal: the answer, then the rest of
//                                                           the input is drained, lest a reset
//                                                           destroy the answer on its way
//
// Every method is for the loop's thread. A serial number tells each request's answer from a late
// one of an earlier request, which is ignored.

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.hpp"
#include "net/request_parser.hpp"

namespace fermata::net {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Loop> loop, Socket socket);

  void start(bool over_limit);  // Over the limit: told so and closed.

  void answer(std::uint64_t serial, Response response);
  void abandon(std::uint64_t serial);
  void start_stream(std::uint64_t serial,
                    const Response& head,
                    std::shared_ptr<StreamBuffer> stream);
  void pump(std::uint64_t serial);

  // True while the handler runs for the request `serial`: then its answer needs no mail. Only then:
  // an answer given inside another request's handler could start the next handler on top of it.
  bool is_dispatching(std::uint64_t serial) const { return dispatching_ && serial_ == serial; }

  Instant deadline() const { return deadline_; }
  void time_out();
  void drain();    // Close when no answer is owed; answer what has begun to arrive.
  void give_up();  // Close now; a request still unanswered gets a 503 if its socket takes it.

 private:
  enum class State { kReading, kHandling, kWriting, kStreaming, kLingering, kClosed };

  void read_more();
  void on_read(const boost::system::error_code& error, std::size_t size);
  void process();
  void dispatch();
  void next_request();

  void refuse(const Refused& why);
  Response refusal(const Refused& why);
  void write_response(Response response);
  bool flush();  // True when all is written; else written() follows, or the connection has closed.
  void written();
  void pump_stream();
  void finish();
  void close();

  std::string_view unread() const { return {in_.data() + in_begin_, in_end_ - in_begin_}; }
  bool has_input();  // Bytes that came, read or not.
  void set_deadline(int after_ms);

  const std::shared_ptr<Loop> loop_;
  Socket socket_;
  std::string remote_;
  State state_ = State::kReading;
  Instant deadline_ = Instant::max();
  std::uint64_t serial_ = 0;

  RequestParser parser_;
  std::vector<char> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  bool begun_ = false;       // A byte of the next request has come.
  bool reading_ = false;     // A read is under way.
  bool processing_ = false;  // process() is on the stack.
  bool dispatching_ = false;

  // Of the request being answered:
  bool keep_alive_ = false;
  bool http11_ = true;
  bool head_ = false;

  std::string out_head_;
  std::string out_body_;
  std::size_t sent_ = 0;
  bool blocked_ = false;  // Waiting for the socket to take more.
  bool close_ = false;    // After what is being written.
  bool linger_ = false;
  std::shared_ptr<StreamBuffer> stream_;
};

}  // namespace fermata::net
