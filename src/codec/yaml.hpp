#pragma once

// YAML text to a small tree with positions: the one door to yaml-cpp.
//
// What people trip over or attackers play with is refused: more than one document, aliases and
// anchors, tags, keys that stand twice or are no text, control characters, 256 KiB, 32 levels.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "codec/policy_codec.hpp"

namespace fermata::codec {

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  bool quoted = false;  // Of a scalar: not plain, so that it is text whatever it looks like.
  int line = 1;
  int column = 1;
  std::string text;                // Of a scalar.
  std::vector<YamlNode> children;  // Of a list its entries; of a map key, value, key, value...

  // The value of `key` in a map; nullptr when absent or no map.
  const YamlNode* find(std::string_view key) const;
};

struct YamlDocument {
  YamlNode root;  // Meaningful only when errors is empty.
  std::vector<PolicyError> errors;
};

// Throws nothing.
YamlDocument read_yaml(std::string_view source);

// A scalar by the core schema of YAML 1.2: null, true and false, integers, decimal numbers, else
// text. Exact, or it says why not.
std::variant<json::Value, std::string> scalar_value(const YamlNode& scalar);

}  // namespace fermata::codec
