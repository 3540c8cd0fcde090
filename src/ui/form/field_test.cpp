#include "ui/form/field.hpp"

#include <gtest/gtest.h>

#include "core/form/form.hpp"

namespace fermata::ui {
namespace {

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::Value();
}

Form form_from(std::string_view schema, std::string_view hints = "null") {
  const json::Value read = parsed(schema);
  EXPECT_TRUE(form::check_schema(read)) << schema;
  return form_of(read, parsed(hints));
}

// The one field x of a form.
Field field_of(std::string_view field, bool required = false) {
  const std::string schema = R"({"type":"object","properties":{"x":)" + std::string(field) +
                             R"(},"required":[)" + (required ? "\"x\"" : "") + "]}";
  Form form = form_from(schema);
  EXPECT_EQ(form.fields.size(), 1U);
  return form.fields.empty() ? Field{} : std::move(form.fields[0]);
}

FieldKind kind(std::string_view field, bool required = false) {
  return field_of(field, required).kind;
}

std::string names(const std::vector<Field>& fields) {
  std::string text;
  for (const Field& field : fields) text += (text.empty() ? "" : " ") + field.name;
  return text;
}

std::string labels(const std::vector<Choice>& choices) {
  std::string text;
  for (const Choice& choice : choices) text += (text.empty() ? "" : " ") + choice.label;
  return text;
}

TEST(FormFields, each_type_and_format_has_its_kind) {
  EXPECT_EQ(kind(R"({"type":"string"})"), FieldKind::kText);
  EXPECT_EQ(kind(R"({"type":"string","format":"email"})"), FieldKind::kEmail);
  EXPECT_EQ(kind(R"({"type":"string","format":"uri"})"), FieldKind::kUri);
  EXPECT_EQ(kind(R"({"type":"string","format":"date"})"), FieldKind::kDate);
  EXPECT_EQ(kind(R"({"type":"string","format":"time"})"), FieldKind::kTime);
  EXPECT_EQ(kind(R"({"type":"string","format":"date-time"})"), FieldKind::kDateTime);
  EXPECT_EQ(kind(R"({"type":"integer"})"), FieldKind::kInteger);
  EXPECT_EQ(kind(R"({"type":"number"})"), FieldKind::kNumber);
  EXPECT_EQ(kind(R"({"type":"boolean"})"), FieldKind::kBoolean);
  EXPECT_EQ(kind(R"({"enum":["a"]})"), FieldKind::kChoice);
  EXPECT_EQ(kind(R"({"type":"array","items":{"enum":["a"]}})"), FieldKind::kChoices);
  EXPECT_EQ(kind(R"({"type":"array","items":{"type":"string"}})"), FieldKind::kList);
  EXPECT_EQ(kind(R"({"type":"object","properties":{"y":{}}})"), FieldKind::kObject);
}

TEST(FormFields, what_has_no_shape_is_written_as_JSON) {
  for (const char* field : {"{}",
                            R"({"type":"object"})",
                            R"({"type":"array"})",
                            R"({"format":"email"})",
                            R"({"properties":{"y":{}}})",
                            R"({"items":{"type":"string"}})"}) {
    EXPECT_EQ(kind(field), FieldKind::kJson) << field;
  }
}

TEST(FormFields, a_constant_that_must_be_given_is_not_asked) {
  const Field fixed = field_of(R"({"const":"refund"})", true);
  EXPECT_EQ(fixed.kind, FieldKind::kConstant);
  EXPECT_EQ(*fixed.initial, json::Value("refund"));

  const Field offered = field_of(R"({"const":"refund"})");
  EXPECT_EQ(offered.kind, FieldKind::kChoice);
  EXPECT_EQ(labels(offered.choices), "refund");
  EXPECT_FALSE(offered.initial);
}

TEST(FormFields, only_choices_that_fit_all_of_the_field_are_offered) {
  const Field field = field_of(
      R"({"type":"integer","minimum":2,"enum":[1,2,3,4],"oneOf":[{"const":1,"title":"one"},
          {"const":2,"title":"two"},{"const":4},{"const":5}]})");
  EXPECT_EQ(labels(field.choices), "two 4");
  EXPECT_TRUE(field_of(R"({"const":3,"enum":[1,2]})").choices.empty());

  std::string many = "0";
  for (int i = 1; i < 1000; ++i) many += "," + std::to_string(i);
  EXPECT_EQ(field_of(R"({"minimum":990,"enum":[)" + many + "]}").choices.size(), 10U);
}

TEST(FormFields, choices_of_any_type_have_a_label) {
  EXPECT_EQ(
      labels(field_of(R"({"enum":["", "a", 9007199254740993, null, true, {"b":1}]})").choices),
      R"("" a 9007199254740993 null true {"b":1})");
}

