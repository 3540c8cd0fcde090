#include "app/config_reader.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <utility>

#include "app/config_agents.hpp"
#include "app/config_tree.hpp"

namespace fermata::app {
namespace {

const std::string kIdRule = "must match [a-z0-9][a-z0-9._-]{0,63}";

// An id that people chose; core/ refuses others as well, but does not know the line.
bool is_id(const std::string& text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 64 && plain(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return plain(c) || c == '.' || c == '_' || c == '-';
         });
}

// Walks one document, collecting what is wrong.
class Reader {
 public:
  Reader(std::string file_name, Config& config, Origins& origins)
      : file_(std::move(file_name)),
        config_(config),
        origins_(origins),
        settings_(settings(config)) {}

  void read(const ConfigNode& root) {
    if (root.kind == Kind::kNothing) return;
    const ConfigNode* agents = nullptr;
    const ConfigNode* tools = nullptr;
    const ConfigNode* channels = nullptr;
    const ConfigNode* routes = nullptr;
    members(root, "the file", [&](const std::string& key, const ConfigNode& node) {
      if (key == "bootstrap") return bootstrap(node, config_.first().bootstrap);
      if (key == "tenants") return further_.push_back(&node);
      if (key == "agents") return void(agents = &node);
      if (key == "tools") return void(tools = &node);
      if (key == "channels") return void(channels = &node);
      if (key == "routes") return void(routes = &node);
      section(key, node);
    });
    declare(agents, tools, config_.first().declared);
    declare(channels, routes, config_.first().channels);
    // Last, because `tenants` grows and the settings point into its first element.
    for (const ConfigNode* node : further_) tenants(*node);
  }

  std::vector<std::string> errors;

  void error(const Place& place, const std::string& what) {
    errors.push_back(named(place) + ": " + what);
  }

 private:
  using Kind = ConfigNode::Kind;
  using Type = ConfigNode::Type;
  using Visit = std::function<void(const std::string&, const ConfigNode&)>;

  void members(const ConfigNode& node, const std::string& what, const Visit& visit) {
    if (node.kind != Kind::kMap) return error(node.place, what + " must be a mapping (key: value)");
    std::set<std::string> seen;
    for (const auto& [key, place, value] : node.members) {
      if (!seen.insert(key).second) error(place, "'" + key + "' is there twice");
      key_place_ = place;
      visit(key, value);
    }
  }

  void unknown(const std::string& key, const std::vector<std::string>& known) {
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    error(key_place_, "unknown key '" + key + "'; known here: " + list);
  }

  void each(const ConfigNode& node,
            const std::string& what,
            const std::function<void(const ConfigNode&)>& visit) {
    if (node.kind != Kind::kList) return error(node.place, what + " must be a list");
    for (const ConfigNode& item : node.items) visit(item);
  }

  // A top-level scalar ("tenant") or a section of scalars ("listen").
  void section(const std::string& key, const ConfigNode& node) {
    if (const Setting* setting = find(key); setting != nullptr) return scalar(*setting, node);
    std::set<std::string> sections = {
        "agents", "bootstrap", "channels", "routes", "tenants", "tools"};
    std::vector<std::string> within;
    for (const Setting& setting : settings_) {
      const std::size_t dot = setting.key.find('.');
      sections.insert(setting.key.substr(0, dot));
      if (dot != std::string::npos && setting.key.substr(0, dot) == key) {
        within.push_back(setting.key.substr(dot + 1));
      }
    }
    if (within.empty()) return unknown(key, {sections.begin(), sections.end()});
    members(node, key, [&](const std::string& name, const ConfigNode& value) {
      const Setting* setting = find(key + "." + name);
      if (setting == nullptr) return unknown(name, within);
      if (setting->key == "signing.key") {
        return error(key_place_,
                     "a key does not belong in this file; use signing.key_file or the variable " +
                         environment_name(setting->key));
      }
      scalar(*setting, value);
    });
  }

  const Setting* find(const std::string& key) const {
    const auto found = std::find_if(
        settings_.begin(), settings_.end(), [&](const Setting& s) { return s.key == key; });
    return found == settings_.end() ? nullptr : &*found;
  }

  void scalar(const Setting& setting, const ConfigNode& node) {
    origins_[setting.key] = named(node.place);
    if (auto* const* list = std::get_if<std::vector<std::string>*>(&setting.value)) {
      (*list)->clear();
      return each(node, setting.key, [&](const ConfigNode& item) {
        origins_[setting.key + "[" + std::to_string((*list)->size()) + "]"] = named(item.place);
        (*list)->push_back(text(item, setting.key));
      });
    }
    if (node.kind != Kind::kScalar) {
      return error(node.place, setting.key + " must be a single value");
    }
    if (!is_written_as(setting, node.type)) {
      const bool number = std::holds_alternative<std::int64_t*>(setting.value);
      const bool flag = std::holds_alternative<bool*>(setting.value);
      return error(node.place,
                   setting.key + (number ? ": must be a whole number, without quotes"
                                  : flag ? ": must be true or false, without quotes"
                                         : ": must be text, in quotes"));
    }
    const std::string wrong = assign(setting, node.text);
    if (!wrong.empty()) error(node.place, setting.key + ": " + wrong);
  }

