#include "app/config_channels.hpp"

#include <algorithm>

#include "app/config_agents_reader.hpp"
#include "net/outward.hpp"

namespace fermata::app {
namespace {

using Kind = ConfigNode::Kind;
using Reader = AgentsReader;

constexpr std::int64_t kMostTimeoutMs = 120'000;

bool is_name(const std::string& text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 64 && plain(text.front()) &&
         std::all_of(
             text.begin(), text.end(), [&](char c) { return plain(c) || c == '_' || c == '-'; });
}

// Ours, and those that say where a message ends.
bool is_free_header(const std::string& name) {
  std::string lower;
  for (const char c : name) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  const bool plain = !lower.empty() && std::all_of(lower.begin(), lower.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  return plain && !lower.starts_with("webhook-") && lower != "host" && lower != "connection" &&
         lower != "content-length" && lower != "transfer-encoding" && lower != "content-type";
}

void read_texts(Reader& reader,
                const ConfigNode& node,
                const std::string& what,
                std::vector<std::string>& into) {
  reader.each(node, what, [&](const ConfigNode& item) {
    if (item.kind != Kind::kScalar || item.text.empty())
      return reader.error(item.place, what + " must be a list of texts");
    into.push_back(item.text);
  });
}

void read_headers(Reader& reader, const ConfigNode& node, ChannelConfig& into) {
  if (node.kind != Kind::kMap)
    return reader.error(node.place, "headers_from must be a mapping (header: variable)");
  for (const auto& entry : node.members) {
    if (!is_free_header(entry.key))
      reader.error(entry.place, "'" + entry.key + "' is no header's name, or one that we set");
    if (entry.value.kind != Kind::kScalar || entry.value.text.empty())
      reader.error(entry.value.place, "headers_from." + entry.key + " must name a variable");
    into.headers.emplace_back(entry.key, entry.value.text);
  }
}

void check(Reader& reader, const ConfigNode& node, const ChannelConfig& one) {
  if (!is_name(one.name))
    reader.error(node.place, "a channel needs a name that matches [a-z0-9][a-z0-9_-]{0,63}");
  if (one.kind.empty()) return reader.error(node.place, "a channel needs a kind: webhook or ntfy");
  if (const auto url = net::Outward::check_url(one.url, one.http); !url)
    reader.error(node.place, "url: " + url.error().message);
  if (const auto networks = net::Outward::make(one.networks); !networks)
    reader.error(node.place, "networks: " + networks.error().message);
  const bool webhook = one.kind == "webhook";
  if (webhook && one.secrets_from.empty())
    reader.error(node.place, "a webhook needs secrets_from: who sends must be known");
  if (webhook && (!one.topic.empty() || !one.token_from.empty()))
    reader.error(node.place, "topic and token_from are ntfy's");
  if (!webhook && (!one.types.empty() || !one.secrets_from.empty() || !one.headers.empty()))
    reader.error(node.place, "types, secrets_from and headers_from are a webhook's");
}

ChannelConfig read_channel(Reader& reader, const ConfigNode& node) {
  ChannelConfig one;
  const auto texts = [&](const char* what, std::vector<std::string>& into) {
    return [&reader, what, &into](const ConfigNode& list) { read_texts(reader, list, what, into); };
  };
  reader.members(
      node,
      "a channel",
      {{"name", reader.text("name", one.name)},
       {"kind", reader.word("kind", one.kind, {"webhook", "ntfy"})},
       {"url", reader.text("url", one.url)},
       {"http", reader.flag("http", one.http)},
       {"networks", texts("networks", one.networks)},
       {"timeout_ms", reader.whole("timeout_ms", one.timeout_ms, 100, kMostTimeoutMs)},
       {"threads", reader.whole("threads", one.threads, 1, 64)},
       {"attempts", reader.whole("attempts", one.attempts, 1, 1'000)},
       {"types", texts("types", one.types)},
       {"secrets_from", texts("secrets_from", one.secrets_from)},
       {"headers_from", [&](const ConfigNode& given) { read_headers(reader, given, one); }},
       {"topic", reader.text("topic", one.topic)},
       {"token_from", reader.text("token_from", one.token_from)}});
  check(reader, node, one);
  return one;
}

RouteConfig read_route(Reader& reader, const ConfigNode& node, const DeclaredChannels& known) {
  RouteConfig one;
  reader.members(
      node,
      "a route",
      {{"channel", reader.text("channel", one.channel)},
       {"to", reader.word("to", one.to, {"people", "room"})},
       {"tools", [&](const ConfigNode& list) { read_texts(reader, list, "tools", one.tools); }},
       {"agents",
        [&](const ConfigNode& list) { read_texts(reader, list, "agents", one.agents); }}});
  const auto channel = std::find_if(known.channels.begin(),
                                    known.channels.end(),
                                    [&](const ChannelConfig& c) { return c.name == one.channel; });
  if (channel == known.channels.end()) {
    reader.error(node.place, "a route needs a channel that is declared: '" + one.channel + "'");
  } else if (channel->kind == "webhook") {
    reader.error(node.place, "a webhook needs no route: its types say what it is told");
  } else if (one.to == "room" && channel->topic.empty()) {
    reader.error(node.place, "channel '" + one.channel + "' has no topic, so it has no room");
  }
  return one;
}

}  // namespace

void read_channels(const ConfigNode* channels,
                   const ConfigNode* routes,
                   DeclaredChannels& into,
                   const std::function<void(const Place&, const std::string&)>& error) {
  Reader reader(error);
  if (channels != nullptr)
    reader.each(*channels, "channels", [&](const ConfigNode& item) {
      ChannelConfig one = read_channel(reader, item);
      for (const ChannelConfig& other : into.channels)
        if (other.name == one.name)
          reader.error(item.place, "channel '" + one.name + "' is there twice");
      into.channels.push_back(std::move(one));
    });
  if (routes != nullptr)
    reader.each(*routes, "routes", [&](const ConfigNode& item) {
      into.routes.push_back(read_route(reader, item, into));
    });
}

}  // namespace fermata::app
