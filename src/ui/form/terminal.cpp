#include "ui/form/terminal.hpp"

#include <algorithm>

#include "ui/form/edge.hpp"
#include "ui/view/surfaces.hpp"
#include "ui/view/visible.hpp"

namespace fermata::ui {
namespace {

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string in_one_line(std::string text) {
  const auto breaks = [](char c) { return c == '\n' || c == '\r' || c == '\t'; };
  std::replace_if(text.begin(), text.end(), breaks, ' ');
  return text;
}

std::string label_of_choice(const Field& field, const json::Value& value) {
  const auto at = choice_at(field, value);
  return at ? field.choices[*at].label : "";
}

// What Enter answers, as it is typed.
std::string default_of(const Field& field) {
  if (!field.initial) return {};
  if (field.kind == FieldKind::kBoolean) return *field.initial->as_bool() ? "yes" : "no";
  if (field.kind == FieldKind::kChoice) return label_of_choice(field, *field.initial);
  if (field.kind != FieldKind::kChoices) return visible_line(text_of(field, *field.initial)).text;
  std::string labels;
  for (const json::Value& value : *field.initial->as_array())
    labels += (labels.empty() ? "" : ", ") + label_of_choice(field, value);
  return labels.empty() ? "none" : labels;
}

std::string hint_of(const Field& field) {
  switch (field.kind) {
    case FieldKind::kBoolean:
      return "y or n";
    case FieldKind::kChoice:
      return "a number";
    case FieldKind::kChoices:
      return "numbers with commas, or none";
    case FieldKind::kJson:
      return "JSON";
    case FieldKind::kDate:
      return "such as 2026-11-22";
    case FieldKind::kTime:
    case FieldKind::kDateTime:
      return "such as " + placeholder_of(field);
    default:
      return field.placeholder;
  }
}

json::Value prompt_of(const Leaf& leaf, const std::string& key) {
  const Field& field = *leaf.field;
  json::Array choices;
  for (const Choice& choice : field.choices) choices.push_back(choice.label);
  // A default that cannot be seen as it is would be agreed to unseen.
  const bool unseen = field.initial && visible_text(text_of(field, *field.initial)).marks;
  json::Value proposed;
  if (field.initial && !unseen) proposed = default_of(field);
  return json::Object{{"key", key},
                      {"label", leaf.label},
                      {"help", in_one_line(leaf.help)},
                      {"choices", std::move(choices)},
                      {"hint", hint_of(field)},
                      {"required", leaf.required},
                      {"default", std::move(proposed)}};
}

// The token of a choice that was typed by its number or its label.
std::string token_in(const Field& field, const std::string& typed) {
  for (std::size_t i = 0; i < field.choices.size(); ++i)
    if (typed == std::to_string(i + 1)) return token_of(i);
  for (std::size_t i = 0; i < field.choices.size(); ++i)
    if (typed == field.choices[i].label) return token_of(i);
  return "none of them";
}

Value several(const Field& field, std::string typed) {
  std::vector<std::string> tokens;
  if (typed == "none") return chosen_of(field, tokens);
  while (true) {
    const std::size_t comma = typed.find(',');
    tokens.push_back(token_in(field, trimmed(typed.substr(0, comma))));
    if (comma == std::string::npos) return chosen_of(field, tokens);
    typed = typed.substr(comma + 1);
  }
}

Value typed_value(const Field& field, const std::string& typed) {
  const std::string bare = trimmed(typed);
  switch (field.kind) {
    case FieldKind::kBoolean:
      if (bare == "y" || bare == "yes") return json::Value(true);
      if (bare == "n" || bare == "no") return json::Value(false);
      return value_of(field, bare);
    case FieldKind::kChoice:
      return value_of(field, token_in(field, bare));
    case FieldKind::kChoices:
      return several(field, bare);
    case FieldKind::kText:
      if (bare == "\"\"") return json::Value("");
      return value_of(field, typed);
    default:
      return value_of(field, bare);
  }
}

void read_prompt(Answer& answer, const Leaf& leaf, const std::string& typed) {
  const Field& field = *leaf.field;
  if (typed == "-") return;
  if (!typed.empty()) return answer.set(leaf, typed_value(field, typed));
  const bool unseen = field.initial && visible_text(text_of(field, *field.initial)).marks;
  if (field.initial && !unseen) answer.set(leaf, *field.initial);
}

}  // namespace

Shown render_terminal(const Form& form) {
  if (auto found = not_flat(form)) return tl::unexpected(*std::move(found));
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  json::Array prompts;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].field->kind != FieldKind::kConstant) prompts.push_back(prompt_of(all[i], keys[i]));
  return json::Object{{"title", form.title}, {"help", form.help}, {"prompts", std::move(prompts)}};
}

Reading read_terminal(const Form& form, const json::Value& typed) {
  Answer answer(form);
  if (typed.as_object() == nullptr) {
    answer.refuse("", "type", "must be an object");
    return answer.take();
  }
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  for (const auto& [key, given] : *typed.as_object()) {
    const auto known = std::find(keys.begin(), keys.end(), key);
    const bool asked =
        known != keys.end() &&
        all[static_cast<std::size_t>(known - keys.begin())].field->kind != FieldKind::kConstant;
    if (!asked)
      answer.refuse("", "extra_forbidden", "'" + key + "' is not a field of this form");
    else if (given.as_string() != nullptr)
      read_prompt(answer, all[static_cast<std::size_t>(known - keys.begin())], *given.as_string());
  }
  return answer.take();
}

Shown render_email(const Form& form) {
  if (auto found = not_flat(form)) return tl::unexpected(*std::move(found));
  std::string html = "<ul>\n", text;
  for (const Leaf& leaf : leaves(form)) {
    if (leaf.field->kind == FieldKind::kConstant) continue;
    std::string line = leaf.label + (leaf.required ? " (needed)" : "");
    if (!leaf.help.empty()) line += ". " + in_one_line(leaf.help);
    for (std::size_t i = 0; i < leaf.field->choices.size(); ++i)
      line += (i == 0 ? " One of: " : ", ") + leaf.field->choices[i].label;
    if (leaf.field->initial) line += ". Proposed: " + default_of(*leaf.field);
    html += "<li dir=\"auto\">" + unlinked_html(line) + "</li>\n";
    text += "  - " + unlinked_text(line) + "\n";
  }
  return json::Object{{"html", html + "</ul>\n"}, {"text", text}};
}

}  // namespace fermata::ui
