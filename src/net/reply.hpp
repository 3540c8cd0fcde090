#pragma once

// A Responder's way back to its connection, from any thread, for one request.

#include <cstdint>
#include <memory>

#include "net/http_server.hpp"
#include "net/loop.hpp"

namespace fermata::net {

class Reply final : public Responder::Impl {
 public:
  Reply(std::shared_ptr<Loop> loop,
        std::shared_ptr<Connection> connection,
        std::uint64_t serial,
        bool chunked);  // How a stream would be framed.

  void respond(Response response) override;
  std::shared_ptr<EventStream> start_stream(Headers headers) override;
  void abandon() override;

 private:
  bool is_inline() const;

  const std::shared_ptr<Loop> loop_;
  const std::shared_ptr<Connection> connection_;
  const std::uint64_t serial_;
  const bool chunked_;
};

}  // namespace fermata::net
