#include "app/serve.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>
#include <utility>

#include "agents/orchestrator.hpp"
#include "api/api.hpp"
#include "app/bootstrap.hpp"
#include "app/channels.hpp"
#include "app/signing_key.hpp"
#include "base/hash.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/engine.hpp"
#include "net/http_server.hpp"
#include "observability/log.hpp"
#include "store/open.hpp"

namespace fermata::app {
namespace {

using observability::Level;
using observability::log;
constexpr std::int64_t kStoreRetryMs = 1000;
using Policies = std::map<std::string, PolicyFile>;  // By tenant.

// Signals are taken by this thread alone, between two of its own steps. Threads that start later
// inherit the mask.
class Signals {
 public:
  Signals() {
    sigemptyset(&taken_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&taken_, signal);
    pthread_sigmask(SIG_BLOCK, &taken_, &before_);
    std::signal(SIGPIPE, SIG_IGN);
  }
  ~Signals() { release(); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int next() const {
    int signal = 0;
    sigwait(&taken_, &signal);
    return signal;
  }
  // True: one came, and was taken.
  bool arrives_within(std::int64_t ms) const {
    const timespec limit{ms / 1000, (ms % 1000) * 1'000'000};
    return sigtimedwait(&taken_, nullptr, &limit) > 0;
  }
  // From now on a signal does what it does to any program.
  void release() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t taken_{};
  sigset_t before_{};
};

// Another server took the database after this one's connection was lost (P16): what is in memory
// here is about to be wrong, so this server stops itself, once, as if it had been told to.
class Replaced {
 public:
  void stop() {
    if (is_.exchange(true)) return;
    log(Level::kError, "server.replaced", {{"effect", "this server stops"}});
    ::kill(::getpid(), SIGTERM);
  }
  Result<void> result() const {
    if (!is_) return {};
    return fail(ErrorCode::kConflict, "store.in_use", "another server has taken the database");
  }

