#include "agents/tools/mcp_client.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "agents/loop/prompts.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "net/event_parser.hpp"
#include "resilience/retry.hpp"

namespace fermata::agents {
namespace {

constexpr std::int64_t kSayCancelledMs = 1000;
constexpr std::array kVersions{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};
constexpr int kMaxPages = 50;
constexpr std::int64_t kMaxQuoted = 500;
constexpr std::size_t kMaxEnvelope = 65'536;  // Of a message, beside what of it is kept.
constexpr resilience::RetryPolicy kCallAgain{.first_ms = 300, .cap_ms = 5000};

std::string header(const net::Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    const bool same =
        std::equal(key.begin(), key.end(), name.begin(), name.end(), [](char a, char b) {
          return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b);
        });
    if (same) return value;
  }
  return {};
}

ToolRun failed(std::string type, std::string message) {
  return {ToolRun::Kind::kFailed, {}, {std::move(type), std::move(message)}};
}

tl::unexpected<Error> unavailable(const McpServer& server, const std::string& why) {
  return fail(ErrorCode::kUnavailable,
              "agents.tools_unavailable",
              "the MCP server '" + server.name + "' did not say what its tools are: " + why);
}

// The text of a result. What is no text is named and left out.
std::string text_of(const json::Array& content) {
  std::string text;
  for (const json::Value& part : content) {
    const std::string type = part.string_or("type");
    if (!text.empty()) text += "\n";
    if (type == "text")
      text += part.string_or("text");
    else
      text.append("[")
          .append(type)
          .append(" ")
          .append(part.string_or("mimeType"))
          .append(" is not kept]");
  }
  return text;
}

}  // namespace

// One POST and what came of it.
struct McpClient::Exchange {
  bool reached = false;
  bool too_long = false;
  int status = 0;  // 0: no answer.
  std::string session;
  std::string body;
  std::string error;
  std::optional<json::Value> message;  // The answer to our request.

  bool answered() const { return message.has_value(); }
  bool refused() const { return status != 0 && (status < 200 || status >= 300); }
  std::string why() const {
    if (refused())
      return "status " + std::to_string(status) + ": " +
             (is_utf8(body) ? cut(body, kMaxQuoted) : "no text");
    if (message) return (*message)["error"].string_or("message", "an answer that is none");
    return error.empty() ? "no answer came" : error;
  }
};

McpClient::McpClient(McpServer server) : server_(std::move(server)) {
  if (!server_.command.empty())
    process_ = std::make_unique<StdioProcess>(
        server_,
        static_cast<std::size_t>(server_.max_bytes) + kMaxEnvelope,
        [this](const json::Value& message) { note_change(message); });
}

// A start of the process is a session: with its end all is forgotten, and nothing was run of what
// it did not get.
McpClient::Exchange McpClient::exchange_lines(const json::Object& message,
                                              const Session& session,
                                              const Following& following) {
  StdioProcess::Answer answer =
      process_->ask(message, session.id, server_.timeout_ms, following.cancelled);
  // Nobody waits for it any more: it may stop working on it.
  if (answer.given_up && *message.find("method") != json::Value("initialize"))
    process_->ask(
        {{"jsonrpc", "2.0"},
         {"method", "notifications/cancelled"},
         {"params",
          json::Object{{"requestId", *message.find("id")}, {"reason", "no answer came in time"}}}},
        answer.life,
        kSayCancelledMs,
        following.cancelled);
  Exchange done;
  done.reached = answer.reached;
  done.session = answer.life;
  done.too_long = answer.too_long;
  done.error = std::move(answer.error);
  done.message = std::move(answer.message);
  if (!session.id.empty() && answer.life.empty()) done.status = 404;
  return done;
}

Result<net::ClientRequest> McpClient::post(const Session& session) const {
  net::ClientRequest request;
  request.method = "POST";
  request.url = server_.url;
  request.timeout_ms = static_cast<int>(server_.timeout_ms);
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json, text/event-stream"},
                     {"User-Agent", "fermata/" FERMATA_VERSION}};
  if (!session.version.empty())
    request.headers.emplace_back("MCP-Protocol-Version", session.version);
  if (!session.id.empty()) request.headers.emplace_back("Mcp-Session-Id", session.id);
  for (const auto& [name, value] : server_.headers) {
    FERMATA_TRY(std::string filled, with_secrets(value));
    request.headers.emplace_back(name, std::move(filled));
  }
  return request;
}

