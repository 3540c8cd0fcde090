#include "core/policy/policy.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/assert.hpp"
#include "core/policy/conditions.hpp"

namespace fermata {
namespace {

constexpr std::size_t kExplainedRules = 3;

// Unknown lets nothing run by an allow rule and escapes no other rule. A condition that certainly
// fails settles it for all effects, whatever is unknown beside it.
bool applies(const Rule& rule, const std::string& tool, const json::Object& arguments) {
  if (!glob_matches(rule.tool, tool)) return false;
  const Truth least = rule.effect == Effect::kAllow ? Truth::kTrue : Truth::kUnknown;
  return std::all_of(rule.when.begin(), rule.when.end(), [&](const Condition& condition) {
    return holds(condition, arguments) >= least;
  });
}

std::vector<const Rule*> applying(const Policy& policy,
                                  Effect effect,
                                  const std::string& tool,
                                  const json::Object& arguments) {
  std::vector<const Rule*> found;
  for (const Rule& rule : policy.rules) {
    if (rule.effect == effect && applies(rule, tool, arguments)) found.push_back(&rule);
  }
  return found;
}

std::vector<const Rule*> asking_about(const Policy& policy, const std::string& tool) {
  std::vector<const Rule*> found;
  for (const Rule& rule : policy.rules) {
    if (rule.effect == Effect::kAsk && glob_matches(rule.tool, tool)) found.push_back(&rule);
  }
  return found;
}

std::vector<Threshold> all_thresholds(const std::vector<const Rule*>& rules) {
  std::vector<Threshold> thresholds;
  for (const Rule* rule : rules) thresholds = combine(std::move(thresholds), rule->thresholds);
  return thresholds;
}

// The shortest deadline; where several rules share it, kReject, which is the stricter end.
void take_deadline(PolicyVerdict& verdict, const std::vector<const Rule*>& rules) {
  constexpr auto kNever = std::numeric_limits<std::int64_t>::max();
  std::int64_t shortest = kNever;
  for (const Rule* rule : rules) shortest = std::min(shortest, rule->deadline_ms.value_or(kNever));
  for (const Rule* rule : rules) {
    if (rule->deadline_ms.value_or(kNever) != shortest) continue;
    verdict.deadline_ms = rule->deadline_ms;
    if (rule->on_deadline == OnDeadline::kReject) verdict.on_deadline = OnDeadline::kReject;
  }
}

// The agent chooses the tool's name: one that could pass for a part of our sentence is quoted.
std::string shown_tool(const std::string& tool) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/";
  const bool plain = !tool.empty() && tool.find_first_not_of(kPlain) == std::string::npos;
  return plain ? tool : json::write(tool);
}

std::string headline(Effect effect, const std::string& tool) {
  switch (effect) {
    case Effect::kAllow:
      return shown_tool(tool) + " runs: ";
    case Effect::kAsk:
      return shown_tool(tool) + " asks: ";
    case Effect::kDeny:
      return shown_tool(tool) + " is denied: ";
  }
  FERMATA_ASSERT(false, "an effect is one of three");
}

std::string because(const Rule& rule, const std::string& tool, const json::Object& arguments) {
  std::string reasons;
  for (const Condition& condition : rule.when) {
    reasons += (reasons.empty() ? " because " : " and ") + describe(condition, arguments);
  }
  return reasons.empty() ? " covers every call of " + shown_tool(tool) : reasons;
}

std::string explain(const std::vector<const Rule*>& rules,
                    const std::string& tool,
                    const json::Object& arguments) {
  std::string text = headline(rules.front()->effect, tool);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (i > 0) text += "; also ";
    if (i == kExplainedRules) return text + std::to_string(rules.size() - i) + " more";
    text += "rule '" + rules[i]->name + "'" + because(*rules[i], tool, arguments);
  }
  return text;
}

PolicyVerdict by_rules(const std::vector<const Rule*>& rules,
                       const std::string& tool,
                       const json::Object& arguments) {
  PolicyVerdict verdict;
  verdict.effect = rules.front()->effect;
  verdict.rule = rules.front()->name;
  verdict.explanation = explain(rules, tool, arguments);
  if (verdict.effect == Effect::kAsk) {
    verdict.thresholds = all_thresholds(rules);
    take_deadline(verdict, rules);
  }
  return verdict;
}

