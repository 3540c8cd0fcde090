#pragma once

// ntfy: notifications on phones, by an open protocol (docs.ntfy.sh, "Publishing", as JSON).
//
// A message cannot be changed where it has arrived: the outcome is a second one, with the same page
// behind it. The page decides; here nothing can be decided.

#include <memory>
#include <string>

#include "channels/channel.hpp"
#include "net/outward.hpp"

namespace fermata::channels {

struct NtfySettings {
  std::string url;    // Of the server.
  std::string topic;  // Of a room; people have one each, their address.
  std::string token;  // Or empty.
  net::Outward outward;
  int timeout_ms = 20'000;
};

// What is published of it; the topic is the address, or the room's.
json::Value ntfy_message(const NtfySettings& settings, const Notice& notice);

std::shared_ptr<Channel> make_ntfy(NtfySettings settings);

}  // namespace fermata::channels
