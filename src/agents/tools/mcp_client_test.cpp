#include "agents/tools/mcp_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fermata::agents {
namespace {

ToolRun read(const char* message, std::int64_t max_bytes = 1000) {
  return read_tool_result(*json::parse(message), max_bytes);
}

TEST(McpToolResult, is_the_text_of_its_parts) {
  const ToolRun ran = read(
      R"({"id":1,"result":{"content":[{"type":"text","text":"paid 5"},)"
      R"({"type":"image","mimeType":"image/png","data":"AAAA"}],"structuredContent":{"paid":5}}})");
  EXPECT_EQ(ran.kind, ToolRun::Kind::kDone);
  EXPECT_EQ(ran.result, json::Value("paid 5\n[image image/png is not kept]"));
}

TEST(McpToolResult, is_its_structure_when_there_is_no_text) {
  const ToolRun ran = read(R"({"id":1,"result":{"content":[],"structuredContent":{"paid":5}}})");
  EXPECT_EQ(json::write(ran.result), R"({"paid":5})");
}

TEST(McpToolResult, is_cut_at_its_limit) {
  const ToolRun ran =
      read(R"({"id":1,"result":{"content":[{"type":"text","text":"0123456789"}]}})", 4);
  EXPECT_THAT(ran.result.as_string() == nullptr ? "" : *ran.result.as_string(),
              ::testing::StartsWith("0123\n[cut here"));
}

TEST(McpToolResult, an_error_of_the_tool_and_one_of_the_protocol_are_failures) {
  const ToolRun tool =
      read(R"({"id":1,"result":{"isError":true,"content":[{"type":"text","text":"no order"}]}})");
  EXPECT_EQ(tool.kind, ToolRun::Kind::kFailed);
  EXPECT_EQ(tool.error.type, "McpToolError");
  EXPECT_EQ(tool.error.message, "no order");
  const ToolRun protocol = read(R"({"id":1,"error":{"code":-32602,"message":"Unknown tool"}})");
  EXPECT_EQ(protocol.kind, ToolRun::Kind::kFailed);
  EXPECT_EQ(protocol.error.message, "Unknown tool");
}

}  // namespace
}  // namespace fermata::agents
