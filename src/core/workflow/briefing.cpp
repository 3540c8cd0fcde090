#include "core/workflow/briefing.hpp"

#include <algorithm>
#include <iterator>

#include "core/policy/policy.hpp"

namespace fermata {
namespace {

// nullptr: this workflow is run by somebody else, or the tool is none of its agent's.
const json::Value* briefed(const Workflow& workflow, const std::string& tool) {
  if (workflow.dispatch != Dispatch::kNative) return nullptr;
  const auto found = workflow.by_key.find(std::string(kBriefingKey));
  if (found == workflow.by_key.end()) return nullptr;
  const json::Array* tools = workflow.calls[found->second].result["tools"].as_array();
  if (tools == nullptr) return nullptr;
  for (const json::Value& one : *tools)
    if (one.string_or("name") == tool) return &one;
  return nullptr;
}

// Of the members "<agent>.tool.<name>" of a fingerprint; empty when there is none, or when two
// agents of the run have different ones.
std::string fingerprint_of_tool(const json::Value& fingerprint, const std::string& tool) {
  const json::Object* members = fingerprint.as_object();
  if (members == nullptr) return {};
  const std::string end = ".tool." + tool;
  std::string found;
  for (const auto& [name, value] : *members) {
    const std::string* hash = value.as_string();
    if (hash == nullptr || !name.ends_with(end)) continue;
    if (!found.empty() && found != *hash) return {};
    found = *hash;
  }
  return found;
}

}  // namespace

std::optional<ToolIdentity> told_tool(const Workflow& workflow, const std::string& name) {
  constexpr std::string_view kNoWork[] = {
      kRequestApproval, "create_checkpoint", "rollback", "final_answer"};
  if (std::find(std::begin(kNoWork), std::end(kNoWork), name) != std::end(kNoWork)) return {};
  ToolIdentity tool{name, "", "", false};
  if (const json::Value* one = briefed(workflow, name)) {
    tool.definition_hash = one->string_or("definition_hash");
    tool.undo = one->string_or("undo");
    tool.idempotent = one->bool_or("idempotent");
  } else {
    tool.definition_hash = fingerprint_of_tool(workflow.fingerprint, name);
    // A fingerprint says no more; the latest call of that tool does.
    for (const Call& call : workflow.calls)
      if (call.tool == name && call.definition_hash == tool.definition_hash) {
        tool.undo = call.undo;
        tool.idempotent = call.idempotent;
      }
  }
  if (tool.definition_hash.empty()) return std::nullopt;
  return tool;
}

const json::Value* arguments_schema(const Workflow& workflow, const std::string& tool) {
  const json::Value* one = briefed(workflow, tool);
  return one == nullptr ? nullptr : &(*one)["arguments"];
}

}  // namespace fermata
