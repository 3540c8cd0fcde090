#pragma once

// The events of a tenant's directory: people, groups, keys, policy (see fields.hpp).

#include "codec/fields.hpp"
#include "core/event.hpp"

namespace fermata::codec {

template <class V>
void fields(V& v, Ref<V, Person> person) {
  v("active", person.active);
  v("attributes", person.attributes);
  v("email", person.email);
  v("id", person.id);
  v("identities", person.identities);
  v("manager", person.manager);
  v("name", person.name);
  v("roles", person.roles);
}

template <class V>
void fields(V& v, Ref<V, Resource> resource) {
  v("id", resource.id);
  v("name", resource.name);
  v("owners", resource.owners);
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
  v("parent", key.parent);
  v.time("revoked_at", key.revoked_at);
  v.secret("secret_hash", key.secret_hash);
  v("use", key.use);
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
void fields(V& v, Ref<V, event::ResourceSet> e) {
  v("resource", e.resource);
}

template <class V>
void fields(V& v, Ref<V, event::ResourceRemoved> e) {
  v("resource", e.resource);
}

template <class V>
void fields(V& v, Ref<V, event::Frozen> e) {
  v("agent", e.agent);
  v("freeze", e.freeze);
  v("reason", e.reason);
  v("tool", e.tool);
}

template <class V>
void fields(V& v, Ref<V, event::Thawed> e) {
  v("freeze", e.freeze);
  v("reason", e.reason);
}

template <class V>
void fields(V& v, Ref<V, PermissionTerms> terms) {
  v("agent", terms.agent);
  v("calls", terms.calls);
  v("definition_hash", terms.definition_hash);
  v("sum_most", terms.sum_most);
  v("sum_of", terms.sum_of);
  v("tool", terms.tool);
  v.time("until", terms.until);
  v("when", terms.when);
}

template <class V>
void fields(V& v, Ref<V, event::PermissionGiven> e) {
  v("permission", e.permission);
  v("reason", e.reason);
  v("terms", e.terms);
}

template <class V>
void fields(V& v, Ref<V, event::PermissionJoined> e) {
  v("permission", e.permission);
  v("person", e.person);
}

template <class V>
void fields(V& v, Ref<V, event::PermissionRevoked> e) {
  v("permission", e.permission);
  v("reason", e.reason);
}

template <class V>
void fields(V& v, Ref<V, event::PermissionUsed> e) {
  v("amount", e.amount);
  v("call_key", e.call_key);
  v("epoch", e.epoch);
  v("hash", e.hash);
  v("permission", e.permission);
  v("workflow", e.workflow);
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
  v("approval", e.approval);
  v("hash", e.hash);
  v("proposed_by", e.proposed_by);
  v("source", e.source);
  v("version", e.version);
}

template <class V>
void fields(V& v, Ref<V, event::PolicyNotPublished> e) {
  v("approval", e.approval);
  v("hash", e.hash);
  v("reason", e.reason);
}

}  // namespace fermata::codec
