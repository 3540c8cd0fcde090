#include "ui/form/json_forms.hpp"

#include "ui/form/json_edge.hpp"

namespace fermata::ui {
namespace {

json::Array elements_of(const std::vector<Field>& fields, const std::string& scope);

json::Object options_of(const Field& field) {
  json::Object options;
  const bool large = field.multiline || field.kind == FieldKind::kJson;
  if (large) options.set("multi", true);
  if (field.kind == FieldKind::kDate) options.set("format", "date");
  // No "radio": its vanilla renderer gives inputs of different fields one id, so that a click on a
  // label may choose in another field.
  if (!field.help.empty() || !limits_in_words(field).empty()) {
    options.set("showUnfocusedDescription", true);
  }
  const std::string placeholder = placeholder_of(field);
  if (!placeholder.empty()) options.set("placeholder", placeholder);
  return options;
}

json::Value element_of(const Field& field, const std::string& scope) {
  if (field.kind == FieldKind::kObject) {
    return json::Object{{"type", "Group"},
                        {"label", field.label},
                        {"elements", elements_of(field.fields, scope + "/properties/")}};
  }
  json::Object control{{"type", "Control"}, {"scope", scope}, {"label", field.label}};
  if (json::Object options = options_of(field); !options.empty()) {
    control.set("options", std::move(options));
  }
  return control;
}

json::Array elements_of(const std::vector<Field>& fields, const std::string& scope) {
  json::Array elements;
  const std::vector<std::string> keys = keys_of(fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].kind == FieldKind::kConstant) continue;
    elements.push_back(element_of(fields[i], scope + keys[i]));
  }
  return elements;
}

bool is_list(const Field& field) {
  return field.kind == FieldKind::kList || field.kind == FieldKind::kChoices;
}

json::Object defaults_of(const std::vector<Field>& fields) {
  json::Object data;
  const std::vector<std::string> keys = keys_of(fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].kind == FieldKind::kObject) {
      json::Object inner = defaults_of(fields[i].fields);
      if (!inner.empty()) data.set(keys[i], std::move(inner));
    } else if (fields[i].kind != FieldKind::kConstant && fields[i].initial) {
      data.set(keys[i], edge_value(fields[i], *fields[i].initial));
    } else if (fields[i].required && is_list(fields[i])) {
      data.set(keys[i], json::Array{});  // Else a list without entries would be missing.
    }
  }
  return data;
}

}  // namespace

Shown render_json_forms(const Form& form) {
  if (auto hole = unanswerable(form)) return tl::unexpected(*std::move(hole));
  json::Array elements;
  if (!form.title.empty())
    elements.push_back(json::Object{{"type", "Label"}, {"text", form.title}});
  if (!form.help.empty()) elements.push_back(json::Object{{"type", "Label"}, {"text", form.help}});
  for (json::Value& element : elements_of(form.fields, "#/properties/")) {
    elements.push_back(std::move(element));
  }
  return json::Object{
      {"schema", edge_object(form.fields, true, {})},
      {"uischema", json::Object{{"type", "VerticalLayout"}, {"elements", std::move(elements)}}},
      {"data", defaults_of(form.fields)}};
}

Reading read_json_forms(const Form& form, const json::Value& raw) { return read_edge(form, raw); }

// As ajv has its errors: JSON Forms shows them at `instancePath`.
json::Value json_forms_errors(const Form& form, const std::vector<form::FieldError>& errors) {
  json::Array list;
  for (const form::FieldError& error : errors) {
    std::string path;
    for (const std::string& key : edge_path(form, error.pointer)) path += "/" + key;
    list.push_back(json::Object{{"instancePath", path},
                                {"message", error.message},
                                {"schemaPath", ""},
                                {"keyword", error.type},
                                {"params", json::Object{}}});
  }
  return list;
}

}  // namespace fermata::ui
