#include "agents/policy_notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/policy_codec.hpp"
#include "core/policy/probes.hpp"

namespace fermata::agents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kAskTheRest =
    "default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}\n";

Policy policy(const std::string& rules, const std::string& fallback = kAskTheRest) {
  const codec::ParsedPolicy parsed = codec::parse_policy("version: 1\nrules:\n" + rules + fallback);
  EXPECT_TRUE(parsed.errors.empty()) << codec::to_string(parsed.errors, "policy");
  return parsed.policy;
}

std::string told(const Policy& policy, std::vector<std::string> tools) {
  AgentDefinition agent;
  agent.name = "shop";
  agent.tools = std::move(tools);
  return policy_notes(&policy, agent);
}

constexpr const char* kSmallRun =
    "  - {name: small ones, tool: refund, when: {amount: {gte: 0, lte: 100}}, effect: allow}\n";

TEST(PolicyNotes, what_runs_at_once_is_not_in_them) {
  const Policy some = policy("  - {name: lookups, tool: lookup, effect: allow}\n");
  EXPECT_EQ(told(some, {"lookup", "create_checkpoint", "rollback"}), "");
}

TEST(PolicyNotes, a_tool_of_which_some_calls_run_and_the_default_asks_about_the_others_is_in_them) {
  EXPECT_EQ(told(policy(kSmallRun), {"refund"}),
            "What is asked about or not allowed:\n"
            "- refund, some calls (unless amount is at least 0 and amount is at most 100): people "
            "decide first (default): 1 of finance\n");
}

TEST(PolicyNotes, a_tool_that_no_rule_names_is_the_defaults) {
  EXPECT_THAT(told(policy(kSmallRun), {"pay"}),
              HasSubstr("- pay: people decide first (default): 1 of finance\n"));
  EXPECT_THAT(told(policy(kSmallRun, "default: {effect: deny}\n"), {"pay"}),
              HasSubstr("- pay: never allowed (default)\n"));
  EXPECT_EQ(told(policy(kSmallRun, "default: {effect: allow}\n"), {"pay"}), "");
}

TEST(PolicyNotes, the_default_is_not_told_where_two_rules_leave_it_nothing) {
  const Policy whole = policy(
      "  - {name: small, tool: refund, when: {amount: {lte: 100}}, effect: allow}\n"
      "  - name: large\n"
      "    tool: refund\n"
      "    when: {amount: {gt: 100}}\n"
      "    effect: ask\n"
      "    thresholds: [{from: finance, approve: 2, reject: 1}]\n");
  const std::string text = told(whole, {"refund"});
  EXPECT_THAT(
      text,
      HasSubstr("- refund, some calls (when amount is more than 100): people decide first (large): "
                "2 of finance\n"));
  EXPECT_THAT(text, Not(HasSubstr("default")));
}

TEST(PolicyNotes, rules_for_another_agent_are_not_told) {
  const std::string rule =
      "  - {name: never, tool: refund, agents: [AGENT], effect: deny}\n"
      "  - {name: all run, tool: refund, effect: allow}\n";
  const auto with = [&](const char* agent) {
    std::string text = rule;
    return policy(text.replace(text.find("AGENT"), 5, agent));
  };
  EXPECT_EQ(told(with("other"), {"refund"}), "");
  EXPECT_THAT(told(with("shop"), {"refund"}), HasSubstr("- refund: never allowed (never)\n"));
}

TEST(PolicyNotes, request_approval_asks_whatever_the_rules_say_of_its_name) {
  const Policy some = policy("  - {name: all run, tool: \"*\", effect: allow}\n");
  EXPECT_THAT(told(some, {"request_approval"}), HasSubstr("- request_approval: people decide"));
}

// Of each tool whatever the policy says of some call: it is named if one of them does not run, and
// named without "some calls" only if none does.
TEST(PolicyNotes, say_no_more_and_no_less_than_the_policy) {
  const std::string finance =
      "effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}\n";
  const std::vector<std::string> rules = {
      "  - {name: r1, tool: t, when: {amount: {lte: 100}}, effect: allow}\n",
      "  - {name: r2, tool: t, when: {amount: {gt: 100}}, " + finance,
      "  - {name: r3, tool: t, when: {amount: {gt: 500}}, effect: deny}\n",
      "  - {name: r4, tool: t, effect: allow}\n",
      "  - {name: r5, tool: t, when: {to: {in: [a, b]}}, " + finance,
      "  - {name: r6, tool: t, agents: [shop], effect: deny}\n",
      "  - {name: r7, tool: \"*\", agents: [other], effect: allow}\n",
      "  - {name: r8, tool: t, calls: {from: 3}, " + finance,
  };
  for (unsigned chosen = 0; chosen < 1U << rules.size(); ++chosen) {
    std::string text;
    for (std::size_t i = 0; i < rules.size(); ++i)
      if ((chosen >> i & 1U) != 0) text += rules[i];
    const Policy some = policy(text.empty() ? "  - {name: x, tool: y, effect: allow}\n" : text);
    const std::string notes = told(some, {"t"});
    bool any_runs = false, any_held = false;
    for (Probe probe : probes(some, some, 1000)) {
      probe.input.tool = "t";
      probe.input.agent = "shop";
      (evaluate(some, probe.input).effect == Effect::kAllow ? any_runs : any_held) = true;
    }
    EXPECT_EQ(notes.empty(), !any_held) << text;
    EXPECT_FALSE(any_runs && notes.find("- t:") != std::string::npos) << text << notes;
  }
}

}  // namespace
}  // namespace fermata::agents
