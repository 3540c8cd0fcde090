#include "core/policy/policy.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

using json::Object;
using json::Value;

Threshold from(std::string group, std::int64_t approve, std::int64_t reject = 1) {
  return {std::move(group), approve, reject};
}

Rule rule(std::string name, std::string tool, Effect effect, std::vector<Condition> when = {}) {
  Rule made;
  made.name = std::move(name);
  made.tool = std::move(tool);
  made.effect = effect;
  made.when = std::move(when);
  if (effect == Effect::kAsk) made.thresholds = {from("finance", 1)};
  return made;
}

Rule ask(std::string name, std::vector<Condition> when, std::vector<Threshold> thresholds) {
  Rule made = rule(std::move(name), "refund", Effect::kAsk, std::move(when));
  made.thresholds = std::move(thresholds);
  return made;
}

// Small refunds run, larger ones need one, the largest two; anything else asks an admin.
Policy refunds() {
  Policy policy;
  policy.rules = {
      rule("small", "refund", Effect::kAllow, {{"amount", Operator::kLte, 100}}),
      ask("medium", {{"amount", Operator::kGt, 100}}, {from("finance", 1)}),
      ask("large", {{"amount", Operator::kGt, 1000}}, {from("finance", 2, 1)}),
      rule("frozen", "refund", Effect::kDeny, {{"country", Operator::kEq, "KP"}}),
  };
  policy.fallback = rule("default", "", Effect::kAsk);
  policy.fallback.thresholds = {from("admins", 1)};
  return policy;
}

PolicyVerdict refund(Value amount) {
  return evaluate(refunds(), {"refund", {{"amount", std::move(amount)}, {"country", "FR"}}});
}

// The one rule `effect when` before a default that is not `effect`: did the rule match?
bool matches(Effect effect, Condition condition, const Object& arguments) {
  Policy policy;
  policy.rules = {rule("only", "tool", effect, {std::move(condition)})};
  policy.fallback = rule("default", "", effect == Effect::kAllow ? Effect::kDeny : Effect::kAllow);
  return evaluate(policy, {"tool", arguments}).effect == effect;
}

// Certainly, certainly not, or unknown: the strict side of both.
std::string answer(Operator op, Value operand, const Object& arguments) {
  const Condition condition{"x", op, std::move(operand)};
  const bool lets_run = matches(Effect::kAllow, condition, arguments);
  const bool asks = matches(Effect::kAsk, condition, arguments);
  EXPECT_EQ(asks, matches(Effect::kDeny, condition, arguments));
  if (lets_run == asks) return asks ? "holds" : "fails";
  return asks ? "unknown" : "LOOSE";
}

std::string answer(Operator op, Value operand, Value argument) {
  return answer(op, std::move(operand), Object{{"x", std::move(argument)}});
}

TEST(Policy, lets_small_calls_run_and_asks_about_large_ones) {
  EXPECT_EQ(refund(100).effect, Effect::kAllow);
  EXPECT_EQ(refund(100).rule, "small");
  EXPECT_EQ(refund(101).effect, Effect::kAsk);
  EXPECT_EQ(refund(101).rule, "medium");
  EXPECT_EQ(refund(101).thresholds, (std::vector{from("finance", 1)}));
}

TEST(Policy, all_matching_ask_rules_apply_and_the_first_names_the_verdict) {
  const auto verdict = refund(1500);
  EXPECT_EQ(verdict.rule, "medium");
  EXPECT_EQ(verdict.thresholds, (std::vector{from("finance", 2, 1)}));
}

TEST(Policy, deny_comes_before_ask_before_allow) {
  Policy policy = refunds();
  EXPECT_EQ(evaluate(policy, {"refund", {{"amount", 5}, {"country", "KP"}}}).effect, Effect::kDeny);
  policy.rules.push_back(ask("all", {}, {from("finance", 1)}));
  EXPECT_EQ(evaluate(policy, {"refund", {{"amount", 5}, {"country", "FR"}}}).effect, Effect::kAsk);
}

