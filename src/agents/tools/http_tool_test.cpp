#include "agents/tools/http_tool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace fermata::agents {
namespace {

json::Value schema(const char* required = R"(["order"])") {
  return *json::parse(
      std::string(
          R"({"type":"object","properties":{"order":{"type":"string"},"amount":{"type":"number"}},"required":)") +
      required + "}");
}

ToolDefinition refund(std::string method = "POST") {
  ToolDefinition tool;
  tool.name = "refund";
  tool.arguments = schema();
  tool.http = HttpCall{};
  tool.http->method = std::move(method);
  tool.http->url = "https://shop.example/orders/{order}/refunds";
  return tool;
}

std::string header_of(const net::ClientRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return {};
}

TEST(ToolUrl, lets_no_argument_choose_the_server) {
  EXPECT_EQ(fault_in_url("https://shop.example/orders/{order}", schema()), "");
  EXPECT_THAT(fault_in_url("https://{order}.example/", schema()),
              ::testing::HasSubstr("cannot choose the server"));
  EXPECT_NE(fault_in_url("https://{order}", schema()), "");
  EXPECT_NE(fault_in_url("file:///etc/{order}", schema()), "");
  EXPECT_NE(fault_in_url("https://shop.example/{nothing}", schema()), "");
  EXPECT_NE(fault_in_url("https://shop.example/{amount}", schema()), "");
}

TEST(ToolRequest, fills_the_path_and_sends_the_rest_as_json) {
  const auto request = tool_request(refund(), {{"order", "a/b?c"}, {"amount", 5}}, "wf_1/cl_1");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->url, "https://shop.example/orders/a%2Fb%3Fc/refunds");
  EXPECT_EQ(request->body, R"({"amount":5})");
  EXPECT_EQ(header_of(*request, "Idempotency-Key"), "wf_1/cl_1");
}

TEST(ToolRequest, puts_the_rest_into_the_query_of_a_get) {
  const auto request = tool_request(refund("GET"), {{"order", "o1"}, {"amount", 5}}, "k");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->url, "https://shop.example/orders/o1/refunds?amount=5");
  EXPECT_TRUE(request->body.empty());
}

TEST(ToolRequest, refuses_a_segment_that_would_be_another_path) {
  for (const char* order : {"", ".", ".."})
    EXPECT_EQ(tool_request(refund(), {{"order", order}}, "k").error().reason,
              "agents.bad_url_argument");
}

TEST(ToolRequest, reads_secrets_when_it_is_made_and_says_which_is_missing) {
  ToolDefinition tool = refund();
  tool.http->headers = {{"Authorization", "Bearer env:FERMATA_TEST_SHOP_KEY"}};
  ::unsetenv("FERMATA_TEST_SHOP_KEY");
  const auto without = tool_request(tool, {{"order", "o1"}}, "k");
  EXPECT_EQ(without.error().reason, "agents.missing_secret");
  EXPECT_THAT(without.error().message, ::testing::HasSubstr("FERMATA_TEST_SHOP_KEY"));
  ::setenv("FERMATA_TEST_SHOP_KEY", "s3cret", 1);
  const auto with = tool_request(tool, {{"order", "o1"}}, "k");
  ::unsetenv("FERMATA_TEST_SHOP_KEY");
  ASSERT_TRUE(with);
  EXPECT_EQ(header_of(*with, "Authorization"), "Bearer s3cret");
}

TEST(DefinitionHash, changes_with_what_a_tool_does_and_not_with_its_patience) {
  const std::string before = definition_hash(refund());
  ToolDefinition patient = refund();
  patient.http->timeout_ms = 1;
  patient.http->retries = 9;
  EXPECT_EQ(definition_hash(patient), before);
  ToolDefinition elsewhere = refund();
  elsewhere.http->url = "https://other.example/orders/{order}/refunds";
  EXPECT_NE(definition_hash(elsewhere), before);
  ToolDefinition retold = refund();
  retold.description = "Something else.";
  EXPECT_NE(definition_hash(retold), before);
}

}  // namespace
}  // namespace fermata::agents
