#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config.hpp"

namespace fermata::app {
namespace {

constexpr const char* kGood = R"(tools:
  - name: refund
    description: Pays back.
    idempotent: true
    arguments:
      type: object
      properties: {order: {type: string}, note: {type: string, default: "7"}}
      required: [order]
    http:
      method: PUT
      url: "https://shop.example/{order}"
      headers: {Authorization: "Bearer env:SHOP_KEY"}
agents:
  - name: refunds
    instructions: Be brief.
    model:
      url: https://models.example/v1/
      name: m
      key: env:MODEL_KEY
      parameters: {temperature: 0.5, stop_at: "12", logprobs: false}
    tools: [refund, request_approval]
    max_steps: 5
    history_style: smolagents
    limits: {tokens: 1000}
    context: {policy: false}
)";

Result<Config> read(const std::string& text) { return read_config(text, "f.yaml", {}, {}); }

std::string errors_of(const std::string& text) {
  const auto config = read(text);
  return config ? "" : config.error().message;
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(AgentsConfig, is_read_whole) {
  const auto config = read(kGood);
  ASSERT_TRUE(config) << config.error().message;
  const agents::Declared& declared = config->tenants.front().declared;
  const agents::AgentDefinition* agent = declared.agent("refunds");
  ASSERT_NE(agent, nullptr);
  EXPECT_EQ(agent->model.url, "https://models.example/v1");
  EXPECT_EQ(agent->model.key_env, "MODEL_KEY");
  EXPECT_EQ(json::write(agent->model.parameters),
            R"({"temperature":0.5,"stop_at":"12","logprobs":false})");
  EXPECT_EQ(agent->history, agents::HistoryStyle::kSmolagents);
  EXPECT_EQ(agent->limits.tokens, 1000);
  EXPECT_FALSE(agent->context.policy);
  EXPECT_TRUE(agent->context.approvals);
  const agents::ToolDefinition* tool = declared.tool("refund");
  ASSERT_NE(tool, nullptr);
  EXPECT_TRUE(tool->idempotent);
  EXPECT_EQ(tool->http->method, "PUT");
  EXPECT_EQ(tool->arguments["properties"]["note"]["default"], json::Value("7"));
}

TEST(AgentsConfig, belongs_to_a_tenant) {
  const auto config = read(R"(tenants:
  - name: acme
    tools: [{name: t, description: d, http: {url: "http://h/"}}]
)");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->tenants[0].declared.tool("t"), nullptr);
  EXPECT_NE(config->tenants[1].declared.tool("t"), nullptr);
}

TEST(AgentsConfig, says_where_each_error_is) {
  EXPECT_THAT(errors_of(with("max_steps: 5", "max_stps: 5")),
              ::testing::HasSubstr("f.yaml:22:5: unknown key 'max_stps'"));
  EXPECT_THAT(errors_of(with("max_steps: 5", "max_steps: 0")),
              ::testing::HasSubstr("f.yaml:22:16: max_steps: must be a whole number"));
  EXPECT_THAT(errors_of(with("[refund, request_approval]", "[refund, pay]")),
              ::testing::HasSubstr("there is no tool 'pay'"));
  EXPECT_THAT(errors_of(with("type: object", "type: objct")),
              ::testing::HasSubstr("f.yaml:6:7: arguments:"));
  EXPECT_THAT(errors_of(with("https://shop.example/{order}", "https://{order}/")),
              ::testing::HasSubstr("cannot choose the server"));
  EXPECT_THAT(errors_of(with("limits: {tokens: 1000}", "limits: {cost: 3}")),
              ::testing::HasSubstr("limits.cost needs model.input_price"));
  EXPECT_THAT(errors_of(with("temperature: 0.5", "messages: []")),
              ::testing::HasSubstr("'messages' is not for you to set"));
  EXPECT_THAT(errors_of(with("models.example/v1/", "models.example/v1/chat/completions/")),
              ::testing::HasSubstr("model.url is the API's own, without /chat/completions"));
  EXPECT_THAT(errors_of(with("name: refund\n", "name: final_answer\n")),
              ::testing::HasSubstr("there is a tool 'final_answer' already"));
}

constexpr const char* kTill = R"(tools:
  - mcp:
      name: till
      url: https://till.example/mcp
      headers: {Authorization: "Bearer env:TILL_KEY"}
      allow: [pay, balance, cancel]
      idempotent: [balance]
      undo: {pay: cancel}
)";

TEST(AgentsConfig, has_those_tools_of_an_mcp_server_that_it_allows) {
  const auto config = read(kTill);
  ASSERT_TRUE(config) << config.error().message;
  const agents::Declared& declared = config->tenants[0].declared;
  ASSERT_EQ(declared.mcp.size(), 1U);
  EXPECT_EQ(declared.mcp[0].headers[0].second, "Bearer env:TILL_KEY");
  ASSERT_NE(declared.tool("pay"), nullptr);
  EXPECT_EQ(declared.tool("pay")->mcp->server, "till");
  EXPECT_EQ(declared.tool("pay")->undo, "cancel");
  EXPECT_FALSE(declared.tool("pay")->idempotent);
  EXPECT_TRUE(declared.tool("balance")->idempotent);
}

TEST(AgentsConfig, an_mcp_server_without_allow_has_no_tools_at_all) {
  const auto without = [](const std::string& from, const std::string& to) {
    std::string text = kTill;
    text.replace(text.find(from), from.size(), to);
    return errors_of(text);
  };
  EXPECT_THAT(without("[pay, balance, cancel]", "[]"), ::testing::HasSubstr("mcp.allow must name"));
  EXPECT_THAT(without("[balance]", "[other]"), ::testing::HasSubstr("'other' is not in allow"));
  EXPECT_THAT(without("[pay, balance", "[rollback, pay, balance"),
              ::testing::HasSubstr("there is a tool 'rollback' already"));
  EXPECT_THAT(without("https://till", "ftp://till"), ::testing::HasSubstr("must begin with http"));
}

TEST(AgentsConfig, an_mcp_server_has_a_url_or_a_command) {
  const auto config = read(
      "tools: [{mcp: {name: t, command: [till, --quiet], env: {K: \"env:K\"}, allow: [pay]}}]");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->tenants[0].declared.tool("pay")->mcp->url, R"(stdio:["till","--quiet"])");
  EXPECT_THAT(errors_of("tools: [{mcp: {name: t, allow: [pay]}}]"),
              ::testing::HasSubstr("a url or a command"));
  EXPECT_THAT(errors_of("tools: [{mcp: {name: t, command: [x], url: \"http://h\", allow: [p]}}]"),
              ::testing::HasSubstr("a url or a command"));
  EXPECT_THAT(errors_of("tools: [{mcp: {name: t, command: x y, allow: [pay]}}]"),
              ::testing::HasSubstr("mcp.command must be a list"));
}