TEST(Policy, a_tool_that_no_rule_names_gets_the_default) {
  const auto verdict = evaluate(refunds(), {"wire_money", {}});
  EXPECT_EQ(verdict.effect, Effect::kAsk);
  EXPECT_EQ(verdict.rule, "default");
  EXPECT_EQ(verdict.thresholds, (std::vector{from("admins", 1)}));
  EXPECT_EQ(verdict.explanation, "wire_money asks: no rule names it, so the default applies");
}

TEST(Policy, an_amount_is_compared_as_the_number_it_is) {
  EXPECT_EQ(refund(-5).effect, Effect::kAllow);  // -5 is at most 100; a rule may add gte: 0.
  EXPECT_EQ(refund(100.0).effect, Effect::kAllow);
  EXPECT_EQ(refund(100.0000001).effect, Effect::kAsk);
  EXPECT_EQ(refund(1e308).thresholds, (std::vector{from("finance", 2, 1)}));
}

TEST(Policy, P2_an_amount_of_another_type_never_runs_by_an_allow_rule) {
  const std::vector<Value> others = {
      "100", "", true, false, nullptr, json::Array{5}, Object{{"value", 5}}};
  for (const Value& amount : others) {
    const auto verdict = refund(amount);
    EXPECT_EQ(verdict.effect, Effect::kAsk) << json::write(amount);
    EXPECT_EQ(verdict.thresholds, (std::vector{from("finance", 2, 1)})) << json::write(amount);
  }
}

TEST(Policy, P2_a_missing_amount_is_asked_about_as_if_it_were_large) {
  const auto verdict = evaluate(refunds(), {"refund", {{"country", "FR"}}});
  EXPECT_EQ(verdict.effect, Effect::kAsk);
  EXPECT_EQ(verdict.thresholds, (std::vector{from("finance", 2, 1)}));
  EXPECT_EQ(verdict.explanation,
            "refund asks: rule 'medium' because amount is missing, so it counts as above 100; "
            "also rule 'large' because amount is missing, so it counts as above 1000");
}

TEST(Policy, P2_a_missing_argument_makes_a_deny_rule_match) {
  EXPECT_EQ(evaluate(refunds(), {"refund", {{"amount", 5}}}).effect, Effect::kDeny);
}

TEST(Policy, P2_a_rule_that_asks_nobody_denies) {
  Policy policy = refunds();
  policy.rules[1].thresholds.clear();
  policy.rules[2].thresholds.clear();
  const auto verdict = evaluate(policy, {"refund", {{"amount", 500}, {"country", "FR"}}});
  EXPECT_EQ(verdict.effect, Effect::kDeny);
  EXPECT_EQ(verdict.explanation, "refund is denied: rule 'medium' asks, but names nobody to ask");
  EXPECT_EQ(evaluate(Policy{}, {"refund", {}}).effect, Effect::kDeny);
}

TEST(Policy, a_condition_that_certainly_fails_outweighs_one_that_is_unknown) {
  const std::vector<Condition> large_euros = {{"amount", Operator::kGt, 1000},
                                              {"currency", Operator::kEq, "EUR"}};
  Policy policy;
  policy.rules = {rule("large euros", "*", Effect::kDeny, large_euros)};
  policy.fallback = rule("default", "", Effect::kAllow);
  EXPECT_EQ(evaluate(policy, {"t", {{"currency", "USD"}}}).effect, Effect::kAllow);
  EXPECT_EQ(evaluate(policy, {"t", {{"currency", "EUR"}}}).effect, Effect::kDeny);
  EXPECT_EQ(evaluate(policy, {"t", {}}).effect, Effect::kDeny);
}

TEST(Policy, integers_are_compared_without_rounding) {
  constexpr std::int64_t kAbove2To53 = 9007199254740993;
  EXPECT_EQ(answer(Operator::kEq, kAbove2To53, 9007199254740992.0), "fails");
  EXPECT_EQ(answer(Operator::kLte, 9007199254740992.0, kAbove2To53), "fails");
  EXPECT_EQ(answer(Operator::kGt, kAbove2To53 - 1, kAbove2To53), "holds");
  EXPECT_EQ(answer(Operator::kEq, 100, 100.0), "holds");
}

