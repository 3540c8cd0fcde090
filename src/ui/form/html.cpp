#include "ui/form/html.hpp"

#include <algorithm>

#include "ui/form/edge.hpp"
#include "ui/view/surfaces.hpp"
#include "ui/view/visible.hpp"

namespace fermata::ui {
namespace {

constexpr std::uint64_t kLongestBox = 1'000'000;

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped_html(value) + "\"";
}

// Of the form's own words, which are visible already.
std::string said(std::string_view text) { return "<bdi>" + escaped_html(text) + "</bdi>"; }

// Of a value, or of what went wrong with it.
std::string shown(std::string_view text) { return said(visible_text(text).text); }

class HtmlForm {
 public:
  HtmlForm(const Form& form, const json::Value* post, json::Value errors)
      : form_(form), post_(post), errors_(std::move(errors)) {}

  std::string write() const {
    std::string out = "<div class=\"fm-form\">\n";
    if (!form_.title.empty()) out += "<p class=\"fm-title\">" + said(form_.title) + "</p>\n";
    if (!form_.help.empty()) out += "<p class=\"fm-help\">" + said(form_.help) + "</p>\n";
    const std::vector<Leaf> all = leaves(form_);
    const std::vector<std::string> keys = keys_of(form_, all);
    if (const std::string general = errors_.string_or(""); !general.empty())
      out += "<p class=\"fm-error\" role=\"alert\">" + shown(general) + "</p>\n";
    for (std::size_t i = 0; i < all.size(); ++i) out += field(all[i], keys[i]);
    return out + "</div>\n";
  }

 private:
  std::string field(const Leaf& leaf, const std::string& key) const {
    switch (leaf.field->kind) {
      case FieldKind::kConstant:
        return "<p class=\"fm-field\">" + said(leaf.label) + ": <b>" +
               shown(text_of(*leaf.field, *leaf.field->initial)) + "</b></p>\n";
      case FieldKind::kBoolean:
        return group(leaf, key, "radio", {{"true", "Yes", ""}, {"false", "No", ""}});
      case FieldKind::kChoice:
        return leaf.field->expanded ? group(leaf, key, "radio", options(leaf)) : select(leaf, key);
      case FieldKind::kChoices:
        return group(leaf, key, "checkbox", options(leaf));
      default:
        return box(leaf, key);
    }
  }

  struct Option {
    std::string token, label, help;
  };

  static std::vector<Option> options(const Leaf& leaf) {
    std::vector<Option> made;
    for (std::size_t i = 0; i < leaf.field->choices.size(); ++i)
      made.push_back({token_of(i), leaf.field->choices[i].label, leaf.field->choices[i].help});
    return made;
  }

  // What was posted, or else the default.
  std::vector<std::string> chosen(const Leaf& leaf, const std::string& key) const {
    std::vector<std::string> tokens;
    if (post_ != nullptr) {
      if (const json::Array* given = (*post_)["f:" + key].as_array())
        for (const json::Value& each : *given)
          if (each.as_string() != nullptr) tokens.push_back(*each.as_string());
      return tokens;
    }
    const Field& field = *leaf.field;
    if (!field.initial) return tokens;
    if (field.kind == FieldKind::kBoolean) return {json::write(*field.initial)};
    const auto add = [&](const json::Value& value) {
      if (const auto at = choice_at(field, value)) tokens.push_back(token_of(*at));
    };
    if (field.kind == FieldKind::kChoice)
      add(*field.initial);
    else
      for (const json::Value& value : *field.initial->as_array()) add(value);
    return tokens;
  }

  static bool is_among(const std::vector<std::string>& tokens, const std::string& token) {
    return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
  }

  // Radio buttons or boxes to tick, as a group with a name.
  std::string group(const Leaf& leaf,
                    const std::string& key,
                    std::string_view type,
                    std::vector<Option> options) const {
    const bool is_radio = type == "radio";
    std::vector<std::string> tokens = chosen(leaf, key);
    if (is_radio && !leaf.required) {
      options.push_back({"", "No answer", ""});
      if (tokens.empty()) tokens.emplace_back();
    }
    std::string out = "<fieldset class=\"fm-field\"" + described(leaf, key) + ">\n<legend>" +
                      name(leaf) + "</legend>\n";
    std::size_t i = 0;
    for (const Option& option : options) {
      const std::string id = "f-" + key + "-" + std::to_string(i++);
      out += "<p><input" + attribute("type", type) + attribute("id", id) +
             attribute("name", "f:" + key) + attribute("value", option.token);
      if (is_radio && leaf.required) out += " required";
      if (is_among(tokens, option.token)) out += " checked";
      out += "> <label" + attribute("for", id) + ">" + said(option.label) + "</label></p>\n";
    }
    return out + below(leaf, key) + "</fieldset>\n";
  }

  std::string select(const Leaf& leaf, const std::string& key) const {
    const std::vector<std::string> tokens = chosen(leaf, key);
    std::string out = "<p class=\"fm-field\">" + label(leaf, key) + " <select" +
                      attribute("id", "f-" + key) + attribute("name", "f:" + key) +
                      described(leaf, key) + (leaf.required ? " required" : "") + ">\n";
    out +=
        "<option value=\"\">" + std::string(leaf.required ? "Choose" : "No answer") + "</option>\n";
    for (const Option& option : options(leaf))
      out += "<option" + attribute("value", option.token) +
             (is_among(tokens, option.token) ? " selected>" : ">") + escaped_html(option.label) +
             "</option>\n";
    return out + "</select></p>\n" + below(leaf, key);
  }

