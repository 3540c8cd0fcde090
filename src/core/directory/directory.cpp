#include "core/directory/directory.hpp"

namespace fermata {

bool Directory::is_member(const std::string& group, const std::string& person) const {
  const auto found_group = groups.find(group);
  const auto found_person = people.find(person);
  return found_group != groups.end() && found_person != people.end() &&
         found_person->second.active && found_group->second.members.contains(person);
}

}  // namespace fermata
