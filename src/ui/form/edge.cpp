#include "ui/form/edge.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "base/json_number.hpp"
#include "core/form/schema.hpp"

namespace fermata::ui {
namespace {

constexpr std::int64_t kSafe = 9'007'199'254'740'991;  // 2^53 - 1
constexpr std::size_t kMaxKey = 64;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A name that no surface misreads: no path, no number, nothing that objects of JavaScript have.
bool is_plain(std::string_view name) {
  constexpr std::array<std::string_view, 8> kInherited{"constructor",
                                                       "hasOwnProperty",
                                                       "isPrototypeOf",
                                                       "propertyIsEnumerable",
                                                       "prototype",
                                                       "toLocaleString",
                                                       "toString",
                                                       "valueOf"};
  if (name.empty() || name.size() > kMaxKey || !is_letter(name[0])) return false;
  if (name.starts_with("field_")) return false;  // Ours.
  if (std::find(kInherited.begin(), kInherited.end(), name) != kInherited.end()) return false;
  return std::all_of(
      name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

std::string numbered(std::size_t i) { return "field_" + std::to_string(i + 1); }

bool within(const json::Value& bound, std::int64_t least, std::int64_t most) {
  return bound.is_number() && json::compare_numbers(bound, least) >= 0 &&
         json::compare_numbers(bound, most) <= 0;
}

Value wrong(const Field& field, const char* type, std::string message) {
  return form::FieldError{field.pointer, type, std::move(message)};
}

Value number_of(const Field& field, std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  const auto read = json::read_number(text);
  if (const auto* whole = std::get_if<std::int64_t>(&read)) return json::Value(*whole);
  if (const auto* number = std::get_if<double>(&read)) return json::Value(*number);
  if (std::get<json::NumberFault>(read) == json::NumberFault::kOutOfRange) {
    return wrong(field, "type", "has more digits than can be kept");
  }
  const bool whole = field.kind == FieldKind::kInteger;
  return wrong(field, "type", whole ? "must be a whole number" : "must be a number");
}

std::optional<Undecidable> without_value(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    const bool chosen = field.kind == FieldKind::kChoice || field.kind == FieldKind::kChoices;
    if (chosen && field.choices.empty()) {
      return Undecidable{"no_value_fits", field.pointer, "no value fits " + field.label};
    }
    if (auto hole = without_value(field.fields)) return hole;
  }
  return std::nullopt;
}

std::optional<std::size_t> position(const Field& field, std::string_view token) {
  std::size_t at = 0;
  const auto end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, at);
  const bool whole = read.ec == std::errc{} && read.ptr == end && token == token_of(at);
  return whole && at < field.choices.size() ? std::optional(at) : std::nullopt;
}

}  // namespace

bool fits_doubles(const Field& field) {
  const Limits& limits = field.limits;
  const bool below = within(limits.minimum, -kSafe, kSafe) || within(limits.above, -kSafe, kSafe);
  const bool above = within(limits.maximum, -kSafe, kSafe) || within(limits.below, -kSafe, kSafe);
  return below && above;
}

std::vector<std::string> keys_of(const std::vector<Field>& fields) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    keys.push_back(is_plain(fields[i].name) ? fields[i].name : numbered(i));
  }
  return keys;
}

std::vector<std::string> keys_of(const Form&, const std::vector<Leaf>& leaves) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    std::string key;
    bool plain = true;
    for (const std::string& name : form::names_in(leaves[i].field->pointer)) {
      plain = plain && is_plain(name);
      key += (key.empty() ? "" : ".") + name;
    }
    keys.push_back(plain && key.size() <= kMaxKey ? key : numbered(i));
  }
  return keys;
}

std::string token_of(std::size_t choice) { return std::to_string(choice); }

std::optional<std::size_t> choice_at(const Field& field, const json::Value& value) {
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    if (field.choices[i].value == value) return i;
  }
  return std::nullopt;
}

std::vector<std::size_t> choices_at(const Field& field, const json::Value& list) {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    known.emplace(json::canonical(field.choices[i].value), i);
  }
  std::vector<std::size_t> found;
  for (const json::Value& value : *list.as_array()) {
    const auto at = known.find(json::canonical(value));
    if (at != known.end()) found.push_back(at->second);
  }
  return found;
}

std::string text_of(const Field& field, const json::Value& value) {
  if (field.kind == FieldKind::kJson) return json::pretty(value);
  if (field.kind == FieldKind::kBoolean) return json::write(value);
  const std::string* text = value.as_string();
  return text != nullptr ? *text : json::write(value);
}

std::string placeholder_of(const Field& field) {
  if (!field.placeholder.empty()) return field.placeholder;
  if (field.kind == FieldKind::kTime) return "16:00:00+01:00";
  return field.kind == FieldKind::kDateTime ? "2026-11-22T16:00:00+01:00" : "";
}

std::optional<Undecidable> unanswerable(const Form& form) { return without_value(form.fields); }

