// What an event needs of the state that it is folded into. evolve() relies on it.

#include <set>

#include "core/decide.hpp"

namespace fermata {
namespace {

constexpr std::string_view kFits;
// Far beyond any lease; what it is added to must stay a time that can be written.
constexpr std::int64_t kLongestLeaseMs = 10LL * 366 * 24 * 3600 * 1000;

struct Misfit {
  const Workflow& w;

  std::string_view open_workflow() const {
    return w.closed() ? "the workflow has ended before" : kFits;
  }
  std::string_view open_call(const std::string& id) const {
    const Call* call = find_call(w, id);
    if (call == nullptr) return "there is no such call";
    return call->closed() ? "the call was closed before" : kFits;
  }
  std::string_view pending(const std::string& id) const {
    const Approval* approval = find_approval(w, id);
    if (approval == nullptr) return "there is no such approval request";
    return approval->pending() ? kFits : "P4: a request ends once";
  }
  std::string_view new_call(const std::string& id, const std::string& key) const {
    if (id != entity_id("cl", w.id, w.calls.size() + 1)) return "the call has the wrong number";
    return w.by_key.contains(key) ? "the call's key is in use" : kFits;
  }

  std::string_view operator()(const event::WorkflowCreated& e) const {
    if (w.exists()) return "the workflow was created before";
    return e.id.starts_with("wf_") ? kFits : "the workflow's id is none";
  }
  std::string_view operator()(const event::WorkflowCompleted&) const { return open_workflow(); }
  std::string_view operator()(const event::WorkflowFailed&) const { return open_workflow(); }
  std::string_view operator()(const event::WorkflowCancelled&) const { return open_workflow(); }
  std::string_view operator()(const event::WorkflowRolledBack& e) const {
    if (find_checkpoint(w, e.checkpoint) == nullptr) return "there is no such checkpoint";
    std::set<std::string_view> dropped;
    for (const std::string& id : e.dropped) {
      const Call* call = find_call(w, id);
      if (call == nullptr || !call->live) return "a dropped call is not on the branch";
      if (!dropped.insert(id).second) return "a call is dropped twice";
    }
    return kFits;
  }

  std::string_view operator()(const event::TurnStarted& e) const {
    if (e.lease_ms < 0 || e.lease_ms > kLongestLeaseMs) return "the lease has no possible length";
    return open_workflow();
  }

  std::string_view operator()(const event::TurnEnded& e) const {
    const bool possible = e.retry_after_ms >= 0 && e.retry_after_ms <= kLongestLeaseMs;
    return possible ? kFits : "the pause has no possible length";
  }

  std::string_view operator()(const event::CallOpened& e) const { return new_call(e.call, e.key); }
  std::string_view operator()(const event::CallRecorded& e) const {
    return new_call(e.call, e.key);
  }
  std::string_view operator()(const event::CallGranted& e) const { return open_call(e.call); }
  std::string_view operator()(const event::CallStarted& e) const { return open_call(e.call); }
  std::string_view operator()(const event::CallClosed& e) const { return open_call(e.call); }
  std::string_view operator()(const event::CallDenied& e) const { return open_call(e.call); }

  std::string_view operator()(const event::ApprovalRequested& e) const {
    if (e.approval != entity_id("ap", w.id, w.approvals.size() + 1))
      return "the approval request has the wrong number";
    if (!e.call.empty()) return open_call(e.call);
    return e.question.kind == ApprovalKind::kInDoubt ? "a doubt is about a call" : kFits;
  }
  std::string_view operator()(const event::ApprovalDecided& e) const { return pending(e.approval); }
  std::string_view operator()(const event::ApprovalEdited& e) const { return pending(e.approval); }
  std::string_view operator()(const event::ApprovalClosed& e) const {
    return e.status == ApprovalStatus::kPending ? "a request ends with an outcome"
                                                : pending(e.approval);
  }
  std::string_view operator()(const event::CheckpointCreated& e) const {
    if (e.checkpoint != entity_id("cp", w.id, w.checkpoints.size() + 1))
      return "the checkpoint has the wrong number";
    return e.calls > w.calls.size() ? "the checkpoint counts calls that are not there" : kFits;
  }

  template <class Other>
  std::string_view operator()(const Other&) const {
    return kFits;  // Needs nothing.
  }
};

struct IsOfDirectory {
  bool operator()(const event::PersonSet&) const { return true; }
  bool operator()(const event::GroupSet&) const { return true; }
  bool operator()(const event::GroupRemoved&) const { return true; }
  bool operator()(const event::KeyCreated&) const { return true; }
  bool operator()(const event::KeyRevoked&) const { return true; }
  bool operator()(const event::PolicyPublished&) const { return true; }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

}  // namespace

std::string_view misfit(const Workflow& workflow, const event::Recorded& recorded) {
  if (recorded.version != workflow.version + 1) return "P10: versions are without a gap";
  if (std::visit(IsOfDirectory{}, recorded.payload)) return "it belongs into a directory";
  if (!workflow.exists() && !std::holds_alternative<event::WorkflowCreated>(recorded.payload))
    return "the workflow was not created before";
  return std::visit(Misfit{workflow}, recorded.payload);
}

std::string_view misfit(const Directory& directory, const event::Recorded& recorded) {
  if (!std::visit(IsOfDirectory{}, recorded.payload)) return "it belongs into a workflow";
  const auto* revoked = std::get_if<event::KeyRevoked>(&recorded.payload);
  return revoked != nullptr && !directory.keys.contains(revoked->key) ? "there is no such key"
                                                                      : kFits;
}

}  // namespace fermata
