#include "core/form/form.hpp"

#include <gtest/gtest.h>

namespace fermata::form {
namespace {

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::Value();
}

std::string refusal(const json::Value& schema) {
  const auto checked = check_schema(schema);
  if (checked) return "accepted";
  EXPECT_EQ(checked.error().reason, "form.unsupported_schema");
  return checked.error().message;
}

json::Value with_field(json::Value field) {
  return json::Object{{"type", "object"},
                      {"properties", json::Object{{"x", std::move(field)}}},
                      {"additionalProperties", false}};
}

// What check_schema says of a form whose one field x is `field`, from the field on.
std::string field_refusal(std::string_view field) {
  const std::string message = refusal(with_field(parsed(field)));
  const std::string prefix = "the form's schema at /properties/x";
  return message.substr(message.starts_with(prefix) ? prefix.size() : 0);
}

// "pointer type: message" of each error of answer {"x": value}.
std::vector<std::string> errors(std::string_view field, std::string_view value) {
  const json::Value schema = with_field(parsed(field));
  EXPECT_EQ(refusal(schema), "accepted") << field;
  std::vector<std::string> texts;
  for (const auto& error : validate(schema, json::Object{{"x", parsed(value)}})) {
    texts.push_back(error.pointer + " " + error.type + ": " + error.message);
  }
  return texts;
}

bool fits(std::string_view field, std::string_view value) { return errors(field, value).empty(); }

using Texts = std::vector<std::string>;

TEST(FormSchema, accepts_the_portable_subset) {
  EXPECT_EQ(refusal(parsed(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object", "title": "Refund", "description": "How much?", "additionalProperties": false,
    "properties": {
      "amount": {"type": "number", "minimum": 0, "exclusiveMaximum": 1e6, "multipleOf": 0.01},
      "note": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^\\S", "default": ""},
      "when": {"type": "string", "format": "date-time"},
      "currency": {"type": "string", "oneOf": [{"const": "EUR", "title": "Euro"}, {"const": "USD"}]},
      "urgent": {"type": "boolean", "default": false},
      "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1, "maxItems": 2,
               "uniqueItems": true},
      "lines": {"type": "array", "items": {"type": "object", "required": ["n"],
                "properties": {"n": {"type": "integer"}}}},
      "kind": {"const": "refund"}},
    "required": ["amount"]})")),
            "accepted");
}

TEST(FormSchema, must_be_an_object_at_its_root) {
  const std::string message =
      "the form's schema at its root: must be an object with \"type\": \"object\"";
  for (const char* schema :
       {"null", "true", "[]", "{}", R"({"type":"string"})", R"({"type":["object"]})"}) {
    EXPECT_EQ(refusal(parsed(schema)), message) << schema;
  }
}

TEST(FormSchema, refuses_keywords_it_would_have_to_ignore) {
  for (const char* keyword : {"$ref",
                              "$defs",
                              "allOf",
                              "not",
                              "if",
                              "dependentRequired",
                              "nullable",
                              "patternProperties",
                              "prefixItems",
                              "contains",
                              "minProperties",
                              "propertyNames",
                              "unevaluatedProperties",
                              "enumNames",
                              "examples"}) {
    const json::Value field = json::Object{{keyword, json::Object{}}};
    EXPECT_EQ(refusal(with_field(field)),
              "the form's schema at /properties/x/" + std::string(keyword) +
                  ": this keyword is not supported");
  }
}

TEST(FormSchema, refuses_keywords_that_say_nothing_about_the_type) {
  EXPECT_EQ(field_refusal(R"({"type":"string","minimum":3})"),
            "/minimum: says nothing about type string, only about number");
  EXPECT_EQ(field_refusal(R"({"type":"array","properties":{}})"),
            "/properties: says nothing about type array, only about object");
  EXPECT_EQ(field_refusal(R"({"type":"integer","minimum":3})"), "accepted");
}

