#pragma once

// The tree of a policy file to core's Policy. Collects every error instead of stopping at the
// first, each with its place and what to write instead. Internal to codec/policy_codec.cpp.

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "codec/policy_codec.hpp"
#include "codec/yaml.hpp"

namespace fermata::codec {

class PolicyReader {
 public:
  // Once per reader.
  ParsedPolicy read(const YamlNode& root);

 private:
  using Names = std::initializer_list<std::string_view>;

  AttentionLimits attention(const YamlNode& node);
  Rule rule(const YamlNode& node);
  Rule fallback(const YamlNode& node);
  std::string rule_name(const YamlNode& node);
  Effect effect(const YamlNode& node);
  // Whom to ask, and when what happens to the request (policy_thresholds.cpp).
  void asking(const YamlNode& node, Rule& into);
  void timing(const YamlNode& node, Rule& into);
  std::vector<Threshold> thresholds(const YamlNode& node);
  void threshold(const YamlNode& node, std::vector<Threshold>& into);
  std::vector<Weight> weights(const YamlNode& node);
  std::vector<Escalation> escalations(const YamlNode& node);
  std::vector<std::int64_t> percents(const YamlNode& node);
  std::string expression(const YamlNode& node, std::string_view what);
  void title(const YamlNode& node, const std::string& rule);
  bool flag(const YamlNode& node, std::string_view what);
  std::vector<Condition> conditions(const YamlNode& when);
  void conditions_on(const YamlNode& argument,
                     const YamlNode& operators,
                     std::vector<Condition>& into);
  json::Value operand(Operator op, const std::string& op_name, const YamlNode& node);
  json::Value value(const YamlNode& node);
  json::Value list(const std::string& op_name, const YamlNode& node);
  OperandFrom operand_from(Operator op, const YamlNode& node);

  // Beside `when` (policy_circumstances.cpp).
  std::vector<Circumstance> circumstances(const YamlNode& rule);
  ArgumentsFit arguments_fit(const YamlNode& node);
  void require_types(const YamlNode& schema);
  std::vector<std::string> names(const YamlNode& node, std::string_view what);
  TimeOfDay time_of_day(const YamlNode& node);
  int clock(const YamlNode& node, std::string_view what);
  CallNumber call_number(const YamlNode& node);
  void sums(const YamlNode& node, std::vector<Circumstance>& into);
  void moneys(const YamlNode& node, std::vector<Circumstance>& into);
  void rates(const YamlNode& node);

  // Calls with what is expected (policy_cases.cpp).
  std::vector<PolicyCase> cases(const YamlNode& node);
  PolicyCase policy_case(const YamlNode& node);
  void case_sums(const YamlNode& node, PolicyInput& into);
  void expectation(const YamlNode& node, PolicyCase& into);

  void refuse(const YamlNode& at, std::string message);
  // Whether `node` is a map; refuses what it has beside `known`, and the lack of `needed`.
  bool map(const YamlNode& node, std::string_view what, Names known, Names needed);
  std::string text(const YamlNode& node, std::string_view what);
  std::int64_t whole(const YamlNode& node,
                     std::string_view what,
                     std::int64_t least,
                     std::int64_t most);

  // The text of a member; empty when there is none.
  std::string path(const YamlNode& map_node, std::string_view key);
  Decimal decimal(const YamlNode& node, std::string_view what, std::string_view given);
  json::Value tree(const YamlNode& node);  // Any value, with lists and maps.

  std::vector<PolicyError> errors_;
  std::map<std::string, Title> titles_;
  Rates rates_;
  std::map<std::string, int> line_of_rule_;
};

}  // namespace fermata::codec
