#include "app/channels.hpp"

#include <atomic>
#include <cstdlib>
#include <map>

#include "api/rest/request_views.hpp"
#include "channels/ntfy/ntfy.hpp"
#include "channels/route.hpp"
#include "channels/webhook/webhook.hpp"
#include "codec/documents.hpp"

namespace fermata::app {
namespace {

using channels::Manager;
using channels::Notice;
using channels::Ticket;

constexpr int kEventsAtOnce = 100;
const std::string kEndpoint = "endpoint";  // The target of a webhook.
const std::string kTimer = "channels";

struct Wiring {
  std::map<std::string, std::string> kinds;  // Of channels, by name.
  std::set<std::string> rooms;               // Those that reach one place.
  std::vector<Manager::Configured> configured;
  std::vector<channels::Route> routes;
  std::vector<std::string> webhooks;
  std::set<std::string> types;  // Events that some webhook wants, or "*".
};

// The values of variables, and which of them are missing.
class Secrets {
 public:
  std::string read(const std::string& variable) {
    const char* value = std::getenv(variable.c_str());
    if (value != nullptr && *value != '\0') return value;
    wrong_ += (wrong_.empty() ? "" : "; ") + ("the variable " + variable + " is not set");
    return {};
  }
  std::vector<channels::SigningSecret> signing(const ChannelConfig& config) {
    std::vector<channels::SigningSecret> all;
    for (const std::string& variable : config.secrets_from) {
      const std::string text = read(variable);
      if (text.empty()) continue;
      auto secret = channels::parse_secret(text);
      if (secret)
        all.push_back(*std::move(secret));
      else
        wrong_ += (wrong_.empty() ? "" : "; ") + variable + ": " + secret.error().message;
    }
    return all;
  }
  const std::string& wrong() const { return wrong_; }

 private:
  std::string wrong_;
};

std::shared_ptr<channels::Channel> make_channel(const ChannelConfig& config,
                                                const std::string& source,
                                                Secrets& secrets) {
  const auto outward = net::Outward::make(config.networks);
  if (config.kind == "ntfy")
    return channels::make_ntfy(
        {config.url,
         config.topic,
         config.token_from.empty() ? std::string() : secrets.read(config.token_from),
         *outward,
         static_cast<int>(config.timeout_ms)});
  channels::WebhookSettings webhook;
  webhook.url = config.url;
  webhook.source = source;
  webhook.types = config.types;
  webhook.secrets = secrets.signing(config);
  for (const auto& [name, variable] : config.headers)
    webhook.headers.emplace_back(name, secrets.read(variable));
  webhook.outward = *outward;
  webhook.timeout_ms = static_cast<int>(config.timeout_ms);
  return channels::make_webhook(std::move(webhook));
}

Wiring wiring_of(const DeclaredChannels& declared, const std::string& source, Secrets& secrets) {
  Wiring wiring;
  std::map<std::string, std::string>& kinds = wiring.kinds;
  for (const ChannelConfig& one : declared.channels) {
    kinds[one.name] = one.kind;
    channels::LaneSettings lane;
    lane.threads = static_cast<int>(one.threads);
    lane.retry.max_attempts = static_cast<int>(one.attempts);
    wiring.configured.push_back({one.name, make_channel(one, source, secrets), lane});
    if (one.kind == "webhook" || !one.topic.empty()) wiring.rooms.insert(one.name);
    if (one.kind != "webhook") continue;
    wiring.webhooks.push_back(one.name);
    if (one.types.empty()) wiring.types.insert("*");
    wiring.types.insert(one.types.begin(), one.types.end());
  }
  for (const RouteConfig& one : declared.routes)
    wiring.routes.push_back({one.channel,
                             one.to == "people" ? channels::Reach::kPeople : channels::Reach::kRoom,
                             kinds[one.channel],
                             one.tools,
                             one.agents});
  return wiring;
}

json::Value time_or_null(TimeMs at) { return at == 0 ? json::Value() : to_rfc3339(at); }

json::Value to_document(const channels::LaneStatus& lane, const std::string& kind) {
  const bool paused = lane.breaker != resilience::Breaker::State::kClosed;
  return json::Object{{"name", lane.channel},
                      {"kind", kind},
                      {"status", paused ? "paused" : "open"},
                      {"paused_until", time_or_null(lane.paused_until)},
                      {"waiting", static_cast<std::int64_t>(lane.waiting)},
                      {"busy", static_cast<std::int64_t>(lane.busy)},
                      {"delivered", static_cast<std::int64_t>(lane.delivered)},
                      {"failed", static_cast<std::int64_t>(lane.failed)},
                      {"given_up", static_cast<std::int64_t>(lane.given_up)},
                      {"delivered_at", time_or_null(lane.delivered_at)},
                      {"failed_at", time_or_null(lane.failed_at)},
                      {"error", lane.error.empty() ? json::Value() : json::Value(lane.error)}};
}

Notice test_notice(const std::string& tenant, const std::string& channel, TimeMs now) {
  Notice notice;
  notice.tenant = tenant;
  notice.message = "test/" + channel;
  notice.subject = "test";
  notice.wanted = 1;
  notice.events = {
      json::Object{{"version", 1}, {"type", channels::kTestType}, {"at", to_rfc3339(now)}}};
  return notice;
}

// The engine, as one tenant's channels see it.
class EngineDesk final : public channels::Desk {
 public:
  EngineDesk(engine::Engine& engine, const Wiring& wiring, std::string page)
      : engine_(engine), wiring_(wiring), page_(std::move(page)), views_(engine) {}

