#include "ui/form/html.hpp"

#include <gtest/gtest.h>

#include "ui/form/terminal.hpp"

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

constexpr std::string_view kMixed = R"({"type":"object","required":["n","why"],"properties":{
    "n":{"type":"integer","maximum":9223372036854775807},
    "why":{"type":"string"},
    "note":{"type":"string"},
    "sure":{"type":"boolean"},
    "level":{"enum":[1,"1",null]},
    "tags":{"type":"array","items":{"enum":["a,b","c"]}},
    "any":{},
    "to":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}})";

// As a browser posts the form that was left alone, with `changed` instead.
json::Value posted(std::string_view changed) {
  json::Value post = parsed(R"({"f:n":[""],"f:why":[""],"f:note":[""],"f:any":[""],
                                "f:to.name":[""],"f:sure":[""],"f:level":[""],"csrf":["x"]})");
  const json::Value instead = parsed(changed);
  for (const auto& [name, value] : *instead.as_object()) post.as_object()->set(name, value);
  return post;
}

// The answer, and "pointer type" of each error.
std::string told(const Reading& reading) {
  std::string text = json::write(reading.answer);
  for (const auto& error : reading.errors) text += " " + error.pointer + " " + error.type;
  return text;
}

std::string read_back(std::string_view changed) {
  return told(judged(Surface::kHtml, form_from(kMixed), posted(changed)));
}

std::string typed_back(std::string_view typed) {
  return told(judged(Surface::kTerminal, form_from(kMixed), parsed(typed)));
}

std::string html_of(std::string_view schema) {
  const auto shown = render_html(form_from(schema));
  return shown ? shown->string_or("html") : "undecidable: " + shown.error().reason;
}

TEST(HtmlForm, gives_back_values_of_their_types) {
  EXPECT_EQ(read_back(R"({"f:n":["9007199254740993"],"f:why":[" because "],"f:sure":["false"],
                          "f:level":["1"],"f:tags":["1","0"],"f:any":["[1, null]"],
                          "f:to.name":["Anna"]})"),
            R"({"n":9007199254740993,"why":" because ","sure":false,"level":"1",)"
            R"("tags":["a,b","c"],"any":[1,null],"to":{"name":"Anna"}})");
}

TEST(HtmlForm, tells_empty_and_missing_and_null_apart) {
  EXPECT_EQ(read_back(R"({"f:n":["1"]})"), R"({"n":1} /why missing)");
  EXPECT_EQ(read_back(R"({"f:n":["1"],"e:why":["1"]})"), R"({"n":1,"why":""})");
  EXPECT_EQ(read_back(R"({"f:n":["1"],"e:why":["1"],"f:level":["2"]})"),
            R"({"n":1,"why":"","level":null})");
  EXPECT_EQ(read_back(R"({"f:n":["1"],"e:why":["1"],"f:any":["null"]})"),
            R"({"n":1,"why":"","any":null})");
  // What was typed counts, whatever is ticked.
  EXPECT_EQ(read_back(R"({"f:n":["1"],"f:why":["x"],"e:why":["1"]})"), R"({"n":1,"why":"x"})");
}

TEST(HtmlForm, refuses_a_post_that_did_not_arrive_whole_or_has_more) {
  const Form form = form_from(kMixed);
  EXPECT_EQ(told(read_html(form, parsed(R"({"f:n":["1"]})"))),
            R"({"n":1} /why incomplete /note incomplete /any incomplete /to/name incomplete)");
  EXPECT_EQ(read_back(R"({"f:n":["1"],"f:why":["x"],"f:admin":["1"]})"),
            R"({"n":1,"why":"x"}  extra_forbidden)");
  EXPECT_EQ(read_back(R"({"f:n":["1","2"],"f:why":["x"]})"), R"({"why":"x"} /n type)");
  EXPECT_EQ(told(read_html(form, parsed("[]"))), "{}  type");
}

TEST(HtmlForm, undoes_what_browsers_do_to_line_breaks) {
  EXPECT_EQ(read_back(R"({"f:n":["1"],"f:why":["a\r\nb\nc"]})"), R"({"n":1,"why":"a\nb\nc"})");
}

TEST(HtmlForm, has_a_label_for_each_field_and_names_its_help) {
  const std::string html = html_of(
      R"({"type":"object","required":["amount"],"properties":{
          "amount":{"type":"number","title":"How much?","description":"In euros","minimum":1}}})");
  EXPECT_EQ(html,
            "<div class=\"fm-form\">\n"
            "<p class=\"fm-field\"><label for=\"f-amount\"><bdi>How much?</bdi> <span "
            "class=\"fm-needed\">(needed)</span></label> <input type=\"text\" "
            "inputmode=\"decimal\" id=\"f-amount\" name=\"f:amount\" "
            "aria-describedby=\"h-amount\" autocomplete=\"off\" required value=\"\"></p>\n"
            "<p class=\"fm-help\" id=\"h-amount\"><bdi>In euros At least 1.</bdi></p>\n"
            "</div>\n");
}

