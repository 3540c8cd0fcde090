#include "agents/context.hpp"

#include <algorithm>

#include "agents/loop/prompts.hpp"

namespace fermata::agents {
namespace {

constexpr std::size_t kMaxApprovals = 20;
constexpr std::size_t kMaxCheckpoints = 20;
constexpr std::int64_t kMaxPartChars = 4000;
constexpr std::int64_t kFewSteps = 3;

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

std::string conditions_text(const Rule& rule) {
  std::string text;
  for (const Condition& condition : rule.when)
    text.append(text.empty() ? " when " : " and ")
        .append(condition.argument)
        .append(" ")
        .append(operator_text(condition.op))
        .append(" ")
        .append(json::write(condition.operand));
  return text;
}

std::string rule_text(const std::string& tool, const Rule& rule) {
  std::string text = "- " + tool + conditions_text(rule);
  if (rule.effect == Effect::kDeny) return text + ": never allowed (" + rule.name + ")\n";
  text += ": people decide first (" + rule.name + "), of";
  for (const Threshold& threshold : rule.thresholds)
    text.append(" ").append(threshold.from).append(" ").append(std::to_string(threshold.approve));
  return text + "\n";
}

std::string policy_part(const Known& known) {
  if (known.policy == nullptr) return "No policy is in force: every call will be denied.\n";
  std::string text;
  for (const std::string& tool : known.agent.tools) {
    bool named = false;
    for (const Rule& rule : known.policy->rules) {
      if (!glob_matches(rule.tool, tool)) continue;
      named = true;
      if (rule.effect != Effect::kAllow) text += rule_text(tool, rule);
    }
    if (!named && known.policy->fallback.effect != Effect::kAllow)
      text += rule_text(tool, known.policy->fallback);
  }
  return text.empty() ? text : "What is asked about or not allowed:\n" + text;
}

std::string approvals_part(const Known& known) {
  std::string text;
  const std::size_t all = known.approvals.size();
  for (std::size_t i = all > kMaxApprovals ? all - kMaxApprovals : 0; i < all; ++i) {
    const json::Value& approval = known.approvals[i];
    text.append("- ")
        .append(approval.string_or("action"))
        .append(" ")
        .append(json::write(approval["arguments"]))
        .append(": ")
        .append(approval.string_or("status"));
    const json::Value& outcome = approval["outcome"];
    if (const std::string by = outcome.string_or("by"); !by.empty()) text.append(" by ").append(by);
    if (const json::Array* decisions = approval["decisions"].as_array())
      for (const json::Value& decision : *decisions)
        if (const std::string reason = decision.string_or("reason"); !reason.empty())
          text.append("; ")
              .append(decision.string_or("person"))
              .append(": \"")
              .append(reason)
              .append("\"");
    text += "\n";
  }
  return text.empty() ? text : "What people were asked so far:\n" + text;
}

std::string checkpoints_part(const Known& known) {
  std::string text;
  std::size_t count = 0;
  for (const json::Value& checkpoint : known.checkpoints) {
    if (!checkpoint.bool_or("live") || checkpoint["metadata"].bool_or("automatic")) continue;
    if (++count > kMaxCheckpoints) break;
    text.append("- ")
        .append(checkpoint.string_or("id"))
        .append(": ")
        .append(checkpoint.string_or("name"));
    text += "\n";
  }
  return text.empty() ? text : "Checkpoints you can return to:\n" + text;
}

// In quarters, so that it is not said anew at every step.
std::string quarters(const char* of, double spent, double limit) {
  if (limit <= 0) return {};
  const int left = 4 - static_cast<int>(std::min(4.0, 4 * spent / limit));
  if (left >= 4) return {};
  return "Of the " + std::string(of) + ", " +
         (left <= 1   ? "less than a quarter"
          : left == 2 ? "about half"
                      : "three quarters") +
         " is left.\n";
}

std::string limits_part(const Known& known) {
  std::string text;
  if (known.steps_left <= kFewSteps)
    text =
        "Steps left: " + std::to_string(known.steps_left) + ". Come to an end with final_answer.\n";
  const AgentLimits& limits = known.agent.limits;
  text += quarters(
      "tokens", static_cast<double>(known.spent.tokens), static_cast<double>(limits.tokens));
  text += quarters("budget", known.spent.cost, limits.cost);
  text += quarters(
      "time", static_cast<double>(known.spent.model_ms) / 1000, static_cast<double>(limits.time_s));
  return text;
}

}  // namespace

Spent spent_in(const Journal& journal, const ModelDefinition& model) {
  Spent spent;
  journal.each([&](const json::Value& call) {
    if (call.string_or("kind") != "model") return;
    const Usage usage = answer_from(call["result"]).usage;
    spent.tokens += usage.input + usage.output;
    spent.cost += (static_cast<double>(usage.input) * model.input_price +
                   static_cast<double>(usage.output) * model.output_price) /
                  1e6;
    spent.model_ms += call["arguments"].int_or("took_ms");
  });
  return spent;
}

std::string limit_reached(const Spent& spent, const AgentLimits& limits) {
  if (limits.tokens > 0 && spent.tokens >= limits.tokens) return "limit.tokens";
  if (limits.cost > 0 && spent.cost >= limits.cost) return "limit.cost";
  if (limits.time_s > 0 && spent.model_ms >= limits.time_s * 1000) return "limit.time";
  return {};
}

std::string notes(const Known& known, const Journal& journal) {
  const ContextParts& on = known.agent.context;
  std::vector<std::string> parts;
  if (on.rollbacks) parts.push_back(known.notice.empty() ? "" : known.notice + "\n");
  if (on.policy) parts.push_back(policy_part(known));
  if (on.approvals) parts.push_back(approvals_part(known));
  if (on.checkpoints) parts.push_back(checkpoints_part(known));
  if (on.limits) parts.push_back(limits_part(known));
  std::string told;
  journal.each([&](const json::Value& call) {
    told.append(call["arguments"].string_or("notes")).append("\n");
  });
  std::string fresh;
  for (std::string& part : parts) {
    part = cut(part, kMaxPartChars);
    if (!part.empty() && told.find(part) == std::string::npos)
      fresh.append(fresh.empty() ? "" : "\n").append(part);
  }
  while (!fresh.empty() && fresh.back() == '\n') fresh.pop_back();
  return fresh;
}

}  // namespace fermata::agents
