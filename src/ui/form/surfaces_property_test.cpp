// What is promised of all surfaces, on the forms of tests/forms/cases.json: the same fields in the
// same order, with the same labels, help and defaults, or a reason why not.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/form/form.hpp"
#include "ui/form/edge.hpp"
#include "ui/form/surface.hpp"
#include "ui/view/visible.hpp"

namespace fermata::ui {
namespace {

const json::Array& cases() {
  static const json::Value all = [] {
    std::ifstream file(FERMATA_FORM_CASES);
    std::stringstream text;
    text << file.rdbuf();
    auto read = json::parse(text.str());
    EXPECT_TRUE(read) << FERMATA_FORM_CASES;
    return read ? *read : json::Value(json::Array{});
  }();
  return *all.as_array();
}

constexpr std::array kSurfaces{Surface::kRjsf,
                               Surface::kJsonForms,
                               Surface::kSlackMessage,
                               Surface::kSlackModal,
                               Surface::kAdaptiveCard,
                               Surface::kMcp,
                               Surface::kGradio,
                               Surface::kStreamlit};

bool is_flat(Surface surface) {
  return surface != Surface::kRjsf && surface != Surface::kJsonForms;
}

// The reason that the case expects, or nothing.
std::string expected_hole(const json::Value& one, Surface surface) {
  const json::Value& holes = one["undecidable"];
  if (holes["all"].as_string() != nullptr) return *holes["all"].as_string();
  if (is_flat(surface) && holes["flat"].as_string() != nullptr) return *holes["flat"].as_string();
  return holes.string_or(to_string(surface));
}

// One field as a person sees it on a surface.
struct Seen {
  std::string label, help, initial;
  bool required = false;
  friend bool operator==(const Seen&, const Seen&) = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << seen.label << (seen.required ? "*" : "") << " | " << seen.help << " | " << seen.initial;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& each : texts) text += each + ";";
  return text;
}

std::string label_for(const Field& field, const json::Value& value) {
  return field.choices.at(choice_at(field, value).value()).label;
}

std::string initial_of(const Field& field) {
  if (!field.initial) return "";
  switch (field.kind) {
    case FieldKind::kBoolean:
      return *field.initial->as_bool() ? "Yes" : "No";
    case FieldKind::kChoice:
      return label_for(field, *field.initial);
    case FieldKind::kChoices: {
      std::vector<std::string> labels;
      for (const auto& value : *field.initial->as_array()) {
        labels.push_back(label_for(field, value));
      }
      return joined(labels);
    }
    default:
      return text_of(field, *field.initial);
  }
}

std::vector<Seen> wanted(const Form& form) {
  std::vector<Seen> all;
  for (const Leaf& leaf : leaves(form)) {
    if (leaf.field->kind == FieldKind::kConstant) continue;
    all.push_back({leaf.label, leaf.help, initial_of(*leaf.field), leaf.required});
  }
  return all;
}

std::string plain(const json::Value& object) { return object.string_or("text"); }

bool may_be_empty(const Leaf& leaf) {
  return leaf.field->kind == FieldKind::kChoices && leaf.field->limits.min_items.value_or(0) == 0;
}

std::vector<Seen> seen_in_slack(const json::Value& shown) {
  std::vector<Seen> all;
  for (const json::Value& block : *shown["blocks"].as_array()) {
    if (block.string_or("type") != "input") continue;
    const json::Value& element = block["element"];
    Seen seen{plain(block["label"]), plain(block["hint"]), "", !block.bool_or("optional")};
    seen.initial = element.string_or("initial_value", element.string_or("initial_date"));
    if (element["initial_option"].as_object()) {
      seen.initial = plain(element["initial_option"]["text"]);
    }
    if (const json::Array* options = element["initial_options"].as_array()) {
      for (const json::Value& option : *options) seen.initial += plain(option["text"]) + ";";
    }
    all.push_back(seen);
  }
  return all;
}

std::vector<Seen> seen_in_card(const json::Value& shown) {
  std::vector<Seen> all;
  for (const json::Value& element : *shown["body"].as_array()) {
    if (element.string_or("type") == "RichTextBlock") {
      if (!all.empty()) all.back().help = plain((*element["inlines"].as_array())[0]);
      continue;
    }
    Seen seen{element.string_or("label"), "", "", element.bool_or("isRequired")};
    const json::Value& value = element["value"];
    if (!value.is_null()) {
      seen.initial = value.as_string() != nullptr ? *value.as_string() : json::write(value);
    }
    if (const json::Array* choices = element["choices"].as_array(); choices && !value.is_null()) {
      const std::string tokens = "," + seen.initial + ",";
      const bool many = element.bool_or("isMultiSelect");
      seen.initial.clear();
      for (const json::Value& choice : *choices) {
        if (tokens.find("," + choice.string_or("value") + ",") == std::string::npos) continue;
        seen.initial += choice.string_or("title") + (many ? ";" : "");
      }
    }
    all.push_back(seen);
  }
  return all;
}

std::vector<Seen> seen_in_components(const json::Value& shown, const char* help) {
  std::vector<Seen> all;
  for (const json::Value& each : *shown["components"].as_array()) {
    const json::Value& props = each["props"];
    Seen seen{props.string_or("label"), props.string_or(help), "", each.bool_or("required")};
    std::vector<std::string> tokens;
    const json::Value& value = props["value"].is_null() ? props["default"] : props["value"];
    if (const json::Array* list = value.as_array()) {
      for (const json::Value& token : *list) tokens.push_back(*token.as_string());
    } else if (!value.is_null()) {
      tokens.push_back(value.as_string() != nullptr ? *value.as_string() : json::write(value));
    }
    if (props["index"].as_int() != nullptr) {
      const auto at = static_cast<std::size_t>(*props["index"].as_int());
      tokens.push_back(*(*props["options"].as_array())[at].as_string());
    }
    for (const std::string& token : tokens) {
      std::string text = token;
      for (const json::Value& choice :
           props["choices"].as_array() ? *props["choices"].as_array() : json::Array{}) {
        if ((*choice.as_array())[1] == json::Value(token))
          text = *(*choice.as_array())[0].as_string();
      }
      const json::Array* options = props["options"].as_array();
      for (std::size_t i = 0; options != nullptr && i < options->size(); ++i) {
        if ((*options)[i] == json::Value(token))
          text = *(*props["labels"].as_array())[i].as_string();
      }
      seen.initial += text + (value.as_array() != nullptr ? ";" : "");
    }
    all.push_back(seen);
  }
  return all;
}

std::string initial_in(const json::Value& schema) {
  const json::Value& value = schema["default"];
  if (value.is_null()) return "";
  if (value.as_bool() != nullptr) return *value.as_bool() ? "Yes" : "No";
  const auto title = [](const json::Value& choices, const json::Value& given) -> std::string {
    for (const json::Value& choice : *choices.as_array()) {
      if (choice["const"] == given) return choice.string_or("title");
    }
    return "?";
  };
  if (schema["oneOf"].as_array() != nullptr) return title(schema["oneOf"], value);
  if (schema.string_or("type") == "array") {
    const json::Value& items = schema["items"];
    std::string text;
    for (const json::Value& item : *value.as_array()) {
      text += title(items["oneOf"].is_null() ? items["anyOf"] : items["oneOf"], item) + ";";
    }
    return text;
  }
  return value.as_string() != nullptr ? *value.as_string() : json::write(value);
}

void see_schema(const json::Value& schema,
                const std::string& around,
                std::string& help,
                std::vector<Seen>& all) {
  const auto required = [&](const std::string& key) {
    const json::Array* names = schema["required"].as_array();
    return names != nullptr &&
           std::find(names->begin(), names->end(), json::Value(key)) != names->end();
  };
  for (const auto& [key, property] : *schema["properties"].as_object()) {
    const std::string label = around + property.string_or("title");
    const std::string said = property.string_or("description");
    if (property.string_or("type") == "object") {
      if (!said.empty()) help += label + ": " + said + " ";
      see_schema(property, label + ": ", help, all);
      continue;
    }
    std::string whole = help + said;
    while (whole.ends_with(' ')) whole.pop_back();
    help.clear();
    all.push_back({label, whole, initial_in(property), required(key)});
  }
}

std::vector<Seen> seen_on(Surface surface, const json::Value& shown) {
  std::string help;
  std::vector<Seen> all;
  switch (surface) {
    case Surface::kRjsf:
    case Surface::kJsonForms:
      see_schema(shown["schema"], "", help, all);
      return all;
    case Surface::kMcp:
      see_schema(shown["requestedSchema"], "", help, all);
      return all;
    case Surface::kAdaptiveCard:
      return seen_in_card(shown);
    case Surface::kGradio:
      return seen_in_components(shown, "info");
    case Surface::kStreamlit:
      return seen_in_components(shown, "help");
    default:
      return seen_in_slack(shown);
  }
}

class EverySurface : public testing::TestWithParam<Surface> {};

TEST_P(EverySurface, shows_the_same_or_says_why_not) {
  int shown_forms = 0;
  for (const json::Value& one : cases()) {
    SCOPED_TRACE(one.string_or("name"));
    ASSERT_TRUE(form::check_schema(one["schema"]));
    const Form form = form_of(one["schema"], one["hints"]);
    const Shown shown = render(GetParam(), form);
    EXPECT_EQ(shown ? "" : shown.error().reason, expected_hole(one, GetParam()));
    if (!shown) continue;
    ++shown_forms;
    std::vector<Seen> expected = wanted(form);
    std::vector<Seen> seen = seen_on(GetParam(), *shown);
    ASSERT_EQ(seen.size(), expected.size());
    const std::vector<Leaf> all = leaves(form);
    std::size_t i = 0;
    for (const Leaf& leaf : all) {
      if (leaf.field->kind == FieldKind::kConstant) continue;
      // Where an empty list is an answer, some surfaces would miss one.
      if (may_be_empty(leaf)) seen[i].required = expected[i].required;
      if (GetParam() == Surface::kMcp && leaf.field->kind == FieldKind::kTime) {
        EXPECT_EQ(seen[i].help, "Written as 16:00:00+01:00.");
        seen[i].help.clear();
      }
      ++i;
    }
    EXPECT_EQ(seen, expected);
  }
  EXPECT_GT(shown_forms, 50);
}

TEST_P(EverySurface, has_nothing_to_say_of_what_it_cannot_show) {
  const Form form = form_of(*json::parse(R"({"type":"object","properties":{"a":{"title":"A",
      "type":"array","items":{"type":"string"}}}})"));
  const Shown shown = render(GetParam(), form);
  ASSERT_EQ(shown.has_value(), !is_flat(GetParam()));
  if (!shown) {
    EXPECT_EQ(shown.error().pointer, "/a");
    EXPECT_EQ(shown.error().message, "A is a list of entries, which cannot be shown here");
  }
}

