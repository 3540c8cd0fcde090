#include "codec/policy_reader.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace fermata::codec {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kMaxRules = 1000;
constexpr std::size_t kMaxConditions = 50;
constexpr std::size_t kMaxThresholds = 20;
constexpr std::size_t kMaxNameCharacters = 100;
constexpr std::size_t kMaxToolBytes = 256;
constexpr std::int64_t kMaxCount = 1000;
constexpr std::int64_t kMaxDeadlineS = 315'360'000;  // Ten years.
constexpr std::string_view kDefaultName = "default";

bool is_group_id(std::string_view text) {
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::string_view kRest = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  return !text.empty() && text.size() <= 64 && kFirst.find(text.front()) != kFirst.npos &&
         text.find_first_not_of(kRest) == text.npos;
}

}  // namespace

ParsedPolicy PolicyReader::read(const YamlNode& root) {
  Policy policy;
  if (map(root, "the policy", {"version", "rules", "default"}, {"version", "default"})) {
    if (const YamlNode* version = root.find("version")) whole(*version, "version", 1, 1);
    if (const YamlNode* fallback_node = root.find("default")) {
      policy.fallback = fallback(*fallback_node);
    }
    const YamlNode* rules = root.find("rules");
    if (rules != nullptr && rules->kind != Kind::kList) {
      refuse(*rules, "rules must be a list; write rules: [] for none");
    } else if (rules != nullptr && rules->children.size() > kMaxRules) {
      refuse(*rules, "more than 1000 rules");
    } else if (rules != nullptr) {
      for (const YamlNode& node : rules->children) policy.rules.push_back(rule(node));
    }
  }
  return {std::move(policy), std::move(errors_)};
}

Rule PolicyReader::rule(const YamlNode& node) {
  Rule made;
  const Names known = {"name", "tool", "when", "effect", "thresholds", "deadline_s", "on_deadline"};
  if (!map(node, "a rule", known, {"name", "tool", "effect"})) return made;
  if (const YamlNode* name = node.find("name")) made.name = rule_name(*name);
  if (const YamlNode* tool = node.find("tool")) {
    made.tool = text(*tool, "tool");
    if (made.tool.size() > kMaxToolBytes) refuse(*tool, "tool is longer than 256 bytes");
  }
  if (const YamlNode* when = node.find("when")) made.when = conditions(*when);
  if (const YamlNode* named = node.find("effect")) made.effect = effect(*named);
  if (made.effect == Effect::kAsk) {
    if (node.find("thresholds") == nullptr && node.find("effect") != nullptr) {
      refuse(node,
             "a rule that asks needs thresholds, such as [{from: finance, approve: 1, reject: 1}]");
    }
    asking(node, made);
    return made;
  }
  for (const std::string_view name : {"thresholds", "deadline_s", "on_deadline"}) {
    if (const YamlNode* unused = node.find(name)) {
      refuse(*unused, std::string(name) + " is for rules with effect: ask; remove it");
    }
  }
  return made;
}

// A default that denies may still name people: they are asked about a call that a crash left open.
Rule PolicyReader::fallback(const YamlNode& node) {
  Rule made;
  made.name = kDefaultName;
  made.tool = "*";
  const Names known = {"effect", "thresholds", "deadline_s", "on_deadline"};
  if (!map(node, "default", known, {"effect"})) return made;
  const YamlNode* named = node.find("effect");
  if (named == nullptr) return made;
  made.effect = effect(*named);
  const YamlNode* given = node.find("thresholds");
  if (made.effect == Effect::kAsk && given == nullptr) {
    refuse(node, "a default that asks needs thresholds, or nobody could ever answer");
  }
  if (made.effect == Effect::kAllow && given != nullptr) {
    refuse(*given, "a default that allows asks nobody; write effect: ask, or remove thresholds");
  }
  asking(node, made);
  return made;
}

std::string PolicyReader::rule_name(const YamlNode& node) {
  std::string name = text(node, "name");
  if (code_points(name) > kMaxNameCharacters) refuse(node, "name is longer than 100 characters");
  if (name == kDefaultName) {
    refuse(node, "\"default\" is the name of the default; give the rule another one");
  }
  const auto [known, is_new] = line_of_rule_.emplace(name, node.line);
  if (!is_new && !name.empty()) {
    refuse(node,
           "the rule in line " + std::to_string(known->second) + " is named " + json::write(name) +
               " too; give each rule a name of its own");
  }
  return name;
}

Effect PolicyReader::effect(const YamlNode& node) {
  for (const Effect one : {Effect::kAllow, Effect::kAsk, Effect::kDeny}) {
    if (node.kind == Kind::kScalar && node.text == fermata::to_string(one)) return one;
  }
  refuse(node, "effect must be one of allow, ask, deny");
  return Effect::kDeny;
}

void PolicyReader::asking(const YamlNode& node, Rule& into) {
  if (const YamlNode* given = node.find("thresholds")) into.thresholds = thresholds(*given);
  if (const YamlNode* deadline = node.find("deadline_s")) {
    into.deadline_ms = 1000 * whole(*deadline, "deadline_s", 1, kMaxDeadlineS);
  }
  const YamlNode* at_end = node.find("on_deadline");
  if (at_end == nullptr) return;
  const auto known = on_deadline_from(at_end->text);
  if (!known) refuse(*at_end, "on_deadline must be one of expire, reject");
  into.on_deadline = known.value_or(OnDeadline::kReject);
}

std::vector<Threshold> PolicyReader::thresholds(const YamlNode& node) {
  std::vector<Threshold> made;
  if (node.kind != Kind::kList || node.children.empty() || node.children.size() > kMaxThresholds) {
    refuse(
        node,
        "thresholds must be a list of 1 to 20, such as [{from: finance, approve: 1, reject: 1}]");
    return made;
  }
  for (const YamlNode& one : node.children) {
    made.push_back(threshold(one));
    const bool repeated = std::any_of(made.begin(), made.end() - 1, [&](const Threshold& other) {
      return other.from == made.back().from;
    });
    if (repeated && !made.back().from.empty()) {
      refuse(one, "group " + made.back().from + " stands twice; make it one threshold");
    }
  }
  return made;
}

Threshold PolicyReader::threshold(const YamlNode& node) {
  Threshold made;
  if (!map(node, "a threshold", {"from", "approve", "reject"}, {"from"})) return made;
  if (const YamlNode* from = node.find("from")) {
    made.from = text(*from, "from");
    if (!made.from.empty() && !is_group_id(made.from)) {
      refuse(*from, "from must be a group's id: lower-case letters, digits, `.`, `_`, `-`");
    }
  }
  if (const YamlNode* approve = node.find("approve")) {
    made.approve = whole(*approve, "approve", 1, kMaxCount);
  }
  if (const YamlNode* reject = node.find("reject")) {
    made.reject = whole(*reject, "reject", 1, kMaxCount);
  }
  return made;
}

std::vector<Condition> PolicyReader::conditions(const YamlNode& when) {
  std::vector<Condition> made;
  if (when.kind != Kind::kMap || when.children.empty()) {
    refuse(when, "when must be a map such as {amount: {lte: 100}}; leave it out for every call");
    return made;
  }
  for (std::size_t i = 0; i < when.children.size(); i += 2) {
    conditions_on(when.children[i], when.children[i + 1], made);
  }
  if (made.size() > kMaxConditions) refuse(when, "more than 50 conditions");
  return made;
}

}  // namespace fermata::codec
