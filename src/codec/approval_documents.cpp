// ApprovalRequest and thresholds as the API shows them.

#include <algorithm>
#include <set>

#include "codec/document.hpp"
#include "codec/documents.hpp"

namespace fermata::codec {
namespace {

// How many persons have agreed so far, as the stream recorded what they counted in when they
// decided. A read model cannot ask the directory (P10); whether it suffices is verdict()'s to say,
// who asks it again, and explain's to show.
// Who agreed, or who refused.
std::int64_t count(const Approval& approval, const Threshold& threshold, bool refusing) {
  std::set<std::string_view> persons;
  for (const Decision& decision : approval.decisions) {
    if (!decision.counts || decision.refuses() != refusing) continue;
    if (std::find(decision.groups.begin(), decision.groups.end(), threshold.label()) !=
        decision.groups.end())
      persons.insert(decision.person);
  }
  return static_cast<std::int64_t>(persons.size());
}

json::Value needed_document(const Approval& approval) {
  json::Array lines;
  for (const Threshold& threshold : approval.thresholds) {
    if (threshold.veto) continue;
    lines.push_back(Document()
                        .add("name", threshold.label())
                        .add("from", threshold.from)
                        .add("stage", threshold.stage)
                        .add("approve", threshold.approve)
                        .add("given", count(approval, threshold, false))
                        .add("reject", threshold.reject)
                        .add("refused", count(approval, threshold, true))
                        .done());
  }
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
                            .add("counts_in", strings_document(decision.groups))
                            .add("delegated_by", text_or_null(decision.delegated_by))
                            .add("outcome", text_or_null(decision.outcome))
                            .add("withdrawn", text_or_null(decision.withdrawn))
                            .done());
  return documents;
}

json::Value comments_document(const std::vector<Comment>& comments) {
  json::Array documents;
  for (const Comment& comment : comments)
    documents.push_back(
        Document()
            .add("n", static_cast<std::int64_t>(documents.size()) + 1)
            .add("by", actor_document(comment.by))
            .add("text", comment.text)
            .add("reply_to", comment.reply_to == 0 ? json::Value() : json::Value(comment.reply_to))
            .add("for_agent", comment.for_agent)
            .add("asks", comment.asks)
            .add("at", time_document(comment.at))
            .done());
  return documents;
}

json::Value delegations_document(const std::vector<Delegation>& delegations) {
  json::Array documents;
  for (const Delegation& one : delegations)
    documents.push_back(Document()
                            .add("from", one.from)
                            .add("to", one.to)
                            .add("until", time_document(one.until))
                            .add("reason", one.reason)
                            .add("at", time_document(one.at))
                            .done());
  return documents;
}

json::Value claim_document(const std::optional<Claim>& claim) {
  if (!claim) return {};
  return Document()
      .add("person", claim->person)
      .add("by", claim->by)
      .add("at", time_document(claim->at))
      .done();
}

json::Value schedule_document(const Approval& approval) {
  json::Array reminders;
  for (std::size_t i = approval.reminded; i < approval.schedule.reminders.size(); ++i)
    reminders.push_back(time_document(approval.schedule.reminders[i]));
  const auto& life = approval.schedule.grant_life_ms;
  return Document()
      .add("reminders", std::move(reminders))
      .add("effect_wait_s", approval.schedule.effect_wait_ms / 1000)
      .add("effect_at", time_document(approval.effect_at))
      .add("grant_s", life ? json::Value(*life / 1000) : json::Value())
      .add("extend_s", (approval.schedule.extend_ms - approval.extended_ms) / 1000)
      .done();
}

json::Value taken_document(const Approval& approval) {
  json::Array names;
  for (const DecisionKind kind : taken(approval)) names.emplace_back(to_string(kind));
  return names;
}

json::Value outcome_document(const std::optional<Outcome>& outcome) {
  if (!outcome) return {};
  Document document;
  document.add("status", to_string(outcome->status))
      .add("by", outcome->by)
      .add("reason", outcome->reason)
      .add("name", text_or_null(outcome->name));
  if (outcome->status == ApprovalStatus::kAnswered) document.add("answer", outcome->answer);
  return document.done();
}

void add_question(Document& document, const Approval& approval) {
  const Question& question = approval.question;
  const auto& original = approval.original_arguments;
  document.add("action", question.action)
      .add("arguments", question.arguments)
      .add("original_action", text_or_null(approval.original_action))
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
      .add("default_answer", question.default_answer)
      .add("outcomes", outcomes_document(question.outcomes))
      .add("takes", taken_document(approval))
      .add("schedule", schedule_document(approval))
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
      .add("agent", text_or_null(workflow.agent))
      .add("call_id", text_or_null(approval.call))
      .add("kind", to_string(approval.question.kind))
      .add("status", to_string(approval.status));
  add_question(document, approval);
  document.add("requester", actor_document(approval.requester))
      .add("on_behalf_of", approval.on_behalf_of)
      .add("thresholds", to_document(approval.thresholds))
      .add("needed", needed_document(approval))
      .add("decisions", decisions_document(approval.decisions))
      .add("delegations", delegations_document(approval.delegations))
      .add("comments", comments_document(approval.comments))
      .add("claim", claim_document(approval.claim));
  add_terms(document, approval);
  document.add("frozen_by", json::Value());
  const auto& outcome = approval.outcome;
  return document.add("epoch", approval.epoch)
      .add("revision", approval.revision)
      .add("created_at", time_document(approval.created_at))
      .add("closed_at", outcome ? time_document(outcome->at) : json::Value())
      .add("outcome", outcome_document(outcome))
      .add("published", json::Value())
      .done();
}

json::Value outcomes_document(const std::vector<CustomOutcome>& outcomes) {
  json::Array documents;
  for (const CustomOutcome& one : outcomes)
    documents.push_back(Document()
                            .add("name", one.name)
                            .add("means", to_string(one.means))
                            .add("text", one.text)
                            .done());
  return documents;
}

json::Value to_document(const std::vector<Threshold>& thresholds) {
  json::Array documents;
  for (const Threshold& threshold : thresholds) {
    json::Array weights, escalations;
    for (const Weight& one : threshold.weights)
      weights.push_back(Document().add("from", one.from).add("weight", one.weight).done());
    for (const Escalation& one : threshold.escalations)
      escalations.push_back(Document()
                                .add("after_s", one.after_ms / 1000)
                                .add("to", one.to)
                                .add("replace", one.replace)
                                .done());
    documents.push_back(Document()
                            .add("name", threshold.label())
                            .add("from", threshold.from)
                            .add("approve", threshold.approve)
                            .add("reject", threshold.reject)
                            .add("stage", threshold.stage)
                            .add("choice", text_or_null(threshold.choice))
                            .add("veto", threshold.veto)
                            .add("weights", std::move(weights))
                            .add("delegate_to", text_or_null(threshold.delegate_to))
                            .add("escalations", std::move(escalations))
                            .done());
  }
  return documents;
}

}  // namespace fermata::codec
