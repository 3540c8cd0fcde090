#pragma once

// Undoing what a rollback left behind.
//
// A call with an effect that a rollback takes off the branch is to be compensated: by the tool that
// its runtime named as its undo, through an ordinary call with the key "undo/<call>/<attempt>", so
// that the policy, people and the journal are in it as in any other. The newest effect is undone
// first. Nothing new is journaled before all of them are settled, so that what the model is told
// about them is the same on every replay.

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "core/command.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata {

enum class UndoState {
  kPending,
  kRunning,
  kWaiting,  // People are asked about it.
  kDone,
  kFailed,      // As often as it may be tried.
  kRefused,     // By people or by the policy.
  kImpossible,  // Nobody named an undo, or it is not known whether there is anything to undo.
};

UndoState undo_state(const Workflow& workflow, const Compensation& compensation);
bool is_settled(UndoState state);
// Why the last attempt did not succeed, or why there is none; else empty.
std::string undo_error(const Workflow& workflow, const Compensation& compensation);
// The key to open for it now; empty when it is settled.
std::string undo_key(const Workflow& workflow, const Compensation& compensation);
// {"arguments": as executed, "result": what it gave}
json::Object undo_arguments(const Call& undone);

// Whether the request of this attempt was taken back undecided, by a rollback or a person.
bool was_withdrawn(const Call& attempt);

// The one to undo now; nullptr when all are settled.
const Compensation* next_undo(const Workflow& workflow);

struct UndoKey {
  std::string call;
  std::int64_t attempt = 0;
};
std::optional<UndoKey> parse_undo_key(const std::string& key);

// Of a key that the branch does not have yet. kConflict undo.pending: something must be undone
// first; undo.unexpected: this is not what must be undone now.
Result<void> require_undone(const Workflow& workflow, const command::OpenCall& wish);
// kConflict undo.pending, for everything that is no call.
Result<void> require_all_undone(const Workflow& workflow);

std::string to_string(UndoState state);

}  // namespace fermata
