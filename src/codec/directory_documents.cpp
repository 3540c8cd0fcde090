// People, groups, keys and policy versions as the API shows them.

#include "codec/document.hpp"
#include "codec/documents.hpp"

namespace fermata::codec {

json::Value to_document(const Person& person) {
  Document identities;
  for (const auto& [channel, id] : person.identities) identities.add(channel, id);
  return Document()
      .add("id", person.id)
      .add("name", person.name)
      .add("email", person.email)
      .add("identities", identities.done())
      .add("active", person.active)
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
      .add("by", policy.by);
  if (with_source) document.add("source", policy.source);
  return document.done();
}

}  // namespace fermata::codec
