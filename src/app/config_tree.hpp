#pragma once

// A configuration file as a tree, whichever of the two languages it is written in. Every node knows
// where it stands, so that whoever finds it wrong can say so.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace fermata::app {

struct Place {
  int line = 0;  // From 1; 0: unknown.
  int column = 0;
};

struct ConfigNode {
  enum class Kind { kNothing, kScalar, kList, kMap };
  // What a scalar was written as. YAML's are read as whatever is wanted of them; TOML tells its
  // texts, numbers and flags apart, and so do we.
  enum class Type { kAny, kText, kNumber, kFlag, kOther };
  struct Member;

  Kind kind = Kind::kNothing;
  Type type = Type::kAny;
  Place place;
  std::string text;     // Of a scalar.
  bool quoted = false;  // Of a scalar: text, whatever it looks like.
  std::vector<ConfigNode> items;
  std::vector<Member> members;  // In the file's order; a key may be there twice.
};

struct ConfigNode::Member {
  std::string key;
  Place place;  // The key's.
  ConfigNode value;
};

// What is wrong with the text, and where.
struct ConfigSyntaxError {
  Place place;
  std::string what;
};

// Nothing but the language is judged here.
tl::expected<ConfigNode, ConfigSyntaxError> parse_yaml(std::string_view text);
tl::expected<ConfigNode, ConfigSyntaxError> parse_toml(std::string_view text);

}  // namespace fermata::app
