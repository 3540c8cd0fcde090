#include "core/approval/group_expression.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace fermata {
namespace {

constexpr std::size_t kMaxBytes = 8000;
constexpr std::size_t kMaxDepth = 16;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-' || c == '@' || c == '+' || static_cast<unsigned char>(c) >= 0x80;
}

const json::Value* find_path(const json::Object& arguments, std::string_view path) {
  const json::Object* object = &arguments;
  while (true) {
    const std::size_t dot = path.find('.');
    const json::Value* value = object->find(path.substr(0, dot));
    if (value == nullptr || dot == std::string_view::npos) return value;
    object = value->as_object();
    if (object == nullptr) return nullptr;
    path.remove_prefix(dot + 1);
  }
}

// The resource that the argument at `path` names; empty: none.
std::string resource_named(const Subject& subject, const std::string& path) {
  if (subject.arguments == nullptr) return {};
  const json::Value* value = find_path(*subject.arguments, path);
  return value == nullptr || value->as_string() == nullptr ? "" : *value->as_string();
}

std::array<std::string, 2> asking(const Subject& subject) {
  return {subject.requester, subject.on_behalf_of};
}

}  // namespace

// Recursive descent; one character of look-ahead.
class GroupExpressionParser {
 public:
  using Node = GroupExpression::Node;
  using Kind = GroupExpression::Kind;

  explicit GroupExpressionParser(std::string_view text) : text_(text) {}

  Result<GroupExpression> parse() {
    GroupExpression expression;
    if (text_.size() > kMaxBytes) return wrong("it is longer than 8000 bytes");
    FERMATA_TRY(expression.root_, any_of(0));
    if (!at_end()) return wrong("'and', 'or' or the end is expected");
    return expression;
  }

