#pragma once

// What stands on disk, named once: fields(v, e) shows a visitor each member of `e` with its name.
//
// Writing, reading, showing and testing are four visitors over the same lists (Writer, Reader,
// DocumentWriter, the tests'), so that no two of them can disagree. A visitor V has
//
//   V::Ref<T>              const T& or T&: whether it reads or fills
//   v(name, member)        a member as it is
//   v.time(name, member)   milliseconds since 1970, or none
//   v.duration(name, ..)   milliseconds; the name ends in "_ms"
//   v.secret(name, ..)     kept, never shown
//
// Names come in ascending order, which is the canonical one (RFC 8785); each member exactly once.
// fields_test.cpp proves both for every alternative, so a forgotten member fails the build's tests.

#include "core/actor.hpp"
#include "core/approval/approval.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata::codec {

template <class V, class T>
using Ref = typename V::template Ref<T>;

template <class V>
void fields(V& v, Ref<V, Actor> actor) {
  v("id", actor.id);
  v("kind", actor.kind);
}

template <class V>
void fields(V& v, Ref<V, ToolIdentity> tool) {
  v("definition_hash", tool.definition_hash);
  v("idempotent", tool.idempotent);
  v("name", tool.name);
  v("undo", tool.undo);
}

template <class V>
void fields(V& v, Ref<V, CallError> error) {
  v("message", error.message);
  v("type", error.type);
}

template <class V>
void fields(V& v, Ref<V, Weight> weight) {
  v("from", weight.from);
  v("weight", weight.weight);
}

template <class V>
void fields(V& v, Ref<V, Escalation> escalation) {
  v.duration("after_ms", escalation.after_ms);
  v("replace", escalation.replace);
  v("to", escalation.to);
}

template <class V>
void fields(V& v, Ref<V, Threshold> threshold) {
  v("approve", threshold.approve);
  v("choice", threshold.choice);
  v("delegate_to", threshold.delegate_to);
  v("escalations", threshold.escalations);
  v("from", threshold.from);
  v("name", threshold.name);
  v("reject", threshold.reject);
  v("stage", threshold.stage);
  v("veto", threshold.veto);
  v("weights", threshold.weights);
}

}  // namespace fermata::codec