PolicyVerdict by_default(const Policy& policy, const std::string& tool) {
  const bool named = std::any_of(policy.rules.begin(), policy.rules.end(), [&](const Rule& rule) {
    return glob_matches(rule.tool, tool);
  });
  PolicyVerdict verdict = by_rules({&policy.fallback}, tool, {});
  verdict.explanation = headline(verdict.effect, tool) +
                        (named ? "no rule for it matches" : "no rule names it") +
                        ", so the default applies";
  return verdict;
}

PolicyVerdict first_that_applies(const Policy& policy,
                                 const std::string& tool,
                                 const json::Object& arguments) {
  for (const Effect effect : {Effect::kDeny, Effect::kAsk, Effect::kAllow}) {
    const auto rules = applying(policy, effect, tool, arguments);
    if (!rules.empty()) return by_rules(rules, tool, arguments);
  }
  return by_default(policy, tool);
}

}  // namespace

PolicyVerdict evaluate(const Policy& policy,
                       const std::string& tool,
                       const json::Object& arguments) {
  PolicyVerdict verdict = first_that_applies(policy, tool, arguments);
  if (verdict.effect != Effect::kAsk || !verdict.thresholds.empty()) return verdict;
  // A question that nobody can answer would wait for ever: it is a no at once (P2).
  PolicyVerdict refusal;
  refusal.rule = verdict.rule;
  refusal.explanation =
      headline(Effect::kDeny, tool) + "rule '" + verdict.rule + "' asks, but names nobody to ask";
  return refusal;
}

PolicyVerdict judge_call(const Policy& policy,
                         const std::string& tool,
                         const json::Object& arguments) {
  if (tool != kRequestApproval) return evaluate(policy, tool, arguments);
  const json::Value asked = arguments;
  const std::string action = asked.string_or("action");
  const json::Object* inner = asked["arguments"].as_object();
  PolicyVerdict verdict;
  verdict.explanation = std::string(kRequestApproval) + " names no action";
  if (action.empty() || (inner == nullptr && !asked["arguments"].is_null())) return verdict;
  const json::Object of_action = inner == nullptr ? json::Object{} : *inner;
  verdict = evaluate(policy, action, of_action);
  if (verdict.effect != Effect::kAllow) return verdict;
  verdict.thresholds = askable(policy, action, of_action);
  verdict.effect = verdict.thresholds.empty() ? Effect::kDeny : Effect::kAsk;
  if (verdict.effect == Effect::kDeny)
    verdict.explanation = "the policy names nobody to ask about " + shown_tool(action);
  return verdict;
}

std::vector<Threshold> askable(const Policy& policy,
                               const std::string& tool,
                               const json::Object& arguments) {
  PolicyVerdict verdict = evaluate(policy, tool, arguments);
  if (verdict.effect == Effect::kAsk) return std::move(verdict.thresholds);
  // Nobody was needed for the call itself, so whom the default names is enough to tell about it.
  if (policy.fallback.effect == Effect::kAsk) return policy.fallback.thresholds;
  return all_thresholds(asking_about(policy, tool));
}

std::vector<Threshold> combine(std::vector<Threshold> base, const std::vector<Threshold>& extra) {
  base.insert(base.end(), extra.begin(), extra.end());
  std::vector<Threshold> combined;
  for (Threshold& one : base) {
    // Whatever a caller let through, agreeing takes somebody and one no can be too many.
    one.approve = std::max<std::int64_t>(one.approve, 1);
    one.reject = std::max<std::int64_t>(one.reject, 1);
    const auto known = std::find_if(combined.begin(), combined.end(), [&](const Threshold& other) {
      return other.from == one.from;
    });
    if (known == combined.end()) {
      combined.push_back(one);
    } else {
      known->approve = std::max(known->approve, one.approve);
      known->reject = std::min(known->reject, one.reject);
    }
  }
  std::sort(combined.begin(), combined.end(), [](const Threshold& a, const Threshold& b) {
    return a.from < b.from;
  });
  return combined;
}

std::string to_string(Effect effect) {
  switch (effect) {
    case Effect::kAllow:
      return "allow";
    case Effect::kAsk:
      return "ask";
    case Effect::kDeny:
      return "deny";
  }
  FERMATA_ASSERT(false, "an effect is one of three");
}

}  // namespace fermata
