#include "agents/tools/mcp_servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fermata::agents {
namespace {

Declared shop() {
  Declared declared;
  McpServer server;
  server.name = "till";
  server.command = {"till"};
  server.allow = {"pay"};
  ToolDefinition pay;
  pay.name = "pay";
  pay.mcp = McpCall{"till", server.address()};
  declared.mcp = {std::move(server)};
  declared.tools = {std::move(pay)};
  return declared;
}

AgentDefinition agent_with(std::vector<std::string> tools) {
  AgentDefinition agent;
  agent.name = "refunds";
  agent.tools = std::move(tools);
  return agent;
}

TEST(McpServers, whoever_needs_a_server_that_is_still_starting_is_told_which_one) {
  const Declared declared = shop();
  McpServers servers(declared.mcp, 0);
  const auto equipped = servers.equip(declared, agent_with({"pay"}));
  ASSERT_FALSE(equipped);
  EXPECT_EQ(equipped.error().reason, "agents.tools_unavailable");
  EXPECT_EQ(equipped.error().message,
            "the MCP server 'till' has not answered yet what its tools are");
}

TEST(McpServers, nobody_else_waits_for_it) {
  const Declared declared = shop();
  McpServers servers(declared.mcp, 0);
  const auto equipped = servers.equip(declared, agent_with({"lookup"}));
  ASSERT_TRUE(equipped);
  EXPECT_TRUE(equipped->tools.empty());
}

}  // namespace
}  // namespace fermata::agents
