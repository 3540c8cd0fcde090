#include "api/problem.hpp"

#include <algorithm>
#include <array>

#include "api/pages/pages.hpp"

namespace fermata::api {
namespace {

struct ByReason {
  std::string_view reason;  // A trailing '.' means every reason that begins so.
  Answerable row;
};

// Where the code alone does not say it.
constexpr std::array<ByReason, 13> kByReason{{
    {"json.", {400, false, 0}},
    {"request.malformed", {400, false, 0}},
    {"request.bad_cursor", {400, false, 0}},
    {"request.bad_idempotency_key", {400, false, 0}},
    {"request.no_such_route", {404, false, 0}},
    {"request.method_not_allowed", {405, false, 0}},
    {"request.unsupported_media_type", {415, false, 0}},
    {"store.in_use", {503, true, 2}},
    {"engine.draining", {503, true, 2}},
    {"server.starting", {503, true, 1}},
    {"store.read_only", {503, false, 0}},
    {"turn.held", {409, true, 0}},
    {"switch.frozen", {503, true, 5}},  // People lift it, which takes longer than a moment.
}};

constexpr std::array<std::string_view, 3> kToldOf500{
    "server.no_answer", "stream.corrupt", "codec.corrupt_event"};

Answerable by_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return {422, false, 0};
    case ErrorCode::kUnauthenticated:
      return {401, false, 0};
    case ErrorCode::kForbidden:
      return {403, false, 0};
    case ErrorCode::kNotFound:
      return {404, false, 0};
    case ErrorCode::kConflict:
      return {409, false, 0};
    case ErrorCode::kPrecondition:
      return {412, false, 0};
    case ErrorCode::kVersionConflict:
      return {503, true, 1};  // The engine has tried again already; the stream is busy.
    case ErrorCode::kRateLimited:
      return {429, true, 1};
    case ErrorCode::kUnavailable:
      return {503, true, 1};
    case ErrorCode::kInternal:
      break;
  }
  return {500, false, 0};
}

bool covers(std::string_view pattern, std::string_view reason) {
  if (pattern.back() == '.') return reason.substr(0, pattern.size()) == pattern;
  return pattern == reason;
}

json::Value document(const Answerable& row, const Error& error, std::string_view request_id) {
  // Of our own mistakes a client learns that they happened, not which; of a damaged database, that
  // it is one.
  const bool internal = row.status == 500;
  const bool known = !internal || std::find(kToldOf500.begin(), kToldOf500.end(), error.reason) !=
                                      kToldOf500.end();
  const std::string_view reason = known ? std::string_view(error.reason) : "server.internal_error";
  std::string title(error_title(reason));
  if (title.empty()) title = phrase(row.status);
  json::Object body{{"type", "/docs/errors/" + std::string(reason)},
                    {"title", title},
                    {"status", row.status},
                    {"detail", error.message.empty() || internal ? title : error.message},
                    {"reason", reason},
                    {"request_id", request_id},
                    {"retryable", row.retryable}};
  if (internal || error.extra.empty()) return body;
  const auto extra = json::parse(error.extra);
  if (extra && extra->as_object() != nullptr)
    for (const auto& [name, value] : *extra->as_object())
      if (body.find(name) == nullptr) body.set(name, value);
  return body;
}

net::Response response(const Answerable& row, const Error& error, std::string_view request_id) {
  net::Response made{row.status,
                     {{"Content-Type", "application/problem+json"}},
                     json::write(document(row, error, request_id))};
  if (row.retry_after_s > 0)
    made.headers.emplace_back("Retry-After", std::to_string(row.retry_after_s));
  if (row.status == 401)
    made.headers.emplace_back("WWW-Authenticate",
                              error.reason == "auth.missing_key"
                                  ? R"(Bearer realm="fermata")"
                                  : R"(Bearer realm="fermata", error="invalid_token")");
  return made;
}

}  // namespace

Answerable answerable(ErrorCode code, std::string_view reason) {
  for (const ByReason& entry : kByReason)
    if (covers(entry.reason, reason)) return entry.row;
  return by_code(code);
}

std::string_view phrase(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 19> kPhrases{{
      {400, "Bad request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not found"},
      {405, "Method not allowed"},
      {408, "Request timeout"},
      {409, "Conflict"},
      {411, "Length required"},
      {412, "Precondition failed"},
      {413, "Content too large"},
      {414, "URI too long"},
      {415, "Unsupported media type"},
      {417, "Expectation failed"},
      {422, "Unprocessable content"},
      {429, "Too many requests"},
      {431, "Request header fields too large"},
      {501, "Not implemented"},
      {503, "Service unavailable"},
      {505, "HTTP version not supported"},
  }};
  for (const auto& [number, words] : kPhrases)
    if (number == status) return words;
  return status < 500 ? "Bad request" : "Internal server error";
}

json::Value problem_document(const Error& error, std::string_view request_id) {
  return document(answerable(error.code, error.reason), error, request_id);
}

net::Response problem_response(const Error& error, std::string_view request_id) {
  return response(answerable(error.code, error.reason), error, request_id);
}

net::Response problem_response(int status, const Error& error, std::string_view request_id) {
  Answerable row = answerable(error.code, error.reason);
  row.status = status;
  row.retryable = status == 503 || status == 429 || status == 408;
  row.retry_after_s = status == 503 || status == 429 ? 1 : 0;
  return response(row, error, request_id);
}

}  // namespace fermata::api
