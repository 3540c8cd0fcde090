#include "ui/form/components.hpp"

#include "ui/form/edge.hpp"

namespace fermata::ui {
namespace {

struct Component {
  std::string name;
  json::Object props;
};

struct Labelled {
  std::string token, label;
};

std::vector<Labelled> options_of(const Field& field) {
  if (field.kind == FieldKind::kBoolean) return {{"true", "Yes"}, {"false", "No"}};
  std::vector<Labelled> options;
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    options.push_back({token_of(i), field.choices[i].label});
  }
  return options;
}

// Tokens of the default; null without one.
json::Value chosen(const Field& field) {
  if (!field.initial) return {};
  if (field.kind == FieldKind::kBoolean) return json::write(*field.initial);
  if (field.kind == FieldKind::kChoice) {
    return token_of(choice_at(field, *field.initial).value_or(0));
  }
  json::Array tokens;
  for (const std::size_t at : choices_at(field, *field.initial)) tokens.push_back(token_of(at));
  return tokens;
}

bool is_chosen(const Field& field) {
  return field.kind == FieldKind::kChoice || field.kind == FieldKind::kChoices ||
         field.kind == FieldKind::kBoolean;
}

bool is_number(const Field& field) {
  return (field.kind == FieldKind::kInteger || field.kind == FieldKind::kNumber) &&
         fits_doubles(field);
}

json::Value initial_text(const Field& field) {
  return field.initial ? json::Value(text_of(field, *field.initial)) : json::Value();
}

void set_limit(json::Object& props, const char* name, const json::Value& limit) {
  if (!limit.is_null()) props.set(name, limit);
}

Component gradio_choice(const Field& field) {
  const bool many = field.kind == FieldKind::kChoices;
  const bool in_view = field.expanded || field.kind == FieldKind::kBoolean;
  Component made{many ? (in_view ? "CheckboxGroup" : "Dropdown") : (in_view ? "Radio" : "Dropdown"),
                 {}};
  json::Array choices;
  for (const Labelled& each : options_of(field)) {
    choices.push_back(json::Array{each.label, each.token});
  }
  made.props.set("choices", std::move(choices));
  made.props.set("value", chosen(field));
  if (made.name == "Dropdown") made.props.set("multiselect", many);
  return made;
}

Component gradio_component(const Field& field) {
  if (is_chosen(field)) return gradio_choice(field);
  if (is_number(field)) {
    Component made{"Number", {}};
    if (field.kind == FieldKind::kInteger) made.props.set("precision", 0);
    set_limit(made.props, "minimum", field.limits.minimum);
    set_limit(made.props, "maximum", field.limits.maximum);
    made.props.set("value", field.initial.value_or(json::Value()));
    return made;
  }
  if (field.kind == FieldKind::kDate) {
    return {"DateTime",
            {{"include_time", false}, {"type", "string"}, {"value", initial_text(field)}}};
  }
  Component made{"Textbox", {}};
  if (field.kind == FieldKind::kJson || field.multiline) made.props.set("lines", 5);
  if (field.kind == FieldKind::kText && field.limits.max_length.value_or(0) > 0) {
    made.props.set("max_length", static_cast<std::int64_t>(*field.limits.max_length));
  }
  if (field.kind == FieldKind::kEmail) made.props.set("type", "email");
  made.props.set("value", initial_text(field));
  const std::string placeholder = placeholder_of(field);
  if (!placeholder.empty()) made.props.set("placeholder", placeholder);
  return made;
}

Component streamlit_choice(const Field& field) {
  const bool many = field.kind == FieldKind::kChoices;
  const bool in_view = field.expanded || field.kind == FieldKind::kBoolean;
  Component made{many ? "multiselect" : (in_view ? "radio" : "selectbox"), {}};
  json::Array options, labels;
  json::Value index;
  const json::Value initial = chosen(field);
  for (const Labelled& each : options_of(field)) {
    if (initial == json::Value(each.token)) index = static_cast<std::int64_t>(options.size());
    options.push_back(each.token);
    labels.push_back(each.label);
  }
  made.props.set("options", std::move(options));
  made.props.set("labels", std::move(labels));
  if (many) {
    made.props.set("default", initial);
    if (field.limits.max_items.value_or(0) > 0) {
      made.props.set("max_selections", static_cast<std::int64_t>(*field.limits.max_items));
    }
  } else {
    made.props.set("index", index);
  }
  return made;
}

// Streamlit wants all of a number's props whole, or all with a fraction.
json::Value as_streamlit(const Field& field, const json::Value& number) {
  if (field.kind == FieldKind::kInteger && number.as_double() != nullptr) {
    return static_cast<std::int64_t>(*number.as_double());
  }
  return number;
}

Component streamlit_component(const Field& field) {
  if (is_chosen(field)) return streamlit_choice(field);
  if (is_number(field)) {
    Component made{"number_input", {}};
    set_limit(made.props, "min_value", as_streamlit(field, field.limits.minimum));
    set_limit(made.props, "max_value", as_streamlit(field, field.limits.maximum));
    made.props.set("value", field.initial.value_or(json::Value()));
    made.props.set("whole", field.kind == FieldKind::kInteger);
    return made;
  }
  if (field.kind == FieldKind::kDate) return {"date_input", {{"value", initial_text(field)}}};
  const bool large = field.kind == FieldKind::kJson || field.multiline;
  Component made{large ? "text_area" : "text_input", {{"value", initial_text(field)}}};
  if (field.kind == FieldKind::kText && field.limits.max_length.value_or(0) > 0) {
    made.props.set("max_chars", static_cast<std::int64_t>(*field.limits.max_length));
  }
  const std::string placeholder = placeholder_of(field);
  if (!placeholder.empty()) made.props.set("placeholder", placeholder);
  return made;
}

template <class Make>
Shown list(const Form& form, const char* help_prop, const Make& make) {
  if (auto found = not_flat(form)) return tl::unexpected(*std::move(found));
  json::Array components;
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].field->kind == FieldKind::kConstant) continue;
    Component made = make(*all[i].field);
    json::Object props{{"label", all[i].label}};
    if (!all[i].help.empty()) props.set(help_prop, all[i].help);
    for (const auto& [name, value] : made.props) props.set(name, value);
    components.push_back(json::Object{{"component", made.name},
                                      {"key", keys[i]},
                                      {"required", all[i].required},
                                      {"props", std::move(props)}});
  }
  return json::Object{
      {"title", form.title}, {"help", form.help}, {"components", std::move(components)}};
}

}  // namespace

Shown render_gradio(const Form& form) { return list(form, "info", gradio_component); }

Shown render_streamlit(const Form& form) { return list(form, "help", streamlit_component); }

Reading read_components(const Form& form, const json::Value& values) {
  return read_flat(form, values, loose_value);
}

}  // namespace fermata::ui
