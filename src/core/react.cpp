#include "core/decide.hpp"

namespace fermata {
namespace {

std::string deadline_id(const std::string& approval) { return "deadline:" + approval; }
std::string lapse_id(const std::string& workflow) { return "turn:" + workflow; }

struct React {
  const Workflow& workflow;
  task::Tasks& tasks;

  void operator()(const event::ApprovalRequested& asked) const {
    if (asked.question.deadline)
      tasks.create.push_back(task::ApprovalDeadline{asked.approval, *asked.question.deadline});
  }
  void operator()(const event::ApprovalClosed& closed) const {
    tasks.drop.push_back(deadline_id(closed.approval));
  }

  // Whoever runs it may be gone. One that nobody dispatches is run again by whoever ran it.
  void operator()(const event::TurnStarted& started) const {
    if (workflow.dispatch != Dispatch::kNone && workflow.turn)
      tasks.create.push_back(
          task::TurnLapse{workflow.id, started.turn, workflow.turn->lease_until});
  }
  void operator()(const event::TurnEnded&) const { drop_lapse(); }
  void operator()(const event::TurnLapsed&) const { drop_lapse(); }
  void operator()(const event::WorkflowRolledBack&) const { drop_lapse(); }
  void operator()(const event::WorkflowCompleted&) const { drop_lapse(); }
  void operator()(const event::WorkflowFailed&) const { drop_lapse(); }
  void operator()(const event::WorkflowCancelled&) const { drop_lapse(); }
  template <class Other>
  void operator()(const Other&) const {}

  void drop_lapse() const {
    if (workflow.dispatch != Dispatch::kNone) tasks.drop.push_back(lapse_id(workflow.id));
  }
};

}  // namespace

namespace task {

std::string id_of(const Task& task) {
  if (const auto* lapse = std::get_if<TurnLapse>(&task)) return lapse_id(lapse->workflow);
  return deadline_id(std::get<ApprovalDeadline>(task).approval);
}

TimeMs due_at(const Task& task) {
  return std::visit([](const auto& alternative) { return alternative.at; }, task);
}

}  // namespace task

task::Tasks react(const Workflow& workflow, const event::Event& event) {
  task::Tasks tasks;
  std::visit(React{workflow, tasks}, event);
  return tasks;
}

}  // namespace fermata
