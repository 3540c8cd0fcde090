#include "api/mcp/headers.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace fermata::api::mcp {
namespace {

constexpr std::string_view kVersionMeta = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilitiesMeta = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kVersionHeader = "MCP-Protocol-Version";

// "http://localhost:6274" and "localhost:7654" give "localhost"; an IPv6 address keeps its
// brackets.
std::string_view host_of(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos)
    text.remove_prefix(scheme + 3);
  if (text.starts_with('[')) return text.substr(0, text.find(']') + 1);
  return text.substr(0, text.find_first_of(":/"));
}

bool is_local(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool accepts(std::string_view header, std::string_view type) {
  const std::string_view family = type.substr(0, type.find('/'));
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    const std::string_view range = trimmed(header.substr(0, std::min(header.find(';'), end)));
    header.remove_prefix(std::min(end + 1, header.size()));
    if (range == type || range == "*/*" || range == std::string(family) + "/*") return true;
  }
  return false;
}

tl::unexpected<Error> unsupported(std::string_view requested) {
  auto refusal = fail(ErrorCode::kInvalid,
                      "mcp.unsupported_version",
                      "this server does not speak that version of MCP");
  refusal.value().extra =
      json::write(json::Object{{"supported", all_versions()}, {"requested", requested}});
  return refusal;
}

tl::unexpected<Error> mismatch(std::string_view header, const std::string& what) {
  return fail(ErrorCode::kInvalid, "mcp.header_mismatch", std::string(header) + " " + what);
}

// "=?base64?...?=" stands for text that is no visible ASCII.
std::optional<std::string> decoded(std::string_view value) {
  constexpr std::string_view kBegin = "=?base64?", kEnd = "?=";
  if (!value.starts_with(kBegin) || !value.ends_with(kEnd)) return std::string(value);
  std::string text(value.substr(kBegin.size(), value.size() - kBegin.size() - kEnd.size()));
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return from_base64url(text);
}

Result<void> check_same(const net::Request& request,
                        std::string_view header,
                        const std::string& expected) {
  if (!request.has_header(header)) return mismatch(header, "is missing");
  const std::string_view raw = trimmed(request.header(header));
  const bool visible = std::all_of(
      raw.begin(), raw.end(), [](char c) { return (c >= ' ' && c < 0x7f) || c == '\t'; });
  if (!visible || decoded(raw) != expected)
    return mismatch(header, "does not say what the body says");
  return {};
}

// The parameter that Mcp-Name repeats; empty when the method has none.
std::string_view name_parameter(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel")
    return "taskId";
  return {};
}

}  // namespace

Result<void> check_origin(const net::Request& request, const std::vector<std::string>& allowed) {
  if (!request.has_header("Origin")) return {};
  const std::string_view origin = request.header("Origin");
  if (std::find(allowed.begin(), allowed.end(), origin) != allowed.end()) return {};
  if (is_local(host_of(origin)) && is_local(host_of(request.header("Host")))) return {};
  return fail(ErrorCode::kForbidden,
              "mcp.origin_refused",
              "pages of that origin may not ask; the operator can list it in cors.origins");
}

Result<void> check_accept(const net::Request& request) {
  const std::string_view header = request.header("Accept");
  if (accepts(header, "application/json") && accepts(header, "text/event-stream")) return {};
  return fail(ErrorCode::kInvalid,
              "mcp.not_acceptable",
              "send Accept: application/json, text/event-stream");
}

Result<Era> era_of(const net::Request& request, const Message& message) {
  const bool has_header = request.has_header(kVersionHeader);
  const std::string header(trimmed(request.header(kVersionHeader)));
  const json::Value& stated = message.meta(kVersionMeta);
  if (stated.is_null() && header != kModernVersion) {
    if (message.method == "initialize" || !has_header || is_legacy_version(header))
      return Era::kLegacy;
    return unsupported(header);
  }
  const std::string* version = stated.as_string();
  if (version == nullptr || message.meta(kCapabilitiesMeta).as_object() == nullptr)
    return fail(ErrorCode::kInvalid,
                "mcp.invalid_params",
                "params._meta must have '" + std::string(kVersionMeta) + "' and '" +
                    std::string(kCapabilitiesMeta) + "'");
  if (!has_header) return mismatch(kVersionHeader, "is missing");
  if (header != *version) return mismatch(kVersionHeader, "does not say what the body says");
  if (*version != kModernVersion) return unsupported(*version);
  return Era::kModern;
}

Result<void> check_mirrored(const net::Request& request, const Message& message) {
  FERMATA_CHECK_OK(check_same(request, "Mcp-Method", message.method));
  const std::string_view parameter = name_parameter(message.method);
  if (parameter.empty()) return {};
  const json::Value* name = message.params.find(parameter);
  if (name == nullptr || name->as_string() == nullptr)
    return fail(ErrorCode::kInvalid,
                "mcp.invalid_params",
                "params." + std::string(parameter) + " must be a string");
  return check_same(request, "Mcp-Name", *name->as_string());
}

std::string base_url(const net::Request& request, const std::string& configured) {
  if (!configured.empty()) return configured;
  return "http://" + std::string(request.header("Host"));
}

}  // namespace fermata::api::mcp
