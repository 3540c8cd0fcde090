#pragma once

// The MCP servers whose tools the agents of a tenant may call, and what those tools are just now.
//
// Each server is asked for its tools at the start, again when it says that they changed, and at
// least every refresh_s. One that does not answer is asked again with growing pauses, and logged;
// what it said before holds meanwhile. Only tools that the configuration allows are there at all.
//
// Thread-safe.

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agents/definition.hpp"
#include "agents/tools/mcp_client.hpp"

namespace fermata::agents {

class McpServers {
 public:
  static constexpr std::int64_t kFirstListingMs = 5000;
  // equip() waits so long, at most, for a server that was never asked.
  explicit McpServers(const std::vector<McpServer>& servers,
                      std::int64_t first_listing_ms = kFirstListingMs);
  bool empty() const { return servers_.empty(); }

  std::size_t size() const { return servers_.size(); }
  // Keeps up with the tools of one of them until `following` is cancelled. One thread for each.
  void follow(std::size_t server, const Following& following, Random& random);

  // What `agent` may call, as the servers describe it now; a tool that is no longer there is left
  // out. Waits a little for servers that were not asked yet. kUnavailable
  // agents.tools_unavailable: one of the agent's servers has not said since the start what its
  // tools are.
  Result<Declared> equip(const Declared& declared, const AgentDefinition& agent);

  // nullptr: the configuration knows none of that name.
  McpClient* client(const std::string& server);

 private:
  struct Server {  // All but the client under the mutex.
    explicit Server(const McpServer& of) : client(of) {}
    McpClient client;
    std::optional<std::map<std::string, json::Value>> tools;  // Absent: never listed.
    bool asked = false;
    std::string error;
    int failures = 0;
  };

  void listed(Server& server, const std::vector<json::Value>& tools);
  std::int64_t failed(Server& server, const Error& error, Random& random);
  static std::string why_unknown(const Server& server);
  Server* find(const std::string& name);

  std::mutex mutex_;
  std::condition_variable asked_;
  const std::int64_t first_listing_ms_;
  std::vector<std::unique_ptr<Server>> servers_;
};

}  // namespace fermata::agents
