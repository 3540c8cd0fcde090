#pragma once

// The events of a tenant's directory: people, groups, keys, policy (see fields.hpp).

#include "codec/fields.hpp"
#include "core/event.hpp"

namespace fermata::codec {

template <class V>
void fields(V& v, Ref<V, Person> person) {
  v("active", person.active);
  v("email", person.email);
  v("id", person.id);
  v("identities", person.identities);
  v("name", person.name);
}

template <class V>
void fields(V& v, Ref<V, Group> group) {
  v("id", group.id);
  v("members", group.members);
  v("name", group.name);
}

template <class V>
void fields(V& v, Ref<V, ApiKey> key) {
  v.time("created_at", key.created_at);
  v.time("expires_at", key.expires_at);
  v("id", key.id);
  v("kind", key.kind);
  v("label", key.label);
  v("on_behalf_of", key.on_behalf_of);
  v("owner", key.owner);
  v.time("revoked_at", key.revoked_at);
  v.secret("secret_hash", key.secret_hash);
}

template <class V>
void fields(V& v, Ref<V, event::PersonSet> e) {
  v("person", e.person);
}

template <class V>
void fields(V& v, Ref<V, event::GroupSet> e) {
  v("group", e.group);
}

template <class V>
void fields(V& v, Ref<V, event::GroupRemoved> e) {
  v("group", e.group);
}

template <class V>
void fields(V& v, Ref<V, event::KeyCreated> e) {
  v("key", e.key);
}

template <class V>
void fields(V& v, Ref<V, event::KeyRevoked> e) {
  v("key", e.key);
}

template <class V>
void fields(V& v, Ref<V, event::PolicyPublished> e) {
  v("hash", e.hash);
  v("source", e.source);
  v("version", e.version);
}

}  // namespace fermata::codec
