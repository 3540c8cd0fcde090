#include "ui/inbound/inbound.hpp"

#include <gtest/gtest.h>

#include "core/form/form.hpp"

namespace fermata::ui {
namespace {

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::Value();
}

Inbound asked(std::string_view text) {
  auto read = read_inbound(parsed(text));
  EXPECT_TRUE(read) << text;
  return read ? *std::move(read) : Inbound{};
}

std::string answered(const Inbound& inbound, const std::vector<InboundAnswer>& answers) {
  const auto answer = answer_inbound(inbound, answers);
  return answer ? json::write(*answer) : answer.error().reason;
}

const InboundAnswer kApproved{.kind = DecisionKind::kApprove};
const InboundAnswer kRejected{.kind = DecisionKind::kReject, .reason = "too much"};
const InboundAnswer kIgnored{.kind = DecisionKind::kIgnore};
const InboundAnswer kEdited{.kind = DecisionKind::kEdit, .arguments = {{"amount", 5}}};

const char* const kInterrupt = R"({"action_request":{"action":"refund","args":{"amount":9}},
    "config":{"allow_ignore":true,"allow_respond":true,"allow_edit":true,"allow_accept":true},
    "description":"The customer asked."})";

TEST(InboundAgentInbox, is_a_call_that_may_be_agreed_to_or_edited) {
  const Inbound inbound = asked(kInterrupt);
  const Question& question = inbound.questions.at(0).question;
  EXPECT_EQ(question.kind, ApprovalKind::kCall);
  EXPECT_EQ(question.action, "refund");
  EXPECT_EQ(question.arguments.find("amount")->as_int()[0], 9);
  EXPECT_EQ(question.why, "The customer asked.");
  EXPECT_EQ(answered(inbound, {kApproved}),
            R"([{"type":"accept","args":{"action":"refund","args":{"amount":9}}}])");
  EXPECT_EQ(answered(inbound, {kEdited}),
            R"([{"type":"edit","args":{"action":"refund","args":{"amount":5}}}])");
  EXPECT_EQ(answered(inbound, {kRejected}), R"([{"type":"response","args":"too much"}])");
  EXPECT_EQ(answered(inbound, {kIgnored}), R"([{"type":"ignore","args":null}])");
}

TEST(InboundAgentInbox, allows_only_what_it_says) {
  const Inbound inbound = asked(R"([{"action_request":{"action":"a","args":{}},
      "config":{"allow_accept":true}}])");
  EXPECT_EQ(answered(inbound, {kEdited}), "inbound.not_allowed");
  EXPECT_EQ(answered(inbound, {kIgnored}), R"([{"type":"response","args":"Dismissed."}])");
  EXPECT_EQ(answered(inbound, {}), "inbound.not_allowed");
  const Inbound nothing = asked(R"({"action_request":{"action":"a","args":{}},"config":{}})");
  EXPECT_EQ(answered(nothing, {kApproved}), "inbound.not_allowed");
  EXPECT_EQ(answered(nothing, {kRejected}), R"([{"type":"response","args":"too much"}])");
}

TEST(InboundAgentInbox, that_takes_words_alone_is_a_question) {
  const Inbound inbound = asked(R"({"action_request":{"action":"ask","args":{}},
      "config":{"allow_respond":true}})");
  const Question& question = inbound.questions.at(0).question;
  EXPECT_EQ(question.kind, ApprovalKind::kQuestion);
  EXPECT_TRUE(form::check_schema(question.form["schema"]));
  const json::Value answer = json::Object{{"response", "42"}};
  EXPECT_TRUE(form::validate(question.form["schema"], answer).empty());
  EXPECT_EQ(answered(inbound, {{.kind = DecisionKind::kAnswer, .answer = answer}}),
            R"([{"type":"response","args":"42"}])");
  EXPECT_EQ(answered(inbound, {kApproved}), "inbound.not_allowed");
}