TEST(AgentsConfig, an_undo_that_is_not_there_is_told_at_its_own_tool) {
  EXPECT_EQ(errors_of(R"(tools:
  - {name: look, description: Looks., http: {url: "http://h/"}}
  - {name: pay, description: Pays., undo: unpay, http: {url: "http://h/"}}
  - worker: {name: till, allow: [ship], undo: {ship: unship}}
)"),
            "f.yaml:3:5: tool 'pay': there is no tool 'unpay' to undo it\n"
            "f.yaml:4:5: tool 'ship': there is no tool 'unship' to undo it");
}

TEST(AgentsConfig, has_those_tools_of_a_worker_that_it_allows) {
  const std::string text = R"(tools:
  - worker: {name: till, allow: [pay, cancel], undo: {pay: cancel}, timeout_s: 60}
)";
  const auto config = read(text);
  ASSERT_TRUE(config) << config.error().message;
  const agents::ToolDefinition* pay = config->tenants[0].declared.tool("pay");
  ASSERT_NE(pay, nullptr);
  EXPECT_EQ(pay->worker->name, "till");
  EXPECT_EQ(pay->worker->timeout_ms, 60'000);
  EXPECT_EQ(pay->undo, "cancel");
  EXPECT_THAT(errors_of("tools: [{worker: {name: till}}]"),
              ::testing::HasSubstr("worker.allow must name"));
  EXPECT_THAT(errors_of("tools: [{worker: {name: Till, allow: [pay]}}]"),
              ::testing::HasSubstr("worker needs a name"));
}

TEST(AgentsConfig, takes_no_key_in_the_file_and_does_not_repeat_it) {
  const std::string errors = errors_of(with("env:MODEL_KEY", "sk-verysecret"));
  EXPECT_THAT(errors, ::testing::HasSubstr("model.key must be env:NAME"));
  EXPECT_EQ(errors.find("verysecret"), std::string::npos);
}

}  // namespace
}  // namespace fermata::app
