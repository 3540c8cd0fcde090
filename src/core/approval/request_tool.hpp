#pragma once

// The tool that asks people about an action and does nothing else, so that its result is what they
// decided.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/approval/approval.hpp"

namespace fermata {

inline constexpr std::string_view kRequestApproval = "request_approval";

// Its arguments: {action, arguments, why, otherwise, outcomes: [{name, means, text}]}, of which an
// outcome means approve, reject or ignore.
struct ToolRequest {
  std::string action;
  json::Object arguments;
  std::string why, otherwise;
  std::vector<CustomOutcome> outcomes;
};

// kInvalid: the detail says to the model what is wrong.
Result<ToolRequest> read_tool_request(const json::Object& arguments);

}  // namespace fermata
