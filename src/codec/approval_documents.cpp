// ApprovalRequest and thresholds as the API shows them.

#include <algorithm>
#include <set>

#include "codec/document.hpp"
#include "codec/documents.hpp"

namespace fermata::codec {
namespace {

// How many persons of the group have agreed so far, as the stream recorded their membership when
// they decided. A read model cannot ask the directory (P10); whether it suffices is verdict()'s to
// say, who asks it again.
std::int64_t given(const Approval& approval, const std::string& group) {
  std::set<std::string_view> persons;
  for (const Decision& decision : approval.decisions) {
    if (!decision.counts || decision.kind == DecisionKind::kReject) continue;
    if (std::find(decision.groups.begin(), decision.groups.end(), group) != decision.groups.end())
      persons.insert(decision.person);
  }
  return static_cast<std::int64_t>(persons.size());
}

json::Value needed_document(const Approval& approval) {
  json::Array lines;
  for (const Threshold& threshold : approval.thresholds)
    lines.push_back(Document()
                        .add("from", threshold.from)
                        .add("approve", threshold.approve)
                        .add("given", given(approval, threshold.from))
                        .done());
  return lines;
}

json::Value decisions_document(const std::vector<Decision>& decisions) {
  json::Array documents;
  for (const Decision& decision : decisions)
    documents.push_back(Document()
                            .add("person", decision.person)
                            .add("decision", to_string(decision.kind))
                            .add("reason", decision.reason)
                            .add("at", time_document(decision.at))
                            .add("door", to_string(decision.door))
                            .add("hash", decision.hash)
                            .add("counts", decision.counts)
                            .done());
  return documents;
}

json::Value outcome_document(const std::optional<Outcome>& outcome) {
  if (!outcome) return {};
  Document document;
  document.add("status", to_string(outcome->status))
      .add("by", outcome->by)
      .add("reason", outcome->reason);
  if (outcome->status == ApprovalStatus::kAnswered) document.add("answer", outcome->answer);
  return document.done();
}

void add_question(Document& document, const Approval& approval) {
  const Question& question = approval.question;
  const auto& original = approval.original_arguments;
  document.add("action", question.action)
      .add("arguments", question.arguments)
      .add("original_arguments", original ? json::Value(*original) : json::Value())
      .add("hash", approval.hash)
      .add("why", question.why)
      .add("otherwise", question.otherwise)
      .add("title", question.title);
}

void add_terms(Document& document, const Approval& approval) {
  const Question& question = approval.question;
  document.add("rule", approval.rule)
      .add("policy_hash", approval.policy_hash)
      .add("deadline", time_document(question.deadline))
      .add("on_deadline", to_string(question.on_deadline))
      .add("form", question.form)
      .add("validation", question.validation)
      .add("channels", question.channels)
      .add("metadata", question.metadata);
}

}  // namespace

json::Value to_document(const Approval& approval, const Workflow& workflow) {
  Document document;
  document.add("id", approval.id)
      .add("workflow_id", workflow.id)
      .add("call_id", text_or_null(approval.call))
      .add("kind", to_string(approval.question.kind))
      .add("status", to_string(approval.status));
  add_question(document, approval);
  document.add("requester", actor_document(approval.requester))
      .add("on_behalf_of", approval.on_behalf_of)
      .add("thresholds", to_document(approval.thresholds))
      .add("needed", needed_document(approval))
      .add("decisions", decisions_document(approval.decisions));
  add_terms(document, approval);
  const auto& outcome = approval.outcome;
  return document.add("epoch", approval.epoch)
      .add("revision", approval.revision)
      .add("created_at", time_document(approval.created_at))
      .add("closed_at", outcome ? time_document(outcome->at) : json::Value())
      .add("outcome", outcome_document(outcome))
      .done();
}

json::Value to_document(const std::vector<Threshold>& thresholds) {
  json::Array documents;
  for (const Threshold& threshold : thresholds)
    documents.push_back(Document()
                            .add("from", threshold.from)
                            .add("approve", threshold.approve)
                            .add("reject", threshold.reject)
                            .done());
  return documents;
}

}  // namespace fermata::codec
