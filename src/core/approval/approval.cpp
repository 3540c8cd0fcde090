#include "core/approval/approval.hpp"

#include <algorithm>

#include "core/names.hpp"

namespace fermata {
namespace {

constexpr Names<ApprovalKind, 4> kKinds{{{ApprovalKind::kCall, "call"},
                                         {ApprovalKind::kQuestion, "question"},
                                         {ApprovalKind::kInDoubt, "in_doubt"},
                                         {ApprovalKind::kPolicy, "policy"}}};
constexpr Names<ApprovalStatus, 8> kStatuses{{{ApprovalStatus::kPending, "pending"},
                                              {ApprovalStatus::kApproved, "approved"},
                                              {ApprovalStatus::kRejected, "rejected"},
                                              {ApprovalStatus::kAnswered, "answered"},
                                              {ApprovalStatus::kExpired, "expired"},
                                              {ApprovalStatus::kCancelled, "cancelled"},
                                              {ApprovalStatus::kSuperseded, "superseded"},
                                              {ApprovalStatus::kIgnored, "ignored"}}};
constexpr Names<DecisionKind, 5> kDecisions{{{DecisionKind::kApprove, "approve"},
                                             {DecisionKind::kReject, "reject"},
                                             {DecisionKind::kEdit, "edit"},
                                             {DecisionKind::kAnswer, "answer"},
                                             {DecisionKind::kIgnore, "ignore"}}};
constexpr Names<OnDeadline, 4> kOnDeadlines{{{OnDeadline::kExpire, "expire"},
                                             {OnDeadline::kReject, "reject"},
                                             {OnDeadline::kIgnore, "ignore"},
                                             {OnDeadline::kAnswer, "answer"}}};

}  // namespace

namespace {

std::vector<DecisionKind> of_kind(ApprovalKind kind) {
  using enum DecisionKind;
  switch (kind) {
    case ApprovalKind::kCall:
      return {kApprove, kReject, kEdit, kIgnore};
    case ApprovalKind::kPolicy:
      return {kApprove, kReject, kIgnore};
    case ApprovalKind::kQuestion:
      return {kAnswer, kReject, kIgnore};
    case ApprovalKind::kInDoubt:
      return {kAnswer};
  }
  return {};
}

}  // namespace

std::vector<DecisionKind> taken(const Approval& approval) {
  std::vector<DecisionKind> kinds = of_kind(approval.question.kind);
  const std::vector<DecisionKind>& takes = approval.question.takes;
  if (takes.empty()) return kinds;
  const auto has = [&](DecisionKind kind) {
    return std::find(takes.begin(), takes.end(), kind) != takes.end();
  };
  std::erase_if(kinds, [&](DecisionKind kind) {
    if (kind == DecisionKind::kReject) return false;
    const bool agrees_to_edit = kind == DecisionKind::kApprove && approval.original_arguments;
    return !has(kind) && !(agrees_to_edit && has(DecisionKind::kEdit));
  });
  return kinds;
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
