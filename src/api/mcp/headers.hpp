#pragma once

// What MCP says about the headers of a request: who may ask from a browser, what the client must
// accept, and that headers and body say the same. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "api/mcp/message.hpp"
#include "net/http_server.hpp"

namespace fermata::api::mcp {

// Against DNS rebinding: a page may ask if its origin is listed, or if page and server are both
// local. No Origin at all is no browser. kForbidden mcp.origin_refused.
Result<void> check_origin(const net::Request& request, const std::vector<std::string>& allowed);

// kInvalid mcp.not_acceptable unless the client takes JSON and event streams both.
Result<void> check_accept(const net::Request& request);

// Which era this message is of. kInvalid mcp.unsupported_version, mcp.invalid_params.
Result<Era> era_of(const net::Request& request, const Message& message);

// Modern only: Mcp-Method, Mcp-Name and the version are there and agree with the body.
// kInvalid mcp.header_mismatch.
Result<void> check_mirrored(const net::Request& request, const Message& message);

// The address that clients know this server by, without a path: `configured`, or what the request
// came to.
std::string base_url(const net::Request& request, const std::string& configured);

}  // namespace fermata::api::mcp