TEST(FormSchema, refuses_operands_of_the_wrong_kind) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {R"({"type":"null"})",
       "/type: must be one of object, array, string, integer, number, boolean"},
      {R"({"type":["string","null"]})",
       "/type: must be one of object, array, string, integer, number, boolean"},
      {R"({"title":1})", "/title: must be a string"},
      {R"({"enum":[]})", "/enum: must be a list of at least one value"},
      {R"({"enum":[1,1.0]})", "/enum/1: stands twice"},
      {R"({"type":"string","enum":["a",1]})", "/enum/1: is not of type string"},
      {R"({"type":"integer","const":1.5})", "/const: is not of type integer"},
      {R"({"minLength":-1})", "/minLength: must be a whole number from 0 on"},
      {R"({"minLength":1.5})", "/minLength: must be a whole number from 0 on"},
      {R"({"maximum":"3"})", "/maximum: must be a number"},
      {R"({"multipleOf":0})", "/multipleOf: must be a number above 0"},
      {R"({"multipleOf":-1})", "/multipleOf: must be a number above 0"},
      {R"({"uniqueItems":1})", "/uniqueItems: must be true or false"},
      {R"({"additionalProperties":{}})", "/additionalProperties: must be true or false"},
      {R"({"format":"ipv4"})", "/format: must be one of email, uri, date, time, date-time"},
      {R"({"pattern":5})", "/pattern: must be a string"},
      {R"({"items":true})", "/items: must be an object"},
      {R"({"items":[{}]})", "/items: must be an object"},
      {R"({"properties":[]})", "/properties: must be an object of fields"},
      {R"({"properties":{"a/b":true}})", "/properties/a~1b: must be an object"},
      {R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})",
       "/$schema: may only stand at the root and name draft 2020-12 or draft 7"}};
  for (const auto& [field, expected] : cases) EXPECT_EQ(field_refusal(field), expected) << field;
}

TEST(FormSchema, required_names_declared_fields_once) {
  EXPECT_EQ(field_refusal(R"({"required":["a"]})"), "/required: \"a\" is not among the properties");
  EXPECT_EQ(field_refusal(R"({"properties":{"a":{}},"required":["a","a"]})"),
            "/required: names \"a\" twice");
  EXPECT_EQ(field_refusal(R"({"properties":{"a":{}},"required":"a"})"),
            "/required: must be a list of field names");
}

TEST(FormSchema, choices_are_constants_with_titles) {
  const std::string example =
      ": must be a choice such as {\"const\": \"eur\", \"title\": \"Euro\"}";
  EXPECT_EQ(field_refusal(R"({"oneOf":[{"type":"string"}]})"), "/oneOf/0" + example);
  EXPECT_EQ(field_refusal(R"({"anyOf":[{"const":1},true]})"), "/anyOf/1" + example);
  EXPECT_EQ(field_refusal(R"({"oneOf":[{"const":1,"minimum":0}]})"),
            "/oneOf/0/minimum: a choice has const, title and description only");
  EXPECT_EQ(field_refusal(R"({"oneOf":[{"const":1,"title":2}]})"),
            "/oneOf/0/title: must be a string");
  EXPECT_EQ(field_refusal(R"({"oneOf":[{"const":1},{"const":1}]})"), "/oneOf/1: stands twice");
  EXPECT_EQ(field_refusal(R"({"oneOf":[]})"), "/oneOf: must be a list of at least one choice");
}

TEST(FormSchema, patterns_are_ECMA_without_look_around) {
  EXPECT_EQ(field_refusal("{\"pattern\":\"(?=a)\"}"),
            "/pattern: look-ahead and look-behind are not supported (at byte 1)");
  EXPECT_EQ(field_refusal(R"({"pattern":"(a)\\1"})"),
            "/pattern: back references are not supported (at byte 5)");
  EXPECT_EQ(field_refusal("{\"pattern\":\"(\"}"),
            "/pattern: the pattern is not valid: missing ): (?:");
}