TEST(InboundLangChain, keeps_the_order_of_its_actions) {
  const Inbound inbound = asked(R"({"action_requests":[
      {"name":"pay","args":{"n":1},"description":"d"},{"name":"mail","args":{}}],
      "review_configs":[{"action_name":"mail","allowed_decisions":["approve"]},
      {"action_name":"pay","allowed_decisions":["approve","edit","reject"]}]})");
  ASSERT_EQ(inbound.questions.size(), 2U);
  EXPECT_EQ(inbound.questions[0].question.action, "pay");
  EXPECT_EQ(answered(inbound, {kEdited, kApproved}),
            R"({"decisions":[{"type":"edit","edited_action":{"name":"pay","args":{"amount":5}}},)"
            R"({"type":"approve"}]})");
  EXPECT_EQ(answered(inbound, {kRejected, kIgnored}),
            R"({"decisions":[{"type":"reject","message":"too much"},)"
            R"({"type":"reject","message":"Dismissed."}]})");
  EXPECT_EQ(answered(inbound, {kApproved, kEdited}), "inbound.not_allowed");
}

TEST(InboundLangChain, is_answered_in_the_spelling_it_was_asked_in) {
  const Inbound inbound = asked(R"({"actionRequests":[{"name":"pay","arguments":{"n":1}}],
      "reviewConfigs":[{"actionName":"pay","allowedDecisions":["edit"],"description":"late"}]})");
  EXPECT_EQ(inbound.questions[0].question.why, "late");
  EXPECT_EQ(answered(inbound, {kEdited}),
            R"({"decisions":[{"type":"edit","editedAction":{"name":"pay","args":{"amount":5}}}]})");
}

TEST(InboundLangChain, without_its_config_nothing_is_allowed) {
  const Inbound inbound =
      asked(R"({"action_requests":[{"name":"pay","args":{}}],"review_configs":[]})");
  EXPECT_EQ(answered(inbound, {kApproved}), "inbound.not_allowed");
  EXPECT_EQ(answered(inbound, {kRejected}),
            R"({"decisions":[{"type":"reject","message":"too much"}]})");
}

TEST(InboundLangChain, that_takes_words_alone_is_a_question) {
  const Inbound inbound = asked(R"({"action_requests":[{"name":"ask_user","args":{"q":"Which?"}}],
      "review_configs":[{"action_name":"ask_user","allowed_decisions":["respond"]}]})");
  EXPECT_EQ(inbound.questions[0].question.kind, ApprovalKind::kQuestion);
  const json::Value answer = json::Object{{"response", "42"}};
  EXPECT_EQ(answered(inbound, {{.kind = DecisionKind::kAnswer, .answer = answer}}),
            R"({"decisions":[{"type":"respond","message":"42"}]})");
  EXPECT_EQ(answered(inbound, {kRejected}),
            R"({"decisions":[{"type":"respond","message":"too much"}]})")
      << "it would not take a reject";
}

TEST(InboundLangChain, asked_call_by_call_gets_one_decision) {
  const Inbound inbound = asked(R"({"type":"tool_approval","tool_call_id":"c1","name":"pay",
      "args":{"n":1},"description":"d","response_schema":{"$defs":{
      "A":{"properties":{"type":{"const":"approve"}}},"R":{"properties":{"type":{"const":"reject"}}}},
      "oneOf":[{"$ref":"#/$defs/A"},{"$ref":"#/$defs/R"}]}})");
  EXPECT_EQ(inbound.questions[0].question.why, "d");
  EXPECT_EQ(answered(inbound, {kApproved}), R"({"type":"approve"})");
  EXPECT_EQ(answered(inbound, {kRejected}), R"({"type":"reject","message":"too much"})");
  EXPECT_EQ(answered(inbound, {kEdited}), "inbound.not_allowed");
  const Inbound edits = asked(R"({"type":"tool_approval","name":"pay","args":{},
      "response_schema":{"properties":{"type":{"const":"edit"}}}})");
  EXPECT_EQ(answered(edits, {kEdited}),
            R"({"type":"edit","edited_action":{"name":"pay","args":{"amount":5}}})");
  EXPECT_EQ(answered(edits, {kApproved}), "inbound.not_allowed");
}

