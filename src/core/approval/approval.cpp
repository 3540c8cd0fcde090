#include "core/approval/approval.hpp"

#include <algorithm>
#include <set>

#include "core/directory/directory.hpp"
#include "core/names.hpp"

namespace fermata {
namespace {

constexpr Names<ApprovalKind, 3> kKinds{{{ApprovalKind::kCall, "call"},
                                         {ApprovalKind::kQuestion, "question"},
                                         {ApprovalKind::kInDoubt, "in_doubt"}}};
constexpr Names<ApprovalStatus, 7> kStatuses{{{ApprovalStatus::kPending, "pending"},
                                              {ApprovalStatus::kApproved, "approved"},
                                              {ApprovalStatus::kRejected, "rejected"},
                                              {ApprovalStatus::kAnswered, "answered"},
                                              {ApprovalStatus::kExpired, "expired"},
                                              {ApprovalStatus::kCancelled, "cancelled"},
                                              {ApprovalStatus::kSuperseded, "superseded"}}};
constexpr Names<DecisionKind, 4> kDecisions{{{DecisionKind::kApprove, "approve"},
                                             {DecisionKind::kReject, "reject"},
                                             {DecisionKind::kEdit, "edit"},
                                             {DecisionKind::kAnswer, "answer"}}};
constexpr Names<OnDeadline, 2> kOnDeadlines{
    {{OnDeadline::kExpire, "expire"}, {OnDeadline::kReject, "reject"}}};

bool belonged(const Decision& decision, const std::string& group) {
  return std::find(decision.groups.begin(), decision.groups.end(), group) != decision.groups.end();
}

}  // namespace

std::vector<Tally> tally(const Approval& approval, const Directory& directory) {
  std::vector<Tally> lines;
  for (const Threshold& threshold : approval.thresholds) {
    std::set<std::string> agree, refuse;
    for (const Decision& decision : approval.decisions) {
      if (!decision.counts || decision.hash != approval.hash) continue;
      if (!belonged(decision, threshold.from)) continue;
      if (!directory.is_member(threshold.from, decision.person)) continue;
      if (is_party(approval, decision.person)) continue;
      (decision.kind == DecisionKind::kReject ? refuse : agree).insert(decision.person);
    }
    lines.push_back({threshold,
                     static_cast<std::int64_t>(agree.size()),
                     static_cast<std::int64_t>(refuse.size())});
  }
  return lines;
}

Verdict verdict(const Approval& approval, const Directory& directory) {
  const std::vector<Tally> lines = tally(approval, directory);
  const auto refused = [](const Tally& line) {
    return line.rejections >= std::max<std::int64_t>(1, line.threshold.reject);
  };
  const auto met = [](const Tally& line) {
    return line.approvals >= std::max<std::int64_t>(1, line.threshold.approve);
  };
  if (std::any_of(lines.begin(), lines.end(), refused)) return Verdict::kRejected;
  if (!lines.empty() && std::all_of(lines.begin(), lines.end(), met)) return Verdict::kApproved;
  return Verdict::kOpen;
}

bool is_approver(const Approval& approval, const Directory& directory, const std::string& person) {
  return std::any_of(
      approval.thresholds.begin(), approval.thresholds.end(), [&](const Threshold& threshold) {
        return directory.is_member(threshold.from, person);
      });
}

bool is_party(const Approval& approval, const std::string& person) {
  return approval.parties.contains(person);
}

std::string to_string(ApprovalKind kind) { return name_of(kKinds, kind); }
std::string to_string(ApprovalStatus status) { return name_of(kStatuses, status); }
std::string to_string(DecisionKind kind) { return name_of(kDecisions, kind); }
std::string to_string(OnDeadline value) { return name_of(kOnDeadlines, value); }
std::optional<ApprovalKind> approval_kind_from(const std::string& name) {
  return value_of(kKinds, name);
}
std::optional<ApprovalStatus> approval_status_from(const std::string& name) {
  return value_of(kStatuses, name);
}
std::optional<DecisionKind> decision_kind_from(const std::string& name) {
  return value_of(kDecisions, name);
}
std::optional<OnDeadline> on_deadline_from(const std::string& name) {
  return value_of(kOnDeadlines, name);
}

}  // namespace fermata
