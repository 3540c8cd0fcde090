#pragma once

// What can have happened to an approval request. Part of core/event.hpp, whose rules hold here.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "core/actor.hpp"
#include "core/approval/approval.hpp"

namespace fermata::event {

struct ApprovalRequested {
  std::string approval, call;
  Question question;
  std::string hash;
  Actor requester;
  std::string on_behalf_of;
  std::vector<Threshold> thresholds;
  Schedule schedule;
  std::string rule, policy_hash;
  std::int64_t epoch = 0;
};
struct ApprovalDecided {
  std::string approval, person;
  DecisionKind decision = DecisionKind::kApprove;
  std::string reason, hash;
  std::vector<std::string> groups;  // The thresholds it counts in, by name.
  json::Value answer;
  std::string delegated_by;  // Whose place it was made in; or empty.
  std::string outcome;       // The custom one it chose; or empty.
};
// Before the outcome: from here on it does not count.
struct ApprovalWithdrawn {
  std::string approval, person, reason;
};
struct ApprovalClaimed {
  std::string approval, person, by;
};
struct ApprovalReleased {
  std::string approval, person;
};
struct ApprovalDelegated {
  std::string approval;
  Delegation delegation;
};
struct ApprovalDelegationEnded {
  std::string approval, from;
};
struct ApprovalCommented {
  std::string approval, text;
  std::int64_t reply_to = 0;
  bool for_agent = false, asks = false;
};
struct ApprovalReminded {
  std::string approval;
  std::int64_t reminder = 0;  // Of the schedule, from 1 on.
};
// Time passed: these are the thresholds now.
struct ApprovalEscalated {
  std::string approval;
  std::vector<Threshold> thresholds;
};
struct ApprovalExtended {
  std::string approval, person, reason;
  std::int64_t by_ms = 0;
};
// Enough agree. It takes effect at `effect_at` of the request's clock, unless somebody stops it.
struct ApprovalAgreed {
  std::string approval;
  TimeMs effect_at = 0;
};
// Not enough of them any more.
struct ApprovalReopened {
  std::string approval;
};
// New arguments, hence a new H; the decisions so far no longer count.
struct ApprovalEdited {
  std::string approval, person, reason;
  json::Object arguments;
  std::string hash;
  std::vector<Threshold> thresholds;
  std::string rule, policy_hash;
  // Only if the resulting call has less time; then on_deadline holds as well.
  std::optional<TimeMs> deadline;
  OnDeadline on_deadline = OnDeadline::kExpire;
  std::optional<Schedule> schedule;       // Only if the resulting call's is stricter.
  std::optional<ToolIdentity> tool = {};  // Only if the resulting call is of another one.
};
struct ApprovalClosed {
  std::string approval;
  ApprovalStatus status = ApprovalStatus::kApproved;
  std::string by, reason;
  json::Value answer;
  std::string outcome = {};  // The custom one; or empty.
};

}  // namespace fermata::event
