#include "core/policy/title.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

std::string refusal(std::string_view text) {
  const auto parsed = parse_title(text);
  const auto* fault = std::get_if<TitleFault>(&parsed);
  return fault == nullptr ? "" : std::to_string(fault->offset) + ": " + fault->message;
}

TEST(PolicyTitle, has_text_and_arguments_in_the_order_written) {
  const auto parsed = parse_title("refund {amount} {currency} to {customer.name}");
  ASSERT_TRUE(std::holds_alternative<Title>(parsed));
  EXPECT_EQ(std::get<Title>(parsed),
            (Title{{"refund ", false},
                   {"amount", true},
                   {" ", false},
                   {"currency", true},
                   {" to ", false},
                   {"customer.name", true}}));
}

TEST(PolicyTitle, writes_braces_twice_to_have_them_once) {
  const auto parsed = parse_title("run {{x}} on {host}");
  ASSERT_TRUE(std::holds_alternative<Title>(parsed));
  EXPECT_EQ(std::get<Title>(parsed).front().text, "run {x} on ");
}

TEST(PolicyTitle, is_refused_where_it_is_wrong_and_says_what_to_write) {
  EXPECT_EQ(refusal("refund {amount"), "7: this { has no }; write {{ for the sign itself");
  EXPECT_EQ(refusal("refund {a{b}"), "7: this { has no }; write {{ for the sign itself");
  EXPECT_EQ(refusal("refund amount}"),
            "13: there is no { before this }; write }} for the sign itself");
  EXPECT_NE(refusal("refund {}"), "");
  EXPECT_NE(refusal("refund { amount}"), "");
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("  "), "");
  EXPECT_NE(refusal("refund {amount} "), "");
  EXPECT_NE(refusal("refund {amount}\nnow"), "");
  EXPECT_NE(refusal("Refund {amount}?"), "");
  EXPECT_NE(refusal(std::string(201, 'x')), "");
  EXPECT_EQ(refusal(std::string(200, 'x')), "");
  std::string many;
  for (int i = 0; i < 11; ++i) many += "{a}";
  EXPECT_NE(refusal(many), "");
}

}  // namespace
}  // namespace fermata
