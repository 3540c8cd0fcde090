#include "engine/projection.hpp"

#include <set>

#include "codec/documents.hpp"
#include "codec/event_codec.hpp"
#include "engine/turn_queue.hpp"

namespace fermata::engine {
namespace {

// The approval request an event is about; empty for the others.
std::string approval_in(const event::Event& event) {
  return std::visit(
      [](const auto& e) -> std::string {
        if constexpr (
            requires { e.approval; } && !requires { e.grant; })
          return e.approval;
        else
          return {};
      },
      event);
}

}  // namespace

store::TaskRow row_of(const std::string& tenant,
                      const std::string& stream,
                      const task::Task& task) {
  store::TaskRow row;
  row.tenant = tenant;
  row.id = task::id_of(task);
  row.kind = codec::kind_of(task);
  row.stream = stream;
  row.due_at = task::due_at(task);
  row.body = codec::encode(task);
  return row;
}

store::Row row_of(const Workflow& workflow) {
  store::Row row;
  row.table = store::Table::kWorkflows;
  row.id = workflow.id;
  row.status = to_string(status(workflow));
  row.agent = workflow.agent;
  row.labels = workflow.tags;
  row.created_at = workflow.created_at;
  row.doc = json::canonical(codec::to_document(workflow));
  row.queue = queue_of(workflow);
  if (!row.queue.empty()) row.queued_at = workflow.ready_at;
  return row;
}

store::Row row_of(const Approval& approval, const Workflow& workflow) {
  store::Row row;
  row.table = store::Table::kApprovals;
  row.id = approval.id;
  row.parent = workflow.id;
  row.status = to_string(approval.status);
  row.agent = workflow.agent;
  for (const Threshold& threshold : approval.thresholds) row.labels.push_back(threshold.from);
  row.created_at = approval.created_at;
  row.doc = json::canonical(codec::to_document(approval, workflow));
  return row;
}

void project(const std::string& tenant,
             const Workflow& after,
             const Events& events,
             store::Commit& commit) {
  std::set<std::string> touched;
  for (const event::Event& event : events) {
    if (std::string id = approval_in(event); !id.empty()) touched.insert(std::move(id));
    task::Tasks tasks = react(after, event);
    for (const task::Task& task : tasks.create)
      commit.tasks.push_back(row_of(tenant, after.id, task));
    for (std::string& id : tasks.drop) commit.dropped_tasks.push_back(std::move(id));
  }
  commit.rows.push_back(row_of(after));
  for (const std::string& id : touched)
    commit.rows.push_back(row_of(*find_approval(after, id), after));
}

}  // namespace fermata::engine
