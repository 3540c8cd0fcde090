// What each surface gives back, and how it is told of errors.

#include <gtest/gtest.h>

#include "ui/form/slack.hpp"
#include "ui/form/surface.hpp"

namespace fermata::ui {
namespace {

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::Value();
}

Form form_from(std::string_view schema) {
  const json::Value read = parsed(schema);
  EXPECT_TRUE(form::check_schema(read)) << schema;
  return form_of(read);
}

const char* const kMixed = R"({"type":"object","required":["n","why"],"properties":{
    "n":{"type":"integer","maximum":9223372036854775807},
    "why":{"type":"string"},
    "note":{"type":"string"},
    "at":{"type":"string","format":"date-time"},
    "sure":{"type":"boolean"},
    "level":{"enum":[1,"1",null]},
    "tags":{"type":"array","items":{"enum":["a,b","c"]}},
    "any":{},
    "to":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}})";

// The answer, and "pointer type" of each error.
std::string read_back(Surface surface, std::string_view schema, std::string_view raw) {
  const Form form = form_from(schema);
  const Reading reading = judged(surface, form, parsed(raw));
  std::string text = json::write(reading.answer);
  for (const auto& error : reading.errors) text += " " + error.pointer + " " + error.type;
  return text;
}

TEST(SurfaceAnswers, of_Slack_are_texts_that_become_what_they_mean) {
  EXPECT_EQ(read_back(Surface::kSlackModal, kMixed, R"({
      "f:n":{"v":{"type":"plain_text_input","value":"9007199254740993"}},
      "f:why":{"v":{"type":"plain_text_input","value":" because "}},
      "f:note":{"v":{"type":"plain_text_input","value":null}},
      "f:at":{"v":{"type":"datetimepicker","selected_date_time":1795363200}},
      "f:sure":{"v":{"type":"radio_buttons","selected_option":{"value":"false"}}},
      "f:level":{"v":{"type":"radio_buttons","selected_option":{"value":"2"}}},
      "f:tags":{"v":{"type":"checkboxes","selected_options":[{"value":"1"},{"value":"0"}]}},
      "f:any":{"v":{"type":"plain_text_input","value":"[1, null]"}},
      "f:to.name":{"v":{"type":"plain_text_input","value":"Anna"}},
      "reason":{"v":{"value":"of another block"}}})"),
            R"({"n":9007199254740993,"why":" because ","at":"2026-11-22T16:00:00Z","sure":false,)"
            R"("level":null,"tags":["a,b","c"],"any":[1,null],"to":{"name":"Anna"}})");
}

TEST(SurfaceAnswers, of_Slack_left_alone_are_missing) {
  EXPECT_EQ(read_back(Surface::kSlackMessage, kMixed, R"({
      "f:n":{"v":{"value":null}},"f:why":{"v":{"value":""}},
      "f:at":{"v":{"selected_date_time":null}},"f:sure":{"v":{"selected_option":null}},
      "f:tags":{"v":{"selected_options":[]}}})"),
            "{} /n missing /why missing");
}

TEST(SurfaceAnswers, of_a_card_are_texts_or_numbers) {
  EXPECT_EQ(read_back(Surface::kAdaptiveCard, kMixed, R"({"f:n":12,"f:why":"x","f:note":"",
      "f:sure":"true","f:level":"1","f:tags":"1,0","f:at":"2026-11-22T16:00:00+01:00","verb":"a"})"),
            R"({"n":12,"why":"x","sure":true,"level":"1","tags":["a,b","c"],)"
            R"("at":"2026-11-22T16:00:00+01:00"})");
}

TEST(SurfaceAnswers, of_components_are_what_Python_makes_of_them) {
  EXPECT_EQ(read_back(Surface::kGradio, kMixed, R"({"n":"12","why":"x","note":null,"sure":"true",
      "level":"0","tags":["0"],"any":"\"text\"","to.name":""})"),
            R"({"n":12,"why":"x","sure":true,"level":1,"tags":["a,b"],"any":"text"})");
}

