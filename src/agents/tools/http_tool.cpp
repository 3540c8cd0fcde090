#include "agents/tools/http_tool.hpp"

#include <algorithm>
#include <set>

#include "base/time.hpp"
#include "base/utf8.hpp"
#include "resilience/retry.hpp"

namespace fermata::agents {
namespace {

constexpr std::size_t kMaxQuoted = 500;
constexpr resilience::RetryPolicy kRetry{.first_ms = 200, .cap_ms = 5000};

std::string escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out.append("%").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  return out;
}

std::string as_text(const json::Value& value) {
  const std::string* text = value.as_string();
  return text != nullptr ? *text : json::write(value);
}

// Calls `place` for each {name} and `plain` for what is between.
template <class Plain, class Place>
void walk(const std::string& url, Plain plain, Place place) {
  std::size_t done = 0;
  for (std::size_t open = url.find('{'); open != std::string::npos; open = url.find('{', done)) {
    const std::size_t close = url.find('}', open);
    if (close == std::string::npos) break;
    plain(url.substr(done, open - done));
    place(url.substr(open + 1, close - open - 1), open);
    done = close + 1;
  }
  plain(url.substr(done));
}

bool has_body(const std::string& method) {
  return method != "GET" && method != "HEAD" && method != "DELETE";
}

bool is_required(const json::Value& schema, const std::string& name) {
  const json::Array* required = schema["required"].as_array();
  return required != nullptr &&
         std::find(required->begin(), required->end(), json::Value(name)) != required->end();
}

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

void cut_to_utf8(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  text.resize(bytes);
}

// `whole` is false when the answer was longer than may be kept.
ToolRun read_answer(const net::Response& answer, const std::string& body, bool whole) {
  if (!is_utf8(body)) return failed("agents.BadResult", "the tool's answer is no text");
  if (answer.status < 200 || answer.status >= 300) {
    std::string quoted = body;
    cut_to_utf8(quoted, kMaxQuoted);
    return failed("HttpError", "status " + std::to_string(answer.status) + ": " + quoted);
  }
  if (!whole) return {ToolRun::Kind::kDone, body + "\n[cut here: the answer was longer]", {}};
  const bool is_json = header(answer.headers, "content-type").find("json") != std::string::npos;
  if (is_json)
    if (Result<json::Value> parsed = json::parse(body))
      return {ToolRun::Kind::kDone, *std::move(parsed), {}};
  return {ToolRun::Kind::kDone, body, {}};
}

}  // namespace

std::string fault_in_url(const std::string& url, const json::Value& schema) {
  const std::size_t scheme = url.find("://");
  const std::string_view kind = std::string_view(url).substr(0, std::min(scheme, url.size()));
  if (scheme == std::string::npos || (kind != "http" && kind != "https"))
    return "must begin with http:// or https://";
  const std::size_t path = url.find_first_of("/?", scheme + 3);
  std::string fault;
  walk(
      url,
      [](const std::string&) {},
      [&](const std::string& name, std::size_t at) {
        if (path == std::string::npos || at < path)
          fault = "an argument cannot choose the server: {" + name +
                  "} must stand in the path or query";
        else if (schema["properties"][name].is_null())
          fault = "{" + name + "} is no argument of the tool";
        else if (!is_required(schema, name))
          fault = "{" + name + "} must be a required argument";
      });
  return fault;
}

Result<net::ClientRequest> tool_request(const ToolDefinition& tool,
                                        const json::Object& arguments,
                                        const std::string& idempotency_key) {
  const HttpCall& call = *tool.http;
  net::ClientRequest request;
  request.method = call.method;
  request.timeout_ms = static_cast<int>(call.timeout_ms);
  request.alone = !tool.idempotent;
  std::set<std::string> used;
  std::string missing;
  walk(
      call.url,
      [&](const std::string& plain) { request.url += plain; },
      [&](const std::string& name, std::size_t) {
        const json::Value* value = arguments.find(name);
        // A tool that undoes another has that one's arguments a level deeper.
        if (const json::Value* undone = arguments.find("arguments"); value == nullptr && undone)
          value = undone->as_object() == nullptr ? nullptr : undone->as_object()->find(name);
        std::string text = value == nullptr ? "" : as_text(*value);
        // A segment that is empty or only dots would be another path.
        if (text.find_first_not_of('.') == std::string::npos) missing = name;
        request.url += escaped(text);
        used.insert(name);
      });
  if (!missing.empty())
    return fail(ErrorCode::kInvalid,
                "agents.bad_url_argument",
                "the argument " + missing + " cannot stand in the URL");
  json::Object rest;
  for (const auto& [name, value] : arguments)
    if (!used.contains(name)) rest.set(name, value);
  if (has_body(call.method)) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = json::write(rest);
  } else {
    for (const auto& [name, value] : rest)
      request.url.append(request.url.find('?') == std::string::npos ? "?" : "&")
          .append(escaped(name))
          .append("=")
          .append(escaped(as_text(value)));
  }
  request.headers.emplace_back("Accept", "application/json, text/plain;q=0.9, */*;q=0.5");
  request.headers.emplace_back("User-Agent", "fermata/" FERMATA_VERSION);
  request.headers.emplace_back("Idempotency-Key", idempotency_key);
  for (const auto& [name, value] : call.headers) {
    FERMATA_TRY(std::string filled, with_secrets(value));
    request.headers.emplace_back(name, std::move(filled));
  }
  return request;
}

ToolRun run_http_tool(net::Client& http,
                      const ToolDefinition& tool,
                      const net::ClientRequest& request,
                      const Following& following,
                      Random& random) {
  const auto most = static_cast<std::size_t>(tool.http->max_bytes);
  for (std::int64_t tries = 1;; ++tries) {
    std::string body;
    net::ClientRequest sent = request;
    const std::int64_t deadline = monotonic_ms() + request.timeout_ms;
    bool late = false;
    sent.cancelled = [&] { return late = late || monotonic_ms() > deadline; };
    const Result<net::Response> answer = http.stream(sent, [&](std::string_view chunk) {
      body += chunk;
      return body.size() <= most && !sent.cancelled();
    });
    const bool whole = body.size() <= most;
    const bool answered = answer.has_value() && !late;
    const bool again = !answered
                           ? tool.idempotent || !http.reached()
                           : tool.idempotent && (answer->status == 429 || answer->status >= 500);
    if (again && tries <= tool.http->retries &&
        following.pause(resilience::delay_ms(kRetry, static_cast<int>(tries), random)))
      continue;
    if (answered) {
      cut_to_utf8(body, most);
      return read_answer(*answer, body, whole);
    }
    if (!tool.idempotent && http.reached())
      return {ToolRun::Kind::kUnknown, {}, {"net.no_answer", "no answer came"}};
    return failed("net.no_answer", answer ? "the tool took too long" : answer.error().message);
  }
}

}  // namespace fermata::agents