 private:
  std::atomic<bool> is_ = false;
};

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }
unsigned threads(std::int64_t n) { return static_cast<unsigned>(n); }

store::Options store_options(const Config& config) {
  store::Options options;
  options.readers = static_cast<int>(config.store_readers);
  options.cache_bytes = config.store_cache_bytes;
  options.timeout_ms = static_cast<int>(config.store_timeout_ms);
  options.sole = true;
  return options;
}

engine::Options engine_options(const Config& config, std::string seed) {
  engine::Options options;
  options.signing_seed = std::move(seed);
  options.tenants.clear();
  for (const Tenant& tenant : config.tenants) options.tenants.push_back(tenant.name);
  options.threads = threads(config.engine_threads);
  options.max_queued = size(config.limits.queue);
  options.max_batch = size(config.limits.batch);
  options.max_resident = size(config.limits.resident_streams);
  options.max_resident_bytes = size(config.limits.resident_bytes);
  options.grant_lifetime_ms = config.limits.grant_lifetime_s * 1000;
  options.request_memory_ms = config.limits.request_memory_s * 1000;
  options.max_changes = size(config.limits.changes);
  options.env = config.env;
  for (const Tenant& tenant : config.tenants)
    for (const agents::AgentDefinition& agent : tenant.declared.agents)
      options.native_agents.insert(agent.name);
  options.limits = {config.limits.turn_attempts,
                    config.limits.rollback_attempts,
                    config.limits.undo_attempts,
                    config.limits.request_changes,
                    config.limits.freezes_per_hour,
                    config.limits.fork_calls,
                    config.limits.fork_bytes,
                    config.limits.permission_bytes,
                    config.limits.permitted_calls};
  return options;
}

// nullptr: no worker is named that serves tools.
std::shared_ptr<engine::ToolDesk> tool_desk(const Config& config, Random& random) {
  std::vector<engine::ToolDesk::Served> served;
  for (const Tenant& tenant : config.tenants)
    for (const agents::ToolDefinition& tool : tenant.declared.tools)
      if (tool.worker) served.push_back({tenant.name, tool.worker->name, {tool.name}});
  return served.empty() ? nullptr : std::make_shared<engine::ToolDesk>(random, served);
}

agents::OrchestratorOptions orchestrator_options(const Config& config,
                                                 Random& random,
                                                 engine::ToolDesk* desk) {
  agents::OrchestratorOptions options;
  options.worker = "native-" + random_suffix(random).substr(0, 8);
  options.threads = threads(config.native_threads);
  options.lease_ms = config.native_lease_s * 1000;
  options.grace_ms = config.limits.shutdown_grace_ms;
  options.desk = desk;
  for (const Tenant& tenant : config.tenants)
    if (!tenant.declared.agents.empty()) options.tenants.push_back({tenant.name, tenant.declared});
  // Nobody to run: no threads.
  if (options.tenants.empty()) options.threads = 0;
  return options;
}

api::ApiOptions api_options(const Config& config, const std::string& seed) {
  api::ApiOptions options;
  options.cors_origins = config.cors_origins;
  options.worker_threads = threads(config.api_threads);
  options.max_queued = size(config.limits.questions);
  options.max_stream_backlog = size(config.limits.stream_backlog_bytes);
  options.max_streams = size(config.limits.streams);
  options.max_wait_s = static_cast<int>(config.limits.wait_s);
  options.max_lease_s = static_cast<int>(config.limits.lease_s);
  options.access_log = config.log_access;
  options.key_rate = config.limits.key_rate;
  options.key_burst = config.limits.key_burst;
  options.stranger_rate = config.limits.stranger_rate;
  options.stranger_burst = config.limits.stranger_burst;
  options.public_url = config.public_url;
  options.session_s = config.console_session_s;
  options.link_s = config.console_link_s;
  options.mcp_wait_s = static_cast<int>(config.limits.mcp_wait_s);
  options.max_mcp_wait_s = static_cast<int>(config.limits.mcp_longest_wait_s);
  options.mcp_session_s = config.limits.mcp_session_s;
  // Every node that signs grants alike knows the others' sessions; the seed itself signs nothing
  // else.
  if (!seed.empty()) options.session_seed = ed25519_sign("seed of sessions", seed).substr(0, 32);
  return options;
}

net::ServerOptions server_options(const Config& config) {
  net::ServerOptions options;
  const Limits& limits = config.limits;
  options.host = config.listen_host;
  options.port = static_cast<std::uint16_t>(config.listen_port);
  options.threads = threads(config.listen_threads);
  options.max_body_bytes = size(limits.body_bytes);
  options.max_header_bytes = size(limits.header_bytes);
  options.max_connections = size(limits.connections);
  options.read_timeout_ms = static_cast<int>(limits.read_timeout_ms);
  options.idle_timeout_ms = static_cast<int>(limits.idle_timeout_ms);
  options.handle_timeout_ms = static_cast<int>(limits.handle_timeout_ms);
  options.write_timeout_ms = static_cast<int>(limits.write_timeout_ms);
  options.max_stream_buffer_bytes = size(limits.stream_buffer_bytes);
  return options;
}

void configure_log(const Config& config) {
  const std::map<std::string, Level> levels = {{"debug", Level::kDebug},
                                               {"info", Level::kInfo},
                                               {"warn", Level::kWarn},
                                               {"error", Level::kError},
                                               {"off", Level::kOff}};
  observability::configure_log(
      levels.at(config.log_level),
      config.log_format == "json" ? observability::Format::kJson : observability::Format::kText);
}

// All of them or none, before anything else is touched.
Result<Policies> read_policies(const Config& config) {
  Policies policies;
  for (const Tenant& tenant : config.tenants) {
    if (tenant.policy_file.empty()) continue;
    FERMATA_TRY(PolicyFile policy, read_policy_file(tenant.policy_file));
    policies.emplace(tenant.name, std::move(policy));
  }
  return policies;
}

Result<void> publish_all(engine::Engine& engine, const Policies& policies) {
  for (const auto& [tenant, policy] : policies) {
    FERMATA_TRY(const bool changed, publish(engine, tenant, policy));
    if (changed) {
      log(Level::kInfo, "policy.published", {{"tenant", tenant}, {"hash", policy.hash}});
    }
  }
  return {};
}

Result<void> prepare(engine::Engine& engine,
                     const Config& config,
                     const Policies& policies,
                     std::ostream& out) {
  for (const Tenant& tenant : config.tenants) {
    const bool is_first = &tenant == &config.tenants.front();
    FERMATA_CHECK_OK(bootstrap(engine, tenant, !is_first, out));
  }
  FERMATA_CHECK_OK(publish_all(engine, policies));
  for (const Tenant& tenant : config.tenants) {
    if (engine.policy(tenant.name) != nullptr) continue;
    log(Level::kWarn,
        "policy.missing",
        {{"tenant", tenant.name}, {"effect", "every call is denied"}});
  }
  return {};
}

void reload(engine::Engine& engine, const Config& config) {
  const Result<Policies> policies = read_policies(config);
  if (!policies) return observability::log_error("policy.reload_refused", policies.error());
  const Result<void> published = publish_all(engine, *policies);
  if (!published) return observability::log_error("policy.reload_failed", published.error());
  log(Level::kInfo, "policy.reloaded");
}

// Until a signal says to stop.
void run(const Signals& signals, engine::Engine& engine, const Config& config) {
  int signal = signals.next();
  while (signal == SIGHUP) {
    reload(engine, config);
    signal = signals.next();
  }
  log(Level::kInfo, "server.stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
}

// A database server may come up after us, as when both start with the machine.
Result<std::unique_ptr<store::Store>> open_store(const Config& config, const Signals& signals) {
  const std::int64_t give_up = monotonic_ms() + config.store_start_timeout_s * 1000;
  const bool remote = sqlite_path(config.store_url).empty();
  while (true) {
    auto store = store::open(config.store_url, store_options(config));
    if (store || !remote || store.error().reason != "store.unavailable") return store;
    const std::int64_t left_ms = give_up - monotonic_ms();
    if (left_ms <= 0) return store;
    log(Level::kWarn,
        "store.waiting",
        {{"store", printable_url(config.store_url)},
         {"left_s", std::to_string(left_ms / 1000)},
         {"why", store.error().detail}});
    if (signals.arrives_within(std::min(left_ms, kStoreRetryMs))) return store;
  }
}

// Answers once all is prepared; until then it is known only that somebody has the address.
net::Handler when_prepared(const std::atomic<bool>& prepared, api::Api& api) {
  return [&prepared, answer = api.handler(), refuse = api.refusal()](net::Request request,
                                                                     net::Responder responder) {
    if (prepared) return answer(std::move(request), std::move(responder));
    responder.respond(refuse(503, "server.starting", "the server is starting"));
  };
}

std::string address(const Config& config, std::uint16_t port) {
  const bool v6 = config.listen_host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + config.listen_host + "]" : config.listen_host) + ":" +
         std::to_string(port);
}

}  // namespace

Result<void> serve(const Config& config, std::ostream& out) {
  Signals signals;
  configure_log(config);
  ::umask(S_IRWXG | S_IRWXO);  // What the server makes, the database first of all, is its own.
  for (const std::string& name : unknown_variables()) {
    log(Level::kWarn, "config.unknown_variable", {{"name", name}, {"effect", "none: misspelt?"}});
  }
  FERMATA_TRY(const Policies policies, read_policies(config));
  // A key is not made beside what can be no database.
  FERMATA_CHECK_OK(store::look(config.store_url, store_options(config)));
  // Before the database is touched: without the key there is no use in changing its schema.
  SystemRandom random;
  FERMATA_TRY(const std::string seed, signing_seed(config, random));
  FERMATA_TRY(const auto store, open_store(config, signals));
  Replaced replaced;
  engine::Options engine_settings = engine_options(config, seed);
  engine_settings.replaced = [&replaced] { replaced.stop(); };
  FERMATA_TRY(const auto channels, Channels::make(config, random));
  engine_settings.announced = channels->announced();
  FERMATA_TRY(const auto engine, engine::Engine::start(*store, random, std::move(engine_settings)));
  const auto desk = tool_desk(config, random);
  FERMATA_TRY(const auto orchestrator,
              agents::Orchestrator::make(
                  *engine, random, orchestrator_options(config, random, desk.get())));
  api::ApiOptions options = api_options(config, seed);
  options.tool_desk = desk;
  options.test_channel = [&channels, &engine](const std::string& tenant,
                                              const std::string& channel,
                                              const std::string& person,
                                              api::ApiOptions::Tested done) {
    channels->test(*engine, tenant, channel, person, std::move(done));
  };
  options.channels = [&channels](const std::string& tenant) { return channels->documents(tenant); };
  options.follow_text = [&watchers = orchestrator->watchers()](const std::string& tenant,
                                                               const std::string& workflow,
                                                               api::OnText on_text) {
    return watchers.follow(tenant, workflow, std::move(on_text));
  };
  api::Api api(*engine, std::move(options));
  // The address first: a key that is printed by a server that then fails is a key wasted.
  std::atomic<bool> prepared = false;
  FERMATA_TRY(
      const auto server,
      net::start_server(server_options(config), when_prepared(prepared, api), api.refusal()));
  FERMATA_CHECK_OK(prepare(*engine, config, policies, out));
  prepared = true;
  orchestrator->start();
  channels->start(*engine);
  out << "listening on " << address(config, server->port()) << std::endl;
  log(Level::kInfo,
      "server.started",
      {{"version", FERMATA_VERSION},
       {"store", printable_url(config.store_url)},
       {"address", address(config, server->port())}});
  run(signals, *engine, config);

  signals.release();
  api.release_waits();
  orchestrator->stop();
  channels->stop();
  server->shutdown(static_cast<int>(config.limits.shutdown_grace_ms));
  api.stop();
  engine->drain();
  log(Level::kInfo, "server.stopped");
  return replaced.result();
}

}  // namespace fermata::app
