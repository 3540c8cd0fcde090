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
// Followed by what people said to the agent meanwhile.
std::string with_comments(std::string text, const Approval& approval);
// How a question to people ended, whichever way it was asked: request_approval, ask_human.
struct Ended {
  ApprovalKind kind = ApprovalKind::kCall;
  std::string action;
  ApprovalStatus status = ApprovalStatus::kCancelled;
  std::string by, reason;
  bool edited = false;
};
std::string answered(const Ended& ended);
// While nobody has decided: "it takes 2 of finance, 1 so far". `needed` as the API shows it.
std::string waiting_for(const json::Value& needed);
std::string undecided(const std::string& approval, ApprovalKind kind, const json::Value& needed);
// How a pending request stands among others, and what its agent may do meanwhile. `estimate` is
// {median_s, p90_s, of} or null.
std::string outlook(std::int64_t ahead, std::int64_t equal, const json::Value& estimate);
// The policy, for that reason, lets nobody be asked.
std::string not_asked(const std::string& why);
// Too much was asked already, as `why` says.
std::string too_much_asked(const std::string& why);
// In a fork with another input: in place of what the checkpoint's call or its branch says.
std::string forked(const json::Value& input);
// In a fork whose effects are recorded.
std::string dry_run(const std::string& tool);

}  // namespace fermata::words
