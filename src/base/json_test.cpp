#include "base/json.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

namespace fermata::json {
namespace {

std::string reason_of(std::string_view text) {
  const auto value = parse(text);
  return value ? "accepted " + write(*value) : value.error().reason;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

Value parsed(std::string_view text) {
  auto value = parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : Value();
}

// RFC 8785, section 3.2.2 to 3.2.4.
TEST(JsonCanonical, of_the_published_example) {
  const auto value = parsed(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]})");
  EXPECT_EQ(canonical(value),
            R"({"literals":[null,true,false],)"
            R"("numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
            R"("string":"€$\u000f\nA'B\"\\\\\"/"})");
}

TEST(JsonCanonical, sorts_keys_by_utf16_code_units) {
  const auto value = parsed(R"({
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"})");
  std::vector<std::string> order;
  const auto sorted = parsed(canonical(value));
  for (const auto& [key, name] : *sorted.as_object())
    order.push_back(name.as_string()->substr(0, 5));
  EXPECT_EQ(
      order,
      (std::vector<std::string>{"Carri", "One", "Contr", "Latin", "Euro ", "Emoji", "Hebre"}));
}

TEST(JsonCanonical, puts_a_prefix_before_the_longer_key) {
  EXPECT_EQ(canonical(parsed(R"({"ab":1,"a":2,"":3})")), R"({"":3,"a":2,"ab":1})");
}

TEST(JsonCanonical, escapes_only_what_must_be) {
  EXPECT_EQ(canonical(Value("\b\t\n\f\r\x01\x1f\x7f/\"\\ä😀")),
            "\"\\b\\t\\n\\f\\r\\u0001\\u001f\x7f/\\\"\\\\ä😀\"");
  EXPECT_EQ(canonical(Value(std::string_view("\0", 1))), "\"\\u0000\"");
}

TEST(JsonCanonical, keeps_all_digits_of_a_large_integer) {
  EXPECT_EQ(canonical(parsed("9007199254740993")), "9007199254740993");
  EXPECT_EQ(canonical(parsed("-9223372036854775808")), "-9223372036854775808");
}

TEST(JsonCanonical, writes_minus_zero_as_zero) {
  EXPECT_EQ(canonical(parsed("-0")), "0");
  EXPECT_EQ(canonical(parsed("-0.0")), "0");
}

TEST(JsonWrite, keeps_the_order_of_members) {
  EXPECT_EQ(write(parsed(R"( { "b" : [ 1 , { } , [ ] ] , "a" : null } )")),
            R"({"b":[1,{},[]],"a":null})");
}

TEST(JsonWrite, pretty_is_indented) {
  EXPECT_EQ(pretty(parsed(R"({"b":[1,{}],"a":{"c":[]}})")),
            "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": {\n    \"c\": []\n  }\n}");
}

TEST(JsonParse, reads_any_value_at_the_top) {
  EXPECT_TRUE(parsed(" null\n").is_null());
  EXPECT_EQ(*parsed("true").as_bool(), true);
  EXPECT_EQ(*parsed("-7").as_int(), -7);
  EXPECT_EQ(*parsed("1.5").as_double(), 1.5);
  EXPECT_EQ(*parsed("\"a\\u00e9\\ud83d\\ude00\"").as_string(), "aé😀");
  EXPECT_EQ(parsed("[1,2]").as_array()->size(), 2U);
  EXPECT_EQ(*parsed(R"({"\u0061":1})")["a"].as_int(), 1);
}

class Malformed : public testing::TestWithParam<std::string_view> {};

TEST_P(Malformed, is_refused) { EXPECT_EQ(reason_of(GetParam()), "json.malformed"); }

using namespace std::string_view_literals;
INSTANTIATE_TEST_SUITE_P(JsonParse,
                         Malformed,
                         testing::Values("",
                                         " ",
                                         "[",
                                         "]",
                                         "{",
                                         "}",
                                         "[1",
                                         "1]",
                                         "1],[2",
                                         "][",
                                         "[1]]",
                                         "[[1]",
                                         "1,2",
                                         "1 2",
                                         "[1,]",
                                         "[,1]",
                                         "[1,,2]",
                                         "[1 2]",
                                         "{\"a\"}",
                                         "{\"a\":}",
                                         "{\"a\":1,}",
                                         "{a:1}",
                                         "{'a':1}",
                                         "{1:1}",
                                         "{\"a\" 1}",
                                         "{\"a\":1 \"b\":2}",
                                         "{,}",
                                         "{\"a\":1]",
                                         "[1}",
                                         "tru",
                                         "True",
                                         "nul",
                                         "nullx",
                                         "01",
                                         "+1",
                                         "1.",
                                         ".5",
                                         "-",
                                         "1e",
                                         "NaN",
                                         "Infinity",
                                         "0x1",
                                         "\"",
                                         "\"a",
                                         "\"a\\\"",
                                         "\"\\x\"",
                                         "\"\\u12\"",
                                         "\"\\ud800\"",
                                         "\"\\udc00\"",
                                         "\"\\ud800\\u0061\"",
                                         "\"a\nb\"",
                                         "\"\t\"",
                                         "\"\0\""sv,
                                         "1\0"sv,
                                         "\0"sv,
                                         "\xef\xbb\xbf{}",
                                         "[1]//",
                                         "/**/1",
                                         "\"a\" \"b\"",
                                         "{} {}",
                                         "[] x"));

TEST(JsonParse, refuses_what_is_not_utf8) {
  EXPECT_EQ(reason_of("\"\xff\""), "json.invalid_utf8");
  EXPECT_EQ(reason_of("\"\xc0\xaf\""), "json.invalid_utf8");          // Over-long.
  EXPECT_EQ(reason_of("\"\xed\xa0\x80\""), "json.invalid_utf8");      // A surrogate.
  EXPECT_EQ(reason_of("\"\xf4\x90\x80\x80\""), "json.invalid_utf8");  // Beyond U+10FFFF.
  EXPECT_EQ(reason_of("{\"\xc3\":1}"), "json.invalid_utf8");
}

TEST(JsonParse, refuses_a_key_written_twice) {
  EXPECT_EQ(reason_of(R"({"a":1,"b":2,"a":1})"), "json.duplicate_key");
  EXPECT_EQ(reason_of(R"({"a":1,"\u0061":2})"), "json.duplicate_key");
  EXPECT_EQ(reason_of(R"([{"x":{"a":1,"a":1}}])"), "json.duplicate_key");
  EXPECT_TRUE(parse(R"([{"a":1},{"a":1}])"));
  std::string large = "{";
  for (int i = 0; i < 100; ++i) large += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse(large + "\"k100\":0}"));
  EXPECT_EQ(reason_of(large + "\"k0\":0}"), "json.duplicate_key");
}

TEST(JsonParse, refuses_numbers_it_cannot_keep) {
  EXPECT_EQ(reason_of("[9223372036854775808]"), "json.number_out_of_range");
  EXPECT_EQ(reason_of("{\"a\":1e999}"), "json.number_out_of_range");
  EXPECT_EQ(reason_of("-18446744073709551615"), "json.number_out_of_range");
}

TEST(JsonParse, refuses_more_than_64_levels) {
  EXPECT_TRUE(parse(nested(64)));
  EXPECT_EQ(reason_of(nested(65)), "json.too_deep");
  EXPECT_EQ(reason_of(nested(100'000)), "json.too_deep");
  EXPECT_EQ(reason_of(std::string(100'000, '[')), "json.too_deep");
}

TEST(JsonParse, says_where) {
  EXPECT_EQ(parse("{\n \"a\": 1e999\n}").error().message,
            "a number that cannot be kept exactly; send it as a string (line 2, column 7)");
  EXPECT_EQ(parse("[1,\n2,\n  tru]").error().message,
            "neither a value nor a number (line 3, column 3)");
}

// Texts near to valid JSON: what one parser takes and simdjson's other one refuses would be a hole.
TEST(JsonParse, accepts_no_damaged_text_that_the_dom_parser_refuses) {
  const std::string whole =
      R"({"a":[1,-2.5e3,true,null,"x\u00e9\n"],"b":{"c":{},"d":[[],[{}]]},"e":"é😀","f":false})";
  constexpr std::string_view kBytes = "{}[]:,\"\\ \n0123456789.eE+-tfnu\x80\xc3\xff\x01";
  std::mt19937 numbers(4);
  simdjson::dom::parser dom;
  int accepted = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = whole;
    for (auto edits = 1 + numbers() % 3; edits > 0; --edits) {
      const std::size_t at = numbers() % text.size();
      const char byte = kBytes[numbers() % kBytes.size()];
      switch (numbers() % 3) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, 1, byte);
      }
    }
    const bool dom_accepts = dom.parse(text).error() == simdjson::SUCCESS;
    const auto value = parse(text);
    if (value) {
      ++accepted;
      ASSERT_TRUE(dom_accepts) << text;
      ASSERT_EQ(parsed(write(*value)), *value) << text;
      ASSERT_EQ(canonical(parsed(canonical(*value))), canonical(*value)) << text;
    } else if (value.error().reason == "json.malformed") {
      ASSERT_FALSE(dom_accepts) << text << ": " << value.error().message;
    }
  }
  EXPECT_GT(accepted, 500);
}

TEST(JsonValue, reads_members_with_a_fallback) {
  const auto value = parsed(R"({"s":"x","i":5,"b":true,"n":null})");
  EXPECT_EQ(value.string_or("s"), "x");
  EXPECT_EQ(value.string_or("i", "other type"), "other type");
  EXPECT_EQ(value.int_or("i"), 5);
  EXPECT_EQ(value.int_or("absent", 9), 9);
  EXPECT_TRUE(value.bool_or("b"));
  EXPECT_TRUE(value["n"].is_null());
  EXPECT_TRUE(value["s"]["deeper"].is_null());
}

TEST(JsonValue, object_replaces_and_erases) {
  Object object{{"a", 1}, {"b", 2}, {"a", 3}};
  EXPECT_EQ(write(object), R"({"a":3,"b":2})");
  object.set("b", "two") = Array{1, "x"};
  object.erase("a");
  object.erase("absent");
  EXPECT_EQ(write(object), R"({"b":[1,"x"]})");
  EXPECT_EQ(object.find("a"), nullptr);
}

TEST(JsonValue, is_equal_when_its_canonical_form_is) {
  EXPECT_EQ(parsed(R"({"a":1,"b":[2.0]})"), parsed(R"({"b":[2],"a":1e0})"));
  EXPECT_NE(parsed(R"({"a":1})"), parsed(R"({"a":1,"b":null})"));
  EXPECT_NE(parsed("9007199254740993"), parsed("9007199254740992"));
  EXPECT_NE(Value("1"), Value(1));
  EXPECT_NE(Value(false), Value());
}

TEST(JsonValue, compares_numbers_without_rounding) {
  const auto compare = [](const char* a, const char* b) {
    return compare_numbers(parsed(a), parsed(b));
  };
  EXPECT_EQ(compare("1", "1.0"), 0);
  EXPECT_EQ(compare("1", "1.5"), -1);
  EXPECT_EQ(compare("-1", "-1.5"), 1);
  EXPECT_EQ(compare("1.5", "1"), 1);
  EXPECT_EQ(compare("9007199254740993", "9007199254740992.0"), 1);
  EXPECT_EQ(compare("9223372036854775807", "1e19"), -1);
  EXPECT_EQ(compare("-9223372036854775808", "-1e19"), 1);
  EXPECT_EQ(compare("0.1", "0.2"), -1);
}

}  // namespace
}  // namespace fermata::json
