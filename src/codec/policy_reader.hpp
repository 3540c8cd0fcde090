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

  Rule rule(const YamlNode& node);
  Rule fallback(const YamlNode& node);
  std::string rule_name(const YamlNode& node);
  Effect effect(const YamlNode& node);
  // thresholds, deadline_s and on_deadline.
  void asking(const YamlNode& node, Rule& into);
  std::vector<Threshold> thresholds(const YamlNode& node);
  Threshold threshold(const YamlNode& node);
  std::vector<Condition> conditions(const YamlNode& when);
  void conditions_on(const YamlNode& argument,
                     const YamlNode& operators,
                     std::vector<Condition>& into);
  json::Value operand(Operator op, const std::string& op_name, const YamlNode& node);
  json::Value value(const YamlNode& node);
  json::Value list(const std::string& op_name, const YamlNode& node);

  void refuse(const YamlNode& at, std::string message);
  // Whether `node` is a map; refuses what it has beside `known`, and the lack of `needed`.
  bool map(const YamlNode& node, std::string_view what, Names known, Names needed);
  std::string text(const YamlNode& node, std::string_view what);
  std::int64_t whole(const YamlNode& node,
                     std::string_view what,
                     std::int64_t least,
                     std::int64_t most);

  std::vector<PolicyError> errors_;
  std::map<std::string, int> line_of_rule_;
};

}  // namespace fermata::codec
