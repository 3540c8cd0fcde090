#include "core/policy/conditions.hpp"

#include <optional>

#include "core/policy/lookup.hpp"

namespace fermata {
namespace {

Truth truth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

// Absent when the two are of different types, or of one that has no single value.
std::optional<bool> same(const json::Value& a, const json::Value& b) {
  if (a.is_number() && b.is_number()) return json::compare_numbers(a, b) == 0;
  if (a.as_string() != nullptr && b.as_string() != nullptr) return *a.as_string() == *b.as_string();
  if (a.as_bool() != nullptr && b.as_bool() != nullptr) return *a.as_bool() == *b.as_bool();
  if (a.is_null() && b.is_null()) return true;
  return std::nullopt;
}

// Below zero, zero or above, as strcmp. Strings are in the order of their code points.
std::optional<int> order(const json::Value& a, const json::Value& b) {
  if (a.is_number() && b.is_number()) return json::compare_numbers(a, b);
  if (a.as_string() != nullptr && b.as_string() != nullptr) {
    return a.as_string()->compare(*b.as_string());
  }
  return std::nullopt;
}

Truth equal(const json::Value& value, const json::Value& operand) {
  const auto answer = same(value, operand);
  return answer ? truth(*answer) : Truth::kUnknown;
}

// An element of another type says nothing; a list without any of the value's type neither.
Truth among(const json::Value& value, const json::Value& operand) {
  const json::Array* list = operand.as_array();
  Truth found = Truth::kUnknown;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Truth one = equal(value, (*list)[i]);
    if (one == Truth::kTrue) return one;
    if (one == Truth::kFalse) found = one;
  }
  return found;
}

Truth opposite(Truth value) {
  if (value == Truth::kUnknown) return value;
  return truth(value == Truth::kFalse);
}

template <class Holds>
Truth ordered(const json::Value& value, const json::Value& operand, Holds holds_for) {
  const auto answer = order(value, operand);
  return answer ? truth(holds_for(*answer)) : Truth::kUnknown;
}

Truth like(const json::Value& value, const json::Value& operand) {
  const auto *text = value.as_string(), *pattern = operand.as_string();
  if (text == nullptr || pattern == nullptr) return Truth::kUnknown;
  return truth(glob_matches(*pattern, *text));
}

Truth exists(const Argument& argument, const json::Value& operand) {
  const bool* wanted = operand.as_bool();
  if (wanted == nullptr || argument.presence == Presence::kUnclear) return Truth::kUnknown;
  if (argument.presence == Presence::kMissing) return truth(!*wanted);
  return argument.value->is_null() ? Truth::kUnknown : truth(*wanted);
}

Truth compare(Operator op, const json::Value& value, const json::Value& operand) {
  switch (op) {
    case Operator::kEq:
      return equal(value, operand);
    case Operator::kNe:
      return opposite(equal(value, operand));
    case Operator::kLt:
      return ordered(value, operand, [](int sign) { return sign < 0; });
    case Operator::kLte:
      return ordered(value, operand, [](int sign) { return sign <= 0; });
    case Operator::kGt:
      return ordered(value, operand, [](int sign) { return sign > 0; });
    case Operator::kGte:
      return ordered(value, operand, [](int sign) { return sign >= 0; });
    case Operator::kIn:
      return among(value, operand);
    case Operator::kNotIn:
      return opposite(among(value, operand));
    case Operator::kGlob:
      return like(value, operand);
    case Operator::kExists:
      break;
  }
  return Truth::kUnknown;
}

std::string shown_list(const json::Value& value) {
  std::string text;
  const json::Array* list = value.as_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (i == 5) return text + " and so on";
    text += (i == 0 ? "" : ", ") + shown((*list)[i]);
  }
  return text;
}

