#include "core/approval/clock.hpp"
#include "core/decide.hpp"

namespace fermata {
namespace {

std::string timer_id(const std::string& approval) { return "deadline:" + approval; }
std::string lapse_id(const std::string& workflow) { return "turn:" + workflow; }

std::string publication_id(const std::string& approval) { return "policy:" + approval; }

struct React {
  const Workflow& workflow;
  task::Tasks& tasks;

  void operator()(const event::ApprovalRequested& e) const {
    if (next_moment(*find_approval(workflow, e.approval))) arm(e.approval);
  }
  void operator()(const event::ApprovalEdited& e) const { arm(e.approval); }
  void operator()(const event::ApprovalReminded& e) const { arm(e.approval); }
  void operator()(const event::ApprovalEscalated& e) const { arm(e.approval); }
  void operator()(const event::ApprovalExtended& e) const { arm(e.approval); }
  void operator()(const event::ApprovalAgreed& e) const { arm(e.approval); }
  void operator()(const event::ApprovalReopened& e) const { arm(e.approval); }
  void operator()(const event::ApprovalClosed& e) const {
    arm(e.approval);
    if (e.status == ApprovalStatus::kApproved) publish(*find_approval(workflow, e.approval));
  }
  void publish(const Approval& approval) const {
    if (approval.question.kind != ApprovalKind::kPolicy) return;
    const json::Value arguments = approval.question.arguments;
    const json::Value metadata = approval.question.metadata;
    tasks.create.push_back(task::PolicyPublication{approval.id,
                                                   metadata.string_or("source"),
                                                   arguments.string_or("hash"),
                                                   arguments.string_or("replaces"),
                                                   approval.requester.id,
                                                   approval.outcome->at});
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

  // One task for each request: the next time that something is due.
  void arm(const std::string& approval) const {
    const auto next = next_moment(*find_approval(workflow, approval));
    if (next)
      tasks.create.push_back(task::ApprovalTimer{approval, *next});
    else
      tasks.drop.push_back(timer_id(approval));
  }
  void drop_lapse() const {
    if (workflow.dispatch != Dispatch::kNone) tasks.drop.push_back(lapse_id(workflow.id));
  }
};

}  // namespace

namespace task {

namespace {

struct IdOf {
  std::string operator()(const ApprovalTimer& task) const { return timer_id(task.approval); }
  std::string operator()(const TurnLapse& task) const { return lapse_id(task.workflow); }
  std::string operator()(const PolicyPublication& task) const {
    return publication_id(task.approval);
  }
  std::string operator()(const Announcement& task) const { return "announce:" + task.subject; }
  std::string operator()(const Delivery& task) const { return "deliver:" + task.message; }
};

}  // namespace

std::string id_of(const Task& task) { return std::visit(IdOf{}, task); }

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
