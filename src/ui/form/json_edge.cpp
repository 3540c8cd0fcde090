#include "ui/form/json_edge.hpp"

#include <algorithm>

#include "core/form/schema.hpp"

namespace fermata::ui {
namespace {

void set_count(json::Object& schema,
               const char* keyword,
               const std::optional<std::uint64_t>& count) {
  if (count) schema.set(keyword, static_cast<std::int64_t>(*count));
}

void set_known(json::Object& schema, const char* keyword, const json::Value& value) {
  if (!value.is_null()) schema.set(keyword, value);
}

json::Value edge_choice(const Field& field, std::size_t i) {
  return field.texts ? field.choices[i].value : json::Value(token_of(i));
}

json::Array constants(const Field& field) {
  json::Array list;
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    list.push_back(
        json::Object{{"const", edge_choice(field, i)}, {"title", field.choices[i].label}});
  }
  return list;
}

void describe_text(const Field& field, const EdgeDialect& dialect, json::Object& schema) {
  schema.set("type", "string");
  set_count(schema, "minLength", field.limits.min_length);
  set_count(schema, "maxLength", field.limits.max_length);
  if (dialect.full && !field.limits.pattern.empty()) schema.set("pattern", field.limits.pattern);
  const std::string format = field.schema.string_or("format");
  if (dialect.formats && !format.empty()) schema.set("format", format);
}

void describe_number(const Field& field, const EdgeDialect& dialect, json::Object& schema) {
  const bool whole = field.kind == FieldKind::kInteger;
  if (!fits_doubles(field)) {
    schema.set("type", "string");
    if (dialect.full) {
      schema.set("pattern", whole ? "^-?[0-9]+$" : "^-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$");
    }
    return;
  }
  const Limits& limits = field.limits;
  schema.set("type", whole ? "integer" : "number");
  set_known(schema, "minimum", limits.minimum);
  set_known(schema, "maximum", limits.maximum);
  if (!dialect.full) return;
  set_known(schema, "exclusiveMinimum", limits.above);
  set_known(schema, "exclusiveMaximum", limits.below);
  // 19.99 is no multiple of 0.01 to a validator that divides doubles; ours counts digits.
  if (form::is_integer(limits.step)) schema.set("multipleOf", limits.step);
}

void describe_choices(const Field& field, const EdgeDialect& dialect, json::Object& schema) {
  schema.set("type", "array");
  schema.set("items",
             dialect.full ? json::Object{{"type", "string"}, {"oneOf", constants(field)}}
                          : json::Object{{"anyOf", constants(field)}});
  set_count(schema, "minItems", field.limits.min_items);
  set_count(schema, "maxItems", field.limits.max_items);
  if (dialect.full) schema.set("uniqueItems", true);
}

void describe(const Field& field, bool required, const EdgeDialect& dialect, json::Object& schema) {
  switch (field.kind) {
    case FieldKind::kInteger:
    case FieldKind::kNumber:
      return describe_number(field, dialect, schema);
    case FieldKind::kBoolean:
      schema.set("type", "boolean");
      return;
    case FieldKind::kChoice:
      schema.set("type", "string");
      schema.set("oneOf", constants(field));
      return;
    case FieldKind::kChoices:
      return describe_choices(field, dialect, schema);
    case FieldKind::kObject:
      for (const auto& [name, value] : edge_object(field.fields, required, dialect)) {
        schema.set(name, value);
      }
      return;
    case FieldKind::kList:
      schema.set("type", "array");
      schema.set("items", edge_schema(field.fields[0], true, dialect));
      set_count(schema, "minItems", field.limits.min_items);
      set_count(schema, "maxItems", field.limits.max_items);
      if (field.limits.unique_items) schema.set("uniqueItems", true);
      return;
    case FieldKind::kJson:
      schema.set("type", "string");
      return;
    default:
      return describe_text(field, dialect, schema);
  }
}

// Members of an object on the surface's side.
class EdgeReader {
 public:
  json::Object object(const std::vector<Field>& fields,
                      const json::Object& given,
                      const std::string& at) {
    const std::vector<std::string> keys = keys_of(fields);
    json::Object read;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const json::Value* value = given.find(keys[i]);
      if (value == nullptr || fields[i].kind == FieldKind::kConstant) continue;
      auto found = field(fields[i], *value, form::pointer_to(at, fields[i].name));
      if (found) read.set(fields[i].name, *std::move(found));
    }
    for (const auto& [key, value] : given) {
      const auto known = std::find(keys.begin(), keys.end(), key);
      const bool asked =
          known != keys.end() &&
          fields[static_cast<std::size_t>(known - keys.begin())].kind != FieldKind::kConstant;
      if (!asked) refuse(at, "extra_forbidden", "'" + key + "' is not a field of this form");
    }
    complete(fields, read);
    return read;
  }

  std::vector<form::FieldError> errors;

 private:
  void refuse(const std::string& at, const char* type, const std::string& message) {
    if (errors.size() < kMaxReadErrors) errors.push_back({at, type, message});
  }

  std::optional<json::Value> field(const Field& field,
                                   const json::Value& given,
                                   const std::string& at) {
    if (field.kind == FieldKind::kObject) return nested(field, given, at);
    if (field.kind == FieldKind::kList) return list(field, given, at);
    Value value = value_from_edge(field, given);
    if (auto* read = std::get_if<json::Value>(&value)) return std::move(*read);
    refuse(at,
           std::get<form::FieldError>(value).type.c_str(),
           std::get<form::FieldError>(value).message);
    return std::nullopt;
  }

