#include "ui/view/view.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "base/utf8.hpp"
#include "ui/view/visible.hpp"

namespace fermata::ui {
namespace {

json::Object object(std::string_view text) {
  const auto parsed = json::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed->as_object() : json::Object{};
}

Title title(std::string_view text) { return std::get<Title>(parse_title(text)); }

Asked refund(std::string_view arguments) {
  Asked asked;
  asked.action = "refund";
  asked.asker = "refunds";
  asked.arguments = object(arguments);
  return asked;
}

Fact fact_of(std::string_view arguments) {
  const View view = view_of(refund(arguments));
  return view.facts.empty() ? Fact{} : view.facts.front();
}

constexpr std::string_view kRefund =
    R"({"amount": 240, "currency": "EUR", "customer": {"name": "Anna K."}})";

TEST(ViewSentence, is_the_rules_words_with_the_arguments_in_their_places) {
  Asked asked = refund(kRefund);
  asked.title = title("refund {amount} {currency} to {customer.name}");
  const auto sentence = sentence_of(asked);
  EXPECT_EQ(text_of(sentence), "May refunds refund 240.00 EUR to Anna K.?");
  ASSERT_EQ(sentence.size(), 9U);
  EXPECT_EQ(sentence[1].kind, PartKind::kAgent);
  EXPECT_EQ(sentence[3].kind, PartKind::kValue);
}

TEST(ViewSentence, names_the_tool_and_its_first_arguments_without_a_rules_words) {
  Asked asked = refund(R"({"amount": 240, "currency": "EUR", "order": "A-12", "note": "x"})");
  asked.on_behalf_of = "ada";
  EXPECT_EQ(text_of(sentence_of(asked)),
            "May refunds for ada run refund with amount 240.00 EUR, currency EUR, order A-12 and 1 "
            "more?");
  asked.arguments = {};
  EXPECT_EQ(text_of(sentence_of(asked)), "May refunds for ada run refund?");
}

TEST(ViewSentence, says_so_when_an_argument_of_its_rule_is_missing) {
  Asked asked = refund("{}");
  asked.title = title("refund {amount}");
  EXPECT_EQ(text_of(sentence_of(asked)), "May refunds refund (no amount)?");
}

TEST(ViewSentence, asks_about_doubts_questions_and_policies_in_their_own_words) {
  Asked asked = refund(kRefund);
  asked.title = title("refund {amount} {currency}");
  asked.kind = ApprovalKind::kInDoubt;
  EXPECT_EQ(text_of(sentence_of(asked)), "A crash left it open: did refunds refund 240.00 EUR?");
  asked.kind = ApprovalKind::kQuestion;
  asked.action = "Which size?";
  EXPECT_EQ(text_of(sentence_of(asked)), "refunds asks: Which size?");
  asked.kind = ApprovalKind::kPolicy;
  EXPECT_NE(text_of(sentence_of(asked)).find("take the place"), std::string::npos);
}

TEST(ViewSentence, is_about_the_action_that_request_approval_names) {
  Asked asked = refund(R"({"action": "refund", "arguments": {"amount": 5}, "why": "late"})");
  asked.action = "request_approval";
  EXPECT_EQ(text_of(sentence_of(asked)), "May refunds run refund with amount 5?");
}

TEST(ViewSentence, stays_one_line_and_cannot_be_continued_by_a_value) {
  Asked asked = refund(R"({"to": "Anna?\nApproved by finance.\u202e"})");
  asked.title = title("refund {to}");
  const auto sentence = sentence_of(asked);
  EXPECT_EQ(text_of(sentence), "May refunds refund Anna?⏎Approved by finance.‹U+202E›?");
  EXPECT_EQ(sentence[3].kind, PartKind::kValue);
}

TEST(ViewFacts, say_money_with_its_currency_and_keep_the_exact_value) {
  const Fact fact = fact_of(kRefund);
  EXPECT_EQ(fact.type, FactType::kMoney);
  EXPECT_EQ(fact.text, "240.00 EUR");
  EXPECT_EQ(fact.exact, "240");
  EXPECT_EQ(fact.label, "Amount");
  EXPECT_EQ(fact.pointer, "/amount");
  EXPECT_EQ(fact_of(R"({"total": "1234567.5", "currency": "usd"})").text, "1,234,567.50 USD");
  EXPECT_EQ(fact_of(R"({"amount": 1200, "currency": "JPY"})").text, "1,200 JPY");
  EXPECT_EQ(fact_of(R"({"amount": 0.125, "currency": "EUR"})").text, "0.125 EUR");
  EXPECT_EQ(fact_of(R"({"amount_eur": -5})").text, "-5.00 EUR");
  EXPECT_EQ(fact_of(R"({"amount_cents": 24050, "currency": "EUR"})").text, "240.50 EUR");
  EXPECT_EQ(fact_of(R"({"fee": 3, "fee_currency": "CHF"})").text, "3.00 CHF");
}

TEST(ViewFacts, guess_no_money_where_there_is_no_currency) {
  EXPECT_EQ(fact_of(R"({"amount": 240})").type, FactType::kNumber);
  EXPECT_EQ(fact_of(R"({"amount": 240, "currency": "coins"})").type, FactType::kNumber);
  EXPECT_EQ(fact_of(R"({"amount": "lots", "currency": "EUR"})").type, FactType::kText);
  EXPECT_EQ(fact_of(R"({"count": 3, "currency": "EUR"})").type, FactType::kNumber);
}

TEST(ViewFacts, say_times_with_their_day_and_zone) {
  const Fact fact = fact_of(R"({"at": "2026-11-23T14:00:00+01:00"})");
  EXPECT_EQ(fact.type, FactType::kTime);
  EXPECT_EQ(fact.text, "Mon 23 Nov 2026, 14:00 (UTC+01:00)");
  EXPECT_EQ(fact.exact, "\"2026-11-23T14:00:00+01:00\"");
  EXPECT_EQ(fact_of(R"({"on": "2024-02-29"})").text, "Thu 29 Feb 2024");
  EXPECT_EQ(fact_of(R"({"on": "1969-12-31"})").text, "Wed 31 Dec 1969");
  EXPECT_EQ(fact_of(R"({"expires_at": 1795435200})").text, "Mon 23 Nov 2026, 12:00 UTC");
  EXPECT_EQ(fact_of(R"({"expires_at": 1795435200500})").type, FactType::kTime);
  EXPECT_EQ(fact_of(R"({"id": 1795435200})").type, FactType::kNumber);
  EXPECT_EQ(fact_of(R"({"on": "2026-02-30"})").type, FactType::kText);
}

TEST(ViewFacts, tell_the_types_apart) {
  EXPECT_EQ(fact_of(R"({"a": "240"})").type, FactType::kText);
  EXPECT_EQ(fact_of(R"({"a": 240})").type, FactType::kNumber);
  EXPECT_EQ(fact_of(R"({"a": true})").text, "yes");
  EXPECT_EQ(fact_of(R"({"a": null})").type, FactType::kNull);
  EXPECT_EQ(fact_of(R"({"a": ""})").type, FactType::kText);
  EXPECT_EQ(fact_of(R"({"a": "nothing"})").type, FactType::kText);
  EXPECT_EQ(fact_of(R"({"a": []})").text, "no entries");
  const Fact list = fact_of(R"({"a": [1, {"b": 2}]})");
  ASSERT_EQ(list.children.size(), 2U);
  EXPECT_EQ(list.text, "2 entries");
  EXPECT_EQ(list.children[1].label, "2");
  EXPECT_EQ(list.children[1].children[0].pointer, "/a/1/b");
}

TEST(ViewFacts, keep_every_digit) {
  const Fact fact = fact_of(R"({"units": 9223372036854775807})");
  EXPECT_EQ(fact.text, "9,223,372,036,854,775,807");
  EXPECT_EQ(fact.exact, "9223372036854775807");
  EXPECT_EQ(fact_of(R"({"account_number": 4711001})").text, "4711001");
}

TEST(ViewFacts, mask_secrets_and_say_so) {
  for (const char* arguments : {R"({"password": "hunter2 and more"})",
                                R"({"apiKey": "abc"})",
                                R"({"access_token": "x"})",
                                R"({"pin": 1234})",
                                R"({"note": "sk-abcdefghijklmnopqrstuvwx"})",
                                R"({"note": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghij"})"}) {
    const Fact fact = fact_of(arguments);
    EXPECT_EQ(fact.type, FactType::kSecret) << arguments;
    EXPECT_EQ(fact.text.rfind("hidden", 0), 0U);
  }
  const Fact nested = fact_of(R"({"credentials": {"user": "ada", "tries": 3}})");
  EXPECT_EQ(nested.children[0].type, FactType::kSecret);
  const Fact inside = fact_of(R"({"command": "psql postgres://ada:hunter2@db/shop"})");
  EXPECT_EQ(inside.text, "psql postgres://ada:‹hidden: 7 characters›@db/shop");
  EXPECT_EQ(inside.type, FactType::kText);
  EXPECT_EQ(inside.notes, std::vector<std::string>{"What looks like a secret is hidden"});
  EXPECT_EQ(fact_of(R"({"max_tokens": 100})").text, "100");
  EXPECT_EQ(fact_of(R"({"secret_name": "db"})").text, "db");
}

TEST(ViewFacts, hide_no_instructions_behind_the_beginning_of_a_key) {
  const Fact fact = fact_of(
      R"({"script": "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n; rm -rf / and pay everybody"})");
  EXPECT_NE(fact.text.find("rm -rf / and pay everybody"), std::string::npos) << fact.text;
  EXPECT_EQ(fact.text.find("MIIB"), std::string::npos);
}

TEST(ViewFacts, fold_long_text_and_count_it) {
  std::string lines;
  for (int i = 0; i < 30; ++i) lines += "line\\n";
  const Fact many = fact_of(R"({"body": ")" + lines + R"(end"})");
  ASSERT_TRUE(many.folded);
  EXPECT_EQ(many.folded->lines, 31U);
  EXPECT_EQ(many.folded->shown, 12U * 5U - 1U);
  const Fact one = fact_of(R"({"body": ")" + std::string(5'000, 'x') + R"("})");
  ASSERT_TRUE(one.folded);
  EXPECT_EQ(one.folded->shown, 600U);
  EXPECT_EQ(one.folded->characters, 5'000U);
  EXPECT_EQ(one.text.size(), 5'000U);
}

TEST(ViewFacts, say_when_not_all_is_shown) {
  const View view =
      view_of(refund(R"({"body": ")" + std::string(300'000, 'x') + R"(", "to": "a"})"));
  EXPECT_TRUE(view.too_large);
  EXPECT_EQ(code_points(view.facts[0].text), 200'000U - 4U + 1U);
  EXPECT_EQ(view.facts[0].notes.front().rfind("Only ", 0), 0U);
  std::string list = "[0";
  for (int i = 1; i < 5'000; ++i) list += ",0";
  const View wide = view_of(refund(R"({"list": )" + list + "]}"));
  EXPECT_TRUE(wide.too_large);
  EXPECT_EQ(wide.facts[0].text, "5000 entries");
  EXPECT_EQ(wide.facts[0].notes.front(),
            std::to_string(5'000 - wide.facts[0].children.size()) + " more are not shown here");
}

TEST(ViewFacts, show_what_lies_deep_as_json_with_its_secrets_masked) {
  std::string deep = R"({"password": "hunter2", "x": 1})";
  for (int i = 0; i < 20; ++i) deep = R"({"a": )" + deep + "}";
  const View view = view_of(refund(deep));
  std::string all;
  const std::function<void(const Fact&)> collect = [&](const Fact& fact) {
    all += fact.text;
    for (const Fact& child : fact.children) collect(child);
  };
  collect(view.facts.front());
  EXPECT_NE(all.find("\"x\": 1"), std::string::npos);
  EXPECT_EQ(all.find("hunter2"), std::string::npos);
}

TEST(ViewFacts, give_members_that_read_alike_their_own_names) {
  const View view = view_of(refund(R"({"dry_run": true, "dryRun": false, "a\u200bb": 1, "": 2})"));
  EXPECT_EQ(view.facts[0].label, "'dry_run'");
  EXPECT_EQ(view.facts[1].label, "'dryRun'");
  EXPECT_EQ(view.facts[2].label, "a‹U+200B›b");
  EXPECT_TRUE(view.facts[2].marks);
  EXPECT_EQ(view.facts[3].label, "(no name)");
}

TEST(ViewFacts, point_out_look_alikes_in_names_and_values) {
  const View view = view_of(refund("{\"\u0430mount\": 5, \"to\": \"p\u0430ypal\"}"));
  ASSERT_EQ(view.facts[0].notes.size(), 1U);
  EXPECT_EQ(view.facts[0].notes[0].rfind("The name ", 0), 0U);
  ASSERT_EQ(view.facts[1].notes.size(), 1U);
}

TEST(ViewFacts, show_the_lines_of_a_policys_change_together) {
  Asked asked = refund(R"({"version": 2, "changes": ["  rules:", "+ # stricter"]})");
  asked.kind = ApprovalKind::kPolicy;
  EXPECT_EQ(view_of(asked).facts[1].text, "  rules:\n+ # stricter");
}

TEST(ViewChanges, tell_what_an_edit_changed) {
  Asked asked =
      refund(R"({"amount": 200, "currency": "EUR", "to": {"name": "A"}, "list": [1, 3]})");
  asked.original = object(
      R"({"amount": 240, "currency": "EUR", "to": {"name": "B"}, "gone": 1, "list": [1, 2, 4]})");
  const View view = view_of(asked);
  ASSERT_TRUE(view.changes);
  EXPECT_EQ(view.changes->against, Changes::Against::kEdited);
  std::string told;
  for (const Change& row : view.changes->rows)
    told += row.label + ": " + row.before + " > " + row.after + "\n";
  EXPECT_EQ(told,
            "Amount: 240.00 EUR > 200.00 EUR\n"
            "To: Name: B > A\n"
            "Gone: 1 > \n"
            "List: 2: 2 > 3\n"
            "List: 3: 4 > \n");
}

TEST(ViewChanges, show_what_reads_the_same_and_is_not) {
  Asked asked = refund(R"({"a": "240", "b": "yes", "c": ""})");
  asked.original = object(R"({"a": 240, "b": true, "c": null})");
  const View view = view_of(asked);
  ASSERT_EQ(view.changes->rows.size(), 3U);
  EXPECT_EQ(view.changes->rows[0].before, "240");
  EXPECT_EQ(view.changes->rows[0].after, "\"240\"");
  EXPECT_EQ(view.changes->rows[1].before, "true");
}

TEST(ViewChanges, tell_of_another_currency_although_the_amount_is_the_same) {
  Asked asked = refund(R"({"amount": 240, "currency": "USD"})");
  asked.previous = object(R"({"amount": 240, "currency": "EUR"})");
  const View view = view_of(asked);
  EXPECT_EQ(view.changes->against, Changes::Against::kPrevious);
  ASSERT_EQ(view.changes->rows.size(), 2U);
  EXPECT_EQ(view.changes->rows[0].after, "240.00 USD");
}

TEST(ViewChanges, show_no_secrets) {
  Asked asked =
      refund(R"({"password": "new one", "credentials": {"a": "b"}, "url": "x://a:new@h"})");
  asked.original = object(R"({"password": "old one", "url": "x://a:old@h"})");
  const std::string told = json::write(to_document(view_of(asked)));
  for (const char* secret : {"new one", "old one", "\"b\"", ":new@", ":old@"})
    EXPECT_EQ(told.find(secret), std::string::npos) << secret << told;
}

TEST(ViewChanges, of_none_there_are_no_rows) {
  Asked asked = refund(kRefund);
  asked.previous = asked.arguments;
  EXPECT_TRUE(view_of(asked).changes->rows.empty());
  EXPECT_FALSE(view_of(refund(kRefund)).changes);
}

TEST(ViewWords, are_the_agents_own_and_stand_apart) {
  Asked asked = refund(kRefund);
  EXPECT_FALSE(view_of(asked).words);
  asked.headline = "Urgent";
  asked.why = "The customer\u200b waits";
  asked.otherwise = "She calls";
  const View view = view_of(asked);
  EXPECT_EQ(view.words->text, "Urgent\n\nThe customer‹U+200B› waits\n\nOtherwise: She calls");
  EXPECT_TRUE(view.words->marks);
  EXPECT_EQ(text_of(view.sentence).find("Urgent"), std::string::npos);
}

TEST(ViewWords, are_cut_when_there_are_too_many_and_counted) {
  Asked asked = refund(kRefund);
  asked.why = std::string(50'000, 'x');
  EXPECT_EQ(view_of(asked).words->text, std::string(10'000, 'x') + "… (50000 characters)");
}

TEST(ViewDocument, is_read_back_as_it_was) {
  Asked asked = refund(R"({"amount": 240, "currency": "EUR", "a": [null, {"b": "\u200b"}],
                           "body": ")" +
                       std::string(700, 'x') + R"(", "to": "p\u0430ypal"})");
  asked.original = object(R"({"amount": 1, "gone": true})");
  asked.why = "because";
  const json::Value document = to_document(view_of(asked));
  const auto back = view_from(document);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_document(*back), document);
  EXPECT_FALSE(view_from(json::Value()));
  EXPECT_FALSE(view_from(json::Object{{"sentence", 1}, {"facts", 2}}));
}

// Of any arguments: nothing hidden, every leaf told, labels that differ, and the same each time.
class AnyArguments : public ::testing::TestWithParam<unsigned> {};

json::Value any_value(std::mt19937& random, int depth) {
  const auto text = [&] {
    std::string made;
    for (auto i = random() % 12; i > 0; --i) {
      const auto point = static_cast<char32_t>(random() % (random() % 2 == 0 ? 0x80 : 0x3000));
      append_utf8(made, point);
    }
    return made;
  };
  switch (random() % (depth > 5 ? 5 : 7)) {
    case 0:
      return text();
    case 1:
      return static_cast<std::int64_t>(random()) * (random() % 2 == 0 ? 1 : -1);
    case 2:
      return random() % 2 == 0;
    case 3:
      return nullptr;
    case 4:
      return static_cast<double>(random()) / 1000.0;
    case 5: {
      json::Array list;
      for (auto i = random() % 4; i > 0; --i) list.push_back(any_value(random, depth + 1));
      return list;
    }
    default: {
      json::Object made;
      for (auto i = random() % 5; i > 0; --i) made.set(text(), any_value(random, depth + 1));
      return made;
    }
  }
}

void check_facts(const std::vector<Fact>& facts) {
  std::vector<std::string> labels;
  for (const Fact& fact : facts) {
    ASSERT_EQ(std::count(labels.begin(), labels.end(), fact.label), 0) << fact.label;
    labels.push_back(fact.label);
    for (const std::string* shown : {&fact.label, &fact.text, &fact.exact})
      for (std::string_view rest = *shown; !rest.empty();) {
        const CodePoint point = first_code_point(rest);
        const bool is_break = shown == &fact.text && (point.value == '\n' || point.value == '\t');
        ASSERT_TRUE(is_break || !is_hidden(point.value));
        rest.remove_prefix(point.bytes);
      }
    check_facts(fact.children);
  }
}

TEST_P(AnyArguments, are_shown_whole_and_visible) {
  std::mt19937 random(GetParam());  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time.
  Asked asked = refund("{}");
  for (int i = 0; i < 5; ++i) asked.arguments.set("m" + std::to_string(i), any_value(random, 0));
  const View view = view_of(asked);
  ASSERT_EQ(view.facts.size(), 5U);
  check_facts(view.facts);
  EXPECT_EQ(to_document(*view_from(to_document(view))), to_document(view));
  // What differs is told, and only that.
  Asked edited = asked;
  edited.original = asked.arguments;
  EXPECT_TRUE(view_of(edited).changes->rows.empty());
  edited.arguments.set("m2", any_value(random, 0));
  EXPECT_EQ(view_of(edited).changes->rows.empty(),
            *edited.arguments.find("m2") == *asked.arguments.find("m2"));
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyArguments, ::testing::Range(1U, 301U));

}  // namespace
}  // namespace fermata::ui
