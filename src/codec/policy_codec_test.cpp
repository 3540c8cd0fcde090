#include "codec/policy_codec.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"

namespace fermata::codec {
namespace {

using json::Value;
using Texts = std::vector<std::string>;

constexpr const char* kDefault =
    "default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}\n";

constexpr const char* kRefunds = R"(# Who must agree to refunds.
version: 1
rules:
  - {name: small refunds run, tool: refund, when: {amount: {lte: 100}, currency: {eq: EUR}}, effect: allow}
  - name: refunds above 100
    tool: refund
    when: {amount: {gt: 100}}
    effect: ask
    thresholds: [{from: finance, approve: 1, reject: 1}]
    deadline_s: 86400
    on_deadline: expire
  - name: large refunds
    tool: refund
    when:
      amount: {gt: 1000, lte: 1e6}
      customer.country: {not_in: [FR, "NO"]}
      memo: {exists: false}
    effect: ask
    thresholds: [{from: finance, approve: 2}, {from: legal-2, reject: 3}]
    deadline_s: 60
    on_deadline: reject
  - {name: no deletes, tool: "*.delete", effect: deny}
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
)";

std::string with_rules(const std::string& rules) {
  return "version: 1\nrules:\n" + rules + kDefault;
}

// A policy whose one rule, in line 3, has `when`.
std::string with_when(const std::string& when) {
  return with_rules("- {name: r, tool: t, effect: deny, when: " + when + "}\n");
}

Texts errors(const std::string& source) {
  Texts texts;
  for (const auto& error : parse_policy(source).errors) {
    texts.push_back(std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
                    error.message);
  }
  return texts;
}

std::string first_error(const std::string& source) {
  const Texts all = errors(source);
  return all.empty() ? "accepted" : all.front();
}

// The operand of `t: {eq: <text>}`, in the JSON it was read as.
std::string operand(const std::string& text) {
  const auto parsed = parse_policy(with_when("{a: {eq: " + text + "}}"));
  if (!parsed.errors.empty()) return "refused";
  return json::write(parsed.policy.rules.at(0).when.at(0).operand);
}

TEST(PolicyCodec, reads_a_whole_policy) {
  const auto parsed = parse_policy(kRefunds);
  ASSERT_EQ(to_string(parsed.errors, "p"), "");
  const Policy& policy = parsed.policy;
  ASSERT_EQ(policy.rules.size(), 4U);
  EXPECT_EQ(policy.hash, sha256_hex(kRefunds));

  const Rule& small = policy.rules[0];
  EXPECT_EQ(small.name, "small refunds run");
  EXPECT_EQ(small.effect, Effect::kAllow);
  ASSERT_EQ(small.when.size(), 2U);
  EXPECT_EQ(small.when[0].argument, "amount");
  EXPECT_EQ(small.when[0].op, Operator::kLte);
  EXPECT_EQ(small.when[0].operand, Value(100));
  EXPECT_EQ(small.when[1].operand, Value("EUR"));

  const Rule& large = policy.rules[2];
  ASSERT_EQ(large.when.size(), 4U);
  EXPECT_EQ(large.when[1].operand, Value(1e6));
  EXPECT_EQ(large.when[2].argument, "customer.country");
  EXPECT_EQ(large.when[2].op, Operator::kNotIn);
  EXPECT_EQ(large.when[2].operand, (json::Array{"FR", "NO"}));
  EXPECT_EQ(large.when[3].op, Operator::kExists);
  EXPECT_EQ(large.when[3].operand, Value(false));
  EXPECT_EQ(large.thresholds, (std::vector<Threshold>{{"finance", 2, 1}, {"legal-2", 1, 3}}));
  EXPECT_EQ(large.deadline_ms, 60'000);
  EXPECT_EQ(large.on_deadline, OnDeadline::kReject);

  EXPECT_EQ(policy.rules[3].tool, "*.delete");
  EXPECT_EQ(policy.rules[3].effect, Effect::kDeny);
  EXPECT_EQ(policy.fallback.name, "default");
  EXPECT_EQ(policy.fallback.thresholds, (std::vector<Threshold>{{"finance", 1, 1}}));
}

TEST(PolicyCodec, what_it_reads_decides) {
  const Policy policy = parse_policy(kRefunds).policy;
  const auto verdict = [&](Value amount) {
    return evaluate(policy, {"refund", {{"amount", std::move(amount)}, {"currency", "EUR"}}});
  };
  EXPECT_EQ(verdict(100).effect, Effect::kAllow);
  EXPECT_EQ(verdict("100").effect, Effect::kAsk);
  EXPECT_EQ(verdict(101).rule, "refunds above 100");
  EXPECT_EQ(evaluate(policy, {"db.delete", {}}).effect, Effect::kDeny);
}

TEST(PolicyCodec, types_scalars_by_the_core_schema_of_YAML_1_2) {
  EXPECT_EQ(operand("100"), "100");
  EXPECT_EQ(operand("\"100\""), "\"100\"");
  EXPECT_EQ(operand("'100'"), "\"100\"");
  EXPECT_EQ(operand("+7"), "7");
  EXPECT_EQ(operand("007"), "7");
  EXPECT_EQ(operand("-0"), "0");
  EXPECT_EQ(operand("0x1F"), "31");
  EXPECT_EQ(operand("0o17"), "15");
  EXPECT_EQ(operand("1."), "1");
  EXPECT_EQ(operand("-.5"), "-0.5");
  EXPECT_EQ(operand("1.5e3"), "1500");
  EXPECT_EQ(operand("1.50"), "1.5");
  EXPECT_EQ(operand("9007199254740993"), "9007199254740993");
  EXPECT_EQ(operand("true"), "true");
  EXPECT_EQ(operand("FALSE"), "false");
  EXPECT_EQ(operand("\"true\""), "\"true\"");
  EXPECT_EQ(operand("tRUE"), "\"tRUE\"");
  EXPECT_EQ(operand("2026-11-22"), "\"2026-11-22\"");
  EXPECT_EQ(operand("10.0.0.1"), "\"10.0.0.1\"");
  EXPECT_EQ(operand("0x"), "\"0x\"");
  EXPECT_EQ(operand("1e"), "\"1e\"");
  EXPECT_EQ(operand("\"\""), "\"\"");
}

TEST(PolicyCodec, refuses_scalars_that_readers_of_YAML_disagree_on) {
  for (const char* text : {"yes",
                           "NO",
                           "off",
                           "1_000",
                           ".inf",
                           "-.INF",
                           ".nan",
                           "~",
                           "null",
                           "",
                           "9223372036854775808",
                           "1e400",
                           "0xFFFFFFFFFFFFFFFFF",
                           "[1]",
                           "{a: 1}"}) {
    EXPECT_EQ(operand(text), "refused") << text;
  }
  EXPECT_EQ(first_error(with_when("{country: {in: [SE, NO]}}")),
            "3:62: `NO` is a boolean to some readers of YAML; write true or false, or \"NO\" in "
            "quotes for the text");
}

TEST(PolicyCodec, names_every_error_with_its_place_and_its_cure) {
  EXPECT_EQ(
      errors(R"(version: 2
rules:
  - {name: a, tool: refund, effect: block}
  - {name: a, tool: 5, effect: allow, thresholds: []}
  - {name: b, tool: t, effect: ask}
  - tool: t
    efect: ask
default: {effect: allow, thresholds: [{from: finance, approve: 1}]}
)"),
      (Texts{"1:10: version must be 1",
             "3:37: effect must be one of allow, ask, deny",
             "4:12: the rule in line 3 is named \"a\" too; give each rule a name of its own",
             "4:21: tool must be text; write \"5\" in quotes",
             "4:51: thresholds is for rules with effect: ask; remove it",
             "5:5: a rule that asks needs thresholds, such as [{from: finance, approve: 1, "
             "reject: 1}]",
             "6:5: a rule needs name",
             "6:5: a rule needs effect",
             "7:5: \"efect\" is not known here; a rule has name, tool, when, "
             "arguments, agents, tags, any_tags, time, calls, sum, money, effect, thresholds, "
             "deadline_s, on_deadline, remind_percent, escalate, "
             "effect_wait_s, grant_s, extend_s, title",
             "8:38: a default that allows asks nobody; write effect: ask, or remove "
             "thresholds"}));
}

TEST(PolicyCodec, a_policy_has_a_version_and_a_default) {
  EXPECT_EQ(errors("{}"),
            (Texts{"1:1: the policy needs version", "1:1: the policy needs default"}));
  EXPECT_EQ(first_error("- a\n"),
            "1:1: the policy must be a map of version, rates, attention, rules, default, cases");
  EXPECT_EQ(first_error("hello"),
            "1:1: the policy must be a map of version, rates, attention, rules, default, cases");
  EXPECT_EQ(first_error(""), "1:1: the file is empty");
  EXPECT_EQ(first_error("# nothing\n"), "1:1: the file is empty");
  EXPECT_EQ(first_error(std::string("version: 1\nrules:\n") + kDefault),
            "2:1: rules must be a list; write rules: [] for none");
  EXPECT_EQ(first_error(std::string("version: 1\nrules: []\n") + kDefault), "accepted");
  EXPECT_EQ(first_error(std::string("version: 1\n") + kDefault), "accepted");
  EXPECT_EQ(first_error(std::string("version: \"1\"\nrules: []\n") + kDefault),
            "1:10: version must be 1");
}

TEST(PolicyCodec, P2_the_default_can_be_answered) {
  const auto with = [](const std::string& value) {
    return first_error("version: 1\nrules: []\ndefault: " + value + "\n");
  };
  EXPECT_EQ(with("{effect: ask}"),
            "3:10: a default that asks needs thresholds, or nobody could ever answer");
  EXPECT_EQ(with("{effect: ask, thresholds: []}").substr(0, 39),
            "3:36: thresholds must be a list of 1 to");
  EXPECT_EQ(with("ask"),
            "3:10: default must be a map of effect, thresholds, deadline_s, on_deadline, "
            "remind_percent, escalate, effect_wait_s, grant_s, extend_s");
  EXPECT_EQ(with("{effect: deny}"), "accepted");
  EXPECT_EQ(with("{effect: allow}"), "accepted");
  EXPECT_EQ(with("{effect: deny, thresholds: [{from: ops, approve: 1}]}"), "accepted");
}

TEST(PolicyCodec, P2_thresholds_name_a_group_and_how_many) {
  const auto with = [](const std::string& thresholds) {
    return first_error(
        with_rules("- {name: r, tool: t, effect: ask, thresholds: " + thresholds + "}\n"));
  };
  EXPECT_EQ(with("[{from: a, approve: 0}]"), "3:67: approve must be a whole number from 1 to 1000");
  EXPECT_EQ(with("[{from: a, approve: 1, reject: 0}]"),
            "3:78: reject must be a whole number from 1 to 1000");
  EXPECT_EQ(with("[{from: a, approve: 1.5}]"),
            "3:67: approve must be a whole number from 1 to 1000");
  EXPECT_EQ(with("[{from: a, approve: \"2\"}]"),
            "3:67: approve must be a whole number from 1 to 1000");
  EXPECT_EQ(with("[{from: a}]"), "accepted");
  EXPECT_EQ(with("[{approve: 1}]"), "3:48: a threshold needs from");
  EXPECT_EQ(
      with("[{from: Finance, approve: 1}]"),
      "3:55: 'Finance' names nobody: a group's id has lower-case letters, digits, `.`, `_`, `-` at "
      "character 8");
  EXPECT_EQ(with("[{from: a, approve: 1}, {from: a, approve: 2}]"),
            "3:71: threshold a stands twice; make it one, or give each a name of its own");
  EXPECT_EQ(with("finance"),
            "3:47: thresholds must be a list of 1 to 20, such as [{from: finance, approve: 1, "
            "reject: 1}]");
  EXPECT_EQ(with("[finance]"),
            "3:48: a threshold must be a map of from, approve, reject, name, stage, choice, veto, "
            "weights, "
            "delegate_to, escalate");
}

TEST(PolicyCodec, conditions_have_an_argument_an_operator_and_a_value) {
  const std::string when =
      "3:42: when must be a map such as {amount: {lte: 100}}; leave it out for "
      "every call";
  EXPECT_EQ(first_error(with_when("{}")), when);
  EXPECT_EQ(first_error(with_when("[amount]")), when);
  EXPECT_EQ(first_error(with_when("{currency: EUR}")),
            "3:53: write an operator and a value, such as currency: {eq: EUR}");
  EXPECT_EQ(
      first_error(with_when("{amount: {less: 5}}")),
      "3:52: \"less\" is no operator; there are eq, ne, lt, lte, gt, gte, in, not_in, exists, "
      "glob");
  EXPECT_EQ(first_error(with_when("{a..b: {eq: 5}}")),
            "3:43: an argument is a name or a path such as customer.country");
  EXPECT_EQ(first_error(with_when("{amount: {lte: lots}}")),
            "3:57: lte must be a number, or text in quotes to compare as text");
  EXPECT_EQ(first_error(with_when("{amount: {lte: true}}")),
            "3:57: lte must be a number, or text in quotes to compare as text");
  EXPECT_EQ(first_error(with_when("{day: {lt: \"2026-01-01\"}}")), "accepted");
  EXPECT_EQ(first_error(with_when("{amount: {in: 5}}")),
            "3:56: in must be a list of 1 to 1000 values, such as [EUR, USD]");
  EXPECT_EQ(first_error(with_when("{amount: {not_in: []}}")),
            "3:60: not_in must be a list of 1 to 1000 values, such as [EUR, USD]");
  EXPECT_EQ(first_error(with_when("{amount: {in: [[1]]}}")),
            "3:57: must be one text, number, true or false");
  EXPECT_EQ(first_error(with_when("{amount: {exists: 1}}")), "3:60: exists must be true or false");
  EXPECT_EQ(first_error(with_when("{amount: {eq: }}")),
            "3:56: a value is missing; to ask whether an argument is given, write exists");
  EXPECT_EQ(first_error(with_when("{amount: {glob: 5}}")),
            "3:58: glob must be text with `*` for anything, such as \"*@example.com\"");
}

TEST(PolicyCodec, refuses_what_is_not_YAML_or_too_clever) {
  const std::string alias =
      "`*` and `&` begin an alias or an anchor in YAML; quote text that starts so, such as \"*\"";
  EXPECT_EQ(first_error("version: 1\nversion: 1\n"),
            "2:1: \"version\" stands twice in this map; remove one of the two");
  EXPECT_EQ(first_error(with_rules("- {name: r, tool: *, effect: deny}\n")), "3:20: " + alias);
  EXPECT_EQ(first_error("a: &x 1\nb: *x\n"), "1:4: " + alias);
  EXPECT_EQ(first_error("a: *x\n"), "1:4: " + alias);
  EXPECT_EQ(first_error("a: !!str 1\n"), "1:4: tags such as !!str are not read");
  EXPECT_EQ(first_error("? [a]\n: 1\n"), "1:3: a key must be text");
  EXPECT_EQ(first_error("~: 1\n"), "1:1: a key must be text");
  EXPECT_EQ(first_error("a: 1\n---\nb: 1\n").substr(0, 31), "2:1: a second document begins h");
  EXPECT_EQ(first_error(", rh").substr(0, 31), "1:1: a second document begins h");  // Once endless.
  EXPECT_EQ(first_error("a: [1, 2\nb: 3\n").substr(0, 22), "2:2: not YAML here: en");
  EXPECT_EQ(first_error("a:\n\t- b\n").substr(0, 20), "2:2: not YAML here: ");
  EXPECT_EQ(first_error("é: ü\xff\n"), "1:5: not UTF-8; save the file as UTF-8");
  EXPECT_EQ(first_error("a: b\n é\x01\n"), "2:3: a control character; remove it");
  EXPECT_EQ(first_error(std::string("a: b\0", 5)), "1:5: a control character; remove it");
  EXPECT_EQ(first_error("\xff\xfe"
                        "a"),
            "1:1: not UTF-8; save the file as UTF-8");
  EXPECT_EQ(first_error(std::string(262'145, '#')), "1:1: the file is larger than 256 KiB");
}

TEST(PolicyCodec, is_bounded_in_depth_before_anything_recurses) {
  for (const char* part : {"[", "{a: ", "- ", "? "}) {
    std::string deep;
    while (deep.size() < 200'000) deep += part;
    EXPECT_NE(first_error(deep).find("more than 32 levels of nesting"), std::string::npos) << part;
  }
}

TEST(PolicyCodec, names_are_plain_and_unclosed_quotes_are_noticed) {
  EXPECT_EQ(first_error(with_rules("- {name: default, tool: t, effect: deny}\n")),
            "3:10: \"default\" is the name of the default; give the rule another one");
  EXPECT_EQ(first_error(with_rules("- {name: \" r\", tool: t, effect: deny}\n")),
            "3:10: name has a space at an end or a line break; is a quote missing?");
  EXPECT_EQ(first_error(with_rules("- {name: '', tool: t, effect: deny}\n")),
            "3:10: name must not be empty");
  EXPECT_EQ(
      first_error(with_rules("- {name: " + std::string(101, 'n') + ", tool: t, effect: deny}\n")),
      "3:10: name is longer than 100 characters");
  EXPECT_EQ(first_error(with_rules("- {name: 2026, tool: t, effect: deny}\n")),
            "3:10: name must be text; write \"2026\" in quotes");
}

TEST(PolicyCodec, deadlines_are_whole_seconds_of_ask_rules) {
  const auto with = [](const std::string& more) {
    return first_error(with_rules(
        "- {name: r, tool: t, effect: ask, thresholds: [{from: a, approve: 1}], " + more + "}\n"));
  };
  EXPECT_EQ(with("deadline_s: 60, on_deadline: reject"), "accepted");
  EXPECT_EQ(with("deadline_s: 0"), "3:84: deadline_s must be a whole number from 1 to 315360000");
  EXPECT_EQ(with("deadline_s: 1.5"), "3:84: deadline_s must be a whole number from 1 to 315360000");
  EXPECT_EQ(with("deadline_s: 1d"), "3:84: deadline_s must be a whole number from 1 to 315360000");
  EXPECT_EQ(with("on_deadline: allow"), "3:85: on_deadline must be one of expire, reject, ignore");
  EXPECT_EQ(first_error(with_rules("- {name: r, tool: t, effect: allow, deadline_s: 5}\n")),
            "3:49: deadline_s is for rules with effect: ask; remove it");
}

TEST(PolicyCodec, columns_count_characters_and_a_byte_order_mark_is_skipped) {
  EXPECT_EQ(first_error("\xef\xbb\xbf" + with_rules("- {name: \"äö\", tool: 5, effect: deny}\n")),
            "3:22: tool must be text; write \"5\" in quotes");
}

TEST(PolicyCodec, lists_a_hundred_errors_at_most) {
  std::string rules;
  for (int i = 0; i < 300; ++i) rules += "- 5\n";
  EXPECT_EQ(errors(with_rules(rules)).size(), 100U);
  EXPECT_EQ(errors(with_rules(rules)).front().substr(0, 28), "3:3: a rule must be a map of");
}

TEST(PolicyCodec, errors_print_as_lines_an_editor_can_jump_to) {
  const auto parsed = parse_policy("version: 2\nrules: 5\ndefault: {effect: deny}\n");
  EXPECT_EQ(to_string(parsed.errors, "policy.yaml"),
            "policy.yaml:1:10: version must be 1\n"
            "policy.yaml:2:8: rules must be a list; write rules: [] for none\n");
  EXPECT_EQ(to_string({}, "policy.yaml"), "");
}

}  // namespace
}  // namespace fermata::codec
