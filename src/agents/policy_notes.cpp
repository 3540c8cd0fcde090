#include "agents/policy_notes.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/policy/circumstances.hpp"

namespace fermata::agents {
namespace {

std::string operator_text(Operator op) {
  switch (op) {
    case Operator::kEq:
      return "is";
    case Operator::kNe:
      return "is not";
    case Operator::kLt:
      return "is less than";
    case Operator::kLte:
      return "is at most";
    case Operator::kGt:
      return "is more than";
    case Operator::kGte:
      return "is at least";
    case Operator::kIn:
      return "is one of";
    case Operator::kNotIn:
      return "is none of";
    case Operator::kExists:
      return "is given:";
    case Operator::kGlob:
      break;
  }
  return "matches";
}

// Whether the rule only says which agent it is for, and means this one.
bool is_settled(const Circumstance& circumstance, const PolicyInput& caller) {
  const auto* agents = std::get_if<AgentIs>(&circumstance);
  return agents != nullptr && holds(*agents, caller, Rates{}) == Truth::kTrue;
}

// The rules that may have a say about one tool of one agent.
class RulesOf {
 public:
  RulesOf(const Policy& policy, const std::string& tool, const std::string& agent) : tool_(tool) {
    caller_.tool = tool;
    caller_.agent = agent;
    for (const Rule& rule : policy.rules)
      if (glob_matches(rule.tool, tool) && !is_for_others(rule)) rules_.push_back(&rule);
  }

  // In the order in which the policy looks at them: no, then ask, then what is left.
  std::string text(const Rule& fallback) const {
    for (const Rule* rule : rules_)
      if (rule->effect == Effect::kDeny && covers_all(*rule)) return line("", *rule);
    std::string lines;
    for (const Effect effect : {Effect::kDeny, Effect::kAsk})
      for (const Rule* rule : rules_)
        if (rule->effect == effect) lines += line(when(*rule), *rule);
    if (fallback.effect != Effect::kAllow && is_reached())
      lines += line(otherwise(!lines.empty()), fallback);
    return lines;
  }

 private:
  bool is_for_others(const Rule& rule) const {
    return std::any_of(
        rule.circumstances.begin(), rule.circumstances.end(), [&](const Circumstance& one) {
          const auto* agents = std::get_if<AgentIs>(&one);
          return agents != nullptr && holds(*agents, caller_, Rates{}) == Truth::kFalse;
        });
  }

  bool depends_on_circumstances(const Rule& rule) const {
    return !std::all_of(rule.circumstances.begin(),
                        rule.circumstances.end(),
                        [&](const Circumstance& one) { return is_settled(one, caller_); });
  }

  bool covers_all(const Rule& rule) const {
    return rule.when.empty() && !depends_on_circumstances(rule);
  }

  // Whether a call may be left to the default. Not if some rule covers all that it does not deny,
  // or if a rule that lets run and one that does not are each other's contrary: a call whose
  // argument cannot be compared falls under the latter.
  bool is_reached() const {
    for (const Rule* one : rules_) {
      if (covers_all(*one)) return false;
      for (const Rule* other : rules_)
        if (one->effect == Effect::kAllow && other->effect != Effect::kAllow &&
            is_contrary(*one, *other))
          return false;
    }
    return true;
  }

  bool is_contrary(const Rule& one, const Rule& other) const {
    static constexpr std::array<std::pair<Operator, Operator>, 4> kContraries = {
        {{Operator::kLte, Operator::kGt},
         {Operator::kLt, Operator::kGte},
         {Operator::kEq, Operator::kNe},
         {Operator::kIn, Operator::kNotIn}}};
    if (one.when.size() != 1 || other.when.size() != 1 || depends_on_circumstances(one) ||
        depends_on_circumstances(other))
      return false;
    const Condition& left = one.when.front();
    const Condition& right = other.when.front();
    const auto both = std::pair(left.op, right.op), turned = std::pair(right.op, left.op);
    return left.argument == right.argument && left.operand == right.operand &&
           left.from == OperandFrom::kPolicy && right.from == OperandFrom::kPolicy &&
           std::any_of(kContraries.begin(), kContraries.end(), [&](const auto& contrary) {
             return contrary == both || contrary == turned;
           });
  }

  std::string conditions(const Rule& rule) const {
    std::string text;
    for (const Condition& condition : rule.when)
      text.append(text.empty() ? "" : " and ")
          .append(condition.argument)
          .append(" ")
          .append(operator_text(condition.op))
          .append(" ")
          .append(condition.from == OperandFrom::kPolicy ? json::write(condition.operand)
                                                         : *condition.operand.as_string());
    // What depends on more than the arguments is told in full when it happens.
    if (depends_on_circumstances(rule))
      text.append(text.empty() ? "" : " and ")
          .append("what else the rule looks at is so (who calls, when, how often, how much)");
    return text;
  }

  std::string when(const Rule& rule) const {
    return covers_all(rule) ? "" : ", some calls (when " + conditions(rule) + ")";
  }

  // Of the default.
  std::string otherwise(bool has_lines) const {
    std::string running;
    for (const Rule* rule : rules_)
      if (rule->effect == Effect::kAllow)
        running.append(running.empty() ? "" : ", or ").append(conditions(*rule));
    if (running.empty()) return has_lines ? ", all other calls" : "";
    return (has_lines ? ", other calls (unless " : ", some calls (unless ") + running + ")";
  }

  static std::string people(const Rule& rule) {
    std::string text;
    const Threshold* before = nullptr;
    for (const Threshold& one : rule.thresholds) {
      if (before != nullptr)
        text += one.stage > before->stage                             ? ", then "
                : !one.choice.empty() && one.choice == before->choice ? " or "
                                                                      : ", ";
      text += one.veto ? one.from + " may refuse" : std::to_string(one.approve) + " of " + one.from;
      before = &one;
    }
    return text;
  }

  std::string line(const std::string& which, const Rule& rule) const {
    const std::string start = "- " + tool_ + which + ": ";
    // A question that nobody can answer is a no.
    if (rule.effect == Effect::kDeny || rule.thresholds.empty())
      return start + "never allowed (" + rule.name + ")\n";
    return start + "people decide first (" + rule.name + "): " + people(rule) + "\n";
  }

  std::string tool_;
  PolicyInput caller_;
  std::vector<const Rule*> rules_;
};

}  // namespace

std::string policy_notes(const Policy* policy, const AgentDefinition& agent) {
  if (policy == nullptr) return "No policy is in force: every call will be denied.\n";
  std::string text;
  for (const std::string& tool : agent.tools) {
    if (is_workflow_point(tool)) continue;
    if (tool == kRequestApproval)
      text += "- " + tool +
              ": people decide, those whom the policy asks about the action that it names; what is "
              "never allowed is not asked\n";
    else
      text += RulesOf(*policy, tool, agent.name).text(policy->fallback);
  }
  return text.empty() ? text : "What is asked about or not allowed:\n" + text;
}

}  // namespace fermata::agents