  // A box for text, of one line or several.
  std::string box(const Leaf& leaf, const std::string& key) const {
    const Field& field = *leaf.field;
    const std::string initial = field.initial ? text_of(field, *field.initial) : "";
    // A default that cannot be seen as it is would be agreed to unseen.
    const bool unseen = visible_text(initial).marks;
    std::string text = unseen ? "" : initial;
    const auto typed = post_ != nullptr ? chosen(leaf, key) : std::vector<std::string>{};
    if (post_ != nullptr) text = typed.empty() ? "" : typed.front();
    std::string attributes = attribute("id", "f-" + key) + attribute("name", "f:" + key) +
                             described(leaf, key) + attribute("autocomplete", "off");
    const bool may_be_empty = can_be_empty(leaf);
    if (leaf.required && !may_be_empty) attributes += " required";
    if (const std::string hint = placeholder_of(field); !hint.empty())
      attributes += attribute("placeholder", hint);
    // Browsers count a character outside the basic plane twice.
    if (const auto most = field.limits.max_length; most && *most > 0 && *most <= kLongestBox)
      attributes += attribute("maxlength", std::to_string(*most * 2));
    const bool many_lines =
        field.multiline || field.kind == FieldKind::kJson || text.find('\n') != std::string::npos;
    std::string out = "<p class=\"fm-field\">" + label(leaf, key) + " ";
    // Its first line break is dropped, so it gets one of ours.
    out += many_lines
               ? "<textarea rows=\"6\"" + attributes + ">\n" + escaped_html(text) + "</textarea>"
               : "<input" + type_of(field) + attributes + attribute("value", text) + ">";
    out += "</p>\n";
    if (may_be_empty) out += empty_on_purpose(key);
    if (unseen)
      out +=
          "<p class=\"fm-note\">What is proposed has characters that cannot be seen, so it is "
          "not filled in: " +
          shown(initial) + "</p>\n";
    return out + below(leaf, key);
  }

  static bool can_be_empty(const Leaf& leaf) {
    return leaf.field->kind == FieldKind::kText && leaf.field->limits.min_length.value_or(0) == 0;
  }

  std::string empty_on_purpose(const std::string& key) const {
    const bool ticked = post_ != nullptr && !(*post_)["e:" + key].is_null();
    return "<p class=\"fm-empty\"><input type=\"checkbox\"" + attribute("id", "e-" + key) +
           attribute("name", "e:" + key) + " value=\"1\"" + (ticked ? " checked" : "") +
           "> <label" + attribute("for", "e-" + key) + ">Empty on purpose</label></p>\n";
  }

  static std::string type_of(const Field& field) {
    switch (field.kind) {
      case FieldKind::kDate:
        return " type=\"date\"";
      case FieldKind::kInteger:
        return " type=\"text\" inputmode=\"numeric\"";
      case FieldKind::kNumber:
        return " type=\"text\" inputmode=\"decimal\"";
      case FieldKind::kEmail:
        return " type=\"text\" inputmode=\"email\"";
      case FieldKind::kUri:
        return " type=\"text\" inputmode=\"url\"";
      default:
        return " type=\"text\"";
    }
  }

  static std::string name(const Leaf& leaf) {
    return said(leaf.label) + (leaf.required ? " <span class=\"fm-needed\">(needed)</span>" : "");
  }

  static std::string label(const Leaf& leaf, const std::string& key) {
    return "<label" + attribute("for", "f-" + key) + ">" + name(leaf) + "</label>";
  }

  std::string described(const Leaf& leaf, const std::string& key) const {
    const std::string error = errors_.string_or(key);
    std::string ids;
    if (!leaf.help.empty()) ids = "h-" + key;
    if (!error.empty()) ids += (ids.empty() ? "x-" : " x-") + key;
    if (ids.empty()) return {};
    return attribute("aria-describedby", ids) +
           (error.empty() || is_group(*leaf.field) ? "" : " aria-invalid=\"true\"");
  }

  static bool is_group(const Field& field) {
    return field.kind == FieldKind::kBoolean || field.kind == FieldKind::kChoices ||
           (field.kind == FieldKind::kChoice && field.expanded);
  }

  std::string below(const Leaf& leaf, const std::string& key) const {
    std::string out;
    if (!leaf.help.empty())
      out +=
          "<p class=\"fm-help\"" + attribute("id", "h-" + key) + ">" + said(leaf.help) + "</p>\n";
    if (const std::string error = errors_.string_or(key); !error.empty())
      out += "<p class=\"fm-error\"" + attribute("id", "x-" + key) + ">" + shown(error) + "</p>\n";
    return out;
  }

  const Form& form_;
  const json::Value* post_;
  json::Value errors_;
};

}  // namespace

Shown render_html(const Form& form) {
  if (auto found = not_flat(form)) return tl::unexpected(*std::move(found));
  return json::Object{{"html", HtmlForm(form, nullptr, {}).write()}};
}

Shown render_html_again(const Form& form,
                        const json::Value& post,
                        const std::vector<form::FieldError>& errors) {
  if (auto found = not_flat(form)) return tl::unexpected(*std::move(found));
  return json::Object{{"html", HtmlForm(form, &post, texts_by_key(form, errors)).write()}};
}

}  // namespace fermata::ui
