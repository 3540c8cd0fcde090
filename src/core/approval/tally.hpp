#pragma once

// Whether the decisions on a request suffice, and what is missing.
//
// Pure functions of the request, which holds its thresholds as they were when it was asked, and of
// the directory now (P1): who has left a group no longer counts. Each person counts once, whatever
// seats they have (P3). Approvals only add to an approval and rejections to a rejection; within a
// stage their order does not matter.

#include <string>
#include <vector>

#include "core/approval/approval.hpp"
#include "core/approval/group_expression.hpp"
#include "core/directory/directory.hpp"

namespace fermata {

struct Tally {
  Threshold threshold;
  std::int64_t approvals = 0;   // By weight.
  std::int64_t rejections = 0;  // By weight, dismissals included.
  std::int64_t dismissals = 0;  // By weight.
  bool open = false;            // Its stage has been reached.
  bool met() const { return !threshold.veto && approvals >= threshold.approve; }
  bool refused() const { return rejections >= threshold.reject; }
};

// kIgnored: those who are against it have all dismissed it. One who rejects among them makes it a
// rejection.
enum class Verdict { kOpen, kApproved, kRejected, kIgnored };

// One line per threshold.
std::vector<Tally> tally(const Approval& approval, const Directory& directory);
// kApproved when every stage is met; without a threshold that can be met nobody can ever agree
// (P2).
Verdict verdict(const Approval& approval, const Directory& directory);

// In whose place `person` would decide now, their own or that of who delegated to them, and the
// open thresholds it would count in, by name. Without any they may not decide.
struct Seat {
  std::string of;
  std::vector<std::string> thresholds;
};
Seat seat_of(const Approval& approval,
             const Directory& directory,
             const std::string& person,
             TimeMs now);
// Whether `person` is meant by some threshold, of whatever stage.
bool is_approver(const Approval& approval, const Directory& directory, const std::string& person);

// What a threshold that is not met still needs, and who can give it: not those who decided, nor the
// parties. With all of `people` agreeing in every stage's need, the request is approved.
struct Need {
  Tally line;
  std::int64_t missing = 0;         // By weight.
  std::vector<std::string> people;  // Ascending.
  // Together they weigh enough, each of them counted in one stage alone.
  bool possible = false;
  // Those of `people` without whom a later stage cannot be met: deciding now, they end it.
  std::vector<std::string> needed_later;
};
std::vector<Need> needs(const Approval& approval, const Directory& directory, TimeMs now);

Subject subject_of(const Approval& approval);

}  // namespace fermata
