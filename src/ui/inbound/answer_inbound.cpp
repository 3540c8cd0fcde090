#include <algorithm>

#include "ui/inbound/inbound.hpp"

namespace fermata::ui {
namespace {

Result<void> require_allowed(const InboundQuestion& asked, const InboundAnswer& answer) {
  const auto& allowed = asked.allowed;
  const bool known = std::find(allowed.begin(), allowed.end(), answer.kind) != allowed.end();
  // To dismiss it where it cannot be dismissed is to refuse it.
  const bool refuses = answer.kind == DecisionKind::kReject || answer.kind == DecisionKind::kIgnore;
  if (known || refuses) return {};
  return fail(ErrorCode::kConflict,
              "inbound.not_allowed",
              "whoever asked about '" + asked.question.action + "' does not take this decision");
}

std::string refusal_text(const InboundQuestion& asked, const InboundAnswer& answer) {
  for (const CustomOutcome& outcome : asked.question.outcomes) {
    if (outcome.name == answer.outcome && answer.reason.empty()) return outcome.text;
  }
  if (!answer.reason.empty()) return answer.reason;
  return answer.kind == DecisionKind::kIgnore ? "Dismissed." : "Rejected.";
}

std::string edited_action(const InboundQuestion& asked, const InboundAnswer& answer) {
  return answer.action.empty() ? asked.question.action : answer.action;
}

json::Value human_response(const InboundQuestion& asked, const InboundAnswer& answer) {
  const auto response = [](const char* type, json::Value args) {
    return json::Object{{"type", type}, {"args", std::move(args)}};
  };
  const auto& allowed = asked.allowed;
  const bool dismissible =
      std::find(allowed.begin(), allowed.end(), DecisionKind::kIgnore) != allowed.end();
  switch (answer.kind) {
    case DecisionKind::kApprove:
      return response(
          "accept",
          json::Object{{"action", asked.question.action}, {"args", asked.question.arguments}});
    case DecisionKind::kEdit:
      return response(
          "edit",
          json::Object{{"action", edited_action(asked, answer)}, {"args", answer.arguments}});
    case DecisionKind::kAnswer:
      return response("response", answer.answer["response"]);
    case DecisionKind::kIgnore:
      if (dismissible) return response("ignore", nullptr);
      break;
    case DecisionKind::kReject:
      break;
  }
  return response("response", refusal_text(asked, answer));
}

json::Value langchain_decision(const InboundQuestion& asked, const InboundAnswer& answer, bool js) {
  if (answer.kind == DecisionKind::kApprove) return json::Object{{"type", "approve"}};
  if (answer.kind == DecisionKind::kEdit) {
    const json::Object edited{{"name", edited_action(asked, answer)}, {"args", answer.arguments}};
    return json::Object{{"type", "edit"}, {js ? "editedAction" : "edited_action", edited}};
  }
  if (answer.kind == DecisionKind::kAnswer)
    return json::Object{{"type", "respond"}, {"message", answer.answer["response"]}};
  return json::Object{{"type", asked.refused_in_words ? "respond" : "reject"},
                      {"message", refusal_text(asked, answer)}};
}

json::Value with_status(const json::Value& original, const json::Object& answered) {
  json::Object whole = *original.as_object();
  json::Object status =
      original["status"].as_object() ? *original["status"].as_object() : json::Object{};
  for (const auto& [name, value] : answered) status.set(name, value);
  whole.set("status", std::move(status));
  return whole;
}

json::Value optional_text(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value function_call(const Inbound& asked, const InboundAnswer& answer) {
  const bool approved = answer.kind == DecisionKind::kApprove;
  // A refusal without a comment is not taken.
  const std::string comment = approved ? answer.reason : refusal_text(asked.questions[0], answer);
  return with_status(asked.original,
                     {{"responded_at", optional_text(answer.at)},
                      {"approved", approved},
                      {"comment", optional_text(comment)},
                      {"reject_option_name", optional_text(approved ? "" : answer.outcome)}});
}

json::Value contact(const Inbound& asked, const InboundAnswer& answer) {
  const bool answered = answer.kind == DecisionKind::kAnswer;
  return with_status(
      asked.original,
      {{"responded_at", optional_text(answer.at)},
       {"response",
        answered ? answer.answer["response"] : refusal_text(asked.questions[0], answer)},
       {"response_option_name", answered ? answer.answer["option"] : json::Value()}});
}

json::Value daemon_decision(const Inbound& asked, const InboundAnswer& answer) {
  const bool approved = answer.kind == DecisionKind::kApprove;
  json::Object decision{{"decision", approved ? "approve" : "deny"}};
  const std::string comment = approved ? answer.reason : refusal_text(asked.questions[0], answer);
  if (!comment.empty()) decision.set("comment", comment);
  return decision;
}

}  // namespace

std::string to_string(Framework framework) {
  switch (framework) {
    case Framework::kAgentInbox:
      return "agent_inbox";
    case Framework::kLangChain:
      return "langchain";
    case Framework::kLangChainJs:
      return "langchain_js";
    case Framework::kLangChainCall:
      return "langchain_call";
    case Framework::kHumanLayerCall:
      return "humanlayer_call";
    case Framework::kHumanLayerContact:
      return "humanlayer_contact";
    case Framework::kHumanLayerDaemon:
      return "humanlayer_daemon";
  }
  return {};
}

Result<json::Value> answer_inbound(const Inbound& asked,
                                   const std::vector<InboundAnswer>& answers) {
  if (answers.size() != asked.questions.size()) {
    return fail(ErrorCode::kConflict, "inbound.not_allowed", "each question needs its answer");
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    FERMATA_CHECK_OK(require_allowed(asked.questions[i], answers[i]));
  }
  json::Array all;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const bool inbox = asked.framework == Framework::kAgentInbox;
    const bool js = asked.framework == Framework::kLangChainJs;
    all.push_back(inbox ? human_response(asked.questions[i], answers[i])
                        : langchain_decision(asked.questions[i], answers[i], js));
  }
  switch (asked.framework) {
    case Framework::kAgentInbox:
      return json::Value(std::move(all));
    case Framework::kLangChain:
    case Framework::kLangChainJs:
      return json::Value(json::Object{{"decisions", std::move(all)}});
    case Framework::kLangChainCall:
      return std::move(all[0]);
    case Framework::kHumanLayerCall:
      return function_call(asked, answers[0]);
    case Framework::kHumanLayerContact:
      return contact(asked, answers[0]);
    case Framework::kHumanLayerDaemon:
      return daemon_decision(asked, answers[0]);
  }
  return json::Value();
}

}  // namespace fermata::ui
