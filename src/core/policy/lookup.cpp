#include "core/policy/lookup.hpp"

#include <string_view>

namespace fermata {
namespace {

constexpr std::size_t kShownCharacters = 40;

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

std::string shown_text(const std::string& text) {
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++end) {
    const bool starts_character = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (starts_character && ++count > kShownCharacters) break;
  }
  if (end == text.size()) return json::write(text);
  return json::write(text.substr(0, end) + "…");
}

std::string type_name(const json::Value& value) {
  if (value.is_null()) return "null";
  if (value.as_bool() != nullptr) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.as_string() != nullptr) return "a string";
  return value.as_array() != nullptr ? "a list" : "an object";
}

}  // namespace

Argument look_up(const json::Object& arguments, const std::string& path) {
  const Argument nested = walk(arguments, path);
  if (path.find('.') == std::string::npos) return nested;
  const json::Value* whole = arguments.find(path);
  if (whole == nullptr) return nested;
  if (nested.presence != Presence::kMissing) return {Presence::kUnclear, nullptr};
  return {Presence::kFound, whole};
}

std::string shown(const json::Value& value) {
  if (value.as_object() != nullptr) return "(an object)";
  if (value.as_array() != nullptr) return "(a list)";
  if (const std::string* text = value.as_string()) return shown_text(*text);
  return json::write(value);
}

std::string why_unusable(const Argument& argument) {
  if (argument.presence == Presence::kMissing) return " is missing";
  if (argument.presence == Presence::kUnclear) return " cannot be told apart";
  if (argument.value->is_null()) return " is null";
  const bool has_parts =
      argument.value->as_array() != nullptr || argument.value->as_object() != nullptr;
  return (has_parts ? "" : " " + shown(*argument.value)) + " is " + type_name(*argument.value);
}

}  // namespace fermata
