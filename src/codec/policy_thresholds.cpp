// Of a rule that asks: whom, and when what happens to the request.

#include <algorithm>
#include <set>

#include "base/utf8.hpp"
#include "codec/policy_reader.hpp"
#include "core/approval/group_expression.hpp"

namespace fermata::codec {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kMaxThresholds = 20;
constexpr std::size_t kMaxWeights = 20;
constexpr std::size_t kMaxEscalations = 5;
constexpr std::size_t kMaxReminders = 10;
constexpr std::size_t kMaxExpressionBytes = 500;
constexpr std::int64_t kMaxCount = 1000;
constexpr std::int64_t kMaxStage = 100;
constexpr std::int64_t kMaxSeconds = 315'360'000;  // Ten years.
constexpr std::int64_t kMaxPercent = 99;

bool is_list(const YamlNode& node, std::size_t most) {
  return node.kind == Kind::kList && !node.children.empty() && node.children.size() <= most;
}

}  // namespace

void PolicyReader::asking(const YamlNode& node, Rule& into) {
  if (const YamlNode* given = node.find("thresholds")) {
    into.thresholds = thresholds(*given);
    // Another rule's choice of the same name is another one.
    for (Threshold& one : into.thresholds)
      if (!one.choice.empty()) one.choice = into.name + "/" + one.choice;
  }
  timing(node, into);
  if (const YamlNode* given = node.find("title")) title(*given, into.name);
  const YamlNode* at_end = node.find("on_deadline");
  if (at_end == nullptr) return;
  const auto known = on_deadline_from(at_end->text);
  if (!known || *known == OnDeadline::kAnswer)
    refuse(*at_end, "on_deadline must be one of expire, reject, ignore");
  into.on_deadline = known.value_or(OnDeadline::kReject);
}

// A fault is placed where it is, not where the title begins.
void PolicyReader::title(const YamlNode& node, const std::string& rule) {
  const std::string given = text(node, "title");
  if (given.empty()) return;
  auto parsed = parse_title(given);
  if (auto* read = std::get_if<Title>(&parsed)) {
    titles_.emplace(rule, std::move(*read));
    return;
  }
  auto& fault = std::get<TitleFault>(parsed);
  const std::size_t before = code_points(std::string_view(given).substr(0, fault.offset));
  errors_.push_back({node.line,
                     node.column + (node.quoted ? 1 : 0) + static_cast<int>(before),
                     std::move(fault.message)});
}

void PolicyReader::timing(const YamlNode& node, Rule& into) {
  const auto seconds = [&](std::string_view name) -> std::optional<std::int64_t> {
    const YamlNode* given = node.find(name);
    if (given == nullptr) return std::nullopt;
    return 1000 * whole(*given, name, 1, kMaxSeconds);
  };
  into.deadline_ms = seconds("deadline_s");
  into.terms.effect_wait_ms = seconds("effect_wait_s").value_or(0);
  into.terms.grant_life_ms = seconds("grant_s");
  into.terms.extend_ms = seconds("extend_s");
  if (const YamlNode* remind = node.find("remind_percent")) {
    into.terms.remind_permille = percents(*remind);
    if (!into.deadline_ms)
      refuse(*remind, "remind_percent is a share of deadline_s; give the rule a deadline_s");
  }
  const YamlNode* escalate = node.find("escalate");
  if (escalate == nullptr) return;
  const auto steps = escalations(*escalate);
  for (Threshold& one : into.thresholds)
    if (!one.veto && one.escalations.empty()) one.escalations = steps;
}

std::vector<Threshold> PolicyReader::thresholds(const YamlNode& node) {
  std::vector<Threshold> made;
  if (!is_list(node, kMaxThresholds)) {
    refuse(
        node,
        "thresholds must be a list of 1 to 20, such as [{from: finance, approve: 1, reject: 1}]");
    return made;
  }
  std::set<std::string> names;
  for (const YamlNode& one : node.children) {
    const std::size_t before = made.size();
    threshold(one, made);
    for (std::size_t i = before; i < made.size(); ++i)
      if (!made[i].label().empty() && !names.insert(made[i].label()).second)
        refuse(one,
               "threshold " + made[i].label() +
                   " stands twice; make it one, or give each a name of its own");
  }
  if (!made.empty() &&
      std::all_of(made.begin(), made.end(), [](const Threshold& one) { return one.veto; }))
    refuse(node, "these are vetoes only, so nobody could ever agree; add whose agreement it takes");
  return made;
}

