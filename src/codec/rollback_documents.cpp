// What a rollback would do, as the API shows it.

#include "codec/document.hpp"
#include "codec/documents.hpp"
#include "core/workflow/undo.hpp"

namespace fermata::codec {
namespace {

json::Value decided_document(const Approval& approval) {
  json::Array decisions;
  for (const Decision& decision : approval.decisions)
    decisions.push_back(Document()
                            .add("person", decision.person)
                            .add("decision", to_string(decision.kind))
                            .add("reason", decision.reason)
                            .done());
  return Document()
      .add("approval", approval.id)
      .add("call", text_or_null(approval.call))
      .add("action", approval.question.action)
      .add("arguments", approval.question.arguments)
      .add("status", to_string(approval.status))
      .add("decisions", std::move(decisions))
      .done();
}

json::Value decided_documents(const Workflow& workflow, const std::vector<std::size_t>& approvals) {
  json::Array documents;
  for (const std::size_t i : approvals)
    documents.push_back(decided_document(workflow.approvals[i]));
  return documents;
}

json::Value effects_document(const Workflow& workflow, const RollbackPlan& plan) {
  json::Array documents;
  for (auto i = plan.effects.rbegin(); i != plan.effects.rend(); ++i) {
    const Call& call = workflow.calls[*i];
    documents.push_back(Document()
                            .add("call", call.id)
                            .add("tool", call.tool)
                            .add("arguments", call.effective())
                            .add("at", time_document(call.closed_at.value_or(call.opened_at)))
                            .add("state", to_string(call.state))
                            .add("undo_tool", text_or_null(call.undo))
                            .done());
  }
  return documents;
}

// What earlier rollbacks left behind and is not settled. It is gone on with after this one.
json::Value outstanding_document(const Workflow& workflow) {
  json::Array documents;
  for (const Compensation& compensation : workflow.compensations)
    if (!is_settled(undo_state(workflow, compensation)))
      documents.push_back(undo_document(workflow, compensation));
  return documents;
}

}  // namespace

json::Value to_document(const RollbackPlan& plan, const Workflow& workflow) {
  json::Array again, cancelled;
  for (const RollbackPlan::Again& one : plan.asked_again)
    again.push_back(Document()
                        .add("approval", workflow.approvals[one.approval].id)
                        .add("action", workflow.approvals[one.approval].question.action)
                        .add("of", to_document(one.of))
                        .done());
  for (const std::size_t i : plan.cancelled) cancelled.emplace_back(workflow.approvals[i].id);
  return Document()
      .add("checkpoint", plan.checkpoint->id)
      .add("name", plan.checkpoint->name)
      .add("attempt", plan.attempt)
      .add("decisions_kept", decided_documents(workflow, plan.kept))
      .add("decisions_void", decided_documents(workflow, plan.voided))
      .add("asked_again", std::move(again))
      .add("cancelled", std::move(cancelled))
      .add("effects", effects_document(workflow, plan))
      .add("outstanding", outstanding_document(workflow))
      .add("version", workflow.version)
      .done();
}

}  // namespace fermata::codec
