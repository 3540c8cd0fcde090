#pragma once

// Webhooks: a program elsewhere is told of what happens, one POST for each event, in the order of
// each workflow.
//
// The body is a CloudEvent 1.0 in structured mode, signed as Standard Webhooks say. An event keeps
// its `webhook-id` through all attempts, so a receiver that remembers them sees each once. What the
// receiver answers is looked at for its status alone, and never kept.

#include <memory>
#include <string>
#include <vector>

#include "channels/channel.hpp"
#include "channels/webhook/signature.hpp"
#include "net/outward.hpp"

namespace fermata::channels {

struct WebhookSettings {
  std::string url;
  std::string source;              // Of the CloudEvents: who we are.
  std::vector<std::string> types;  // Of events, or globs ("approval.*"); none: all.
  std::vector<SigningSecret> secrets;
  std::vector<std::pair<std::string, std::string>> headers;  // Besides ours.
  net::Outward outward;
  int timeout_ms = 20'000;
};

// The event as it is sent, and its webhook-id.
struct CloudEvent {
  std::string id, body;
};
CloudEvent cloud_event(const WebhookSettings& settings,
                       const Notice& notice,
                       const json::Value& event);

std::shared_ptr<Channel> make_webhook(WebhookSettings settings);

}  // namespace fermata::channels
