#include "ui/form/slack.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "base/utf8.hpp"
#include "ui/form/edge.hpp"

namespace fermata::ui {
namespace {

constexpr std::size_t kMaxLabel = 2000;
constexpr std::size_t kMaxHint = 2000;
constexpr std::size_t kMaxSection = 3000;
constexpr std::size_t kMaxPlaceholder = 150;
constexpr std::size_t kMaxOption = 75;
constexpr std::size_t kMaxOptions = 100;
constexpr std::size_t kMaxRadio = 10;
constexpr std::uint64_t kMaxInput = 3000;
constexpr std::size_t kMaxTitle = 24;

tl::unexpected<Undecidable> hole(const Leaf& leaf, const char* reason, const std::string& what) {
  return tl::unexpected(Undecidable{reason, leaf.field->pointer, leaf.label + " " + what});
}

json::Object plain(const std::string& text) {
  return {{"type", "plain_text"}, {"text", text}, {"emoji", false}};
}

// Slack counts UTF-16 units.
std::size_t units(std::string_view text) {
  std::size_t count = code_points(text);
  for (const char c : text) count += static_cast<unsigned char>(c) >= 0xf0 ? 1 : 0;
  return count;
}

json::Object option(const std::string& label, const std::string& value) {
  return {{"text", plain(label)}, {"value", value}};
}

// What Slack may show as a picker of moments: ten digits of seconds.
std::optional<std::int64_t> epoch_of(const json::Value& value) {
  const std::string* text = value.as_string();
  const auto at = text == nullptr ? std::nullopt : from_rfc3339(*text);
  if (!at || *at % 1000 != 0) return std::nullopt;
  const std::int64_t seconds = *at / 1000;
  const bool ten_digits = seconds >= 1'000'000'000 && seconds <= 9'999'999'999;
  return ten_digits ? std::optional(seconds) : std::nullopt;
}

bool is_picked_moment(const Field& field) {
  const bool limited =
      field.limits.min_length || field.limits.max_length || !field.limits.pattern.empty();
  return field.kind == FieldKind::kDateTime && !limited &&
         (!field.initial || epoch_of(*field.initial));
}

class SlackForm {
 public:
  SlackForm(const Form& form, bool modal) : form_(form), modal_(modal) {}

  // The blocks, from the title on.
  tl::expected<json::Array, Undecidable> blocks(bool with_title) {
    if (auto found = not_flat(form_)) return tl::unexpected(*std::move(found));
    json::Array list;
    for (const std::string& text : {with_title ? form_.title : "", form_.help}) {
      if (text.empty()) continue;
      if (units(text) > kMaxSection) {
        return tl::unexpected(Undecidable{"text_too_long", "", "what the form says is too long"});
      }
      list.push_back(json::Object{{"type", "section"}, {"text", plain(text)}});
    }
    const std::vector<Leaf> all = leaves(form_);
    const std::vector<std::string> keys = keys_of(form_, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].field->kind == FieldKind::kConstant) continue;
      auto block = input(all[i], keys[i]);
      if (!block) return tl::unexpected(std::move(block).error());
      list.push_back(*std::move(block));
    }
    if (list.size() > (modal_ ? kSlackModalBlocks : kSlackMessageBlocks)) {
      return tl::unexpected(Undecidable{"too_many_fields", "", "the form has too many fields"});
    }
    return list;
  }

 private:
  Shown input(const Leaf& leaf, const std::string& key) const {
    const std::string& help = leaf.help;
    if (units(leaf.label) > kMaxLabel || units(help) > kMaxHint) {
      return hole(leaf, "text_too_long", "is described at too great a length to be shown here");
    }
    auto made = element(leaf);
    if (!made) return made;
    const std::string placeholder = placeholder_of(*leaf.field);
    const std::string type = made->string_or("type");
    const bool holds = type.ends_with("_input") || type.ends_with("_select");
    if (holds && !placeholder.empty() && units(placeholder) <= kMaxPlaceholder) {
      made->as_object()->set("placeholder", plain(placeholder));
    }
    made->as_object()->set("action_id", "v");
    json::Object block{{"type", "input"},
                       {"block_id", "f:" + key},
                       {"label", plain(leaf.label)},
                       {"element", *std::move(made)},
                       {"optional", !must_be_given(leaf)}};
    if (!help.empty()) block.set("hint", plain(help));
    return block;
  }

