#pragma once

// One keep-alive HTTP connection over a blocking socket: as little client as possible, because it
// shares the machine with the server that is measured.

#include <cstdint>
#include <string>

namespace fermata::bench {

struct Answer {
  int status = 0;
  std::string body;
};

// Not thread-safe. Ends the program with a message on any network error: a benchmark that lost a
// connection has no figure to tell.
class HttpLane {
 public:
  HttpLane(std::uint16_t port, std::string key);
  ~HttpLane();
  HttpLane(const HttpLane&) = delete;
  HttpLane& operator=(const HttpLane&) = delete;

  void send(const std::string& path, const std::string& body, int wait_s = 0);
  Answer receive();
  Answer post(const std::string& path, const std::string& body) {
    send(path, body);
    return receive();
  }

 private:
  void fill();
  int socket_ = -1;
  std::string key_;
  std::string buffer_;
};

}  // namespace fermata::bench