TEST(PolicyCondition, eq_and_ne_compare_within_a_type) {
  EXPECT_EQ(answer(Operator::kEq, "EUR", "EUR"), "holds");
  EXPECT_EQ(answer(Operator::kEq, "EUR", "eur"), "fails");
  EXPECT_EQ(answer(Operator::kEq, "1", 1), "unknown");
  EXPECT_EQ(answer(Operator::kEq, 1, true), "unknown");
  EXPECT_EQ(answer(Operator::kEq, true, true), "holds");
  EXPECT_EQ(answer(Operator::kNe, "EUR", "USD"), "holds");
  EXPECT_EQ(answer(Operator::kNe, "EUR", "EUR"), "fails");
  EXPECT_EQ(answer(Operator::kNe, "EUR", 5), "unknown");
  EXPECT_EQ(answer(Operator::kNe, "EUR", nullptr), "unknown");
  EXPECT_EQ(answer(Operator::kNe, "EUR", Object{}), "unknown");
}

TEST(PolicyCondition, order_is_for_numbers_and_for_strings) {
  EXPECT_EQ(answer(Operator::kLt, 10, 9.99), "holds");
  EXPECT_EQ(answer(Operator::kLt, 10, 10), "fails");
  EXPECT_EQ(answer(Operator::kGte, 10, 10), "holds");
  EXPECT_EQ(answer(Operator::kGt, "2026-01-01", "2026-02-01"), "holds");
  EXPECT_EQ(answer(Operator::kLt, "b", "a"), "holds");
  EXPECT_EQ(answer(Operator::kLt, "10", 9), "unknown");
  EXPECT_EQ(answer(Operator::kLt, true, false), "unknown");
}

TEST(PolicyCondition, in_and_not_in_need_an_element_of_the_type) {
  const json::Array currencies = {"EUR", "USD"};
  EXPECT_EQ(answer(Operator::kIn, currencies, "USD"), "holds");
  EXPECT_EQ(answer(Operator::kIn, currencies, "JPY"), "fails");
  EXPECT_EQ(answer(Operator::kIn, currencies, 5), "unknown");
  EXPECT_EQ(answer(Operator::kNotIn, currencies, "JPY"), "holds");
  EXPECT_EQ(answer(Operator::kNotIn, currencies, "EUR"), "fails");
  EXPECT_EQ(answer(Operator::kNotIn, currencies, json::Array{"JPY"}), "unknown");
  EXPECT_EQ(answer(Operator::kIn, json::Array{}, "EUR"), "unknown");
  EXPECT_EQ(answer(Operator::kIn, json::Array{1, "a"}, 2), "fails");
}

TEST(PolicyCondition, exists_knows_missing_from_null) {
  EXPECT_EQ(answer(Operator::kExists, true, 0), "holds");
  EXPECT_EQ(answer(Operator::kExists, true, Object{}), "fails");
  EXPECT_EQ(answer(Operator::kExists, false, Object{}), "holds");
  EXPECT_EQ(answer(Operator::kExists, false, ""), "fails");
  EXPECT_EQ(answer(Operator::kExists, true, nullptr), "unknown");
  EXPECT_EQ(answer(Operator::kExists, false, nullptr), "unknown");
}

TEST(PolicyCondition, glob_is_for_strings) {
  EXPECT_EQ(answer(Operator::kGlob, "*@example.com", "a@example.com"), "holds");
  EXPECT_EQ(answer(Operator::kGlob, "*@example.com", "a@example.com.evil"), "fails");
  EXPECT_EQ(answer(Operator::kGlob, "*", 5), "unknown");
}

