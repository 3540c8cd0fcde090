#include "api/mcp/outcome.hpp"

#include <gtest/gtest.h>

namespace fermata::api::mcp {
namespace {

json::Value approval(std::string_view status, json::Object more = {}) {
  json::Object document{
      {"id", "ap_1"},
      {"workflow_id", "wf_1"},
      {"kind", "call"},
      {"status", status},
      {"action", "refund"},
      {"arguments", json::Object{{"amount", 5}}},
      {"original_arguments", {}},
      {"needed",
       json::Array{json::Object{{"from", "finance"}, {"approve", 2}, {"given", 1}},
                   json::Object{{"from", "legal"}, {"approve", 1}, {"given", 0}}}}};
  for (const auto& [name, value] : more) document.set(name, value);
  return document;
}

json::Object by_ada(std::string_view reason) {
  return {{"outcome", json::Object{{"by", "ada"}, {"reason", reason}}}};
}

TEST(Outcome, allows_what_was_approved_and_nothing_else) {
  EXPECT_TRUE(json::Value(outcome(approval("approved", by_ada("")))).bool_or("allowed"));
  for (const char* status :
       {"pending", "rejected", "answered", "expired", "cancelled", "superseded", "in_doubt"})
    EXPECT_FALSE(json::Value(outcome(approval(status))).bool_or("allowed", true)) << status;
}

TEST(Outcome, says_who_is_waited_for) {
  EXPECT_EQ(waiting_for(approval("pending")), "it takes 2 of finance, 1 so far and 1 of legal");
  EXPECT_EQ(waiting_for(json::Object{}), "nobody can: the policy names no group");
}

TEST(Outcome, says_who_decided_why_and_what_to_do_now) {
  EXPECT_EQ(json::Value(outcome(approval("approved", by_ada("fine")))).string_or("text"),
            "Approved by ada: \"fine\". You may go on with refund, once, with exactly these "
            "arguments.");
  EXPECT_EQ(json::Value(outcome(approval("rejected", by_ada("Paid already!")))).string_or("text"),
            "Rejected by ada: \"Paid already!\" Do not do refund, and do not try it another way.");
  EXPECT_EQ(json::Value(outcome(approval("rejected", by_ada("")))).string_or("text"),
            "Rejected by ada. Do not do refund, and do not try it another way.");
}

TEST(Outcome, tells_that_the_arguments_were_changed) {
  json::Object more = by_ada("");
  more.set("original_arguments", json::Object{{"amount", 9}});
  const json::Value told = outcome(approval("approved", more));
  EXPECT_TRUE(told.bool_or("edited"));
  EXPECT_EQ(told["arguments"], json::Value(json::Object{{"amount", 5}}));
}

}  // namespace
}  // namespace fermata::api::mcp
