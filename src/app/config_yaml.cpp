#include <yaml-cpp/yaml.h>

#include <utility>

#include "app/config_tree.hpp"

namespace fermata::app {
namespace {

Place place_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

ConfigNode to_node(const YAML::Node& from) {
  using Kind = ConfigNode::Kind;
  ConfigNode node;
  node.place = place_of(from.Mark());
  if (from.IsScalar()) {
    node.kind = Kind::kScalar;
    node.text = from.Scalar();
    node.quoted = from.Tag() == "!";
  } else if (from.IsSequence()) {
    node.kind = Kind::kList;
    for (const auto& item : from) node.items.push_back(to_node(item));
  } else if (from.IsMap()) {
    node.kind = Kind::kMap;
    for (const auto& entry : from) {
      const YAML::Node& key = entry.first;
      // A key that is no word is none that we know.
      const std::string word = key.IsScalar() ? key.Scalar() : "(no word)";
      node.members.push_back({word, place_of(key.Mark()), to_node(entry.second)});
    }
  }
  return node;
}

}  // namespace

tl::expected<ConfigNode, ConfigSyntaxError> parse_yaml(std::string_view text) {
  try {
    return to_node(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& wrong) {
    return tl::unexpected(ConfigSyntaxError{place_of(wrong.mark), wrong.msg});
  }
}

}  // namespace fermata::app
