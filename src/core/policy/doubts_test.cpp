#include "core/policy/doubts.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

std::vector<std::string> of(Rule rule) {
  rule.name = "pay";
  rule.tool = "pay";
  if (rule.thresholds.empty()) rule.thresholds = {{"finance"}};
  Policy policy;
  policy.rules = {std::move(rule)};
  policy.fallback.name = "default";
  policy.fallback.effect = Effect::kDeny;
  return doubts(policy);
}

std::string only(const Rule& rule) {
  const auto found = of(rule);
  EXPECT_EQ(found.size(), 1U);
  return found.empty() ? "" : found.front();
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(PolicyDoubts, are_none_about_what_acts) {
  Rule rule;
  rule.deadline_ms = 60'000;
  rule.on_deadline = OnDeadline::kReject;
  rule.terms.extend_ms = 60'000;
  rule.thresholds = {{.from = "a", .choice = "pay/x", .escalations = {{90'000, "ops"}}},
                     {.from = "b", .choice = "pay/x"},
                     {.from = "security", .veto = true}};
  EXPECT_TRUE(of(rule).empty());
}

TEST(PolicyDoubts, are_about_an_end_that_never_comes) {
  Rule rule;
  rule.on_deadline = OnDeadline::kIgnore;
  EXPECT_TRUE(says(only(rule), "'pay' says what happens on_deadline and has none"));
  rule.on_deadline = OnDeadline::kExpire;
  rule.terms.extend_ms = 1000;
  EXPECT_TRUE(says(only(rule), "extend a deadline that no rule sets"));
}

TEST(PolicyDoubts, are_about_escalations_after_the_end) {
  Rule rule;
  rule.deadline_ms = 3000;
  rule.thresholds = {{.from = "a", .escalations = {{2000, "b"}, {30'000, "ops"}}}};
  EXPECT_TRUE(says(only(rule), "asks ops after 30 s, and has ended by then: after 3 s"));
  rule.terms.extend_ms = 60'000;
  EXPECT_TRUE(of(rule).empty()) << "people may extend it so far";
}

TEST(PolicyDoubts, are_about_choices_that_are_none) {
  Rule rule;
  rule.thresholds = {{.from = "a", .choice = "pay/x"}, {.from = "b"}};
  EXPECT_TRUE(says(only(rule), "one alternative only for the choice x"));
  rule.thresholds = {{.from = "a", .choice = "pay/x"},
                     {.from = "b", .stage = 2, .choice = "pay/x"}};
  EXPECT_TRUE(says(only(rule), "the choice x in 2 stages"));
}

TEST(PolicyDoubts, are_about_a_veto_that_waits_for_its_turn) {
  Rule rule;
  rule.thresholds = {{"finance"}, {.from = "security", .stage = 2, .veto = true}};
  EXPECT_TRUE(says(only(rule), "the veto of security"));
}

}  // namespace
}  // namespace fermata
