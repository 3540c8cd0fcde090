#include "ui/view/surfaces.hpp"

#include <gtest/gtest.h>

namespace fermata::ui {
namespace {

View view_with(std::string_view arguments, std::string_view original = "") {
  Asked asked;
  asked.action = "refund";
  asked.asker = "refunds";
  asked.arguments = *json::parse(arguments)->as_object();
  if (!original.empty()) asked.original = *json::parse(original)->as_object();
  asked.why = "Late.\nVery late.";
  asked.title = std::get<Title>(parse_title("refund {amount} {currency}"));
  return view_of(asked);
}

const View kView = view_with(R"({"amount": 240, "currency": "EUR", "to": {"name": "Anna <K.>"}})",
                             R"({"amount": 250, "currency": "EUR", "to": {"name": "Anna <K.>"}})");

TEST(ViewTerminal, shows_the_question_first_and_the_agents_words_last_behind_a_margin) {
  EXPECT_EQ(view_terminal(kView).text,
            "May refunds refund 240.00 EUR?\n"
            "\n"
            "With these arguments\n"
            "  Amount (money): 240.00 EUR\n"
            "    > exactly 240\n"
            "  Currency (text): EUR\n"
            "  To (group): 1 field\n"
            "  To: Name (text): Anna <K.>\n"
            "\n"
            "What people changed\n"
            "  Amount\n"
            "    - 250.00 EUR\n"
            "    + 240.00 EUR\n"
            "\n"
            "Written by the agent; nobody has checked it\n"
            "  │ Late.\n"
            "  │ Very late.\n");
  EXPECT_TRUE(view_terminal(kView).whole);
}

TEST(ViewTerminal, sends_control_sequences_of_its_own_only_and_only_when_told) {
  const View view = view_with(R"({"amount": 1, "currency": "EUR", "x": "\u001b[31m"})");
  EXPECT_EQ(view_terminal(view).text.find('\x1b'), std::string::npos);
  EXPECT_NE(view_terminal(view, {true}).text.find("\x1b[1mMay"), std::string::npos);
  EXPECT_NE(view_terminal(view, {true}).text.find("‹U+001B›[31m"), std::string::npos);
}

TEST(ViewHtml, escapes_what_somebody_wrote_and_isolates_it) {
  const std::string html = view_html(kView).text;
  EXPECT_NE(html.find("<td><bdi>Anna &lt;K.&gt;</bdi></td>"), std::string::npos) << html;
  EXPECT_NE(html.find("<h1 class=\"fm-question\">May <b class=\"fm-agent\">"), std::string::npos);
  EXPECT_LT(html.find("fm-question"), html.find("fm-facts"));
  EXPECT_LT(html.find("fm-facts"), html.find("fm-words"));
}

TEST(ViewHtml, folds_long_text_without_script) {
  const View view =
      view_with(R"({"amount": 1, "currency": "EUR", "x": ")" + std::string(700, 'y') + R"("})");
  const LaidOut page = view_html(view);
  EXPECT_NE(page.text.find("<summary>These are the first 600 of 700 characters, 1 line. All of it"),
            std::string::npos);
  EXPECT_TRUE(page.whole);
}

TEST(ViewHtml, tells_an_empty_text_from_one_that_says_so) {
  const std::string html = view_html(view_with(R"({"amount": 1, "a": "", "b": "empty"})")).text;
  EXPECT_NE(html.find("<em class=\"fm-none\">empty</em>"), std::string::npos);
  EXPECT_NE(html.find("<bdi>empty</bdi>"), std::string::npos);
}

TEST(ViewEmail, cuts_what_is_long_and_says_that_it_is_not_the_whole) {
  const View view =
      view_with(R"({"amount": 1, "currency": "EUR", "x": ")" + std::string(700, 'y') + R"("})");
  for (const LaidOut& mail : {view_email_html(view), view_email_text(view)}) {
    EXPECT_FALSE(mail.whole);
    EXPECT_EQ(mail.text.find(std::string(601, 'y')), std::string::npos);
    EXPECT_NE(mail.text.find("the first 600 of 700 characters"), std::string::npos);
  }
  EXPECT_TRUE(view_email_html(kView).whole);
  EXPECT_TRUE(view_email_text(kView).whole);
}

TEST(ViewEmail, makes_no_links_of_addresses) {
  const View view = view_with(
      R"({"amount": 1, "x": "see http://evil.example/a and www.evil.example or a@evil.example. 1.5"})");
  const std::string html = view_email_html(view).text;
  EXPECT_NE(html.find("http<span>:</span>//evil<span>.</span>example/a"), std::string::npos);
  EXPECT_NE(html.find("a<span>@</span>evil"), std::string::npos);
  const std::string text = view_email_text(view).text;
  EXPECT_NE(text.find("http[:]//evil.example/a and www[.]evil.example"), std::string::npos);
}

TEST(ViewSurfaces, say_when_a_view_is_not_all_there_is) {
  View view = kView;
  view.too_large = true;
  for (const LaidOut& out :
       {view_html(view), view_email_html(view), view_email_text(view), view_terminal(view)}) {
    EXPECT_FALSE(out.whole);
    EXPECT_NE(out.text.find(kTooLargeWarning), std::string::npos);
  }
}

}  // namespace
}  // namespace fermata::ui
