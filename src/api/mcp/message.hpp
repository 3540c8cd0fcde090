#pragma once

// JSON-RPC 2.0 as MCP uses it: one message per request, ids that are strings or integers, and the
// one table from our errors to its codes. Pure.

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::api::mcp {

// Legacy revisions open a session with `initialize`; modern ones say everything in each request.
enum class Era { kLegacy, kModern };

inline constexpr std::string_view kModernVersion = "2026-07-28";
inline constexpr std::string_view kLatestLegacy = "2025-11-25";
bool is_legacy_version(std::string_view version);
json::Array all_versions();  // Newest first.

struct Message {
  enum class Kind { kRequest, kNotification, kResponse };
  Kind kind = Kind::kRequest;
  json::Value id;
  std::string method;
  json::Object params;
  const json::Value& meta(std::string_view name) const;  // Of params._meta; null when absent.
};

// kInvalid mcp.bad_message: no JSON-RPC 2.0, a batch, a null id.
Result<Message> read_message(const json::Value& body);
// The id of whatever that was, for an error's answer; null when it has none.
json::Value id_of(const json::Value& body);

json::Value result_message(const json::Value& id, json::Object result);
json::Value notification(std::string_view method, json::Object params);

// What a client is told of an error: the code, and the HTTP status that goes with it. A legacy
// client drops the body of a 4xx, so it gets JSON-RPC errors with 200 and keeps 4xx for the
// transport's own.
struct Fault {
  int code = -32603;
  int legacy_status = 200;
  int modern_status = 400;
};
Fault fault_of(const Error& error);
// {"code", "message", "data": {"reason", "type", ...}}; internal errors say nothing but that.
json::Value error_message(const json::Value& id, const Error& error);

}  // namespace fermata::api::mcp
