#pragma once

// `channels:` and `routes:` of the configuration. Secrets stand in the environment; the file has
// the names of the variables.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/config_tree.hpp"

namespace fermata::app {

struct ChannelConfig {
  std::string name;
  std::string kind;  // "webhook" or "ntfy".
  std::string url;
  bool http = false;                  // A URL without TLS is taken too.
  std::vector<std::string> networks;  // That may be reached besides global addresses.
  std::int64_t timeout_ms = 20'000;
  std::int64_t threads = 2;    // Deliveries at the same time.
  std::int64_t attempts = 40;  // Of one message, before it is given up.
  // Of a webhook.
  std::vector<std::string> types;                            // Events; none: all.
  std::vector<std::string> secrets_from;                     // Variables; the first signs first.
  std::vector<std::pair<std::string, std::string>> headers;  // Name and variable.
  // Of ntfy.
  std::string topic, token_from;
};

struct RouteConfig {
  std::string channel;
  std::string to = "room";  // Or "people".
  std::vector<std::string> tools, agents;
};

struct DeclaredChannels {
  std::vector<ChannelConfig> channels;
  std::vector<RouteConfig> routes;
};

// Reads both into `into`; either may be nullptr. Calls `error` for each fault, with its place.
void read_channels(const ConfigNode* channels,
                   const ConfigNode* routes,
                   DeclaredChannels& into,
                   const std::function<void(const Place&, const std::string&)>& error);

}  // namespace fermata::app
