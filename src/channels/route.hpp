#pragma once

// Who is told of an approval request, and through which channels. Pure.

#include <string>
#include <vector>

#include "core/approval/approval.hpp"
#include "core/command.hpp"
#include "core/directory/directory.hpp"
#include "core/outbox/outbox.hpp"

namespace fermata::channels {

// Whom a channel reaches: each person at an address of their own, or whoever looks at one place.
enum class Reach { kPeople, kRoom };

struct Route {
  std::string channel;
  Reach reach = Reach::kRoom;
  std::string identity;  // Of kPeople: which of a person's identities is their address; "email".
  // Any of these names or globs; none: all.
  std::vector<std::string> tools, agents;
};

// A request as it stands, and what was said about it so far.
struct Told {
  const Approval& approval;
  const std::string& agent;
  const Directory& directory;
  const Outbox& outbox;
  TimeMs now = 0;
};

// Of a pending request: whom the routes name and who can give what is still needed; whoever was
// told before hears how it goes on in any case. A person without an address is left out.
std::vector<command::Announce::Target> targets(const std::vector<Route>& routes, const Told& told);

std::string address_of(const Person& person, const std::string& identity);

inline constexpr const char* kRoom = "room";  // The target of a channel that reaches one.

}  // namespace fermata::channels
