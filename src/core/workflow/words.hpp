#pragma once

// What the model is told. Made here and nowhere else, so that REST, the SDK, native agents and MCP
// say the same; pure functions of recorded facts, so that a replay says the same again.

#include <string>

#include "base/json.hpp"
#include "core/approval/approval.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata::words {

std::string checkpoint_made(const std::string& name);
// After a rollback: which attempt it is, why and who says so, what was undone and what was not.
// `undone` as undone_of() of rollback.hpp.
std::string restored(const std::string& checkpoint,
                     const Branch& branch,
                     const json::Array& undone);
// Why a call that was asked about was not performed.
std::string not_performed(const Approval& approval,
                          ApprovalStatus status,
                          const std::string& by,
                          const std::string& reason);
// The result of request_approval.
std::string answered(const std::string& action,
                     ApprovalStatus status,
                     const std::string& by,
                     const std::string& reason,
                     bool edited);
// In a fork whose effects are recorded.
std::string dry_run(const std::string& tool);

}  // namespace fermata::words
