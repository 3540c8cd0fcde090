#include "core/decide.hpp"

namespace fermata {
namespace {

std::string deadline_id(const std::string& approval) { return "deadline:" + approval; }

}  // namespace

namespace task {
std::string id_of(const Task& task) {
  return deadline_id(std::get<ApprovalDeadline>(task).approval);
}
}  // namespace task

task::Tasks react(const Workflow&, const event::Event& event) {
  task::Tasks tasks;
  if (const auto* asked = std::get_if<event::ApprovalRequested>(&event)) {
    if (asked->question.deadline)
      tasks.create.push_back(task::ApprovalDeadline{asked->approval, *asked->question.deadline});
  } else if (const auto* closed = std::get_if<event::ApprovalClosed>(&event)) {
    tasks.drop.push_back(deadline_id(closed->approval));
  }
  return tasks;
}

}  // namespace fermata
