#include "net/connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "net/reply.hpp"
#include "net/response_head.hpp"
#include "net/stream_buffer.hpp"

namespace fermata::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kFirstBufferBytes = 4 << 10;
constexpr std::size_t kReadBufferBytes = 64 << 10;  // What a busy connection's buffer grows to.
constexpr int kLingerMs = 2'000;                    // While a refused client may still be sending.
constexpr int kDrainLingerMs = 200;  // For what was under way when the shutdown began.

constexpr Refused kTimeout{408, "request.timeout", "the request took too long to arrive"};
constexpr Refused kNoAnswer{500, "server.no_answer", "the server found no answer; it is not you"};
constexpr Refused kTooMany{
    503, "server.too_many_connections", "too many connections are open; try again"};
constexpr Refused kHandleTimeout{
    503, "server.handle_timeout", "no answer in time; the outcome is unknown, so ask again"};
constexpr Refused kShuttingDown{
    503, "server.shutting_down", "the server stops; the outcome is unknown, so ask again"};

std::string endpoint_text(const Socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  const auto address = endpoint.address().to_string();
  const auto port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace

Connection::Connection(std::shared_ptr<Loop> loop, Socket socket)
    : loop_(std::move(loop)),
      socket_(std::move(socket)),
      remote_(endpoint_text(socket_)),
      parser_(loop_->site().options.max_header_bytes, loop_->site().options.max_body_bytes),
      in_(kFirstBufferBytes) {}

void Connection::start(bool over_limit) {
  error_code error;
  socket_.non_blocking(true, error);
  if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), error);
  if (error) return close();
  if (over_limit) return refuse(kTooMany);
  read_more();
}

// ---- In

void Connection::read_more() {
  if (reading_) return;
  const auto& options = loop_->site().options;
  if (state_ == State::kReading) {
    if (!begun_ && loop_->draining() && !has_input()) return finish();
    const bool begins = !begun_ && in_begin_ != in_end_;
    if (begins) begun_ = true;
    if (begins) set_deadline(options.read_timeout_ms);
    if (!begun_) set_deadline(options.idle_timeout_ms);
  }
  if (in_begin_ == in_end_) in_begin_ = in_end_ = 0;
  if (in_end_ == in_.size() && in_begin_ > 0) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(in_begin_), in_.end(), in_.begin());
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
  if (in_end_ == in_.size()) in_.resize(in_.size() * 2);  // Bounded: see RequestParser::feed.
  reading_ = true;
  socket_.async_read_some(asio::buffer(in_.data() + in_end_, in_.size() - in_end_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            self->reading_ = false;
                            self->on_read(error, size);
                          });
}

void Connection::on_read(const error_code& error, std::size_t size) {
  switch (state_) {
    case State::kReading:
      if (error) return close();
      in_end_ += size;
      if (!begun_) set_deadline(loop_->site().options.read_timeout_ms);
      begun_ = true;
      return process();
    case State::kStreaming:
    case State::kLingering:
      if (error) return close();
      return read_more();  // Nobody wants it: the next read overwrites it.
    case State::kHandling:
    case State::kWriting:  // A refusal cut the reading short; kLingering reads on.
    case State::kClosed:
      return;
  }
}

void Connection::process() {
  if (processing_) return;
  processing_ = true;
  const auto self = shared_from_this();
  while (state_ == State::kReading) {
    std::size_t consumed = 0;
    const auto step = parser_.feed(unread(), consumed);
    in_begin_ += consumed;
    if (step == RequestParser::Step::kComplete) {
      dispatch();
    } else if (step == RequestParser::Step::kRefused) {
      http11_ = parser_.is_http11();
      head_ = parser_.is_head();
      refuse(parser_.refused());
    } else {
      if (parser_.wants_continue()) {
        constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        error_code error;
        const auto sent = socket_.write_some(asio::buffer(kContinue), error);
        if (error || sent != kContinue.size()) close();
      }
      if (in_end_ == in_.size() && in_.size() < kReadBufferBytes && in_begin_ == in_end_) {
        in_.resize(in_.size() * 2);  // A body that fills each read: read more at a time.
      }
      begun_ = parser_.has_begun() || in_begin_ != in_end_;
      if (state_ == State::kReading) read_more();
      break;
    }
  }
  processing_ = false;
}

void Connection::dispatch() {
  keep_alive_ = parser_.keep_alive();
  http11_ = parser_.is_http11();
  head_ = parser_.is_head();
  Request request = parser_.take();
  request.remote = remote_;
  parser_.reset();
  begun_ = false;
  state_ = State::kHandling;
  set_deadline(loop_->site().options.handle_timeout_ms);
  Responder responder(
      std::make_unique<Reply>(loop_, shared_from_this(), ++serial_, http11_ && !head_));
  dispatching_ = true;
  try {
    loop_->site().handler(std::move(request), std::move(responder));
  } catch (...) {
    // The Responder was dropped on the way, which is the answer.
  }
  dispatching_ = false;
}

