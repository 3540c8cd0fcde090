#include "engine/projection.hpp"

#include <algorithm>
#include <set>

#include "codec/documents.hpp"
#include "codec/event_codec.hpp"
#include "core/approval/tally.hpp"
#include "core/policy/policy.hpp"
#include "engine/attention.hpp"
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

// By which those who may decide it find it (names_of() in group_expression.hpp).
std::vector<std::string> labels_of(const Approval& approval) {
  const Subject subject = subject_of(approval);
  std::set<std::string> labels;
  const auto add = [&](const std::string& expression) {
    const auto parsed = GroupExpression::parse(expression);
    if (!parsed) return;
    for (std::string& label : parsed->labels(subject)) labels.insert(std::move(label));
  };
  for (const Threshold& threshold : approval.thresholds) add(threshold.from);
  for (const Delegation& one : approval.delegations) labels.insert("person:" + one.to);
  return {labels.begin(), labels.end()};
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
  row.labels = labels_of(approval);
  row.created_at = approval.created_at;
  row.doc = json::canonical(codec::to_document(approval, workflow));
  row.queue = line_of(approval, workflow);
  if (!row.queue.empty()) row.queued_at = approval.created_at;
  return row;
}

store::Row row_of(const Message& message, const Outbox& outbox) {
  store::Row row;
  row.table = store::Table::kMessages;
  row.id = message.id;
  row.parent = workflow_of_outbox(outbox.id);
  row.status = to_string(message.state);
  row.agent = message.channel;
  row.labels = {"subject:" + message.subject};
  row.created_at = message.created_at;
  row.doc = json::canonical(codec::to_document(message));
  return row;
}

namespace {

void add(store::TaskRow row, store::Commit& commit) {
  std::erase_if(commit.tasks, [&](const store::TaskRow& old) { return old.id == row.id; });
  commit.tasks.push_back(std::move(row));
}

void add(const Stream& stream, const task::Tasks& tasks, store::Commit& commit) {
  for (const task::Task& task : tasks.create)
    add(row_of(stream.id.tenant, stream.id.name, task), commit);
  for (const std::string& id : tasks.drop) {
    std::erase_if(commit.tasks, [&](const store::TaskRow& row) { return row.id == id; });
    commit.dropped_tasks.push_back(id);
  }
}

std::string message_in(const event::Event& event) {
  if (const auto* wanted = std::get_if<event::MessageWanted>(&event))
    return message_id(wanted->subject, wanted->channel, wanted->target);
  return std::visit(
      [](const auto& e) -> std::string {
        if constexpr (requires { e.message; })
          return e.message;
        else
          return {};
      },
      event);
}

bool is_told(const Announced& announced, const event::Event& event) {
  return std::any_of(announced.types.begin(),
                     announced.types.end(),
                     [type = codec::type_of(event)](const std::string& pattern) {
                       return glob_matches(pattern, type);
                     });
}

void project_workflow(const Stream& stream,
                      const Events& events,
                      const Announced& announced,
                      TimeMs now,
                      store::Commit& commit) {
  const Workflow& after = stream.state.workflow;
  std::set<std::string> touched, told;
  for (const event::Event& event : events) {
    if (std::string id = approval_in(event); !id.empty()) touched.insert(std::move(id));
    if (is_told(announced, event)) told.insert(after.id);
    add(stream, react(after, event), commit);
  }
  commit.rows.push_back(row_of(after));
  for (const std::string& id : touched)
    commit.rows.push_back(row_of(*find_approval(after, id), after));
  if (announced.approvals) told.insert(touched.begin(), touched.end());
  for (const std::string& subject : told)
    add(row_of(stream.id.tenant, stream.id.name, task::Announcement{subject, now}), commit);
}

void project_outbox(const Stream& stream, const Events& events, store::Commit& commit) {
  const Outbox& after = stream.state.outbox;
  std::set<std::string> touched;
  for (const event::Event& event : events) {
    touched.insert(message_in(event));
    add(stream, react(after, event), commit);
  }
  for (const std::string& id : touched)
    commit.rows.push_back(row_of(*find_message(after, id), after));
}

}  // namespace

void project(const Stream& stream,
             const Events& events,
             const Announced& announced,
             TimeMs now,
             store::Commit& commit) {
  if (stream.kind == Stream::Kind::kWorkflow)
    project_workflow(stream, events, announced, now, commit);
  if (stream.kind == Stream::Kind::kOutbox) project_outbox(stream, events, commit);
}

}  // namespace fermata::engine
