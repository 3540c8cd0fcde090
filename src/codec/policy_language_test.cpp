// The keys of a rule beside `when`, the rates and the cases: read as meant, and every error placed.

#include <gtest/gtest.h>

#include "codec/policy_codec.hpp"

namespace fermata::codec {
namespace {

constexpr const char* kDefault = "default: {effect: deny}\n";

// A policy whose one rule, in line 3, has `keys`.
std::string with_keys(const std::string& keys, const std::string& top = "") {
  return "version: 1\n" + top + "rules:\n- {name: r, tool: t, effect: deny, " + keys + "}\n" +
         kDefault;
}

std::string first_error(const std::string& source) {
  const auto errors = parse_policy(source).errors;
  if (errors.empty()) return "none";
  return std::to_string(errors.front().line) + ":" + std::to_string(errors.front().column) + ": " +
         errors.front().message;
}

template <class T>
T only(const std::string& keys) {
  const ParsedPolicy parsed = parse_policy(with_keys(keys));
  EXPECT_TRUE(parsed.errors.empty()) << to_string(parsed.errors, "p");
  const auto& all = parsed.policy.rules.at(0).circumstances;
  EXPECT_EQ(all.size(), 1U);
  return std::get<T>(all.at(0));
}

TEST(PolicyLanguage, reads_each_circumstance) {
  EXPECT_EQ(only<AgentIs>("agents: [bot, \"pay-*\"]").patterns,
            (std::vector<std::string>{"bot", "pay-*"}));
  EXPECT_EQ(only<TagsAre>("tags: [prod], any_tags: [eu, us]"), (TagsAre{{"prod"}, {"eu", "us"}}));
  EXPECT_EQ(
      only<TimeOfDay>(R"(time: {days: [mon, sun], from: "22:30", to: "06:00", offset: "-03:30"})"),
      (TimeOfDay{0x41, 22 * 60 + 30, 6 * 60, -210}));
  EXPECT_EQ(only<TimeOfDay>(R"(time: {to: "24:00", offset: "+00:00"})"), TimeOfDay{});
  EXPECT_EQ(only<CallNumber>("calls: {from: 4, to: 9}"), (CallNumber{4, 9}));
  EXPECT_EQ(only<SumIs>("sum: {of: order.total, above: \"5000.50\"}"),
            (SumIs{"order.total", Bound::kAbove, *Decimal::parse("5000.5")}));
  EXPECT_EQ(only<MoneyIs>("money: {amount: a, currency: c, at_most: 1000 EUR}"),
            (MoneyIs{"a", "c", Bound::kAtMost, Decimal(1000), "EUR"}));
  EXPECT_EQ(only<ArgumentsFit>("arguments: {type: object}").schema,
            json::Value(json::Object{{"type", "object"}}));
}

std::string with_title(const std::string& title) {
  return "version: 1\nrules:\n- name: r\n  tool: t\n  effect: ask\n  thresholds: [{from: a}]\n"
         "  title: " +
         title + "\n" + kDefault;
}

TEST(PolicyLanguage, reads_the_words_of_a_rule) {
  const auto parsed = parse_policy(with_title("\"refund {amount} to {customer.name}\""));
  EXPECT_TRUE(parsed.errors.empty()) << to_string(parsed.errors, "p");
  EXPECT_EQ(
      parsed.titles.at("r"),
      (Title{{"refund ", false}, {"amount", true}, {" to ", false}, {"customer.name", true}}));
  EXPECT_EQ(first_error(with_title("refund {amount} to {customer}")), "none");
}

TEST(PolicyLanguage, places_what_is_wrong_in_a_rules_words) {
  EXPECT_EQ(first_error(with_title("\"refund {amount\"")),
            "7:18: this { has no }; write {{ for the sign itself");
  EXPECT_EQ(first_error(with_title("zahle ü} aus")),
            "7:17: there is no { before this }; write }} for the sign itself");
  EXPECT_EQ(first_error(with_title("refund {amount}?")).substr(0, 5), "7:25:");
  EXPECT_EQ(first_error(with_title("{amount}")).substr(0, 5), "7:10:");
  EXPECT_EQ(first_error(with_title("\"\"")).substr(0, 5), "7:10:");
  EXPECT_EQ(first_error(with_keys("title: x")),
            "3:43: title is for rules with effect: ask; remove it");
}

TEST(PolicyLanguage, two_bounds_are_two_conditions) {
  const auto parsed = parse_policy(with_keys("sum: {of: a, at_least: 1, below: 5}"));
  EXPECT_EQ(parsed.policy.rules.at(0).circumstances.size(), 2U);
}

TEST(PolicyLanguage, reads_how_much_may_be_asked) {
  const auto read = [](const std::string& attention) {
    return parse_policy("version: 1\nattention: " + attention + "\nrules: []\n" + kDefault);
  };
  EXPECT_EQ(read("{open_per_agent: 20, open_per_approver: 5}").policy.attention,
            (AttentionLimits{20, std::nullopt, 5}));
  EXPECT_EQ(first_error("version: 1\nattention: {asked_per_hour: 0}\n" + std::string(kDefault)),
            "2:29: asked_per_hour must be a whole number from 1 to 10000");
  EXPECT_EQ(first_error("version: 1\nattention: {per_hour: 5}\n" + std::string(kDefault)),
            "2:13: \"per_hour\" is not known here; attention has open_per_agent, asked_per_hour, "
            "open_per_approver");
  EXPECT_FALSE(parse_policy(with_keys("calls: {from: 2}")).policy.attention.any());
}

TEST(PolicyLanguage, reads_rates_wherever_they_stand) {
  const std::string source = with_keys("money: {amount: a, currency: c, above: 5 USD}") +
                             "rates: {base: EUR, USD: 0.92}\n";
  const auto parsed = parse_policy(source);
  ASSERT_TRUE(parsed.errors.empty()) << to_string(parsed.errors, "p");
  EXPECT_EQ(parsed.policy.rates.in_base.at("USD"), *Decimal::parse("0.92"));
}

TEST(PolicyLanguage, an_operand_may_be_an_argument_or_the_context) {
  const auto parsed =
      parse_policy(with_keys("when: {a: {gt: {argument: b.c}}, d: {ne: {context: agent}}}"));
  ASSERT_TRUE(parsed.errors.empty()) << to_string(parsed.errors, "p");
  const auto& when = parsed.policy.rules.at(0).when;
  EXPECT_EQ(when.at(0), (Condition{"a", Operator::kGt, "b.c", OperandFrom::kArgument}));
  EXPECT_EQ(when.at(1), (Condition{"d", Operator::kNe, "agent", OperandFrom::kContext}));
}

TEST(PolicyLanguage, every_error_has_its_place) {
  const auto refused = [](const std::string& keys) { return first_error(with_keys(keys)); };
  EXPECT_EQ(refused("agents: []"), "3:44: agents must be a list of 1 to 100 names");
  EXPECT_EQ(refused("calls: {}"), "3:43: calls needs from, to or both");
  EXPECT_EQ(refused("calls: {from: 0}"), "3:50: from must be a whole number from 1 to 100000");
  EXPECT_EQ(refused("calls: {from: 5, to: 4}"), "3:57: to must be a whole number from 5 to 100000");
  EXPECT_EQ(refused("sum: {of: a}"), "3:41: sum needs above, at_least, below or at_most");
  EXPECT_EQ(refused("sum: {of: a, above: 1e3}"),
            "3:56: above must be a plain decimal from 0 on, with up to 18 digits and 9 behind the "
            "point");
  EXPECT_EQ(refused("money: {amount: a, currency: c, above: 1000}"),
            "3:75: above must be an amount and a currency, such as \"1000 EUR\"");
  EXPECT_EQ(refused("time: {from: \"09:00\"}"), "3:42: time needs offset");
  EXPECT_EQ(refused("time: {from: \"9:00\", offset: \"+01:00\"}"),
            "3:49: from must be a time of day such as \"09:00\"");
  EXPECT_EQ(refused("time: {offset: \"Europe/Paris\"}"),
            "3:51: offset must be a distance from UTC such as \"+01:00\"");
  EXPECT_EQ(refused("time: {days: [monday], offset: \"+01:00\"}"),
            "3:49: days must be of mon, tue, wed, thu, fri, sat, sun");
  EXPECT_EQ(refused("when: {a: {in: {argument: b}}}"),
            "3:51: only eq, ne, lt, lte, gt and gte compare with an argument or the context");
  EXPECT_EQ(refused("when: {a: {eq: {context: tenant}}}"),
            "3:61: context is one of agent, on_behalf_of, tool");
}

TEST(PolicyLanguage, a_schema_is_checked_where_it_stands) {
  const auto refused = [](const std::string& schema) {
    return first_error(with_keys("arguments: " + schema));
  };
  EXPECT_EQ(refused("[a]"),
            "3:47: arguments must be a JSON Schema, such as {type: object, required: [amount]}");
  EXPECT_EQ(refused("{type: object, required: [a], properties: {a: {type: string, patern: x}}}"),
            "3:116: schema at /properties/a/patern: this keyword is not supported");
  EXPECT_EQ(refused("{type: object, required: [a], properties: {a: {maximum: 5}}}"),
            "3:93: give this field its type; another type would pass unseen");
  EXPECT_EQ(refused("{type: object, properties: {a: {type: integer}}}"),
            "3:75: list \"a\" in required; left out it would pass unseen");
}

TEST(PolicyLanguage, a_limit_in_a_currency_without_a_rate_is_an_error) {
  EXPECT_EQ(first_error(with_keys("money: {amount: a, currency: c, above: 5 GBP}",
                                  "rates: {base: EUR, USD: \"0.92\"}\n")),
            "4:75: rates has no GBP");
  EXPECT_EQ(first_error(with_keys("calls: {from: 2}", "rates: {base: EUR, USD: 0}\n")),
            "2:25: a rate is above 0");
}

constexpr const char* kCases = R"(version: 1
rules: [{name: r, tool: t, effect: ask, thresholds: [{from: finance, approve: 2}]}]
default: {effect: deny}
cases:
  - name: all of it
    tool: t
    arguments: {amount: 5, list: [1, {deep: true}], "no": null}
    agent: bot
    on_behalf_of: ada
    tags: [prod]
    at: "2026-11-23T09:30:00+01:00"
    calls: 2
    sums: {amount: "10.5"}
    expect: {effect: ask, rule: r, ask: [{from: finance, approve: 2}]}
  - {name: little of it, tool: u, expect: {effect: allow}}
)";

TEST(PolicyLanguage, reads_cases_and_runs_them) {
  const auto parsed = parse_policy(kCases);
  ASSERT_TRUE(parsed.errors.empty()) << to_string(parsed.errors, "p");
  ASSERT_EQ(parsed.cases.size(), 2U);
  const PolicyInput& input = parsed.cases[0].input;
  EXPECT_EQ(json::write(input.arguments), R"({"amount":5,"list":[1,{"deep":true}],"no":null})");
  EXPECT_EQ(input.now, from_rfc3339("2026-11-23T08:30:00Z"));
  EXPECT_EQ(input.sums.at("amount"), *Decimal::parse("10.5"));
  EXPECT_TRUE(run_case(parsed.policy, parsed.cases[0]).problems.empty());
  EXPECT_EQ(run_case(parsed.policy, parsed.cases[1]).problems,
            std::vector<std::string>{"effect is deny, expected allow"});
  EXPECT_EQ(parsed.cases[1].line, 15);
}

TEST(PolicyLanguage, a_case_tells_who_was_asked_instead) {
  auto parsed = parse_policy(kCases);
  parsed.cases.at(0).ask = {{"legal", 1}};
  parsed.cases.at(0).rule = "other";
  EXPECT_EQ(run_case(parsed.policy, parsed.cases.at(0)).problems,
            (std::vector<std::string>{"rule is 'r', expected 'other'",
                                      "ask is 2 of finance, expected 1 of legal"}));
}

TEST(PolicyLanguage, errors_in_cases_have_their_place) {
  const auto refused = [](const std::string& one) {
    return first_error(std::string("version: 1\n") + kDefault + "cases:\n- " + one + "\n");
  };
  EXPECT_EQ(refused("{name: c, tool: t}"), "4:3: a case needs expect");
  EXPECT_EQ(refused("{name: c, tool: t, at: noon, expect: {effect: deny}}"),
            "4:26: at must be a time such as \"2026-11-23T09:30:00+01:00\"");
  EXPECT_EQ(refused("{name: c, tool: t, expect: {effect: deny, ask: []}}"),
            "4:50: ask is for cases that expect effect: ask");
  EXPECT_EQ(refused("{name: c, tool: t, arguments: 5, expect: {effect: deny}}"),
            "4:33: arguments must be a map");
}

}  // namespace
}  // namespace fermata::codec
