#pragma once

// Request headers that mean something to us, read strictly where a wrong guess would do harm and
// leniently where the standard says so. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/actor.hpp"
#include "net/http_server.hpp"

namespace fermata::api {

// Seconds of `Prefer: wait=N` (RFC 7240), at most `max_s`; 0 when absent or not understood.
int preferred_wait_s(const net::Request& request, int max_s);

// If-None-Match by weak comparison (RFC 9110): whether a GET of `etag` is 304.
bool none_match_holds(std::string_view header, std::string_view etag);

// If-Match on a decision: the revision it demands. Absent, or "*": none. What names no revision
// cannot hold: kPrecondition approval.changed.
Result<std::optional<std::int64_t>> required_revision(const net::Request& request);

// The number in an entity tag such as "v12"; nullopt for any other text.
std::optional<std::int64_t> tag_number(std::string_view tag, char letter);

// Quoted or bare, 1 to 255 visible characters of ASCII; "" when absent.
// kInvalid request.bad_idempotency_key.
Result<std::string> idempotency_key(const net::Request& request);

// The trace id of a valid traceparent (W3C Trace Context), else "".
std::string trace_id(const net::Request& request);

// Door::kCli when Fermata's own command line says so by `Fermata-Door: cli`, else Door::kRest. The
// caller's word, kept for readers of the history: the same rules hold at either door.
Door door(const net::Request& request);

// The caller's X-Request-Id if it is harmless, else "".
std::string given_request_id(const net::Request& request);

// kInvalid request.unsupported_media_type unless the body is said to be plain JSON.
Result<void> require_json(const net::Request& request);

// The key of `Authorization: Bearer` or of X-API-Key, "" when there is none.
std::string_view api_key(const net::Request& request);

}  // namespace fermata::api
