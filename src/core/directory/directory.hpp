#pragma once

// The directory of one tenant: people, groups, API keys and the policy's versions.
//
// It is a stream like any other ("directory"), so that who could decide, and under which rules, has
// the same history and the same proof as what was decided.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/shared.hpp"
#include "base/time.hpp"
#include "core/actor.hpp"
#include "core/permission/permission.hpp"

namespace fermata {

struct Person {
  std::string id;
  std::string name;
  std::string email;
  std::map<std::string, std::string> identities;  // Channel -> id there; one person, one vote (P3).
  bool active = true;
  std::set<std::string> roles;
  std::map<std::string, std::string> attributes;
  std::string manager;  // A person; or empty.
  friend bool operator==(const Person&, const Person&) = default;
};

struct Group {
  std::string id;
  std::string name;
  std::set<std::string> members;
  friend bool operator==(const Group&, const Group&) = default;
};

// What calls are about and somebody answers for: an account, a repository, a host.
struct Resource {
  std::string id;
  std::string name;
  std::set<std::string> owners;  // People.
  friend bool operator==(const Resource&, const Resource&) = default;
};

// What a key opens. One use is never taken for another.
enum class KeyUse {
  kApi,      // Requests that carry it in a header.
  kSession,  // Those of a browser that was signed in with another key.
  kLink,     // One such sign-in.
};

// Only the hash of the secret is kept.
struct ApiKey {
  std::string id;
  ActorKind kind = ActorKind::kReadOnly;
  std::string owner;         // The agent's or person's id; a label for the other kinds.
  std::string on_behalf_of;  // Person an agent works for.
  std::string label;
  std::string secret_hash;
  std::optional<TimeMs> expires_at;
  std::optional<TimeMs> revoked_at;
  TimeMs created_at = 0;
  KeyUse use = KeyUse::kApi;
  std::string parent = {};  // Of a session: the key that it began with, and ends with; or empty.
  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

struct PolicyVersion {
  std::int64_t version = 0;
  std::string hash;  // SHA-256 of the source.
  std::string source;
  std::string by;
  TimeMs at = 0;
  std::string approval;  // By which people agreed to it; or empty.
  friend bool operator==(const PolicyVersion&, const PolicyVersion&) = default;
};

// The kill switch. While it holds, no grant is claimed, nothing begins, and the clocks of requests
// stand still, for whatever it is about.
struct Freeze {
  std::string id;
  std::string agent;  // A name; empty: every agent.
  std::string tool;   // A name; empty: every tool.
  std::string reason;
  std::string by;
  TimeMs from = 0;
  std::optional<TimeMs> until;  // None: it holds.

  bool about(const std::string& of_agent, const std::string& of_tool) const {
    return (agent.empty() || agent == of_agent) && (tool.empty() || tool == of_tool);
  }
  friend bool operator==(const Freeze&, const Freeze&) = default;
};

// A copy is cheap: it shares what neither changes. One is made at every change of the directory,
// for whoever reads it meanwhile.
struct Directory {
  SharedMap<std::string, Person> people;
  SharedMap<std::string, Group> groups;
  SharedMap<std::string, Resource> resources;
  SharedMap<std::string, ApiKey> keys;
  SharedList<PolicyVersion> policies;  // Oldest first; the last one is in force.
  SharedList<Freeze> freezes;          // Oldest first.
  // Those that have ended are forgotten when there are many.
  Permissions permissions;
  std::int64_t permissions_given = 0;

  // False for unknown groups, unknown people and people who are not active.
  bool is_member(const std::string& group, const std::string& person) const;
  bool is_active(const std::string& person) const;
};

// Neither revoked nor expired, nor is its parent.
bool is_usable(const Directory& directory, const ApiKey& key, TimeMs now);

std::string to_string(KeyUse use);
std::optional<KeyUse> key_use_from(const std::string& name);

bool is_resource_id(const std::string& id);  // 1 to 256 bytes without control characters and '|'.

// The first that holds; nullptr: none.
const Freeze* frozen(const Directory& directory, const std::string& agent, const std::string& tool);
// How long, of the time from `since` to `now`, the agent or the tool was frozen.
std::int64_t frozen_ms(const Directory& directory,
                       const std::string& agent,
                       const std::string& tool,
                       TimeMs since,
                       TimeMs now);

}  // namespace fermata
