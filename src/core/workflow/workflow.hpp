#pragma once

// A workflow: one execution, with its journaled calls, approval requests, checkpoints and branches.
//
// Everything in here is the fold of the stream's events (P10). Entities are numbered in the order
// they appeared; their ids carry the workflow's suffix and that number.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/json.hpp"
#include "core/actor.hpp"
#include "core/approval/approval.hpp"
#include "core/workflow/inbound.hpp"
#include "core/workflow/totals.hpp"

namespace fermata {

enum class WorkflowStatus { kNone, kReady, kRunning, kWaiting, kCompleted, kFailed, kCancelled };
// Who runs the turns: the caller itself, a worker that leases them, or the server.
enum class Dispatch { kNone, kWorker, kNative };
// What a tool call does: the real thing, or in a fork what the source's journal recorded.
enum class Effects { kLive, kRecorded };
enum class CallKind { kTool, kModel, kCode, kValue, kCheckpoint };
enum class CallState { kWaiting, kGranted, kRunning, kDone, kFailed, kDenied, kInDoubt };

struct CallError {
  std::string type;
  std::string message;
  friend bool operator==(const CallError&, const CallError&) = default;
};

// The single-use permission that an approved (or allowed) call runs on (P9).
struct Grant {
  std::string id;
  std::string hash;  // H; the execution's report must carry the same (P5).
  std::int64_t epoch = 0;
  std::optional<TimeMs> expires_at;
  std::int64_t claimed_by_turn = 0;  // 0: not yet.
  TimeMs granted_at = 0;
};

struct Call {
  std::string id;
  std::string key;  // The runtime's deterministic name for it, unique on a branch.
  CallKind kind = CallKind::kTool;
  std::string tool;
  json::Object arguments;                           // As the agent asked.
  std::optional<json::Object> effective_arguments;  // As a person edited them.
  std::optional<ToolIdentity> asked;                // For, before a person chose another tool.
  std::string request_hash;
  std::string definition_hash;
  std::string target;
  std::string why;
  std::string undo;    // The tool that undoes it; empty: none does.
  std::string undoes;  // The call that it undoes (undo.hpp).
  bool idempotent = false;
  bool handed = false;  // Whoever asked runs it by its own means (inbound.hpp).
  std::string hash;     // H of the effective arguments.
  std::string policy_hash;
  std::int64_t epoch = 0;
  std::int64_t attempt = 0;  // How often it was started.
  std::string approval;      // The latest one; empty when none was needed.
  std::string permission;    // The standing one that it ran under; or empty.
  std::optional<Grant> grant;
  CallState state = CallState::kWaiting;
  json::Value result;
  std::optional<CallError> error;
  std::string denial_reason;   // "policy.denied", "approval.rejected", ...
  std::string denial_message;  // For the model.
  TimeMs opened_at = 0;
  std::optional<TimeMs> closed_at;
  std::int64_t left = 0;      // The epoch whose rollback left it on an abandoned branch; or 0.
  std::string imported_from;  // In a fork: the source's call whose result this is (fork.hpp).

  bool live() const { return left == 0; }
  const std::string& asked_tool() const { return asked ? asked->name : tool; }
  const json::Object& effective() const {
    return effective_arguments ? *effective_arguments : arguments;
  }
  bool closed() const {
    return state == CallState::kDone || state == CallState::kFailed || state == CallState::kDenied;
  }
};

struct Turn {
  std::int64_t n = 0;  // The fencing token (P16).
  std::string worker;
  std::int64_t lease_ms = 0;
  TimeMs lease_until = 0;
};

// Of a fork.
struct Origin {
  std::string workflow;
  std::string checkpoint;
  std::int64_t version = 0;  // Of the source when it was forked.
  friend bool operator==(const Origin&, const Origin&) = default;
};

struct Branch {
  std::int64_t epoch = 0;
  std::int64_t parent = 0;
  std::string checkpoint;
  std::string reason;
  TimeMs at = 0;
  Actor by;
  // Which one from that checkpoint on; the first came without a rollback.
  std::int64_t attempt = 1;
  // What the model is told (rollback.hpp), where it does not follow from the state: in a fork.
  std::optional<std::string> told;
};

// An effect that a rollback left behind, and what became of undoing it (undo.hpp).
struct Compensation {
  std::size_t call = 0;    // Index of the call to undo.
  std::int64_t epoch = 0;  // Of the rollback's branch.
  std::int64_t most = 0;   // Attempts, as the limit was then.
  std::int64_t attempts = 0;
  std::optional<std::size_t> last;  // Index of the call of the last attempt.
  // Attempts before the last one whose request was taken back undecided: nothing was tried.
  std::int64_t withdrawn = 0;
};

struct Checkpoint {
  std::string id;
  std::string name;
  std::string call;  // With a key of the journal it is a call as well, which it counts in.
  std::int64_t epoch = 0;
  std::int64_t version = 0;  // Of the stream when it was made.
  std::size_t calls = 0;     // How many calls had been opened.
  json::Value snapshot;
  json::Value recovery;
  json::Object metadata;
  Actor by;
  TimeMs at = 0;
  std::int64_t left = 0;  // As of a call.

