#pragma once

// Who is meant: "finance", "role:cfo or (finance and not contractors)", "owner(repository)".
//
//   expression   and-terms joined by "or"; "and" binds closer; "not" before an atom; brackets
//   finance                 the group of that id; also group:finance
//   role:cfo                who has that role
//   attribute:region=eu     whose attribute has that value
//   person:ana              that person
//   manager()               the manager of the requester, or of whom the agent works for
//   owner(repository)       the owners of the resource that the argument at that dotted path names
//
// The answer for one person has three values. A group that does not exist, a requester without a
// manager, an argument that names no known resource are unknown, and unknown is nobody (P2): also
// behind "not", so that removing a group never lets somebody in. Who is not active is nobody.

#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/directory/directory.hpp"

namespace fermata {

// What an expression is about, besides the directory.
struct Subject {
  std::string requester;     // A person; or empty.
  std::string on_behalf_of;  // A person; or empty.
  const json::Object* arguments = nullptr;
};

class GroupExpression {
 public:
  // kInvalid policy.bad_expression; the detail tells the place.
  static Result<GroupExpression> parse(const std::string& text);

  bool matches(const Directory& directory, const Subject& subject, const std::string& person) const;
  // The groups it names that the directory does not have.
  std::vector<std::string> unknown_groups(const Directory& directory) const;
  // Names to find a request by: whoever matches has one of them (names_of()).
  std::vector<std::string> labels(const Subject& subject) const;

 private:
  friend class GroupExpressionParser;
  enum class Kind { kGroup, kRole, kAttribute, kPerson, kManager, kOwner, kNot, kAnd, kOr };
  enum class Truth { kFalse, kUnknown, kTrue };
  struct Node {
    Kind kind = Kind::kGroup;
    std::string name;   // Of the group, role, attribute, person; the path of kOwner.
    std::string value;  // Of kAttribute.
    std::vector<Node> parts;
  };

  static Truth holds(const Node& node,
                     const Directory& directory,
                     const Subject& subject,
                     const Person& person);
  static Truth manages(const Directory& directory, const Subject& subject, const Person& person);
  static Truth owns(const std::string& path,
                    const Directory& directory,
                    const Subject& subject,
                    const Person& person);
  static void collect(const Node& node, const Subject& subject, std::set<std::string>& labels);
  static void collect_groups(const Node& node, std::set<std::string>& groups);

  Node root_;
};

// The same for a text that may be no expression: then nobody.
bool matches(const std::string& expression,
             const Directory& directory,
             const Subject& subject,
             const std::string& person);
// Of somebody, for GroupExpression::labels().
std::vector<std::string> names_of(const Directory& directory, const std::string& person);

}  // namespace fermata
