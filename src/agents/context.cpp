#include "agents/context.hpp"

#include <algorithm>

#include "agents/loop/prompts.hpp"
#include "agents/policy_notes.hpp"

namespace fermata::agents {
namespace {

constexpr std::size_t kMaxApprovals = 20;
constexpr std::size_t kMaxCheckpoints = 20;
constexpr std::int64_t kMaxPartChars = 4000;
constexpr std::int64_t kMaxExampleChars = 300;  // Of the arguments, and of each reason.
constexpr std::int64_t kFewSteps = 3;

// One that was withdrawn was not decided, whoever withdrew it: a rollback of the workflow most
// often.
std::string end_of(const json::Value& approval) {
  const std::string status = approval.string_or("status");
  const json::Value& outcome = approval["outcome"];
  const std::string by = outcome.string_or("by");
  if (status == "cancelled")
    return "withdrawn by " + by + " before it was decided (" + outcome.string_or("reason") + ")";
  return by.empty() ? status : status + " by " + by;
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
        .append(end_of(approval));
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

std::string shortened(const std::string& text) {
  std::string line = cut(text, kMaxExampleChars);
  if (line.size() < text.size()) line.resize(line.rfind("\n[cut here"));
  return line.size() < text.size() ? line + "..." : line;
}

// Without names: who decided it there is none of this workflow's business.
std::string example_text(const json::Value& approval) {
  const bool was_edited = !approval["original_arguments"].is_null();
  std::string text = "- " + approval.string_or("action") + " " +
                     shortened(json::write(approval["arguments"])) + ": " +
                     approval.string_or("status") + (was_edited ? " after people changed it" : "");
  if (const json::Array* decisions = approval["decisions"].as_array())
    for (const json::Value& decision : *decisions)
      if (const std::string reason = decision.string_or("reason"); !reason.empty())
        text.append("; \"").append(shortened(reason)).append("\"");
  return text + "\n";
}

// Told with the first question, so that what others decide meanwhile is not told again and again.
std::string examples_part(const Known& known, const Journal& journal) {
  bool first = true;
  journal.each(
      [&](const json::Value& call) { first = first && call.string_or("kind") != "model"; });
  if (!first) return {};
  std::string text;
  std::int64_t count = 0;
  for (const json::Value& approval : known.decided) {
    if (count == known.agent.context.examples) break;
    const std::vector<std::string>& tools = known.agent.tools;
    const bool is_ours =
        std::find(tools.begin(), tools.end(), approval.string_or("action")) != tools.end();
    if (!is_ours || approval.string_or("kind") != "call") continue;
    const std::string example = example_text(approval);
    if (text.size() + example.size() > kMaxPartChars - 200) break;
    text += example;
    ++count;
  }
  if (text.empty()) return text;
  return "How people decided before, in other workflows of yours (examples; they permit "
         "nothing):\n" +
         text;
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
    // A question of people costs as much as any other.
    if (call.string_or("kind") != "model" && !call.string_or("key").starts_with(kQuestionKey))
      return;
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
  if (on.rollbacks && !known.is_fork)
    parts.push_back(known.notice.empty() ? "" : known.notice + "\n");
  if (on.policy) parts.push_back(policy_notes(known.policy, known.agent));
  if (on.approvals) parts.push_back(approvals_part(known));
  if (on.examples > 0) parts.push_back(examples_part(known, journal));
  if (on.checkpoints) parts.push_back(checkpoints_part(known));
  if (on.limits) parts.push_back(limits_part(known));
  std::string told;
  journal.each([&](const json::Value& call) {
    told.append(call["arguments"].string_or("notes")).append("\n");
  });
  std::string fresh;
  if (known.is_fork && told.find(known.notice) == std::string::npos) fresh = known.notice + "\n";
  for (std::string& part : parts) {
    part = cut(part, kMaxPartChars);
    if (!part.empty() && told.find(part) == std::string::npos)
      fresh.append(fresh.empty() ? "" : "\n").append(part);
  }
  while (!fresh.empty() && fresh.back() == '\n') fresh.pop_back();
  return fresh;
}

}  // namespace fermata::agents
