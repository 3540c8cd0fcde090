#include "store/rows.hpp"

namespace fermata::store {

const char* name_of(Table table) {
  switch (table) {
    case Table::kWorkflows:
      return "workflow";
    case Table::kApprovals:
      return "approval";
    case Table::kMessages:
      break;
  }
  return "message";
}

std::string join_labels(const std::vector<std::string>& labels) {
  std::string joined;
  for (const std::string& label : labels) {
    joined += joined.empty() ? "|" : "";
    joined += label;
    joined += '|';
  }
  return joined;
}

std::vector<std::string> split_labels(std::string_view joined) {
  std::vector<std::string> labels;
  if (!joined.empty()) joined.remove_prefix(1);
  while (!joined.empty()) {
    const std::size_t end = joined.find('|');
    labels.emplace_back(joined.substr(0, end));
    joined.remove_prefix(end == std::string_view::npos ? joined.size() : end + 1);
  }
  return labels;
}

Result<void> result_of(Verdict verdict, const Commit& commit) {
  const std::string where = commit.stream.tenant + "/" + commit.stream.name;
  switch (verdict) {
    case Verdict::kDone:
      return {};
    case Verdict::kRequestExists:
      return fail(
          ErrorCode::kConflict, "store.request_exists", "This request was recorded before.", where);
    case Verdict::kTaskLost:
      return fail(ErrorCode::kConflict,
                  "store.task_lost",
                  "Somebody else has this task now.",
                  where + " " + commit.ended_task.value_or(TaskEnd{}).id);
    case Verdict::kVersionConflict:
      return fail(ErrorCode::kVersionConflict,
                  "store.version_conflict",
                  "Somebody else wrote first; read again and decide again.",
                  where + " is not at " + std::to_string(commit.expected_version));
    case Verdict::kDeadlinePassed:
      return fail(ErrorCode::kConflict, "store.deadline_passed", "The deadline has passed.", where);
  }
  return fail(ErrorCode::kInternal, "store.internal", "Something went wrong.", where);
}

Error unavailable(std::string detail) {
  return Error{ErrorCode::kUnavailable,
               "store.unavailable",
               "The database does not answer. Try again with the same Idempotency-Key.",
               std::move(detail),
               {}};
}

}  // namespace fermata::store