  Result<command::Announce> announcement(const std::string& tenant,
                                         const std::string& subject) override {
    command::Announce plan;
    plan.subject = subject;
    if (subject.starts_with("wf_")) {
      FERMATA_TRY(const json::Value workflow, engine_.workflow(tenant, subject));
      plan.version = workflow.int_or("version");
      for (const std::string& one : wiring_.webhooks) plan.targets.push_back({one, kEndpoint, ""});
      return plan;
    }
    FERMATA_TRY(const auto told, engine_.announceable(tenant, subject));
    FERMATA_TRY(const Outbox outbox, engine_.outbox(tenant, workflow_of(subject)));
    const auto directory = engine_.directory(tenant);
    if (directory == nullptr)
      return fail(ErrorCode::kInternal, "engine.unknown_tenant", "", tenant);
    plan.version = told.version;
    plan.targets = channels::targets(
        wiring_.routes, {told.asked.approval, told.asked.agent, *directory, outbox, engine_.now()});
    return plan;
  }

  Result<Notice> notice(const std::string& tenant, const std::string& id) override {
    const std::string subject = id.substr(0, id.find('/'));
    const bool of_workflow = subject.starts_with("wf_");
    const std::string workflow = of_workflow ? subject : workflow_of(subject);
    FERMATA_TRY(const Outbox outbox, engine_.outbox(tenant, workflow));
    const Message* message = find_message(outbox, id);
    if (message == nullptr || message->state != MessageState::kDue)
      return fail(ErrorCode::kNotFound, "message.not_found", "there is no such message");
    Notice notice;
    notice.tenant = tenant;
    notice.message = id;
    notice.subject = subject;
    notice.target = message->target;
    notice.address = message->address;
    notice.wanted = message->wanted;
    notice.shown = message->shown;
    notice.ref = message->ref;
    notice.attempt = message->attempts + 1;
    if (of_workflow) {
      FERMATA_TRY(auto page, engine_.events(tenant, subject, notice.shown, kEventsAtOnce));
      notice.events = std::move(page.items);
      return notice;
    }
    FERMATA_TRY(notice.approval, engine_.approval(tenant, subject));
    views_.add(tenant, notice.approval);
    if (!page_.empty()) notice.page = page_ + "/approvals/" + subject;
    return notice;
  }

  void finish(const Ticket& ticket, command::Command command, Done done) override {
    const auto& row = *std::static_pointer_cast<const store::TaskRow>(ticket.row);
    const bool announced = std::holds_alternative<command::Announce>(command);
    engine::Submission submission;
    submission.caller = {ticket.tenant, {ActorKind::kSystem, kTimer}, "", ""};
    submission.stream = announced ? outbox_of(row.stream) : row.stream;
    submission.command = std::move(command);
    submission.door = Door::kSystem;
    engine_.finish(std::move(submission), row, [done = std::move(done)](const auto& reply) {
      done(reply ? Result<void>{} : tl::unexpected(reply.error()));
    });
  }

  void hand_back(const Ticket& ticket, TimeMs until) override {
    engine_.put_off(*std::static_pointer_cast<const store::TaskRow>(ticket.row), until);
  }

  TimeMs now() const override { return engine_.now(); }

