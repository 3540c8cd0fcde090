// Random policies and calls from small domains, so that rules overlap, conditions are unknown and
// groups repeat. Every failure prints its seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/policy/circumstances.hpp"
#include "core/policy/policy.hpp"

namespace fermata {
namespace {

using json::Object;
using json::Value;

constexpr std::uint64_t kSeeds = 3000;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t count) { return engine_() % count; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  template <class T>
  T pick(std::vector<T> values) {
    return values[below(values.size())];
  }

 private:
  std::mt19937_64 engine_;
};

Value scalar(Dice& dice) {
  return dice.pick<Value>(
      {0, 1, 2, 2.5, -1, "a", "ab", "1", true, false, std::int64_t{1} << 53, 9007199254740992.0});
}

Condition condition(Dice& dice) {
  Condition made;
  made.argument = dice.pick<std::string>({"x", "y", "o.x"});
  made.op = static_cast<Operator>(dice.below(10));
  made.operand = scalar(dice);
  if (made.op == Operator::kIn || made.op == Operator::kNotIn) {
    made.operand = json::Array{scalar(dice), scalar(dice)};
  }
  const auto compares = made.op < Operator::kIn;
  if (compares && dice.chance(4)) {
    made.from = dice.chance(2) ? OperandFrom::kArgument : OperandFrom::kContext;
    made.operand = made.from == OperandFrom::kArgument ? "y" : "on_behalf_of";
  }
  if (made.op == Operator::kExists) made.operand = dice.chance(2);
  if (made.op == Operator::kGlob) made.operand = dice.pick<std::string>({"*", "a*", "*b", "x"});
  return made;
}

Decimal number(Dice& dice) {
  return *Decimal::parse(dice.pick<std::string>({"0", "0.5", "1", "2", "2.5", "1000"}));
}

Bound bound(Dice& dice) { return static_cast<Bound>(dice.below(4)); }

ArgumentsFit schema(Dice& dice) {
  return {*json::parse(dice.pick<std::string>(
      {R"({"type":"object","required":["x"],"properties":{"x":{"type":"integer","maximum":1}}})",
       R"({"type":"object","required":["x"],"properties":{"x":{"type":"string","minLength":2}}})",
       R"({"type":"object","required":["x","y"]})"}))};
}

TimeOfDay time_of_day(Dice& dice) {
  return {static_cast<std::uint32_t>(1 + dice.below(127)),
          static_cast<int>(dice.below(1440)),
          static_cast<int>(1 + dice.below(1440)),
          static_cast<int>(dice.below(120)) - 60};
}

Circumstance circumstance(Dice& dice) {
  switch (dice.below(7)) {
    case 0:
      return schema(dice);
    case 1:
      return AgentIs{{dice.pick<std::string>({"a*", "bot", "*"})}};
    case 2:
      return TagsAre{{dice.pick<std::string>({"p", "q"})}, {"p", "q"}};
    case 3:
      return time_of_day(dice);
    case 4:
      return CallNumber{static_cast<std::int64_t>(1 + dice.below(3)), std::nullopt};
    case 5:
      return SumIs{dice.pick<std::string>({"x", "y", "o.x"}), bound(dice), number(dice)};
    default:
      return MoneyIs{dice.pick<std::string>({"x", "y"}),
                     dice.pick<std::string>({"currency", "y"}),
                     bound(dice),
                     number(dice),
                     dice.pick<std::string>({"EUR", "USD"})};
  }
}

std::vector<Threshold> thresholds(Dice& dice) {
  std::vector<Threshold> made;
  for (std::size_t count = 1 + dice.below(3); made.size() < count;) {
    made.push_back({dice.pick<std::string>({"a", "b", "c", "d"}),
                    static_cast<std::int64_t>(1 + dice.below(4)),
                    static_cast<std::int64_t>(1 + dice.below(4))});
  }
  return made;
}

Rule rule(Dice& dice, Effect effect) {
  Rule made;
  made.name = "r" + std::to_string(dice.below(1000));
  made.tool = dice.pick<std::string>({"t", "t*", "*", "u"});
  made.effect = effect;
  for (std::size_t count = dice.below(3); made.when.size() < count;) {
    made.when.push_back(condition(dice));
  }
  while (dice.chance(3)) made.circumstances.push_back(circumstance(dice));
  if (effect != Effect::kAsk) return made;
  made.thresholds = thresholds(dice);
  if (dice.chance(2)) made.deadline_ms = 1000 * static_cast<std::int64_t>(1 + dice.below(3));
  if (dice.chance(2)) made.on_deadline = OnDeadline::kReject;
  return made;
}

Effect effect(Dice& dice) { return static_cast<Effect>(dice.below(3)); }

Policy policy(Dice& dice) {
  Policy made;
  for (std::size_t count = dice.below(6); made.rules.size() < count;) {
    made.rules.push_back(rule(dice, effect(dice)));
  }
  made.fallback = rule(dice, effect(dice));
  made.fallback.when.clear();
  made.fallback.circumstances.clear();
  if (!dice.chance(3)) made.rates = {"EUR", {{"USD", *Decimal::parse("0.5")}}};
  return made;
}

Object arguments(Dice& dice) {
  Object made;
  if (!dice.chance(3)) made.set("x", dice.chance(6) ? Value() : scalar(dice));
  if (!dice.chance(3)) made.set("y", scalar(dice));
  if (!dice.chance(3)) made.set("o", dice.chance(3) ? scalar(dice) : Object{{"x", scalar(dice)}});
  return made;
}

PolicyInput input(Dice& dice) {
  PolicyInput made{"t", arguments(dice)};
  if (!dice.chance(3))
    made.arguments.set("currency", dice.pick<std::string>({"EUR", "USD", "GBP", "eur"}));
  made.agent = dice.pick<std::string>({"", "a1", "bot"});
  made.on_behalf_of = dice.pick<std::string>({"", "a", "ab"});
  if (dice.chance(2)) made.tags.emplace_back("p");
  made.now = static_cast<TimeMs>(dice.below(1'000'000)) * 60'000;
  made.calls = static_cast<std::int64_t>(dice.below(4));
  if (made.calls > 0 && dice.chance(2)) made.sums["x"] = number(dice);
  return made;
}

int strictness(Effect value) { return static_cast<int>(value); }

// Everything that `loose` demands, `strict` demands too.
bool at_least_as_strict(const std::vector<Threshold>& strict, const std::vector<Threshold>& loose) {
  return std::all_of(loose.begin(), loose.end(), [&](const Threshold& wanted) {
    return std::any_of(strict.begin(), strict.end(), [&](const Threshold& given) {
      return given.from == wanted.from && given.approve >= wanted.approve &&
             given.reject <= wanted.reject;
    });
  });
}

void insert_anywhere(Dice& dice, Policy& into, Rule made) {
  const auto at = static_cast<std::ptrdiff_t>(dice.below(into.rules.size() + 1));
  into.rules.insert(into.rules.begin() + at, std::move(made));
}

// Calls check(dice, policy, input) for every seed.
template <class Check>
void for_all(Check check) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    const Policy made = policy(dice);
    check(dice, made, input(dice));
    if (testing::Test::HasFailure()) return;
  }
}

