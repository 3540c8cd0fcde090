#pragma once

// The events of journaled calls (see fields.hpp).

#include "codec/fields.hpp"
#include "core/event.hpp"

namespace fermata::codec {

template <class V>
void fields(V& v, Ref<V, event::CallOpened> e) {
  v("arguments", e.arguments);
  v("call", e.call);
  v("definition_hash", e.definition_hash);
  v("effect", e.effect);
  v("epoch", e.epoch);
  v("hash", e.hash);
  v("idempotent", e.idempotent);
  v("key", e.key);
  v("kind", e.kind);
  v("policy_hash", e.policy_hash);
  v("request_hash", e.request_hash);
  v("rule", e.rule);
  v("target", e.target);
  v("tool", e.tool);
  v("turn", e.turn);
  v("undo", e.undo);
  v("why", e.why);
}

template <class V>
void fields(V& v, Ref<V, event::CallRecorded> e) {
  v("arguments", e.arguments);
  v("call", e.call);
  v("epoch", e.epoch);
  v("error", e.error);
  v("key", e.key);
  v("kind", e.kind);
  v("request_hash", e.request_hash);
  v("result", e.result);
  v("tool", e.tool);
  v("turn", e.turn);
}

template <class V>
void fields(V& v, Ref<V, event::CallImported> e) {
  v("arguments", e.arguments);
  v("call", e.call);
  v("definition_hash", e.definition_hash);
  v("denial_message", e.denial_message);
  v("denial_reason", e.denial_reason);
  v("effective_arguments", e.effective_arguments);
  v("effective_tool", e.effective_tool);
  v("epoch", e.epoch);
  v("error", e.error);
  v("key", e.key);
  v("kind", e.kind);
  v("request_hash", e.request_hash);
  v("result", e.result);
  v("source", e.source);
  v("target", e.target);
  v("tool", e.tool);
}

template <class V>
void fields(V& v, Ref<V, event::CallGranted> e) {
  v("approval", e.approval);
  v("call", e.call);
  v("epoch", e.epoch);
  v.time("expires_at", e.expires_at);
  v("grant", e.grant);
  v("hash", e.hash);
}

template <class V>
void fields(V& v, Ref<V, event::CallPermitted> e) {
  v("call", e.call);
  v("epoch", e.epoch);
  v.time("expires_at", e.expires_at);
  v("grant", e.grant);
  v("hash", e.hash);
  v("people", e.people);
  v("permission", e.permission);
  v("thresholds", e.thresholds);
}

template <class V>
void fields(V& v, Ref<V, event::CallStarted> e) {
  v("attempt", e.attempt);
  v("call", e.call);
  v("grant", e.grant);
  v("turn", e.turn);
}

template <class V>
void fields(V& v, Ref<V, event::CallClosed> e) {
  v("call", e.call);
  v("error", e.error);
  v("hash", e.hash);
  v("result", e.result);
}

template <class V>
void fields(V& v, Ref<V, event::CallDenied> e) {
  v("call", e.call);
  v("message", e.message);
  v("reason", e.reason);
}

}  // namespace fermata::codec
