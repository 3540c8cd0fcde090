#pragma once

// The closed sum type of everything that can be wished for. Each command goes to one stream.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "core/approval/approval.hpp"
#include "core/directory/directory.hpp"
#include "core/outbox/command.hpp"
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

// As if people had decided a request otherwise.
struct Supposition {
  std::string approval;
  DecisionKind decision = DecisionKind::kReject;  // Or kApprove.
  std::string reason;
  std::optional<json::Value> result;  // Of the call, as if it had been approved and done.
};
// A new workflow from another one's journal (fork.hpp). At the checkpoint, or at the supposed
// decision, or, with neither, from the beginning.
struct ForkWorkflow {
  std::shared_ptr<const Workflow> source;  // As it stands; nothing of it changes.
  std::string checkpoint;
  std::optional<Supposition> decision;
  std::optional<json::Value> input;  // Instead of the source's.
  std::string name, reason;
  std::vector<std::string> tags;
  std::optional<Dispatch> dispatch;  // Absent: as the source's.
};
struct AllowEffects {
  std::string reason;
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
// What a program of another framework asks at once, each question judged on its own (inbound.hpp).
// On a stream that does not exist, it makes a standalone workflow. The same key is the same asking.
struct AskInbound {
  std::string key;  // Or empty.
  json::Value asked;
  std::vector<Question> questions;   // Of kCall and kQuestion; what `asked` says, in its order.
  std::optional<std::int64_t> turn;  // Needed while one is in force.
};
struct DecideApproval {
  std::string approval;
  DecisionKind decision = DecisionKind::kApprove;
  std::string hash;
  std::string reason;
  json::Object arguments;                   // kEdit.
  json::Value answer;                       // kAnswer.
  std::optional<std::int64_t> if_revision;  // If-Match.
  std::string outcome = {};                 // A custom one that means `decision`; or empty.
  std::string action = {};                  // kEdit: the tool to call instead; empty: the same.
};
// One's own decision, before the outcome.
struct WithdrawDecision {
  std::string approval, reason;
};
struct ClaimApproval {
  std::string approval;
  std::string person;  // Whom it is assigned to; empty: the actor.
};
struct ReleaseApproval {
  std::string approval;
};
// `to` decides in the actor's place: until then, or for good (forward).
struct DelegateApproval {
  std::string approval, to, reason;
  std::optional<TimeMs> until;
};
struct EndDelegation {
  std::string approval;
};
struct CommentApproval {
  std::string approval, text;
  std::int64_t reply_to = 0;
  bool for_agent = false, asks = false;
};
struct ExtendApproval {
  std::string approval, reason;
  std::int64_t by_ms = 0;
};
struct CancelApproval {
  std::string approval, reason;
};
// A timer's: does what is due by the request's clock - reminders, escalations, the effect, its end
// - else refuses with approval.not_due.
struct AdvanceApproval {
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
struct SetResource {
  Resource resource;
};
struct RemoveResource {
  std::string resource;
};
// The kill switch, for an agent, a tool, both together, or for `everything`, the whole tenant; that
// is said, and never what was left out.
struct ThrowSwitch {
  std::string agent, tool, reason;
  bool everything = false;
};
struct LiftSwitch {
  std::string freeze, reason;
};
struct CreateKey {
  ApiKey key;
};
struct RevokeKey {
  std::string key;
};
// Signs a browser in. `key` is the session's own: id, secret and end are of the caller's making.
struct BeginSession {
  ApiKey key;
  std::string with;  // The id of the actor's key, or of the link that is used up.
};
struct EndSession {
  std::string key;
};
struct GivePermission {
  PermissionTerms terms;
  std::string reason;
};
// One more person agrees to it.
struct JoinPermission {
  std::string permission;
};
struct RevokePermission {
  std::string permission, reason;
};
// The engine's, on the way of an OpenCall: recorded before the call is.
struct UsePermission {
  std::string permission, workflow, call_key;
  std::int64_t epoch = 0;
  std::string hash;
  std::string tool, definition_hash, agent;
  json::Object arguments;
};
// `source` has been parsed by codec/policy; its hash is that of the text.
struct PublishPolicy {
  std::string source, hash;
  // Of one that people agreed to; else it is the operator's file, or the first one.
  std::string approval, replaces, proposed_by;
};
// Another policy instead of the one in force: people are asked, on a stream of its own.
struct ProposePolicy {
  std::string source, hash, reason;
};

using Command = std::variant<CreateWorkflow,
                             CompleteWorkflow,
                             FailWorkflow,
                             CancelWorkflow,
                             RollBack,
                             ForkWorkflow,
                             AllowEffects,
                             StartTurn,
                             RenewTurn,
                             EndTurn,
                             ExpireTurn,
                             OpenCall,
                             CloseCall,
                             RequestApproval,
                             AskInbound,
                             DecideApproval,
                             CancelApproval,
                             WithdrawDecision,
                             ClaimApproval,
                             ReleaseApproval,
                             DelegateApproval,
                             EndDelegation,
                             CommentApproval,
                             ExtendApproval,
                             AdvanceApproval,
                             CreateCheckpoint,
                             SetPerson,
                             SetGroup,
                             RemoveGroup,
                             SetResource,
                             RemoveResource,
                             ThrowSwitch,
                             LiftSwitch,
                             GivePermission,
                             JoinPermission,
                             RevokePermission,
                             UsePermission,
                             CreateKey,
                             RevokeKey,
                             BeginSession,
                             EndSession,
                             PublishPolicy,
                             ProposePolicy,
                             Announce,
                             RecordDelivery,
                             ResendMessage>;

}  // namespace fermata::command
