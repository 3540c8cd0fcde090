#include "api/rest/exchange.hpp"

#include <algorithm>

#include "api/problem.hpp"
#include "api/rest/discretion.hpp"
#include "api/rest/headers.hpp"
#include "base/assert.hpp"
#include "base/time.hpp"
#include "observability/log.hpp"

namespace fermata::api {
namespace {

// Probes and scrapes come every few seconds and say nothing.
bool is_quiet(std::string_view path) {
  return path == "/livez" || path == "/readyz" || path == "/metrics";
}

bool has(const net::Headers& headers, std::string_view name) {
  return std::any_of(
      headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; });
}

Error internal_error(std::string detail) {
  return {ErrorCode::kInternal, "server.internal_error", "", std::move(detail), {}};
}

}  // namespace

Exchange::Exchange(std::shared_ptr<Services> services,
                   net::Request request,
                   net::Responder responder)
    : services_(std::move(services)),
      request_(std::move(request)),
      responder_(std::move(responder)),
      started_ms_(monotonic_ms()),
      request_id_(given_request_id(request_)) {
  if (request_id_.empty()) request_id_ = "req_" + random_suffix(services_->random);
}

const std::string& Exchange::param(std::string_view name) const {
  for (const auto& [key, value] : params_)
    if (key == name) return value;
  FERMATA_ASSERT(false, "a handler asks for parameters of its own template");
  return params_.front().second;
}

int Exchange::wait_s() const {
  if (request_.method == "HEAD") return 0;
  return preferred_wait_s(request_, services_->options.max_wait_s);
}

void Exchange::set_route(const Route* route, Params params) {
  route_ = route;
  params_ = std::move(params);
}

engine::Submission Exchange::submission(std::string stream, command::Command command) const {
  return {.caller = caller_,
          .stream = std::move(stream),
          .command = std::move(command),
          .door = door_,
          .request_id = request_id_,
          .trace_id = trace_id(request_),
          .idempotency = idempotency_};
}

void Exchange::submit(engine::Submission submission) {
  engine().submit(std::move(submission), [self = shared_from_this()](Result<engine::Reply> reply) {
    self->finish(std::move(reply));
  });
}

void Exchange::on_worker(std::function<void()> job) {
  const bool taken = services_->workers.post([self = shared_from_this(), job = std::move(job)] {
    try {
      job();
    } catch (const std::exception& error) {
      self->refuse(internal_error(error.what()));
    }
  });
  if (!taken)
    refuse({ErrorCode::kUnavailable,
            "engine.overloaded",
            "too many requests are waiting; try again in a second",
            "the workers' queue is full or closed",
            {}});
}

void Exchange::finish(Result<engine::Reply> result) {
  if (!result) return refuse(result.error());
  const bool reading = request_.method == "GET" || request_.method == "HEAD";
  // It may have waited; its key may have been revoked meanwhile.
  if (reading)
    if (const auto good = engine().recheck(caller_); !good) return refuse(good.error());
  net::Response response{result->status, {}, {}};
  if (!result->etag.empty()) {
    const std::string etag = '"' + result->etag + '"';
    response.headers.emplace_back("ETag", etag);
    if (reading) {
      response.headers.emplace_back("Cache-Control", "private, no-cache");
      response.headers.emplace_back("Vary", "Authorization, X-API-Key, Cookie");
      if (none_match_holds(request_.header("If-None-Match"), etag)) {
        response.status = 304;
        return answer(std::move(response));
      }
    }
  }
  if (!result->location.empty()) response.headers.emplace_back("Location", result->location);
  if (result->replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
  if (response.status != 204) {
    withhold(result->body, caller_.actor.kind);
    response.headers.emplace_back("Content-Type", "application/json");
    response.body = json::write(result->body);
  }
  answer(std::move(response));
}

void Exchange::refuse(const Error& error) {
  const int status = answerable(error.code, error.reason).status;
  if (status >= 500) {
    const auto level = status == 500 ? observability::Level::kError : observability::Level::kWarn;
    observability::log(level,
                       "request.failed",
                       {{"reason", error.reason},
                        {"message", error.message},
                        {"detail", error.detail},
                        {"request_id", request_id_}});
  }
  answer(problem_response(error, request_id_));
}

void Exchange::answer(net::Response response) {
  if (answered_) return;
  answered_ = true;
  add_common_headers(response.headers);
  account(response.status, response.body.size());
  responder_.respond(std::move(response));
}

std::shared_ptr<net::EventStream> Exchange::start_stream(net::Headers headers) {
  answered_ = true;
  add_common_headers(headers);
  account(200, 0);
  return responder_.start_stream(std::move(headers));
}

void Exchange::add_common_headers(net::Headers& headers) const {
  headers.emplace_back("X-Request-Id", request_id_);
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("Referrer-Policy", "no-referrer");
  if (!has(headers, "Content-Security-Policy"))
    headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  if (!has(headers, "Cache-Control")) headers.emplace_back("Cache-Control", "no-store");
  add_cors_headers(request_, services_->options.cors_origins, headers);
}

void Exchange::account(int status, std::size_t bytes) const {
  const std::int64_t took_ms = monotonic_ms() - started_ms_;
  const std::string_view route = route_ == nullptr ? "none" : route_->path;
  // Methods are bounded too: what no route has is "other".
  const bool known = route_ != nullptr || request_.method == "GET" || request_.method == "POST" ||
                     request_.method == "OPTIONS";
  const std::string_view method = known ? std::string_view(request_.method) : "other";
  services_->metrics.request_answered(method, route, status, static_cast<double>(took_ms) / 1000.0);
  if (!services_->options.access_log || (is_quiet(request_.path) && status < 500)) return;
  observability::log(observability::Level::kInfo,
                     "http.request",
                     {{"method", request_.method},
                      {"path", request_.path},
                      {"status", status},
                      {"ms", took_ms},
                      {"bytes", static_cast<std::int64_t>(bytes)},
                      {"key", caller_.key_id},
                      {"remote", request_.remote},
                      {"request_id", request_id_}});
}

void add_cors_headers(const net::Request& request,
                      const std::vector<std::string>& origins,
                      net::Headers& headers) {
  if (origins.empty()) return;
  const auto vary = std::find_if(
      headers.begin(), headers.end(), [](const auto& header) { return header.first == "Vary"; });
  if (vary == headers.end())
    headers.emplace_back("Vary", "Origin");
  else
    vary->second += ", Origin";
  const std::string origin(request.header("Origin"));
  if (std::find(origins.begin(), origins.end(), origin) == origins.end()) return;
  headers.emplace_back("Access-Control-Allow-Origin", origin);
  headers.emplace_back("Access-Control-Expose-Headers",
                       "ETag, Location, Retry-After, X-Request-Id, Idempotent-Replayed, "
                       "MCP-Session-Id, WWW-Authenticate");
}

}  // namespace fermata::api
