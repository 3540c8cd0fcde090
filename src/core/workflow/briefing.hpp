#pragma once

// What a workflow's own journal says of the tools of an agent that the server runs. The agent's
// briefing is the first thing in it (agents/loop/briefing.hpp).

#include <optional>
#include <string>
#include <string_view>

#include "core/workflow/workflow.hpp"

namespace fermata {

inline constexpr std::string_view kBriefingKey = "run/briefing";

// The tool as this workflow's runtime has told of it: in the agent's briefing, or in the
// fingerprint of an agent that others run. None: it has not, or of several that are called so, or
// it is one that does no work: request_approval, create_checkpoint, rollback, final_answer.
std::optional<ToolIdentity> told_tool(const Workflow& workflow, const std::string& name);

// The JSON Schema of the tool's arguments, as the agent was told it when it began. nullptr: this
// workflow is run by somebody else, or the tool is none of its agent's.
const json::Value* arguments_schema(const Workflow& workflow, const std::string& tool);

}  // namespace fermata
