#pragma once

// The tools that the MCP conformance suite calls by name. They exist in the server of that test
// alone (server.cpp); the product is not linked with them.

#include <memory>
#include <vector>

#include "api/mcp/tools.hpp"

namespace fermata::conformance {

// The product's own tools, and after them the suite's.
std::shared_ptr<const std::vector<api::mcp::Tool>> tools();

}  // namespace fermata::conformance