McpClient::Exchange McpClient::exchange(net::Client& http,
                                        const json::Object& message,
                                        const Session& session,
                                        bool alone,
                                        const Following& following) {
  if (process_ != nullptr) return exchange_lines(message, session, following);
  Exchange done;
  Result<net::ClientRequest> made = post(session);
  if (!made) {
    done.error = made.error().message;
    return done;
  }
  net::ClientRequest& sent = *made;
  sent.alone = alone;
  sent.body = json::write(message);
  const std::int64_t deadline = monotonic_ms() + server_.timeout_ms;
  sent.cancelled = [&] { return following.cancelled() || monotonic_ms() > deadline; };
  const auto take = [&](const std::string& text) {
    Result<json::Value> parsed = json::parse(text, json::kMaxStoredDepth);
    if (!parsed) return;
    note_change(*parsed);
    const json::Value& id = message.find("id") == nullptr ? json::Value() : *message.find("id");
    if (!id.is_null() && (*parsed)["id"] == id && parsed->string_or("method").empty())
      done.message = *std::move(parsed);
  };
  net::EventParser parser;
  const std::size_t most = static_cast<std::size_t>(server_.max_bytes) + kMaxEnvelope;
  const Result<net::Response> answer = http.stream(sent, [&](std::string_view chunk) {
    if (done.body.size() < most) done.body += chunk;
    for (const net::EventParser::Event& event : parser.feed(chunk)) take(event.data);
    return !done.message && done.body.size() < most && parser.held_bytes() < most &&
           !sent.cancelled();
  });
  done.reached = http.reached();
  done.too_long = !done.message && (done.body.size() >= most || parser.held_bytes() >= most);
  if (answer) {
    done.status = answer->status;
    done.session = header(answer->headers, "mcp-session-id");
    if (!done.message) take(done.body);
  } else if (!done.message) {
    done.error = answer.error().message;
  }
  return done;
}

json::Object McpClient::request(const char* method, json::Value params) {
  return {
      {"jsonrpc", "2.0"}, {"id", next_id_++}, {"method", method}, {"params", std::move(params)}};
}

Result<McpClient::Session> McpClient::session(net::Client& http, const Following& following) {
  {
    const std::lock_guard lock(mutex_);
    if (!session_.version.empty()) return session_;
  }
  const json::Object hello{
      {"protocolVersion", kVersions.front()},
      {"capabilities", json::Object{}},
      {"clientInfo", json::Object{{"name", "fermata"}, {"version", FERMATA_VERSION}}}};
  const Exchange begun = exchange(http, request("initialize", hello), {}, false, following);
  const std::string version =
      begun.answered() ? (*begun.message)["result"].string_or("protocolVersion") : "";
  if (version.empty()) return unavailable(server_, begun.why());
  if (std::find(kVersions.begin(), kVersions.end(), version) == kVersions.end())
    return unavailable(server_, "it speaks revision " + cut(version, 40));
  Session fresh{begun.session, version};
  const json::Object ready{{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}};
  (void)exchange(http, ready, fresh, false, following);
  const std::lock_guard lock(mutex_);
  session_ = fresh;
  return fresh;
}

void McpClient::forget(const Session& session) {
  const std::lock_guard lock(mutex_);
  if (session_.id == session.id) session_ = {};
}

Result<json::Value> McpClient::page(net::Client& http,
                                    const std::string& cursor,
                                    const Following& following) {
  json::Object params;
  if (!cursor.empty()) params.set("cursor", cursor);
  for (bool again : {true, false}) {
    FERMATA_TRY(const Session in, session(http, following));
    Exchange listed = exchange(http, request("tools/list", params), in, false, following);
    if (listed.answered() && (*listed.message)["result"]["tools"].as_array() != nullptr)
      return (*listed.message)["result"];
    forget(in);
    if (!again || listed.status != 404) return unavailable(server_, listed.why());
  }
  return unavailable(server_, "it forgets its sessions");
}

