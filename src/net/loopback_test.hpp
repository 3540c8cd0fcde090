#pragma once

// A server and a raw client on loopback, for tests.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/http_server.hpp"

namespace fermata::net {

inline Response plain_refusal(int status, std::string_view reason, std::string_view) {
  return {status, {{"Content-Type", "text/plain"}}, std::string(reason)};
}

inline ServerOptions quick_options() {
  ServerOptions options;
  options.port = 0;
  return options;
}

inline std::unique_ptr<Server> serve(ServerOptions options, Handler handler) {
  auto server = start_server(std::move(options), std::move(handler), plain_refusal);
  EXPECT_TRUE(server) << server.error().message;
  return *std::move(server);
}

// Bytes out, bytes in; no HTTP library that could mend what a test wants broken.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval limit{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (receive_buffer_bytes > 0) {
      ::setsockopt(
          socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void half_close() { ::shutdown(socket_, SHUT_WR); }

  // Until `mark` has come, or the server has closed; what came before and with it.
  std::string read_until(std::string_view mark) {
    auto at = in_.find(mark);
    while (at == std::string::npos && receive()) at = in_.find(mark);
    return cut(at == std::string::npos ? in_.size() : at + mark.size());
  }

  // One whole answer with a Content-Length.
  std::string read_answer() {
    std::string head = read_until("\r\n\r\n");
    const auto at = head.find("Content-Length: ");
    const std::size_t length =
        at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
    while (in_.size() < length && receive()) {
    }
    return head + cut(std::min(length, in_.size()));
  }

  std::string read_to_end() {
    while (receive()) {
    }
    return cut(in_.size());
  }

  bool is_closed() { return in_.empty() && !receive() && !timed_out_; }

 private:
  bool receive() {
    char buffer[16384];
    const auto size = ::recv(socket_, buffer, sizeof buffer, 0);
    timed_out_ = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    EXPECT_FALSE(timed_out_) << "the server stays silent";
    if (size <= 0) return false;
    in_.append(buffer, static_cast<std::size_t>(size));
    return true;
  }

  std::string cut(std::size_t size) {
    std::string piece = in_.substr(0, size);
    in_.erase(0, size);
    return piece;
  }

  int socket_ = -1;
  std::string in_;
  bool timed_out_ = false;
};

}  // namespace fermata::net
