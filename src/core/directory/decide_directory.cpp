#include <algorithm>
#include <string_view>

#include "core/approval/decide.hpp"
#include "core/decide.hpp"
#include "core/directory/session.hpp"
#include "core/permission/decide.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

constexpr std::size_t kKeptPermissions = 2'000;  // In memory; what they were is in the stream.

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
  if (!wish.person.manager.empty() && !directory.people.contains(wish.person.manager))
    return fail(ErrorCode::kInvalid,
                "group.unknown_member",
                "there is no person '" + wish.person.manager + "' to be the manager");
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

Result<Events> decide_one(const Directory& directory, const SetResource& wish, const Context&) {
  if (!is_resource_id(wish.resource.id))
    return fail(ErrorCode::kInvalid,
                "resource.bad_id",
                "a resource's id has 1 to 256 bytes without control characters and '|'");
  if (wish.resource.owners.empty())
    return fail(ErrorCode::kInvalid,
                "resource.no_owner",
                "a resource has at least one owner; remove it if nobody owns it");
  for (const std::string& owner : wish.resource.owners)
    if (!directory.people.contains(owner))
      return fail(ErrorCode::kInvalid,
                  "group.unknown_member",
                  "there is no person '" + owner + "'; create them first");
  if (const auto found = directory.resources.find(wish.resource.id);
      found != directory.resources.end() && found->second == wish.resource)
    return Events{};
  return Events{event::ResourceSet{wish.resource}};
}

Result<Events> decide_one(const Directory& directory, const RemoveResource& wish, const Context&) {
  if (!directory.resources.contains(wish.resource)) return not_found("resource", wish.resource);
  return Events{event::ResourceRemoved{wish.resource}};
}

// Each freeze is kept, for the clocks of the requests that it stopped, so people throw so many
// within an hour; an admin's is never refused.
Result<Events> decide_one(const Directory& directory,
                          const ThrowSwitch& wish,
                          const Context& context) {
  const bool named = !wish.agent.empty() || !wish.tool.empty();
  if (named == wish.everything)
    return fail(ErrorCode::kInvalid,
                "switch.about_what",
                "name an agent, a tool or both, or say everything: true, and not both of it");
  const auto same = [&](const Freeze& one) {
    return !one.until && one.agent == wish.agent && one.tool == wish.tool;
  };
  if (std::any_of(directory.freezes.begin(), directory.freezes.end(), same)) return Events{};
  constexpr TimeMs kHourMs = 3'600'000;
  const auto thrown =
      std::count_if(directory.freezes.begin(), directory.freezes.end(), [&](const Freeze& one) {
        return one.by == context.actor.id && one.from > context.now - kHourMs;
      });
  if (context.actor.kind == ActorKind::kPerson && thrown >= context.limits.freezes_per_hour)
    return fail(ErrorCode::kRateLimited,
                "switch.too_many",
                "you have thrown the switch " + std::to_string(thrown) +
                    " times within an hour; an admin still can");
  const std::string id = "fz_" + std::to_string(directory.freezes.size() + 1);
  return Events{event::Frozen{id, wish.agent, wish.tool, wish.reason}};
}

// Whoever threw it may lift it; else an admin.
Result<Events> decide_one(const Directory& directory,
                          const LiftSwitch& wish,
                          const Context& context) {
  const auto found = std::find_if(directory.freezes.begin(),
                                  directory.freezes.end(),
                                  [&](const Freeze& one) { return one.id == wish.freeze; });
  if (found == directory.freezes.end()) return not_found("freeze", wish.freeze);
  if (found->until) return Events{};
  if (context.actor.kind == ActorKind::kPerson && found->by != context.actor.id)
    return fail(ErrorCode::kForbidden,
                "auth.kind_not_allowed",
                "an admin or " + found->by + ", who threw it, lifts this switch");
  return Events{event::Thawed{wish.freeze, wish.reason}};
}