TEST(HtmlForm, keeps_what_was_typed_and_says_what_is_wrong_with_it) {
  const Form form = form_from(kMixed);
  const json::Value post = posted(R"({"f:n":["many <b>"],"f:tags":["1"],"f:sure":["true"]})");
  const Reading reading = judged(Surface::kHtml, form, post);
  const auto shown = render_html_again(form, post, reading.errors);
  ASSERT_TRUE(shown);
  const std::string html = shown->string_or("html");
  EXPECT_NE(html.find("value=\"many &lt;b&gt;\""), std::string::npos);
  EXPECT_NE(html.find("aria-invalid=\"true\""), std::string::npos);
  EXPECT_NE(html.find("id=\"x-n\"><bdi>must be a whole number</bdi>"), std::string::npos) << html;
  EXPECT_NE(html.find("value=\"1\" checked"), std::string::npos);
}

TEST(HtmlForm, fills_in_no_default_that_cannot_be_seen) {
  const std::string html = html_of(
      R"({"type":"object","properties":{"to":{"type":"string","default":"pay\u200bpal"},
                                        "ok":{"type":"string","default":"\nsafe"}}})");
  EXPECT_EQ(html.find("\u200b"), std::string::npos);
  EXPECT_NE(html.find("pay‹U+200B›pal"), std::string::npos);
  EXPECT_NE(html.find(">\n\nsafe</textarea>"), std::string::npos) << html;
}

TEST(HtmlForm, asks_no_lists_of_things) {
  EXPECT_EQ(html_of(R"({"type":"object","properties":{
                "lines":{"type":"array","items":{"type":"object","properties":{
                    "a":{"type":"string"}}}}}})"),
            "undecidable: nested_list");
}

TEST(HtmlPost, is_read_as_browsers_write_it) {
  const auto post =
      read_post("f%3An=1&f%3Atags=0&f%3Atags=2&f%3Awhy=a+b%26%C3%A9%0D%0A&empty=&bare");
  ASSERT_TRUE(post);
  EXPECT_EQ(*post, parsed(R"({"bare":[""],"empty":[""],"f:n":["1"],"f:tags":["0","2"],
                       "f:why":["a b&é\r\n"]})"));
  EXPECT_TRUE(read_post(""));
  EXPECT_FALSE(read_post("a=%zz"));
  EXPECT_FALSE(read_post("a=%4"));
  EXPECT_FALSE(read_post("a=%ff"));
}

TEST(TerminalForm, takes_what_people_type) {
  EXPECT_EQ(typed_back(R"({"n":" 9007199254740993 ","why":" because ","note":"","sure":"n",
                           "level":"3","tags":"2, 1","any":"[1, null]","to.name":"Anna"})"),
            R"({"n":9007199254740993,"why":" because ","sure":false,"level":null,)"
            R"("tags":["a,b","c"],"any":[1,null],"to":{"name":"Anna"}})");
}

TEST(TerminalForm, tells_empty_and_missing_and_null_apart) {
  EXPECT_EQ(typed_back(R"({"n":"1","why":""})"), R"({"n":1} /why missing)");
  EXPECT_EQ(typed_back(R"({"n":"1","why":"\"\""})"), R"({"n":1,"why":""})");
  EXPECT_EQ(typed_back(R"({"n":"1","why":"x","any":"null","tags":"none"})"),
            R"({"n":1,"why":"x","any":null,"tags":[]})");
  EXPECT_EQ(typed_back(R"({"n":"1","why":"x","tags":"4","sure":"maybe"})"),
            R"({"n":1,"why":"x"} /tags enum /sure type)");
}

TEST(TerminalForm, takes_the_default_at_enter_unless_it_cannot_be_seen) {
  const Form form = form_from(
      R"({"type":"object","properties":{"a":{"type":"integer","default":5},
                                        "b":{"type":"string","default":"x\u200by"},
                                        "c":{"type":"boolean","default":true}}})");
  const auto shown = render_terminal(form);
  ASSERT_TRUE(shown);
  EXPECT_EQ((*(*shown)["prompts"].as_array())[0].string_or("default"), "5");
  EXPECT_TRUE((*(*shown)["prompts"].as_array())[1]["default"].is_null());
  EXPECT_EQ(told(read_terminal(form, parsed(R"({"a":"","b":"","c":""})"))), R"({"a":5,"c":true})");
  EXPECT_EQ(told(read_terminal(form, parsed(R"({"a":"-"})"))), "{}");
}

TEST(EmailForm, shows_what_is_asked_and_links_to_nothing) {
  const auto shown = render_email(form_from(
      R"({"type":"object","required":["size"],"properties":{
          "size":{"enum":["S","M"],"title":"Which size?"},
          "site":{"type":"string","description":"such as http://example.com"}}})"));
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->string_or("text"),
            "  - Which size? (needed) One of: S, M\n"
            "  - Site. such as http[:]//example.com\n");
  EXPECT_EQ(shown->string_or("html").find("://"), std::string::npos);
}

}  // namespace
}  // namespace fermata::ui
