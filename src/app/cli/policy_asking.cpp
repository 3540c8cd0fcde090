// Whom a verdict asks, in which order and how long: a line for each thing, so that two verdicts can
// be compared by their lines.

#include "app/cli/policy.hpp"
#include "app/cli/request_view.hpp"

namespace fermata::app::cli {
namespace {

std::string members(const json::Value& one) {
  std::string out;
  if (one.int_or("stage", 1) > 1) out += ", in stage " + std::to_string(one.int_or("stage"));
  if (!one["choice"].is_null()) out += ", or another of the choice " + choice_name(one);
  if (const json::Array* weights = one["weights"].as_array())
    for (const json::Value& weight : *weights)
      out += ", " + visible(weight.string_or("from")) + " counts " +
             std::to_string(weight.int_or("weight"));
  if (!one["delegate_to"].is_null())
    out += ", may be handed on to " + visible(one.string_or("delegate_to"));
  return out;
}

void add_threshold(const json::Value& one, std::vector<std::string>& lines) {
  const std::string from = visible(one.string_or("from"));
  const std::string name = visible(one.string_or("name"));
  const std::string who = name.empty() || name == from ? from : from + " (" + name + ")";
  const std::string ends = "; refusals that end it: " + std::to_string(one.int_or("reject"));
  if (one.bool_or("veto"))
    lines.push_back(who + " can refuse it" + ends);
  else
    lines.push_back(std::to_string(one.int_or("approve")) + " of " + who + " must agree" +
                    members(one) + ends);
  if (const json::Array* steps = one["escalations"].as_array())
    for (const json::Value& step : *steps)
      lines.push_back("  after " + duration(1000 * step.int_or("after_s")) +
                      (step.bool_or("replace") ? ", instead: " : ", also: ") +
                      visible(step.string_or("to")));
}

}  // namespace

std::vector<std::string> asking_lines(const json::Value& verdict) {
  std::vector<std::string> lines;
  if (verdict.string_or("effect") != "ask") return lines;
  for (const json::Value& one : *verdict["thresholds"].as_array()) add_threshold(one, lines);
  if (const std::int64_t* deadline = verdict["deadline_s"].as_int())
    lines.push_back("after " + duration(1000 * *deadline) +
                    " without an answer: " + verdict.string_or("on_deadline"));
  if (const json::Array* reminders = verdict["reminders_s"].as_array())
    for (const json::Value& one : *reminders)
      if (one.as_int() != nullptr)
        lines.push_back("reminded after " + duration(1000 * *one.as_int()));
  const auto add = [&](std::string_view member, std::string_view before, std::string_view after) {
    if (verdict.int_or(member) > 0)
      lines.push_back(
          std::string(before).append(duration(1000 * verdict.int_or(member))).append(after));
  };
  add("effect_wait_s", "can be stopped for ", " after it was agreed to");
  add("grant_s", "must be run within ", " of that");
  add("extend_s", "can be extended by ", " in all");
  return lines;
}

}  // namespace fermata::app::cli