TEST_P(EverySurface, shows_nothing_that_cannot_be_seen) {
  const json::Value schema = *json::parse(
      R"({"type":"object","title":"T\u202e","description":"D\u200b","properties":{
          "n\u2066":{"type":"string","pattern":"^\u200d?a","default":"a\u202eb"},
          "x":{"title":"X\u202e","description":"H\u0007","enum":["a\u200bb","ab"]},
          "y":{"type":"array","items":{"oneOf":[{"const":"1","title":"O\u202d","description":
               "P\ufeff"},{"const":"2","title":"O"}]}}}})");
  const Shown shown = render(GetParam(), form_of(schema));
  ASSERT_TRUE(shown);
  std::string text = json::write(*shown);
  // The proposed text itself stays as it is, and the help tells of it; patterns are for machines.
  for (const char* value : {"\"a\u202eb\"", "\"^\u200d?a\""}) {
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value)) {
      text.erase(at, std::string_view(value).size());
    }
  }
  EXPECT_NE(text.find("characters that are not seen: a‹U+202E›b"), std::string::npos) << text;
  // What stands for a character that is not seen would itself be told apart from one.
  while (text.find("‹") != std::string::npos) text.erase(text.find("‹"), 3);
  EXPECT_FALSE(visible_text(text).marks) << visible_text(text).text;
}

