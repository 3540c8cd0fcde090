#pragma once

// The HTTP/1.1 server behind a facade: the library that parses and writes is seen in net/ alone.
//
// A handler is a plain function. It must not block: it takes the Request, submits work and returns;
// the Responder, which may travel to any thread, answers later. A Responder that is dropped unused
// answers 500, so no client waits for ever.
//
// The server itself refuses what is not HTTP hygiene: framing that two readers could understand
// differently, a missing or doubled Host, bodies and headers over the limits, slow clients. The
// Refusal callback words these answers; after most of them the connection closes.
// shutdown() stops accepting, lets every accepted request be answered (until `grace_ms`), returns.
//
// Handler and Refusal are called on any of the server's threads, several at once. A Responder and
// an EventStream may outlive the server; what they say then goes nowhere.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace fermata::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::string path;   // Percent-decoded once; a malformed escape never reaches a handler.
  std::string query;  // Raw, without '?'.
  Headers headers;
  std::string body;
  std::string remote;  // "127.0.0.1:51234"

  // First header of that name, in any case; empty when absent.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
};

// Parsed query parameters in order, percent-decoded; '+' is a space.
Result<Headers> parse_query(std::string_view query);

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// An open text/event-stream answer. Thread-safe. send() returns false once the client is gone or
// too slow (its bounded buffer is full); the owner then lets go. unsent() is what the client has
// not taken yet, about. Destroying it ends the answer.
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual bool send(std::string_view chunk) = 0;
  virtual std::size_t unsent() const = 0;
};

class Responder {
 public:
  class Impl {
   public:
    virtual ~Impl() = default;
    virtual void respond(Response response) = 0;
    virtual std::shared_ptr<EventStream> start_stream(Headers headers) = 0;
    virtual void abandon() { respond(Response{500, {}, {}}); }  // Dropped unused.
  };

  explicit Responder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
  Responder(Responder&&) = default;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();  // Answers 500 when neither of these was called:

  void respond(Response response);                             // Once.
  std::shared_ptr<EventStream> start_stream(Headers headers);  // Instead; the status is 200.

 private:
  std::unique_ptr<Impl> impl_;
};

using Handler = std::function<void(Request, Responder)>;
// Makes the answer to a request that no handler answers (status, stable reason, words for people):
//   400 request.malformed, request.bad_host  408 request.timeout  413 request.body_too_large
//   414 request.target_too_long  417 request.expectation  431 request.headers_too_large
//   500 server.no_answer  501 request.transfer_encoding  505 request.http_version
//   503 server.too_many_connections, server.handle_timeout, server.shutting_down
using Refusal =
    std::function<Response(int status, std::string_view reason, std::string_view message)>;

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 7654;  // 0: any free one.
  unsigned threads = 2;
  std::size_t max_body_bytes = 1 << 20;
  std::size_t max_header_bytes = 32 << 10;
  std::size_t max_connections = 4096;
  int read_timeout_ms = 10'000;     // From the first byte of a request to its last.
  int idle_timeout_ms = 60'000;     // Between requests.
  int handle_timeout_ms = 120'000;  // The handler's; streams may last.
  int write_timeout_ms = 30'000;    // Without any progress.
  std::size_t max_stream_buffer_bytes = 1 << 20;
};

class Server {
 public:
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;  // The bound one.
  // Stops accepting, waits for open answers, at most grace_ms; ends streams. Idempotent; not to be
  // called from a handler. The destructor does it with no grace.
  virtual void shutdown(int grace_ms) = 0;
};

// Binds and serves at once. kUnavailable net.bind_failed when the address cannot be had.
Result<std::unique_ptr<Server>> start_server(ServerOptions options,
                                             Handler handler,
                                             Refusal refusal);

}  // namespace fermata::net
