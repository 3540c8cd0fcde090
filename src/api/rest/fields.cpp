#include "api/rest/fields.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace fermata::api {

Fields::Fields(const json::Value& body) : loc_{"body"}, object_(body.as_object()), invalid_(&own_) {
  if (object_ == nullptr) own_.add("dict_type", loc_, "must be an object");
}

Fields::Fields(const json::Value& value, json::Array loc, Invalid& invalid)
    : loc_(std::move(loc)), object_(value.as_object()), invalid_(&invalid) {
  if (object_ == nullptr) invalid_->add("dict_type", loc_, "must be an object");
}

bool Fields::has(std::string_view name) const {
  return object_ != nullptr && object_->find(name) != nullptr;
}

bool Fields::valid() const { return invalid_->empty(); }

void Fields::refuse(std::string_view type, std::string_view name, std::string message) {
  add(type, name, std::move(message));
}

void Fields::text(std::string_view name, std::string& out, TextRule rule) {
  const json::Value* value = take(name, rule.required);
  if (value != nullptr && check_text(*value, loc_of(name), rule)) out = *value->as_string();
}

void Fields::integer(std::string_view name, std::int64_t& out, IntegerRule rule) {
  std::optional<std::int64_t> read;
  integer(name, read, rule);
  if (read) out = *read;
}

void Fields::integer(std::string_view name, std::optional<std::int64_t>& out, IntegerRule rule) {
  const json::Value* value = take(name, rule.required);
  if (value == nullptr) return;
  const std::int64_t* number = value->as_int();
  if (number == nullptr)
    add("int_type", name, "must be an integer");
  else if (*number < rule.min)
    add("greater_than_equal", name, "must be at least " + std::to_string(rule.min));
  else if (*number > rule.max)
    add("less_than_equal", name, "must be at most " + std::to_string(rule.max));
  else
    out = *number;
}

void Fields::boolean(std::string_view name, bool& out) {
  const json::Value* value = take(name, false);
  if (value == nullptr) return;
  if (const bool* read = value->as_bool())
    out = *read;
  else
    add("bool_type", name, "must be true or false");
}

void Fields::time(std::string_view name, std::optional<std::int64_t>& out_ms) {
  const json::Value* value = take(name, false);
  if (value == nullptr) return;
  const std::string* text = value->as_string();
  const std::optional<TimeMs> read = text == nullptr ? std::nullopt : from_rfc3339(*text);
  if (read)
    out_ms = *read;
  else
    add("datetime_parsing", name, "must be a time such as 2026-11-22T16:00:00Z");
}

void Fields::any(std::string_view name, json::Value& out, bool required) {
  if (const json::Value* value = take(name, required)) out = *value;
}

void Fields::object(std::string_view name, json::Object& out, bool required) {
  const json::Value* value = take(name, required);
  if (value == nullptr) return;
  if (const json::Object* read = value->as_object())
    out = *read;
  else
    add("dict_type", name, "must be an object");
}

void Fields::texts(std::string_view name,
                   std::vector<std::string>& out,
                   ListRule list,
                   TextRule each) {
  const json::Value* value = take(name, list.required);
  if (value == nullptr) return;
  const json::Array* items = value->as_array();
  if (items == nullptr) return add("list_type", name, "must be a list");
  if (!check_size(items->size(), name, list)) return;
  std::vector<std::string> read;
  for (std::size_t i = 0; i < items->size(); ++i) {
    json::Array loc = loc_of(name);
    loc.emplace_back(static_cast<std::int64_t>(i));
    if (!check_text((*items)[i], loc, each)) continue;
    const std::string& text = *(*items)[i].as_string();
    if (list.unique && std::find(read.begin(), read.end(), text) != read.end())
      invalid_->add("unique_items", std::move(loc), "is there twice");
    read.push_back(text);
  }
  if (read.size() == items->size()) out = std::move(read);
}

void Fields::nested(std::string_view name,
                    const std::function<void(Fields&)>& read,
                    bool required) {
  const json::Value* value = take(name, required);
  if (value == nullptr) return;
  Fields inner(*value, loc_of(name), *invalid_);
  if (inner.object_ == nullptr) return;
  read(inner);
  inner.refuse_unnamed();
}

void Fields::list(std::string_view name, ListRule rule, const std::function<void(Fields&)>& read) {
  const json::Value* value = take(name, rule.required);
  if (value == nullptr) return;
  const json::Array* items = value->as_array();
  if (items == nullptr) return add("list_type", name, "must be a list");
  if (!check_size(items->size(), name, rule)) return;
  for (std::size_t i = 0; i < items->size(); ++i) {
    json::Array loc = loc_of(name);
    loc.emplace_back(static_cast<std::int64_t>(i));
    Fields inner((*items)[i], std::move(loc), *invalid_);
    if (inner.object_ == nullptr) continue;
    read(inner);
    inner.refuse_unnamed();
  }
}

Result<void> Fields::finish() {
  refuse_unnamed();
  return invalid_->result();
}

json::Array Fields::loc_of(std::string_view name) const {
  json::Array loc = loc_;
  loc.emplace_back(name);
  return loc;
}

void Fields::add(std::string_view type, std::string_view name, std::string message) {
  invalid_->add(type, loc_of(name), std::move(message));
}

const json::Value* Fields::take(std::string_view name, bool required) {
  named_.push_back(name);
  if (object_ == nullptr) return nullptr;
  const json::Value* value = object_->find(name);
  if (value == nullptr && required) add("missing", name, "is required");
  return value;
}

bool Fields::check_text(const json::Value& value, const json::Array& loc, const TextRule& rule) {
  const std::string* text = value.as_string();
  if (text == nullptr) {
    invalid_->add("string_type", loc, "must be a string");
    return false;
  }
  const std::size_t length = count_characters(*text);
  if (length < rule.min)
    invalid_->add("string_too_short",
                  loc,
                  rule.min == 1 ? "must not be empty"
                                : "must have at least " + std::to_string(rule.min) + " characters");
  else if (length > rule.max)
    invalid_->add(
        "string_too_long", loc, "must have at most " + std::to_string(rule.max) + " characters");
  else if (rule.shape.fits != nullptr && !rule.shape.fits(*text))
    invalid_->add("string_pattern_mismatch", loc, "must be " + std::string(rule.shape.words));
  else
    return true;
  return false;
}

bool Fields::check_size(std::size_t size, std::string_view name, const ListRule& rule) {
  if (size < rule.min)
    add("too_short", name, "must have at least " + std::to_string(rule.min) + " items");
  else if (size > rule.max)
    add("too_long", name, "must have at most " + std::to_string(rule.max) + " items");
  else
    return true;
  return false;
}

void Fields::refuse_unnamed() {
  if (object_ == nullptr) return;
  for (const auto& [name, value] : *object_)
    if (std::find(named_.begin(), named_.end(), name) == named_.end())
      add("extra_forbidden", name, "is no field of this request");
}

}  // namespace fermata::api
