#include "core/policy/strictness.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace fermata {
namespace {

constexpr auto kForEver = std::numeric_limits<std::int64_t>::max();

// The alternatives of one choice, or one threshold alone; each with its stage's place among the
// stages that are there.
using Clause = std::vector<Threshold>;

std::vector<Clause> clauses(const std::vector<Threshold>& thresholds) {
  std::set<std::int64_t> stages;
  for (const Threshold& one : thresholds)
    if (!one.veto) stages.insert(one.stage);
  std::vector<Clause> made;
  std::map<std::pair<std::int64_t, std::string>, std::size_t> place;
  for (Threshold one : thresholds) {
    one.stage = one.veto ? 1 : std::distance(stages.begin(), stages.find(one.stage)) + 1;
    const auto [known, is_new] = place.try_emplace({one.stage, one.choice}, made.size());
    if (one.choice.empty() || is_new) made.emplace_back();
    made[one.choice.empty() ? made.size() - 1 : known->second].push_back(std::move(one));
  }
  return made;
}

bool only_adds(const std::vector<Escalation>& steps) {
  return std::none_of(
      steps.begin(), steps.end(), [](const Escalation& one) { return one.replace; });
}

bool implies(const Threshold& strict, const Threshold& loose) {
  const bool fewer_stand_in = strict.delegate_to.empty() || strict.delegate_to == loose.delegate_to;
  const bool fewer_later = strict.escalations == loose.escalations ||
                           (strict.escalations.empty() && only_adds(loose.escalations));
  return strict.from == loose.from && strict.veto == loose.veto &&
         strict.weights == loose.weights && fewer_stand_in && fewer_later &&
         strict.approve >= loose.approve && strict.reject <= loose.reject &&
         strict.stage >= loose.stage;
}

// Whichever way the strict one is met, a way of the loose one is met with it.
bool implies(const Clause& strict, const Clause& loose) {
  return std::all_of(strict.begin(), strict.end(), [&](const Threshold& one) {
    return std::any_of(
        loose.begin(), loose.end(), [&](const Threshold& other) { return implies(one, other); });
  });
}

}  // namespace

bool covers(const std::vector<Threshold>& strict, const std::vector<Threshold>& loose) {
  const std::vector<Clause> given = clauses(strict);
  const std::vector<Clause> all = clauses(loose);
  return std::all_of(all.begin(), all.end(), [&](const Clause& wanted) {
    return std::any_of(
        given.begin(), given.end(), [&](const Clause& one) { return implies(one, wanted); });
  });
}

bool covers(const Terms& strict, const Terms& loose) {
  return strict.effect_wait_ms >= loose.effect_wait_ms &&
         strict.grant_life_ms.value_or(kForEver) <= loose.grant_life_ms.value_or(kForEver) &&
         strict.extend_ms.value_or(0) <= loose.extend_ms.value_or(0);
}

}  // namespace fermata
