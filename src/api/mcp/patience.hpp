#pragma once

// How a request waits for people: as a task, on an event stream that says now and then that it is
// still there, or not at all, with a handle to ask again.
//
// A task's id is that of its approval request, which is durable, unguessable and belongs to the
// agent that asked; so nothing else is kept, and a restart loses none.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "api/mcp/asking.hpp"

namespace fermata::api::mcp {

// The request as it is now; kNotFound approval.not_found also when another asked it, and
// kUnauthenticated once the caller's key is revoked. On a worker.
Result<json::Value> own_approval(const Asking& asking, const std::string& id);

// Answers a tools/call about that request, as the client and `wait_s` want it. On a worker.
void follow(const AskingPtr& asking,
            const std::string& approval,
            std::optional<std::int64_t> wait_s);

// Waits on a stream, at most `wait_ms`, then calls `finish` on a worker with the request as it is:
// pending when the time was up or the server stops. Never called when the client has gone.
using Finish = std::function<void(const AskingPtr&, const json::Value& approval)>;
void wait_for_people(const AskingPtr& asking,
                     const std::string& approval,
                     std::int64_t wait_ms,
                     Finish finish);

}  // namespace fermata::api::mcp