Result<std::vector<json::Value>> McpClient::list(net::Client& http, const Following& following) {
  std::vector<json::Value> tools;
  std::string cursor;
  for (int i = 0; i < kMaxPages; ++i) {
    FERMATA_TRY(const json::Value result, page(http, cursor, following));
    const json::Array& some = *result["tools"].as_array();
    tools.insert(tools.end(), some.begin(), some.end());
    cursor = result.string_or("nextCursor");
    if (cursor.empty()) return tools;
  }
  return unavailable(server_, "its list of tools does not end");
}

void McpClient::note_change(const json::Value& message) {
  if (message.string_or("method") == "notifications/tools/list_changed") changed_ = true;
}

bool McpClient::listen(net::Client& http, std::int64_t for_ms, const Following& following) {
  if (process_ != nullptr) {
    process_->wait(for_ms, [&] { return following.cancelled() || changed_; });
    return true;
  }
  const Result<Session> in = session(http, following);
  Result<net::ClientRequest> made = in ? post(*in) : tl::unexpected(in.error());
  if (!made) return false;
  net::ClientRequest& sent = *made;
  const std::int64_t until = monotonic_ms() + for_ms;
  sent.method = "GET";
  sent.headers[1].second = "text/event-stream";
  sent.timeout_ms = static_cast<int>(for_ms);
  sent.cancelled = [&] { return following.cancelled() || changed_ || monotonic_ms() > until; };
  net::EventParser parser;
  (void)http.stream(sent, [&](std::string_view chunk) {
    for (const net::EventParser::Event& event : parser.feed(chunk))
      if (const auto parsed = json::parse(event.data, json::kMaxStoredDepth)) note_change(*parsed);
    return parser.held_bytes() < kMaxEnvelope && !sent.cancelled();
  });
  return changed_ || monotonic_ms() > until;
}

ToolRun McpClient::call(net::Client& http,
                        const ToolDefinition& tool,
                        const json::Object& arguments,
                        const std::string& idempotency_key,
                        const Following& following,
                        Random& random) {
  const json::Object params{{"name", tool.name},
                            {"arguments", arguments},
                            {"_meta", json::Object{{"fermata/idempotency-key", idempotency_key}}}};
  bool forgotten = false;
  for (int tries = 1;; ++tries) {
    const Result<Session> in = session(http, following);
    Exchange done;
    if (in) {
      done = exchange(http, request("tools/call", params), *in, !tool.idempotent, following);
      if (done.answered()) return read_tool_result(*done.message, server_.max_bytes);
      if (done.too_long)
        return failed("agents.BadResult",
                      "it ran, but its answer is longer than max_bytes and was not kept");
      if (done.status == 404 && !in->id.empty() && !std::exchange(forgotten, true)) {
        forget(*in);
        continue;
      }
    }
    const bool may_have_run = in && done.reached && !done.refused();
    const bool again = done.refused()
                           ? tool.idempotent && (done.status == 429 || done.status >= 500)
                           : tool.idempotent || !may_have_run;
    if (again && tries <= server_.retries &&
        following.pause(resilience::delay_ms(kCallAgain, tries, random)))
      continue;
    if (may_have_run && !tool.idempotent)
      return {ToolRun::Kind::kUnknown, {}, {"net.no_answer", "no answer came"}};
    if (done.refused()) return failed("HttpError", done.why());
    return failed("net.no_answer", in ? done.why() : in.error().message);
  }
}

ToolRun read_tool_result(const json::Value& message, std::int64_t max_bytes) {
  const json::Value& error = message["error"];
  if (!error.is_null())
    return failed("McpError", cut(error.string_or("message", "it says no more"), kMaxQuoted));
  const json::Value& result = message["result"];
  const json::Array* content = result["content"].as_array();
  std::string text = content == nullptr ? "" : text_of(*content);
  if (result.bool_or("isError")) return failed("McpToolError", cut(text, max_bytes));
  const json::Value& structured = result["structuredContent"];
  if (text.empty() && !structured.is_null()) {
    std::string written = json::write(structured);
    if (written.size() <= static_cast<std::size_t>(max_bytes))
      return {ToolRun::Kind::kDone, structured, {}};
    text = std::move(written);
  }
  return {ToolRun::Kind::kDone, cut(text, max_bytes), {}};
}

}  // namespace fermata::agents