void Connection::next_request() {
  state_ = State::kReading;
  if (in_begin_ == in_end_ && in_.size() > kReadBufferBytes / 4) {
    in_ = std::vector<char>(kFirstBufferBytes);
    in_begin_ = in_end_ = 0;
  }
  process();
}

bool Connection::has_input() {
  error_code error;
  return in_begin_ != in_end_ || socket_.available(error) > 0;
}

// ---- Out

void Connection::answer(std::uint64_t serial, Response response) {
  if (serial != serial_ || state_ != State::kHandling) return;
  close_ = !keep_alive_ || asks_to_close(response.headers) || (loop_->draining() && !has_input());
  write_response(std::move(response));
}

void Connection::abandon(std::uint64_t serial) { answer(serial, refusal(kNoAnswer)); }

Response Connection::refusal(const Refused& why) {
  return loop_->site().refusal(why.status, why.reason, why.message);
}

void Connection::refuse(const Refused& why) {
  ++serial_;  // What the handler says now comes too late.
  close_ = true;
  linger_ = true;
  write_response(refusal(why));
}

void Connection::write_response(Response response) {
  state_ = State::kWriting;
  out_head_.clear();
  append_head(out_head_, response, {close_, http11_, response.body.size()}, loop_->date());
  out_body_ = head_ || !has_body(response.status) ? std::string() : std::move(response.body);
  if (flush()) written();
}

void Connection::start_stream(std::uint64_t serial,
                              const Response& head,
                              std::shared_ptr<StreamBuffer> stream) {
  if (serial != serial_ || state_ != State::kHandling) return stream->lose();
  stream_ = std::move(stream);
  close_ = true;
  state_ = State::kStreaming;
  deadline_ = Instant::max();
  out_head_.clear();
  out_body_.clear();
  append_head(out_head_, head, {true, http11_, std::nullopt}, loop_->date());
  if (head_ || loop_->draining()) stream_->finish();
  read_more();  // To learn that the client has gone.
  if (flush()) pump_stream();
}

void Connection::pump(std::uint64_t serial) {
  if (serial != serial_ || !stream_) return;
  if (stream_->is_lost()) return close();
  if (!blocked_) pump_stream();
}

void Connection::pump_stream() {
  while (state_ == State::kStreaming) {
    const auto taken = stream_->take(out_body_);
    if (taken == StreamBuffer::Taken::kLost) return close();
    out_head_.clear();
    if (head_) out_body_.clear();
    if (taken == StreamBuffer::Taken::kLast) state_ = State::kWriting;
    if (out_body_.empty() && taken == StreamBuffer::Taken::kMore) return;
    if (!flush()) return;
    if (state_ == State::kWriting) written();
  }
}

bool Connection::flush() {
  const std::size_t total = out_head_.size() + out_body_.size();
  sent_ = blocked_ ? sent_ : 0;
  blocked_ = false;
  while (sent_ < total) {
    const std::size_t head_sent = std::min(sent_, out_head_.size());
    const std::array<asio::const_buffer, 2> rest{asio::buffer(out_head_) + head_sent,
                                                 asio::buffer(out_body_) + (sent_ - head_sent)};
    error_code error;
    sent_ += socket_.write_some(rest, error);
    if (error == asio::error::would_block) {
      blocked_ = true;
      set_deadline(loop_->site().options.write_timeout_ms);
      socket_.async_wait(Socket::wait_write,
                         [self = shared_from_this()](const error_code& failure) {
                           if (failure) return self->close();
                           if (self->state_ != State::kClosed && self->flush()) self->written();
                         });
      return false;
    }
    if (error) {
      close();
      return false;
    }
  }
  deadline_ = Instant::max();
  return true;
}

void Connection::written() {
  if (state_ == State::kStreaming) return pump_stream();
  if (state_ != State::kWriting) return;
  out_body_.clear();
  if (close_) return finish();
  next_request();
}

// ---- The end

void Connection::finish() {
  error_code error;
  if (!linger_ && !has_input() && !loop_->draining()) return close();
  socket_.shutdown(Socket::shutdown_send, error);
  state_ = State::kLingering;
  set_deadline(linger_ ? kLingerMs : kDrainLingerMs);
  in_begin_ = in_end_ = 0;
  read_more();
}

void Connection::close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  deadline_ = Instant::max();
  if (stream_) stream_->lose();
  error_code error;
  socket_.shutdown(Socket::shutdown_both, error);
  socket_.close(error);
  loop_->forget(shared_from_this());
}

void Connection::set_deadline(int after_ms) {
  deadline_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(after_ms);
}

void Connection::time_out() {
  switch (state_) {
    case State::kReading:
      if (begun_) return refuse(kTimeout);
      return close();
    case State::kHandling:
      return refuse(kHandleTimeout);
    default:
      return close();
  }
}

void Connection::drain() {
  if (state_ == State::kStreaming) {
    stream_->finish();
    if (!blocked_) pump_stream();
  } else if (state_ == State::kReading && !begun_ && !has_input()) {
    close();
  }
}

void Connection::give_up() {
  if (state_ == State::kHandling || (state_ == State::kReading && begun_)) refuse(kShuttingDown);
  close();
}

}  // namespace fermata::net
