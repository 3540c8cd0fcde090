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
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "core/actor.hpp"
#include "core/approval/threshold.hpp"

namespace fermata {

enum class ApprovalKind {
  kCall,      // May this action be done with these arguments?
  kQuestion,  // Answer this form.
  kInDoubt,   // A crash left it open whether this was done: did it happen? (P17)
  kPolicy,    // May this policy take the place of the one in force?
};

// Whether it is agreed to, rather than answered.
constexpr bool is_action(ApprovalKind kind) {
  return kind == ApprovalKind::kCall || kind == ApprovalKind::kPolicy;
}
inline constexpr std::string_view kPublishPolicy = "policy.publish";  // What kPolicy asks about.

enum class ApprovalStatus {
  kPending,
  kApproved,
  kRejected,
  kAnswered,
  kExpired,
  kCancelled,
  kSuperseded,
  kIgnored,  // Dismissed: the call is skipped, which is no refusal.
};

enum class DecisionKind { kApprove, kReject, kEdit, kAnswer, kIgnore };
// What a deadline brings. Never a yes to a call: time agrees to nothing (P1).
enum class OnDeadline { kExpire, kReject, kIgnore, kAnswer };

struct Decision {
  std::string person;
  DecisionKind kind = DecisionKind::kApprove;
  std::string reason;
  std::string hash;  // H of what this person was shown (P5).
  Door door = Door::kRest;
  TimeMs at = 0;
  std::vector<std::string> groups;  // The thresholds it counted in when it was made, by name.
  json::Value answer;               // Of kAnswer.
  bool counts = true;               // False once an edit made a new H, or it was withdrawn.
  std::string delegated_by = {};    // Whose place it was made in; or empty.
  std::string outcome = {};         // The custom one it chose; or empty.
  std::string withdrawn = {};       // Why; or empty.

  const std::string& seat() const { return delegated_by.empty() ? person : delegated_by; }
  bool refuses() const { return kind == DecisionKind::kReject || kind == DecisionKind::kIgnore; }
  friend bool operator==(const Decision&, const Decision&) = default;
};

// An answer that the request names itself, and what it means: a decision of that kind.
struct CustomOutcome {
  std::string name;
  DecisionKind means = DecisionKind::kReject;
  std::string text;  // What the agent is told.
  friend bool operator==(const CustomOutcome&, const CustomOutcome&) = default;
};

// A tool as the agent's runtime has told of it.
struct ToolIdentity {
  std::string name, definition_hash, undo;
  bool idempotent = false;
  friend bool operator==(const ToolIdentity&, const ToolIdentity&) = default;
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
  json::Value default_answer;  // Of OnDeadline::kAnswer.
  std::vector<CustomOutcome> outcomes;
  // Decisions that whoever asked can make use of; a reject always is one. Empty: all of its kind.
  std::vector<DecisionKind> takes;
};

// When what happens to a request by itself. Times are of the request's own clock (clock.hpp).
struct Schedule {
  std::vector<TimeMs> reminders;              // Ascending.
  std::int64_t effect_wait_ms = 0;            // From enough agreement to the effect.
  std::optional<std::int64_t> grant_life_ms;  // Of what is granted; else the server's.
  std::int64_t extend_ms = 0;                 // By how much approvers may move the deadline in all.
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

// Somebody else decides in `from`'s place. Of depth one: a delegate delegates to nobody.
struct Delegation {
  std::string from, to;
  std::optional<TimeMs> until;  // None: for good (forwarded).
  std::string reason;
  TimeMs at = 0;

  bool holds(TimeMs now) const { return !until || now < *until; }
  friend bool operator==(const Delegation&, const Delegation&) = default;
};

// Who has taken it on. It tells the others; it takes nobody's right to decide.
struct Claim {
  std::string person;
  std::string by;  // Who assigned it; or the same person.
  TimeMs at = 0;
  friend bool operator==(const Claim&, const Claim&) = default;
};

struct Comment {
  Actor by;
  std::string text;
  std::int64_t reply_to = 0;  // The number of another one, from 1 on; 0: none.
  bool for_agent = false;
  bool asks = false;  // The agent, who answers with a reply.
  TimeMs at = 0;
  friend bool operator==(const Comment&, const Comment&) = default;
};

inline constexpr std::string_view kBySystem = "system";  // Outcome::by.
inline constexpr std::string_view kByDeadline = kBySystem;

struct Outcome {
  ApprovalStatus status = ApprovalStatus::kPending;
  std::string by;  // Person, agent or "system".
  std::string reason;
  json::Value answer;
  TimeMs at = 0;
  std::string name = {};  // The custom one; or empty.
};

struct Approval {
  std::string id;
  std::string call;  // Empty: asked without a call.
  Question question;
  std::optional<json::Object> original_arguments;  // Before the first edit.
  std::string original_action;                     // Before people chose another tool; or empty.
  std::string hash;                                // H.
  Actor requester;
  std::string on_behalf_of;
  std::set<std::string> parties;  // Persons who never decide: requesters, and whom agents work for.
  std::vector<Threshold> thresholds;
  std::string rule;  // Name of the rule that asked.
  std::string policy_hash;
  std::string snapshot_hash;  // Of the policy when it was asked; another one only tightens (P1).
  Schedule schedule;
  std::vector<Decision> decisions;
  std::vector<Delegation> delegations;
  std::vector<Comment> comments;
  std::optional<Claim> claim;
  std::size_t reminded = 0;         // How many of the schedule's reminders are done.
  std::int64_t extended_ms = 0;     // By how much the deadline was moved.
  std::optional<TimeMs> effect_at;  // Enough have agreed; it ends then, unless somebody stops it.
  std::int64_t epoch = 0;
  std::int64_t asked_at_version = 0;  // Of the stream.
  std::int64_t revision = 0;          // Grows with every event about it; the ETag.
  TimeMs created_at = 0;
  ApprovalStatus status = ApprovalStatus::kPending;
  std::optional<Outcome> outcome;

  bool pending() const { return status == ApprovalStatus::kPending; }
};

// The decisions that can be made about it as it stands: those of its kind that whoever asked takes.
// What was edited may be agreed to as it is now, where edits are taken.
std::vector<DecisionKind> taken(const Approval& approval);

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
