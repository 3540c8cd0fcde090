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
#include "core/approval/event.hpp"
#include "core/directory/directory.hpp"
#include "core/outbox/event.hpp"
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

// Right after the creation of a fork: what the branches of the source told, up to where it begins,
// and what is another here.
struct WorkflowForked {
  std::vector<Branch> branches;
  std::string root;                  // The first one of a line of forks.
  std::vector<std::string> parties;  // Who never decided there never decides here (P3).
  std::string told;                  // To the model, of another input; or empty.
  std::string reason;
  std::string supposed_approval, supposed_decision;  // Which request, and how it went here.
};
// From here on its tool calls do the real thing.
struct EffectsAllowed {
  std::string reason;
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
// In a fork: how a call of the source ended. Either it is a call of the fork's own journal, or,
// with neither id nor key, it waits to stand in for an equal call.
struct CallImported {
  std::string call, key;
  std::string source;  // The call there; empty: a person said how it ended.
  CallKind kind = CallKind::kTool;
  std::string tool;
  json::Object arguments;
  std::optional<json::Object> effective_arguments;
  std::string effective_tool;  // Another one that a person chose; or empty.
  std::string request_hash, definition_hash, target;
  json::Value result;
  std::optional<CallError> error;
  std::string denial_reason, denial_message;  // Set: it was denied.
  std::int64_t epoch = 0;
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
// It needs no request: people agreed to such calls before.
struct CallPermitted {
  std::string call, grant, permission, hash;
  std::vector<Threshold> thresholds;  // What the policy asked.
  std::vector<std::string> people;    // Who agreed to the permission; they satisfied it.
  std::int64_t epoch = 0;
  std::optional<TimeMs> expires_at;
};
struct CallClosed {
  std::string call, hash;
  json::Value result;
  std::optional<CallError> error;
};
struct CallDenied {
  std::string call, reason, message;
};

struct CheckpointCreated {
  std::string checkpoint, name;
  std::string call;  // Recorded with it; or empty.
  json::Value snapshot, recovery;
  json::Object metadata;
  std::int64_t epoch = 0;
  std::size_t calls = 0;
};

// After the calls and requests that it asks by.
struct InboundAsked {
  std::string inbound, key;
  json::Value asked;
  std::string hash;
  std::vector<InboundPart> parts;
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
struct ResourceSet {
  Resource resource;
};
struct ResourceRemoved {
  std::string resource;
};
// The kill switch was thrown, and lifted.
struct Frozen {
  std::string freeze, agent, tool, reason;
};
struct Thawed {
  std::string freeze, reason;
};
struct PermissionGiven {
  std::string permission;
  PermissionTerms terms;
  std::string reason;
};
struct PermissionJoined {
  std::string permission, person;
};
struct PermissionRevoked {
  std::string permission, reason;
};
struct PermissionUsed {
  std::string permission, workflow, call_key;
  std::int64_t epoch = 0;
  std::string hash, amount;
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
  std::string approval;     // By which people agreed to it; empty: the operator's file.
  std::string proposed_by;  // Who asked them.
};
// People agreed to it, but it could not come into force any more.
struct PolicyNotPublished {
  std::string approval, hash, reason;
};

using Event = std::variant<WorkflowCreated,
                           WorkflowCompleted,
                           WorkflowFailed,
                           WorkflowCancelled,
                           WorkflowRolledBack,
                           WorkflowForked,
                           EffectsAllowed,
                           TurnStarted,
                           TurnRenewed,
                           TurnEnded,
                           TurnLapsed,
                           CallOpened,
                           CallRecorded,
                           CallImported,
                           CallGranted,
                           CallStarted,
                           CallPermitted,
                           CallClosed,
                           CallDenied,
                           ApprovalRequested,
                           ApprovalDecided,
                           ApprovalEdited,
                           ApprovalClosed,
                           ApprovalWithdrawn,
                           ApprovalClaimed,
                           ApprovalReleased,
                           ApprovalDelegated,
                           ApprovalDelegationEnded,
                           ApprovalCommented,
                           ApprovalReminded,
                           ApprovalEscalated,
                           ApprovalExtended,
                           ApprovalAgreed,
                           ApprovalReopened,
                           CheckpointCreated,
                           InboundAsked,
                           PersonSet,
                           GroupSet,
                           GroupRemoved,
                           ResourceSet,
                           ResourceRemoved,
                           Frozen,
                           Thawed,
                           PermissionGiven,
                           PermissionJoined,
                           PermissionRevoked,
                           PermissionUsed,
                           KeyCreated,
                           KeyRevoked,
                           PolicyPublished,
                           PolicyNotPublished,
                           MessageWanted,
                           MessageDelivered,
                           MessageFailed,
                           MessageResent>;

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
