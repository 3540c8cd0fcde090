#pragma once

// Approval requests in the shape of MCP's tasks, of both eras.

#include "api/mcp/asking.hpp"

namespace fermata::api::mcp {

// Whether this tools/call is to be answered with a task: legacy clients ask for one, modern ones
// say that they take one, and get it while people still think.
bool wants_task(const Asking& asking, const json::Value& approval);
json::Object task_made(const Asking& asking, const json::Value& approval);

// The methods. Legacy: get, result, cancel. Modern: get, update, cancel.
void get_task(const AskingPtr& asking);
void get_task_result(const AskingPtr& asking);
void update_task(const AskingPtr& asking);
void cancel_task(const AskingPtr& asking);

}  // namespace fermata::api::mcp