Result<Events> decide_one(const Directory& directory,
                          const CreateKey& wish,
                          const Context& context) {
  const ApiKey& key = wish.key;
  FERMATA_CHECK_OK(check_use(key));
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

Result<Events> decide_one(const Directory& directory,
                          const PublishPolicy& wish,
                          const Context& context) {
  return decide_publication(directory, wish, context);
}

template <class Wish>
concept OfSession = requires(const Directory& d, const Wish& wish, const Context& context) {
  decide_session(d, wish, context);
};

template <OfSession Wish>
Result<Events> decide_one(const Directory& directory, const Wish& wish, const Context& context) {
  return decide_session(directory, wish, context);
}

template <class Wish>
concept OfPermission = requires(const Directory& d, const Wish& wish, const Context& context) {
  decide_permission(d, wish, context);
};

template <OfPermission Wish>
Result<Events> decide_one(const Directory& directory, const Wish& wish, const Context& context) {
  return decide_permission(directory, wish, context);
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
  void operator()(const event::ResourceSet& e) const {
    directory.resources[e.resource.id] = e.resource;
  }
  void operator()(const event::ResourceRemoved& e) const { directory.resources.erase(e.resource); }
  void operator()(const event::Frozen& e) const {
    directory.freezes.push_back(
        {e.freeze, e.agent, e.tool, e.reason, recorded.actor.id, recorded.at, std::nullopt});
  }
  void operator()(const event::Thawed& e) const {
    for (Freeze& one : directory.freezes.edit())
      if (one.id == e.freeze && !one.until) one.until = recorded.at;
  }
  void operator()(const event::PermissionGiven& e) const {
    directory.permissions.tidy(recorded.at, kKeptPermissions);
    ++directory.permissions_given;
    Permission given;
    given.id = e.permission;
    given.terms = e.terms;
    given.conditions = conditions_of(e.terms);
    given.reason = e.reason;
    given.people = {recorded.actor.id};
    given.at = recorded.at;
    directory.permissions.add(std::move(given));
  }
  void operator()(const event::PermissionJoined& e) const {
    directory.permissions.edit(e.permission).people.push_back(e.person);
  }
  void operator()(const event::PermissionRevoked& e) const {
    Permission& permission = directory.permissions.edit(e.permission);
    permission.revoked_at = recorded.at;
    permission.revoked_by = recorded.actor.id;
    permission.revoke_reason = e.reason;
    permission.uses = {};
  }
  void operator()(const event::PermissionUsed& e) const {
    Permission& permission = directory.permissions.edit(e.permission);
    permission.uses.add(use_key(e.workflow, e.call_key, e.epoch), e.hash);
    ++permission.used;
    if (permission.first_use == 0) permission.first_use = recorded.version;
    permission.last_use = recorded.version;
    const auto amount = Decimal::parse(e.amount.empty() ? "0" : e.amount);
    permission.sum = permission.sum.plus(*amount).value();
  }
  void operator()(const event::KeyCreated& e) const {
    ApiKey key = e.key;
    key.created_at = recorded.at;
    if (key.use != KeyUse::kApi) forget_ended_sessions(directory, recorded.at);
    directory.keys[key.id] = std::move(key);
  }
  void operator()(const event::KeyRevoked& e) const {
    directory.keys.edit().at(e.key).revoked_at = recorded.at;
  }
  void operator()(const event::PolicyPublished& e) const {
    const std::string& by = e.proposed_by.empty() ? recorded.actor.id : e.proposed_by;
    directory.policies.push_back({e.version, e.hash, e.source, by, recorded.at, e.approval});
  }
  void operator()(const event::PolicyNotPublished&) const {}  // What happened is told; no more.
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
         std::holds_alternative<SetResource>(command) ||
         std::holds_alternative<RemoveResource>(command) ||
         std::holds_alternative<ThrowSwitch>(command) ||
         std::holds_alternative<LiftSwitch>(command) ||
         std::holds_alternative<GivePermission>(command) ||
         std::holds_alternative<JoinPermission>(command) ||
         std::holds_alternative<RevokePermission>(command) ||
         std::holds_alternative<UsePermission>(command) ||
         std::holds_alternative<BeginSession>(command) ||
         std::holds_alternative<EndSession>(command) ||
         std::holds_alternative<CreateKey>(command) || std::holds_alternative<RevokeKey>(command) ||
         std::holds_alternative<PublishPolicy>(command);
}

}  // namespace fermata
