#pragma once

// How other frameworks ask people, as our questions, and our decisions as what they wait for.
//
//   agent inbox (LangGraph)   HumanInterrupt, alone or in a list        -> list of HumanResponse
//   LangChain 1.x             action_requests with review_configs       -> {"decisions"}, in order
//                             (or actionRequests ..., as JavaScript has it)
//     asked call by call      tool_approval, with its response_schema   -> one decision
//   HumanLayer                FunctionCall, HumanContact                -> the same with its status
//   HumanLayer's daemon       Approval                                  -> {"decision", "comment"}
//
// What they ask for stays theirs: which decisions they allow is kept, and a decision that they do
// not allow is not sent. A refusal is always sent, in the nearest words that they have.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/approval/approval.hpp"

namespace fermata::ui {

enum class Framework {
  kAgentInbox,
  kLangChain,
  kLangChainJs,
  kLangChainCall,
  kHumanLayerCall,
  kHumanLayerContact,
  kHumanLayerDaemon,
};

std::string to_string(Framework framework);

struct InboundQuestion {
  Question question;
  std::vector<DecisionKind> allowed;  // A reject always is.
  bool refused_in_words = false;      // It takes no refusal, but words instead of a result.
};

struct Inbound {
  Framework framework{};
  bool listed = false;  // Asked as a list.
  std::vector<InboundQuestion> questions;
  json::Value original;
};

struct InboundAnswer {
  DecisionKind kind = DecisionKind::kReject;
  std::string reason;      // Of a reject or an approval; or empty.
  std::string action;      // Of an edit; empty: the one that was asked about.
  json::Object arguments;  // Of an edit.
  json::Value answer;      // Of an answer: as the question's form has it.
  std::string outcome;     // The custom one; or empty.
  std::string at;          // RFC 3339.
};

// What may be kept of it: HumanLayer's payloads can carry the token of a Slack bot (P15).
json::Value without_secrets(const json::Value& asked);

// kInvalid inbound.unknown_shape; kConflict inbound.answered when it holds its answer already.
Result<Inbound> read_inbound(const json::Value& asked);

// One answer for each question, in their order. kConflict inbound.not_allowed for one that the
// framework does not take.
Result<json::Value> answer_inbound(const Inbound& asked, const std::vector<InboundAnswer>& answers);

}  // namespace fermata::ui
