#include "core/policy/circumstances.hpp"

#include <gtest/gtest.h>

#include "core/policy/policy.hpp"

namespace fermata {
namespace {

using json::Object;
using json::Value;

Decimal decimal(const char* text) { return *Decimal::parse(text); }

Rates rates() { return {"EUR", {{"USD", decimal("0.92")}, {"JPY", decimal("0.006")}}}; }

// Certainly, certainly not, or unknown: by one rule of each effect before a default that differs.
std::string answer(const Circumstance& wanted, const PolicyInput& input) {
  const auto matches = [&](Effect effect) {
    Policy policy;
    policy.rates = rates();
    Rule rule;
    rule.name = "only";
    rule.tool = "*";
    rule.effect = effect;
    rule.circumstances = {wanted};
    if (effect == Effect::kAsk) rule.thresholds = {{"finance", 1, 1}};
    policy.rules = {rule};
    policy.fallback.effect = effect == Effect::kAllow ? Effect::kDeny : Effect::kAllow;
    return evaluate(policy, input).effect == effect;
  };
  const bool lets_run = matches(Effect::kAllow), asks = matches(Effect::kAsk);
  EXPECT_EQ(asks, matches(Effect::kDeny));
  if (lets_run == asks) return asks ? "holds" : "fails";
  return asks ? "unknown" : "LOOSE";
}

MoneyIs above_1000_eur() { return {"amount", "currency", Bound::kAbove, decimal("1000"), "EUR"}; }

PolicyInput paying(Value amount, Value currency) {
  return {"pay", {{"amount", std::move(amount)}, {"currency", std::move(currency)}}};
}

TEST(Circumstances, money_is_compared_exactly_and_across_currencies) {
  const auto wanted = above_1000_eur();
  EXPECT_EQ(answer(wanted, paying(1000, "EUR")), "fails");
  EXPECT_EQ(answer(wanted, paying(1000.01, "EUR")), "holds");
  EXPECT_EQ(answer(wanted, paying("1000.01", "EUR")), "holds");
  EXPECT_EQ(answer(wanted, paying("1000.000000001", "EUR")), "holds");
  EXPECT_EQ(answer(wanted, paying(1086, "USD")), "fails");  // 999.12 EUR.
  EXPECT_EQ(answer(wanted, paying(1087, "USD")), "holds");  // 1000.04 EUR.
  EXPECT_EQ(answer(wanted, paying(166'667, "JPY")), "holds");
}

TEST(Circumstances, money_that_cannot_be_told_is_unknown) {
  const auto wanted = above_1000_eur();
  EXPECT_EQ(answer(wanted, paying(5, "GBP")), "unknown");
  EXPECT_EQ(answer(wanted, paying(5, "eur")), "unknown");
  EXPECT_EQ(answer(wanted, paying(5, 7)), "unknown");
  EXPECT_EQ(answer(wanted, paying(Value(), "EUR")), "unknown");
  EXPECT_EQ(answer(wanted, {"pay", {{"amount", 5}}}), "unknown");
  EXPECT_EQ(answer(wanted, {"pay", {}}), "unknown");
  for (const char* text : {"1e9", "1,000", "1.000,00", " 5", "+5", "0x10", "", "five"})
    EXPECT_EQ(answer(wanted, paying(text, "EUR")), "unknown") << text;
  EXPECT_EQ(answer(wanted, paying("12.3456789", "JPY")), "unknown");  // More digits than we keep.
}

TEST(Circumstances, money_says_what_was_compared) {
  const auto wanted = above_1000_eur();
  EXPECT_EQ(describe(wanted, paying(1500, "USD"), rates()),
            "amount 1,500 USD (1,380 EUR) is above 1,000 EUR");
  EXPECT_EQ(describe(wanted, paying("1234567.5", "EUR"), rates()),
            "amount 1,234,567.5 EUR is above 1,000 EUR");
  EXPECT_EQ(
      describe(wanted, paying(5, "GBP"), rates()),
      "amount 5 \"GBP\" cannot be compared by the policy's rates, so it counts as above 1,000 "
      "EUR");
  EXPECT_EQ(describe(wanted, {"pay", {}}, rates()),
            "amount is missing, so it counts as above 1,000 EUR");
}

PolicyInput after(std::int64_t calls, std::map<std::string, Decimal> sums, Value amount) {
  PolicyInput input{"pay", {{"amount", std::move(amount)}}};
  input.calls = calls;
  input.sums = std::move(sums);
  return input;
}

TEST(Circumstances, a_sum_includes_this_call_and_those_before_it) {
  const SumIs wanted{"amount", Bound::kAbove, decimal("5000")};
  EXPECT_EQ(answer(wanted, after(0, {}, 5000)), "fails");
  EXPECT_EQ(answer(wanted, after(2, {{"amount", decimal("4999.5")}}, 0.5)), "fails");
  EXPECT_EQ(answer(wanted, after(2, {{"amount", decimal("4999.5")}}, 0.51)), "holds");
  EXPECT_EQ(describe(wanted, after(1, {{"amount", decimal("4999")}}, 2), {}),
            "the sum of amount in the workflow, 5,001 with this call, is above 5,000");
}

TEST(Circumstances, a_sum_that_somebody_could_have_bent_is_unknown) {
  const SumIs wanted{"amount", Bound::kAbove, decimal("5000")};
  EXPECT_EQ(answer(wanted, after(2, {}, 5)), "unknown");  // A call before had no amount.
  EXPECT_EQ(answer(wanted, after(0, {}, -5)), "unknown");
  EXPECT_EQ(answer(wanted, after(0, {}, "5")), "unknown");
  EXPECT_EQ(answer(wanted, after(0, {}, 1e30)), "unknown");
  EXPECT_EQ(answer(wanted, {"pay", {}}), "unknown");
}

TEST(Circumstances, calls_are_numbered_from_one) {
  EXPECT_EQ(answer(CallNumber{4, std::nullopt}, after(2, {}, 1)), "fails");
  EXPECT_EQ(answer(CallNumber{4, std::nullopt}, after(3, {}, 1)), "holds");
  EXPECT_EQ(answer(CallNumber{1, 3}, after(2, {}, 1)), "holds");
  EXPECT_EQ(answer(CallNumber{1, 3}, after(3, {}, 1)), "fails");
  EXPECT_EQ(describe(CallNumber{4, std::nullopt}, after(11, {}, 1), {}),
            "this is the 12th call of it in the workflow, from the 4th on");
}

PolicyInput at(const char* time) {
  PolicyInput input{"deploy", {}};
  input.now = *from_rfc3339(time);
  return input;
}

TEST(Circumstances, a_time_of_day_begins_and_ends_at_its_offset) {
  const TimeOfDay office{0x1F, 9 * 60, 17 * 60, 60};                   // mon to fri, +01:00
  EXPECT_EQ(answer(office, at("2026-11-23T07:59:59.999Z")), "fails");  // A Monday.
  EXPECT_EQ(answer(office, at("2026-11-23T08:00:00Z")), "holds");
  EXPECT_EQ(answer(office, at("2026-11-23T15:59:59.999Z")), "holds");
  EXPECT_EQ(answer(office, at("2026-11-23T16:00:00Z")), "fails");
  EXPECT_EQ(answer(office, at("2026-11-22T12:00:00Z")), "fails");  // A Sunday.
  EXPECT_EQ(answer(office, at("1969-12-31T12:00:00Z")), "holds");  // A Wednesday, before all time.
  EXPECT_EQ(describe(office, at("2026-11-23T08:05:00Z"), {}),
            "it is mon 09:05, which is in mon, tue, wed, thu, fri from 09:00 to 17:00 (+01:00)");
}

TEST(Circumstances, a_time_past_midnight_belongs_to_the_day_on_which_it_begins) {
  const TimeOfDay friday_night{1U << 4U, 22 * 60, 6 * 60, 0};
  EXPECT_EQ(answer(friday_night, at("2026-11-27T21:59:00Z")), "fails");
  EXPECT_EQ(answer(friday_night, at("2026-11-27T22:00:00Z")), "holds");
  EXPECT_EQ(answer(friday_night, at("2026-11-28T05:59:00Z")), "holds");
  EXPECT_EQ(answer(friday_night, at("2026-11-28T06:00:00Z")), "fails");
  EXPECT_EQ(answer(friday_night, at("2026-11-27T03:00:00Z")), "fails");
}

TEST(Circumstances, an_unknown_agent_is_unknown_and_tags_are_always_known) {
  PolicyInput input{"t", {}};
  const AgentIs payments{{"payments-*", "cashier"}};
  EXPECT_EQ(answer(payments, input), "unknown");
  input.no_agent = true;  // A person's own request.
  EXPECT_EQ(answer(payments, input), "fails");
  input.agent = "payments-eu";
  EXPECT_EQ(answer(payments, input), "holds");
  input.agent = "cashier2";
  EXPECT_EQ(answer(payments, input), "fails");
  EXPECT_EQ(answer(TagsAre{{"prod"}, {}}, input), "fails");
  input.tags = {"prod", "eu"};
  EXPECT_EQ(answer(TagsAre{{"prod", "eu"}, {}}, input), "holds");
  EXPECT_EQ(answer(TagsAre{{"prod", "us"}, {}}, input), "fails");
  EXPECT_EQ(answer(TagsAre{{}, {"us", "eu"}}, input), "holds");
  EXPECT_EQ(answer(TagsAre{{"prod"}, {"us"}}, input), "fails");
}

ArgumentsFit schema(const char* text) { return {*json::parse(text)}; }

PolicyInput with(const char* arguments) { return {"t", *json::parse(arguments)->as_object()}; }

TEST(Circumstances, a_schema_fails_by_what_is_said_and_is_unknown_by_what_is_not) {
  const auto small = schema(R"({"type":"object","required":["amount"],"properties":{
      "amount":{"type":"integer","maximum":100},"to":{"type":"string","pattern":"^ACME-"}}})");
  EXPECT_EQ(answer(small, with(R"({"amount":100})")), "holds");
  EXPECT_EQ(answer(small, with(R"({"amount":101})")), "fails");
  EXPECT_EQ(answer(small, with(R"({})")), "unknown");
  EXPECT_EQ(answer(small, with(R"({"amount":"5"})")), "unknown");
  EXPECT_EQ(answer(small, with(R"({"amount":null})")), "unknown");
  EXPECT_EQ(answer(small, with(R"({"to":"evil"})")), "fails");  // One certain no is enough.
  EXPECT_EQ(answer(small, with(R"({"amount":1,"to":"ACME-1"})")), "holds");
}

TEST(Circumstances, a_text_too_long_for_its_pattern_is_unknown) {
  const auto wanted = schema(R"({"type":"object","properties":{
      "to":{"type":"string","pattern":"(?:a?b?c?d?){1000}Z$"}}})");
  EXPECT_EQ(answer(wanted, {"t", {{"to", std::string(60'000, 'x')}}}), "unknown");
}

// Of `t` with {x, limit}, by an operand that the call itself gives.
std::string compared(Operator op, const char* name, OperandFrom from, const PolicyInput& input) {
  Rule rule;
  rule.tool = "*";
  rule.when = {{"x", op, name, from}};
  const auto matches = [&](Effect effect) {
    rule.effect = effect;
    Policy policy;
    policy.rules = {rule};
    policy.fallback.effect = effect == Effect::kAllow ? Effect::kDeny : Effect::kAllow;
    return evaluate(policy, input).effect == effect;
  };
  const bool lets_run = matches(Effect::kAllow), denies = matches(Effect::kDeny);
  if (lets_run == denies) return denies ? "holds" : "fails";
  return denies ? "unknown" : "LOOSE";
}

TEST(Circumstances, an_argument_is_compared_with_another_one) {
  const auto against = [](const char* arguments) {
    return compared(Operator::kGt, "limit", OperandFrom::kArgument, with(arguments));
  };
  EXPECT_EQ(against(R"({"x":11,"limit":10})"), "holds");
  EXPECT_EQ(against(R"({"x":10,"limit":10})"), "fails");
  EXPECT_EQ(against(R"({"x":10})"), "unknown");
  EXPECT_EQ(against(R"({"x":10,"limit":"5"})"), "unknown");
  EXPECT_EQ(against(R"({"x":10,"limit":null})"), "unknown");
  EXPECT_EQ(against(R"({"limit":5})"), "unknown");
}

TEST(Circumstances, an_argument_is_compared_with_the_context) {
  PolicyInput input{"t", {{"x", "ada"}}};
  const auto owner = [&] {
    return compared(Operator::kNe, "on_behalf_of", OperandFrom::kContext, input);
  };
  EXPECT_EQ(owner(), "unknown");
  input.on_behalf_of = "ada";
  EXPECT_EQ(owner(), "fails");
  input.on_behalf_of = "ben";
  EXPECT_EQ(owner(), "holds");
}

}  // namespace
}  // namespace fermata