 private:
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool at_end() {
    skip();
    return at_ == text_.size();
  }
  bool take(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string word() {
    skip();
    const std::size_t from = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return std::string(text_.substr(from, at_ - from));
  }
  bool take_word(std::string_view wanted) {
    const std::size_t before = at_;
    if (word() == wanted) return true;
    at_ = before;
    return false;
  }
  tl::unexpected<Error> wrong(const std::string& what) const {
    return fail(ErrorCode::kInvalid,
                "policy.bad_expression",
                "'" + std::string(text_.substr(0, kMaxBytes)) + "' names nobody: " + what +
                    " at character " + std::to_string(at_ + 1));
  }

  Result<Node> any_of(std::size_t depth) { return joined("or", Kind::kOr, depth); }
  Result<Node> all_of(std::size_t depth) { return joined("and", Kind::kAnd, depth); }

  Result<Node> joined(std::string_view joint, Kind kind, std::size_t depth) {
    Node all{kind, {}, {}, {}};
    do {
      FERMATA_TRY(Node part, kind == Kind::kOr ? all_of(depth) : factor(depth));
      all.parts.push_back(std::move(part));
    } while (take_word(joint));
    if (all.parts.size() > 1) return all;
    Node only = std::move(all.parts.front());
    return only;
  }

  Result<Node> factor(std::size_t depth) {
    if (depth > kMaxDepth) return wrong("it is nested too deep");
    if (take_word("not")) {
      FERMATA_TRY(Node inner, factor(depth + 1));
      Node made{Kind::kNot, {}, {}, {}};
      made.parts.push_back(std::move(inner));
      return made;
    }
    if (!take('(')) return atom();
    FERMATA_TRY(Node inner, any_of(depth + 1));
    if (!take(')')) return wrong("')' is missing");
    return inner;
  }

  Result<Node> atom() {
    std::string name = word();
    if (name.empty()) return wrong("a group, role:, attribute:, person:, manager() or owner(...)");
    if (take('(')) return about_request(name);
    if (!take(':')) return group(std::move(name));
    std::string value = word();
    if (value.empty()) return wrong("a name is missing after '" + name + ":'");
    if (name == "group") return group(std::move(value));
    if (name == "role") return Node{Kind::kRole, std::move(value), {}, {}};
    if (name == "person") return Node{Kind::kPerson, std::move(value), {}, {}};
    if (name != "attribute") return wrong("'" + name + ":' is not known");
    if (!take('=')) return wrong("attribute:name=value needs its value");
    std::string wanted = word();
    if (wanted.empty()) return wrong("attribute:name=value needs its value");
    return Node{Kind::kAttribute, std::move(value), std::move(wanted), {}};
  }

  Result<Node> group(std::string name) const {
    const bool capital =
        std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (capital) return wrong("a group's id has lower-case letters, digits, `.`, `_`, `-`");
    return Node{Kind::kGroup, std::move(name), {}, {}};
  }

  Result<Node> about_request(const std::string& name) {
    std::string path = word();
    if (!take(')')) return wrong("')' is missing");
    if (name == "manager" && path.empty()) return Node{Kind::kManager, {}, {}, {}};
    if (name == "owner" && !path.empty()) return Node{Kind::kOwner, std::move(path), {}, {}};
    return wrong("'" + name + "(" + path + ")' is not known; manager() and owner(argument) are");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Result<GroupExpression> GroupExpression::parse(const std::string& text) {
  return GroupExpressionParser(text).parse();
}

bool GroupExpression::matches(const Directory& directory,
                              const Subject& subject,
                              const std::string& person) const {
  const auto found = directory.people.find(person);
  return found != directory.people.end() && found->second.active &&
         holds(root_, directory, subject, found->second) == Truth::kTrue;
}

GroupExpression::Truth GroupExpression::holds(const Node& node,
                                              const Directory& directory,
                                              const Subject& subject,
                                              const Person& person) {
  const auto truth = [](bool value) { return value ? Truth::kTrue : Truth::kFalse; };
  switch (node.kind) {
    case Kind::kGroup: {
      const auto found = directory.groups.find(node.name);
      if (found == directory.groups.end()) return Truth::kUnknown;
      return truth(found->second.members.contains(person.id));
    }
    case Kind::kRole:
      return truth(person.roles.contains(node.name));
    case Kind::kAttribute: {
      const auto found = person.attributes.find(node.name);
      if (found == person.attributes.end()) return Truth::kUnknown;
      return truth(found->second == node.value);
    }
    case Kind::kPerson:
      return directory.people.contains(node.name) ? truth(person.id == node.name) : Truth::kUnknown;
    case Kind::kManager:
      return manages(directory, subject, person);
    case Kind::kOwner:
      return owns(node.name, directory, subject, person);
    case Kind::kNot: {
      const Truth inner = holds(node.parts.front(), directory, subject, person);
      if (inner == Truth::kUnknown) return inner;
      return truth(inner == Truth::kFalse);
    }
    case Kind::kAnd:
    case Kind::kOr:
      break;
  }
  Truth sum = node.kind == Kind::kAnd ? Truth::kTrue : Truth::kFalse;
  for (const Node& part : node.parts) {
    const Truth one = holds(part, directory, subject, person);
    sum = node.kind == Kind::kAnd ? std::min(sum, one) : std::max(sum, one);
  }
  return sum;
}

GroupExpression::Truth GroupExpression::manages(const Directory& directory,
                                                const Subject& subject,
                                                const Person& person) {
  Truth result = Truth::kUnknown;
  for (const std::string& one : asking(subject)) {
    const auto found = directory.people.find(one);
    if (found == directory.people.end() || found->second.manager.empty()) continue;
    if (found->second.manager == person.id) return Truth::kTrue;
    result = Truth::kFalse;
  }
  return result;
}

GroupExpression::Truth GroupExpression::owns(const std::string& path,
                                             const Directory& directory,
                                             const Subject& subject,
                                             const Person& person) {
  const auto found = directory.resources.find(resource_named(subject, path));
  if (found == directory.resources.end()) return Truth::kUnknown;
  return found->second.owners.contains(person.id) ? Truth::kTrue : Truth::kFalse;
}

std::vector<std::string> GroupExpression::unknown_groups(const Directory& directory) const {
  std::set<std::string> named;
  collect_groups(root_, named);
  std::erase_if(named, [&](const std::string& id) { return directory.groups.contains(id); });
  return {named.begin(), named.end()};
}

void GroupExpression::collect_groups(const Node& node, std::set<std::string>& groups) {
  if (node.kind == Kind::kGroup) groups.insert(node.name);
  for (const Node& part : node.parts) collect_groups(part, groups);
}

std::vector<std::string> GroupExpression::labels(const Subject& subject) const {
  std::set<std::string> labels;
  collect(root_, subject, labels);
  return {labels.begin(), labels.end()};
}

// Of an "and" each part would do; all are kept, and whoever reads the list looks closer.
void GroupExpression::collect(const Node& node,
                              const Subject& subject,
                              std::set<std::string>& labels) {
  switch (node.kind) {
    case Kind::kGroup:
      labels.insert(node.name);
      return;
    case Kind::kRole:
      labels.insert("role:" + node.name);
      return;
    case Kind::kAttribute:
      labels.insert("attribute:" + node.name + "=" + node.value);
      return;
    case Kind::kPerson:
      labels.insert("person:" + node.name);
      return;
    case Kind::kManager:
      for (const std::string& one : asking(subject))
        if (!one.empty()) labels.insert("manager:" + one);
      return;
    case Kind::kOwner:
      if (const std::string id = resource_named(subject, node.name); is_resource_id(id))
        labels.insert("owner:" + id);
      return;
    case Kind::kNot:
      labels.insert("anybody");
      return;
    case Kind::kAnd:
    case Kind::kOr:
      for (const Node& part : node.parts) collect(part, subject, labels);
  }
}

bool matches(const std::string& expression,
             const Directory& directory,
             const Subject& subject,
             const std::string& person) {
  // Most name one group.
  if (std::all_of(expression.begin(), expression.end(), is_word))
    return directory.is_member(expression, person);
  const auto parsed = GroupExpression::parse(expression);
  return parsed && parsed->matches(directory, subject, person);
}

std::vector<std::string> names_of(const Directory& directory, const std::string& person) {
  std::vector<std::string> names;
  for (const auto& [id, group] : directory.groups)
    if (directory.is_member(id, person)) names.push_back(id);
  const auto found = directory.people.find(person);
  if (found == directory.people.end() || !found->second.active) return names;
  names.push_back("anybody");
  names.push_back("person:" + person);
  for (const std::string& role : found->second.roles) names.push_back("role:" + role);
  for (const auto& [name, value] : found->second.attributes)
    names.push_back(std::string("attribute:").append(name).append("=").append(value));
  for (const auto& [id, other] : directory.people)
    if (other.manager == person) names.push_back("manager:" + id);
  for (const auto& [id, resource] : directory.resources)
    if (resource.owners.contains(person)) names.push_back("owner:" + id);
  return names;
}

}  // namespace fermata