TEST(PolicyProperty, adding_a_deny_rule_never_loosens) {
  for_all([](Dice& dice, Policy made, const PolicyInput& call) {
    const auto before = evaluate(made, call);
    insert_anywhere(dice, made, rule(dice, Effect::kDeny));
    const auto after = evaluate(made, call);
    EXPECT_GE(strictness(after.effect), strictness(before.effect));
    if (after.effect == before.effect) {
      EXPECT_EQ(after.thresholds, before.thresholds);
    }
  });
}

// From the default, any rule takes over: that is what a default is.
TEST(PolicyProperty, adding_an_ask_rule_never_loosens_what_rules_decide) {
  for_all([](Dice& dice, Policy made, const PolicyInput& call) {
    const auto before = evaluate(made, call);
    if (before.rule == made.fallback.name) return;
    insert_anywhere(dice, made, rule(dice, Effect::kAsk));
    const auto after = evaluate(made, call);
    EXPECT_GE(strictness(after.effect), strictness(before.effect));
    if (after.effect != Effect::kAsk || before.effect != Effect::kAsk) return;
    EXPECT_TRUE(at_least_as_strict(after.thresholds, before.thresholds));
    if (!before.deadline_ms) return;
    ASSERT_TRUE(after.deadline_ms);
    EXPECT_LE(*after.deadline_ms, *before.deadline_ms);
  });
}

TEST(PolicyProperty, adding_an_allow_rule_changes_nothing_that_rules_refuse_or_ask) {
  for_all([](Dice& dice, Policy made, const PolicyInput& call) {
    const auto before = evaluate(made, call);
    if (before.rule == made.fallback.name || before.effect == Effect::kAllow) return;
    insert_anywhere(dice, made, rule(dice, Effect::kAllow));
    const auto after = evaluate(made, call);
    EXPECT_EQ(after.effect, before.effect);
    EXPECT_EQ(after.thresholds, before.thresholds);
  });
}

TEST(PolicyProperty, the_order_of_rules_decides_nothing_but_the_name) {
  for_all([](Dice& dice, Policy made, const PolicyInput& call) {
    const auto before = evaluate(made, call);
    for (std::size_t i = made.rules.size(); i > 1; --i) {
      std::swap(made.rules[i - 1], made.rules[dice.below(i)]);
    }
    const auto after = evaluate(made, call);
    EXPECT_EQ(after.effect, before.effect);
    EXPECT_EQ(after.thresholds, before.thresholds);
    EXPECT_EQ(after.deadline_ms, before.deadline_ms);
    EXPECT_EQ(after.on_deadline, before.on_deadline);
  });
}