  std::optional<json::Value> nested(const Field& field,
                                    const json::Value& given,
                                    const std::string& at) {
    if (given.as_object() == nullptr) {
      refuse(at, "type", "must be an object");
      return std::nullopt;
    }
    if (!field.required && is_blank(given)) return std::nullopt;
    return object(field.fields, *given.as_object(), at);
  }

  std::optional<json::Value> list(const Field& field,
                                  const json::Value& given,
                                  const std::string& at) {
    if (given.as_array() == nullptr) {
      refuse(at, "type", "must be a list");
      return std::nullopt;
    }
    json::Array items;
    for (std::size_t i = 0; i < given.as_array()->size(); ++i) {
      const std::string here = form::pointer_to(at, std::to_string(i));
      auto item = this->field(field.fields[0], (*given.as_array())[i], here);
      items.push_back(item ? *std::move(item) : json::Value());
    }
    return json::Value(std::move(items));
  }

  // An object that holds nothing, or only such objects: nobody gave anything.
  static bool is_blank(const json::Value& given) {
    const json::Object* members = given.as_object();
    return members != nullptr &&
           std::all_of(members->begin(), members->end(), [](const json::Member& member) {
             return is_blank(member.second);
           });
  }
};

}  // namespace

json::Object edge_schema(const Field& field, bool required, const EdgeDialect& dialect) {
  json::Object schema;
  describe(field, required, dialect, schema);
  if (!field.label.empty()) schema.set("title", field.label);
  const std::string help = help_with_limits(field);
  if (!help.empty()) schema.set("description", help);
  if (field.initial) schema.set("default", edge_value(field, *field.initial));
  return schema;
}

json::Object edge_object(const std::vector<Field>& fields,
                         bool required,
                         const EdgeDialect& dialect) {
  json::Object properties;
  json::Array musts;
  const std::vector<std::string> keys = keys_of(fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].kind == FieldKind::kConstant) continue;
    // What is a must in an object that may be left out is for the judge to miss.
    const bool must = required && fields[i].required;
    properties.set(keys[i], edge_schema(fields[i], must, dialect));
    if (must) musts.push_back(keys[i]);
  }
  json::Object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!musts.empty()) schema.set("required", std::move(musts));
  return schema;
}

json::Value edge_value(const Field& field, const json::Value& value) {
  switch (field.kind) {
    case FieldKind::kInteger:
    case FieldKind::kNumber:
      return fits_doubles(field) ? value : json::Value(text_of(field, value));
    case FieldKind::kChoice:
      return edge_choice(field, choice_at(field, value).value_or(0));
    case FieldKind::kChoices: {
      json::Array chosen;
      for (const std::size_t at : choices_at(field, value)) {
        chosen.push_back(edge_choice(field, at));
      }
      return chosen;
    }
    case FieldKind::kObject: {
      json::Object members;
      const std::vector<std::string> keys = keys_of(field.fields);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const json::Value* given = value.as_object()->find(field.fields[i].name);
        if (field.fields[i].kind == FieldKind::kConstant || given == nullptr) continue;
        members.set(keys[i], edge_value(field.fields[i], *given));
      }
      return members;
    }
    case FieldKind::kList: {
      json::Array items;
      for (const json::Value& item : *value.as_array()) {
        items.push_back(edge_value(field.fields[0], item));
      }
      return items;
    }
    case FieldKind::kJson:
      return text_of(field, value);
    default:
      return value;
  }
}

Value value_from_edge(const Field& field, const json::Value& given) {
  const bool chosen = field.kind == FieldKind::kChoice || field.kind == FieldKind::kChoices;
  if (chosen && field.texts) return given;  // The values themselves, for the judge.
  const bool text = field.kind == FieldKind::kJson || field.kind == FieldKind::kChoice;
  if (text && given.as_string() == nullptr) {
    return form::FieldError{field.pointer, "type", "must be given as text"};
  }
  const bool number = field.kind == FieldKind::kInteger || field.kind == FieldKind::kNumber;
  if (number && given.as_string() != nullptr && !fits_doubles(field)) {
    return value_of(field, *given.as_string());
  }
  if (text || field.kind == FieldKind::kChoices) return loose_value(field, given);
  return given;
}

Reading read_edge(const Form& form, const json::Value& raw) {
  if (raw.as_object() == nullptr) return {{}, {{"", "type", "must be an object"}}};
  EdgeReader reader;
  json::Object answer = reader.object(form.fields, *raw.as_object(), "");
  return {std::move(answer), std::move(reader.errors)};
}

std::vector<std::string> edge_path(const Form& form, const std::string& pointer) {
  std::vector<std::string> path;
  const std::vector<Field>* fields = &form.fields;
  bool in_list = false;
  for (const std::string& name : form::names_in(pointer)) {
    if (in_list) {
      path.push_back(name);
      const Field& item = fields->front();
      in_list = item.kind == FieldKind::kList;
      fields = &item.fields;
      continue;
    }
    const std::vector<std::string> keys = keys_of(*fields);
    std::size_t at = 0;
    while (at < keys.size() && (*fields)[at].name != name) ++at;
    if (at == keys.size()) break;
    path.push_back(keys[at]);
    in_list = (*fields)[at].kind == FieldKind::kList;
    fields = &(*fields)[at].fields;
  }
  return path;
}

}  // namespace fermata::ui
