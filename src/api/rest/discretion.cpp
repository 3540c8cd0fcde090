#include "api/rest/discretion.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace fermata::api {
namespace {

std::string text_in(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? "" : *text;
}

// Replaces the member `name`, if there is one, by what `change` makes of it.
template <class Change>
void replace(json::Object& object, std::string_view name, Change change) {
  const json::Value* found = object.find(name);
  if (found == nullptr) return;
  json::Value value = *found;
  change(value);
  object.set(std::string(name), std::move(value));
}

void withhold_comments(json::Object& request) {
  replace(request, "comments", [](json::Value& comments) {
    if (json::Array* list = comments.as_array())
      std::erase_if(*list, [](const json::Value& one) { return !one.bool_or("for_agent"); });
  });
}

void withhold_text(json::Object& event) {
  replace(event, "payload", [](json::Value& payload) {
    json::Object* comment = payload.as_object();
    if (comment != nullptr && !payload.bool_or("for_agent")) comment->set("text", "");
  });
}

void withhold_one(json::Value& document) {
  json::Object* object = document.as_object();
  if (object == nullptr) return;
  if (text_in(*object, "id").starts_with("ap_")) return withhold_comments(*object);
  if (text_in(*object, "type") == "approval.commented") return withhold_text(*object);
  const json::Value* asked = object->find("approval");
  if (asked != nullptr && asked->string_or("id").starts_with("ap_"))
    replace(*object, "approval", [](json::Value& one) { withhold_comments(*one.as_object()); });
}

void withhold_items(json::Object& page) {
  replace(page, "items", [](json::Value& items) {
    if (json::Array* list = items.as_array())
      for (json::Value& item : *list) withhold_one(item);
  });
}

}  // namespace

void withhold(json::Value& document, ActorKind reader) {
  json::Object* object = document.as_object();
  if (reader != ActorKind::kAgent || object == nullptr) return;
  withhold_one(document);
  withhold_items(*object);
}

}  // namespace fermata::api
