#pragma once

// The refusals that several deciders share, so that the same situation always has the same reason.

#include <optional>
#include <string>

#include "base/assert.hpp"
#include "core/decide.hpp"

namespace fermata {

tl::unexpected<Error> not_found(const std::string& entity, const std::string& id);
// kInvalid workflow.not_native: the server runs no such agent itself.
Result<void> require_runnable(Dispatch dispatch, const std::string& agent, const Context& context);
// kInvalid workflow.task_required: an agent that the server runs is told its task by the input, a
// text or an object with one under "task".
Result<void> require_task(Dispatch dispatch, const json::Value& input);
// For an agent: kForbidden workflow.not_yours when it is another agent's, or runs for another
// person.
Result<void> require_own(const Workflow& workflow, const Context& context);
// kNotFound workflow.not_found, kConflict workflow.closed; for an agent, kForbidden
// workflow.not_yours when the workflow is another agent's, or runs for another person.
Result<void> require_open(const Workflow& workflow, const Context& context);
// kConflict turn.stale unless `turn` is the one in force (P16).
Result<void> require_turn(const Workflow& workflow, std::int64_t turn);

// The same for what an agent may do with or without a turn: while one is in force, only its holder.
// Others than agents need none.
Result<void> require_fence(const Workflow& workflow,
                           const std::optional<std::int64_t>& turn,
                           const Context& context);
// kUnavailable switch.frozen while the kill switch holds the agent or the tool.
Result<void> require_not_frozen(const Workflow& workflow,
                                const std::string& tool,
                                const Context& context);
// kConflict approval.nobody_to_ask: a question that nobody can answer is not asked (P2).
Result<void> require_askers(const std::vector<Threshold>& thresholds, const std::string& action);

// Events that end a pending approval request; the call it held is granted or denied with it.
// `index` is its place in workflow.approvals.
Events close_approval(const Workflow& workflow,
                      const Approval& approval,
                      event::ApprovalClosed closed,
                      const Context& context);
// The same for all pending ones, as cancelled by `by`.
Events cancel_pending(const Workflow& workflow, const std::string& reason, const Context& context);

// The result of a call of request_approval.
json::Value outcome_for_agent(const Approval& approval,
                              ApprovalStatus status,
                              const std::string& by,
                              const std::string& reason,
                              const std::string& name = {});

// The point before a call that people are asked about; none when there are too many already.
std::optional<event::Event> automatic_checkpoint(const Workflow& workflow, const std::string& tool);

// Deciders of workflow.cpp's siblings, one per command.
Result<Events> decide_call(const Workflow&, const command::OpenCall&, const Context&);
Result<Events> decide_call(const Workflow&, const command::CloseCall&, const Context&);
Result<Events> decide_inbound(const Workflow&, const command::AskInbound&, const Context&);
Result<Events> decide_checkpoint(const Workflow&, const command::CreateCheckpoint&, const Context&);
Result<Events> decide_checkpoint(const Workflow&, const command::RollBack&, const Context&);
Result<Events> decide_fork(const Workflow&, const command::ForkWorkflow&, const Context&);
Result<Events> decide_fork(const Workflow&, const command::AllowEffects&, const Context&);
Result<Events> decide_turn(const Workflow&, const command::StartTurn&, const Context&);
Result<Events> decide_turn(const Workflow&, const command::RenewTurn&, const Context&);
Result<Events> decide_turn(const Workflow&, const command::EndTurn&, const Context&);
Result<Events> decide_turn(const Workflow&, const command::ExpireTurn&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::RequestApproval&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::ProposePolicy&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::DecideApproval&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::CancelApproval&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::WithdrawDecision&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::ClaimApproval&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::ReleaseApproval&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::DelegateApproval&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::EndDelegation&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::CommentApproval&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::ExtendApproval&, const Context&);
Result<Events> decide_approval(const Workflow&, const command::AdvanceApproval&, const Context&);

}  // namespace fermata
