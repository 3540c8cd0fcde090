#include "app/config_yaml.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <utility>

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
  Reader(std::string file_name, Config& config)
      : file_(std::move(file_name)), config_(config), settings_(settings(config)) {}

  void read(const YAML::Node& root) {
    if (root.IsNull()) return;
    members(root, "the file", [&](const std::string& key, const YAML::Node& node) {
      if (key == "bootstrap") return bootstrap(node, config_.first().bootstrap);
      if (key == "tenants") return further_.push_back(node);
      section(key, node);
    });
    // Last, because `tenants` grows and the settings point into its first element.
    for (const YAML::Node& node : further_) tenants(node);
  }

  std::vector<std::string> errors;

  void error(const YAML::Mark& mark, const std::string& what) {
    errors.push_back(file_ + ":" + std::to_string(mark.line + 1) + ":" +
                     std::to_string(mark.column + 1) + ": " + what);
  }

 private:
  using Visit = std::function<void(const std::string&, const YAML::Node&)>;

  void members(const YAML::Node& node, const std::string& what, const Visit& visit) {
    if (!node.IsMap()) return error(node.Mark(), what + " must be a mapping (key: value)");
    std::set<std::string> seen;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) {
        error(entry.first.Mark(), "a key must be a word");
        continue;
      }
      const std::string key = entry.first.Scalar();
      if (!seen.insert(key).second) error(entry.first.Mark(), "'" + key + "' is there twice");
      key_mark_ = entry.first.Mark();
      visit(key, entry.second);
    }
  }

  void unknown(const std::string& key, const std::vector<std::string>& known) {
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    error(key_mark_, "unknown key '" + key + "'; known here: " + list);
  }

  void each(const YAML::Node& node,
            const std::string& what,
            const std::function<void(const YAML::Node&)>& visit) {
    if (!node.IsSequence()) return error(node.Mark(), what + " must be a list");
    for (const auto& item : node) visit(item);
  }

  // A top-level scalar ("tenant") or a section of scalars ("listen").
  void section(const std::string& key, const YAML::Node& node) {
    if (const Setting* setting = find(key); setting != nullptr) return scalar(*setting, node);
    std::set<std::string> sections = {"bootstrap", "tenants"};
    std::vector<std::string> within;
    for (const Setting& setting : settings_) {
      const std::size_t dot = setting.key.find('.');
      sections.insert(setting.key.substr(0, dot));
      if (dot != std::string::npos && setting.key.substr(0, dot) == key) {
        within.push_back(setting.key.substr(dot + 1));
      }
    }
    if (within.empty()) return unknown(key, {sections.begin(), sections.end()});
    members(node, key, [&](const std::string& name, const YAML::Node& value) {
      const Setting* setting = find(key + "." + name);
      if (setting == nullptr) return unknown(name, within);
      if (setting->key == "signing.key") {
        return error(key_mark_,
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

  void scalar(const Setting& setting, const YAML::Node& node) {
    if (auto* const* list = std::get_if<std::vector<std::string>*>(&setting.value)) {
      (*list)->clear();
      return each(node, setting.key, [&](const YAML::Node& item) {
        (*list)->push_back(text(item, setting.key));
      });
    }
    if (!node.IsScalar()) return error(node.Mark(), setting.key + " must be a single value");
    const std::string wrong = assign(setting, node.Scalar());
    if (!wrong.empty()) error(node.Mark(), setting.key + ": " + wrong);
  }

  std::string text(const YAML::Node& node, const std::string& what) {
    if (node.IsScalar()) return node.Scalar();
    error(node.Mark(), what + " must be text");
    return {};
  }

  bool flag(const YAML::Node& node, const std::string& what) {
    const std::string word = text(node, what);
    if (word != "true" && word != "false") error(node.Mark(), what + " must be true or false");
    return word == "true";
  }

  std::string id(const YAML::Node& node, const std::string& what) {
    std::string value = text(node, what);
    if (node.IsScalar() && !is_id(value)) error(node.Mark(), what + ": " + kIdRule);
    return value;
  }

  void tenants(const YAML::Node& node) {
    each(node, "tenants", [&](const YAML::Node& item) {
      Tenant tenant;
      members(item, "a tenant", [&](const std::string& key, const YAML::Node& value) {
        if (key == "name") {
          tenant.name = id(value, "name");
        } else if (key == "bootstrap") {
          bootstrap(value, tenant.bootstrap);
        } else if (key == "policy") {
          members(value, "policy", [&](const std::string& inner, const YAML::Node& file) {
            if (inner != "file") return unknown(inner, {"file"});
            tenant.policy_file = text(file, "policy.file");
          });
        } else {
          unknown(key, {"name", "policy", "bootstrap"});
        }
      });
      if (tenant.name.empty()) error(item.Mark(), "a tenant needs a name");
      config_.tenants.push_back(std::move(tenant));
    });
  }

  void bootstrap(const YAML::Node& node, Bootstrap& into) {
    YAML::Node groups, keys;  // They name people, so they are read after them.
    members(node, "bootstrap", [&](const std::string& key, const YAML::Node& value) {
      if (key == "people") {
        each(value, "people", [&](const YAML::Node& item) { person(item, into); });
      } else if (key == "groups") {
        groups.reset(value);
      } else if (key == "keys") {
        keys.reset(value);
      } else {
        unknown(key, {"people", "groups", "keys"});
      }
    });
    if (groups.IsDefined() && !groups.IsNull()) {
      each(groups, "groups", [&](const YAML::Node& item) { group(item, into); });
    }
    if (keys.IsDefined() && !keys.IsNull()) {
      each(keys, "keys", [&](const YAML::Node& item) { api_key(item, into); });
    }
  }

  void person(const YAML::Node& node, Bootstrap& into) {
    Person person;
    members(node, "a person", [&](const std::string& key, const YAML::Node& value) {
      if (key == "id") {
        person.id = id(value, "id");
      } else if (key == "name") {
        person.name = text(value, "name");
      } else if (key == "email") {
        person.email = text(value, "email");
      } else if (key == "active") {
        person.active = flag(value, "active");
      } else if (key == "identities") {
        members(value, "identities", [&](const std::string& channel, const YAML::Node& there) {
          person.identities[channel] = text(there, channel);
        });
      } else {
        unknown(key, {"id", "name", "email", "active", "identities"});
      }
    });
    if (person.id.empty()) return error(node.Mark(), "a person needs an id");
    if (person.name.empty()) person.name = person.id;
    if (knows(into, person.id)) error(node.Mark(), "person '" + person.id + "' is there twice");
    into.people.push_back(std::move(person));
  }

  void group(const YAML::Node& node, Bootstrap& into) {
    Group group;
    members(node, "a group", [&](const std::string& key, const YAML::Node& value) {
      if (key == "id") {
        group.id = id(value, "id");
      } else if (key == "name") {
        group.name = text(value, "name");
      } else if (key == "members") {
        each(value, "members", [&](const YAML::Node& item) {
          group.members.insert(known_person(item, "a member", into));
        });
      } else {
        unknown(key, {"id", "name", "members"});
      }
    });
    if (group.id.empty()) return error(node.Mark(), "a group needs an id");
    if (group.name.empty()) group.name = group.id;
    into.groups.push_back(std::move(group));
  }

  void api_key(const YAML::Node& node, Bootstrap& into) {
    std::string kind, agent, person, on_behalf_of, label;
    members(node, "a key", [&](const std::string& key, const YAML::Node& value) {
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
      return error(node.Mark(), "kind must be agent, person, admin or readonly");
    }
    if ((kind == "agent") == agent.empty()) {
      return error(node.Mark(), "an agent's key names its agent, no other key does");
    }
    if ((kind == "person") == person.empty()) {
      return error(node.Mark(), "a person's key names its person, no other key does");
    }
    if (kind != "agent" && !on_behalf_of.empty()) {
      return error(node.Mark(), "only an agent works on_behalf_of somebody");
    }
    if (agent.empty() && person.empty() && !label.empty() && !is_id(label)) {
      return error(node.Mark(), "the label of this kind of key is its name: " + kIdRule);
    }
    const std::string owner = !agent.empty() ? agent : !person.empty() ? person : label;
    into.keys.push_back({actor_kind_from(kind), owner.empty() ? kind : owner, on_behalf_of, label});
  }

  static bool knows(const Bootstrap& bootstrap, const std::string& person) {
    return std::any_of(bootstrap.people.begin(), bootstrap.people.end(), [&](const Person& p) {
      return p.id == person;
    });
  }

  std::string known_person(const YAML::Node& node, const std::string& what, const Bootstrap& in) {
    std::string person = text(node, what);
    if (node.IsScalar() && !knows(in, person)) {
      error(node.Mark(), what + ": '" + person + "' is not among bootstrap.people");
    }
    return person;
  }

  std::string file_;
  Config& config_;
  std::vector<Setting> settings_;
  std::vector<YAML::Node> further_;
  YAML::Mark key_mark_;
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

std::vector<std::string> read_yaml(std::string_view text,
                                   const std::string& file_name,
                                   Config& config) {
  Reader reader(file_name.empty() ? "config" : file_name, config);
  try {
    reader.read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& wrong) {
    reader.error(wrong.mark, wrong.msg);
  }
  return std::move(reader.errors);
}

}  // namespace fermata::app