  // Of an empty list of choices Slack says that something is missing.
  static bool must_be_given(const Leaf& leaf) {
    const bool may_be_empty =
        leaf.field->kind == FieldKind::kChoices && leaf.field->limits.min_items.value_or(0) == 0;
    return leaf.required && !may_be_empty;
  }

  Shown element(const Leaf& leaf) const {
    const Field& field = *leaf.field;
    switch (field.kind) {
      case FieldKind::kBoolean:
        return yes_or_no(field);
      case FieldKind::kChoice:
      case FieldKind::kChoices:
        return choices(leaf);
      case FieldKind::kDate:
        return date(field);
      case FieldKind::kDateTime:
        if (is_picked_moment(field)) return moment(field);
        return text(leaf, "plain_text_input");
      case FieldKind::kEmail:
        return text(leaf, modal_ ? "email_text_input" : "plain_text_input");
      case FieldKind::kUri:
        return text(leaf, modal_ ? "url_text_input" : "plain_text_input");
      case FieldKind::kInteger:
      case FieldKind::kNumber:
        if (modal_ && fits_doubles(field)) return number(field);
        return text(leaf, "plain_text_input");
      default:
        return text(leaf, "plain_text_input");
    }
  }

  static json::Object date(const Field& field) {
    json::Object made{{"type", "datepicker"}};
    if (field.initial) made.set("initial_date", *field.initial);
    return made;
  }

  static json::Object moment(const Field& field) {
    json::Object made{{"type", "datetimepicker"}};
    if (field.initial) made.set("initial_date_time", *epoch_of(*field.initial));
    return made;
  }

  static json::Object yes_or_no(const Field& field) {
    json::Object made{{"type", "radio_buttons"},
                      {"options", json::Array{option("Yes", "true"), option("No", "false")}}};
    if (field.initial) {
      const bool yes = *field.initial->as_bool();
      made.set("initial_option", yes ? option("Yes", "true") : option("No", "false"));
    }
    return made;
  }

  static json::Object number(const Field& field) {
    const bool whole = field.kind == FieldKind::kInteger;
    json::Object made{{"type", "number_input"}, {"is_decimal_allowed", !whole}};
    if (!field.limits.minimum.is_null()) {
      made.set("min_value", json::write(field.limits.minimum));
    }
    if (!field.limits.maximum.is_null()) {
      made.set("max_value", json::write(field.limits.maximum));
    }
    if (field.initial) made.set("initial_value", json::write(*field.initial));
    return made;
  }

  static Shown text(const Leaf& leaf, const char* type) {
    const Field& field = *leaf.field;
    json::Object made{{"type", type}};
    if (field.initial) {
      const std::string initial = text_of(field, *field.initial);
      if (units(initial) > kMaxInput) return too_long(leaf);
      if (!initial.empty()) made.set("initial_value", initial);
    }
    if (std::string_view(type) != "plain_text_input") return made;
    made.set("multiline", field.multiline || field.kind == FieldKind::kJson);
    if (field.kind != FieldKind::kText) return made;
    const std::uint64_t least = field.limits.min_length.value_or(0);
    if (least > kMaxInput) return too_long(leaf);
    if (least > 0) made.set("min_length", static_cast<std::int64_t>(least));
    if (const auto most = field.limits.max_length; most && *most > 0) {
      // A character outside the basic plane counts twice.
      const std::uint64_t twice = *most > kMaxInput ? kMaxInput : *most * 2;
      made.set("max_length", static_cast<std::int64_t>(std::min(twice, kMaxInput)));
    }
    return made;
  }

  static tl::unexpected<Undecidable> too_long(const Leaf& leaf) {
    return hole(leaf, "text_too_long", "takes a longer text than can be typed here");
  }

