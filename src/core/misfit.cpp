// What an event needs of the state that it is folded into. evolve() relies on it.

#include <set>

#include "core/decide.hpp"

namespace fermata {
namespace {

constexpr std::string_view kFits;
constexpr std::string_view kNoTime = "a time that cannot be";
// Far beyond any lease; what it is added to must stay a time that can be written.
constexpr std::int64_t kLongestLeaseMs = 10LL * 366 * 24 * 3600 * 1000;

bool is_span(std::int64_t ms) { return ms >= 0 && ms <= kLongestLeaseMs; }

// Times are added to these.
bool possible(const std::vector<Threshold>& thresholds) {
  for (const Threshold& threshold : thresholds)
    for (const Escalation& step : threshold.escalations)
      if (!is_span(step.after_ms)) return false;
  return true;
}

bool possible(const Schedule& schedule) {
  return is_span(schedule.effect_wait_ms) && is_span(schedule.extend_ms) &&
         is_span(schedule.grant_life_ms.value_or(0));
}

struct IsOfOutbox {
  bool operator()(const event::MessageWanted&) const { return true; }
  bool operator()(const event::MessageDelivered&) const { return true; }
  bool operator()(const event::MessageFailed&) const { return true; }
  bool operator()(const event::MessageResent&) const { return true; }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

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
      if (call == nullptr || !call->live()) return "a dropped call is not on the branch";
      if (!dropped.insert(id).second) return "a call is dropped twice";
    }
    return kFits;
  }