// A list of groups is one threshold for each.
void PolicyReader::threshold(const YamlNode& node, std::vector<Threshold>& into) {
  const Names known = {"from",
                       "approve",
                       "reject",
                       "name",
                       "stage",
                       "choice",
                       "veto",
                       "weights",
                       "delegate_to",
                       "escalate"};
  if (!map(node, "a threshold", known, {"from"})) return;
  Threshold made;
  if (const YamlNode* approve = node.find("approve"))
    made.approve = whole(*approve, "approve", 1, kMaxCount);
  if (const YamlNode* reject = node.find("reject"))
    made.reject = whole(*reject, "reject", 1, kMaxCount);
  if (const YamlNode* name = node.find("name")) made.name = text(*name, "name");
  if (const YamlNode* stage = node.find("stage")) made.stage = whole(*stage, "stage", 1, kMaxStage);
  if (const YamlNode* choice = node.find("choice")) made.choice = text(*choice, "choice");
  if (const YamlNode* veto = node.find("veto")) made.veto = flag(*veto, "veto");
  if (const YamlNode* given = node.find("weights")) made.weights = weights(*given);
  if (const YamlNode* to = node.find("delegate_to"))
    made.delegate_to = expression(*to, "delegate_to");
  if (const YamlNode* steps = node.find("escalate")) made.escalations = escalations(*steps);
  if (made.veto && node.find("approve") != nullptr)
    refuse(node, "a veto only refuses; leave approve out");
  const YamlNode* from = node.find("from");
  if (from == nullptr) return;
  const bool is_each = from->kind == Kind::kList;
  if (is_each && node.find("name") != nullptr)
    refuse(node, "a threshold for each of several groups takes their names; leave name out");
  for (const YamlNode& one : is_each ? from->children : std::vector<YamlNode>{*from}) {
    made.from = expression(one, "from");
    into.push_back(made);
  }
}

std::vector<Weight> PolicyReader::weights(const YamlNode& node) {
  std::vector<Weight> made;
  if (!is_list(node, kMaxWeights)) {
    refuse(node, "weights must be a list of 1 to 20, such as [{from: \"role:cfo\", weight: 2}]");
    return made;
  }
  for (const YamlNode& one : node.children) {
    if (!map(one, "a weight", {"from", "weight"}, {"from", "weight"})) continue;
    if (one.find("from") == nullptr || one.find("weight") == nullptr) continue;
    made.push_back({expression(*one.find("from"), "from"),
                    whole(*one.find("weight"), "weight", 1, kMaxCount)});
  }
  return made;
}

std::vector<Escalation> PolicyReader::escalations(const YamlNode& node) {
  std::vector<Escalation> made;
  if (!is_list(node, kMaxEscalations)) {
    refuse(node, "escalate must be a list of 1 to 5, such as [{after_s: 3600, to: \"manager()\"}]");
    return made;
  }
  for (const YamlNode& one : node.children) {
    if (!map(one, "an escalation", {"after_s", "to", "replace"}, {"after_s", "to"})) continue;
    const YamlNode* after = one.find("after_s");
    const YamlNode* to = one.find("to");
    if (after == nullptr || to == nullptr) continue;
    Escalation step{1000 * whole(*after, "after_s", 1, kMaxSeconds), expression(*to, "to"), false};
    if (const YamlNode* replace = one.find("replace")) step.replace = flag(*replace, "replace");
    if (!made.empty() && step.after_ms <= made.back().after_ms)
      refuse(*after, "each escalation comes later than the one before");
    made.push_back(std::move(step));
  }
  return made;
}

std::vector<std::int64_t> PolicyReader::percents(const YamlNode& node) {
  std::set<std::int64_t> made;
  if (!is_list(node, kMaxReminders)) {
    refuse(node, "remind_percent must be a list of 1 to 10, such as [50, 90]");
    return {};
  }
  for (const YamlNode& one : node.children)
    made.insert(10 * whole(one, "remind_percent", 1, kMaxPercent));
  return {made.begin(), made.end()};
}

std::string PolicyReader::expression(const YamlNode& node, std::string_view what) {
  std::string given = text(node, what);
  if (given.empty()) return given;
  if (given.size() > kMaxExpressionBytes) refuse(node, std::string(what) + " is too long");
  if (const auto parsed = GroupExpression::parse(given); !parsed)
    refuse(node, parsed.error().message);
  return given;
}

bool PolicyReader::flag(const YamlNode& node, std::string_view what) {
  const bool yes = node.kind == Kind::kScalar && node.text == "true";
  if (!yes && !(node.kind == Kind::kScalar && node.text == "false"))
    refuse(node, std::string(what) + " must be true or false");
  return yes;
}

}  // namespace fermata::codec
