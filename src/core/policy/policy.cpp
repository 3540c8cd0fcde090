#include "core/policy/policy.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>

#include "base/assert.hpp"
#include "core/policy/circumstances.hpp"
#include "core/policy/conditions.hpp"

namespace fermata {
namespace {

constexpr std::size_t kExplainedRules = 3;
constexpr auto kNever = std::numeric_limits<std::int64_t>::max();

// Unknown lets nothing run by an allow rule and escapes no other rule. A condition that certainly
// fails settles it for all effects, whatever is unknown beside it.
bool applies(const Rule& rule, const PolicyInput& input, const Rates& rates) {
  if (!glob_matches(rule.tool, input.tool)) return false;
  const Truth least = rule.effect == Effect::kAllow ? Truth::kTrue : Truth::kUnknown;
  return std::all_of(rule.when.begin(),
                     rule.when.end(),
                     [&](const Condition& one) { return holds(one, input) >= least; }) &&
         std::all_of(rule.circumstances.begin(),
                     rule.circumstances.end(),
                     [&](const Circumstance& one) { return holds(one, input, rates) >= least; });
}

std::vector<const Rule*> applying(const Policy& policy, Effect effect, const PolicyInput& input) {
  std::vector<const Rule*> found;
  for (const Rule& rule : policy.rules) {
    if (rule.effect == effect && applies(rule, input, policy.rates)) found.push_back(&rule);
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

// The shortest deadline; where several rules share it, kReject, which is the strictest end, or else
// what the first of them says.
void take_deadline(PolicyVerdict& verdict, const std::vector<const Rule*>& rules) {
  const auto length = [](const Rule* rule) { return rule->deadline_ms.value_or(kNever); };
  const auto shortest = *std::min_element(
      rules.begin(), rules.end(), [&](auto* a, auto* b) { return length(a) < length(b); });
  verdict.deadline_ms = shortest->deadline_ms;
  verdict.on_deadline = shortest->on_deadline;
  for (const Rule* rule : rules)
    if (length(rule) == length(shortest) && rule->on_deadline == OnDeadline::kReject)
      verdict.on_deadline = OnDeadline::kReject;
}

// Whoever asks for a longer wait, a shorter life or less extension gets it.
Terms strictest(const std::vector<const Rule*>& rules) {
  Terms all;
  std::set<std::int64_t> reminders;
  for (const Rule* rule : rules) {
    const Terms& one = rule->terms;
    reminders.insert(one.remind_permille.begin(), one.remind_permille.end());
    all.effect_wait_ms = std::max(all.effect_wait_ms, one.effect_wait_ms);
    if (one.grant_life_ms)
      all.grant_life_ms = std::min(*one.grant_life_ms, all.grant_life_ms.value_or(kNever));
    all.extend_ms = std::min(one.extend_ms.value_or(0), all.extend_ms.value_or(kNever));
  }
  all.remind_permille.assign(reminders.begin(), reminders.end());
  return all;
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

std::string because(const Rule& rule, const PolicyInput& input, const Rates& rates) {
  std::string reasons;
  const auto add = [&](const std::string& reason) {
    reasons += (reasons.empty() ? " because " : " and ") + reason;
  };
  for (const Condition& condition : rule.when) add(describe(condition, input));
  for (const Circumstance& one : rule.circumstances) add(describe(one, input, rates));
  return reasons.empty() ? " covers every call of " + shown_tool(input.tool) : reasons;
}

std::string explain(const std::vector<const Rule*>& rules,
                    const PolicyInput& input,
                    const Rates& rates) {
  std::string text = headline(rules.front()->effect, input.tool);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (i > 0) text += "; also ";
    if (i == kExplainedRules) return text + std::to_string(rules.size() - i) + " more";
    text += "rule '" + rules[i]->name + "'" + because(*rules[i], input, rates);
  }
  return text;
}

PolicyVerdict by_rules(const std::vector<const Rule*>& rules,
                       const PolicyInput& input,
                       const Rates& rates) {
  PolicyVerdict verdict;
  verdict.effect = rules.front()->effect;
  verdict.rule = rules.front()->name;
  verdict.explanation = explain(rules, input, rates);
  if (verdict.effect == Effect::kAsk) {
    verdict.thresholds = all_thresholds(rules);
    take_deadline(verdict, rules);
    verdict.terms = strictest(rules);
  }
  return verdict;
}

PolicyVerdict by_default(const Policy& policy, const PolicyInput& input) {
  const bool named = std::any_of(policy.rules.begin(), policy.rules.end(), [&](const Rule& rule) {
    return glob_matches(rule.tool, input.tool);
  });
  PolicyVerdict verdict = by_rules({&policy.fallback}, input, policy.rates);
  verdict.explanation = headline(verdict.effect, input.tool) +
                        (named ? "no rule for it matches" : "no rule names it") +
                        ", so the default applies";
  return verdict;
}

PolicyVerdict first_that_applies(const Policy& policy, const PolicyInput& input) {
  for (const Effect effect : {Effect::kDeny, Effect::kAsk, Effect::kAllow}) {
    const auto rules = applying(policy, effect, input);
    if (!rules.empty()) return by_rules(rules, input, policy.rates);
  }
  return by_default(policy, input);
}

}  // namespace

PolicyVerdict evaluate(const Policy& policy, const PolicyInput& input) {
  PolicyVerdict verdict = first_that_applies(policy, input);
  if (verdict.effect != Effect::kAsk || !verdict.thresholds.empty()) return verdict;
  // A question that nobody can answer would wait for ever: it is a no at once (P2).
  PolicyVerdict refusal;
  refusal.rule = verdict.rule;
  refusal.explanation = headline(Effect::kDeny, input.tool) + "rule '" + verdict.rule +
                        "' asks, but names nobody to ask";
  return refusal;
}

PolicyVerdict judge_call(const Policy& policy, const PolicyInput& input) {
  if (input.tool != kRequestApproval) return evaluate(policy, input);
  Result<ToolRequest> asked = read_tool_request(input.arguments);
  PolicyVerdict verdict;
  if (!asked) {
    verdict.explanation =
        std::string(kRequestApproval) + " cannot be asked like this: " + asked.error().message;
    return verdict;
  }
  PolicyInput action = input;
  action.tool = std::move(asked->action);
  action.arguments = std::move(asked->arguments);
  verdict = evaluate(policy, action);
  if (verdict.effect != Effect::kAllow) return verdict;
  verdict.thresholds = askable(policy, action);
  verdict.effect = verdict.thresholds.empty() ? Effect::kDeny : Effect::kAsk;
  if (verdict.effect == Effect::kDeny)
    verdict.explanation = "the policy names nobody to ask about " + shown_tool(action.tool);
  return verdict;
}

std::vector<Threshold> askable(const Policy& policy, const PolicyInput& input) {
  PolicyVerdict verdict = evaluate(policy, input);
  if (verdict.effect == Effect::kAsk) return std::move(verdict.thresholds);
  // Nobody was needed for the call itself, so whom the default names is enough to tell about it.
  if (policy.fallback.effect == Effect::kAsk) return policy.fallback.thresholds;
  std::vector<Threshold> thresholds = all_thresholds(asking_about(policy, input.tool));
  if (!thresholds.empty() || input.tool != kPublishPolicy) return thresholds;
  // Those who are asked about anything: or nobody could ever agree to another policy.
  std::vector<const Rule*> asking;
  for (const Rule& rule : policy.rules)
    if (rule.effect == Effect::kAsk) asking.push_back(&rule);
  return all_thresholds(asking);
}

Schedule schedule_for(const Terms& terms, std::optional<TimeMs> deadline, TimeMs now) {
  Schedule schedule;
  if (deadline)
    for (const std::int64_t share : terms.remind_permille)
      schedule.reminders.push_back(now + (*deadline - now) / 1000 * share);
  schedule.effect_wait_ms = terms.effect_wait_ms;
  schedule.grant_life_ms = terms.grant_life_ms;
  schedule.extend_ms = terms.extend_ms.value_or(0);
  return schedule;
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
