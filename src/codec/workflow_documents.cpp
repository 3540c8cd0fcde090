// Workflow, Call and Checkpoint as the API shows them.

#include "codec/document.hpp"
#include "codec/documents.hpp"
#include "core/workflow/rollback.hpp"
#include "core/workflow/undo.hpp"

namespace fermata::codec {
namespace {

// Those to undo first, and the latest that are settled: a workflow may have left many effects
// behind, and its document is written with each change.
constexpr std::size_t kMostShownUndos = 200;

json::Value undos_document(const Workflow& workflow) {
  json::Array documents;
  for (const bool settled : {false, true})
    for (const Compensation& compensation : workflow.compensations)
      if (documents.size() < kMostShownUndos &&
          is_settled(undo_state(workflow, compensation)) == settled)
        documents.push_back(undo_document(workflow, compensation));
  return documents;
}

json::Value branches_document(const Workflow& workflow) {
  json::Array documents;
  documents.reserve(workflow.branches.size());
  for (const Branch& branch : workflow.branches)
    documents.push_back(Document()
                            .add("epoch", branch.epoch)
                            .add("parent", branch.parent)
                            .add("checkpoint", branch.checkpoint)
                            .add("reason", branch.reason)
                            .add("at", time_document(branch.at))
                            .add("by", actor_document(branch.by))
                            .add("attempt", branch.attempt)
                            .add("notice", text_or_null(notice(workflow, branch)))
                            .done());
  return documents;
}

json::Value turn_document(const std::optional<Turn>& turn) {
  if (!turn) return {};
  return Document()
      .add("n", turn->n)
      .add("worker", turn->worker)
      .add("lease_until", time_document(turn->lease_until))
      .done();
}

json::Value origin_document(const std::optional<Origin>& origin, const std::string& root) {
  if (!origin) return {};
  return Document()
      .add("workflow", origin->workflow)
      .add("root", root)
      .add("checkpoint", origin->checkpoint)
      .add("version", origin->version)
      .done();
}

json::Value pending_document(const Workflow& workflow) {
  json::Array ids;
  ids.reserve(workflow.pending.size());
  for (const std::size_t index : workflow.pending) ids.emplace_back(workflow.approvals[index].id);
  return ids;
}

// Of the current branch. A workflow may have had many thousand calls and is written with each
// change, so nothing here looks at the calls themselves.
json::Value call_counts(const Workflow& workflow) {
  const auto total = static_cast<std::int64_t>(workflow.by_key.size());
  const auto open = static_cast<std::int64_t>(workflow.open_calls);
  return Document().add("total", total).add("open", open).add("done", total - open).done();
}

json::Value result_of(const Call& call, const Workflow& workflow) {
  if (call.kind != CallKind::kCheckpoint) return call.result;
  const Checkpoint* made = find_checkpoint(workflow, call.result.string_or("checkpoint"));
  return made == nullptr ? call.result : checkpoint_record(workflow, *made);
}

}  // namespace

json::Value undo_document(const Workflow& workflow, const Compensation& compensation) {
  const Call& call = workflow.calls[compensation.call];
  return Document()
      .add("call", call.id)
      .add("tool", call.tool)
      .add("arguments", call.effective())
      .add("undo_tool", text_or_null(call.undo))
      .add("state", to_string(undo_state(workflow, compensation)))
      .add("attempts", compensation.attempts)
      .add("key", text_or_null(undo_key(workflow, compensation)))
      .add("error", text_or_null(undo_error(workflow, compensation)))
      .add("epoch", compensation.epoch)
      .done();
}

json::Value to_document(const Workflow& workflow) {
  return Document()
      .add("id", workflow.id)
      .add("agent", workflow.agent)
      .add("name", workflow.name)
      .add("status", to_string(status(workflow)))
      .add("input", workflow.input)
      .add("context", workflow.context)
      .add("metadata", workflow.metadata)
      .add("tags", strings_document(workflow.tags))
      .add("on_behalf_of", workflow.on_behalf_of)
      .add("requester", actor_document(workflow.requester))
      .add("dispatch", to_string(workflow.dispatch))
      .add("effects", to_string(workflow.effects))
      .add("forked_from", origin_document(workflow.forked_from, workflow.root))
      .add("epoch", workflow.epoch)
      .add("version", workflow.version)
      .add("branches", branches_document(workflow))
      .add("undo", undos_document(workflow))
      .add("turn", turn_document(workflow.turn))
      .add("fingerprint", workflow.fingerprint)
      .add("pending_approvals", pending_document(workflow))
      .add("calls", call_counts(workflow))
      .add("result", workflow.result)
      .add("error", workflow.error ? error_document(*workflow.error) : json::Value())
      .add("created_at", time_document(workflow.created_at))
      .add("updated_at", time_document(workflow.updated_at))
      .done();
}

json::Value to_document(const Call& call, const Workflow& workflow) {
  Document document;
  document.add("id", call.id)
      .add("key", call.key)
      .add("kind", to_string(call.kind))
      .add("tool", call.asked_tool())
      .add("arguments", call.arguments);
  if (call.tool != call.asked_tool()) document.add("effective_tool", call.tool);
  if (call.effective_arguments) document.add("effective_arguments", *call.effective_arguments);
  document.add("state", to_string(call.state))
      .add("hash", call.hash)
      .add("request_hash", call.request_hash)
      .add("idempotent", call.idempotent)
      .add("epoch", call.epoch)
      .add("attempt", call.attempt)
      .add("approval", text_or_null(call.approval))
      .add("permission", text_or_null(call.permission))
      .add("undo", text_or_null(call.undo))
      .add("imported_from", text_or_null(call.imported_from));
  if (call.state == CallState::kDone) document.add("result", result_of(call, workflow));
  if (call.error) document.add("error", error_document(*call.error));
  if (call.state == CallState::kDenied)
    document.add(
        "denial",
        Document().add("reason", call.denial_reason).add("message", call.denial_message).done());
  return document.add("opened_at", time_document(call.opened_at))
      .add("closed_at", time_document(call.closed_at))
      .done();
}

json::Value to_document(const ComparedCall& row, const Workflow& left, const Workflow& right) {
  return Document()
      .add("key", row.key)
      .add("same", row.same)
      .add("left", row.left ? to_document(left.calls[*row.left], left) : json::Value())
      .add("right", row.right ? to_document(right.calls[*row.right], right) : json::Value())
      .done();
}

json::Value outcome_document(const Workflow& workflow) {
  return Document()
      .add("id", workflow.id)
      .add("name", workflow.name)
      .add("status", to_string(status(workflow)))
      .add("effects", to_string(workflow.effects))
      .add("calls", call_counts(workflow))
      .add("result", workflow.result)
      .add("error", workflow.error ? error_document(*workflow.error) : json::Value())
      .done();
}

json::Value to_document(const Checkpoint& checkpoint) {
  return Document()
      .add("id", checkpoint.id)
      .add("workflow_id", workflow_of(checkpoint.id))
      .add("name", checkpoint.name)
      .add("call", text_or_null(checkpoint.call))
      .add("epoch", checkpoint.epoch)
      .add("version", checkpoint.version)
      .add("calls", static_cast<std::int64_t>(checkpoint.calls))
      .add("snapshot", checkpoint.snapshot)
      .add("recovery", checkpoint.recovery)
      .add("metadata", checkpoint.metadata)
      .add("by", actor_document(checkpoint.by))
      .add("at", time_document(checkpoint.at))
      .add("live", checkpoint.live())
      .done();
}

}  // namespace fermata::codec
