#include <toml++/toml.h>

#include <algorithm>
#include <exception>
#include <sstream>

#include "app/config_tree.hpp"

namespace fermata::app {
namespace {

Place place_of(const toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

bool stands_before(const ConfigNode::Member& left, const ConfigNode::Member& right) {
  return std::pair(left.place.line, left.place.column) <
         std::pair(right.place.line, right.place.column);
}

ConfigNode scalar(ConfigNode::Type type, std::string text) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::kScalar;
  node.type = type;
  node.text = std::move(text);
  node.quoted = type == ConfigNode::Type::kText;
  return node;
}

ConfigNode to_scalar(const toml::node& from) {
  using Type = ConfigNode::Type;
  if (const auto* text = from.as_string()) return scalar(Type::kText, text->get());
  if (const auto* number = from.as_integer())
    return scalar(Type::kNumber, std::to_string(number->get()));
  if (const auto* flag = from.as_boolean())
    return scalar(Type::kFlag, flag->get() ? "true" : "false");
  std::ostringstream text;  // A fraction, a date: nothing here is one.
  from.visit([&](const auto& value) { text << value; });
  return scalar(Type::kOther, text.str());
}

ConfigNode to_node(const toml::node& from);

ConfigNode to_map(const toml::table& table) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::kMap;
  for (const auto& [key, value] : table) {
    node.members.push_back({std::string(key.str()), place_of(key.source()), to_node(value)});
  }
  std::sort(node.members.begin(), node.members.end(), stands_before);
  return node;
}

ConfigNode to_list(const toml::array& list) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::kList;
  for (const toml::node& item : list) node.items.push_back(to_node(item));
  return node;
}

ConfigNode to_node(const toml::node& from) {
  ConfigNode node;
  if (const toml::table* table = from.as_table()) {
    node = to_map(*table);
  } else if (const toml::array* list = from.as_array()) {
    node = to_list(*list);
  } else {
    node = to_scalar(from);
  }
  node.place = place_of(from.source());
  return node;
}

}  // namespace

tl::expected<ConfigNode, ConfigSyntaxError> parse_toml(std::string_view text) {
  try {
    return to_node(toml::parse(text));
  } catch (const toml::parse_error& wrong) {
    return tl::unexpected(
        ConfigSyntaxError{place_of(wrong.source()), std::string(wrong.description())});
  }
}

}  // namespace fermata::app
