#pragma once

// A blocking HTTP client over libcurl, for the command line and for tasks that run on their own
// thread. Not thread-safe: one client, one thread; it keeps its connection.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http_server.hpp"
#include "net/outward.hpp"

namespace fermata::net {

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  int timeout_ms = 30'000;
  // Looked at about once a second, and between the pieces of an answer; true ends the request.
  std::function<bool()> cancelled = {};
  // On a connection of its own. On a kept one that the server has closed, the library sends a
  // request again by itself, whatever the method: not to be had where twice does harm.
  bool alone = false;
  // Where it may go; nullptr: anywhere. With it no proxy is used, and no connection is kept.
  const Outward* only = nullptr;
  // Longest answer that is taken; what is longer is net.no_answer.
  std::size_t max_answer_bytes = std::size_t{64} << 20;
};

class Client {
 public:
  Client();
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Any HTTP status is a value, redirects included. kUnavailable net.no_answer when none came
  // whole.
  Result<Response> send(const ClientRequest& request);
  // Streams the body, whatever the status, to `on_chunk` until it returns false or the server
  // ends; both give status and headers. timeout_ms bounds the silence, not the whole: net.no_answer
  // when it passes.
  Result<Response> stream(const ClientRequest& request,
                          const std::function<bool(std::string_view)>& on_chunk);
  // Whether a server was reached by the last request: if not, nothing of it was sent.
  bool reached() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fermata::net