 private:
  engine::Engine& engine_;
  const Wiring& wiring_;
  const std::string page_;
  api::RequestViews views_;
};

}  // namespace

struct Channels::Impl {
  struct Tenant {
    Wiring wiring;
    std::unique_ptr<EngineDesk> desk;
    std::unique_ptr<Manager> manager;
  };

  void hand_out(store::TaskRow row, const task::Task& task) {
    if (!running) return;  // Its lease runs out, and it comes again.
    const auto tenant = tenants.find(row.tenant);
    if (tenant == tenants.end()) return;
    Ticket ticket{row.tenant, row.id, row.token, nullptr};
    ticket.row = std::make_shared<const store::TaskRow>(std::move(row));
    tenant->second.manager->hand_out(ticket, task);
  }

  Random* random = nullptr;
  std::string page;
  std::map<std::string, Tenant> tenants;
  std::atomic<bool> running = false;
};

Channels::Channels(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Channels::~Channels() { stop(); }

Result<std::unique_ptr<Channels>> Channels::make(const Config& config, Random& random) {
  auto impl = std::make_unique<Impl>();
  impl->random = &random;
  impl->page = config.public_url;
  Secrets secrets;
  for (const Tenant& tenant : config.tenants) {
    const std::string source =
        config.public_url.empty() ? "urn:fermata:" + tenant.name : config.public_url;
    impl->tenants[tenant.name].wiring = wiring_of(tenant.channels, source, secrets);
  }
  if (!secrets.wrong().empty())
    return fail(ErrorCode::kInvalid, "config.invalid", "channels: " + secrets.wrong());
  return std::unique_ptr<Channels>(new Channels(std::move(impl)));
}

engine::Announced Channels::announced() {
  engine::Announced announced;
  for (const auto& [name, tenant] : impl_->tenants) {
    announced.approvals = announced.approvals || !tenant.wiring.routes.empty();
    announced.types.insert(tenant.wiring.types.begin(), tenant.wiring.types.end());
  }
  announced.hand_out = [impl = impl_.get()](store::TaskRow row, const task::Task& task) {
    impl->hand_out(std::move(row), task);
  };
  return announced;
}

void Channels::start(engine::Engine& engine) {
  for (auto& [name, tenant] : impl_->tenants) {
    tenant.desk = std::make_unique<EngineDesk>(engine, tenant.wiring, impl_->page);
    tenant.manager =
        std::make_unique<Manager>(*tenant.desk, *impl_->random, tenant.wiring.configured);
  }
  impl_->running = true;
}

void Channels::stop() {
  impl_->running = false;
  for (auto& [name, tenant] : impl_->tenants)
    if (tenant.manager) tenant.manager->stop();
}

void Channels::test(engine::Engine& engine,
                    const std::string& tenant,
                    const std::string& channel,
                    const std::string& person,
                    std::function<void(Result<std::string>)> done) {
  const auto found = impl_->tenants.find(tenant);
  const bool known = impl_->running && found != impl_->tenants.end() &&
                     found->second.wiring.kinds.contains(channel);
  if (!known)
    return done(fail(ErrorCode::kNotFound, "channel.not_found", "there is no such channel"));
  const Wiring& wiring = found->second.wiring;
  Notice notice = test_notice(tenant, channel, engine.now());
  if (const auto directory = engine.directory(tenant); directory && !person.empty()) {
    const auto whom = directory->people.find(person);
    if (whom != directory->people.end())
      notice.address = channels::address_of(whom->second, wiring.kinds.at(channel));
  }
  const bool reachable = person.empty() ? wiring.rooms.contains(channel) : !notice.address.empty();
  if (!reachable)
    return done(fail(ErrorCode::kInvalid,
                     "channel.no_address",
                     person.empty() ? "this channel has no room; name a person"
                                    : "that person has no address for this channel"));
  found->second.manager->try_out(
      channel, std::move(notice), [done = std::move(done)](const channels::Outcome& outcome) {
        done(outcome ? std::string() : outcome.error().reason);
      });
}

std::vector<json::Value> Channels::documents(const std::string& tenant) const {
  const auto found = impl_->tenants.find(tenant);
  if (!impl_->running || found == impl_->tenants.end()) return {};
  std::vector<json::Value> all;
  for (const channels::LaneStatus& one : found->second.manager->status())
    all.push_back(to_document(one, found->second.wiring.kinds.at(one.channel)));
  return all;
}

}  // namespace fermata::app