TEST(InboundHumanLayer, gets_its_function_call_back_with_a_status) {
  const Inbound inbound = asked(R"({"run_id":"r","call_id":"c","spec":{"fn":"pay",
      "kwargs":{"n":1},"reject_options":[{"name":"later","prompt_fill":"Ask me on Monday."}]},
      "status":{"requested_at":"t0","approved":null}})");
  EXPECT_EQ(inbound.questions[0].question.outcomes.at(0).name, "later");
  const auto status = [&](InboundAnswer answer) {
    answer.at = "t1";
    return json::write((*answer_inbound(inbound, {answer}))["status"]);
  };
  EXPECT_EQ(status(kApproved),
            R"({"requested_at":"t0","approved":true,"responded_at":"t1","comment":null,)"
            R"("reject_option_name":null})");
  EXPECT_EQ(status({.kind = DecisionKind::kReject, .outcome = "later"}),
            R"({"requested_at":"t0","approved":false,"responded_at":"t1",)"
            R"("comment":"Ask me on Monday.","reject_option_name":"later"})");
  EXPECT_EQ(read_inbound(parsed(R"({"spec":{"fn":"pay","kwargs":{}},"status":{"approved":false}})"))
                .error()
                .reason,
            "inbound.answered");
}

TEST(InboundHumanLayer, gets_its_contact_back_with_words_and_option) {
  const Inbound inbound = asked(R"({"call_id":"c","spec":{"msg":"Which one?","subject":"Choose",
      "response_options":[{"name":"a","title":"The first"},{"name":"b"}]}})");
  const Question& question = inbound.questions[0].question;
  const json::Value answer = json::Object{{"response", "this"}, {"option", "b"}};
  EXPECT_TRUE(form::validate(question.form["schema"], answer).empty());
  EXPECT_EQ(
      json::write((*answer_inbound(
          inbound, {{.kind = DecisionKind::kAnswer, .answer = answer, .at = "t1"}}))["status"]),
      R"({"responded_at":"t1","response":"this","response_option_name":"b"})");
}

TEST(InboundHumanLayer, daemon_gets_a_decision) {
  const Inbound inbound = asked(R"({"id":"1","status":"pending","toolName":"pay","toolInput":{}})");
  EXPECT_EQ(answered(inbound, {kApproved}), R"({"decision":"approve"})");
  EXPECT_EQ(answered(inbound, {kRejected}), R"({"decision":"deny","comment":"too much"})");
  EXPECT_EQ(answered(inbound, {kEdited}), "inbound.not_allowed");
  EXPECT_EQ(
      read_inbound(parsed(R"({"status":"denied","toolName":"pay","toolInput":{}})")).error().reason,
      "inbound.answered");
}

TEST(Inbound, P15_keeps_no_token_of_a_slack_bot) {
  const json::Value kept = without_secrets(parsed(
      R"({"spec":{"fn":"pay","kwargs":{},"channel":{"slack":{"bot_token":"xoxb-1","x":1}}}})"));
  EXPECT_EQ(json::write(kept),
            R"({"spec":{"fn":"pay","kwargs":{},"channel":{"slack":{"bot_token":null,"x":1}}}})");
  const json::Value plain = parsed(R"({"spec":{"fn":"pay","channel":null}})");
  EXPECT_EQ(without_secrets(plain), plain);
  EXPECT_EQ(without_secrets(json::Array{1}), json::Value(json::Array{1}));
}

TEST(Inbound, what_is_none_of_them_is_refused) {
  for (const char* text : {"null",
                           "[]",
                           "{}",
                           "[{}]",
                           R"({"action_request":{}})",
                           R"({"action_request":{"action":"a","args":"x"},"config":{}})",
                           R"({"action_requests":[],"review_configs":[]})",
                           R"({"action_requests":[{"name":"a"}],"review_configs":[]})",
                           R"({"action_requests":{}})",
                           R"({"type":"tool_approval","name":"a"})",
                           R"({"spec":{"fn":""}})",
                           R"({"toolName":"x"})"}) {
    const auto read = read_inbound(parsed(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, "inbound.unknown_shape") << text;
  }
}

}  // namespace
}  // namespace fermata::ui
