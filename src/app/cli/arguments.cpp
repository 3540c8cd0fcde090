#include "app/cli/arguments.hpp"

#include <charconv>
#include <string_view>
#include <utility>

#include "app/cli/text.hpp"

namespace fermata::app::cli {
namespace {

Result<std::pair<std::string, std::string>> split(const std::string& change) {
  const std::size_t equals = change.find('=');
  if (equals == std::string::npos || equals == 0) {
    return fail(ErrorCode::kInvalid, "cli.bad_set", "'" + change + "': write name=value");
  }
  return std::pair(change.substr(0, equals), change.substr(equals + 1));
}

Result<json::Value> typed(const json::Value& old,
                          const std::string& path,
                          const std::string& text) {
  if (old.as_string() != nullptr) return json::Value(text);
  Result<json::Value> value = json::parse(text);
  if (old.is_null()) return value ? value : json::Value(text);
  const bool same = value && ((old.is_number() && value->is_number()) ||
                              (old.as_bool() != nullptr && value->as_bool() != nullptr) ||
                              (old.as_array() != nullptr && value->as_array() != nullptr) ||
                              (old.as_object() != nullptr && value->as_object() != nullptr));
  if (same) return value;
  const char* type = old.is_number()             ? "a number"
                     : old.as_bool() != nullptr  ? "true or false"
                     : old.as_array() != nullptr ? "a list as JSON"
                                                 : "an object as JSON";
  return fail(ErrorCode::kInvalid, "cli.bad_set", path + ": must be " + type + ", not " + text);
}

// `path` is what is left of `whole`.
Result<json::Value> replaced(json::Value value,
                             std::string_view path,
                             const std::string& whole,
                             const std::string& text) {
  if (path.empty()) return typed(value, whole, text);
  const std::size_t dot = path.find('.');
  const std::string_view step = path.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  if (json::Object* object = value.as_object(); object != nullptr) {
    const json::Value* old = object->find(step);
    json::Value inner = old != nullptr ? *old : rest.empty() ? json::Value() : json::Object();
    FERMATA_TRY(inner, replaced(std::move(inner), rest, whole, text));
    object->set(std::string(step), std::move(inner));
    return value;
  }
  if (json::Array* array = value.as_array(); array != nullptr) {
    std::size_t index = 0;
    const auto [end, status] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (status == std::errc() && end == step.data() + step.size() && index < array->size()) {
      FERMATA_TRY((*array)[index], replaced((*array)[index], rest, whole, text));
      return value;
    }
  }
  return fail(ErrorCode::kInvalid,
              "cli.bad_set",
              whole + ": there is no '" + std::string(step) + "' to change");
}

void compare(const json::Value& before,
             const json::Value& after,
             const std::string& path,
             std::vector<std::string>& lines) {
  if (before == after) return;
  const json::Object* left = before.as_object();
  const json::Object* right = after.as_object();
  if (left == nullptr || right == nullptr) {
    lines.push_back(path + ": " + inline_json(before) + " → " + inline_json(after));
    return;
  }
  const std::string dotted = path.empty() ? "" : path + ".";
  for (const auto& [key, value] : *left) {
    const std::string name = dotted + visible(key);
    if (const json::Value* other = right->find(key); other != nullptr) {
      compare(value, *other, name, lines);
    } else {
      lines.push_back(name + ": " + inline_json(value) + " → (gone)");
    }
  }
  for (const auto& [key, value] : *right) {
    if (left->find(key) != nullptr) continue;
    lines.push_back(dotted + visible(key) + ": (new) → " + inline_json(value));
  }
}

}  // namespace

Result<json::Value> with_changes(json::Value arguments, const std::vector<std::string>& changes) {
  for (const std::string& change : changes) {
    FERMATA_TRY(const auto parts, split(change));
    FERMATA_TRY(arguments, replaced(std::move(arguments), parts.first, parts.first, parts.second));
  }
  return arguments;
}

Result<json::Value> with_answers(const json::Value& schema,
                                 const std::vector<std::string>& changes) {
  json::Object answer;
  for (const std::string& change : changes) {
    FERMATA_TRY(const auto parts, split(change));
    const std::string type = schema["properties"][parts.first].string_or("type");
    if (type == "string") {
      answer.set(parts.first, parts.second);
      continue;
    }
    const Result<json::Value> value = json::parse(parts.second);
    answer.set(parts.first, value ? *value : json::Value(parts.second));
  }
  return json::Value(std::move(answer));
}

std::vector<std::string> differences(const json::Value& before, const json::Value& after) {
  std::vector<std::string> lines;
  compare(before, after, "", lines);
  return lines;
}

}  // namespace fermata::app::cli
