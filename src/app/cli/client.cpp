#include "app/cli/client.hpp"

#include <algorithm>
#include <utility>

#include "app/cli/pause.hpp"
#include "base/random.hpp"

namespace fermata::app::cli {
namespace {

constexpr int kAttempts = 4;
constexpr int kFirstPauseMs = 200;
constexpr int kTimeoutMs = 30'000;
constexpr int kSilenceMs = 60'000;  // Of a live stream; the server's heart beats every 15 s.
constexpr std::size_t kPage = 200;

void pause(int attempt) { pause_ms(kFirstPauseMs << attempt); }

ErrorCode code_of(int status) {
  switch (status) {
    case 401:
      return ErrorCode::kUnauthenticated;
    case 403:
      return ErrorCode::kForbidden;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kConflict;
    case 412:
      return ErrorCode::kPrecondition;
    case 429:
      return ErrorCode::kRateLimited;
    case 502:
    case 503:
    case 504:
      return ErrorCode::kUnavailable;
    default:
      return status >= 500 ? ErrorCode::kInternal : ErrorCode::kInvalid;
  }
}

bool again(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kRateLimited;
}

}  // namespace

std::string escaped(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]};
    }
  }
  return out;
}

Error to_error(int status, std::string_view body) {
  Error error{code_of(status), {}, {}, {}, {}};
  const Result<json::Value> problem = json::parse(body, json::kMaxStoredDepth);
  if (!problem || problem->as_object() == nullptr) {
    error.reason = "http." + std::to_string(status);
    error.message = "the server answered " + std::to_string(status) + ", not as Fermata would";
    return error;
  }
  error.reason = problem->string_or("reason", "http." + std::to_string(status));
  error.message = problem->string_or("detail", problem->string_or("title"));
  if (const json::Array* errors = (*problem)["errors"].as_array(); errors != nullptr) {
    for (const json::Value& wrong : *errors) {
      error.message += "\n  " + wrong.string_or("pointer") + ": " + wrong.string_or("msg");
    }
  }
  error.extra = json::write(*problem);
  return error;
}

Client::Client(std::string url, std::string key) : url_(std::move(url)), key_(std::move(key)) {
  while (url_.ends_with('/')) url_.pop_back();
}

net::ClientRequest Client::request(const std::string& method, const std::string& path) const {
  net::ClientRequest request;
  request.method = method;
  request.url = url_ + path;
  request.timeout_ms = kTimeoutMs;
  request.headers = {{"Accept", "application/json"},
                     {"User-Agent", "fermata-cli/" FERMATA_VERSION},
                     {"Fermata-Door", "cli"}};
  if (!key_.empty()) request.headers.emplace_back("Authorization", "Bearer " + key_);
  return request;
}

Error Client::unreachable(const Error& error) const {
  // As OpenSSL calls a plain answer to its greeting.
  const bool speaks_plainly = url_.starts_with("https://") &&
                              error.message.find("wrong version number") != std::string::npos;
  return {
      ErrorCode::kUnavailable,
      error.reason,
      "no answer from " + url_ + ": " + error.message +
          (speaks_plainly
               ? "\n  What answers there speaks http; try http:// in FERMATA_URL or --url."
               : "\n  Is `fermata serve` running there? FERMATA_URL or --url say where to look."),
      error.detail,
      {}};
}

Result<json::Value> Client::understand(const Result<net::Response>& answer) const {
  if (!answer) return tl::unexpected(unreachable(answer.error()));
  if (answer->status >= 300) return tl::unexpected(to_error(answer->status, answer->body));
  if (answer->body.empty()) return json::Value();
  Result<json::Value> body = json::parse(answer->body, json::kMaxStoredDepth);
  if (!body) {
    return fail(ErrorCode::kInternal, "http.bad_answer", url_ + " did not answer with JSON");
  }
  return body;
}

Result<json::Value> Client::get(const std::string& path) {
  return understand(http_.send(request("GET", path)));
}

