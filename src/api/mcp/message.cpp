#include "api/mcp/message.hpp"

#include <algorithm>
#include <array>

#include "api/problem.hpp"

namespace fermata::api::mcp {
namespace {

constexpr std::array<std::string_view, 3> kLegacyVersions{
    kLatestLegacy, "2025-06-18", "2025-03-26"};

constexpr int kParseError = -32700;
constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;
constexpr int kInternalError = -32603;
constexpr int kHeaderMismatch = -32020;
constexpr int kMissingCapability = -32021;
constexpr int kUnsupportedVersion = -32022;

struct Row {
  std::string_view reason;  // A trailing '.' means every reason that begins so.
  Fault fault;
};

constexpr std::array<Row, 14> kFaults{{
    {"json.", {kParseError, 400, 400}},
    {"mcp.bad_message", {kInvalidRequest, 400, 400}},
    {"mcp.no_such_method", {kMethodNotFound, 200, 404}},
    {"mcp.no_such_tool", {kInvalidParams, 200, 400}},
    {"mcp.no_such_task", {kInvalidParams, 200, 400}},
    {"mcp.task_over", {kInvalidParams, 200, 400}},
    {"mcp.invalid_params", {kInvalidParams, 200, 400}},
    {"mcp.header_mismatch", {kHeaderMismatch, 400, 400}},
    {"mcp.missing_capability", {kMissingCapability, 400, 400}},
    {"mcp.unsupported_version", {kUnsupportedVersion, 400, 400}},
    {"mcp.session_required", {kInvalidRequest, 400, 400}},
    {"mcp.session_unknown", {kInvalidRequest, 404, 404}},
    {"mcp.origin_refused", {kInvalidRequest, 403, 403}},
    {"mcp.not_acceptable", {kInvalidRequest, 406, 406}},
}};

bool covers(std::string_view pattern, std::string_view reason) {
  if (pattern.back() == '.') return reason.starts_with(pattern);
  return pattern == reason;
}

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorCode::kInvalid, "mcp.bad_message", std::move(message));
}

bool is_id(const json::Value& id) { return id.as_int() != nullptr || id.as_string() != nullptr; }

}  // namespace

bool is_legacy_version(std::string_view version) {
  return std::find(kLegacyVersions.begin(), kLegacyVersions.end(), version) !=
         kLegacyVersions.end();
}

json::Array all_versions() {
  json::Array all{kModernVersion};
  for (const std::string_view version : kLegacyVersions) all.emplace_back(version);
  return all;
}

const json::Value& Message::meta(std::string_view name) const {
  static const json::Value absent;
  const json::Value* meta = params.find("_meta");
  return meta == nullptr ? absent : (*meta)[name];
}

json::Value id_of(const json::Value& body) {
  return is_id(body["id"]) ? body["id"] : json::Value();
}

Result<Message> read_message(const json::Value& body) {
  const json::Object* object = body.as_object();
  if (object == nullptr)
    return bad("send one JSON-RPC message as an object; batches are not supported");
  if (body.string_or("jsonrpc") != "2.0") return bad("\"jsonrpc\" must be \"2.0\"");
  Message message;
  const json::Value* id = object->find("id");
  if (id != nullptr && !is_id(*id)) return bad("\"id\" must be a string or an integer");
  if (id != nullptr) message.id = *id;
  const json::Value* method = object->find("method");
  if (method == nullptr) {
    if (id == nullptr || (object->find("result") == nullptr && object->find("error") == nullptr))
      return bad("a message has a \"method\", or an \"id\" and a \"result\" or \"error\"");
    message.kind = Message::Kind::kResponse;
    return message;
  }
  if (method->as_string() == nullptr) return bad("\"method\" must be a string");
  message.method = *method->as_string();
  message.kind = id == nullptr ? Message::Kind::kNotification : Message::Kind::kRequest;
  if (const json::Value* params = object->find("params")) {
    if (params->as_object() == nullptr) return bad("\"params\" must be an object");
    message.params = *params->as_object();
  }
  return message;
}

json::Value result_message(const json::Value& id, json::Object result) {
  return json::Object{{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

json::Value notification(std::string_view method, json::Object params) {
  return json::Object{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

Fault fault_of(const Error& error) {
  for (const Row& row : kFaults)
    if (covers(row.reason, error.reason)) return row.fault;
  const int status = answerable(error.code, error.reason).status;
  if (status >= 500) return {kInternalError, status, status};
  return {kInvalidParams, 200, status};
}

json::Value error_message(const json::Value& id, const Error& error) {
  const json::Value problem = problem_document(error, "");
  json::Object data;
  // What the protocol itself defines comes alone, in its own shape.
  const auto extra = error.extra.empty() ? Result<json::Value>() : json::parse(error.extra);
  if (extra && extra->as_object() != nullptr) data = *extra->as_object();
  data.set("reason", problem["reason"]);
  data.set("type", problem["type"]);
  return json::Object{{"jsonrpc", "2.0"},
                      {"id", id},
                      {"error",
                       json::Object{{"code", fault_of(error).code},
                                    {"message", problem["detail"]},
                                    {"data", std::move(data)}}}};
}

}  // namespace fermata::api::mcp
