#include "channels/route.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/approval/tally.hpp"
#include "core/policy/policy.hpp"

namespace fermata::channels {
namespace {

using Target = command::Announce::Target;

bool meant(const std::vector<std::string>& patterns, const std::string& name) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const auto& one) {
           return glob_matches(one, name);
         });
}

std::set<std::string> askers(const Told& told) {
  std::set<std::string> people;
  for (const Need& need : needs(told.approval, told.directory, told.now))
    if (need.line.open) people.insert(need.people.begin(), need.people.end());
  return people;
}

}  // namespace

std::string address_of(const Person& person, const std::string& identity) {
  const auto found = person.identities.find(identity);
  if (found != person.identities.end()) return found->second;
  return identity == "email" ? person.email : std::string();
}

std::vector<Target> targets(const std::vector<Route>& routes, const Told& told) {
  std::map<std::pair<std::string, std::string>, std::string> found;
  for (const auto& [id, message] : told.outbox.messages)
    if (message.subject == told.approval.id)
      found[{message.channel, message.target}] = message.address;
  if (told.approval.pending()) {
    const std::set<std::string> people = askers(told);
    for (const Route& route : routes) {
      if (!meant(route.tools, told.approval.question.action) || !meant(route.agents, told.agent))
        continue;
      if (route.reach == Reach::kRoom) found[{route.channel, kRoom}] = "";
      if (route.reach == Reach::kPeople) {
        for (const std::string& id : people) {
          const auto person = told.directory.people.find(id);
          if (person == told.directory.people.end()) continue;
          const std::string address = address_of(person->second, route.identity);
          if (!address.empty()) found[{route.channel, id}] = address;
        }
      }
    }
  }
  std::vector<Target> all;
  all.reserve(found.size());
  for (const auto& [key, address] : found) all.push_back({key.first, key.second, address});
  return all;
}

}  // namespace fermata::channels