TEST(FormSchema, is_bounded_in_depth_and_size) {
  json::Value nested = json::Object{{"type", "string"}};
  for (int i = 0; i < 8; ++i) nested = json::Object{{"items", std::move(nested)}};
  EXPECT_TRUE(refusal(with_field(nested)).ends_with("fields are nested more than 8 deep"));

  json::Object many, patterns;
  for (int i = 0; i < 500; ++i) many.set("f" + std::to_string(i), json::Object{});
  for (int i = 0; i < 33; ++i) {
    patterns.set("f" + std::to_string(i), json::Object{{"pattern", "a"}});
  }
  const auto of = [](json::Object properties) {
    return json::Value(json::Object{{"type", "object"}, {"properties", std::move(properties)}});
  };
  EXPECT_TRUE(refusal(of(many)).ends_with("there are more than 500 fields"));
  EXPECT_TRUE(refusal(of(patterns)).ends_with("there are more than 32 patterns"));
  EXPECT_EQ(refusal(json::Object{{"type", "object"}, {"title", std::string(70'000, 'a')}}),
            "the form's schema at its root: is larger than 64 KiB");
}

TEST(FormAnswer, is_an_object_with_the_required_fields_and_no_others) {
  const json::Value schema = parsed(R"({"type":"object","additionalProperties":false,
      "properties":{"a/b":{},"note":{}},"required":["a/b"]})");
  EXPECT_EQ(refusal(schema), "accepted");
  const auto types = [&](std::string_view answer) {
    Texts found;
    for (const auto& error : validate(schema, parsed(answer))) {
      found.push_back(error.pointer + " " + error.type);
    }
    return found;
  };
  EXPECT_EQ(types("[]"), Texts{" type"});
  EXPECT_EQ(types("null"), Texts{" type"});
  EXPECT_EQ(types("{}"), Texts{"/a~1b missing"});
  EXPECT_EQ(types(R"({"a/b":1,"~":2})"), Texts{"/~0 extra_forbidden"});
  EXPECT_EQ(types(R"({"a/b":null,"note":[]})"), Texts{});
  EXPECT_FALSE(validate(json::Value(), json::Object{}).empty());
}

TEST(FormAnswer, has_every_error_at_its_field_for_a_person_to_read) {
  EXPECT_EQ(errors(R"({"type":"integer"})", "1.5"), Texts{"/x type: must be a whole number"});
  EXPECT_EQ(errors(R"({"type":"string"})", "5"), Texts{"/x type: must be text"});
  EXPECT_EQ(errors(R"({"type":"boolean"})", "\"on\""), Texts{"/x type: must be yes or no"});
  EXPECT_EQ(errors(R"({"enum":["a","b"]})", "\"c\""),
            Texts{"/x enum: must be one of \"a\", \"b\""});
  EXPECT_EQ(errors(R"({"oneOf":[{"const":"a","title":"A"}]})", "\"A\""),
            Texts{"/x enum: must be one of \"a\""});
  EXPECT_EQ(
      errors(R"({"minimum":0,"multipleOf":0.01})", "-1.001"),
      (Texts{"/x minimum: must be at least 0", "/x multiple_of: must be a multiple of 0.01"}));
  EXPECT_EQ(errors(R"({"minLength":3,"pattern":"^a"})", "\"b\""),
            (Texts{"/x min_length: must have at least 3 characters",
                   "/x pattern: must match the pattern ^a"}));
  EXPECT_EQ(errors(R"({"items":{"type":"string"},"uniqueItems":true})", "[\"a\",\"a\",1]"),
            (Texts{"/x/1 unique_items: stands twice", "/x/2 type: must be text"}));
  EXPECT_EQ(errors(R"({"properties":{"y":{}},"required":["y"]})", "{}"),
            Texts{"/x/y missing: is required"});
}

TEST(FormAnswer, lists_a_hundred_errors_at_most) {
  std::string items = "[0";
  for (int i = 0; i < 200; ++i) items += ",0";
  EXPECT_EQ(errors(R"({"items":{"type":"string"}})", items + "]").size(), 100U);
}

TEST(FormAnswer, decimals_are_multiples_by_their_digits) {
  for (const char* value : {"0.3",
                            "0.07",
                            "1.1",
                            "19.99",
                            "-4.35",
                            "1e15",
                            "0",
                            "1e308",
                            "9007199254740993",
                            "9223372036854775807"}) {
    EXPECT_TRUE(fits(R"({"multipleOf":0.01})", value)) << value;
  }
  EXPECT_FALSE(fits(R"({"multipleOf":0.01})", "0.001"));
  EXPECT_FALSE(fits(R"({"multipleOf":0.01})", "1e-308"));
  EXPECT_FALSE(fits(R"({"multipleOf":2})", "9007199254740993"));
  EXPECT_TRUE(fits(R"({"multipleOf":3})", "9007199254740993"));
  EXPECT_FALSE(fits(R"({"multipleOf":7})", "1e300"));
  EXPECT_TRUE(fits(R"({"multipleOf":1e300})", "3e300"));
  EXPECT_FALSE(fits(R"({"multipleOf":1e300})", "1e299"));
  EXPECT_FALSE(fits(R"({"multipleOf":0.3})", "100"));
  EXPECT_TRUE(fits(R"({"multipleOf":2.5e-7})", "0.00001"));
}

TEST(FormAnswer, integers_are_compared_without_rounding) {
  EXPECT_FALSE(fits(R"({"maximum":9007199254740992})", "9007199254740993"));
  EXPECT_TRUE(fits(R"({"exclusiveMinimum":9007199254740992})", "9007199254740993"));
  EXPECT_FALSE(fits(R"({"const":9007199254740992})", "9007199254740993"));
}

TEST(FormAnswer, length_is_in_code_points) {
  EXPECT_TRUE(fits(R"({"maxLength":2,"minLength":2})", "\"🐲é\""));
  EXPECT_FALSE(fits(R"({"maxLength":1})", "\"e\\u0301\""));
}

TEST(FormAnswer, no_pattern_takes_for_ever) {
  EXPECT_FALSE(fits(R"({"pattern":"^(a+)+$"})", '"' + std::string(50'000, 'a') + "b\""));
  EXPECT_EQ(errors(R"({"pattern":"(?:a?b?c?d?){1000}Z$"})", '"' + std::string(60'000, 'x') + '"'),
            Texts{"/x unchecked: is too long to be checked"});
}

TEST(FormAnswer, email_is_a_mailbox) {
  for (const char* good : {"a@b",
                           "joe.o'hara+tag@mail.example.com",
                           "\\\"a b\\\"@b.org",
                           "a@[IPv6:2001:db8::1]",
                           "a@[192.0.2.1]"}) {
    EXPECT_TRUE(fits(R"({"format":"email"})", '"' + std::string(good) + '"')) << good;
  }
  for (const char* bad : {"",
                          "a",
                          "@b",
                          "a@",
                          "a b@c",
                          "a@b@c",
                          "a@-b",
                          "a@b-",
                          "a@b..c",
                          "a@b.",
                          "a@[1.2.3]",
                          "a@[IPv6:1::2::3]",
                          "a@[IPv6:1:2]",
                          "a@[1.2.3.256]",
                          "ä@b",
                          "a@b\\n",
                          "\\\"a\\\"b@c"}) {
    EXPECT_FALSE(fits(R"({"format":"email"})", '"' + std::string(bad) + '"')) << bad;
  }
}

TEST(FormAnswer, uri_is_absolute) {
  for (const char* good : {"https://a.example:8080/b%20c?d=e&f#g",
                           "urn:isbn:1",
                           "http://[::1]:80/",
                           "http://u:p@h",
                           "mailto:a@b",
                           "file:///tmp/x",
                           "x:",
                           "http://[::ffff:1.2.3.4]"}) {
    EXPECT_TRUE(fits(R"({"format":"uri"})", '"' + std::string(good) + '"')) << good;
  }
  for (const char* bad : {"",
                          "a",
                          "//a",
                          ":a",
                          "1a:b",
                          "http://a b",
                          "http://[::1",
                          "http://[x]",
                          "http://a:b",
                          "http://a#b#c",
                          "http://ä",
                          "http://a/%zz",
                          "http://a@b@c",
                          "http://a/[b]",
                          "http://[::1]x",
                          "http://[1:2:3:4:5:6:7]"}) {
    EXPECT_FALSE(fits(R"({"format":"uri"})", '"' + std::string(bad) + '"')) << bad;
  }
}

TEST(FormAnswer, dates_and_times_are_those_of_RFC_3339) {
  EXPECT_TRUE(fits(R"({"format":"date"})", "\"2024-02-29\""));
  EXPECT_FALSE(fits(R"({"format":"date"})", "\"2023-02-29\""));
  EXPECT_FALSE(fits(R"({"format":"date"})", "\"1900-02-29\""));
  EXPECT_FALSE(fits(R"({"format":"date"})", "\"2024-2-29\""));
  EXPECT_TRUE(fits(R"({"format":"time"})", "\"16:00:00.5+01:00\""));
  EXPECT_FALSE(fits(R"({"format":"time"})", "\"16:00\""));
  EXPECT_FALSE(fits(R"({"format":"time"})", "\"16:00:00\""));
  EXPECT_TRUE(fits(R"({"format":"date-time"})", "\"2026-11-22t16:00:00z\""));
  EXPECT_FALSE(fits(R"({"format":"date-time"})", "\"2026-11-22 16:00:00Z\""));
  EXPECT_FALSE(fits(R"({"format":"date-time"})", "\"2026-11-22T16:00:00\""));
}

}  // namespace
}  // namespace fermata::form
