#include "api/mcp/outcome.hpp"

namespace fermata::api::mcp {
namespace {

std::string because(const std::string& reason) {
  if (reason.empty()) return ".";
  return ": " + reason + (reason.find_last_of(".!?") == reason.size() - 1 ? "" : ".");
}

std::string text_of(const json::Value& approval) {
  const std::string status = approval.string_or("status");
  const json::Value& ended = approval["outcome"];
  const std::string by = ended.string_or("by"), why = because(ended.string_or("reason"));
  const bool is_question = approval.string_or("kind") == "question";
  if (status == "pending")
    return "Nobody has decided yet (" + waiting_for(approval) + "). " +
           (is_question ? "Go on without the answer only if you can. "
                        : "Do not do it before it is approved. ") +
           "To ask how it stands, call check_approval with approval \"" + approval.string_or("id") +
           "\"; with wait_s it waits.";
  if (status == "approved") {
    const bool edited = !approval["original_arguments"].is_null();
    return "Approved by " + by + why +
           (edited ? " They changed the arguments: do it with the arguments of this result."
                   : " You may do it, once, with exactly these arguments.");
  }
  if (status == "answered") return "Answered by " + by + ". The answer is in \"answer\".";
  if (status == "rejected")
    return "Rejected by " + by + why +
           (is_question ? " There is no answer." : " Do not do it, and do not try it another way.");
  if (status == "expired")
    return "Nobody answered before the deadline. " +
           std::string(is_question ? "There is no answer." : "Do not do it.");
  if (status == "cancelled") return "The question was cancelled" + why + " Do not do it.";
  return "The question was replaced by another one. Do not do it.";
}

}  // namespace

std::string waiting_for(const json::Value& approval) {
  std::string text;
  const json::Array* needed = approval["needed"].as_array();
  for (const json::Value& line : needed == nullptr ? json::Array{} : *needed) {
    text += (text.empty() ? "" : " and ") + std::to_string(line.int_or("approve")) + " of " +
            line.string_or("from");
    if (const auto given = line.int_or("given"); given > 0)
      text += ", " + std::to_string(given) + " so far";
  }
  return text.empty() ? "nobody can: the policy names no group" : "it takes " + text;
}

json::Object outcome(const json::Value& approval) {
  const std::string status = approval.string_or("status");
  const json::Value& ended = approval["outcome"];
  json::Object told{{"approval", approval["id"]},
                    {"workflow", approval["workflow_id"]},
                    {"status", status},
                    {"allowed", status == "approved"},
                    {"action", approval["action"]},
                    {"arguments", approval["arguments"]}};
  if (status == "approved") told.set("edited", !approval["original_arguments"].is_null());
  if (status == "answered") told.set("answer", ended["answer"]);
  if (!ended.is_null()) {
    told.set("by", ended["by"]);
    told.set("reason", ended["reason"]);
  }
  told.set("text", text_of(approval));
  return told;
}

json::Object denial(const Error& error) {
  return {
      {"status", "denied"},
      {"allowed", false},
      {"by", "policy"},
      {"reason", error.reason},
      {"text",
       error.message + ". Nobody can approve it: do not do it, and do not try it another way."}};
}

}  // namespace fermata::api::mcp
