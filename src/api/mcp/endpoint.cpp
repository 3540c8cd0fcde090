#include "api/mcp/endpoint.hpp"

#include "api/auth/authenticate.hpp"
#include "api/mcp/headers.hpp"
#include "api/mcp/methods.hpp"
#include "api/problem.hpp"
#include "api/rest/headers.hpp"

namespace fermata::api::mcp {
namespace {

constexpr std::string_view kSession = "MCP-Session-Id";

// Refused before there is a message to answer to.
void refuse_plain(Exchange& exchange, const Error& error, const json::Value& id = {}) {
  exchange.answer({fault_of(error).legacy_status == 200 ? 400 : fault_of(error).legacy_status,
                   {{"Content-Type", "application/json"}},
                   json::write(error_message(id, error))});
}

// Who may not come in learns where to read how; that is a problem document, like everywhere else.
void refuse_caller(Exchange& exchange, Error error) {
  if (error.reason == "auth.kind_not_allowed")
    error.message += "; MCP is for agents: use a key of kind 'agent'";
  net::Response response = problem_response(error, exchange.request_id());
  const std::string metadata =
      ", resource_metadata=\"" +
      base_url(exchange.request(), exchange.services().options.public_url) +
      "/.well-known/oauth-protected-resource/mcp\"";
  for (auto& [name, value] : response.headers)
    if (name == "WWW-Authenticate") value += metadata;
  exchange.answer(std::move(response));
}

// False: answered.
bool let_in(Exchange& exchange) {
  const Result<void> origin =
      check_origin(exchange.request(), exchange.services().options.cors_origins);
  if (!origin) {
    refuse_plain(exchange, origin.error());
    return false;
  }
  Result<engine::Identity> caller = authenticate(exchange.engine(), exchange.request());
  if (!caller) {
    refuse_caller(exchange, caller.error());
    return false;
  }
  exchange.set_caller(*std::move(caller), Door::kMcp);
  if (const auto agent = require_kind(exchange.caller(), kAgent); !agent) {
    refuse_caller(exchange, agent.error());
    return false;
  }
  return true;
}

Result<json::Value> read_body(const net::Request& request) {
  FERMATA_CHECK_OK(require_json(request));
  FERMATA_CHECK_OK(check_accept(request));
  return json::parse(request.body);
}

// kInvalid mcp.session_required, kNotFound mcp.session_unknown.
Result<void> require_session(const Exchange& exchange) {
  const std::string_view id = exchange.request().header(kSession);
  if (id.empty())
    return fail(ErrorCode::kInvalid,
                "mcp.session_required",
                "send MCP-Session-Id as `initialize` answered it, or call `initialize`");
  if (exchange.services().sessions.is_open(
          exchange.caller(), id, exchange.services().clock.now_ms()))
    return {};
  return fail(ErrorCode::kNotFound,
              "mcp.session_unknown",
              "this session is over or was never ours; call `initialize` again");
}

void initialize(const AskingPtr& asking) {
  if (json::Value(asking->params())["protocolVersion"].as_string() == nullptr)
    return asking->refuse({ErrorCode::kInvalid,
                           "mcp.invalid_params",
                           "params.protocolVersion must be a string",
                           {},
                           {}});
  Services& services = asking->services();
  asking->set_header(
      std::string(kSession),
      services.sessions.open(
          asking->exchange().caller(), random_suffix(services.random), services.clock.now_ms()));
  asking->answer(initialized(asking->message()));
}

void serve_request(const AskingPtr& asking) {
  const net::Request& request = asking->exchange().request();
  if (asking->era() == Era::kModern) {
    if (const auto same = check_mirrored(request, asking->message()); !same)
      return asking->refuse(same.error());
  } else {
    if (asking->message().method == "initialize") return initialize(asking);
    if (const auto session = require_session(asking->exchange()); !session)
      return asking->refuse(session.error());
  }
  serve_method(asking);
}

// Nothing that a client tells us by itself changes anything here.
void take_note(Exchange& exchange, Era era) {
  if (era == Era::kLegacy)
    if (const auto session = require_session(exchange); !session)
      return refuse_plain(exchange, session.error());
  exchange.answer({202, {}, {}});
}

}  // namespace

void serve_post(const ExchangePtr& exchange) {
  if (!let_in(*exchange)) return;
  const Result<json::Value> body = read_body(exchange->request());
  if (!body) {
    // Of what is no MCP request at all, what any route says.
    if (body.error().reason == "request.unsupported_media_type")
      return exchange->refuse(body.error());
    return refuse_plain(*exchange, body.error());
  }
  Result<Message> message = read_message(*body);
  if (!message) return refuse_plain(*exchange, message.error(), id_of(*body));
  const Result<Era> era = era_of(exchange->request(), *message);
  if (!era) return refuse_plain(*exchange, era.error(), id_of(*body));
  if (message->kind != Message::Kind::kRequest) return take_note(*exchange, *era);
  serve_request(std::make_shared<Asking>(exchange, *era, *std::move(message)));
}

void serve_delete(const ExchangePtr& exchange) {
  if (!let_in(*exchange)) return;
  if (exchange->request().header("MCP-Protocol-Version") == kModernVersion) {
    net::Response none = problem_response({ErrorCode::kInvalid,
                                           "request.method_not_allowed",
                                           "this revision of MCP has no sessions to end",
                                           {},
                                           {}},
                                          exchange->request_id());
    none.headers.emplace_back("Allow", "POST");
    return exchange->answer(std::move(none));
  }
  if (const auto session = require_session(*exchange); !session)
    return refuse_plain(*exchange, session.error());
  exchange->services().sessions.end(std::string(exchange->request().header(kSession)));
  exchange->answer({204, {}, {}});
}

net::Response resource_metadata(Exchange& exchange) {
  const std::string base = base_url(exchange.request(), exchange.services().options.public_url);
  const json::Value document = json::Object{{"resource", base + "/mcp"},
                                            {"resource_name", "Fermata"},
                                            {"resource_documentation", base + "/docs"},
                                            {"bearer_methods_supported", json::Array{"header"}}};
  return {200, {{"Content-Type", "application/json"}}, json::write(document)};
}

}  // namespace fermata::api::mcp
