#include "api/mcp/outcome.hpp"

#include "core/workflow/words.hpp"

namespace fermata::api::mcp {
namespace {

std::string text_of(const json::Value& approval) {
  const ApprovalKind kind =
      approval.string_or("kind") == "call" ? ApprovalKind::kCall : ApprovalKind::kQuestion;
  const auto status = approval_status_from(approval.string_or("status"));
  if (status == ApprovalStatus::kPending)
    return words::undecided(approval.string_or("id"), kind, approval["needed"]);
  const json::Value& ended = approval["outcome"];
  return words::answered({.kind = kind,
                          .action = approval.string_or("action"),
                          .status = status.value_or(ApprovalStatus::kCancelled),
                          .by = ended.string_or("by"),
                          .reason = ended.string_or("reason"),
                          .edited = !approval["original_arguments"].is_null()});
}

// Of people, as far as own_approval() let them through.
json::Array comments_in(const json::Value& approval) {
  json::Array told;
  const json::Array* all = approval["comments"].as_array();
  if (all == nullptr) return told;
  for (const json::Value& one : *all)
    if (one["by"].string_or("kind") == "person" && one.bool_or("for_agent"))
      told.emplace_back(json::Object{
          {"n", one["n"]}, {"by", one["by"]["id"]}, {"text", one["text"]}, {"asks", one["asks"]}});
  return told;
}

}  // namespace

std::string waiting_for(const json::Value& approval) {
  return words::waiting_for(approval["needed"]);
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
    told.set("name", ended["name"]);
  }
  std::string text = text_of(approval);
  if (json::Array comments = comments_in(approval); !comments.empty()) {
    for (const json::Value& one : comments)
      text += " " + one.string_or("by") + (one.bool_or("asks") ? " asks: " : " says: ") +
              json::write(one["text"]);
    told.set("comments", std::move(comments));
  }
  told.set("text", std::move(text));
  return told;
}

json::Object denial(const Error& error) {
  return {{"status", "denied"},
          {"allowed", false},
          {"by", "policy"},
          {"reason", error.reason},
          {"text", words::not_asked(error.message)}};
}

}  // namespace fermata::api::mcp
