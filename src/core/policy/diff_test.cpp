#include "core/policy/diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/policy/probes.hpp"

namespace fermata {
namespace {

Rule asks_above(int amount, std::int64_t approve = 1) {
  Rule rule;
  rule.name = "large";
  rule.tool = "refund";
  rule.when = {{"amount", Operator::kGt, amount}};
  rule.thresholds = {{"finance", approve, 1}};
  return rule;
}

Rule runs() {
  Rule rule;
  rule.name = "runs";
  rule.tool = "refund";
  rule.when = {{"currency", Operator::kIn, json::Array{"EUR", "USD"}}};
  rule.effect = Effect::kAllow;
  return rule;
}

Policy policy(std::vector<Rule> rules) {
  Policy made;
  made.rules = std::move(rules);
  made.fallback.effect = Effect::kDeny;
  made.fallback.tool = "*";
  made.fallback.name = "default";
  return made;
}

std::size_t count(const PolicyDiff& made, Direction direction) {
  return static_cast<std::size_t>(
      std::count_if(made.calls.begin(), made.calls.end(), [&](const CallChange& one) {
        return one.direction == direction;
      }));
}

TEST(PolicyDiff, equal_policies_do_not_differ) {
  const Policy same = policy({asks_above(1000), runs()});
  const auto made = diff(same, same, {}, {});
  EXPECT_TRUE(made.calls.empty());
  EXPECT_TRUE(made.changed.empty() && made.added.empty() && made.removed.empty());
  EXPECT_GT(made.tried, 5U);
}

TEST(PolicyDiff, a_lower_bound_is_found_on_both_of_its_edges) {
  const auto made =
      diff(policy({asks_above(1000), runs()}), policy({asks_above(500), runs()}), {}, {});
  EXPECT_EQ(made.changed, std::vector<std::string>{"large"});
  EXPECT_GT(count(made, Direction::kStricter), 0U);
  // What runs() does not let run was refused, and is asked about now; all else is stricter.
  for (const CallChange& one : made.calls) {
    const bool refused = one.before.effect == Effect::kDeny;
    EXPECT_EQ(one.direction, refused ? Direction::kLooser : Direction::kStricter);
    const std::string currency = json::Value(one.input.arguments).string_or("currency");
    EXPECT_EQ(refused, currency != "EUR" && currency != "USD");
  }
  const auto tries = [&](const json::Value& amount) {
    return std::any_of(made.calls.begin(), made.calls.end(), [&](const CallChange& one) {
      return json::Value(one.input.arguments)["amount"] == amount;
    });
  };
  EXPECT_TRUE(tries(501));
  EXPECT_TRUE(tries(1000));
  EXPECT_FALSE(tries(500));
  EXPECT_FALSE(tries(1001));
}

TEST(PolicyDiff, fewer_people_are_looser_and_others_are_different) {
  const Policy before = policy({asks_above(10, 2)});
  const auto fewer = diff(before, policy({asks_above(10, 1)}), {}, {});
  EXPECT_GT(count(fewer, Direction::kLooser), 0U);
  EXPECT_EQ(count(fewer, Direction::kLooser), fewer.calls.size());
  Rule others = asks_above(10, 2);
  others.thresholds = {{"legal", 2, 1}};
  const auto other = diff(before, policy({others}), {}, {});
  EXPECT_GT(count(other, Direction::kOther), 0U);
}

std::vector<Threshold> in_stages(std::vector<Threshold> thresholds) {
  for (std::size_t i = 0; i < thresholds.size(); ++i)
    thresholds[i].stage = static_cast<std::int64_t>(i) + 1;
  return thresholds;
}

Direction from_to(const PolicyVerdict& before, const PolicyVerdict& after) {
  const Direction back = compare(after, before);
  const Direction made = compare(before, after);
  EXPECT_EQ(made == Direction::kLooser, back == Direction::kStricter) << "the way back";
  return made;
}

PolicyVerdict asks(std::vector<Threshold> thresholds) {
  PolicyVerdict made;
  made.effect = Effect::kAsk;
  made.thresholds = std::move(thresholds);
  return made;
}

TEST(PolicyDiff, a_lost_stage_or_threshold_is_looser_whatever_happened_to_the_deadline) {
  const std::vector<Threshold> both = {{"finance", 2, 1}, {"board", 1, 1}};
  PolicyVerdict before = asks(in_stages(both));
  before.deadline_ms = 1000;
  EXPECT_EQ(from_to(before, asks(both)), Direction::kLooser);
  EXPECT_EQ(from_to(before, asks({both.front()})), Direction::kLooser);
  EXPECT_EQ(from_to(before, asks({})), Direction::kLooser);
  EXPECT_EQ(from_to(asks(in_stages(both)), asks(in_stages({both[1], both[0]}))), Direction::kOther);
}

TEST(PolicyDiff, stages_count_by_their_order_and_not_by_their_numbers) {
  std::vector<Threshold> later = in_stages({{"finance", 2, 1}, {"board", 1, 1}});
  later[1].stage = 7;
  EXPECT_EQ(from_to(asks(in_stages({{"finance", 2, 1}, {"board", 1, 1}})), asks(later)),
            Direction::kOther);
}

TEST(PolicyDiff, a_choice_is_looser_than_its_alternatives_and_than_fewer_of_them) {
  const auto choice = [](const std::vector<std::string>& groups) {
    std::vector<Threshold> made;
    for (const std::string& group : groups) made.push_back({.from = group, .choice = "any"});
    return made;
  };
  EXPECT_EQ(from_to(asks({{"legal"}, {"board"}}), asks(choice({"legal", "board"}))),
            Direction::kLooser);
  EXPECT_EQ(from_to(asks(choice({"legal"})), asks(choice({"legal", "board"}))), Direction::kLooser);
  EXPECT_EQ(from_to(asks(choice({"legal", "board"})), asks(choice({"legal", "ops"}))),
            Direction::kOther);
}

TEST(PolicyDiff, handing_on_weights_and_vetoes_are_looked_at) {
  const Threshold plain{"finance", 2, 1};
  Threshold handed = plain, weighed = plain, widened = plain, replaced = plain;
  handed.delegate_to = "ops";
  weighed.weights = {{"role:cfo", 2}};
  widened.escalations = {{1000, "ops", false}};
  replaced.escalations = {{1000, "ops", true}};
  EXPECT_EQ(from_to(asks({plain}), asks({handed})), Direction::kLooser);
  EXPECT_EQ(from_to(asks({plain}), asks({weighed})), Direction::kOther);
  EXPECT_EQ(from_to(asks({plain}), asks({widened})), Direction::kLooser);
  EXPECT_EQ(from_to(asks({plain}), asks({replaced})), Direction::kOther);
  const Threshold veto{.from = "security", .veto = true};
  EXPECT_EQ(from_to(asks({plain, veto}), asks({plain})), Direction::kLooser);
}

TEST(PolicyDiff, a_shorter_wait_and_a_longer_grant_are_looser_and_other_times_are_different) {
  PolicyVerdict before = asks({{"finance", 2, 1}});
  before.terms.effect_wait_ms = 60'000;
  before.terms.grant_life_ms = 60'000;
  before.deadline_ms = 60'000;
  PolicyVerdict after = before;
  after.terms.effect_wait_ms = 0;
  EXPECT_EQ(from_to(before, after), Direction::kLooser);
  after = before;
  after.terms.grant_life_ms = std::nullopt;
  EXPECT_EQ(from_to(before, after), Direction::kLooser);
  after = before;
  after.terms.extend_ms = 5000;
  EXPECT_EQ(from_to(before, after), Direction::kLooser);
  after = before;
  after.deadline_ms = 5000;
  EXPECT_EQ(from_to(before, after), Direction::kOther);
}

TEST(PolicyDiff, rules_come_and_go_by_name) {
  Rule denied = runs();
  denied.name = "denied";
  denied.effect = Effect::kDeny;
  const auto made = diff(policy({asks_above(5), runs()}), policy({denied, runs()}), {}, {});
  EXPECT_EQ(made.added, std::vector<std::string>{"denied"});
  EXPECT_EQ(made.removed, std::vector<std::string>{"large"});
}

TEST(PolicyDiff, the_cases_of_both_are_tried) {
  PolicyCase one;
  one.name = "far away";
  one.input = {"refund", {{"amount", 750}, {"currency", "EUR"}}};
  const auto made =
      diff(policy({asks_above(1000), runs()}), policy({asks_above(500), runs()}), {}, {one});
  ASSERT_FALSE(made.calls.empty());
  EXPECT_EQ(made.calls.front().origin, "case 'far away'");
  EXPECT_EQ(made.calls.front().direction, Direction::kStricter);
}

// Each kind of circumstance, changed at its edge, is noticed from the rules alone.
TEST(PolicyDiff, a_change_of_any_circumstance_is_found) {
  const std::vector<std::pair<Circumstance, Circumstance>> changes = {
      {CallNumber{4, std::nullopt}, CallNumber{5, std::nullopt}},
      {SumIs{"amount", Bound::kAbove, Decimal(100)},
       SumIs{"amount", Bound::kAtLeast, Decimal(100)}},
      {MoneyIs{"amount", "currency", Bound::kAbove, Decimal(100), "EUR"},
       MoneyIs{"amount", "currency", Bound::kAbove, Decimal(101), "EUR"}},
      {TimeOfDay{0x1F, 540, 1020, 60}, TimeOfDay{0x1F, 541, 1020, 60}},
      {TimeOfDay{0x1F, 540, 1020, 60}, TimeOfDay{0x3F, 540, 1020, 60}},
      {TimeOfDay{0x7F, 1320, 360, 0}, TimeOfDay{0x7F, 1320, 361, 0}},
      {AgentIs{{"pay-*"}}, AgentIs{{"pay-*", "bot"}}},
      {TagsAre{{"prod"}, {}}, TagsAre{{"prod", "eu"}, {}}},
      {ArgumentsFit{*json::parse(R"({"type":"object","required":["n"],"properties":
          {"n":{"type":"integer","maximum":5}}})")},
       ArgumentsFit{*json::parse(R"({"type":"object","required":["n"],"properties":
          {"n":{"type":"integer","maximum":6}}})")}}};
  for (const auto& [before, after] : changes) {
    Rule rule = runs();
    rule.when.clear();
    rule.circumstances = {before};
    const Policy old = policy({rule});
    rule.circumstances = {after};
    EXPECT_FALSE(diff(old, policy({rule}), {}, {}).calls.empty()) << before.index();
  }
}

TEST(PolicyDiff, there_are_never_more_probes_than_wanted) {
  const Policy one = policy({asks_above(5), runs()});
  EXPECT_EQ(probes(one, one, 3).size(), 3U);
}

}  // namespace
}  // namespace fermata
