#pragma once

// The events of approval requests (see fields.hpp).

#include "codec/fields.hpp"
#include "core/event.hpp"

namespace fermata::codec {

template <class V>
void fields(V& v, Ref<V, Question> question) {
  v("action", question.action);
  v("arguments", question.arguments);
  v("channels", question.channels);
  v.time("deadline", question.deadline);
  v("definition_hash", question.definition_hash);
  v("form", question.form);
  v("kind", question.kind);
  v("metadata", question.metadata);
  v("on_deadline", question.on_deadline);
  v("otherwise", question.otherwise);
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
  v("thresholds", e.thresholds);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalDecided> e) {
  v("answer", e.answer);
  v("approval", e.approval);
  v("decision", e.decision);
  v("groups", e.groups);
  v("hash", e.hash);
  v("person", e.person);
  v("reason", e.reason);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalEdited> e) {
  v("approval", e.approval);
  v("arguments", e.arguments);
  v("hash", e.hash);
  v("person", e.person);
  v("policy_hash", e.policy_hash);
  v("reason", e.reason);
  v("rule", e.rule);
  v("thresholds", e.thresholds);
}

template <class V>
void fields(V& v, Ref<V, event::ApprovalClosed> e) {
  v("answer", e.answer);
  v("approval", e.approval);
  v("by", e.by);
  v("reason", e.reason);
  v("status", e.status);
}

}  // namespace fermata::codec
