#include "api/api.hpp"

#include <algorithm>

#include "api/auth/authenticate.hpp"
#include "api/auth/browser.hpp"
#include "api/auth/limit.hpp"
#include "api/pages/console.hpp"
#include "api/problem.hpp"
#include "api/rest/exchange.hpp"
#include "api/rest/headers.hpp"
#include "api/rest/invalid.hpp"
#include "api/rest/routes.hpp"
#include "api/rest/services.hpp"

namespace fermata::api {
namespace {

const Router& router() {
  static const Router made(all_routes());
  return made;
}

// Preflights come without a key, by design of CORS.
void answer_options(Exchange& exchange, const std::string& allow) {
  const net::Request& request = exchange.request();
  net::Response response{204, {{"Allow", allow}}, {}};
  if (request.has_header("Origin") && request.has_header("Access-Control-Request-Method")) {
    const auto& origins = exchange.services().options.cors_origins;
    const std::string origin(request.header("Origin"));
    if (std::find(origins.begin(), origins.end(), origin) != origins.end()) {
      response.headers.emplace_back("Access-Control-Allow-Methods", allow);
      response.headers.emplace_back(
          "Access-Control-Allow-Headers",
          "Authorization, X-API-Key, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
          "Prefer, Last-Event-ID, X-Request-Id, traceparent, MCP-Protocol-Version, "
          "MCP-Session-Id, Mcp-Method, Mcp-Name");
      response.headers.emplace_back("Access-Control-Max-Age", "600");
    }
  }
  exchange.answer(std::move(response));
}

Result<net::Headers> read_query(const net::Request& request, const Route& route) {
  FERMATA_TRY(net::Headers parameters, net::parse_query(request.query));
  Invalid invalid;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string& name = parameters[i].first;
    const auto same = [&](const auto& other) { return other.first == name; };
    const auto here = parameters.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(route.query.begin(), route.query.end(), name) == route.query.end())
      invalid.add("extra_forbidden", {"query", name}, "is no parameter of this request");
    else if (std::find_if(parameters.begin(), here, same) != here)
      invalid.add("repeated", {"query", name}, "is there twice");
  }
  FERMATA_CHECK_OK(invalid.result());
  return parameters;
}

Result<json::Value> read_body(const net::Request& request, const Route& route) {
  if (request.body.empty()) {
    if (route.body != Body::kRequired) return json::Value(json::Object{});
    Invalid invalid;
    invalid.add("missing", {"body"}, "is required");
    FERMATA_CHECK_OK(invalid.result());
  }
  FERMATA_CHECK_OK(require_json(request));
  return json::parse(request.body);
}

// Reads everything that all routes read alike; then the request is the handler's.
Result<void> prepare(Exchange& exchange, const Route& route, const Params& params) {
  const net::Request& request = exchange.request();
  if (route.kinds != kPublic) {
    const std::string& public_url = exchange.services().options.public_url;
    const bool by_cookie = is_browser(request, public_url);
    Result<engine::Identity> caller =
        by_cookie ? authenticate_browser(exchange.engine(), request, public_url)
                  : authenticate(exchange.engine(), request);
    FERMATA_CHECK_OK(limit_rate(exchange, caller));
    FERMATA_TRY(engine::Identity known, std::move(caller));
    exchange.set_caller(std::move(known), by_cookie ? Door::kConsole : door(request));
    FERMATA_CHECK_OK(require_kind(exchange.caller(), route.kinds));
  }
  // What a PUT would make is refused by core, with the rule for names.
  if (route.method != "PUT")
    for (const auto& [name, value] : params) FERMATA_CHECK_OK(check_param(name, value));
  FERMATA_TRY(net::Headers query, read_query(request, route));
  exchange.set_query(std::move(query));
  if (route.body != Body::kNone) {
    FERMATA_TRY(json::Value body, read_body(request, route));
    exchange.set_body(std::move(body));
  }
  if (route.method == "GET" || route.kinds == kPublic) return {};
  FERMATA_TRY(const std::string key, idempotency_key(request));
  if (!key.empty())
    exchange.set_idempotency(engine::idempotency(
        exchange.caller(), request.method, request.path, key, json::canonical(exchange.body())));
  return {};
}

struct Run {
  const ExchangePtr& exchange;

  void operator()(CommandHandler wish) const {
    Result<engine::Submission> submission = wish(*exchange);
    if (!submission) return exchange->refuse(submission.error());
    exchange->submit(*std::move(submission));
  }
  void operator()(ReadHandler question) const {
    exchange->on_worker(
        [exchange = exchange.get(), question] { exchange->finish(question(*exchange)); });
  }
  void operator()(PageHandler page) const { exchange->answer(page(*exchange)); }
  void operator()(ConversationHandler conversation) const { conversation(exchange); }
  void operator()(ProtocolHandler protocol) const { protocol.serve(exchange); }
};

void serve(const ExchangePtr& exchange) {
  const net::Request& request = exchange->request();
  Router::Match match = router().match(request.method, request.path);
  if (match.allow.empty()) {
    if (auto page = console_response(request, exchange->services().random))
      return exchange->answer(*std::move(page));
    return exchange->refuse({ErrorCode::kNotFound,
                             "request.no_such_route",
                             "there is nothing at this path; see /docs",
                             {},
                             {}});
  }
  if (request.method == "OPTIONS") return answer_options(*exchange, match.allow);
  if (match.route == nullptr) {
    net::Response response = problem_response({ErrorCode::kInvalid,
                                               "request.method_not_allowed",
                                               "this path takes " + match.allow,
                                               {},
                                               {}},
                                              exchange->request_id());
    response.headers.emplace_back("Allow", match.allow);
    return exchange->answer(std::move(response));
  }
  exchange->set_route(match.route, match.params);
  if (const auto* own = std::get_if<ProtocolHandler>(&match.route->action))
    return own->serve(exchange);
  if (const Result<void> ready = prepare(*exchange, *match.route, match.params); !ready)
    return exchange->refuse(ready.error());
  std::visit(Run{exchange}, match.route->action);
}

}  // namespace

Api::Api(engine::Engine& engine, ApiOptions options)
    : services_(std::make_shared<Services>(engine, std::move(options))) {}

Api::~Api() { stop(); }

void Api::release_waits() {
  constexpr int kMomentMs = 1000;
  services_->waits.release();
  services_->engine.stop_waiting();  // Those who wait for a turn.
  services_->open_answers.wait_until_none(kMomentMs);
}

void Api::stop() {
  release_waits();
  services_->workers.stop();
}

net::Handler Api::handler() {
  return [services = services_](net::Request request, net::Responder responder) {
    const auto exchange =
        std::make_shared<Exchange>(services, std::move(request), std::move(responder));
    try {
      serve(exchange);
    } catch (const std::exception& error) {
      exchange->refuse({ErrorCode::kInternal, "server.internal_error", "", error.what(), {}});
    }
  };
}

net::Refusal Api::refusal() {
  return [services = services_](int status, std::string_view reason, std::string_view message) {
    const std::string id = "req_" + random_suffix(services->random);
    const ErrorCode code = status == 503 ? ErrorCode::kUnavailable : ErrorCode::kInvalid;
    net::Response response =
        problem_response(status, {code, std::string(reason), std::string(message), {}, {}}, id);
    response.headers.emplace_back("X-Request-Id", id);
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
  };
}

}  // namespace fermata::api