TEST(SurfaceAnswers, of_JSON_surfaces_tell_missing_empty_and_null_apart) {
  const char* schema = R"({"type":"object","required":["x"],"properties":{"x":{"type":"string"},
      "y":{"type":"string"},"z":{"enum":["a","b"]}}})";
  for (const Surface surface : {Surface::kRjsf, Surface::kJsonForms}) {
    EXPECT_EQ(read_back(surface, schema, R"({"x":"","y":""})"), R"({"x":"","y":""})");
    EXPECT_EQ(read_back(surface, schema, "{}"), "{} /x missing");
    EXPECT_EQ(read_back(surface, schema, R"({"x":null})"), R"({"x":null} /x type)");
    EXPECT_EQ(read_back(surface, schema, R"({"x":"a","z":"c"})"), R"({"x":"a","z":"c"} /z enum)");
  }
}

TEST(SurfaceAnswers, of_flat_surfaces_have_no_empty_texts) {
  const char* schema = R"({"type":"object","required":["x"],"properties":{"x":{"type":"string"},
      "y":{"type":"string"}}})";
  EXPECT_EQ(read_back(Surface::kMcp, schema, R"({"x":"","y":""})"), "{} /x missing");
  EXPECT_EQ(read_back(Surface::kAdaptiveCard, schema, R"({"f:x":""})"), "{} /x missing");
}

TEST(SurfaceAnswers, of_numbers_are_exact_or_refused) {
  const char* schema = R"({"type":"object","properties":{"i":{"type":"integer"},
      "d":{"type":"number"},"small":{"type":"integer","minimum":0,"maximum":9}}})";
  EXPECT_EQ(read_back(Surface::kRjsf, schema, R"({"i":"9007199254740993","d":"0.10","small":3})"),
            R"({"i":9007199254740993,"d":0.1,"small":3})");
  EXPECT_EQ(read_back(Surface::kRjsf, schema, R"({"i":" 12 ","d":"1e2","small":"3"})"),
            R"({"i":12,"d":100,"small":"3"} /small type)");
  for (const char* wrong :
       {"1,5", "1.5.1", "0x10", "+1", "NaN", "1e400", "100000000000000000001"}) {
    const std::string raw = R"({"i":")" + std::string(wrong) + "\"}";
    EXPECT_EQ(read_back(Surface::kRjsf, schema, raw), "{} /i type") << wrong;
  }
  EXPECT_EQ(read_back(Surface::kRjsf, schema, R"({"i":"1.5"})"), R"({"i":1.5} /i type)");
}

TEST(SurfaceAnswers, an_object_that_nobody_filled_in_is_left_out) {
  const char* schema = R"({"type":"object","required":["b"],"properties":{
      "a":{"type":"object","properties":{"x":{"type":"string"},"y":{"type":"object",
           "properties":{"z":{"type":"string"}}}},"required":["x"]},
      "b":{"type":"object","properties":{"x":{"type":"string"},"k":{"const":7}},"required":["k"]}}})";
  for (const Surface surface : {Surface::kRjsf, Surface::kJsonForms}) {
    EXPECT_EQ(read_back(surface, schema, R"({"a":{"y":{}},"b":{}})"), R"({"b":{"k":7}})");
    EXPECT_EQ(read_back(surface, schema, R"({"a":{"y":{"z":"1"}},"b":{"x":"2"}})"),
              R"({"a":{"y":{"z":"1"}},"b":{"x":"2","k":7}} /a/x missing)");
  }
  EXPECT_EQ(read_back(Surface::kMcp, schema, R"({"a.y.z":"1"})"),
            R"({"a":{"y":{"z":"1"}},"b":{"k":7}} /a/x missing)");
}

TEST(SurfaceAnswers, lists_keep_their_place) {
  const char* schema = R"({"type":"object","properties":{"l":{"type":"array","items":
      {"type":"object","properties":{"n":{"type":"integer"},"k":{"const":1}},"required":["k"]}}}})";
  EXPECT_EQ(read_back(Surface::kRjsf, schema, R"({"l":[{"n":"1"},{"n":"x"},{}]})"),
            R"({"l":[{"n":1,"k":1},{"k":1},{"k":1}]} /l/1/n type)");
}

