// A change of the policy is asked like a call: of those whom the policy in force asks about
// "policy.publish", or else whom its default asks.

#include "base/hash.hpp"
#include "base/line_diff.hpp"
#include "core/approval/decide.hpp"
#include "core/refuse.hpp"

namespace fermata {

Result<Events> decide_approval(const Workflow& workflow,
                               const command::ProposePolicy& wish,
                               const Context& context) {
  if (workflow.exists())
    return fail(ErrorCode::kConflict, "workflow.standalone", "a proposal is a workflow of its own");
  const auto& policies = context.directory->policies;
  if (policies.empty() || context.policy == nullptr)
    return fail(ErrorCode::kForbidden, "policy.missing", "no policy is in force: nobody is asked");
  const PolicyVersion& now = policies.back();
  if (now.hash == wish.hash)
    return fail(ErrorCode::kConflict, "policy.unchanged", "this policy is in force already");
  const std::vector<std::string> changes = line_diff(now.source, wish.source);
  command::RequestApproval request;
  request.question.kind = ApprovalKind::kPolicy;
  request.question.action = kPublishPolicy;
  request.question.arguments = {{"version", now.version + 1},
                                {"replaces", now.hash},
                                {"hash", wish.hash},
                                {"changes", json::Array(changes.begin(), changes.end())}};
  request.question.title = "Version " + std::to_string(now.version + 1) + " of the policy";
  request.question.why = wish.reason;
  request.question.otherwise = "The policy stays as it is.";
  request.question.metadata = {{"source", wish.source}};
  return request_approval(workflow, request, context);
}

bool is_outdated(const Approval& approval, const Directory& directory) {
  const json::Value proposed(approval.question.arguments);
  if (directory.policies.empty()) return true;
  const PolicyVersion& now = directory.policies.back();
  return proposed.string_or("replaces") != now.hash ||
         proposed.int_or("version") != now.version + 1;
}

Result<Events> decide_publication(const Directory& directory,
                                  const command::PublishPolicy& wish,
                                  const Context& context) {
  const auto& policies = directory.policies;
  for (const PolicyVersion& version : policies)
    if (!wish.approval.empty() && version.approval == wish.approval) return Events{};
  if (wish.approval.empty()) {
    // The operator's file, or the very first: nobody could be asked.
    if (context.actor.kind == ActorKind::kAdmin && !policies.empty())
      return fail(ErrorCode::kConflict,
                  "policy.needs_agreement",
                  "a policy is in force; another one is proposed, and somebody else agrees to it");
    if (!policies.empty() && policies.back().hash == wish.hash) return Events{};
  } else if (policies.empty() || policies.back().hash != wish.replaces) {
    return Events{event::PolicyNotPublished{
        wish.approval, wish.hash, "another version came into force before this one"}};
  } else if (sha256_hex(wish.source) != wish.hash) {
    return Events{event::PolicyNotPublished{
        wish.approval, wish.hash, "its source is not what was agreed to (P5)"}};
  }
  const auto version = static_cast<std::int64_t>(policies.size()) + 1;
  return Events{
      event::PolicyPublished{version, wish.hash, wish.source, wish.approval, wish.proposed_by}};
}

}  // namespace fermata
