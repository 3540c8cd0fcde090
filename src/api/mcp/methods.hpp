#pragma once

// The methods of both eras: what each answers.

#include "api/mcp/asking.hpp"

namespace fermata::api::mcp {

// kNotFound mcp.no_such_method. `initialize` is the endpoint's own: it opens the session.
void serve_method(const AskingPtr& asking);
json::Object initialized(const Message& message);

}  // namespace fermata::api::mcp
