#include "core/approval/threshold.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace fermata {
namespace {

auto place(const Threshold& one) { return std::tie(one.stage, one.from, one.choice, one.name); }

bool same_people(const Threshold& a, const Threshold& b) {
  return a.from == b.from && a.stage == b.stage && a.choice == b.choice && a.veto == b.veto &&
         a.weights == b.weights && a.delegate_to == b.delegate_to && a.escalations == b.escalations;
}

// The alternatives of one choice.
std::vector<Threshold> alternatives(const std::vector<Threshold>& all, const Threshold& of) {
  std::vector<Threshold> found;
  for (const Threshold& one : all)
    if (one.stage == of.stage && one.choice == of.choice) found.push_back(one);
  return found;
}

bool same_alternatives(const std::vector<Threshold>& a, const std::vector<Threshold>& b) {
  const auto has = [](const std::vector<Threshold>& all, const Threshold& one) {
    return std::any_of(
        all.begin(), all.end(), [&](const Threshold& other) { return same_people(one, other); });
  };
  return std::all_of(a.begin(), a.end(), [&](const Threshold& one) { return has(b, one); }) &&
         std::all_of(b.begin(), b.end(), [&](const Threshold& one) { return has(a, one); });
}

// Two choices of one name and other alternatives are two choices: made one, any of all of them
// would be enough.
std::vector<Threshold> choose_apart(const std::vector<Threshold>& base,
                                    std::vector<Threshold> extra) {
  const std::vector<Threshold> given = extra;
  for (std::size_t i = 0; i < extra.size(); ++i) {
    Threshold wanted = given[i];
    const auto ours = alternatives(given, wanted);
    for (int n = 2; !wanted.choice.empty(); ++n) {
      auto theirs = alternatives(base, wanted);
      for (Threshold& one : theirs) one.choice = given[i].choice;
      if (theirs.empty() || same_alternatives(ours, theirs)) break;
      wanted.choice = given[i].choice + " (" + std::to_string(n) + ")";
    }
    extra[i].choice = wanted.choice;
  }
  return extra;
}

void name_apart(std::vector<Threshold>& thresholds) {
  std::set<std::string> taken;
  for (Threshold& one : thresholds) {
    const std::string label = one.label();
    std::string free = label;
    for (int n = 2; !taken.insert(free).second; ++n) free = label + " (" + std::to_string(n) + ")";
    if (free != label) one.name = std::move(free);
  }
}

}  // namespace

std::vector<Threshold> combine(std::vector<Threshold> base, const std::vector<Threshold>& extra) {
  for (Threshold& one : choose_apart(base, extra)) base.push_back(std::move(one));
  std::vector<Threshold> combined;
  for (Threshold& one : base) {
    // Whatever a caller let through, agreeing takes somebody and one no can be too many.
    one.approve = std::max<std::int64_t>(one.approve, 1);
    one.reject = std::max<std::int64_t>(one.reject, 1);
    const auto known = std::find_if(combined.begin(), combined.end(), [&](const Threshold& other) {
      return same_people(one, other);
    });
    if (known == combined.end()) {
      combined.push_back(one);
    } else {
      known->approve = std::max(known->approve, one.approve);
      known->reject = std::min(known->reject, one.reject);
    }
  }
  std::stable_sort(combined.begin(), combined.end(), [](const Threshold& a, const Threshold& b) {
    return place(a) < place(b);
  });
  name_apart(combined);
  return combined;
}

Threshold escalated(Threshold threshold, std::int64_t elapsed_ms, bool met) {
  auto& steps = threshold.escalations;
  while (!steps.empty() && steps.front().after_ms <= elapsed_ms) {
    const Escalation step = steps.front();
    steps.erase(steps.begin());
    if (met) continue;
    threshold.name = threshold.label();
    threshold.from = step.replace ? step.to : "(" + threshold.from + ") or (" + step.to + ")";
  }
  return threshold;
}

}  // namespace fermata
