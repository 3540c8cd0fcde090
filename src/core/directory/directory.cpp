#include "core/directory/directory.hpp"

#include <algorithm>

#include "core/names.hpp"

namespace fermata {
namespace {

constexpr Names<KeyUse, 3> kKeyUses{
    {{KeyUse::kApi, "api"}, {KeyUse::kSession, "session"}, {KeyUse::kLink, "link"}}};

bool has_ended(const ApiKey& key, TimeMs now) {
  return key.revoked_at || (key.expires_at && now >= *key.expires_at);
}

}  // namespace

std::string to_string(KeyUse use) { return name_of(kKeyUses, use); }
std::optional<KeyUse> key_use_from(const std::string& name) { return value_of(kKeyUses, name); }

bool is_usable(const Directory& directory, const ApiKey& key, TimeMs now) {
  if (has_ended(key, now)) return false;
  if (key.parent.empty()) return true;
  const auto parent = directory.keys.find(key.parent);
  return parent != directory.keys.end() && !has_ended(parent->second, now);
}

bool Directory::is_member(const std::string& group, const std::string& person) const {
  const auto found_group = groups.find(group);
  const auto found_person = people.find(person);
  return found_group != groups.end() && found_person != people.end() &&
         found_person->second.active && found_group->second.members.contains(person);
}

bool Directory::is_active(const std::string& person) const {
  const auto found = people.find(person);
  return found != people.end() && found->second.active;
}

bool is_resource_id(const std::string& id) {
  constexpr std::size_t kMost = 256;
  return !id.empty() && id.size() <= kMost && std::none_of(id.begin(), id.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '|' || c == '\x7f';
  });
}

const Freeze* frozen(const Directory& directory,
                     const std::string& agent,
                     const std::string& tool) {
  for (const Freeze& freeze : directory.freezes)
    if (!freeze.until && freeze.about(agent, tool)) return &freeze;
  return nullptr;
}

// Freezes come in the order of their beginnings, so that what they share is counted once.
std::int64_t frozen_ms(const Directory& directory,
                       const std::string& agent,
                       const std::string& tool,
                       TimeMs since,
                       TimeMs now) {
  std::int64_t sum = 0;
  TimeMs counted_to = since;
  for (const Freeze& freeze : directory.freezes) {
    if ((freeze.until && *freeze.until <= since) || !freeze.about(agent, tool)) continue;
    const TimeMs from = std::max(freeze.from, counted_to);
    const TimeMs until = std::min(freeze.until.value_or(now), now);
    if (until <= from) continue;
    sum += until - from;
    counted_to = until;
  }
  return sum;
}

}  // namespace fermata
