#include "core/policy/conditions.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace fermata {
namespace {

constexpr std::size_t kShownCharacters = 40;

enum class Presence { kFound, kMissing, kUnclear };

struct Argument {
  Presence presence = Presence::kMissing;
  const json::Value* value = nullptr;  // Of kFound.
};

Argument walk(const json::Object& arguments, std::string_view path) {
  const json::Object* object = &arguments;
  while (true) {
    const std::size_t dot = path.find('.');
    const json::Value* value = object->find(path.substr(0, dot));
    if (value == nullptr) return {};
    if (dot == std::string_view::npos) return {Presence::kFound, value};
    object = value->as_object();
    if (object == nullptr) return {Presence::kUnclear, nullptr};
    path.remove_prefix(dot + 1);
  }
}

Argument look_up(const json::Object& arguments, const std::string& path) {
  const Argument nested = walk(arguments, path);
  if (path.find('.') == std::string::npos) return nested;
  const json::Value* whole = arguments.find(path);
  if (whole == nullptr) return nested;
  if (nested.presence != Presence::kMissing) return {Presence::kUnclear, nullptr};
  return {Presence::kFound, whole};
}

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

std::string shown_text(const std::string& text) {
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++end) {
    const bool starts_character = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (starts_character && ++count > kShownCharacters) break;
  }
  if (end == text.size()) return json::write(text);
  return json::write(text.substr(0, end) + "…");
}

std::string shown(const json::Value& value) {
  if (value.as_object() != nullptr) return "(an object)";
  if (value.as_array() != nullptr) return "(a list)";
  if (const std::string* text = value.as_string()) return shown_text(*text);
  return json::write(value);
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

// What the argument is if the condition holds: "above 1000".
std::string predicate(const Condition& condition) {
  const json::Value& operand = condition.operand;
  switch (condition.op) {
    case Operator::kEq:
      return shown(operand);
    case Operator::kNe:
      return "not " + shown(operand);
    case Operator::kLt:
      return "below " + shown(operand);
    case Operator::kLte:
      return "at most " + shown(operand);
    case Operator::kGt:
      return "above " + shown(operand);
    case Operator::kGte:
      return "at least " + shown(operand);
    case Operator::kIn:
      return "one of " + shown_list(operand);
    case Operator::kNotIn:
      return "none of " + shown_list(operand);
    case Operator::kGlob:
      return "like " + shown(operand);
    case Operator::kExists:
      break;
  }
  return operand == json::Value(false) ? "not given" : "given";
}

std::string type_name(const json::Value& value) {
  if (value.is_null()) return "null";
  if (value.as_bool() != nullptr) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.as_string() != nullptr) return "a string";
  return value.as_array() != nullptr ? "a list" : "an object";
}

std::string why_unknown(const Argument& argument) {
  if (argument.presence == Presence::kMissing) return " is missing";
  if (argument.presence == Presence::kUnclear) return " cannot be told apart";
  if (argument.value->is_null()) return " is null";
  const bool has_parts =
      argument.value->as_array() != nullptr || argument.value->as_object() != nullptr;
  return (has_parts ? "" : " " + shown(*argument.value)) + " is " + type_name(*argument.value);
}

}  // namespace

Truth holds(const Condition& condition, const json::Object& arguments) {
  const Argument argument = look_up(arguments, condition.argument);
  if (condition.op == Operator::kExists) return exists(argument, condition.operand);
  if (argument.presence != Presence::kFound) return Truth::kUnknown;
  return compare(condition.op, *argument.value, condition.operand);
}

std::string describe(const Condition& condition, const json::Object& arguments) {
  const Argument argument = look_up(arguments, condition.argument);
  if (holds(condition, arguments) == Truth::kUnknown) {
    return condition.argument + why_unknown(argument) + ", so it counts as " + predicate(condition);
  }
  const bool says_value = argument.presence == Presence::kFound && condition.op != Operator::kEq &&
                          condition.op != Operator::kExists;
  return condition.argument + (says_value ? " " + shown(*argument.value) : "") + " is " +
         predicate(condition);
}

}  // namespace fermata
