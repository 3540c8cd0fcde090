#include "codec/policy_reader.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace fermata::codec {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kMaxRules = 1000;
constexpr std::int64_t kMaxAttention = 10'000;
constexpr std::size_t kMaxConditions = 50;
constexpr std::size_t kMaxNameCharacters = 100;
constexpr std::size_t kMaxToolBytes = 256;
constexpr std::string_view kDefaultName = "default";
constexpr std::string_view kAskingFields[] = {"thresholds",
                                              "deadline_s",
                                              "on_deadline",
                                              "remind_percent",
                                              "escalate",
                                              "effect_wait_s",
                                              "grant_s",
                                              "extend_s",
                                              "title"};

}  // namespace

ParsedPolicy PolicyReader::read(const YamlNode& root) {
  Policy policy;
  std::vector<PolicyCase> read_cases;
  const Names known = {"version", "rates", "attention", "rules", "default", "cases"};
  if (map(root, "the policy", known, {"version", "default"})) {
    if (const YamlNode* given = root.find("rates"))
      rates(*given);  // Before the rules that use them.
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
    if (const YamlNode* given = root.find("attention")) policy.attention = attention(*given);
    if (const YamlNode* given = root.find("cases")) read_cases = cases(*given);
  }
  policy.rates = rates_;
  return {std::move(policy), std::move(read_cases), std::move(errors_), std::move(titles_)};
}

AttentionLimits PolicyReader::attention(const YamlNode& node) {
  AttentionLimits limits;
  const std::pair<std::string_view, std::optional<std::int64_t>*> fields[] = {
      {"open_per_agent", &limits.open_per_agent},
      {"asked_per_hour", &limits.asked_per_hour},
      {"open_per_approver", &limits.open_per_approver}};
  if (!map(node, "attention", {fields[0].first, fields[1].first, fields[2].first}, {}))
    return limits;
  for (const auto& [name, limit] : fields)
    if (const YamlNode* given = node.find(name)) *limit = whole(*given, name, 1, kMaxAttention);
  return limits;
}

Rule PolicyReader::rule(const YamlNode& node) {
  Rule made;
  const Names known = {"name",           "tool",     "when",          "arguments",  "agents",
                       "tags",           "any_tags", "time",          "calls",      "sum",
                       "money",          "effect",   "thresholds",    "deadline_s", "on_deadline",
                       "remind_percent", "escalate", "effect_wait_s", "grant_s",    "extend_s",
                       "title"};
  if (!map(node, "a rule", known, {"name", "tool", "effect"})) return made;
  if (const YamlNode* name = node.find("name")) made.name = rule_name(*name);
  if (const YamlNode* tool = node.find("tool")) {
    made.tool = text(*tool, "tool");
    if (made.tool.size() > kMaxToolBytes) refuse(*tool, "tool is longer than 256 bytes");
  }
  if (const YamlNode* when = node.find("when")) made.when = conditions(*when);
  made.circumstances = circumstances(node);
  if (const YamlNode* named = node.find("effect")) made.effect = effect(*named);
  if (made.effect == Effect::kAsk) {
    if (node.find("thresholds") == nullptr && node.find("effect") != nullptr) {
      refuse(node,
             "a rule that asks needs thresholds, such as [{from: finance, approve: 1, reject: 1}]");
    }
    asking(node, made);
    return made;
  }
  for (const std::string_view name : kAskingFields) {
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
  const Names known = {"effect",
                       "thresholds",
                       "deadline_s",
                       "on_deadline",
                       "remind_percent",
                       "escalate",
                       "effect_wait_s",
                       "grant_s",
                       "extend_s"};
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
