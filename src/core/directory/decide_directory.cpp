#include <algorithm>
#include <string_view>

#include "core/decide.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

bool is_name(std::string_view id) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (id.empty() || id.size() > 64 || !plain(id.front())) return false;
  for (const char c : id)
    if (!plain(c) && c != '.' && c != '_' && c != '-') return false;
  return true;
}

tl::unexpected<Error> bad_name(const std::string& id) {
  return fail(ErrorCode::kInvalid,
              "directory.bad_name",
              "'" + id + "' is no name: 1 to 64 of a-z 0-9 . _ -, starting with a letter or digit");
}

// Mailboxes that differ only in case are one person's, whatever a server could do with them.
std::string lowered(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// What of `person` already belongs to `other`: a channel's name, "e-mail", or nothing.
std::string shared(const Person& person, const Person& other) {
  for (const auto& [channel, name] : person.identities)
    if (const auto found = other.identities.find(channel);
        found != other.identities.end() && found->second == name)
      return channel;
  return !person.email.empty() && lowered(other.email) == lowered(person.email) ? "e-mail" : "";
}

// An identity on a channel belongs to one person, or one person could count twice (P3).
Result<void> refuse_shared_identity(const Directory& directory, const Person& person) {
  for (const auto& [id, other] : directory.people) {
    if (id == person.id) continue;
    std::string channel = shared(person, other);
    if (channel.empty()) continue;
    return fail(ErrorCode::kConflict,
                "person.identity_taken",
                channel.append(": that identity already belongs to ").append(id));
  }
  return {};
}

Result<Events> decide_one(const Directory& directory, const SetPerson& wish, const Context&) {
  if (!is_name(wish.person.id)) return bad_name(wish.person.id);
  FERMATA_CHECK_OK(refuse_shared_identity(directory, wish.person));
  if (const auto found = directory.people.find(wish.person.id);
      found != directory.people.end() && found->second == wish.person)
    return Events{};
  return Events{event::PersonSet{wish.person}};
}

Result<Events> decide_one(const Directory& directory, const SetGroup& wish, const Context&) {
  if (!is_name(wish.group.id)) return bad_name(wish.group.id);
  for (const std::string& member : wish.group.members)
    if (!directory.people.contains(member))
      return fail(ErrorCode::kInvalid,
                  "group.unknown_member",
                  "there is no person '" + member + "'; create them first");
  if (const auto found = directory.groups.find(wish.group.id);
      found != directory.groups.end() && found->second == wish.group)
    return Events{};
  return Events{event::GroupSet{wish.group}};
}

Result<Events> decide_one(const Directory& directory, const RemoveGroup& wish, const Context&) {
  if (!directory.groups.contains(wish.group)) return not_found("group", wish.group);
  return Events{event::GroupRemoved{wish.group}};
}

Result<Events> decide_one(const Directory& directory,
                          const CreateKey& wish,
                          const Context& context) {
  const ApiKey& key = wish.key;
  if (key.kind == ActorKind::kSystem)
    return fail(ErrorCode::kInvalid, "key.bad_kind", "there is no key of kind 'system'");
  if (!is_name(key.owner)) return bad_name(key.owner);
  if (key.kind == ActorKind::kPerson && !directory.people.contains(key.owner))
    return fail(
        ErrorCode::kInvalid, "key.unknown_person", "there is no person '" + key.owner + "'");
  if (!key.on_behalf_of.empty() && !directory.people.contains(key.on_behalf_of))
    return fail(ErrorCode::kInvalid,
                "key.unknown_person",
                "there is no person '" + key.on_behalf_of + "' for on_behalf_of");
  if (key.expires_at && *key.expires_at <= context.now)
    return fail(ErrorCode::kInvalid, "key.already_expired", "expires_at is in the past");
  if (directory.keys.contains(key.id))
    return fail(ErrorCode::kConflict, "key.exists", "a key with that id exists");
  return Events{event::KeyCreated{key}};
}

bool is_usable_admin(const ApiKey& key, TimeMs now) {
  return key.kind == ActorKind::kAdmin && !key.revoked_at &&
         (!key.expires_at || *key.expires_at > now);
}

Result<Events> decide_one(const Directory& directory,
                          const RevokeKey& wish,
                          const Context& context) {
  const auto found = directory.keys.find(wish.key);
  if (found == directory.keys.end()) return not_found("key", wish.key);
  if (found->second.revoked_at) return Events{};
  const auto usable = std::count_if(directory.keys.begin(), directory.keys.end(), [&](auto& key) {
    return is_usable_admin(key.second, context.now);
  });
  if (usable == 1 && is_usable_admin(found->second, context.now))
    return fail(ErrorCode::kConflict,
                "key.last_admin",
                "this is the last admin key that works; make another one first");
  return Events{event::KeyRevoked{wish.key}};
}

Result<Events> decide_one(const Directory& directory, const PublishPolicy& wish, const Context&) {
  if (!directory.policies.empty() && directory.policies.back().hash == wish.hash) return Events{};
  const auto version = static_cast<std::int64_t>(directory.policies.size()) + 1;
  return Events{event::PolicyPublished{version, wish.hash, wish.source}};
}

template <class Other>
Result<Events> decide_one(const Directory&, const Other&, const Context&) {
  return fail(ErrorCode::kInternal, "engine.wrong_stream", "", "workflow command for a directory");
}

struct Evolve {
  Directory& directory;
  const event::Recorded& recorded;

  void operator()(const event::PersonSet& e) const { directory.people[e.person.id] = e.person; }
  void operator()(const event::GroupSet& e) const { directory.groups[e.group.id] = e.group; }
  void operator()(const event::GroupRemoved& e) const { directory.groups.erase(e.group); }
  void operator()(const event::KeyCreated& e) const {
    ApiKey key = e.key;
    key.created_at = recorded.at;
    directory.keys[key.id] = std::move(key);
  }
  void operator()(const event::KeyRevoked& e) const {
    directory.keys.at(e.key).revoked_at = recorded.at;
  }
  void operator()(const event::PolicyPublished& e) const {
    directory.policies.push_back({e.version, e.hash, e.source, recorded.actor.id, recorded.at});
  }
  template <class Other>
  void operator()(const Other&) const {
    FERMATA_ASSERT(false, "a directory's stream holds directory events only");
  }
};

}  // namespace

Result<Events> decide(const Directory& directory,
                      const command::Command& command,
                      const Context& context) {
  FERMATA_CHECK_OK(permit(context.actor, command));
  return std::visit(
      [&](const auto& wish) -> Result<Events> { return decide_one(directory, wish, context); },
      command);
}

Directory evolve(Directory directory, const event::Recorded& recorded) {
  FERMATA_ASSERT(misfit(directory, recorded).empty(), "what was decided fits the state");
  std::visit(Evolve{directory, recorded}, recorded.payload);
  return directory;
}

bool is_directory_command(const command::Command& command) {
  return std::holds_alternative<SetPerson>(command) || std::holds_alternative<SetGroup>(command) ||
         std::holds_alternative<RemoveGroup>(command) ||
         std::holds_alternative<CreateKey>(command) || std::holds_alternative<RevokeKey>(command) ||
         std::holds_alternative<PublishPolicy>(command);
}

}  // namespace fermata