TEST(FormFields, a_default_is_shown_only_where_it_fits) {
  EXPECT_EQ(*field_of(R"({"type":"integer","default":3})").initial, json::Value(3));
  EXPECT_EQ(*field_of(R"({"default":null})").initial, json::Value());
  EXPECT_FALSE(field_of(R"({"type":"integer","default":"3"})").initial);
  EXPECT_FALSE(field_of(R"({"type":"integer","maximum":2,"default":3})").initial);
  EXPECT_FALSE(field_of(R"({"type":"array","items":{"enum":["a"]},"default":["a","a"]})").initial);
  EXPECT_FALSE(field_of(R"({"type":"string"})").initial);
}

TEST(FormFields, stand_in_the_order_they_are_written_in_or_hinted) {
  const char* schema = R"({"type":"object","properties":{"b":{},"*":{},"a":{},"c":{}}})";
  EXPECT_EQ(names(form_from(schema).fields), "b * a c");
  EXPECT_EQ(names(form_from(schema, R"({"order":["c","b"]})").fields), "c b * a");
  const char* plain = R"({"type":"object","properties":{"b":{},"a":{},"c":{}}})";
  EXPECT_EQ(names(form_from(plain, R"({"order":["c","*","b","c","x",7]})").fields), "c a b");
}

TEST(FormFields, hints_change_words_and_look_and_nothing_else) {
  const char* schema = R"({"type":"object","properties":{
      "why":{"type":"string","title":"Why","minLength":3},
      "to":{"type":"object","properties":{"b":{},"a":{}}}}})";
  const Form plain = form_from(schema);
  const Form hinted = form_from(schema, R"({"fields":{"/why":{"label":"Reason","help":"In a line",
      "placeholder":"because","widget":"textarea","maxLength":1},"/to":{"order":["a"]},"/x":3}})");
  EXPECT_EQ(hinted.fields[0].label, "Reason");
  EXPECT_EQ(hinted.fields[0].help, "In a line");
  EXPECT_EQ(hinted.fields[0].placeholder, "because");
  EXPECT_TRUE(hinted.fields[0].multiline);
  EXPECT_FALSE(plain.fields[0].multiline);
  EXPECT_EQ(limits_in_words(hinted.fields[0]), limits_in_words(plain.fields[0]));
  EXPECT_EQ(hinted.fields[0].schema, plain.fields[0].schema);
  EXPECT_EQ(names(hinted.fields[1].fields), "a b");
  EXPECT_EQ(hinted.schema, plain.schema);
}

TEST(FormFields, are_nested_as_their_schema_is) {
  const Form form = form_from(R"({"type":"object","required":["to","lines"],"properties":{
      "to":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},
            "a/b":{"type":"string"}}},
      "from":{"type":"object","title":"Payer","required":["iban"],
              "properties":{"iban":{"type":"string"}}},
      "lines":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer"}}}}}})");
  EXPECT_EQ(form.fields[2].fields[0].fields[0].pointer, "/lines/-/n");
  std::string found;
  for (const Leaf& leaf : leaves(form)) {
    found += leaf.field->pointer + " " + leaf.label + (leaf.required ? " must\n" : "\n");
  }
  EXPECT_EQ(
      found,
      "/to/name To: Name must\n/to/a~1b To: A/b\n/from/iban Payer: Iban\n/lines Lines must\n");
}

TEST(FormWords, a_name_becomes_a_label) {
  EXPECT_EQ(label_of("amount"), "Amount");
  EXPECT_EQ(label_of("amount_due"), "Amount due");
  EXPECT_EQ(label_of("amountDue"), "Amount due");
  EXPECT_EQ(label_of("customerID"), "Customer ID");
  EXPECT_EQ(label_of("IBAN"), "IBAN");
  EXPECT_EQ(label_of("_"), "_");
  EXPECT_EQ(label_of(""), "Value");
  EXPECT_EQ(label_of("größe"), "Größe");
}

TEST(FormWords, limits_are_told_as_they_are_judged) {
  EXPECT_EQ(limits_in_words(field_of(R"({"type":"string","minLength":1,"maxLength":3})")),
            "At least 1 character. At most 3 characters.");
  EXPECT_EQ(limits_in_words(field_of(R"({"type":"string","minLength":4,"maxLength":4})")),
            "Exactly 4 characters.");
  EXPECT_EQ(limits_in_words(field_of(R"({"type":"string","pattern":"^a"})")),
            "Matches the pattern ^a.");
  EXPECT_EQ(limits_in_words(field_of(
                R"({"type":"number","exclusiveMinimum":0,"maximum":9007199254740993,
                    "multipleOf":0.01})")),
            "Above 0. At most 9007199254740993. A multiple of 0.01.");
  EXPECT_EQ(limits_in_words(field_of(R"({"type":"integer"})")), "A whole number.");
  EXPECT_EQ(limits_in_words(field_of(R"({"type":"array","items":{"enum":["a"]},"minItems":1})")),
            "At least 1 entry.");
  Field field = field_of(R"({"type":"string","description":"Why?","minLength":2})");
  EXPECT_EQ(help_with_limits(field), "Why? At least 2 characters.");
  EXPECT_EQ(limits_in_words(field_of(R"({"type":"string"})")), "");
}

}  // namespace
}  // namespace fermata::ui