// Which of two worlds is real, an agent that hides or garbles an argument must not gain by it:
// against any value the argument could have had, no allow rule is won and no deny rule escaped.
TEST(PolicyProperty, P2_an_unknown_argument_is_as_strict_as_every_value_it_could_have) {
  for_all([](Dice& dice, Policy made, PolicyInput call) {
    for (Rule& one : made.rules) {
      std::erase_if(one.when, [](const Condition& c) { return c.op == Operator::kExists; });
    }
    PolicyInput hidden = call;
    hidden.arguments.erase("x");
    call.arguments.set("x", scalar(dice));
    if (dice.chance(2)) hidden.agent.clear();
    if (dice.chance(2)) hidden.on_behalf_of.clear();
    if (dice.chance(2) && hidden.calls > 0) hidden.sums.clear();
    const auto known = evaluate(made, call), unknown = evaluate(made, hidden);
    if (known.rule == made.fallback.name || unknown.rule == made.fallback.name) return;
    EXPECT_GE(strictness(unknown.effect), strictness(known.effect));
    if (unknown.effect != Effect::kAsk || known.effect != Effect::kAsk) return;
    EXPECT_TRUE(at_least_as_strict(unknown.thresholds, known.thresholds));
  });
}

TEST(PolicyProperty, one_more_condition_never_widens_an_allow_rule) {
  for_all([](Dice& dice, Policy made, const PolicyInput& call) {
    const auto before = evaluate(made, call);
    for (Rule& one : made.rules) {
      if (one.effect != Effect::kAllow) continue;
      if (dice.chance(2))
        one.when.push_back(condition(dice));
      else
        one.circumstances.push_back(circumstance(dice));
    }
    EXPECT_GE(strictness(evaluate(made, call).effect), strictness(before.effect));
  });
}

TEST(PolicyProperty, what_is_unknown_lets_no_allow_rule_match_and_no_other_rule_escape) {
  std::size_t unknown = 0;
  for_all([&](Dice& dice, Policy made, const PolicyInput& call) {
    const Circumstance one = circumstance(dice);
    if (holds(one, call, made.rates) != Truth::kUnknown) return;
    ++unknown;
    EXPECT_FALSE(describe(one, call, made.rates).empty());
    for (const Effect effect : {Effect::kAllow, Effect::kAsk, Effect::kDeny}) {
      Rule only = rule(dice, effect);
      only.name = "only";
      only.tool = "*";
      only.when.clear();
      only.circumstances = {one};
      made.rules = {only};
      EXPECT_EQ(evaluate(made, call).rule == "only", effect != Effect::kAllow);
    }
  });
  EXPECT_GT(unknown, kSeeds / 10);  // Else this would say nothing.
}

TEST(PolicyProperty, every_verdict_has_a_reason_and_asks_somebody) {
  for_all([](Dice&, const Policy& made, const PolicyInput& call) {
    const auto verdict = evaluate(made, call);
    EXPECT_FALSE(verdict.explanation.empty());
    EXPECT_EQ(verdict.thresholds.empty(), verdict.effect != Effect::kAsk);
    if (verdict.effect == Effect::kAsk) {
      EXPECT_EQ(askable(made, call), verdict.thresholds);
    }
  });
}

TEST(PolicyProperty, combine_is_commutative_associative_and_never_loosens) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Dice dice(seed);
    const auto a = thresholds(dice), b = thresholds(dice), c = thresholds(dice);
    const auto both = combine(a, b);
    ASSERT_EQ(both, combine(b, a)) << "seed " << seed;
    ASSERT_EQ(combine(both, c), combine(a, combine(b, c))) << "seed " << seed;
    ASSERT_EQ(combine(both, both), both) << "seed " << seed;
    ASSERT_TRUE(at_least_as_strict(both, a) && at_least_as_strict(both, b)) << "seed " << seed;
  }
}

// The textbook definition, exponential and obviously right.
bool slow_glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*') {
    return !text.empty() && pattern[0] == text[0] && slow_glob(pattern.substr(1), text.substr(1));
  }
  return slow_glob(pattern.substr(1), text) ||
         (!text.empty() && slow_glob(pattern, text.substr(1)));
}

TEST(PolicyProperty, glob_matches_as_the_definition_says) {
  for (std::uint64_t seed = 0; seed < 20 * kSeeds; ++seed) {
    Dice dice(seed);
    std::string pattern, text;
    for (std::size_t i = dice.below(8); i > 0; --i) pattern += dice.pick<char>({'a', 'b', '*'});
    for (std::size_t i = dice.below(10); i > 0; --i) text += dice.pick<char>({'a', 'b'});
    ASSERT_EQ(glob_matches(pattern, text), slow_glob(pattern, text)) << pattern << " " << text;
  }
}

}  // namespace
}  // namespace fermata
