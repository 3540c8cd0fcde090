// 500 payloads through every surface: nothing executes, nothing invisible stays invisible, nothing
// is taken for our own words, and nothing is left out without being said.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "tests/hostile/markup.hpp"
#include "ui/form/html.hpp"
#include "ui/form/surface.hpp"
#include "ui/form/terminal.hpp"
#include "ui/view/surfaces.hpp"
#include "ui/view/visible.hpp"

namespace fermata {
namespace {

struct Payload {
  std::string kind;
  json::Value value;  // A text, or an object in objects.
  std::string text;   // The text; of what is deep, the innermost.
};

Payload payload_of(const json::Value& given) {
  Payload made{given.string_or("kind"), {}, given.string_or("text")};
  if (const json::Array* repeat = given["repeat"].as_array()) {
    const std::int64_t times = *repeat->at(1).as_int();
    for (std::int64_t i = 0; i < times; ++i) made.text += *repeat->at(0).as_string();
  }
  if (given["nest"].is_null()) {
    made.value = made.text;
    return made;
  }
  made.text = "<b>deep\u202e</b>";
  made.value = made.text;
  for (std::int64_t i = given.int_or("nest"); i > 0; --i)
    made.value = json::Object{{"<i>in</i>", std::move(made.value)}};
  return made;
}

json::Array list_in(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(FERMATA_HOSTILE "/" + file, std::ios::binary).rdbuf();
  const auto parsed = json::parse(text.str());
  return parsed && parsed->as_array() != nullptr ? *parsed->as_array() : json::Array{};
}

const std::vector<Payload>& corpus() {
  static const std::vector<Payload> all = [] {
    std::vector<Payload> made;
    for (const json::Value& each : list_in("corpus.json")) made.push_back(payload_of(each));
    return made;
  }();
  return all;
}

// The payload wherever somebody's text can stand.
ui::Asked asked_with(const Payload& payload) {
  ui::Asked asked;
  asked.action = payload.text;
  asked.asker = payload.text;
  asked.on_behalf_of = payload.text;
  asked.arguments = {{"value", payload.value},
                     {"password", payload.value},
                     {"list", json::Array{payload.value, 1}},
                     {"name", json::Object{{payload.text, payload.value}}}};
  asked.original = json::Object{{"value", "before"}, {payload.text, payload.value}};
  asked.title = {{"pay ", false}, {"value", true}, {" to ", false}, {"name", true}};
  asked.headline = payload.text;
  asked.why = payload.text;
  asked.otherwise = payload.text;
  return asked;
}

// By unseen.json, so that a hole in our own table is seen.
bool is_unseen(char32_t point) {
  using Range = std::pair<std::int64_t, std::int64_t>;
  static const std::vector<Range> ranges = [] {
    std::vector<Range> made;
    for (const json::Value& each : list_in("unseen.json"))
      made.emplace_back(*each.as_array()->at(0).as_int(), *each.as_array()->at(1).as_int());
    return made;
  }();
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), static_cast<std::int64_t>(point), [](auto p, const Range& r) {
        return p < r.first;
      });
  return after != ranges.begin() && static_cast<std::int64_t>(point) <= std::prev(after)->second;
}

// The first character that draws nothing, but line breaks where there may be some; or "".
std::string hidden_in(std::string_view text, bool lines) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    const bool is_break = lines && (point.value == '\n' || point.value == '\t');
    if (!point.valid || ((is_unseen(point.value) || ui::is_hidden(point.value)) && !is_break))
      return "U+" + std::to_string(static_cast<std::uint32_t>(point.value)) + " at " +
             std::to_string(at);
    at += point.bytes;
  }
  return {};
}

// Texts of a document that a person is shown.
void check_texts(const json::Value& document, std::string_view name) {
  if (const std::string* text = document.as_string(); text != nullptr && name != "pointer") {
    ASSERT_EQ(
        hidden_in(*text, name == "text" || name == "before" || name == "after" || name == "help"),
        "")
        << name;
  }
  if (const json::Array* list = document.as_array()) {
    for (const json::Value& each : *list) ASSERT_NO_FATAL_FAILURE(check_texts(each, name));
  }
  if (const json::Object* object = document.as_object()) {
    for (const auto& [key, each] : *object) ASSERT_NO_FATAL_FAILURE(check_texts(each, key));
  }
}

void check_markup(const std::string& html) {
  ASSERT_EQ(testing::fault_in_markup(html), "");
  ASSERT_EQ(hidden_in(testing::text_in_markup(html), true), "");
}

// That every line is one of ours, or stands behind one of our margins.
void check_lines(const std::string& text) {
  ASSERT_EQ(hidden_in(text, true), "");
  ASSERT_EQ(text.find('\t'), std::string::npos);
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);  // The question.
  while (std::getline(lines, line)) {
    const bool ours = line.empty() || line == "With these arguments" ||
                      line == "What people changed" || line == ui::kWordsHeading ||
                      line == ui::kTooLargeWarning;
    const bool behind_a_margin = line.starts_with("  │ ") || line.starts_with("    │ ") ||
                                 line.starts_with("    > ") || line.starts_with("    - ") ||
                                 line.starts_with("    + ") || line.starts_with("  ");
    ASSERT_TRUE(ours || behind_a_margin) << line;
  }
}

