#include "api/rest/fields.hpp"

#include <gtest/gtest.h>

namespace fermata::api {
namespace {

json::Value parsed(std::string_view text) { return *json::parse(text); }

// The (type, pointer) pairs of a refusal, as "type pointer" lines.
std::string told(const Result<void>& result) {
  if (result) return "";
  std::string lines;
  const json::Value extra = parsed(result.error().extra);
  for (const json::Value& error : *extra["errors"].as_array())
    lines += error.string_or("type") + " " + error.string_or("pointer") + "\n";
  return lines;
}

TEST(Fields, read_what_is_there_and_leave_the_rest) {
  const json::Value body = parsed(R"({"name":"x","n":3,"on":true,"any":null,"o":{"a":1}})");
  Fields fields(body);
  std::string name, absent = "as it was";
  std::int64_t n = 0;
  bool on = false;
  json::Value any = 1;
  json::Object object;
  fields.text("name", name, {.required = true});
  fields.text("absent", absent, {});
  fields.integer("n", n, {});
  fields.boolean("on", on);
  fields.any("any", any);
  fields.object("o", object);
  ASSERT_TRUE(fields.finish());
  EXPECT_EQ(name, "x");
  EXPECT_EQ(absent, "as it was");
  EXPECT_EQ(n, 3);
  EXPECT_TRUE(on);
  EXPECT_TRUE(any.is_null());
  EXPECT_EQ(object.size(), std::size_t{1});
}

TEST(Fields, tell_everything_that_is_wrong_at_once) {
  const json::Value body = parsed(R"({"n":"3","on":1,"short":"","long":"abc","extra":1})");
  Fields fields(body);
  std::string text;
  std::int64_t n = 0;
  bool on = false;
  fields.text("name", text, {.required = true});
  fields.integer("n", n, {});
  fields.boolean("on", on);
  fields.text("short", text, {.min = 1});
  fields.text("long", text, {.max = 2});
  const Result<void> result = fields.finish();
  EXPECT_EQ(told(result),
            "missing #/name\nint_type #/n\nbool_type #/on\nstring_too_short #/short\n"
            "string_too_long #/long\nextra_forbidden #/extra\n");
  EXPECT_EQ(result.error().reason, "request.invalid");
  EXPECT_EQ(result.error().message, "body.name: is required (and 5 more)");
}

TEST(Fields, null_is_not_absence) {
  const json::Value body = parsed(R"({"name":null})");
  Fields fields(body);
  std::string name;
  fields.text("name", name, {});
  EXPECT_EQ(told(fields.finish()), "string_type #/name\n");
}

TEST(Fields, a_body_that_is_no_object_is_refused) {
  for (const char* text : {"[]", "null", "1", "\"x\""}) {
    const json::Value body = parsed(text);
    Fields fields(body);
    std::string name;
    fields.text("name", name, {.required = true});
    EXPECT_EQ(told(fields.finish()), "dict_type #\n") << text;
  }
}

TEST(Fields, integers_are_kept_in_range_and_are_no_doubles) {
  const json::Value body = parsed(R"({"a":0,"b":11,"c":1.0,"d":5})");
  Fields fields(body);
  std::int64_t a = 7, b = 7, c = 7, d = 7;
  for (auto [name, out] : {std::pair{"a", &a}, {"b", &b}, {"c", &c}, {"d", &d}})
    fields.integer(name, *out, {.min = 1, .max = 10});
  EXPECT_FALSE(fields.finish());
  EXPECT_EQ(a, 7);
  EXPECT_EQ(b, 7);
  EXPECT_EQ(d, 5);
}

TEST(Fields, lengths_count_characters) {
  const json::Value body = parsed(R"({"a":"äöü","b":"😀😀😀"})");
  Fields fields(body);
  std::string a, b;
  fields.text("a", a, {.max = 3});
  fields.text("b", b, {.max = 2});
  EXPECT_EQ(told(fields.finish()), "string_too_long #/b\n");
}

TEST(Fields, lists_name_the_place) {
  const json::Value body = parsed(R"({"tags":["a",1,"a|b","c"],"few":[1,2,3],"none":"x"})");
  Fields fields(body);
  std::vector<std::string> tags, few, none;
  fields.texts("tags", tags, {}, {.max = 10, .shape = kLabel});
  fields.texts("few", few, {.max = 2}, {});
  fields.texts("none", none, {}, {});
  EXPECT_EQ(told(fields.finish()),
            "string_type #/tags/1\nstring_pattern_mismatch #/tags/2\ntoo_long #/few\n"
            "list_type #/none\n");
}

TEST(Fields, repeated_items_are_refused_where_they_must_differ) {
  const json::Value body = parsed(R"({"members":["a","b","a"]})");
  Fields fields(body);
  std::vector<std::string> members;
  fields.texts("members", members, {.unique = true}, {});
  EXPECT_EQ(told(fields.finish()), "unique_items #/members/2\n");
}

TEST(Fields, nested_objects_have_fields_of_their_own) {
  const json::Value body =
      parsed(R"({"thresholds":[{"from":"x"},{"form":"y"},7],"error":{"type":1,"a/b~c":2}})");
  Fields fields(body);
  std::string text;
  fields.list("thresholds", {}, [&](Fields& each) { each.text("from", text, {.required = true}); });
  fields.nested(
      "error", [&](Fields& error) { error.text("type", text, {}); }, false);
  EXPECT_EQ(told(fields.finish()),
            "missing #/thresholds/1/from\nextra_forbidden #/thresholds/1/form\n"
            "dict_type #/thresholds/2\nstring_type #/error/type\n"
            "extra_forbidden #/error/a~1b~0c\n");
}

TEST(Fields, tell_at_most_fifty) {
  json::Object many;
  for (int i = 0; i < 1000; ++i) many.set("f" + std::to_string(i), i);
  const json::Value body = many;
  Fields fields(body);
  const Result<void> result = fields.finish();
  EXPECT_EQ(parsed(result.error().extra)["errors"].as_array()->size(), Invalid::kMaxShown);
  EXPECT_EQ(result.error().message, "body.f0: is no field of this request (and 999 more)");
}

}  // namespace
}  // namespace fermata::api
