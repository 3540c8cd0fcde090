#include "core/workflow/workflow.hpp"

#include <charconv>

#include "base/hash.hpp"
#include "core/names.hpp"

namespace fermata {
namespace {

constexpr Names<WorkflowStatus, 7> kStatuses{{{WorkflowStatus::kNone, ""},
                                              {WorkflowStatus::kReady, "ready"},
                                              {WorkflowStatus::kRunning, "running"},
                                              {WorkflowStatus::kWaiting, "waiting"},
                                              {WorkflowStatus::kCompleted, "completed"},
                                              {WorkflowStatus::kFailed, "failed"},
                                              {WorkflowStatus::kCancelled, "cancelled"}}};
constexpr Names<Dispatch, 3> kDispatches{
    {{Dispatch::kNone, "none"}, {Dispatch::kWorker, "worker"}, {Dispatch::kNative, "native"}}};
constexpr Names<Effects, 2> kEffects{{{Effects::kLive, "live"}, {Effects::kRecorded, "recorded"}}};
constexpr Names<CallKind, 5> kCallKinds{{{CallKind::kTool, "tool"},
                                         {CallKind::kModel, "model"},
                                         {CallKind::kCode, "code"},
                                         {CallKind::kValue, "value"},
                                         {CallKind::kCheckpoint, "checkpoint"}}};
constexpr Names<CallState, 7> kCallStates{{{CallState::kWaiting, "waiting"},
                                           {CallState::kGranted, "granted"},
                                           {CallState::kRunning, "running"},
                                           {CallState::kDone, "done"},
                                           {CallState::kFailed, "failed"},
                                           {CallState::kDenied, "denied"},
                                           {CallState::kInDoubt, "in_doubt"}}};

// The n of "<prefix>_<suffix>_<n>" if it belongs to this workflow and is within [1, size]; else 0.
std::size_t number_in(const Workflow& workflow,
                      const std::string& id,
                      const std::string& prefix,
                      std::size_t size) {
  const std::size_t cut = id.rfind('_');
  if (cut == std::string::npos || id.compare(0, prefix.size() + 1, prefix + "_") != 0) return 0;
  if (workflow_of(id) != workflow.id) return 0;
  std::size_t n = 0;
  const char* end = id.data() + id.size();
  const auto [rest, error] = std::from_chars(id.data() + cut + 1, end, n);
  return error == std::errc{} && rest == end && n <= size && id[cut + 1] != '0' ? n : 0;
}

}  // namespace

WorkflowStatus status(const Workflow& workflow) {
  if (!workflow.exists() || workflow.closed()) return workflow.ended;
  if (workflow.turn) return WorkflowStatus::kRunning;
  const bool waits = !workflow.pending.empty() && !workflow.nudged;
  return waits ? WorkflowStatus::kWaiting : WorkflowStatus::kReady;
}

const Approval* find_approval(const Workflow& workflow, const std::string& id) {
  const std::size_t n = number_in(workflow, id, "ap", workflow.approvals.size());
  return n == 0 ? nullptr : &workflow.approvals[n - 1];
}

const Call* find_call(const Workflow& workflow, const std::string& id) {
  const std::size_t n = number_in(workflow, id, "cl", workflow.calls.size());
  return n == 0 ? nullptr : &workflow.calls[n - 1];
}

const Checkpoint* find_checkpoint(const Workflow& workflow, const std::string& id) {
  const std::size_t n = number_in(workflow, id, "cp", workflow.checkpoints.size());
  return n == 0 ? nullptr : &workflow.checkpoints[n - 1];
}

const InboundAsk* find_inbound(const Workflow& workflow, const std::string& id) {
  const std::size_t n = number_in(workflow, id, "in", workflow.inbound.size());
  return n == 0 ? nullptr : &workflow.inbound[n - 1];
}

std::string entity_id(const std::string& prefix, const std::string& workflow_id, std::size_t n) {
  return prefix + workflow_id.substr(2) + "_" + std::to_string(n);
}

std::string workflow_of(const std::string& id) {
  const std::size_t first = id.find('_');
  const std::size_t last = id.rfind('_');
  if (first == std::string::npos || last == first) return {};
  return "wf" + id.substr(first, last - first);
}

json::Value to_value(const Binding& binding) {
  return json::Object{{"arguments", binding.arguments},
                      {"definition_hash", binding.definition_hash},
                      {"epoch", binding.epoch},
                      {"policy_hash", binding.policy_hash},
                      {"target", binding.target},
                      {"tenant", binding.tenant},
                      {"tool", binding.tool},
                      {"workflow", binding.workflow}};
}

std::string binding_hash(const Binding& binding) {
  return sha256_hex(json::canonical(to_value(binding)));
}

Binding binding_of(const std::string& tenant, const std::string& workflow, const Call& call) {
  return {.tenant = tenant,
          .tool = call.tool,
          .definition_hash = call.definition_hash,
          .arguments = call.effective(),
          .target = call.target,
          .workflow = workflow,
          .epoch = call.epoch,
          .policy_hash = call.policy_hash};
}

std::string to_string(WorkflowStatus status) { return name_of(kStatuses, status); }
std::string to_string(Dispatch dispatch) { return name_of(kDispatches, dispatch); }
std::string to_string(Effects effects) { return name_of(kEffects, effects); }
std::string to_string(CallKind kind) { return name_of(kCallKinds, kind); }
std::string to_string(CallState state) { return name_of(kCallStates, state); }
std::optional<Dispatch> dispatch_from(const std::string& name) {
  return value_of(kDispatches, name);
}
std::optional<Effects> effects_from(const std::string& name) { return value_of(kEffects, name); }
std::optional<CallKind> call_kind_from(const std::string& name) {
  return value_of(kCallKinds, name);
}

}  // namespace fermata
