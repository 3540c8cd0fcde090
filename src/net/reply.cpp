#include "net/reply.hpp"

#include <utility>

#include "net/connection.hpp"
#include "net/stream_buffer.hpp"

namespace fermata::net {
namespace {

// The owner's end of a stream; its destruction is the end of the answer.
class OpenStream final : public EventStream {
 public:
  OpenStream(std::shared_ptr<Loop> loop,
             std::shared_ptr<Connection> connection,
             std::uint64_t serial,
             std::shared_ptr<StreamBuffer> buffer)
      : loop_(std::move(loop)),
        connection_(std::move(connection)),
        serial_(serial),
        buffer_(std::move(buffer)) {}

  ~OpenStream() override {
    if (buffer_->finish()) wake();
  }

  bool send(std::string_view chunk) override {
    const auto pushed = buffer_->push(chunk);
    if (pushed.wake) wake();
    return pushed.taken;
  }

  std::size_t unsent() const override { return buffer_->unsent(); }

 private:
  void wake() { loop_->post({Mail::Kind::kPump, connection_, serial_, {}, nullptr}); }

  const std::shared_ptr<Loop> loop_;
  const std::shared_ptr<Connection> connection_;
  const std::uint64_t serial_;
  const std::shared_ptr<StreamBuffer> buffer_;
};

}  // namespace

Reply::Reply(std::shared_ptr<Loop> loop,
             std::shared_ptr<Connection> connection,
             std::uint64_t serial,
             bool chunked)
    : loop_(std::move(loop)),
      connection_(std::move(connection)),
      serial_(serial),
      chunked_(chunked) {}

bool Reply::is_inline() const {
  return loop_->is_current_thread() && connection_->is_dispatching(serial_);
}

void Reply::respond(Response response) {
  if (is_inline()) return connection_->answer(serial_, std::move(response));
  loop_->post({Mail::Kind::kAnswer, connection_, serial_, std::move(response), nullptr});
}

void Reply::abandon() {
  if (is_inline()) return connection_->abandon(serial_);
  loop_->post({Mail::Kind::kAbandon, connection_, serial_, {}, nullptr});
}

std::shared_ptr<EventStream> Reply::start_stream(Headers headers) {
  auto buffer =
      std::make_shared<StreamBuffer>(loop_->site().options.max_stream_buffer_bytes, chunked_);
  Response head{200, std::move(headers), {}};
  if (!loop_->post({Mail::Kind::kStream, connection_, serial_, std::move(head), buffer})) {
    buffer->lose();
  }
  return std::make_shared<OpenStream>(loop_, connection_, serial_, std::move(buffer));
}

}  // namespace fermata::net
