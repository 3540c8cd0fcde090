// The cases of a policy file: calls, and what the policy is meant to say to them.

#include "codec/policy_reader.hpp"

namespace fermata::codec {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kMaxCases = 1000;
constexpr std::size_t kMaxSums = 20;
constexpr std::int64_t kMaxCalls = 100'000;
constexpr std::int64_t kMaxApprovals = 1000;

}  // namespace

std::vector<PolicyCase> PolicyReader::cases(const YamlNode& node) {
  std::vector<PolicyCase> made;
  if (node.kind != Kind::kList || node.children.size() > kMaxCases) {
    refuse(node, "cases must be a list of at most 1000");
    return made;
  }
  for (const YamlNode& one : node.children) made.push_back(policy_case(one));
  return made;
}

PolicyCase PolicyReader::policy_case(const YamlNode& node) {
  PolicyCase made;
  made.line = node.line;
  made.input.now = kTimeOfCases;
  const Names known = {"name",
                       "tool",
                       "arguments",
                       "agent",
                       "on_behalf_of",
                       "tags",
                       "at",
                       "calls",
                       "sums",
                       "expect"};
  if (!map(node, "a case", known, {"name", "tool", "expect"})) return made;
  made.name = path(node, "name");
  made.input.tool = path(node, "tool");
  made.input.agent = path(node, "agent");
  made.input.on_behalf_of = path(node, "on_behalf_of");
  if (const YamlNode* given = node.find("arguments")) {
    json::Value arguments = tree(*given);
    if (arguments.as_object() == nullptr) refuse(*given, "arguments must be a map");
    if (const json::Object* object = arguments.as_object()) made.input.arguments = *object;
  }
  const YamlNode* tags = node.find("tags");
  if (tags != nullptr && !tags->children.empty()) made.input.tags = names(*tags, "tags");
  if (const YamlNode* at = node.find("at")) {
    const auto time = from_rfc3339(at->text);
    if (!time) refuse(*at, "at must be a time such as \"2026-11-23T09:30:00+01:00\"");
    made.input.now = time.value_or(kTimeOfCases);
  }
  if (const YamlNode* calls = node.find("calls"))
    made.input.calls = whole(*calls, "calls", 0, kMaxCalls);
  if (const YamlNode* sums = node.find("sums")) case_sums(*sums, made.input);
  if (const YamlNode* expect = node.find("expect")) expectation(*expect, made);
  return made;
}

void PolicyReader::case_sums(const YamlNode& node, PolicyInput& into) {
  if (node.kind != Kind::kMap || node.children.size() > 2 * kMaxSums)
    return refuse(node, "sums must be a map of at most 20, such as {amount: 4000}");
  for (std::size_t i = 0; i < node.children.size(); i += 2) {
    const YamlNode &name = node.children[i], &sum = node.children[i + 1];
    into.sums[name.text] = decimal(sum, name.text, sum.text);
  }
}

void PolicyReader::expectation(const YamlNode& node, PolicyCase& into) {
  if (!map(node, "expect", {"effect", "rule", "ask"}, {"effect"})) return;
  if (const YamlNode* named = node.find("effect")) into.effect = effect(*named);
  into.rule = path(node, "rule");
  const YamlNode* ask = node.find("ask");
  if (ask == nullptr) return;
  if (into.effect != Effect::kAsk) refuse(*ask, "ask is for cases that expect effect: ask");
  into.ask.emplace();
  if (ask->kind != Kind::kList)
    return refuse(*ask, "ask must be a list such as [{from: finance, approve: 2}]");
  for (const YamlNode& one : ask->children) {
    if (!map(one, "an entry of ask", {"from", "approve"}, {"from"})) continue;
    const YamlNode* approve = one.find("approve");
    into.ask->push_back(
        {path(one, "from"), approve == nullptr ? 1 : whole(*approve, "approve", 1, kMaxApprovals)});
  }
}

}  // namespace fermata::codec
