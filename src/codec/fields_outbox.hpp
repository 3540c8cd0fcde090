#pragma once

// The events of an outbox: who is told what (see fields.hpp).

#include "codec/fields.hpp"
#include "core/event.hpp"

namespace fermata::codec {

template <class V>
void fields(V& v, Ref<V, event::MessageWanted> e) {
  v("address", e.address);
  v("channel", e.channel);
  v("idle", e.idle);
  v("subject", e.subject);
  v("target", e.target);
  v("version", e.version);
}

template <class V>
void fields(V& v, Ref<V, event::MessageDelivered> e) {
  v("message", e.message);
  v("ref", e.ref);
  v("version", e.version);
}

template <class V>
void fields(V& v, Ref<V, event::MessageFailed> e) {
  v("attempt", e.attempt);
  v("error", e.error);
  v("message", e.message);
  v.time("retry_at", e.retry_at);
}

template <class V>
void fields(V& v, Ref<V, event::MessageResent> e) {
  v("message", e.message);
}

}  // namespace fermata::codec
