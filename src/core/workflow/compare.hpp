#pragma once

// Two workflows side by side, call by call: a fork and its source, or two forks.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/workflow/workflow.hpp"

namespace fermata {

struct ComparedCall {
  std::string key;
  std::optional<std::size_t> left, right;  // Indices of the calls; absent: it has none of that key.
  bool same = false;  // The same tool, arguments and end; who ran it, and when, does not count.
};

struct Comparison {
  std::vector<ComparedCall> rows;  // In the order of the calls, left before right.
  std::size_t common = 0;          // So many rows at the beginning are the same.
};

// Of the calls on the branches of now.
Comparison compare(const Workflow& left, const Workflow& right);

}  // namespace fermata
