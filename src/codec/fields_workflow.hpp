#pragma once

// The events of a workflow's life, its turns and its checkpoints (see fields.hpp).

#include "codec/fields.hpp"
#include "core/event.hpp"

namespace fermata::codec {

template <class V>
void fields(V& v, Ref<V, Origin> origin) {
  v("checkpoint", origin.checkpoint);
  v("version", origin.version);
  v("workflow", origin.workflow);
}

template <class V>
void fields(V& v, Ref<V, Branch> branch) {
  v.time("at", branch.at);
  v("attempt", branch.attempt);
  v("by", branch.by);
  v("checkpoint", branch.checkpoint);
  v("epoch", branch.epoch);
  v("parent", branch.parent);
  v("reason", branch.reason);
  v("told", branch.told);
}

template <class V>
void fields(V& v, Ref<V, InboundPart> part) {
  v("approval", part.approval);
  v("call", part.call);
}

template <class V>
void fields(V& v, Ref<V, event::InboundAsked> e) {
  v("asked", e.asked);
  v("hash", e.hash);
  v("inbound", e.inbound);
  v("key", e.key);
  v("parts", e.parts);
}

template <class V>
void fields(V& v, Ref<V, event::WorkflowCreated> e) {
  v("agent", e.agent);
  v("context", e.context);
  v("dispatch", e.dispatch);
  v("effects", e.effects);
  v("forked_from", e.forked_from);
  v("id", e.id);
  v("input", e.input);
  v("metadata", e.metadata);
  v("name", e.name);
  v("on_behalf_of", e.on_behalf_of);
  v("requester", e.requester);
  v("standalone", e.standalone);
  v("tags", e.tags);
}

template <class V>
void fields(V& v, Ref<V, event::WorkflowCompleted> e) {
  v("result", e.result);
}

template <class V>
void fields(V& v, Ref<V, event::WorkflowFailed> e) {
  v("error", e.error);
}

template <class V>
void fields(V& v, Ref<V, event::WorkflowCancelled> e) {
  v("reason", e.reason);
}

template <class V>
void fields(V& v, Ref<V, event::WorkflowRolledBack> e) {
  v("checkpoint", e.checkpoint);
  v("dropped", e.dropped);
  v("epoch", e.epoch);
  v("parent", e.parent);
  v("reason", e.reason);
  v("undo_attempts", e.undo_attempts);
  v("undone", e.undone);
}

template <class V>
void fields(V& v, Ref<V, event::WorkflowForked> e) {
  v("branches", e.branches);
  v("parties", e.parties);
  v("reason", e.reason);
  v("root", e.root);
  v("supposed_approval", e.supposed_approval);
  v("supposed_decision", e.supposed_decision);
  v("told", e.told);
}

template <class V>
void fields(V& v, Ref<V, event::EffectsAllowed> e) {
  v("reason", e.reason);
}

template <class V>
void fields(V& v, Ref<V, event::TurnStarted> e) {
  v("fingerprint", e.fingerprint);
  v.duration("lease_ms", e.lease_ms);
  v("turn", e.turn);
  v("worker", e.worker);
}

template <class V>
void fields(V& v, Ref<V, event::TurnRenewed> e) {
  v("turn", e.turn);
}

template <class V>
void fields(V& v, Ref<V, event::TurnEnded> e) {
  v.duration("retry_after_ms", e.retry_after_ms);
  v("turn", e.turn);
}

template <class V>
void fields(V& v, Ref<V, event::TurnLapsed> e) {
  v("turn", e.turn);
}

template <class V>
void fields(V& v, Ref<V, event::CheckpointCreated> e) {
  v("call", e.call);
  v("calls", e.calls);
  v("checkpoint", e.checkpoint);
  v("epoch", e.epoch);
  v("metadata", e.metadata);
  v("name", e.name);
  v("recovery", e.recovery);
  v("snapshot", e.snapshot);
}

}  // namespace fermata::codec
