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

#include "base/time.hpp"
#include "core/actor.hpp"

namespace fermata {

struct Person {
  std::string id;
  std::string name;
  std::string email;
  std::map<std::string, std::string> identities;  // Channel -> id there; one person, one vote (P3).
  bool active = true;
  friend bool operator==(const Person&, const Person&) = default;
};

struct Group {
  std::string id;
  std::string name;
  std::set<std::string> members;
  friend bool operator==(const Group&, const Group&) = default;
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
  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

struct PolicyVersion {
  std::int64_t version = 0;
  std::string hash;  // SHA-256 of the source.
  std::string source;
  std::string by;
  TimeMs at = 0;
  friend bool operator==(const PolicyVersion&, const PolicyVersion&) = default;
};

struct Directory {
  std::map<std::string, Person> people;
  std::map<std::string, Group> groups;
  std::map<std::string, ApiKey> keys;
  std::vector<PolicyVersion> policies;  // Oldest first; the last one is in force.

  // False for unknown groups, unknown people and people who are not active.
  bool is_member(const std::string& group, const std::string& person) const;
};

}  // namespace fermata