// Quadratic work would take minutes here.
TEST(SurfaceAnswers, of_the_largest_forms_are_read_in_time) {
  json::Array values, raw;
  const json::Array empty(200'000, json::Value(json::Array{}));
  for (int i = 0; i < 5'000; ++i) values.emplace_back(i);
  for (int i = 0; i < 200'000; ++i) raw.emplace_back(std::to_string(i % 5'000));

  const json::Value many = json::Object{
      {"type", "array"}, {"items", json::Object{{"enum", values}}}, {"default", values}};
  const json::Value lists = json::Object{{"type", "array"}, {"items", many}};
  const Form form = form_of(
      json::Object{{"type", "object"}, {"properties", json::Object{{"x", many}, {"l", lists}}}});
  for (const Surface surface : {Surface::kRjsf, Surface::kJsonForms}) {
    EXPECT_TRUE(render(surface, form));
    const Reading reading = judged(surface, form, json::Object{{"x", raw}, {"l", empty}});
    EXPECT_EQ(reading.errors.size(), 0U);
    EXPECT_EQ(reading.answer.find("x")->as_array()->size(), 5'000U);
  }
  json::Object unknown;
  for (int i = 0; i < 1'000; ++i) unknown.set("u" + std::to_string(i), 1);
  EXPECT_EQ(judged(Surface::kRjsf, form, unknown).errors.size(), 100U);
  EXPECT_EQ(judged(Surface::kMcp, form, unknown).errors.size(), 100U);
}

TEST(SurfaceErrors, stand_where_each_surface_shows_them) {
  const Form form = form_from(kMixed);
  const std::vector<form::FieldError> errors{{"/n", "missing", "is required"},
                                             {"/to/name", "type", "must be text"},
                                             {"/tags/1", "enum", "is none of the choices"},
                                             {"", "extra_forbidden", "knows no 'x'"}};
  const auto shown = [&](Surface surface) {
    return json::write(errors_for(surface, form, errors));
  };
  EXPECT_EQ(shown(Surface::kRjsf),
            R"({"n":{"__errors":["is required"]},"to":{"name":{"__errors":["must be text"]}},)"
            R"("tags":{"__errors":["is none of the choices"]},"__errors":["knows no 'x'"]})");
  EXPECT_EQ(shown(Surface::kSlackModal),
            R"({"response_action":"errors","errors":{"f:n":"is required; knows no 'x'",)"
            R"("f:to.name":"must be text","f:tags":"is none of the choices"}})");
  EXPECT_EQ(shown(Surface::kMcp),
            R"({"n":"is required; knows no 'x'","to.name":"must be text",)"
            R"("tags":"is none of the choices"})");
  EXPECT_EQ(
      errors_for(Surface::kJsonForms, form, errors).as_array()->at(1).string_or("instancePath"),
      "/to/name");
  EXPECT_NE(shown(Surface::kAdaptiveCard).find("To: Name: must be text"), std::string::npos);
}

TEST(SurfaceSlack, stays_within_its_limits_in_every_count) {
  const auto modal = [](const std::string& field) {
    return render_slack_modal(form_from(R"({"type":"object","properties":{"x":)" + field + "}}"));
  };
  const std::string dragons(38, '@');
  std::string label;
  for (const char c : dragons) label += c == '@' ? "🐲" : "";
  // 38 dragons are 76 units of UTF-16.
  EXPECT_EQ(modal(R"({"enum":[")" + label + "\"]}").error().reason, "text_too_long");
  EXPECT_TRUE(modal(R"({"enum":[")" + label.substr(4) + "\"]}"));
  EXPECT_EQ(modal(R"({"description":")" + std::string(2001, 'd') + "\"}").error().reason,
            "text_too_long");
  EXPECT_EQ(modal(R"({"title":")" + std::string(2001, 't') + "\"}").error().reason,
            "text_too_long");
  EXPECT_EQ(
      modal(R"({"type":"string","default":")" + std::string(3001, 't') + "\"}").error().reason,
      "text_too_long");
  const json::Value limited = *modal(R"({"type":"string","maxLength":2})");
  EXPECT_EQ(limited["blocks"].as_array()->at(0)["element"].int_or("max_length"), 4);
}

}  // namespace
}  // namespace fermata::ui
