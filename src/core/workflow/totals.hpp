#pragma once

// What a workflow's tool calls come to, tool by tool, kept up to date by each event: a policy's
// rules on counts and sums read it without looking at the journal again.
//
// A call counts from its opening on, until it is denied, or a rollback leaves it behind and it was
// not begun or has been undone: what was done stays done, and no rollback gives an agent its bound
// back. It counts with the arguments that people gave it, once they edited them. Sums are of
// numbers from zero on, by the argument's path. What could be used to hide an amount makes its sum
// unknown instead: a call without that number, one below zero, one that no Decimal can hold, more
// than kMostPaths different paths in a tool's calls.

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "base/decimal.hpp"
#include "base/json.hpp"

namespace fermata {

struct Call;
struct Workflow;
struct Context;
struct PolicyInput;

struct ArgumentTotal {
  Decimal sum;
  std::int64_t calls = 0;  // That had this number. Fewer than the tool's calls: the sum is unknown.
};

struct ToolTotals {
  std::int64_t calls = 0;
  std::map<std::string, ArgumentTotal> sums;
};

class Totals {
 public:
  static constexpr std::size_t kMostPathsOfCall = 50;
  static constexpr std::size_t kMostPaths = 200;
  static constexpr std::size_t kLongestPath = 200;

  // Calls that are no tool's change nothing.
  void add(const Call& call);
  void take_away(const Call& call);

  const ToolTotals* of(const std::string& tool) const;  // nullptr: there were no calls.

 private:
  std::unordered_map<std::string, ToolTotals> tools_;
};

// What the policy sees of a call in this workflow, here and now. `judged` is the call itself if it
// is in the journal already: all others are counted beside it.
PolicyInput policy_input(const Workflow& workflow,
                         const Context& context,
                         const std::string& tool,
                         const json::Object& arguments,
                         const Call* judged = nullptr);

}  // namespace fermata
