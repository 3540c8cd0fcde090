#include "core/policy/diff.hpp"

#include <algorithm>
#include <set>

#include "base/assert.hpp"
#include "core/policy/probes.hpp"
#include "core/policy/strictness.hpp"

namespace fermata {
namespace {

constexpr std::size_t kMostProbes = 20'000;

const Rule* named(const Policy& policy, const std::string& name) {
  const auto found = std::find_if(policy.rules.begin(), policy.rules.end(), [&](const Rule& rule) {
    return rule.name == name;
  });
  return found == policy.rules.end() ? nullptr : &*found;
}

void compare_rules(const Policy& before, const Policy& after, PolicyDiff& into) {
  for (const Rule& rule : before.rules) {
    const Rule* now = named(after, rule.name);
    if (now == nullptr)
      into.removed.push_back(rule.name);
    else if (!(*now == rule))
      into.changed.push_back(rule.name);
  }
  for (const Rule& rule : after.rules)
    if (named(before, rule.name) == nullptr) into.added.push_back(rule.name);
  if (!(before.fallback == after.fallback)) into.changed.emplace_back("default");
  if (!(before.rates == after.rates)) into.changed.emplace_back("rates");
  if (!(before.attention == after.attention)) into.changed.emplace_back("attention");
}

// What tells one call from another.
std::string identity(const PolicyInput& input) {
  json::Array tags(input.tags.begin(), input.tags.end());
  json::Object sums;
  for (const auto& [path, sum] : input.sums) sums.set(path, sum.text());
  return json::canonical(json::Object{{"tool", input.tool},
                                      {"arguments", input.arguments},
                                      {"agent", input.agent},
                                      {"on_behalf_of", input.on_behalf_of},
                                      {"tags", std::move(tags)},
                                      {"now", input.now},
                                      {"calls", input.calls},
                                      {"sums", std::move(sums)}});
}

// A deadline agrees to nothing, so that another one is neither looser nor stricter.
bool same_asking(const PolicyVerdict& before, const PolicyVerdict& after) {
  return before.thresholds == after.thresholds && before.deadline_ms == after.deadline_ms &&
         before.on_deadline == after.on_deadline && before.terms == after.terms;
}

}  // namespace

Direction compare(const PolicyVerdict& before, const PolicyVerdict& after) {
  if (before.effect != after.effect)
    return before.effect < after.effect ? Direction::kStricter : Direction::kLooser;
  const auto asks_all = [](const PolicyVerdict& strict, const PolicyVerdict& loose) {
    return covers(strict.thresholds, loose.thresholds) && covers(strict.terms, loose.terms);
  };
  const bool stricter = asks_all(after, before);
  const bool looser = asks_all(before, after);
  if (stricter && looser) return same_asking(before, after) ? Direction::kSame : Direction::kOther;
  return stricter ? Direction::kStricter : looser ? Direction::kLooser : Direction::kOther;
}

PolicyDiff diff(const Policy& before,
                const Policy& after,
                const std::vector<PolicyCase>& cases_before,
                const std::vector<PolicyCase>& cases_after) {
  PolicyDiff made;
  compare_rules(before, after, made);
  std::set<std::string> tried;
  const auto attempt = [&](const PolicyInput& input, const std::string& origin) {
    if (!tried.insert(identity(input)).second) return;
    CallChange change{input, origin, judge_call(before, input), judge_call(after, input)};
    change.direction = compare(change.before, change.after);
    if (change.direction != Direction::kSame) made.calls.push_back(std::move(change));
  };
  for (const auto* cases : {&cases_before, &cases_after})
    for (const PolicyCase& one : *cases) attempt(one.input, "case '" + one.name + "'");
  for (const Probe& one : probes(before, after, kMostProbes))
    attempt(one.input, "rule '" + one.rule + "'");
  made.tried = tried.size();
  return made;
}

std::string to_string(Direction direction) {
  switch (direction) {
    case Direction::kSame:
      return "same";
    case Direction::kLooser:
      return "looser";
    case Direction::kStricter:
      return "stricter";
    case Direction::kOther:
      return "different";
  }
  FERMATA_ASSERT(false, "a direction is one of four");
}

}  // namespace fermata
