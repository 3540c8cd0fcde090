#pragma once

// An approval request: a question to people that a workflow waits on.
//
// It ends exactly once (P4). Whether the decisions suffice is a pure function of the request, which
// holds the policy's thresholds as they were when it was made, and of who belongs to which group
// now (P1): a decision of somebody who has left the group no longer counts.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "core/actor.hpp"

namespace fermata {

struct Directory;

// `approve` members of group `from` must agree; `reject` of them (at least one) end it with no.
struct Threshold {
  std::string from;
  std::int64_t approve = 1;
  std::int64_t reject = 1;
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

enum class ApprovalKind {
  kCall,      // May this action be done with these arguments?
  kQuestion,  // Answer this form.
  kInDoubt,   // A crash left it open whether this was done: did it happen? (P17)
};

enum class ApprovalStatus {
  kPending,
  kApproved,
  kRejected,
  kAnswered,
  kExpired,
  kCancelled,
  kSuperseded,
};

enum class DecisionKind { kApprove, kReject, kEdit, kAnswer };
enum class OnDeadline { kExpire, kReject };

struct Decision {
  std::string person;
  DecisionKind kind = DecisionKind::kApprove;
  std::string reason;
  std::string hash;  // H of what this person was shown (P5).
  Door door = Door::kRest;
  TimeMs at = 0;
  std::vector<std::string> groups;  // Of the thresholds: those the person was in when deciding.
  json::Value answer;               // Of kAnswer.
  bool counts = true;               // False once an edit made a new H.
  friend bool operator==(const Decision&, const Decision&) = default;
};

// How people are asked. `action` and `arguments` are what H binds; the rest is the agent's own
// words.
struct Question {
  ApprovalKind kind = ApprovalKind::kCall;
  std::string action;
  json::Object arguments;
  std::string definition_hash;
  std::string target;
  std::string title;
  std::string why;
  std::string otherwise;   // What happens if the answer is no.
  json::Value form;        // {schema, hints} or null.
  json::Value validation;  // Further rules for the answer, or null.
  json::Value channels;    // Channel settings, or null.
  json::Object metadata;
  std::optional<TimeMs> deadline;
  OnDeadline on_deadline = OnDeadline::kExpire;
};

struct Outcome {
  ApprovalStatus status = ApprovalStatus::kPending;
  std::string by;  // Person, agent or "system".
  std::string reason;
  json::Value answer;
  TimeMs at = 0;
};

struct Approval {
  std::string id;
  std::string call;  // Empty: asked without a call.
  Question question;
  std::optional<json::Object> original_arguments;  // Before the first edit.
  std::string hash;                                // H.
  Actor requester;
  std::string on_behalf_of;
  std::set<std::string> parties;  // Persons who never decide: requesters, and whom agents work for.
  std::vector<Threshold> thresholds;
  std::string rule;  // Name of the rule that asked.
  std::string policy_hash;
  std::string snapshot_hash;  // Of the policy when it was asked; another one only tightens (P1).
  std::vector<Decision> decisions;
  std::int64_t epoch = 0;
  std::int64_t asked_at_version = 0;  // Of the stream.
  std::int64_t revision = 0;          // Grows with every event about it; the ETag.
  TimeMs created_at = 0;
  ApprovalStatus status = ApprovalStatus::kPending;
  std::optional<Outcome> outcome;

  bool pending() const { return status == ApprovalStatus::kPending; }
};

struct Tally {
  Threshold threshold;
  std::int64_t approvals = 0;
  std::int64_t rejections = 0;
};

enum class Verdict { kOpen, kApproved, kRejected };

// One line per threshold, counting each person once, and only who belonged to the group when
// deciding and belongs to it as of `directory` (P1).
std::vector<Tally> tally(const Approval& approval, const Directory& directory);
// kApproved when every threshold is met; no thresholds means nobody can ever agree (P2).
Verdict verdict(const Approval& approval, const Directory& directory);
// Whether `person` is an active member of a group that some threshold names.
bool is_approver(const Approval& approval, const Directory& directory, const std::string& person);
// Who asked or started the workflow, and whoever the agent works for, never decide (P3).
bool is_party(const Approval& approval, const std::string& person);

std::string to_string(ApprovalKind kind);
std::string to_string(ApprovalStatus status);
std::string to_string(DecisionKind kind);
std::string to_string(OnDeadline value);
std::optional<ApprovalKind> approval_kind_from(const std::string& name);
std::optional<ApprovalStatus> approval_status_from(const std::string& name);
std::optional<DecisionKind> decision_kind_from(const std::string& name);
std::optional<OnDeadline> on_deadline_from(const std::string& name);

}  // namespace fermata
