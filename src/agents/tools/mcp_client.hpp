#pragma once

// Speaks MCP to one server over Streamable HTTP or to a process of ours, revision 2025-11-25 and
// those before it: lists its tools and calls them.
//
// A session is begun when it is needed, and anew when the server has forgotten it: nothing was run
// then. We offer the server nothing - no sampling, no roots, no questions to people - and follow no
// redirect, so a secret in a header goes where the configuration says and nowhere else.
//
// Thread-safe; each caller brings an HTTP client of its own.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agents/definition.hpp"
#include "agents/model/model_client.hpp"
#include "agents/tools/http_tool.hpp"
#include "agents/tools/stdio_process.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "net/http_client.hpp"

namespace fermata::agents {

class McpClient {
 public:
  explicit McpClient(McpServer server);

  const McpServer& server() const { return server_; }

  // Its tools as it describes them: {name, description, inputSchema, ...}. kUnavailable
  // agents.tools_unavailable.
  Result<std::vector<json::Value>> list(net::Client& http, const Following& following);

  // Of a tool whose name the server knows. What it refuses or fails at is kFailed.
  ToolRun call(net::Client& http,
               const ToolDefinition& tool,
               const json::Object& arguments,
               const std::string& idempotency_key,
               const Following& following,
               Random& random);

  // Listens to what the server says by itself, until it says that its tools are others now or the
  // time is over. False: it says nothing by itself, so the time is not over.
  bool listen(net::Client& http, std::int64_t for_ms, const Following& following);
  // Whether it has said so since the last time, there or while a tool ran.
  bool take_changed() { return changed_.exchange(false); }

 private:
  struct Session {
    std::string id, version;
  };
  struct Exchange;

  Result<net::ClientRequest> post(const Session& session) const;
  void note_change(const json::Value& message);
  Exchange exchange(net::Client& http,
                    const json::Object& message,
                    const Session& session,
                    bool alone,
                    const Following& following);
  Exchange exchange_lines(const json::Object& message,
                          const Session& session,
                          const Following& following);
  Result<Session> session(net::Client& http, const Following& following);
  void forget(const Session& session);
  json::Object request(const char* method, json::Value params);
  Result<json::Value> page(net::Client& http,
                           const std::string& cursor,
                           const Following& following);

  const McpServer server_;
  std::atomic<std::int64_t> next_id_ = 1;
  std::atomic<bool> changed_ = false;
  std::mutex mutex_;
  Session session_;                        // Its version is empty when there is none.
  std::unique_ptr<StdioProcess> process_;  // nullptr: it is reached over HTTP.
};

// What a server answered to tools/call, as a call of ours is closed with it. Pure.
ToolRun read_tool_result(const json::Value& message, std::int64_t max_bytes);

}  // namespace fermata::agents