TEST(PolicyCondition, a_dotted_path_goes_into_objects_and_nothing_else) {
  const auto at = [](Object arguments) {
    const Condition condition{"to.country", Operator::kEq, "FR"};
    return std::pair(matches(Effect::kAllow, condition, arguments),
                     matches(Effect::kDeny, condition, arguments));
  };
  const auto holds = std::pair(true, true), unknown = std::pair(false, true);
  EXPECT_EQ(at({{"to", Object{{"country", "FR"}}}}), holds);
  EXPECT_EQ(at({{"to", Object{}}}), unknown);
  EXPECT_EQ(at({{"to", "FR"}}), unknown);
  EXPECT_EQ(at({{"to", json::Array{"FR"}}}), unknown);
  EXPECT_EQ(at({{"to.country", "FR"}}), holds);
  EXPECT_EQ(at({{"to", Object{{"country", "FR"}}}, {"to.country", "KP"}}), unknown);
}

TEST(PolicyExplanation, names_the_rule_and_the_reason) {
  Policy policy = refunds();
  policy.rules.erase(policy.rules.begin() + 1);
  EXPECT_EQ(evaluate(policy, {"refund", {{"amount", 1500}, {"country", "FR"}}}).explanation,
            "refund asks: rule 'large' because amount 1500 is above 1000");
  EXPECT_EQ(refund(50).explanation, "refund runs: rule 'small' because amount 50 is at most 100");
  EXPECT_EQ(evaluate(policy, {"refund", {{"amount", 1}, {"country", "KP"}}}).explanation,
            "refund is denied: rule 'frozen' because country is \"KP\"");
  EXPECT_EQ(evaluate(policy, {"refund", {{"amount", 500}, {"country", "FR"}}}).explanation,
            "refund asks: no rule for it matches, so the default applies");
}

TEST(PolicyExplanation, says_what_is_wrong_with_an_argument) {
  Policy policy;
  policy.rules = {ask("large", {{"amount", Operator::kGt, 1000}}, {from("finance", 2)})};
  const auto why = [&](Value amount) {
    return evaluate(policy, {"refund", {{"amount", std::move(amount)}}}).explanation;
  };
  EXPECT_EQ(why("1500"),
            "refund asks: rule 'large' because amount \"1500\" is a string, so it counts as above "
            "1000");
  EXPECT_EQ(why(nullptr),
            "refund asks: rule 'large' because amount is null, so it counts as above 1000");
  EXPECT_EQ(why(Object{}),
            "refund asks: rule 'large' because amount is an object, so it counts as above 1000");
}

TEST(PolicyExplanation, covers_every_call_and_counts_further_rules) {
  Policy policy;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    policy.rules.push_back(ask(name, {}, {from("finance", 1)}));
  }
  EXPECT_EQ(evaluate(policy, {"refund", {}}).explanation,
            "refund asks: rule 'a' covers every call of refund; also rule 'b' covers every call of "
            "refund; also rule 'c' covers every call of refund; also 2 more");
}

TEST(PolicyExplanation, quotes_and_cuts_what_the_agent_wrote) {
  Policy policy;
  policy.rules = {rule("memo", "*", Effect::kAsk, {{"memo", Operator::kNe, ""}})};
  EXPECT_EQ(evaluate(policy, {"x runs: rule 'ok'", {{"memo", "a"}}}).explanation.substr(0, 26),
            "\"x runs: rule 'ok'\" asks: ");
  std::string long_memo;
  for (int i = 0; i < 50; ++i) long_memo += "ä";
  const auto explanation = evaluate(policy, {"t", {{"memo", long_memo}}}).explanation;
  EXPECT_EQ(explanation,
            "t asks: rule 'memo' because memo \"" + long_memo.substr(0, 80) + "…\" is not \"\"");
}

TEST(PolicyDeadline, is_the_shortest_of_the_matching_ask_rules) {
  Policy policy = refunds();
  policy.rules[1].deadline_ms = 5000;
  policy.rules[2].deadline_ms = 3000;
  policy.rules[2].on_deadline = OnDeadline::kReject;
  const auto verdict = evaluate(policy, {"refund", {{"amount", 2000}, {"country", "FR"}}});
  EXPECT_EQ(verdict.deadline_ms, 3000);
  EXPECT_EQ(verdict.on_deadline, OnDeadline::kReject);
  const auto medium = evaluate(policy, {"refund", {{"amount", 200}, {"country", "FR"}}});
  EXPECT_EQ(medium.deadline_ms, 5000);
  EXPECT_EQ(medium.on_deadline, OnDeadline::kExpire);
}

