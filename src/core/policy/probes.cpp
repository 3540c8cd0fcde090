#include "core/policy/probes.hpp"

#include <algorithm>

#include "core/policy/cases.hpp"
#include "core/policy/circumstances.hpp"
#include "core/policy/conditions.hpp"
#include "core/policy/variants.hpp"

namespace fermata {
namespace {

bool matches(const Rule& rule, const PolicyInput& input, const Rates& rates) {
  return std::all_of(rule.when.begin(),
                     rule.when.end(),
                     [&](const auto& one) { return holds(one, input) == Truth::kTrue; }) &&
         std::all_of(rule.circumstances.begin(), rule.circumstances.end(), [&](const auto& one) {
           return holds(one, input, rates) == Truth::kTrue;
         });
}

// Takes the first variant that makes `rule`, as far as it goes, match; leaves `input` as it was if
// none does.
void satisfy(PolicyInput& input,
             const Rule& rule,
             const Rates& rates,
             const std::vector<Variant>& variants) {
  if (matches(rule, input, rates)) return;
  for (const Variant& variant : variants) {
    PolicyInput tried = input;
    variant(tried);
    if (!matches(rule, tried, rates)) continue;
    input = std::move(tried);
    return;
  }
}

// A call that the rule matches, where that can be found condition by condition.
PolicyInput matching(const Rule& rule, const Rates& rates) {
  PolicyInput input{like(rule.tool), {}};
  input.agent = "agent";
  input.on_behalf_of = "somebody";
  input.now = kTimeOfCases;
  Rule so_far;
  for (const Condition& one : rule.when) {
    so_far.when.push_back(one);
    satisfy(input, so_far, rates, variants_of(one));
  }
  for (const Circumstance& one : rule.circumstances) {
    so_far.circumstances.push_back(one);
    satisfy(input, so_far, rates, variants_of(one, rates));
  }
  return input;
}

class Collection {
 public:
  explicit Collection(std::size_t most) : most_(most) {}
  bool full() const { return found_.size() >= most_; }
  void add(PolicyInput input, const Rule& rule) {
    if (!full()) found_.push_back({std::move(input), rule.name});
  }
  std::vector<Probe> take() { return std::move(found_); }

 private:
  std::size_t most_;
  std::vector<Probe> found_;
};

// From `base`, everything that one rule of `policy` distinguishes in a call of that tool.
void vary(const PolicyInput& base, const Rule& origin, const Policy& policy, Collection& into) {
  const auto add_all = [&](const std::vector<Variant>& variants) {
    for (const Variant& variant : variants) {
      PolicyInput varied = base;
      variant(varied);
      into.add(std::move(varied), origin);
    }
  };
  for (const Rule& rule : policy.rules) {
    if (into.full()) return;
    if (!glob_matches(rule.tool, base.tool)) continue;
    for (const Condition& one : rule.when) add_all(variants_of(one));
    for (const Circumstance& one : rule.circumstances) add_all(variants_of(one, policy.rates));
  }
}

}  // namespace

std::vector<Probe> probes(const Policy& before, const Policy& after, std::size_t most) {
  Collection found(most);
  for (const Policy* policy : {&before, &after}) {
    for (const Rule& rule : policy->rules) {
      if (found.full()) break;
      const PolicyInput base = matching(rule, policy->rates);
      found.add(base, rule);
      vary(base, rule, before, found);
      vary(base, rule, after, found);
    }
  }
  PolicyInput unheard_of{"a tool that no rule names", {}};
  unheard_of.now = kTimeOfCases;
  found.add(std::move(unheard_of), after.fallback);
  return found.take();
}

}  // namespace fermata