  static bool is_written_as(const Setting& setting, Type type) {
    if (type == Type::kAny) return true;
    if (std::holds_alternative<std::int64_t*>(setting.value)) return type == Type::kNumber;
    if (std::holds_alternative<bool*>(setting.value)) return type == Type::kFlag;
    return type == Type::kText;
  }

  static bool is_text(const ConfigNode& node) {
    return node.kind == Kind::kScalar && (node.type == Type::kAny || node.type == Type::kText);
  }

  std::string text(const ConfigNode& node, const std::string& what) {
    if (is_text(node)) return node.text;
    error(node.place, what + " must be text");
    return {};
  }

  bool flag(const ConfigNode& node, const std::string& what) {
    const bool plain = node.type == Type::kAny || node.type == Type::kFlag;
    const std::string word = node.kind == Kind::kScalar && plain ? node.text : "";
    if (word != "true" && word != "false") error(node.place, what + " must be true or false");
    return word == "true";
  }

  std::string id(const ConfigNode& node, const std::string& what) {
    std::string value = text(node, what);
    if (is_text(node) && !is_id(value)) error(node.place, what + ": " + kIdRule);
    return value;
  }

  void tenants(const ConfigNode& node) {
    each(node, "tenants", [&](const ConfigNode& item) {
      Tenant tenant;
      const ConfigNode* agents = nullptr;
      const ConfigNode* tools = nullptr;
      const ConfigNode* channels = nullptr;
      const ConfigNode* routes = nullptr;
      members(item, "a tenant", [&](const std::string& key, const ConfigNode& value) {
        if (key == "name") {
          tenant.name = id(value, "name");
        } else if (key == "bootstrap") {
          bootstrap(value, tenant.bootstrap);
        } else if (key == "agents") {
          agents = &value;
        } else if (key == "tools") {
          tools = &value;
        } else if (key == "channels") {
          channels = &value;
        } else if (key == "routes") {
          routes = &value;
        } else if (key == "policy") {
          members(value, "policy", [&](const std::string& inner, const ConfigNode& file) {
            if (inner != "file") return unknown(inner, {"file"});
            tenant.policy_file = text(file, "policy.file");
          });
        } else {
          unknown(key, {"name", "policy", "bootstrap", "agents", "tools", "channels", "routes"});
        }
      });
      declare(agents, tools, tenant.declared);
      declare(channels, routes, tenant.channels);
      if (tenant.name.empty()) error(item.place, "a tenant needs a name");
      origins_["tenants[" + std::to_string(config_.tenants.size()) + "]"] = named(item.place);
      config_.tenants.push_back(std::move(tenant));
    });
  }

  void declare(const ConfigNode* agents, const ConfigNode* tools, agents::Declared& into) {
    read_agents(agents, tools, into, [this](const Place& place, const std::string& what) {
      error(place, what);
    });
  }

  void declare(const ConfigNode* channels, const ConfigNode* routes, DeclaredChannels& into) {
    read_channels(channels, routes, into, [this](const Place& place, const std::string& what) {
      error(place, what);
    });
  }

  void bootstrap(const ConfigNode& node, Bootstrap& into) {
    // They name people, so they are read after them.
    const ConfigNode *groups = nullptr, *keys = nullptr;
    members(node, "bootstrap", [&](const std::string& key, const ConfigNode& value) {
      if (key == "people") {
        each(value, "people", [&](const ConfigNode& item) { person(item, into); });
      } else if (key == "groups") {
        groups = &value;
      } else if (key == "keys") {
        keys = &value;
      } else {
        unknown(key, {"people", "groups", "keys"});
      }
    });
    if (groups != nullptr && groups->kind != Kind::kNothing) {
      each(*groups, "groups", [&](const ConfigNode& item) { group(item, into); });
    }
    if (keys != nullptr && keys->kind != Kind::kNothing) {
      each(*keys, "keys", [&](const ConfigNode& item) { api_key(item, into); });
    }
  }

  void person(const ConfigNode& node, Bootstrap& into) {
    Person person;
    members(node, "a person", [&](const std::string& key, const ConfigNode& value) {
      if (key == "id") {
        person.id = id(value, "id");
      } else if (key == "name") {
        person.name = text(value, "name");
      } else if (key == "email") {
        person.email = text(value, "email");
      } else if (key == "active") {
        person.active = flag(value, "active");
      } else if (key == "identities") {
        members(value, "identities", [&](const std::string& channel, const ConfigNode& there) {
          person.identities[channel] = text(there, channel);
        });
      } else {
        unknown(key, {"id", "name", "email", "active", "identities"});
      }
    });
    if (person.id.empty()) return error(node.place, "a person needs an id");
    if (person.name.empty()) person.name = person.id;
    if (knows(into, person.id)) error(node.place, "person '" + person.id + "' is there twice");
    into.people.push_back(std::move(person));
  }