  std::string_view operator()(const event::WorkflowForked& e) const {
    if (!w.forked_from || w.branches.size() != 1 || !w.calls.empty())
      return "only a fork begins with another one's branches";
    return e.branches.empty() ? "the fork has no branch" : kFits;
  }
  std::string_view operator()(const event::EffectsAllowed&) const {
    return w.effects == Effects::kRecorded ? open_workflow() : "its effects were real before";
  }
  std::string_view operator()(const event::CallImported& e) const {
    if (w.effects != Effects::kRecorded) return "only a fork has calls of another workflow";
    if (e.call.empty()) return w.turns == 0 ? kFits : "a recording came after the beginning";
    return new_call(e.call, e.key);
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
  std::string_view operator()(const event::CallPermitted& e) const { return open_call(e.call); }
  std::string_view operator()(const event::CallStarted& e) const { return open_call(e.call); }
  std::string_view operator()(const event::CallClosed& e) const { return open_call(e.call); }
  std::string_view operator()(const event::CallDenied& e) const { return open_call(e.call); }

  std::string_view operator()(const event::ApprovalRequested& e) const {
    if (e.approval != entity_id("ap", w.id, w.approvals.size() + 1))
      return "the approval request has the wrong number";
    if (!possible(e.thresholds) || !possible(e.schedule)) return kNoTime;
    if (!e.call.empty()) return open_call(e.call);
    return e.question.kind == ApprovalKind::kInDoubt ? "a doubt is about a call" : kFits;
  }
  std::string_view operator()(const event::ApprovalDecided& e) const { return pending(e.approval); }
  std::string_view operator()(const event::ApprovalEdited& e) const {
    if (!possible(e.thresholds) || (e.schedule && !possible(*e.schedule))) return kNoTime;
    const std::string_view unfit = pending(e.approval);
    if (!unfit.empty() || !e.tool) return unfit;
    return find_approval(w, e.approval)->call.empty() ? "only a call is of a tool" : kFits;
  }
  std::string_view operator()(const event::ApprovalClosed& e) const {
    return e.status == ApprovalStatus::kPending ? "a request ends with an outcome"
                                                : pending(e.approval);
  }
  std::string_view operator()(const event::ApprovalWithdrawn& e) const {
    return pending(e.approval);
  }
  std::string_view operator()(const event::ApprovalClaimed& e) const { return pending(e.approval); }
  std::string_view operator()(const event::ApprovalReleased& e) const {
    return pending(e.approval);
  }
  std::string_view operator()(const event::ApprovalDelegated& e) const {
    return pending(e.approval);
  }
  std::string_view operator()(const event::ApprovalDelegationEnded& e) const {
    return pending(e.approval);
  }
  std::string_view operator()(const event::ApprovalCommented& e) const {
    return pending(e.approval);
  }
  std::string_view operator()(const event::ApprovalReminded& e) const {
    return e.reminder < 0 ? "a reminder has a number" : pending(e.approval);
  }
  std::string_view operator()(const event::ApprovalEscalated& e) const {
    return possible(e.thresholds) ? pending(e.approval) : kNoTime;
  }
  std::string_view operator()(const event::ApprovalExtended& e) const {
    if (!is_span(e.by_ms)) return kNoTime;
    const std::string_view unfit = pending(e.approval);
    if (!unfit.empty()) return unfit;
    const std::int64_t sum = find_approval(w, e.approval)->extended_ms + e.by_ms;
    return is_span(sum) ? kFits : kNoTime;
  }
  std::string_view operator()(const event::ApprovalAgreed& e) const { return pending(e.approval); }
  std::string_view operator()(const event::ApprovalReopened& e) const {
    return pending(e.approval);
  }
  std::string_view operator()(const event::CheckpointCreated& e) const {
    if (e.checkpoint != entity_id("cp", w.id, w.checkpoints.size() + 1))
      return "the checkpoint has the wrong number";
    return e.calls > w.calls.size() ? "the checkpoint counts calls that are not there" : kFits;
  }

  std::string_view operator()(const event::InboundAsked& e) const {
    if (e.inbound != entity_id("in", w.id, w.inbound.size() + 1))
      return "what another framework asked has the wrong number";
    for (const InboundPart& part : e.parts) {
      if (part.call.empty() == part.approval.empty()) return "a question is a call or a request";
      if (!part.call.empty() && find_call(w, part.call) == nullptr) return "there is no such call";
      if (!part.approval.empty() && find_approval(w, part.approval) == nullptr)
        return "there is no such approval request";
    }
    return kFits;
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
  bool operator()(const event::ResourceSet&) const { return true; }
  bool operator()(const event::ResourceRemoved&) const { return true; }
  bool operator()(const event::Frozen&) const { return true; }
  bool operator()(const event::Thawed&) const { return true; }
  bool operator()(const event::PermissionGiven&) const { return true; }
  bool operator()(const event::PermissionJoined&) const { return true; }
  bool operator()(const event::PermissionRevoked&) const { return true; }
  bool operator()(const event::PermissionUsed&) const { return true; }
  bool operator()(const event::KeyCreated&) const { return true; }
  bool operator()(const event::KeyRevoked&) const { return true; }
  bool operator()(const event::PolicyPublished&) const { return true; }
  bool operator()(const event::PolicyNotPublished&) const { return true; }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

struct DirectoryMisfit {
  const Directory& directory;

  std::string_view known(const std::string& permission) const {
    return directory.permissions.find(permission) != nullptr ? kFits
                                                             : "there is no such permission";
  }
  std::string_view operator()(const event::KeyRevoked& e) const {
    return directory.keys.contains(e.key) ? kFits : "there is no such key";
  }
  std::string_view operator()(const event::PermissionGiven& e) const {
    return e.permission == "pm_" + std::to_string(directory.permissions_given + 1)
               ? kFits
               : "the permission has the wrong number";
  }
  std::string_view operator()(const event::PermissionJoined& e) const {
    return known(e.permission);
  }
  std::string_view operator()(const event::PermissionRevoked& e) const {
    return known(e.permission);
  }
  std::string_view operator()(const event::PermissionUsed& e) const {
    const std::string_view unknown = known(e.permission);
    if (!unknown.empty()) return unknown;
    const Permission& permission = directory.permissions.at(e.permission);
    if (permission.uses.contains(use_key(e.workflow, e.call_key, e.epoch)))
      return "P9: a call uses a permission once";
    const auto amount = Decimal::parse(e.amount.empty() ? "0" : e.amount);
    return amount && permission.sum.plus(*amount) ? kFits : "its amount is none";
  }
  template <class Other>
  std::string_view operator()(const Other&) const {
    return kFits;
  }
};

}  // namespace

std::string_view misfit(const Workflow& workflow, const event::Recorded& recorded) {
  if (recorded.version != workflow.version + 1) return "P10: versions are without a gap";
  if (std::visit(IsOfDirectory{}, recorded.payload)) return "it belongs into a directory";
  if (std::visit(IsOfOutbox{}, recorded.payload)) return "it belongs into an outbox";
  if (!workflow.exists() && !std::holds_alternative<event::WorkflowCreated>(recorded.payload))
    return "the workflow was not created before";
  return std::visit(Misfit{workflow}, recorded.payload);
}

std::string_view misfit(const Directory& directory, const event::Recorded& recorded) {
  if (!std::visit(IsOfDirectory{}, recorded.payload)) return "it belongs into a workflow";
  return std::visit(DirectoryMisfit{directory}, recorded.payload);
}

}  // namespace fermata
