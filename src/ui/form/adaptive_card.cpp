#include "ui/form/adaptive_card.hpp"

#include "ui/form/edge.hpp"

namespace fermata::ui {
namespace {

json::Object text_block(const std::string& text, const json::Object& look) {
  json::Object run{{"type", "TextRun"}, {"text", text}};
  for (const auto& [name, value] : look) run.set(name, value);
  return {{"type", "RichTextBlock"}, {"inlines", json::Array{std::move(run)}}};
}

json::Object choice(const std::string& title, const std::string& value) {
  return {{"title", title}, {"value", value}};
}

json::Object text_input(const Field& field) {
  json::Object input{{"type", "Input.Text"}};
  if (field.multiline || field.kind == FieldKind::kJson) input.set("isMultiline", true);
  if (field.kind == FieldKind::kEmail) input.set("style", "email");
  if (field.kind == FieldKind::kUri) input.set("style", "url");
  if (const auto most = field.limits.max_length; most && *most > 0 && *most < 1'000'000) {
    // Counted in UTF-16 units: a character outside the basic plane counts twice.
    input.set("maxLength", static_cast<std::int64_t>(*most * 2));
  }
  if (!field.limits.pattern.empty()) input.set("regex", field.limits.pattern);
  if (field.initial) input.set("value", text_of(field, *field.initial));
  return input;
}

json::Object number_input(const Leaf& leaf) {
  const Field& field = *leaf.field;
  json::Object input{{"type", "Input.Number"}};
  // The library of Adaptive Cards finds that an empty number is below any "min": a number that may
  // be left out has none, or nobody could leave it out.
  if (leaf.required && !field.limits.minimum.is_null()) input.set("min", field.limits.minimum);
  if (leaf.required && !field.limits.maximum.is_null()) input.set("max", field.limits.maximum);
  if (field.initial) input.set("value", *field.initial);
  return input;
}

json::Object yes_or_no(const Field& field) {
  json::Object input{{"type", "Input.ChoiceSet"},
                     {"style", "expanded"},
                     {"choices", json::Array{choice("Yes", "true"), choice("No", "false")}}};
  if (field.initial) input.set("value", json::write(*field.initial));
  return input;
}

json::Object choice_set(const Field& field) {
  json::Array choices;
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    choices.push_back(choice(field.choices[i].label, token_of(i)));
  }
  const bool many = field.kind == FieldKind::kChoices;
  json::Object input{{"type", "Input.ChoiceSet"},
                     {"style", field.expanded ? "expanded" : "compact"},
                     {"choices", std::move(choices)}};
  if (many) input.set("isMultiSelect", true);
  const auto token = [&](const json::Value& value) {
    return token_of(choice_at(field, value).value_or(0));
  };
  if (field.initial && !many) input.set("value", token(*field.initial));
  if (field.initial && many) {
    std::string tokens;
    for (const std::size_t at : choices_at(field, *field.initial)) {
      tokens += (tokens.empty() ? "" : ",") + token_of(at);
    }
    if (!tokens.empty()) input.set("value", tokens);
  }
  return input;
}

json::Object input_of(const Leaf& leaf) {
  const Field& field = *leaf.field;
  switch (field.kind) {
    case FieldKind::kBoolean:
      return yes_or_no(field);
    case FieldKind::kChoice:
    case FieldKind::kChoices:
      return choice_set(field);
    case FieldKind::kInteger:
    case FieldKind::kNumber:
      return fits_doubles(field) ? number_input(leaf) : text_input(field);
    case FieldKind::kDate: {
      json::Object input{{"type", "Input.Date"}};
      if (field.initial) input.set("value", *field.initial);
      return input;
    }
    default:
      return text_input(field);
  }
}

json::Object labelled(const Leaf& leaf, const std::string& key) {
  const Field& field = *leaf.field;
  json::Object input = input_of(leaf);
  input.set("id", "f:" + key);
  input.set("label", leaf.label);
  const std::string placeholder = placeholder_of(field);
  if (!placeholder.empty()) input.set("placeholder", placeholder);
  const bool may_be_empty =
      field.kind == FieldKind::kChoices && field.limits.min_items.value_or(0) == 0;
  if (leaf.required && !may_be_empty) {
    input.set("isRequired", true);
  }
  const std::string limits = limits_in_words(field);
  input.set("errorMessage", limits.empty() ? "An answer is needed." : limits);
  return input;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

Shown render_adaptive_card(const Form& form) {
  if (auto found = not_flat(form)) return tl::unexpected(*std::move(found));
  json::Array body;
  if (!form.title.empty()) {
    body.push_back(text_block(form.title, {{"weight", "Bolder"}, {"size", "Medium"}}));
  }
  if (!form.help.empty()) body.push_back(text_block(form.help, {}));
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].field->kind == FieldKind::kConstant) continue;
    body.push_back(labelled(all[i], keys[i]));
    if (!all[i].help.empty()) {
      body.push_back(text_block(all[i].help, {{"size", "Small"}, {"isSubtle", true}}));
    }
  }
  const json::Object send{{"type", "Action.Submit"}, {"id", "answer"}, {"title", "Send answer"}};
  json::Value card = json::Object{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                                  {"type", "AdaptiveCard"},
                                  {"version", "1.5"},
                                  {"body", std::move(body)},
                                  {"actions", json::Array{send}}};
  if (json::write(card).size() > kAdaptiveCardBytes) {
    return tl::unexpected(Undecidable{"too_large", "", "the form is too large for a card"});
  }
  return card;
}

Reading read_adaptive_card(const Form& form, const json::Value& inputs) {
  if (inputs.as_object() == nullptr) return {{}, {{"", "type", "must be an object"}}};
  json::Object ours;
  for (const auto& [id, value] : *inputs.as_object()) {
    if (id.starts_with("f:")) ours.set(id.substr(2), value);
  }
  return read_flat(form, ours, [](const Field& field, const json::Value& given) {
    const std::string* text = given.as_string();
    const bool many = field.kind == FieldKind::kChoices && text != nullptr;
    return many ? chosen_of(field, split(*text)) : loose_value(field, given);
  });
}

json::Value adaptive_card_errors(const Form& form, const std::vector<form::FieldError>& errors) {
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  json::Array blocks;
  const json::Value by_key = texts_by_key(form, errors);
  for (const auto& [key, text] : *by_key.as_object()) {
    std::string label;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == key) label = all[i].label + ": ";
    }
    blocks.push_back(text_block(label + *text.as_string(), {{"color", "Attention"}}));
  }
  return blocks;
}

}  // namespace fermata::ui
