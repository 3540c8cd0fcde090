#pragma once

// The events of approval requests (see fields.hpp).

#include "codec/fields.hpp"
#include "core/event.hpp"

namespace fermata::codec {

template <class V>
void fields(V& v, Ref<V, CustomOutcome> outcome) {
  v("means", outcome.means);
  v("name", outcome.name);
  v("text", outcome.text);
}

template <class V>
void fields(V& v, Ref<V, Schedule> schedule) {
  v.duration("effect_wait_ms", schedule.effect_wait_ms);
  v.duration("extend_ms", schedule.extend_ms);
  v.duration("grant_life_ms", schedule.grant_life_ms);
  v.time("reminders", schedule.reminders);
}

template <class V>
void fields(V& v, Ref<V, Delegation> delegation) {
  v.time("at", delegation.at);
  v("from", delegation.from);
  v("reason", delegation.reason);
  v("to", delegation.to);
  v.time("until", delegation.until);
}

template <class V>
void fields(V& v, Ref<V, Question> question) {
  v("action", question.action);
  v("arguments", question.arguments);
  v("channels", question.channels);
  v.time("deadline", question.deadline);
  v("default_answer", question.default_answer);
  v("definition_hash", question.definition_hash);
  v("form", question.form);
  v("kind", question.kind);
  v("metadata", question.metadata);
  v("on_deadline", question.on_deadline);
  v("otherwise", question.otherwise);
  v("outcomes", question.outcomes);
  v("takes", question.takes);
  v("target", question.target);
  v("title", question.title);
  v("validation", question.validation);
  v("why", question.why);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalRequested> e) {
  v("approval", e.approval);
  v("call", e.call);
  v("epoch", e.epoch);
  v("hash", e.hash);
  v("on_behalf_of", e.on_behalf_of);
  v("policy_hash", e.policy_hash);
  v("question", e.question);
  v("requester", e.requester);
  v("rule", e.rule);
  v("schedule", e.schedule);
  v("thresholds", e.thresholds);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalDecided> e) {
  v("answer", e.answer);
  v("approval", e.approval);
  v("decision", e.decision);
  v("delegated_by", e.delegated_by);
  v("groups", e.groups);
  v("hash", e.hash);
  v("outcome", e.outcome);
  v("person", e.person);
  v("reason", e.reason);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalEdited> e) {
  v("approval", e.approval);
  v("arguments", e.arguments);
  v.time("deadline", e.deadline);
  v("hash", e.hash);
  v("on_deadline", e.on_deadline);
  v("person", e.person);
  v("policy_hash", e.policy_hash);
  v("reason", e.reason);
  v("rule", e.rule);
  v("schedule", e.schedule);
  v("thresholds", e.thresholds);
  v("tool", e.tool);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalClosed> e) {
  v("answer", e.answer);
  v("approval", e.approval);
  v("by", e.by);
  v("outcome", e.outcome);
  v("reason", e.reason);
  v("status", e.status);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalWithdrawn> e) {
  v("approval", e.approval);
  v("person", e.person);
  v("reason", e.reason);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalClaimed> e) {
  v("approval", e.approval);
  v("by", e.by);
  v("person", e.person);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalReleased> e) {
  v("approval", e.approval);
  v("person", e.person);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalDelegated> e) {
  v("approval", e.approval);
  v("delegation", e.delegation);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalDelegationEnded> e) {
  v("approval", e.approval);
  v("from", e.from);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalCommented> e) {
  v("approval", e.approval);
  v("asks", e.asks);
  v("for_agent", e.for_agent);
  v("reply_to", e.reply_to);
  v("text", e.text);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalReminded> e) {
  v("approval", e.approval);
  v("reminder", e.reminder);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalEscalated> e) {
  v("approval", e.approval);
  v("thresholds", e.thresholds);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalExtended> e) {
  v("approval", e.approval);
  v.duration("by_ms", e.by_ms);
  v("person", e.person);
  v("reason", e.reason);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalAgreed> e) {
  v("approval", e.approval);
  v.time("effect_at", e.effect_at);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalReopened> e) {
  v("approval", e.approval);
}

}  // namespace fermata::codec
