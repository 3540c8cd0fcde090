#pragma once

// All that a policy looks at: a call, who makes it and for whom, when, and what the workflow's
// other calls of the same tool come to. core/workflow/totals.hpp makes it from a workflow.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/decimal.hpp"
#include "base/json.hpp"
#include "base/time.hpp"

namespace fermata {

struct PolicyInput {
  std::string tool;
  json::Object arguments;
  std::string agent;         // Empty: not known, or there is none.
  bool no_agent = false;     // A person or an admin asks, and no agent takes part.
  std::string on_behalf_of;  // Empty: nobody known.
  std::vector<std::string> tags;
  TimeMs now = 0;
  // Of the same tool in the same workflow, beside this one; for request_approval of the action that
  // it names. Neither what was denied nor what a rollback left
  // behind undone or not begun.
  std::int64_t calls = 0;
  // What those calls add up to, by the argument's path. A path that is missing is unknown, unless
  // there were no calls.
  std::map<std::string, Decimal> sums;
};

}  // namespace fermata
