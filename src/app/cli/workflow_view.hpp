#pragma once

// One workflow as `fermata workflows show` prints it. Pure.

#include <string>
#include <vector>

#include "app/cli/timeline.hpp"

namespace fermata::app::cli {

// The head, the timeline and what is waited for now.
std::string render_workflow(const Style& style,
                            const json::Value& workflow,
                            const std::vector<json::Value>& events,
                            Timeline::Steps steps,
                            TimeMs now);

}  // namespace fermata::app::cli