// What the argument is if the condition holds, for an operand that is `text`: "above 1000".
std::string predicate(const Condition& condition, const std::string& text) {
  switch (condition.op) {
    case Operator::kEq:
      return text;
    case Operator::kNe:
      return "not " + text;
    case Operator::kLt:
      return "below " + text;
    case Operator::kLte:
      return "at most " + text;
    case Operator::kGt:
      return "above " + text;
    case Operator::kGte:
      return "at least " + text;
    case Operator::kIn:
      return "one of " + text;
    case Operator::kNotIn:
      return "none of " + text;
    case Operator::kGlob:
      return "like " + text;
    case Operator::kExists:
      break;
  }
  return condition.operand == json::Value(false) ? "not given" : "given";
}

std::string predicate(const Condition& condition) {
  const bool is_list = condition.op == Operator::kIn || condition.op == Operator::kNotIn;
  return predicate(condition, is_list ? shown_list(condition.operand) : shown(condition.operand));
}

const std::string& context_of(const std::string& name, const PolicyInput& input) {
  static const std::string kNothing;
  if (name == "agent") return input.agent;
  if (name == "on_behalf_of") return input.on_behalf_of;
  return name == "tool" ? input.tool : kNothing;
}

// What the operand stands for in this call; none when that is not known.
std::optional<json::Value> resolved(const Condition& condition, const PolicyInput& input) {
  if (condition.from == OperandFrom::kPolicy) return condition.operand;
  const std::string name = *condition.operand.as_string();
  if (condition.from == OperandFrom::kContext) {
    const std::string& text = context_of(name, input);
    return text.empty() ? std::nullopt : std::optional<json::Value>(text);
  }
  const Argument argument = look_up(input.arguments, name);
  const bool usable = argument.presence == Presence::kFound && !argument.value->is_null();
  return usable ? std::optional<json::Value>(*argument.value) : std::nullopt;
}

Condition with_operand(const Condition& condition, json::Value operand) {
  return {condition.argument, condition.op, std::move(operand)};
}

// "the agent \"bot\"", "limit 1000": the name first, so that the sentence says what was compared.
std::string named(const Condition& condition, const std::optional<json::Value>& value) {
  const std::string name = (condition.from == OperandFrom::kContext ? "the call's " : "") +
                           *condition.operand.as_string();
  return value ? name + " " + shown(*value) : name;
}

std::string why_unresolved(const Condition& condition, const PolicyInput& input) {
  const std::string name = *condition.operand.as_string();
  if (condition.from == OperandFrom::kContext) return "the call's " + name + " is not known";
  return name + why_unusable(look_up(input.arguments, name));
}

}  // namespace

Truth holds(const Condition& condition, const json::Object& arguments) {
  const Argument argument = look_up(arguments, condition.argument);
  if (condition.op == Operator::kExists) return exists(argument, condition.operand);
  if (argument.presence != Presence::kFound) return Truth::kUnknown;
  return compare(condition.op, *argument.value, condition.operand);
}

Truth holds(const Condition& condition, const PolicyInput& input) {
  if (condition.from == OperandFrom::kPolicy) return holds(condition, input.arguments);
  auto operand = resolved(condition, input);
  if (!operand) return Truth::kUnknown;
  return holds(with_operand(condition, *std::move(operand)), input.arguments);
}

std::string describe(const Condition& condition, const PolicyInput& input) {
  const Argument argument = look_up(input.arguments, condition.argument);
  const bool is_constant = condition.from == OperandFrom::kPolicy;
  const auto operand = resolved(condition, input);
  if (!operand)
    return why_unresolved(condition, input) + ", so " + condition.argument + " counts as " +
           predicate(condition, named(condition, operand));
  const std::string is =
      is_constant ? predicate(condition) : predicate(condition, named(condition, operand));
  if (holds(condition, input) == Truth::kUnknown)
    return condition.argument + why_unusable(argument) + ", so it counts as " + is;
  const bool says_value = argument.presence == Presence::kFound &&
                          condition.op != Operator::kExists &&
                          (condition.op != Operator::kEq || !is_constant);
  return condition.argument + (says_value ? " " + shown(*argument.value) : "") + " is " + is;
}

}  // namespace fermata
