#include "core/workflow/words.hpp"

#include <algorithm>

namespace fermata::words {
namespace {

constexpr std::size_t kMostNamed = 20;

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string because(const std::string& reason) {
  return reason.empty() ? "" : ": " + quoted(reason);
}

// Closes the sentence, unless it ends with people's words that have closed themselves.
std::string closed(std::string text) {
  for (const char* end : {".\"", "!\"", "?\"", "…\"", "。\"", "！\"", "？\""})
    if (text.ends_with(end)) return text;
  return text + ".";
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

// "40 s", "12 min", "5 h", "3 days": rounded up.
std::string duration(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
  const auto in = [&](std::int64_t unit) { return std::to_string((seconds + unit - 1) / unit); };
  if (seconds <= kMinute * 3 / 2) return in(1) + " s";
  if (seconds <= kHour * 3 / 2) return in(kMinute) + " min";
  if (seconds <= 2 * kDay) return in(kHour) + " h";
  return in(kDay) + " days";
}

}  // namespace

std::string checkpoint_made(const std::string& name) {
  return "Checkpoint " + quoted(name) + " was made. You can roll back to it.";
}

std::string restored(const std::string& checkpoint,
                     const Branch& branch,
                     const json::Array& undone) {
  std::string text = "Restored to checkpoint " + quoted(checkpoint) + ": this is attempt " +
                     std::to_string(branch.attempt) +
                     closed(". It was rolled back by " + who(branch.by) + because(branch.reason));
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
  const std::string outcome = " " + approval.question.action + " was not performed.";
  switch (status) {
    case ApprovalStatus::kRejected:
      return closed("Rejected by " + by + because(reason)) + outcome;
    case ApprovalStatus::kExpired:
      return "Nobody answered before the deadline." + outcome;
    case ApprovalStatus::kIgnored:
      return closed("Skipped by " + by + because(reason)) + outcome +
             " That is no refusal: go on without it.";
    default:
      return closed("The request was withdrawn" + because(reason)) + outcome;
  }
}

std::string with_comments(std::string text, const Approval& approval) {
  std::size_t count = 0;
  for (const Comment& comment : approval.comments) {
    if (!comment.for_agent || comment.by.kind != ActorKind::kPerson) continue;
    if (++count > kMostNamed) continue;
    text += closed(" " + comment.by.id + " commented: " + quoted(comment.text));
  }
  return text;
}

std::string answered(const Ended& ended) {
  const std::string why = because(ended.reason);
  // What a form asks for is no action that could be done all the same.
  const bool is_form = ended.kind != ApprovalKind::kCall;
  const std::string no = is_form ? " There is no answer." : " Do not do " + ended.action;
  const std::string stop = is_form ? "" : ".";
  switch (ended.status) {
    case ApprovalStatus::kApproved:
      return closed("Approved by " + ended.by + why) + " You may go on with " + ended.action +
             ", once, " +
             (ended.edited ? "with the arguments as they were changed."
                           : "with exactly these arguments.");
    case ApprovalStatus::kAnswered:
      return closed("Answered by " + ended.by + why) + " The answer is in \"answer\".";
    case ApprovalStatus::kRejected:
      return closed("Rejected by " + ended.by + why) + no +
             (is_form ? "" : ", and do not try it another way.");
    case ApprovalStatus::kIgnored:
      return closed("Skipped by " + ended.by + why) + no + stop + " Go on without it.";
    case ApprovalStatus::kExpired:
      return "Nobody answered before the deadline." + no + stop;
    default:
      return closed("The request was withdrawn" + why) + no + stop;
  }
}

std::string forked(const json::Value& input) {
  return "From here on the task has another input: " + json::canonical(input) +
         " It takes the place of the one before; go on with it.";
}

std::string waiting_for(const json::Value& needed) {
  std::string text;
  const json::Array* lines = needed.as_array();
  for (const json::Value& line : lines == nullptr ? json::Array{} : *lines) {
    text += (text.empty() ? "" : " and ") + std::to_string(line.int_or("approve")) + " of " +
            line.string_or("from");
    if (const auto given = line.int_or("given"); given > 0)
      text += ", " + std::to_string(given) + " so far";
  }
  return text.empty() ? "nobody can: the policy names no group" : "it takes " + text;
}

std::string undecided(const std::string& approval, ApprovalKind kind, const json::Value& needed) {
  return "Nobody has decided yet (" + waiting_for(needed) + "). " +
         (kind == ApprovalKind::kCall ? "Do not do it before it is approved."
                                      : "Go on without the answer only if you can.") +
         " To ask how it stands, call check_approval with approval " + quoted(approval) +
         "; with wait_s it waits.";
}

std::string outlook(std::int64_t ahead, std::int64_t equal, const json::Value& estimate) {
  const auto requests = [](std::int64_t n) {
    return std::to_string(n) + (n == 1 ? " request" : " requests");
  };
  std::string text = ahead == 0 ? "No older request is before the same people."
                                : "Before the same people there are " + requests(ahead) +
                                      (ahead == 1 ? " that is older." : " that are older.");
  if (equal > 0) text += " You asked the same " + std::to_string(equal) + " more times.";
  if (!estimate.is_null())
    text += " Of the last " + std::to_string(estimate.int_or("of")) +
            ", half were answered within " + duration(estimate.int_or("median_s")) +
            " and nine of ten within " + duration(estimate.int_or("p90_s")) + ".";
  return text +
         " You can wait, go on with something else and look again later, or withdraw the request "
         "and plan without it.";
}

std::string not_asked(const std::string& why) {
  return why + ". Nobody can approve it: do not do it, and do not try it another way.";
}

std::string too_much_asked(const std::string& why) {
  return "Not asked: " + why +
         ". Nothing was done. Wait for answers and try again, withdraw a request that is no longer "
         "needed, or go on without this.";
}

std::string dry_run(const std::string& tool) {
  return "This is a dry run: " + tool +
         " was not performed, because nothing was recorded for this call. Say what you would do, "
         "and go on without it.";
}

}  // namespace fermata::words
