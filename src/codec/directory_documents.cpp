// People, groups, keys and policy versions as the API shows them.

#include "codec/document.hpp"
#include "codec/documents.hpp"

namespace fermata::codec {

json::Value to_document(const Person& person) {
  Document identities;
  for (const auto& [channel, id] : person.identities) identities.add(channel, id);
  Document attributes;
  for (const auto& [name, value] : person.attributes) attributes.add(name, value);
  return Document()
      .add("id", person.id)
      .add("name", person.name)
      .add("email", person.email)
      .add("identities", identities.done())
      .add("active", person.active)
      .add("roles", json::Array(person.roles.begin(), person.roles.end()))
      .add("attributes", attributes.done())
      .add("manager", text_or_null(person.manager))
      .done();
}

json::Value to_document(const Resource& resource) {
  return Document()
      .add("id", resource.id)
      .add("name", resource.name)
      .add("owners", json::Array(resource.owners.begin(), resource.owners.end()))
      .done();
}

json::Value to_document(const Freeze& freeze) {
  return Document()
      .add("id", freeze.id)
      .add("agent", text_or_null(freeze.agent))
      .add("tool", text_or_null(freeze.tool))
      .add("reason", freeze.reason)
      .add("by", freeze.by)
      .add("from", time_document(freeze.from))
      .add("until", time_document(freeze.until))
      .done();
}

json::Value to_document(const Permission& permission, TimeMs now) {
  const PermissionTerms& terms = *permission.terms;
  json::Value sum;
  if (!terms.sum_of.empty())
    sum = Document()
              .add("of", terms.sum_of)
              .add("most", terms.sum_most)
              .add("used", permission.sum.text())
              .done();
  return Document()
      .add("id", permission.id)
      .add("status", to_string(status(permission, now)))
      .add("tool", terms.tool)
      .add("agent", terms.agent)
      .add("definition_hash", terms.definition_hash)
      .add("when", terms.when)
      .add("until", time_document(terms.until))
      .add("calls", terms.calls)
      .add("used", permission.used)
      .add("sum", std::move(sum))
      .add("reason", permission.reason)
      .add("people", json::Array(permission.people.begin(), permission.people.end()))
      .add("at", time_document(permission.at))
      .add("revoked_at", time_document(permission.revoked_at))
      .add("revoked_by", text_or_null(permission.revoked_by))
      .add("revoke_reason", text_or_null(permission.revoke_reason))
      .done();
}

json::Value to_document(const event::PermissionUsed& use, TimeMs at) {
  return Document()
      .add("workflow", use.workflow)
      .add("call_key", use.call_key)
      .add("epoch", use.epoch)
      .add("hash", use.hash)
      .add("amount", text_or_null(use.amount))
      .add("at", time_document(at))
      .done();
}

json::Value to_document(const Group& group) {
  return Document()
      .add("id", group.id)
      .add("name", group.name)
      .add("members", json::Array(group.members.begin(), group.members.end()))
      .done();
}

json::Value to_document(const ApiKey& key) {
  const auto owner_if = [&key](ActorKind kind) {
    return key.kind == kind ? json::Value(key.owner) : json::Value();
  };
  return Document()
      .add("id", key.id)
      .add("kind", to_string(key.kind))
      .add("use", to_string(key.use))
      .add("agent", owner_if(ActorKind::kAgent))
      .add("person", owner_if(ActorKind::kPerson))
      .add("on_behalf_of", key.on_behalf_of)
      .add("label", key.label)
      .add("created_at", time_document(key.created_at))
      .add("expires_at", time_document(key.expires_at))
      .add("revoked_at", time_document(key.revoked_at))
      .done();
}

json::Value to_document(const PolicyVersion& policy, bool with_source) {
  Document document;
  document.add("version", policy.version)
      .add("hash", policy.hash)
      .add("at", time_document(policy.at))
      .add("by", policy.by)
      .add("approval", text_or_null(policy.approval));
  if (with_source) document.add("source", policy.source);
  return document.done();
}

}  // namespace fermata::codec