  void group(const ConfigNode& node, Bootstrap& into) {
    Group group;
    members(node, "a group", [&](const std::string& key, const ConfigNode& value) {
      if (key == "id") {
        group.id = id(value, "id");
      } else if (key == "name") {
        group.name = text(value, "name");
      } else if (key == "members") {
        each(value, "members", [&](const ConfigNode& item) {
          group.members.insert(known_person(item, "a member", into));
        });
      } else {
        unknown(key, {"id", "name", "members"});
      }
    });
    if (group.id.empty()) return error(node.place, "a group needs an id");
    if (group.name.empty()) group.name = group.id;
    into.groups.push_back(std::move(group));
  }

  void api_key(const ConfigNode& node, Bootstrap& into) {
    std::string kind, agent, person, on_behalf_of, label;
    members(node, "a key", [&](const std::string& key, const ConfigNode& value) {
      if (key == "kind") {
        kind = text(value, "kind");
      } else if (key == "agent") {
        agent = id(value, "agent");
      } else if (key == "person") {
        person = known_person(value, "person", into);
      } else if (key == "on_behalf_of") {
        on_behalf_of = known_person(value, "on_behalf_of", into);
      } else if (key == "label") {
        label = text(value, "label");
      } else {
        unknown(key, {"kind", "agent", "person", "on_behalf_of", "label"});
      }
    });
    if (kind != "agent" && kind != "person" && kind != "admin" && kind != "readonly") {
      return error(node.place, "kind must be agent, person, admin or readonly");
    }
    if ((kind == "agent") == agent.empty()) {
      return error(node.place, "an agent's key names its agent, no other key does");
    }
    if ((kind == "person") == person.empty()) {
      return error(node.place, "a person's key names its person, no other key does");
    }
    if (kind != "agent" && !on_behalf_of.empty()) {
      return error(node.place, "only an agent works on_behalf_of somebody");
    }
    if (agent.empty() && person.empty() && !label.empty() && !is_id(label)) {
      return error(node.place, "the label of this kind of key is its name: " + kIdRule);
    }
    const std::string owner = !agent.empty() ? agent : !person.empty() ? person : label;
    into.keys.push_back({actor_kind_from(kind), owner.empty() ? kind : owner, on_behalf_of, label});
  }

  static bool knows(const Bootstrap& bootstrap, const std::string& person) {
    return std::any_of(bootstrap.people.begin(), bootstrap.people.end(), [&](const Person& p) {
      return p.id == person;
    });
  }

  std::string known_person(const ConfigNode& node, const std::string& what, const Bootstrap& in) {
    std::string person = text(node, what);
    if (is_text(node) && !knows(in, person)) {
      error(node.place, what + ": '" + person + "' is not among bootstrap.people");
    }
    return person;
  }

  std::string named(const Place& place) const {
    return file_ + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  }

  std::string file_;
  Config& config_;
  Origins& origins_;
  std::vector<Setting> settings_;
  std::vector<const ConfigNode*> further_;
  Place key_place_;
};

std::string assign_number(const Setting& setting, std::int64_t* into, const std::string& text) {
  std::int64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || end != text.data() + text.size() || number < setting.least ||
      number > setting.most) {
    return "must be a whole number from " + std::to_string(setting.least) + " to " +
           std::to_string(setting.most);
  }
  *into = number;
  return {};
}

}  // namespace

std::string assign(const Setting& setting, const std::string& text) {
  if (auto* const* number = std::get_if<std::int64_t*>(&setting.value)) {
    return assign_number(setting, *number, text);
  }
  if (auto* const* list = std::get_if<std::vector<std::string>*>(&setting.value)) {
    (*list)->clear();
    std::size_t start = 0;
    while (start <= text.size() && !text.empty()) {
      const std::size_t comma = std::min(text.find(',', start), text.size());
      if (comma > start) (*list)->push_back(text.substr(start, comma - start));
      start = comma + 1;
    }
    return {};
  }
  if (auto* const* flag = std::get_if<bool*>(&setting.value)) {
    if (text != "true" && text != "false") return "must be true or false";
    **flag = text == "true";
    return {};
  }
  *std::get<std::string*>(setting.value) = text;
  return {};
}

std::vector<std::string> read_file(std::string_view text,
                                   const std::string& file_name,
                                   Config& config,
                                   Origins& origins) {
  Reader reader(file_name.empty() ? "config" : file_name, config, origins);
  const auto tree = file_name.ends_with(".toml") ? parse_toml(text) : parse_yaml(text);
  if (tree) {
    reader.read(*tree);
  } else {
    reader.error(tree.error().place, tree.error().what);
  }
  return std::move(reader.errors);
}

}  // namespace fermata::app
