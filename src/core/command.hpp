#pragma once

// The closed sum type of everything that can be wished for. Each command goes to one stream.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "core/approval/approval.hpp"
#include "core/directory/directory.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata::command {

struct CreateWorkflow {
  std::string agent, name;
  json::Value input;
  json::Object context, metadata;
  std::vector<std::string> tags;
  std::string on_behalf_of;
  std::optional<Dispatch> dispatch;  // Absent: as suits the caller and the agent.
};
struct CompleteWorkflow {
  std::int64_t turn = 0;
  json::Value result;
};
struct FailWorkflow {
  std::int64_t turn = 0;
  CallError error;
};
struct CancelWorkflow {
  std::string reason;
};
struct RollBack {
  std::string checkpoint, reason;
  std::optional<std::int64_t> turn;
  std::optional<std::int64_t> if_version;  // Of the preview that somebody agreed to.
};

struct StartTurn {
  std::string worker;
  json::Value fingerprint;
  std::int64_t lease_ms = 30'000;
  bool takeover = false;
  bool queued = false;  // From the queue: refused with turn.not_ready unless it still stands there.
};
struct RenewTurn {
  std::int64_t turn = 0;
};
struct EndTurn {
  std::int64_t turn = 0;
  std::int64_t retry_after_ms = 0;
};
// A timer's: ends the turn if its lease has run out, else refuses with turn.not_lapsed.
struct ExpireTurn {
  std::int64_t turn = 0;
};

struct OpenCall {
  std::int64_t turn = 0;
  std::string key;
  CallKind kind = CallKind::kTool;
  std::string tool;
  json::Object arguments;
  std::string request_hash, definition_hash, target, why;
  std::string undo;  // The tool that undoes it; or empty.
  bool idempotent = false;
  bool recorded = false;  // Carries its result or error; not for kTool.
  json::Value result;
  std::optional<CallError> error;
};
struct CloseCall {
  std::int64_t turn = 0;
  std::string call, grant, hash;
  json::Value result;
  std::optional<CallError> error;
};

// Asked without a journaled call. On a stream that does not exist, it makes a standalone workflow.
struct RequestApproval {
  Question question;  // Its deadline is set from deadline_ms and the policy, whichever is sooner.
  std::optional<std::int64_t> deadline_ms;
  std::vector<Threshold> thresholds;  // Only tighten what the policy says.
};
struct DecideApproval {
  std::string approval;
  DecisionKind decision = DecisionKind::kApprove;
  std::string hash;
  std::string reason;
  json::Object arguments;                   // kEdit.
  json::Value answer;                       // kAnswer.
  std::optional<std::int64_t> if_revision;  // If-Match.
};
struct CancelApproval {
  std::string approval, reason;
};
// A timer's: closes the request if its deadline has passed, else refuses with approval.not_due.
struct ExpireApproval {
  std::string approval;
};

struct CreateCheckpoint {
  std::string name;
  std::string key;  // Of the journal, with a turn: it is a call as well. Or empty.
  json::Value snapshot, recovery;
  json::Object metadata;
  std::optional<std::int64_t> turn;
};

struct SetPerson {
  Person person;
};
struct SetGroup {
  Group group;
};
struct RemoveGroup {
  std::string group;
};
struct CreateKey {
  ApiKey key;
};
struct RevokeKey {
  std::string key;
};
// `source` has been parsed by codec/policy; its hash is that of the text.
struct PublishPolicy {
  std::string source, hash;
};

using Command = std::variant<CreateWorkflow,
                             CompleteWorkflow,
                             FailWorkflow,
                             CancelWorkflow,
                             RollBack,
                             StartTurn,
                             RenewTurn,
                             EndTurn,
                             ExpireTurn,
                             OpenCall,
                             CloseCall,
                             RequestApproval,
                             DecideApproval,
                             CancelApproval,
                             ExpireApproval,
                             CreateCheckpoint,
                             SetPerson,
                             SetGroup,
                             RemoveGroup,
                             CreateKey,
                             RevokeKey,
                             PublishPolicy>;

}  // namespace fermata::command
