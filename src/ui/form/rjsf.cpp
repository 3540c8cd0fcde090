#include "ui/form/rjsf.hpp"

#include "ui/form/json_edge.hpp"

namespace fermata::ui {
namespace {

const char* widget_of(const Field& field) {
  switch (field.kind) {
    case FieldKind::kEmail:
      return "email";
    case FieldKind::kUri:
      return "uri";
    case FieldKind::kDate:
      return "date";
    case FieldKind::kTime:
    case FieldKind::kDateTime:
      return "text";
    case FieldKind::kBoolean:
      return "radio";
    case FieldKind::kChoice:
      return field.expanded ? "radio" : "select";
    case FieldKind::kChoices:
      return field.expanded ? "checkboxes" : "select";
    case FieldKind::kJson:
      return "textarea";
    case FieldKind::kText:
      return field.multiline ? "textarea" : nullptr;
    default:
      return nullptr;
  }
}

json::Object ui_object(const std::vector<Field>& fields);

json::Object ui_of(const Field& field) {
  json::Object ui = field.kind == FieldKind::kObject ? ui_object(field.fields) : json::Object{};
  if (field.kind == FieldKind::kList) {
    if (json::Object items = ui_of(field.fields[0]); !items.empty()) {
      ui.set("items", std::move(items));
    }
  }
  if (const char* widget = widget_of(field)) ui.set("ui:widget", widget);
  const std::string placeholder = placeholder_of(field);
  if (!placeholder.empty()) ui.set("ui:placeholder", placeholder);
  return ui;
}

json::Object ui_object(const std::vector<Field>& fields) {
  json::Object ui;
  json::Array order;
  const std::vector<std::string> keys = keys_of(fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].kind == FieldKind::kConstant) continue;
    order.push_back(keys[i]);
    if (json::Object own = ui_of(fields[i]); !own.empty()) ui.set(keys[i], std::move(own));
  }
  if (!order.empty()) ui.set("ui:order", std::move(order));
  return ui;
}

}  // namespace

Shown render_rjsf(const Form& form) {
  if (auto hole = unanswerable(form)) return tl::unexpected(*std::move(hole));
  json::Object schema = edge_object(form.fields, true, {});
  if (!form.title.empty()) schema.set("title", form.title);
  if (!form.help.empty()) schema.set("description", form.help);
  return json::Object{{"schema", std::move(schema)}, {"uiSchema", ui_object(form.fields)}};
}

Reading read_rjsf(const Form& form, const json::Value& raw) { return read_edge(form, raw); }

// {"amount": {"__errors": ["must be at least 1"]}}, nested as the data is.
json::Value rjsf_errors(const Form& form, const std::vector<form::FieldError>& errors) {
  json::Value root = json::Object{};
  for (const form::FieldError& error : errors) {
    json::Value* at = &root;
    for (const std::string& key : edge_path(form, error.pointer)) {
      json::Object& members = *at->as_object();
      const json::Value* known = members.find(key);
      at = &members.set(key, known != nullptr ? *known : json::Value(json::Object{}));
    }
    json::Array texts;
    if (const json::Array* before = (*at)["__errors"].as_array()) texts = *before;
    texts.push_back(error.message);
    at->as_object()->set("__errors", std::move(texts));
  }
  return root;
}

}  // namespace fermata::ui
