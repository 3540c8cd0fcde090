#pragma once

// Tools that are requests to some HTTP server.
//
// Arguments fill the places of the URL's path and query, percent-encoded, never its host: where a
// call goes is the operator's to say. Each request carries the call's idempotency key in the header
// Idempotency-Key. It is tried again only where that can do no harm: the server was not reached, or
// the tool is idempotent.

#include <functional>
#include <string>

#include "agents/definition.hpp"
#include "agents/model/model_client.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "core/workflow/workflow.hpp"
#include "net/http_client.hpp"

namespace fermata::agents {

struct ToolRun {
  // kUnknown: it was sent and no answer came; it may have happened. Nothing is recorded then, so
  // that people are asked (P17).
  enum class Kind { kDone, kFailed, kUnknown };
  Kind kind = Kind::kDone;
  json::Value result;
  CallError error;
};

// What is wrong with a URL template and the schema of its arguments; empty: nothing.
std::string fault_in_url(const std::string& url, const json::Value& schema);

// The request of a call. kInvalid agents.missing_secret, agents.bad_url_argument.
Result<net::ClientRequest> tool_request(const ToolDefinition& tool,
                                        const json::Object& arguments,
                                        const std::string& idempotency_key);

ToolRun run_http_tool(net::Client& http,
                      const ToolDefinition& tool,
                      const net::ClientRequest& request,
                      const Following& following,
                      Random& random);

}  // namespace fermata::agents
