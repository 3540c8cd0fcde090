// The `when` of a rule, and the readers of single values.

#include <algorithm>
#include <array>

#include "codec/policy_reader.hpp"

namespace fermata::codec {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kMaxListed = 1000;

struct OperatorName {
  std::string_view name;
  Operator op;
};

constexpr std::array<OperatorName, 10> kOperators{{{"eq", Operator::kEq},
                                                   {"ne", Operator::kNe},
                                                   {"lt", Operator::kLt},
                                                   {"lte", Operator::kLte},
                                                   {"gt", Operator::kGt},
                                                   {"gte", Operator::kGte},
                                                   {"in", Operator::kIn},
                                                   {"not_in", Operator::kNotIn},
                                                   {"exists", Operator::kExists},
                                                   {"glob", Operator::kGlob}}};

std::optional<Operator> operator_named(std::string_view name) {
  for (const auto& [known, op] : kOperators) {
    if (known == name) return op;
  }
  return std::nullopt;
}

// No empty part: a.b.c
bool is_path(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos;
}

bool has_loose_space(std::string_view text) {
  return text.starts_with(' ') || text.ends_with(' ') ||
         text.find_first_of("\t\n\r") != std::string_view::npos;
}

template <class Names>
std::string listed(const Names& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

}  // namespace

void PolicyReader::conditions_on(const YamlNode& argument,
                                 const YamlNode& operators,
                                 std::vector<Condition>& into) {
  if (!is_path(argument.text)) {
    refuse(argument, "an argument is a name or a path such as customer.country");
  }
  if (operators.kind != Kind::kMap || operators.children.empty()) {
    return refuse(operators,
                  "write an operator and a value, such as " + argument.text + ": {eq: EUR}");
  }
  for (std::size_t i = 0; i < operators.children.size(); i += 2) {
    const YamlNode& name = operators.children[i];
    const auto op = operator_named(name.text);
    if (!op) {
      refuse(name,
             json::write(name.text) +
                 " is no operator; there are eq, ne, lt, lte, gt, gte, in, not_in, exists, glob");
      continue;
    }
    const YamlNode& given = operators.children[i + 1];
    if (given.kind == Kind::kMap)
      into.push_back({argument.text,
                      *op,
                      given.children.empty() ? "" : given.children[1].text,
                      operand_from(*op, given)});
    else
      into.push_back({argument.text, *op, operand(*op, name.text, given)});
  }
}

// {argument: limit} or {context: agent}.
OperandFrom PolicyReader::operand_from(Operator op, const YamlNode& node) {
  const YamlNode *argument = node.find("argument"), *context = node.find("context");
  const YamlNode* one = argument != nullptr ? argument : context;
  const bool compares = op == Operator::kEq || op == Operator::kNe || op == Operator::kLt ||
                        op == Operator::kLte || op == Operator::kGt || op == Operator::kGte;
  if (!compares)
    refuse(node, "only eq, ne, lt, lte, gt and gte compare with an argument or the context");
  if (one == nullptr || node.children.size() != 2) {
    refuse(node, "compare with a value, with {argument: NAME} or with {context: NAME}");
    return OperandFrom::kPolicy;
  }
  if (argument != nullptr) {
    if (!is_path(argument->text))
      refuse(*argument, "an argument is a name or a path such as customer.country");
    return OperandFrom::kArgument;
  }
  if (context->text != "agent" && context->text != "on_behalf_of" && context->text != "tool")
    refuse(*context, "context is one of agent, on_behalf_of, tool");
  return OperandFrom::kContext;
}

json::Value PolicyReader::operand(Operator op, const std::string& op_name, const YamlNode& node) {
  if (op == Operator::kIn || op == Operator::kNotIn) return list(op_name, node);
  json::Value given = value(node);
  if (given.is_null()) return given;  // Refused already.
  switch (op) {
    case Operator::kExists:
      if (given.as_bool() == nullptr) refuse(node, "exists must be true or false");
      break;
    case Operator::kGlob:
      if (given.as_string() == nullptr) {
        refuse(node, "glob must be text with `*` for anything, such as \"*@example.com\"");
      }
      break;
    case Operator::kLt:
    case Operator::kLte:
    case Operator::kGt:
    case Operator::kGte:
      if (!given.is_number() && !(given.as_string() != nullptr && node.quoted)) {
        refuse(node, op_name + " must be a number, or text in quotes to compare as text");
      }
      break;
    default:
      break;
  }
  return given;
}

json::Value PolicyReader::list(const std::string& op_name, const YamlNode& node) {
  json::Array values;
  if (node.kind != Kind::kList || node.children.empty() || node.children.size() > kMaxListed) {
    refuse(node, op_name + " must be a list of 1 to 1000 values, such as [EUR, USD]");
    return values;
  }
  for (const YamlNode& one : node.children) values.push_back(value(one));
  return values;
}

json::Value PolicyReader::value(const YamlNode& node) {
  if (node.kind == Kind::kList || node.kind == Kind::kMap) {
    refuse(node, "must be one text, number, true or false");
    return {};
  }
  if (node.kind == Kind::kNull) {
    refuse(node, "a value is missing; to ask whether an argument is given, write exists");
    return {};
  }
  auto read = scalar_value(node);
  if (auto* given = std::get_if<json::Value>(&read)) return std::move(*given);
  refuse(node, std::get<std::string>(std::move(read)));
  return {};
}

void PolicyReader::refuse(const YamlNode& at, std::string message) {
  errors_.push_back({at.line, at.column, std::move(message)});
}

bool PolicyReader::map(const YamlNode& node, std::string_view what, Names known, Names needed) {
  if (node.kind != Kind::kMap) {
    refuse(node, std::string(what) + " must be a map of " + listed(known));
    return false;
  }
  for (std::size_t i = 0; i < node.children.size(); i += 2) {
    const YamlNode& key = node.children[i];
    if (std::find(known.begin(), known.end(), key.text) == known.end()) {
      refuse(key,
             json::write(key.text) + " is not known here; " + std::string(what) + " has " +
                 listed(known));
    }
  }
  for (const std::string_view name : needed) {
    if (node.find(name) != nullptr) continue;
    refuse(node, std::string(what) + " needs " + std::string(name));
  }
  return true;
}

std::string PolicyReader::text(const YamlNode& node, std::string_view what) {
  auto read = scalar_value(node);
  const auto* given = std::get_if<json::Value>(&read);
  const bool is_text = node.kind == Kind::kScalar && given != nullptr &&
                       given->as_string() != nullptr && !given->as_string()->empty();
  if (!is_text) {
    if (node.kind == Kind::kScalar && node.quoted && node.text.empty()) {
      refuse(node, std::string(what) + " must not be empty");
      return {};
    }
    const bool quotable = node.kind == Kind::kScalar && !node.text.empty();
    refuse(node,
           std::string(what) + " must be text" +
               (quotable ? "; write " + json::write(node.text) + " in quotes" : ""));
    return {};
  }
  if (has_loose_space(node.text)) {
    refuse(node, std::string(what) + " has a space at an end or a line break; is a quote missing?");
  }
  return node.text;
}

std::int64_t PolicyReader::whole(const YamlNode& node,
                                 std::string_view what,
                                 std::int64_t least,
                                 std::int64_t most) {
  auto read = scalar_value(node);
  const auto* given = std::get_if<json::Value>(&read);
  const std::int64_t* number = given == nullptr ? nullptr : given->as_int();
  const bool scalar = node.kind == Kind::kScalar;
  if (scalar && number != nullptr && *number >= least && *number <= most) return *number;
  const std::string range = least == most ? std::to_string(least)
                                          : "a whole number from " + std::to_string(least) +
                                                " to " + std::to_string(most);
  refuse(node, std::string(what) + " must be " + range);
  return most;
}

}  // namespace fermata::codec
