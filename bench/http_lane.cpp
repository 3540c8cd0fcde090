#include "bench/http_lane.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace fermata::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

std::size_t content_length(std::string head) {
  std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  const std::size_t at = head.find("content-length:");
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 15, nullptr, 10);
}

}  // namespace

HttpLane::HttpLane(std::uint16_t port, std::string key) : key_(std::move(key)) {
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    give_up("connect");
}

HttpLane::~HttpLane() { close(socket_); }

void HttpLane::send(const std::string& path, const std::string& body, int wait_s) {
  std::string text = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                     key_ + "\r\nContent-Type: application/json\r\n";
  if (wait_s > 0) text += "Prefer: wait=" + std::to_string(wait_s) + "\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t count = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) give_up("send");
    sent += static_cast<std::size_t>(count);
  }
}

void HttpLane::fill() {
  char bytes[16384];
  const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
  if (count <= 0) give_up("recv");
  buffer_.append(bytes, static_cast<std::size_t>(count));
}

Answer HttpLane::receive() {
  std::size_t head_end;
  while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) fill();
  const std::string head = buffer_.substr(0, head_end);
  const std::size_t total = head_end + 4 + content_length(head);
  while (buffer_.size() < total) fill();
  Answer answer{std::atoi(head.c_str() + 9), buffer_.substr(head_end + 4, total - head_end - 4)};
  buffer_.erase(0, total);
  return answer;
}

}  // namespace fermata::bench