TEST(PolicyAskable, asks_as_evaluate_does_else_by_the_default_else_by_all_rules_for_the_tool) {
  const Policy policy = refunds();
  const auto about = [&](std::string tool, Value amount) {
    return askable(policy, {tool, {{"amount", std::move(amount)}, {"country", "FR"}}});
  };
  EXPECT_EQ(about("refund", 500), (std::vector{from("finance", 1)}));
  EXPECT_EQ(about("refund", 5), (std::vector{from("admins", 1)}));
  EXPECT_EQ(about("other", 5), (std::vector{from("admins", 1)}));
  Policy strict = policy;
  strict.fallback.effect = Effect::kDeny;
  strict.fallback.thresholds.clear();
  EXPECT_EQ(askable(strict, {"refund", {{"amount", 5}, {"country", "FR"}}}),
            (std::vector{from("finance", 2)}));
  EXPECT_TRUE(askable(Policy{}, {"other", {}}).empty());
}

TEST(PolicyCombine, takes_the_larger_approve_and_the_smaller_reject) {
  EXPECT_EQ(combine({from("a", 1, 3), from("b", 2, 2)}, {from("a", 2, 1), from("c", 1, 1)}),
            (std::vector{from("a", 2, 1), from("b", 2, 2), from("c", 1, 1)}));
  EXPECT_EQ(combine({from("a", 0, 0)}, {}), (std::vector{from("a", 1, 1)}));
}

TEST(PolicyGlob, matches_with_stars_only) {
  EXPECT_TRUE(glob_matches("refund", "refund"));
  EXPECT_FALSE(glob_matches("refund", "refunds"));
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("refund.*", "refund.create"));
  EXPECT_FALSE(glob_matches("refund.*", "refundXcreate"));
  EXPECT_TRUE(glob_matches("*.delete", "db.table.delete"));
  EXPECT_TRUE(glob_matches("a*b*c", "a--b--b--c"));
  EXPECT_FALSE(glob_matches("a*b*c", "a--c--b"));
  EXPECT_FALSE(glob_matches("ab*ba", "aba"));
  EXPECT_TRUE(glob_matches("a**b", "ab"));
  EXPECT_FALSE(glob_matches("a?c", "abc"));
  EXPECT_FALSE(glob_matches("", "a"));
}

TEST(PolicyGlob, is_linear_on_hostile_patterns) {
  const std::string text(1'000'000, 'a');
  const std::string pattern = "*" + std::string(10'000, 'a') + "b*";
  EXPECT_FALSE(glob_matches(pattern, text));
}

// Its guide says so; otherwise a policy whose default lets things run could never be changed.
TEST(Policy, of_its_own_change_asks_whoever_it_asks_about_anything) {
  Policy policy = refunds();
  policy.fallback = rule("default", "", Effect::kAllow);
  EXPECT_EQ(askable(policy, {std::string(kPublishPolicy), {}}),
            (std::vector<Threshold>{from("finance", 2)}));
  EXPECT_TRUE(askable(policy, {"other", {}}).empty());
  policy.rules.pop_back();
  policy.rules.erase(policy.rules.begin() + 1, policy.rules.end());
  EXPECT_TRUE(askable(policy, {std::string(kPublishPolicy), {}}).empty()) << "it asks nobody";
}

TEST(PolicyEffect, has_a_name) {
  EXPECT_EQ(to_string(Effect::kAllow), "allow");
  EXPECT_EQ(to_string(Effect::kAsk), "ask");
  EXPECT_EQ(to_string(Effect::kDeny), "deny");
}

}  // namespace
}  // namespace fermata
