#pragma once

// The closed sum type of durable work that events cause. `id` is stable, so that doing it twice is
// seen, and so that a later event can drop it.

#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"

namespace fermata::task {

// Send command::ExpireApproval when `at` has come.
struct ApprovalDeadline {
  std::string approval;
  TimeMs at = 0;
};

using Task = std::variant<ApprovalDeadline>;

struct Tasks {
  std::vector<Task> create;
  std::vector<std::string> drop;  // Ids.
};

std::string id_of(const Task& task);  // "deadline:ap_..."

}  // namespace fermata::task
