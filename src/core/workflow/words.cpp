#include "core/workflow/words.hpp"

#include <algorithm>

namespace fermata::words {
namespace {

constexpr std::size_t kMostNamed = 20;

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string because(const std::string& reason) {
  return reason.empty() ? "" : ": " + quoted(reason);
}

std::string who(const Actor& actor) {
  switch (actor.kind) {
    case ActorKind::kAgent:
      return "you";
    case ActorKind::kPerson:
      return actor.id;
    case ActorKind::kAdmin:
    case ActorKind::kReadOnly:
    case ActorKind::kSystem:
      break;
  }
  return "the administrator";
}

std::string named(const json::Value& undone) {
  return undone.string_or("tool") + " " + json::canonical(undone["arguments"]);
}

// "Undone: refund {..}; mail {..}." of those in these states; empty when there are none.
template <class Is>
std::string listed(const std::string& headline, const json::Array& undone, bool with_error, Is is) {
  std::string text;
  std::size_t count = 0;
  for (const json::Value& one : undone) {
    if (!is(one.string_or("state"))) continue;
    if (++count > kMostNamed) continue;
    text += (text.empty() ? " " + headline + ": " : "; ") + named(one);
    const std::string error = one.string_or("error");
    if (with_error && !error.empty()) text += " (" + error + ")";
  }
  if (count > kMostNamed) text += "; and " + std::to_string(count - kMostNamed) + " more";
  return text.empty() ? text : text + ".";
}

}  // namespace

std::string checkpoint_made(const std::string& name) {
  return "Checkpoint " + quoted(name) + " was made. You can roll back to it.";
}

std::string restored(const std::string& checkpoint,
                     const Branch& branch,
                     const json::Array& undone) {
  std::string text = "Restored to checkpoint " + quoted(checkpoint) + ": this is attempt " +
                     std::to_string(branch.attempt) + ". It was rolled back by " + who(branch.by) +
                     because(branch.reason) + ".";
  const auto is = [](const char* wanted) {
    return [wanted](const std::string& state) { return state == wanted; };
  };
  text += listed("Undone", undone, false, is("done"));
  text += listed("Could not be undone", undone, true, [](const std::string& state) {
    return state == "impossible" || state == "failed" || state == "refused";
  });
  text += listed("Still being undone", undone, false, [](const std::string& state) {
    return state == "pending" || state == "running" || state == "waiting";
  });
  if (undone.empty()) text += " Nothing had to be undone.";
  return text + " What happened after the checkpoint no longer counts; do not simply repeat it.";
}

std::string not_performed(const Approval& approval,
                          ApprovalStatus status,
                          const std::string& by,
                          const std::string& reason) {
  const std::string outcome = ". " + approval.question.action + " was not performed.";
  switch (status) {
    case ApprovalStatus::kRejected:
      return "Rejected by " + by + because(reason) + outcome;
    case ApprovalStatus::kExpired:
      return "Nobody answered before the deadline" + outcome;
    default:
      return "The request was withdrawn" + because(reason) + outcome;
  }
}

std::string answered(const std::string& action,
                     ApprovalStatus status,
                     const std::string& by,
                     const std::string& reason,
                     bool edited) {
  switch (status) {
    case ApprovalStatus::kApproved:
      return "Approved by " + by + because(reason) + ". You may go on with " + action +
             (edited ? ", with the arguments as they were changed." : ".");
    case ApprovalStatus::kRejected:
      return "Rejected by " + by + because(reason) + ". Do not do " + action + ".";
    case ApprovalStatus::kExpired:
      return "Nobody answered before the deadline. Do not do " + action + ".";
    default:
      return "The request was withdrawn" + because(reason) + ". Do not do " + action + ".";
  }
}

std::string dry_run(const std::string& tool) {
  return "This is a dry run: " + tool +
         " was not performed, because nothing was recorded for this call. Say what you would do "
         "and "
         "go on without it.";
}

}  // namespace fermata::words
