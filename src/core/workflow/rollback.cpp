#include "core/workflow/rollback.hpp"

#include <algorithm>

#include "core/refuse.hpp"
#include "core/workflow/undo.hpp"
#include "core/workflow/words.hpp"

namespace fermata {
namespace {

bool was_begun(const Call& call) {
  return call.closed() || call.state == CallState::kRunning || call.state == CallState::kInDoubt;
}

// What was asked and not begun must be asked again on the new branch, wherever it stands; what was
// begun before the checkpoint stays, and is in doubt until somebody says how it ended (P13, P17).
// An undo that was begun goes on whatever the branch: it belongs to the effect and not to the path.
bool leaves_branch(const Call& call, std::size_t index, std::size_t kept) {
  if (!call.undoes.empty()) return call.live() && !was_begun(call);
  return call.live() && (index >= kept || !was_begun(call));
}

// Reads were harmless, recorded calls had no effect; a tool that ran, or may have, did.
bool had_effect(const Call& call) {
  return call.kind == CallKind::kTool && call.attempt > 0 && call.undoes.empty();
}

std::int64_t rollbacks_by_agents(const Workflow& workflow, const std::string& checkpoint) {
  return std::count_if(
      workflow.branches.begin(), workflow.branches.end(), [&](const Branch& branch) {
        return branch.checkpoint == checkpoint && branch.by.kind == ActorKind::kAgent;
      });
}

Result<const Checkpoint*> require_reachable(const Workflow& workflow,
                                            const std::string& id,
                                            const Context& context) {
  const Checkpoint* checkpoint = find_checkpoint(workflow, id);
  if (checkpoint == nullptr) return not_found("checkpoint", id);
  if (!checkpoint->live())
    return fail(ErrorCode::kConflict,
                "checkpoint.abandoned",
                "that checkpoint lies on a branch that an earlier rollback left");
  if (context.actor.kind == ActorKind::kAgent &&
      rollbacks_by_agents(workflow, id) >= context.limits.rollback_attempts)
    return fail(ErrorCode::kConflict,
                "rollback.too_many_attempts",
                "the agent went back to this checkpoint " +
                    std::to_string(context.limits.rollback_attempts) +
                    " times; only a person may do so again");
  return checkpoint;
}

void plan_calls(const Workflow& workflow, RollbackPlan& plan, std::vector<bool>& leaves) {
  for (std::size_t i = 0; i < workflow.calls.size(); ++i) {
    const Call& call = workflow.calls[i];
    if (!leaves_branch(call, i, plan.checkpoint->calls)) continue;
    leaves[i] = true;
    plan.dropped.push_back(i);
    if (had_effect(call)) plan.effects.push_back(i);
  }
}

// Whether the approval's decisions have anything left to hold for.
bool still_counts(const Workflow& workflow,
                  const Approval& approval,
                  const RollbackPlan& plan,
                  const std::vector<bool>& leaves) {
  if (approval.call.empty()) return approval.asked_at_version < plan.checkpoint->version;
  const auto index =
      static_cast<std::size_t>(find_call(workflow, approval.call) - workflow.calls.data());
  return workflow.calls[index].live() && !leaves[index];
}

bool was_current(const Workflow& workflow, const Approval& approval) {
  if (approval.call.empty()) return true;
  const Call* call = find_call(workflow, approval.call);
  return call->live() && call->approval == approval.id;
}

std::vector<Threshold> whom_to_ask(const Workflow& workflow,
                                   const Approval& approval,
                                   const Context& context) {
  if (context.policy == nullptr) return {};
  return judge_call(*context.policy,
                    policy_input(workflow,
                                 context,
                                 approval.question.action,
                                 approval.question.arguments,
                                 find_call(workflow, approval.call)))
      .thresholds;
}

void plan_approvals(const Workflow& workflow,
                    const Context& context,
                    const std::vector<bool>& leaves,
                    RollbackPlan& plan) {
  for (std::size_t i = 0; i < workflow.approvals.size(); ++i) {
    const Approval& approval = workflow.approvals[i];
    if (approval.pending()) {
      plan.cancelled.push_back(i);
    } else if (approval.decisions.empty() || !was_current(workflow, approval)) {
      continue;  // Nobody decided it, or an earlier rollback made it void.
    } else if (still_counts(workflow, approval, plan, leaves)) {
      plan.kept.push_back(i);
      continue;
    } else {
      plan.voided.push_back(i);
    }
    plan.asked_again.push_back({i, whom_to_ask(workflow, approval, context)});
  }
}

const Branch* last_rollback_to(const Workflow& workflow,
                               const std::string& checkpoint,
                               std::int64_t epoch) {
  const auto found =
      std::find_if(workflow.branches.rbegin(), workflow.branches.rend(), [&](const Branch& branch) {
        return branch.epoch <= epoch && branch.checkpoint == checkpoint;
      });
  return found == workflow.branches.rend() ? nullptr : &*found;
}

// A rollback in a fork may lead behind the place where another input was told.
std::string restored_here(const Workflow& workflow,
                          const std::string& name,
                          const Branch& branch,
                          const json::Array& undone) {
  const std::string text = words::restored(name, branch, undone);
  return workflow.told_input.empty() ? text : text + " " + workflow.told_input;
}

}  // namespace

Result<RollbackPlan> plan_rollback(const Workflow& workflow,
                                   const std::string& checkpoint,
                                   const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  RollbackPlan plan;
  FERMATA_TRY(plan.checkpoint, require_reachable(workflow, checkpoint, context));
  const Branch* last = last_rollback_to(workflow, checkpoint, workflow.epoch);
  plan.attempt = last == nullptr ? 2 : last->attempt + 1;
  std::vector<bool> leaves(workflow.calls.size(), false);
  plan_calls(workflow, plan, leaves);
  plan_approvals(workflow, context, leaves, plan);
  return plan;
}

json::Array undone_of(const Workflow& workflow, const Branch& branch) {
  const Checkpoint* checkpoint = find_checkpoint(workflow, branch.checkpoint);
  if (checkpoint == nullptr) return {};
  json::Array undone;
  for (const Compensation& compensation : workflow.compensations) {
    if (compensation.epoch > branch.epoch || compensation.call < checkpoint->calls) continue;
    const Call& call = workflow.calls[compensation.call];
    const std::string error = undo_error(workflow, compensation);
    undone.emplace_back(
        json::Object{{"call", call.id},
                     {"tool", call.tool},
                     {"arguments", call.effective()},
                     {"undo_tool", call.undo.empty() ? json::Value() : json::Value(call.undo)},
                     {"state", to_string(undo_state(workflow, compensation))},
                     {"error", error.empty() ? json::Value() : json::Value(error)}});
  }
  return undone;
}

json::Value checkpoint_record(const Workflow& workflow, const Checkpoint& checkpoint) {
  return checkpoint_record(workflow, checkpoint, workflow.epoch);
}

json::Value checkpoint_record(const Workflow& workflow,
                              const Checkpoint& checkpoint,
                              std::int64_t epoch) {
  const Branch* branch = last_rollback_to(workflow, checkpoint.id, epoch);
  const bool as_recorded = branch == nullptr || branch->told;
  if (as_recorded && !checkpoint.call.empty()) return find_call(workflow, checkpoint.call)->result;
  json::Object record{{"checkpoint", checkpoint.id},
                      {"name", checkpoint.name},
                      {"attempt", branch == nullptr ? 1 : branch->attempt}};
  if (branch == nullptr) {
    record.set("text", words::checkpoint_made(checkpoint.name));
    return record;
  }
  json::Array undone = undone_of(workflow, *branch);
  record.set("text", restored_here(workflow, checkpoint.name, *branch, undone));
  record.set("reason", branch->reason);
  record.set("by", json::Object{{"kind", to_string(branch->by.kind)}, {"id", branch->by.id}});
  record.set("undone", std::move(undone));
  return record;
}

std::string notice(const Workflow& workflow, const Branch& branch) {
  if (branch.told) return *branch.told;
  const Checkpoint* checkpoint = find_checkpoint(workflow, branch.checkpoint);
  if (checkpoint == nullptr || !checkpoint->call.empty()) return {};
  return restored_here(workflow, checkpoint->name, branch, undone_of(workflow, branch));
}

}  // namespace fermata
