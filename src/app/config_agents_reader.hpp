#pragma once

// Reads the parts of `agents:` and `tools:`, telling each error with its place. Every function
// gives one that reads a node into a variable, for members().

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/config_tree.hpp"
#include "base/json.hpp"
#include "codec/yaml.hpp"

namespace fermata::app {

class AgentsReader {
 public:
  using Report = std::function<void(const Place&, const std::string&)>;
  explicit AgentsReader(const Report& error) : error_(error) {}

  // The members of a mapping, each read by its own function.
  struct Member {
    const char* name;
    std::function<void(const ConfigNode&)> read;
  };
  void members(const ConfigNode& node, const std::string& what, const std::vector<Member>& known) {
    if (node.kind != ConfigNode::Kind::kMap)
      return error_(node.place, what + " must be a mapping (key: value)");
    std::set<std::string> seen;
    for (const auto& entry : node.members) {
      const std::string& key = entry.key;
      if (!seen.insert(key).second) error_(entry.place, "'" + key + "' is there twice");
      const auto found = std::find_if(
          known.begin(), known.end(), [&](const Member& member) { return key == member.name; });
      if (found != known.end()) {
        found->read(entry.value);
        continue;
      }
      std::string list;
      for (const Member& member : known) list.append(list.empty() ? "" : ", ").append(member.name);
      error_(entry.place,
             std::string("unknown key '").append(key).append("'; known here: ") + list);
    }
  }

  std::function<void(const ConfigNode&)> text(const char* what, std::string& into) {
    return [this, what, &into](const ConfigNode& node) {
      if (node.kind != ConfigNode::Kind::kScalar)
        return error_(node.place, std::string(what) + " must be text");
      into = node.text;
    };
  }
  std::function<void(const ConfigNode&)> flag(const char* what, bool& into) {
    return [this, what, &into](const ConfigNode& node) {
      const std::string word = node.kind == ConfigNode::Kind::kScalar ? node.text : "";
      if (word != "true" && word != "false")
        return error_(node.place, std::string(what) + " must be true or false");
      into = word == "true";
    };
  }
  std::function<void(const ConfigNode&)> whole(const char* what,
                                               std::int64_t& into,
                                               std::int64_t least,
                                               std::int64_t most) {
    return [this, what, &into, least, most](const ConfigNode& node) {
      const std::string digits = node.kind == ConfigNode::Kind::kScalar ? node.text : "";
      std::int64_t number = 0;
      const auto [end, status] =
          std::from_chars(digits.data(), digits.data() + digits.size(), number);
      if (status == std::errc() && end == digits.data() + digits.size() && !digits.empty() &&
          number >= least && number <= most) {
        into = number;
        return;
      }
      error_(node.place,
             std::string(what) + ": must be a whole number from " + std::to_string(least) + " to " +
                 std::to_string(most));
    };
  }
  std::function<void(const ConfigNode&)> decimal(const char* what, double& into) {
    return [this, what, &into](const ConfigNode& node) {
      const json::Value value =
          node.kind == ConfigNode::Kind::kScalar ? scalar(node) : json::Value();
      if (const std::int64_t* integer = value.as_int(); integer != nullptr && *integer >= 0)
        into = static_cast<double>(*integer);
      else if (const double* number = value.as_double(); number != nullptr && *number >= 0)
        into = *number;
      else
        error_(node.place, std::string(what) + " must be a number from 0 on");
    };
  }
  std::function<void(const ConfigNode&)> word(const char* what,
                                              std::string& into,
                                              std::vector<std::string> allowed) {
    return [this, what, &into, allowed = std::move(allowed)](const ConfigNode& node) {
      if (node.kind == ConfigNode::Kind::kScalar &&
          std::find(allowed.begin(), allowed.end(), node.text) != allowed.end()) {
        into = node.text;
        return;
      }
      std::string list;
      for (const std::string& one : allowed) list += (list.empty() ? "" : ", ") + one;
      error_(node.place, std::string(what) + " must be one of " + list);
    };
  }
  void each(const ConfigNode& node,
            const std::string& what,
            const std::function<void(const ConfigNode&)>& visit) {
    if (node.kind != ConfigNode::Kind::kList) return error_(node.place, what + " must be a list");
    for (const auto& item : node.items) visit(item);
  }

  void error(const Place& mark, const std::string& what) { error_(mark, what); }

  // As JSON: schemas and a model's parameters.
  json::Value value(const ConfigNode& node) {
    if (node.kind == ConfigNode::Kind::kList) {
      json::Array array;
      for (const auto& item : node.items) array.push_back(value(item));
      return array;
    }
    if (node.kind != ConfigNode::Kind::kMap) return scalar(node);
    json::Object object;
    for (const auto& entry : node.members) {
      const std::string& key = entry.key;
      if (object.find(key) != nullptr) error_(entry.place, "'" + key + "' is there twice");
      object.set(key, value(entry.value));
    }
    return object;
  }

 private:
  json::Value scalar(const ConfigNode& node) {
    if (node.kind == ConfigNode::Kind::kNothing) return {};
    codec::YamlNode plain;
    plain.kind = codec::YamlNode::Kind::kScalar;
    plain.quoted = node.quoted;
    plain.text = node.text;
    auto read = codec::scalar_value(plain);
    if (const std::string* fault = std::get_if<std::string>(&read)) {
      error_(node.place, *fault);
      return {};
    }
    return std::get<json::Value>(std::move(read));
  }

  const Report& error_;
};

}  // namespace fermata::app
