#pragma once

// What the two parts of the timeline share.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/text.hpp"
#include "base/json.hpp"

namespace fermata::app::cli {

inline std::string type_of(const json::Value& event) { return event.string_or("type"); }

// The first event of that type; nullptr if there is none.
inline const json::Value* find(const std::vector<const json::Value*>& group,
                               std::string_view type) {
  const auto found = std::find_if(group.begin(), group.end(), [&](const json::Value* event) {
    return type_of(*event) == type;
  });
  return found == group.end() ? nullptr : *found;
}

inline std::string because(const std::string& reason) {
  return reason.empty() ? "" : ": " + visible(reason);
}

}  // namespace fermata::app::cli