const std::vector<ui::View>& views() {
  static const std::vector<ui::View> all = [] {
    std::vector<ui::View> made;
    for (const Payload& payload : corpus()) made.push_back(ui::view_of(asked_with(payload)));
    return made;
  }();
  return all;
}

// A form whose every text is the payload.
ui::Form form_with(const Payload& payload) {
  // A page is written three times over; what is large there is large enough with less.
  constexpr std::size_t kMost = 20'000;
  const std::string_view beginning = std::string_view(payload.text).substr(0, kMost);
  const std::string text(beginning.substr(0, valid_utf8_prefix(beginning)));
  const json::Value schema = json::Object{
      {"type", "object"},
      {"title", text},
      {"description", text},
      {"properties",
       json::Object{{"a", json::Object{{"type", "string"}, {"title", text}, {"default", text}}},
                    {"b",
                     json::Object{{"oneOf",
                                   json::Array{json::Object{{"const", text}, {"title", text}},
                                               json::Object{{"const", 1}, {"title", "one"}}}},
                                  {"description", text}}},
                    {"c", json::Object{{"const", text}}}}}};
  return ui::form_of(
      schema, json::Object{{"fields", json::Object{{"/a", json::Object{{"placeholder", text}}}}}});
}

class Hostile : public ::testing::Test {
 protected:
  // `check` is given each payload's view.
  template <class Check>
  static void each(Check check) {
    ASSERT_EQ(corpus().size(), 500U);
    ASSERT_TRUE(is_unseen(0x202E) && is_unseen(0x200B) && !is_unseen('a'));
    for (std::size_t i = 0; i < corpus().size(); ++i) {
      const Payload& payload = corpus()[i];
      SCOPED_TRACE("payload " + std::to_string(i) + ", " + payload.kind);
      ASSERT_NO_FATAL_FAILURE(check(payload, views()[i]));
    }
  }
};

TEST_F(Hostile, payloads_are_visible_in_every_text_of_the_view) {
  each([](const Payload&, const ui::View& view) {
    const json::Value document = ui::to_document(view);
    check_texts(document, "");
    // Not deeper than clients read.
    ASSERT_TRUE(json::parse(json::write(document)));
  });
}

TEST_F(Hostile, payloads_are_text_and_nothing_else_on_a_page) {
  each([](const Payload&, const ui::View& view) { check_markup(ui::view_html(view).text); });
}

TEST_F(Hostile, payloads_are_text_and_nothing_else_in_an_email) {
  each([](const Payload&, const ui::View& view) {
    const std::string html = ui::view_email_html(view).text;
    check_markup(html);
    ASSERT_EQ(html.find("://"), std::string::npos);
    const std::string text = ui::view_email_text(view).text;
    check_lines(text);
    ASSERT_EQ(text.find("://"), std::string::npos);
  });
}

TEST_F(Hostile, payloads_send_a_terminal_no_command) {
  each([](const Payload&, const ui::View& view) { check_lines(ui::view_terminal(view).text); });
}

TEST_F(Hostile, payloads_are_text_and_nothing_else_in_the_forms_of_a_page_an_email_and_a_terminal) {
  each([](const Payload& payload, const ui::View&) {
    const ui::Form form = form_with(payload);
    const auto page = ui::render_html(form);
    ASSERT_TRUE(page);
    check_markup(page->string_or("html"));
    const auto again = ui::render_html_again(
        form, json::Object{}, {{"/a", "type", payload.text}, {"", "type", payload.text}});
    ASSERT_TRUE(again);
    check_markup(again->string_or("html"));
    const auto mail = ui::render_email(form);
    ASSERT_TRUE(mail);
    check_markup(mail->string_or("html"));
    check_lines("\n" + mail->string_or("text"));
    const auto prompts = ui::render_terminal(form);
    ASSERT_TRUE(prompts);
    check_texts(*prompts, "");
  });
}

TEST_F(Hostile, payloads_are_shown_whole_or_it_is_said_that_they_are_not) {
  each([](const Payload& payload, const ui::View& view) {
    const bool deep = payload.value.as_object() != nullptr;
    const ui::Fact& fact = view.facts.at(0);
    if (deep || fact.type == ui::FactType::kSecret) return;
    const bool hides = !fact.notes.empty();
    if (!view.too_large && !hides) {
      ASSERT_EQ(fact.text, ui::visible_text(payload.text).text);
    }
    const std::string page = ui::view_html(view).text;
    ASSERT_EQ(page.find("fm-warning") != std::string::npos, view.too_large);
    ASSERT_EQ(ui::view_html(view).whole, !view.too_large);
    ASSERT_TRUE(!fact.folded || !ui::view_email_html(view).whole);
  });
}

TEST_F(Hostile, payloads_do_not_leave_the_page_of_their_size) {
  each([](const Payload&, const ui::View& view) {
    // Of at most 200,000 characters, and of what the changes and the agent's words add.
    constexpr std::size_t kMost = 8'000'000;
    ASSERT_LT(json::write(ui::to_document(view)).size(), kMost);
    ASSERT_LT(ui::view_email_html(view).text.size(), kMost);
  });
}

}  // namespace
}  // namespace fermata