TEST_P(EverySurface, is_found_by_its_name) {
  EXPECT_EQ(surface_from(to_string(GetParam())), GetParam());
  EXPECT_NE(surface_names().find(to_string(GetParam())), std::string::npos);
}

TEST_P(EverySurface, refuses_what_is_no_answer) {
  const Form form = form_of(*json::parse(
      R"({"type":"object","properties":{"k":{"const":1},"x":{"type":"string"}},"required":["k"]})"));
  for (const json::Value& raw : {json::Value(), json::Value(json::Array{}), json::Value("x")}) {
    EXPECT_FALSE(judged(GetParam(), form, raw).errors.empty());
  }
  for (const char* key : {"y", "f:y", "f:k", "k"}) {
    const bool card = GetParam() == Surface::kAdaptiveCard;
    const bool slack = GetParam() == Surface::kSlackMessage || GetParam() == Surface::kSlackModal;
    const bool ours = std::string_view(key).starts_with("f:");
    if ((card || slack) && !ours) continue;  // Of the host.
    const json::Value state = json::Object{{"v", json::Object{{"value", "1"}}}};
    const json::Value raw = json::Object{{key, slack ? state : json::Value("1")}};
    EXPECT_FALSE(judged(GetParam(), form, raw).errors.empty()) << key;
  }
  EXPECT_TRUE(judged(GetParam(), form, json::Object{}).errors.empty());
  EXPECT_EQ(*judged(GetParam(), form, json::Object{}).answer.find("k"), json::Value(1));
}

INSTANTIATE_TEST_SUITE_P(All,
                         EverySurface,
                         testing::ValuesIn(kSurfaces),
                         [](const testing::TestParamInfo<Surface>& one) {
                           return to_string(one.param);
                         });

}  // namespace
}  // namespace fermata::ui
