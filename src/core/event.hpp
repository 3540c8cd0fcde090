#pragma once

// The closed sum type of everything that can have happened. Names are past tense; on disk they are
// "<entity>.<fact>" (codec/). Fields are never removed or given another meaning: a new version of
// an event is a new decoder in codec/upcast.cpp.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "core/actor.hpp"
#include "core/approval/approval.hpp"
#include "core/directory/directory.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata::event {

struct WorkflowCreated {
  std::string id, agent, name;
  json::Value input;
  json::Object context, metadata;
  std::vector<std::string> tags;
  Actor requester;
  std::string on_behalf_of;
  bool standalone = false;
  Dispatch dispatch = Dispatch::kNone;
  Effects effects = Effects::kLive;
  std::optional<Origin> forked_from;
};
struct WorkflowCompleted {
  json::Value result;
};
struct WorkflowFailed {
  CallError error;
};
struct WorkflowCancelled {
  std::string reason;
};
struct WorkflowRolledBack {
  std::int64_t epoch = 0, parent = 0;
  std::string checkpoint, reason;
  std::vector<std::string> dropped;  // Calls that left the branch.
  std::vector<std::string> undone;   // Those of them whose effects were done, or may have been.
  std::int64_t undo_attempts = 3;    // How often undoing one of them may be tried.
};

struct TurnStarted {
  std::int64_t turn = 0;
  std::string worker;
  std::int64_t lease_ms = 0;
  json::Value fingerprint;
};
struct TurnRenewed {
  std::int64_t turn = 0;
};
struct TurnEnded {
  std::int64_t turn = 0;
  std::int64_t retry_after_ms = 0;  // The next turn is not before it has passed.
};
// Its lease ran out and nobody renewed it.
struct TurnLapsed {
  std::int64_t turn = 0;
};

struct CallOpened {
  std::string call, key;
  CallKind kind = CallKind::kTool;
  std::string tool;
  json::Object arguments;
  std::string request_hash, definition_hash, target, why, undo;
  bool idempotent = false;
  std::string hash, policy_hash;
  std::string rule;    // Which rule gave the verdict.
  std::string effect;  // "allow", "ask", "deny".
  std::int64_t turn = 0, epoch = 0;
};
// A model answer, a code output or a value: opened and closed at once, because it needs no grant.
struct CallRecorded {
  std::string call, key;
  CallKind kind = CallKind::kModel;
  std::string tool;
  json::Object arguments;
  std::string request_hash;
  json::Value result;
  std::optional<CallError> error;
  std::int64_t turn = 0, epoch = 0;
};
struct CallGranted {
  std::string call, grant, approval, hash;
  std::int64_t epoch = 0;
  std::optional<TimeMs> expires_at;
};
// The grant was claimed: from here on the effect may have happened.
struct CallStarted {
  std::string call, grant;
  std::int64_t turn = 0, attempt = 0;
};
struct CallClosed {
  std::string call, hash;
  json::Value result;
  std::optional<CallError> error;
};
struct CallDenied {
  std::string call, reason, message;
};

struct ApprovalRequested {
  std::string approval, call;
  Question question;
  std::string hash;
  Actor requester;
  std::string on_behalf_of;
  std::vector<Threshold> thresholds;
  std::string rule, policy_hash;
  std::int64_t epoch = 0;
};
struct ApprovalDecided {
  std::string approval, person;
  DecisionKind decision = DecisionKind::kApprove;
  std::string reason, hash;
  std::vector<std::string> groups;  // Of the thresholds: those the person belonged to.
  json::Value answer;
};
// New arguments, hence a new H; the decisions so far no longer count.
struct ApprovalEdited {
  std::string approval, person, reason;
  json::Object arguments;
  std::string hash;
  std::vector<Threshold> thresholds;
  std::string rule, policy_hash;
};
struct ApprovalClosed {
  std::string approval;
  ApprovalStatus status = ApprovalStatus::kApproved;
  std::string by, reason;
  json::Value answer;
};

struct CheckpointCreated {
  std::string checkpoint, name;
  std::string call;  // Recorded with it; or empty.
  json::Value snapshot, recovery;
  json::Object metadata;
  std::int64_t epoch = 0;
  std::size_t calls = 0;
};

struct PersonSet {
  Person person;
};
struct GroupSet {
  Group group;
};
struct GroupRemoved {
  std::string group;
};
struct KeyCreated {
  ApiKey key;
};
struct KeyRevoked {
  std::string key;
};
struct PolicyPublished {
  std::int64_t version = 0;
  std::string hash, source;
};

using Event = std::variant<WorkflowCreated,
                           WorkflowCompleted,
                           WorkflowFailed,
                           WorkflowCancelled,
                           WorkflowRolledBack,
                           TurnStarted,
                           TurnRenewed,
                           TurnEnded,
                           TurnLapsed,
                           CallOpened,
                           CallRecorded,
                           CallGranted,
                           CallStarted,
                           CallClosed,
                           CallDenied,
                           ApprovalRequested,
                           ApprovalDecided,
                           ApprovalEdited,
                           ApprovalClosed,
                           CheckpointCreated,
                           PersonSet,
                           GroupSet,
                           GroupRemoved,
                           KeyCreated,
                           KeyRevoked,
                           PolicyPublished>;

// An event with everything that is known about it but its place in the hash chain (WorkflowEvent).
struct Recorded {
  std::int64_t version = 0;
  TimeMs at = 0;
  Actor actor;
  std::string on_behalf_of;
  Door door = Door::kSystem;
  std::string request_id;  // Of the HTTP request or call, for correlation.
  std::string trace_id;
  std::string from_status, to_status;  // Of the workflow; empty in the directory.
  std::string request_key;  // Which Idempotency-Key caused it (hashed, with its caller); or empty.
  Event payload;
};

}  // namespace fermata::event
