#include "agents/tools/mcp_servers.hpp"

#include <algorithm>
#include <chrono>

#include "observability/log.hpp"
#include "resilience/retry.hpp"

namespace fermata::agents {
namespace {

using observability::Level;
using observability::log;

constexpr std::int64_t kLeastPauseMs = 500;  // Between two listings, however often it changes.
constexpr resilience::RetryPolicy kAskAgain{.first_ms = 1000, .cap_ms = 60'000};

}  // namespace

McpServers::McpServers(const std::vector<McpServer>& servers, std::int64_t first_listing_ms)
    : first_listing_ms_(first_listing_ms) {
  for (const McpServer& server : servers) servers_.push_back(std::make_unique<Server>(server));
}

McpServers::Server* McpServers::find(const std::string& name) {
  const auto found = std::find_if(servers_.begin(), servers_.end(), [&](const auto& server) {
    return server->client.server().name == name;
  });
  return found == servers_.end() ? nullptr : found->get();
}

McpClient* McpServers::client(const std::string& server) {
  Server* const found = find(server);
  return found == nullptr ? nullptr : &found->client;
}

void McpServers::follow(std::size_t place, const Following& following, Random& random) {
  Server& server = *servers_[place];
  net::Client http;
  while (!following.cancelled()) {
    (void)server.client.take_changed();
    const auto tools = server.client.list(http, following);
    std::int64_t pause_ms = kLeastPauseMs;
    {
      const std::lock_guard lock(mutex_);
      if (tools)
        listed(server, *tools);
      else
        pause_ms = failed(server, tools.error(), random);
      server.asked = true;
    }
    asked_.notify_all();
    const std::int64_t refresh_ms = server.client.server().refresh_s * 1000;
    if (tools && !server.client.listen(http, refresh_ms, following)) pause_ms = refresh_ms;
    if (!following.pause(pause_ms)) return;
  }
}

void McpServers::listed(Server& server, const std::vector<json::Value>& tools) {
  const McpServer& of = server.client.server();
  std::map<std::string, json::Value> by_name;
  for (const json::Value& tool : tools) by_name.emplace(tool.string_or("name"), tool);
  if (!server.tools || server.failures > 0 || *server.tools != by_name) {
    log(Level::kInfo,
        "agent.mcp_tools",
        {{"server", of.name}, {"tools", std::to_string(by_name.size())}});
    for (const std::string& name : of.allow)
      if (!by_name.contains(name))
        log(Level::kWarn, "agent.mcp_tool_missing", {{"server", of.name}, {"tool", name}});
  }
  server.tools = std::move(by_name);
  server.failures = 0;
  server.error.clear();
}

std::int64_t McpServers::failed(Server& server, const Error& error, Random& random) {
  if (server.failures == 0 || server.error != error.message)
    observability::log_error("agent.mcp_unavailable", error);
  server.error = error.message;
  ++server.failures;
  return resilience::delay_ms(kAskAgain, std::min(server.failures, 20), random);
}

std::string McpServers::why_unknown(const Server& server) {
  if (!server.error.empty()) return server.error;
  return "the MCP server '" + server.client.server().name +
         "' has not answered yet what its tools are";
}

Result<Declared> McpServers::equip(const Declared& declared, const AgentDefinition& agent) {
  Declared equipped = declared;
  equipped.tools.clear();
  std::unique_lock lock(mutex_);
  for (ToolDefinition tool : declared.tools) {
    if (tool.mcp) {
      Server& server = *find(tool.mcp->server);
      const bool needed =
          std::find(agent.tools.begin(), agent.tools.end(), tool.name) != agent.tools.end();
      const std::chrono::milliseconds patience(first_listing_ms_);
      if (needed) asked_.wait_for(lock, patience, [&] { return server.asked; });
      if (needed && !server.tools)
        return fail(ErrorCode::kUnavailable, "agents.tools_unavailable", why_unknown(server));
      if (!server.tools) continue;
      const auto found = server.tools->find(tool.name);
      if (found == server.tools->end()) continue;
      tool.description = found->second.string_or("description");
      tool.arguments = found->second["inputSchema"];
    }
    equipped.tools.push_back(std::move(tool));
  }
  return equipped;
}

}  // namespace fermata::agents
