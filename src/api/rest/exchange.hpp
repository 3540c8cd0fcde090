#pragma once

// One request on its way to its answer: what was asked, by whom, and the one way to answer it.
//
// Shared by whoever works on it; used by one thread at a time. Answered once; dropped unanswered it
// answers 500. Every answer gets its request id, the security and CORS headers, a line in the log
// and its place in the metrics here, so no handler can forget them.

#include <memory>
#include <string>
#include <string_view>

#include "api/rest/router.hpp"
#include "api/rest/services.hpp"
#include "base/json.hpp"
#include "engine/engine.hpp"
#include "net/http_server.hpp"

namespace fermata::api {

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Services> services, net::Request request, net::Responder responder);

  const net::Request& request() const { return request_; }
  Services& services() const { return *services_; }
  engine::Engine& engine() const { return services_->engine; }
  const std::string& request_id() const { return request_id_; }
  const engine::Identity& caller() const { return caller_; }
  const std::string& tenant() const { return caller_.tenant; }
  const json::Value& body() const { return body_; }  // An empty object when none was sent.
  const net::Headers& query() const { return query_; }
  const std::string& param(std::string_view name) const;  // Of the path; it has that shape.
  int wait_s() const;                                     // Prefer: wait, capped; 0 for HEAD.

  // Set on the way in, by api.cpp.
  void set_route(const Route* route, Params params);
  void set_caller(engine::Identity caller, Door door) {
    caller_ = std::move(caller);
    door_ = door;
  }
  void set_query(net::Headers query) { query_ = std::move(query); }
  void set_body(json::Value body) { body_ = std::move(body); }
  void set_idempotency(engine::Idempotency wish) { idempotency_ = std::move(wish); }

  // A submission by this request's caller.
  engine::Submission submission(std::string stream, command::Command command) const;

  // Answers with what comes of it.
  void submit(engine::Submission submission);

  // Runs `job` on a worker; refuses with 503 when they have too much to do.
  void on_worker(std::function<void()> job);

  void finish(Result<engine::Reply> result);
  void refuse(const Error& error);
  void answer(net::Response response);
  // Instead of an answer; the stream's headers are ours, it gets the common ones.
  std::shared_ptr<net::EventStream> start_stream(net::Headers headers);

 private:
  void add_common_headers(net::Headers& headers) const;
  void account(int status, std::size_t bytes) const;

  std::shared_ptr<Services> services_;
  net::Request request_;
  net::Responder responder_;
  const std::int64_t started_ms_;
  std::string request_id_;
  const Route* route_ = nullptr;
  Params params_;
  engine::Identity caller_;
  Door door_ = Door::kRest;
  net::Headers query_;
  json::Value body_ = json::Object{};
  std::optional<engine::Idempotency> idempotency_;
  bool answered_ = false;  // What goes wrong after the answer has nobody to be told to.
};

using ExchangePtr = std::shared_ptr<Exchange>;

// Adds CORS headers for an allowed Origin.
void add_cors_headers(const net::Request& request,
                      const std::vector<std::string>& origins,
                      net::Headers& headers);

}  // namespace fermata::api
