#include "core/permission/in_vain.hpp"

#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

PermissionTerms when(const char* predicates) {
  return {.tool = "pay",
          .definition_hash = "",
          .agent = "bot",
          .when = *json::parse(predicates)->as_object(),
          .until = 1000,
          .calls = 5,
          .sum_of = "",
          .sum_most = ""};
}

std::string reason_of(const Result<void>& checked) {
  return checked ? "accepted" : checked.error().reason;
}

TEST(PermissionInVain, is_what_no_value_can_satisfy) {
  const auto check = [](const char* text) { return reason_of(check_terms(when(text), 0, 10'000)); };
  for (const char* text : {R"({"amount": {"lte": 5000, "gte": 9000}})",
                           R"({"amount": {"lt": 5, "gte": 5}})",
                           R"({"amount": {"gt": 5, "lte": 5}})",
                           R"({"amount": {"lte": 5, "gte": "a"}})",
                           R"({"amount": {"eq": 5, "gt": 5}})",
                           R"({"amount": {"eq": 5, "not_in": [5]}})",
                           R"({"amount": {"in": [1, 2], "gt": 2}})",
                           R"({"to": {"eq": "a@b.c", "glob": "*@d.e"}})"})
    EXPECT_EQ(check(text), "permission.bad_terms") << text;
  for (const char* text : {R"({"amount": {"lte": 5, "gte": 5}})",
                           R"({"amount": {"gt": 5, "lt": 6}})",
                           R"({"amount": {"in": [1, 3], "gt": 2}})",
                           R"({"amount": {"lte": 5}, "other": {"gte": 9}})",
                           R"({"a.b": {"eq": 5, "lte": 5}})",
                           R"({"day": {"gte": "2026-01-01", "lt": "2026-02-01"}})"})
    EXPECT_EQ(check(text), "accepted") << text;
}

TEST(PermissionInVain, is_what_the_request_it_is_like_has_not) {
  const json::Object call{
      {"amount", 5}, {"to", "ada"}, {"order", json::Object{{"total", 7}, {"gift", true}}}};
  const auto check = [&](const PermissionTerms& terms) {
    return reason_of(check_like(terms, call));
  };
  EXPECT_EQ(check(when(R"({"amount": {"lte": 1}, "order.total": {"gt": 9}})")), "accepted");
  EXPECT_EQ(check(when(R"({"order.gift": {"in": [1, false]}, "to": {"not_in": [3]}})")),
            "accepted");
  EXPECT_EQ(check(when(R"({"foo": {"lte": 1}})")), "permission.bad_terms");
  EXPECT_EQ(check(when(R"({"to.name": {"eq": "x"}})")), "permission.bad_terms");
  EXPECT_EQ(check(when(R"({"to": {"lte": 1}})")), "permission.bad_terms");
  PermissionTerms summed = when(R"({"amount": {"lte": 1}})");
  summed.sum_most = "9";
  for (const auto& [of, expected] : {std::pair{"order.total", "accepted"},
                                     std::pair{"to", "permission.bad_terms"},
                                     std::pair{"none", "permission.bad_terms"}}) {
    summed.sum_of = of;
    EXPECT_EQ(check(summed), expected) << of;
  }
}

TEST(PermissionInVain, is_for_a_tool_that_the_policy_denies_whatever_its_arguments) {
  Policy policy;
  policy.fallback.effect = Effect::kDeny;
  const PermissionTerms terms = when(R"({"amount": {"lte": 1}})");
  const auto check = [&] { return reason_of(check_allowed(terms, policy)); };
  EXPECT_EQ(check(), "permission.bad_terms");
  Rule rule;
  rule.name = "pay";
  rule.tool = "p*";
  policy.rules = {rule};
  EXPECT_EQ(check(), "accepted");
  policy.rules[0].effect = Effect::kDeny;
  EXPECT_EQ(check(), "permission.bad_terms");
  policy.rules[0].when = {{"amount", Operator::kGt, 5}};
  EXPECT_EQ(check(), "accepted") << "only some calls";
}

}  // namespace
}  // namespace fermata::testing