std::optional<Undecidable> not_flat(const Form& form) {
  if (auto hole = unanswerable(form)) return hole;
  for (const Leaf& leaf : leaves(form)) {
    if (leaf.field->kind != FieldKind::kList) continue;
    return Undecidable{"nested_list",
                       leaf.field->pointer,
                       leaf.label + " is a list of entries, which cannot be shown here"};
  }
  return std::nullopt;
}

Value value_of(const Field& field, std::string_view text) {
  switch (field.kind) {
    case FieldKind::kInteger:
    case FieldKind::kNumber:
      return number_of(field, text);
    case FieldKind::kBoolean:
      if (text == "true") return json::Value(true);
      if (text == "false") return json::Value(false);
      return wrong(field, "type", "must be yes or no");
    case FieldKind::kChoice:
      if (const auto at = position(field, text)) return field.choices[*at].value;
      return wrong(field, "enum", "is none of the choices");
    case FieldKind::kJson:
      if (auto read = json::parse(text)) return *std::move(read);
      return wrong(field, "json", "must be written as JSON, such as 12, \"text\" or [1, 2]");
    case FieldKind::kObject:
    case FieldKind::kList:
    case FieldKind::kChoices:
      return wrong(field, "type", "cannot be given as text");
    default:
      return json::Value(text);
  }
}

Value chosen_of(const Field& field, const std::vector<std::string>& tokens) {
  std::set<std::size_t> chosen;  // In the order of the choices, whatever order they came in.
  for (const std::string& token : tokens) {
    const auto at = position(field, token);
    if (!at) return wrong(field, "enum", "is none of the choices");
    chosen.insert(*at);
  }
  json::Array values;
  for (const std::size_t at : chosen) values.push_back(field.choices[at].value);
  return json::Value(std::move(values));
}

Value loose_value(const Field& field, const json::Value& given) {
  if (const std::string* text = given.as_string()) return value_of(field, *text);
  const bool number = field.kind == FieldKind::kInteger || field.kind == FieldKind::kNumber;
  if (number && given.is_number()) return given;
  if (field.kind == FieldKind::kBoolean && given.as_bool() != nullptr) return given;
  const json::Array* list = given.as_array();
  if (field.kind != FieldKind::kChoices || list == nullptr) {
    return wrong(field, "type", "is not what this field takes");
  }
  std::vector<std::string> tokens;
  for (const json::Value& token : *list) {
    tokens.push_back(token.as_string() != nullptr ? *token.as_string() : json::write(token));
  }
  return chosen_of(field, tokens);
}

json::Value texts_by_key(const Form& form, const std::vector<form::FieldError>& errors) {
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  json::Object texts;
  for (const form::FieldError& error : errors) {
    std::size_t at = all.size();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].field->kind == FieldKind::kConstant) continue;
      const std::string& leaf = all[i].field->pointer;
      const bool here = error.pointer == leaf || error.pointer.starts_with(leaf + "/") ||
                        leaf.starts_with(error.pointer + "/");
      if (here || at == all.size()) at = i;
      if (here) break;
    }
    const std::string key = at == all.size() ? "" : keys[at];
    const std::string before = texts.find(key) ? *texts.find(key)->as_string() + "; " : "";
    texts.set(key, before + error.message);
  }
  return texts;
}

void Answer::set(const Leaf& leaf, Value value) {
  if (auto* error = std::get_if<form::FieldError>(&value)) {
    return refuse(error->pointer, error->type, error->message);
  }
  json::Object* object = &reading_.answer;
  const std::vector<std::string> names = form::names_in(leaf.field->pointer);
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    if (object->find(names[i]) == nullptr) object->set(names[i], json::Object{});
    // set() gives the member back to write to; find() does not.
    json::Value& inner = object->set(names[i], *object->find(names[i]));
    object = inner.as_object();
  }
  object->set(names.back(), std::get<json::Value>(std::move(value)));
}

void Answer::refuse(const std::string& pointer,
                    const std::string& type,
                    const std::string& message) {
  if (reading_.errors.size() < kMaxReadErrors) reading_.errors.push_back({pointer, type, message});
}

Reading Answer::take() {
  complete(form_.fields, reading_.answer);
  return std::move(reading_);
}

void complete(const std::vector<Field>& fields, json::Object& answer) {
  for (const Field& field : fields) {
    if (field.kind == FieldKind::kConstant && answer.find(field.name) == nullptr) {
      answer.set(field.name, *field.initial);
    }
    const json::Value* given = answer.find(field.name);
    const bool list = field.kind == FieldKind::kChoices || field.kind == FieldKind::kList;
    if (list && field.required && given == nullptr) answer.set(field.name, json::Array{});
    if (field.kind != FieldKind::kObject) continue;
    if (given == nullptr && !field.required) continue;
    json::Object inner;
    if (given != nullptr) {
      if (given->as_object() == nullptr) continue;
      inner = *given->as_object();
    }
    complete(field.fields, inner);
    answer.set(field.name, std::move(inner));
  }
}

}  // namespace fermata::ui