  bool live() const { return left == 0; }
};

// In a fork: what a tool call of the source gave, to stand in for the same call here (fork.hpp).
struct Recording {
  std::string source;  // The call there.
  std::optional<json::Object> effective_arguments;
  std::string effective_tool;  // Another one that a person chose; or empty.
  json::Value result;
  std::optional<CallError> error;
  bool ahead = false;  // Of the place where the fork begins; else behind it.
  bool used = false;
};

struct Workflow {
  std::string id;
  std::string agent;
  std::string name;
  json::Value input;
  json::Object context;
  json::Object metadata;
  std::vector<std::string> tags;
  Actor requester;
  std::string on_behalf_of;
  std::string acts_for;     // The person whom its agent works for: on_behalf_of, or its key's.
  bool standalone = false;  // Made for one approval request; ends with it.
  Dispatch dispatch = Dispatch::kNone;
  TimeMs ready_at = 0;      // When somebody may take the next turn; counts while it is ready.
  std::int64_t lapses = 0;  // Turns in a row that ran out and left nothing new.
  Effects effects = Effects::kLive;
  std::optional<Origin> forked_from;
  std::string root;                  // Of a line of forks; its own id when it is no fork.
  std::vector<std::string> parties;  // Of a fork's source: they never decide here either (P3).
  std::string told_input;            // Of a fork: what the model is told of another input.
  std::int64_t epoch = 0;
  std::int64_t version = 0;
  std::vector<Branch> branches;
  std::int64_t turns = 0;
  std::optional<Turn> turn;
  json::Value fingerprint;
  std::vector<Call> calls;                              // calls[n-1] is cl_..._n.
  std::unordered_map<std::string, std::size_t> by_key;  // Live calls: key -> index.
  Totals totals;                                        // Of the tool calls that count.
  std::vector<Approval> approvals;
  std::vector<Checkpoint> checkpoints;
  std::vector<InboundAsk> inbound;                              // inbound[n-1] is in_..._n.
  std::unordered_map<std::string, std::size_t> inbound_by_key;  // Live ones: key -> index.
  std::vector<Compensation> compensations;                      // The latest call first.
  // Only in a fork: by recording_key().
  std::unordered_map<std::string, std::vector<Recording>> recordings;
  std::vector<std::size_t> pending;  // Indices of pending approvals, oldest first.
  bool nudged = false;               // People asked the agent something since its last turn began.
  std::int64_t grants = 0;
  std::size_t open_calls = 0;
  json::Value result;
  std::optional<CallError> error;
  TimeMs created_at = 0;
  TimeMs updated_at = 0;
  // kNone until created; the terminal one once closed; otherwise see status().
  WorkflowStatus ended = WorkflowStatus::kNone;

  bool exists() const { return !id.empty(); }
  bool closed() const { return ended != WorkflowStatus::kNone; }
};

// running: somebody holds the turn; waiting: nobody does and people are asked; ready: nobody does.
WorkflowStatus status(const Workflow& workflow);

const Approval* find_approval(const Workflow& workflow, const std::string& id);  // nullptr: none.
const Call* find_call(const Workflow& workflow, const std::string& id);
const Checkpoint* find_checkpoint(const Workflow& workflow, const std::string& id);

// "ap" + the workflow's suffix + number; and the other way: the workflow of any such id, or "".
std::string entity_id(const std::string& prefix, const std::string& workflow_id, std::size_t n);
std::string workflow_of(const std::string& id);

// What H binds (P5), and H itself.
struct Binding {
  std::string tenant;
  std::string tool;
  std::string definition_hash;
  json::Object arguments;
  std::string target;
  std::string workflow;
  std::int64_t epoch = 0;
  std::string policy_hash;
};
json::Value to_value(const Binding& binding);
std::string binding_hash(const Binding& binding);
Binding binding_of(const std::string& tenant, const std::string& workflow, const Call& call);

std::string to_string(WorkflowStatus status);
std::string to_string(Dispatch dispatch);
std::string to_string(Effects effects);
std::string to_string(CallKind kind);
std::string to_string(CallState state);
std::optional<Dispatch> dispatch_from(const std::string& name);
std::optional<Effects> effects_from(const std::string& name);
std::optional<CallKind> call_kind_from(const std::string& name);

}  // namespace fermata