  static Shown choices(const Leaf& leaf) {
    const Field& field = *leaf.field;
    const bool many = field.kind == FieldKind::kChoices;
    if (field.choices.size() > kMaxOptions) {
      return hole(leaf, "too_many_choices", "has more choices than can be shown here");
    }
    json::Array options;
    for (std::size_t i = 0; i < field.choices.size(); ++i) {
      if (units(field.choices[i].label) > kMaxOption) {
        return hole(leaf, "text_too_long", "has choices that are too long to be shown here");
      }
      options.push_back(option(field.choices[i].label, token_of(i)));
    }
    const bool in_view = field.expanded && field.choices.size() <= kMaxRadio;
    json::Object made{{"type",
                       many ? (in_view ? "checkboxes" : "multi_static_select")
                            : (in_view ? "radio_buttons" : "static_select")}};
    const auto at = [&](const json::Value& value) {
      return options[choice_at(field, value).value_or(0)];
    };
    if (field.initial && !many) made.set("initial_option", at(*field.initial));
    if (field.initial && many && !field.initial->as_array()->empty()) {
      json::Array initial;
      for (const json::Value& value : *field.initial->as_array()) initial.push_back(at(value));
      made.set("initial_options", std::move(initial));
    }
    const auto most = field.limits.max_items;
    if (many && !in_view && most && *most > 0) {
      made.set("max_selected_items", static_cast<std::int64_t>(*most));
    }
    made.set("options", std::move(options));
    return made;
  }

  const Form& form_;
  bool modal_;
};

// What a person put into one element; none when nothing.
std::optional<Value> given_in(const Field& field, const json::Value& state) {
  if (const json::Array* chosen = state["selected_options"].as_array()) {
    std::vector<std::string> tokens;
    for (const json::Value& each : *chosen) tokens.push_back(each.string_or("value"));
    if (tokens.empty() || field.kind != FieldKind::kChoices) return std::nullopt;
    return chosen_of(field, tokens);
  }
  if (const std::int64_t* seconds = state["selected_date_time"].as_int()) {
    constexpr std::int64_t kMost = 253'402'300'799;  // The end of the year 9999.
    const bool in_range = *seconds >= 0 && *seconds <= kMost;
    if (!in_range) return form::FieldError{field.pointer, "type", "is no date"};
    const std::string text = to_rfc3339(*seconds * 1000);
    return json::Value(text.substr(0, 19) + "Z");
  }
  for (const json::Value* text :
       {&state["selected_option"]["value"], &state["selected_date"], &state["value"]}) {
    const std::string* given = text->as_string();
    if (given != nullptr && !given->empty()) return value_of(field, *given);
  }
  return std::nullopt;
}

}  // namespace

Shown render_slack_message(const Form& form) {
  auto blocks = SlackForm(form, false).blocks(true);
  if (!blocks) return tl::unexpected(std::move(blocks).error());
  return json::Object{{"blocks", *std::move(blocks)}};
}

Shown render_slack_modal(const Form& form) {
  const bool fits = !form.title.empty() && units(form.title) <= kMaxTitle;
  auto blocks = SlackForm(form, true).blocks(!fits);
  if (!blocks) return tl::unexpected(std::move(blocks).error());
  return json::Object{{"type", "modal"},
                      {"title", plain(fits ? form.title : "Your answer")},
                      {"submit", plain("Send answer")},
                      {"close", plain("Cancel")},
                      {"blocks", *std::move(blocks)}};
}

Reading read_slack(const Form& form, const json::Value& state_values) {
  Answer answer(form);
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  if (state_values.as_object() == nullptr) {
    answer.refuse("", "type", "must be an object");
    return answer.take();
  }
  for (const auto& [block, state] : *state_values.as_object()) {
    if (!block.starts_with("f:")) continue;  // Of what stands around the form.
    const auto known = std::find(keys.begin(), keys.end(), block.substr(2));
    const auto at = static_cast<std::size_t>(known - keys.begin());
    if (at == keys.size() || all[at].field->kind == FieldKind::kConstant) {
      answer.refuse("", "extra_forbidden", "'" + block + "' is not a field of this form");
      continue;
    }
    if (auto given = given_in(*all[at].field, state["v"])) answer.set(all[at], *std::move(given));
  }
  return answer.take();
}

json::Value slack_errors(const Form& form, const std::vector<form::FieldError>& errors) {
  json::Object texts;
  const json::Value by_key = texts_by_key(form, errors);
  for (const auto& [key, text] : *by_key.as_object()) {
    texts.set("f:" + key, text);
  }
  return json::Object{{"response_action", "errors"}, {"errors", std::move(texts)}};
}

}  // namespace fermata::ui
