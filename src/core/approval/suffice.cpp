#include "core/approval/suffice.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace fermata {
namespace {

constexpr int kMostTries = 5'000;

struct Search {
  std::vector<Wanted> wanted;
  // Those who are alike count as one kind of so many.
  std::vector<std::pair<Gift, std::int64_t>> kinds;
  std::vector<std::int64_t> stages;
  int tries = 0;

  bool met() const {
    std::map<std::pair<std::int64_t, std::string_view>, bool> choices;
    for (const Wanted& one : wanted) {
      if (one.choice.empty() && one.missing > 0) return false;
      if (!one.choice.empty()) choices[{one.stage, one.choice}] |= one.missing <= 0;
    }
    return std::all_of(choices.begin(), choices.end(), [](const auto& one) { return one.second; });
  }

  // How many of a kind are of use in a stage.
  std::int64_t of_use(const Gift& gift, std::int64_t stage, std::int64_t most) const {
    std::int64_t use = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i].stage == stage && gift[i] > 0 && wanted[i].missing > 0)
        use = std::max(use, (wanted[i].missing + gift[i] - 1) / gift[i]);
    return std::min(use, most);
  }

  void give(const Gift& gift, std::int64_t stage, std::int64_t times) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i].stage == stage) wanted[i].missing -= gift[i] * times;
  }

  // Shares out `left` of kind `k` among the stages from `s` on, then the kinds after it.
  bool shares(std::size_t k, std::size_t s, std::int64_t left) {
    if (met() || ++tries > kMostTries) return true;
    if (k == kinds.size()) return false;
    if (s == stages.size()) return k + 1 < kinds.size() && shares(k + 1, 0, kinds[k + 1].second);
    const Gift gift = kinds[k].first;
    for (std::int64_t times = of_use(gift, stages[s], left); times >= 0; --times) {
      give(gift, stages[s], times);
      const bool enough = shares(k, s + 1, left - times);
      give(gift, stages[s], -times);
      if (enough) return true;
    }
    return false;
  }
};

}  // namespace

Sufficiency suffice(const std::vector<Wanted>& wanted, const std::vector<Gift>& gifts) {
  std::set<std::int64_t> stages;
  for (const Wanted& one : wanted) stages.insert(one.stage);
  std::map<Gift, std::int64_t> kinds;
  for (const Gift& gift : gifts) ++kinds[gift];
  Search search{{}, {kinds.begin(), kinds.end()}, {}};
  for (const std::int64_t stage : stages) {
    search.stages.push_back(stage);
    search.wanted = wanted;
    for (Wanted& one : search.wanted)
      if (one.stage > stage) one.missing = 0;
    const std::int64_t first = search.kinds.empty() ? 0 : search.kinds.front().second;
    if (!search.shares(0, 0, first)) return {stage};
    if (search.tries > kMostTries) return {std::nullopt, false};
  }
  return {};
}

}  // namespace fermata