Result<json::Value> Client::wait(const std::string& path, int wait_s) {
  net::ClientRequest held = request("GET", path);
  held.headers.emplace_back("Prefer", "wait=" + std::to_string(wait_s));
  held.timeout_ms = wait_s * 1000 + kTimeoutMs;
  return understand(http_.send(held));
}

Result<json::Value> Client::send(const std::string& method,
                                 const std::string& path,
                                 const json::Value& body,
                                 const std::string& request_id) {
  net::ClientRequest write = request(method, path);
  SystemRandom random;
  write.headers.emplace_back("Idempotency-Key",
                             request_id.empty() ? random_suffix(random) : request_id);
  if (!body.is_null()) {
    write.headers.emplace_back("Content-Type", "application/json");
    write.body = json::write(body);
  }
  for (int attempt = 0;; ++attempt) {
    Result<json::Value> answer = understand(http_.send(write));
    if (answer || !again(answer.error()) || attempt + 1 == kAttempts) return answer;
    pause(attempt);
  }
}

Result<std::vector<json::Value>> Client::list(const std::string& path,
                                              std::size_t limit,
                                              bool& more) {
  std::vector<json::Value> items;
  std::string cursor;
  more = true;
  while (items.size() < limit && more) {
    std::string page = path + (path.find('?') == std::string::npos ? "?" : "&") +
                       "limit=" + std::to_string(std::min(kPage, limit - items.size()));
    if (!cursor.empty()) page += "&cursor=" + escaped(cursor);
    FERMATA_TRY(const json::Value answer, get(page));
    if (const json::Array* found = answer["items"].as_array(); found != nullptr) {
      items.insert(items.end(), found->begin(), found->end());
    }
    cursor = answer.string_or("next_cursor");
    more = answer.bool_or("has_more") && !cursor.empty();
  }
  return items;
}

Result<void> Client::follow(const std::string& path,
                            std::int64_t after,
                            const std::function<bool(const json::Value&)>& on_event) {
  for (int failures = 0; failures < kAttempts; ++failures) {
    net::ClientRequest live = request("GET", path);
    live.headers.emplace_back("Last-Event-ID", std::to_string(after));
    live.timeout_ms = kSilenceMs;
    net::EventParser parser;
    std::string rest;  // Of an answer that is no stream: a problem document.
    bool wanted = true;
    const Result<net::Response> answer = http_.stream(live, [&](std::string_view chunk) {
      if (rest.size() < 65'536) rest += chunk;
      for (const net::EventParser::Event& event : parser.feed(chunk)) {
        const Result<json::Value> document = json::parse(event.data, json::kMaxStoredDepth);
        if (!document) continue;
        failures = 0;
        rest.clear();
        after = document->int_or("version", after);
        wanted = on_event(*document);
        if (!wanted) return false;
      }
      return true;
    });
    if (!wanted) return {};
    if (answer && answer->status >= 300) return tl::unexpected(to_error(answer->status, rest));
    if (!answer && failures + 1 == kAttempts) return tl::unexpected(unreachable(answer.error()));
    pause(failures);
  }
  return {};
}

Error Client::changes(const std::function<void(const json::Value&)>& on_change) {
  net::ClientRequest live = request("GET", "/v1/stream");
  live.timeout_ms = kSilenceMs;
  net::EventParser parser;
  std::string rest;  // Of an answer that is no stream: a problem document.
  const Result<net::Response> answer = http_.stream(live, [&](std::string_view chunk) {
    if (rest.size() < 65'536) rest += chunk;
    for (const net::EventParser::Event& event : parser.feed(chunk))
      if (const Result<json::Value> change = json::parse(event.data, json::kMaxStoredDepth); change)
        on_change(*change);
    return true;
  });
  if (!answer) return unreachable(answer.error());
  return to_error(answer->status, rest);
}

}  // namespace fermata::app::cli
