#pragma once

// Rolling back: what it would do, what it does, and what is said of it afterwards.
//
// A rollback takes calls off the branch and starts a new epoch; it un-decides nothing and
// resurrects no decision (P13). Preview and decision are one function, so that people agree to what
// then happens.

#include <cstdint>
#include <string>
#include <vector>

#include "core/decide.hpp"

namespace fermata {

// Indices into the workflow's calls and approvals, in their order.
struct RollbackPlan {
  const Checkpoint* checkpoint = nullptr;
  std::int64_t attempt = 0;            // What the one after it will be.
  std::vector<std::size_t> dropped;    // Calls that leave the branch.
  std::vector<std::size_t> effects;    // Those of them whose effects were done, or may have been.
  std::vector<std::size_t> kept;       // Approvals that people decided and that still count.
  std::vector<std::size_t> voided;     // That people decided and that no longer count.
  std::vector<std::size_t> cancelled;  // That are pending.
  struct Again {
    std::size_t approval = 0;
    std::vector<Threshold> of;  // By the policy in force; empty: nobody need be asked.
  };
  std::vector<Again>
      asked_again;  // If the agent comes to them again: the cancelled and the voided.
};

// kNotFound checkpoint.not_found, kConflict checkpoint.abandoned, workflow.closed,
// rollback.too_many_attempts: an agent's, who may not go on for ever.
Result<RollbackPlan> plan_rollback(const Workflow& workflow,
                                   const std::string& checkpoint,
                                   const Context& context);

// What a checkpoint's call gives in the branch of now: {checkpoint, name, attempt, text}, and after
// a rollback to it {.., reason, by, undone} and another text, so that a deterministic model does
// not do the same again.
json::Value checkpoint_record(const Workflow& workflow, const Checkpoint& checkpoint);
// The same as it was on a branch of then.
json::Value checkpoint_record(const Workflow& workflow,
                              const Checkpoint& checkpoint,
                              std::int64_t epoch);

// The same text for a branch whose checkpoint has no call; it belongs to the first model call of
// the branch's epoch. Empty: there is none to tell.
std::string notice(const Workflow& workflow, const Branch& branch);

// What rollbacks up to this branch's left behind after its checkpoint, and what became of it:
// {call, tool, arguments, undo_tool, state, error}. Earlier rollbacks are in it, because the model
// goes on from the checkpoint and has read nothing of them.
json::Array undone_of(const Workflow& workflow, const Branch& branch);

}  // namespace fermata
