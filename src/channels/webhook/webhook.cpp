#include "channels/webhook/webhook.hpp"

#include <algorithm>

#include "channels/http.hpp"
#include "core/policy/policy.hpp"
#include "net/http_client.hpp"

namespace fermata::channels {
namespace {

constexpr std::size_t kMostAnswer = 64 << 10;
constexpr std::string_view kTypePrefix = "io.fermata.";

class Webhook final : public Channel {
 public:
  explicit Webhook(WebhookSettings settings) : settings_(std::move(settings)) {}

  // One after the other: what comes later must not be told before.
  Outcome deliver(const Notice& notice) override {
    net::Client client;
    std::int64_t told = notice.shown;
    bool sent = false;
    for (const json::Value& event : notice.events) {
      const std::int64_t version = event.int_or("version");
      if (version <= told) continue;
      if (wanted(event.string_or("type"))) {
        if (auto failure = post(client, notice, event)) {
          if (sent) break;  // That much is known; the rest comes again.
          return tl::unexpected(*std::move(failure));
        }
        sent = true;
      }
      told = version;
    }
    return Delivered{told, notice.ref};
  }

 private:
  bool wanted(const std::string& type) const {
    return settings_.types.empty() || type == kTestType ||
           std::any_of(settings_.types.begin(), settings_.types.end(), [&](const auto& one) {
             return glob_matches(one, type);
           });
  }

  std::optional<Failure> post(net::Client& client, const Notice& notice, const json::Value& event) {
    const CloudEvent made = cloud_event(settings_, notice, event);
    const TimeMs now = SystemClock().now_ms();
    net::ClientRequest request;
    request.method = "POST";
    request.url = settings_.url;
    request.body = made.body;
    request.timeout_ms = settings_.timeout_ms;
    request.only = &settings_.outward;
    request.max_answer_bytes = kMostAnswer;
    for (const auto& [name, value] : settings_.headers) request.headers.emplace_back(name, value);
    request.headers.emplace_back("Content-Type", "application/cloudevents+json; charset=UTF-8");
    request.headers.emplace_back("webhook-id", made.id);
    request.headers.emplace_back("webhook-timestamp", std::to_string(now / 1000));
    request.headers.emplace_back("webhook-signature",
                                 signature(settings_.secrets, made.id, now, made.body));
    const auto answer = client.send(request);
    if (!answer) return unanswered(answer.error(), client.reached());
    if (answer->status >= 200 && answer->status < 300) return std::nullopt;
    return failure_of(answer->status, answer->headers, now);
  }

  const WebhookSettings settings_;
};

}  // namespace

CloudEvent cloud_event(const WebhookSettings& settings,
                       const Notice& notice,
                       const json::Value& event) {
  CloudEvent made;
  made.id = notice.subject + "_" + std::to_string(event.int_or("version"));
  std::replace(made.id.begin(), made.id.end(), '.', '-');
  json::Object data{{"tenant", notice.tenant}, {"workflow_id", notice.subject}, {"event", event}};
  made.body = json::write(json::Object{{"specversion", "1.0"},
                                       {"id", made.id},
                                       {"source", settings.source},
                                       {"type", std::string(kTypePrefix) + event.string_or("type")},
                                       {"subject", notice.subject},
                                       {"time", event.string_or("at")},
                                       {"datacontenttype", "application/json"},
                                       {"data", std::move(data)}});
  return made;
}

std::shared_ptr<Channel> make_webhook(WebhookSettings settings) {
  return std::make_shared<Webhook>(std::move(settings));
}

}  // namespace fermata::channels
