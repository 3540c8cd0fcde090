#include "app/config.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/config_reader.hpp"
#include "base/hash.hpp"

extern char** environ;

namespace fermata::app {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDay = 24LL * 3600;
constexpr std::int64_t kMiB = 1 << 20;
constexpr std::string_view kSqlite = "sqlite:";

// Read elsewhere: by the client commands, the kill-lab, the demo and the SDK.
constexpr std::array<std::string_view, 8> kOtherVariables = {"FERMATA_CONFIG",
                                                             "FERMATA_URL",
                                                             "FERMATA_KEY",
                                                             "FERMATA_FAILPOINTS",
                                                             "FERMATA_MODEL",
                                                             "FERMATA_MODEL_URL",
                                                             "FERMATA_MODEL_KEY",
                                                             "FERMATA_BIN"};

std::string anchored(const std::string& path, const fs::path& base) {
  if (path.empty() || fs::path(path).is_absolute()) return path;
  return (base / path).lexically_normal().string();
}

void anchor(Config& config, const fs::path& base) {
  const std::string file = sqlite_path(config.store_url);
  if (!file.empty()) config.store_url = std::string(kSqlite) + anchored(file, base);
  config.signing_key_file = anchored(config.signing_key_file, base);
  for (Tenant& tenant : config.tenants) tenant.policy_file = anchored(tenant.policy_file, base);
}

void apply(const Overrides& overrides,
           const char* origin,
           Config& config,
           Origins& origins,
           std::vector<std::string>& errors) {
  std::vector<Setting> known = settings(config);
  for (const auto& [key, text] : overrides) {
    const auto setting = std::find_if(
        known.begin(), known.end(), [&key = key](const Setting& s) { return s.key == key; });
    if (setting == known.end()) {
      errors.push_back(std::string(origin) + ": there is no setting '" + key + "'");
      continue;
    }
    origins.erase(origins.lower_bound(key + "["), origins.lower_bound(key + "\\"));
    origins[key] = origin;
    const std::string wrong = assign(*setting, text);
    if (wrong.empty()) continue;
    std::string error(origin);
    errors.push_back(error.append(": ").append(key).append(": ").append(wrong));
  }
}

// What can be judged only when all is read. Each error begins with where the setting came from.
class Judge {
 public:
  Judge(const Config& config, const Origins& origins, std::vector<std::string>& errors)
      : config_(config), origins_(origins), errors_(errors) {}

  void judge() {
    word("env", config_.env, {"live", "test"});
    word("log.level", config_.log_level, {"debug", "info", "warn", "error", "off"});
    word("log.format", config_.log_format, {"text", "json"});
    if (config_.limits.handle_timeout_ms <= config_.limits.wait_s * 1000) {
      const bool said = origins_.contains("limits.handle_timeout_ms");
      error(said ? "limits.handle_timeout_ms" : "limits.wait_s",
            "limits.handle_timeout_ms: must exceed limits.wait_s");
    }
    // Whoever reads it otherwise than we do could print a part of the password.
    if (std::count(config_.store_url.begin(), config_.store_url.end(), '@') > 1) {
      error("store.url", "store.url: write an @ in a user's name or password as %40");
    }
    tenants();
    const std::string& url = config_.public_url;
    if (!url.empty() && (url.find("://") == std::string::npos || url.back() == '/')) {
      error("server.public_url",
            "server.public_url: '" + url + "' is no address such as https://fermata.example.com");
    }
    // The base of "allow any site": a list of origins must name them.
    for (std::size_t i = 0; i < config_.cors_origins.size(); ++i) {
      const std::string& origin = config_.cors_origins[i];
      if (origin.empty() || origin.find("://") == std::string::npos || origin.back() == '/') {
        error("cors.origins[" + std::to_string(i) + "]",
              "cors.origins: '" + origin + "' is no origin such as https://example.com");
      }
    }
  }

 private:
  void word(const char* key,
            const std::string& value,
            std::initializer_list<std::string_view> allowed) {
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return;
    std::string wrong = std::string(key) + ": must be one of";
    for (const std::string_view one : allowed) wrong += " " + std::string(one);
    error(key, wrong + ", not '" + value + "'");
  }

  void tenants() {
    const auto& all = config_.tenants;
    if (all.front().name.empty()) error("tenant", "tenant: must not be empty");
    for (std::size_t i = 1; i < all.size(); ++i) {
      const auto same = [&](const Tenant& other) { return other.name == all[i].name; };
      if (all[i].name.empty() || std::none_of(all.data(), all.data() + i, same)) continue;
      error("tenants[" + std::to_string(i) + "]", "tenants: '" + all[i].name + "' is there twice");
    }
  }

  void error(const std::string& key, const std::string& what) {
    auto origin = origins_.find(key);
    if (origin == origins_.end()) origin = origins_.find(key.substr(0, key.find('[')));
    errors_.push_back(origin == origins_.end() ? what : origin->second + ": " + what);
  }

  const Config& config_;
  const Origins& origins_;
  std::vector<std::string>& errors_;
};

Overrides environment_overrides() {
  Config defaults;
  Overrides found;
  for (const Setting& setting : settings(defaults)) {
    const char* value = std::getenv(environment_name(setting.key).c_str());
    if (value != nullptr) found.emplace(setting.key, value);
  }
  return found;
}

std::vector<Setting> general_settings(Config& c) {
  return {
      {"listen.host", &c.listen_host, 0, 0, "Address to listen on."},
      {"listen.port", &c.listen_port, 0, 65535, "Port to listen on; 0 is any free one."},
      {"listen.threads", &c.listen_threads, 1, 256, "Threads that read and write connections."},
      {"store.url", &c.store_url, 0, 0, "sqlite:FILE or postgresql://USER@HOST/DATABASE."},
      {"store.readers", &c.store_readers, 1, 64, "Database connections for reads."},
      {"store.timeout_ms", &c.store_timeout_ms, 100, 600'000, "Longest wait for the database."},
      {"store.cache_bytes",
       &c.store_cache_bytes,
       1 << 20,
       1LL << 40,
       "What SQLite's writing connection keeps of the file; each reading one a quarter of it."},
      {"store.start_timeout_s",
       &c.store_start_timeout_s,
       0,
       3600,
       "How long a starting server waits for a PostgreSQL that does not answer."},
      {"engine.threads", &c.engine_threads, 1, 256, "Threads that decide."},
      {"api.threads", &c.api_threads, 1, 256, "Threads that answer questions."},
      {"native.threads", &c.native_threads, 1, 256, "Native agents that run at the same time."},
      {"native.lease_s",
       &c.native_lease_s,
       1,
       kDay,
       "How long a native agent's turn outlives a server that crashed."},
      {"tenant", &c.first().name, 0, 0, "Name of the first tenant."},
      {"env", &c.env, 0, 0, "live or test: the second word of new keys."},
      {"policy.file", &c.first().policy_file, 0, 0, "Policy of the first tenant."},
      {"signing.key_file",
       &c.signing_key_file,
       0,
       0,
       "File of the key that signs grants; made beside a SQLite database if it is missing."},
      {"signing.key",
       &c.signing_key,
       0,
       0,
       "The signing key itself, 32 bytes as base64url. Only as a variable, never in the file."},
      {"cors.origins", &c.cors_origins, 0, 0, "Web origins whose pages may call the API."},
      {"server.public_url",
       &c.public_url,
       0,
       0,
       "What clients call this server, as https://fermata.example.com; empty: as they asked."},
      {"console.session_s",
       &c.console_session_s,
       60,
       30 * kDay,
       "How long a browser stays signed in to the console."},
      {"console.link_s",
       &c.console_link_s,
       60,
       7 * kDay,
       "How long a sign-in link works, unless its maker says otherwise."},
      {"log.level", &c.log_level, 0, 0, "debug, info, warn, error or off."},
      {"log.format", &c.log_format, 0, 0, "text (key=value) or json; one line an event."},
      {"log.access", &c.log_access, 0, 0, "true: a line for every request."},
  };
}

std::vector<Setting> traffic_limit_settings(Limits& l) {
  return {
      {"limits.body_bytes", &l.body_bytes, 1024, 64 * kMiB, "Largest request body."},
      {"limits.header_bytes", &l.header_bytes, 1024, kMiB, "Largest request head."},
      {"limits.connections", &l.connections, 1, 1'000'000, "Open connections at once."},
      {"limits.read_timeout_ms",
       &l.read_timeout_ms,
       100,
       600'000,
       "From the first byte of a request to its last."},
      {"limits.idle_timeout_ms",
       &l.idle_timeout_ms,
       100,
       3'600'000,
       "Between two requests of a connection."},
      {"limits.handle_timeout_ms",
       &l.handle_timeout_ms,
       1000,
       3'600'000,
       "From a request to its answer; must exceed limits.wait_s."},
      {"limits.write_timeout_ms",
       &l.write_timeout_ms,
       100,
       600'000,
       "How long a client may take nothing of an answer."},
      {"limits.streams", &l.streams, 1, 1'000'000, "Live streams at once; more are answered 503."},
      {"limits.stream_buffer_bytes",
       &l.stream_buffer_bytes,
       1024,
       64 * kMiB,
       "What a slow reader of a live stream may lag behind."},
      {"limits.stream_backlog_bytes",
       &l.stream_backlog_bytes,
       0,
       64 * kMiB,
       "What a reader of GET /v1/stream may lag behind before it is sent away."},
      {"limits.changes",
       &l.changes,
       1,
       10'000'000,
       "Changes that GET /v1/stream can be taken up from, in each tenant."},
      {"limits.shutdown_grace_ms",
       &l.shutdown_grace_ms,
       0,
       600'000,
       "How long a shutdown waits for open requests."},
      {"limits.key_rate",
       &l.key_rate,
       0,
       1'000'000,
       "Requests a second with one key, more are answered 429; 0: no limit."},
      {"limits.key_burst",
       &l.key_burst,
       1,
       1'000'000,
       "Requests with one key at once after a rest."},
      {"limits.stranger_rate",
       &l.stranger_rate,
       0,
       1'000'000,
       "Requests a second without a valid key from one address; 0: no limit."},
      {"limits.stranger_burst",
       &l.stranger_burst,
       1,
       1'000'000,
       "Such requests at once after a rest."},
  };
}

std::vector<Setting> work_limit_settings(Limits& l) {
  return {
      {"limits.queue", &l.queue, 1, 10'000'000, "Commands that wait; more are answered 503."},
      {"limits.questions",
       &l.questions,
       1,
       10'000'000,
       "Questions that wait; more are answered 503."},
      {"limits.batch", &l.batch, 1, 100'000, "Commands in one database transaction."},
      {"limits.resident_streams",
       &l.resident_streams,
       1,
       10'000'000,
       "Workflows whose state is kept in memory."},
      {"limits.resident_bytes",
       &l.resident_bytes,
       kMiB,
       kMiB * kMiB,
       "What they may take together, by estimate."},
      {"limits.wait_s", &l.wait_s, 1, 3600, "Longest `Prefer: wait`."},
      {"limits.lease_s", &l.lease_s, 1, kDay, "Longest lease of a turn."},
      {"limits.grant_lifetime_s",
       &l.grant_lifetime_s,
       1,
       365 * kDay,
       "How long an approved call may be run after it was granted."},
      {"limits.request_memory_s",
       &l.request_memory_s,
       60,
       365 * kDay,
       "How long an Idempotency-Key is remembered."},
  };
}

// How often and how large: of one workflow, one request, one undo.
std::vector<Setting> workflow_limit_settings(Limits& l) {
  return {
      {"limits.turn_attempts",
       &l.turn_attempts,
       1,
       1000,
       "Turns in a row that may lapse and leave nothing before the workflow fails."},
      {"limits.rollback_attempts",
       &l.rollback_attempts,
       1,
       1000,
       "How often an agent may roll back to one checkpoint."},
      {"limits.fork_calls", &l.fork_calls, 1, 100'000, "Calls of a workflow that can be forked."},
      {"limits.fork_bytes",
       &l.fork_bytes,
       1'024,
       std::int64_t{1} << 30,
       "Bytes of events of a workflow that can be forked or compared."},
      {"limits.permission_bytes",
       &l.permission_bytes,
       1'024,
       kMiB,
       "Bytes of what one standing permission looks at (`when`)."},
      {"limits.permitted_calls",
       &l.permitted_calls,
       1,
       100'000'000,
       "Calls that all standing permissions of a tenant together may allow."},
      {"limits.undo_attempts",
       &l.undo_attempts,
       1,
       100,
       "How often undoing a call is tried after a rollback, with pauses that grow from a second to "
       "a "
       "minute."},
      {"limits.request_changes",
       &l.request_changes,
       10,
       100'000,
       "How often one request may be edited, claimed, extended or decided anew."},
      {"limits.freezes_per_hour",
       &l.freezes_per_hour,
       1,
       10'000,
       "How many freezes one person throws within an hour; admins are not counted."},
      {"limits.mcp_wait_s",
       &l.mcp_wait_s,
       0,
       kDay,
       "How long an MCP tool waits for people, unless its caller says otherwise."},
      {"limits.mcp_longest_wait_s",
       &l.mcp_longest_wait_s,
       1,
       kDay,
       "Longest such wait, and that of callers who follow its progress."},
      {"limits.mcp_session_s",
       &l.mcp_session_s,
       60,
       365 * kDay,
       "How long a session of an MCP client lasts."},
  };
}

}  // namespace

std::vector<Setting> settings(Config& c) {
  std::vector<Setting> all = general_settings(c);
  for (Setting& limit : traffic_limit_settings(c.limits)) all.push_back(std::move(limit));
  for (Setting& limit : work_limit_settings(c.limits)) all.push_back(std::move(limit));
  for (Setting& limit : workflow_limit_settings(c.limits)) all.push_back(std::move(limit));
  return all;
}

std::string environment_name(std::string_view key) {
  std::string name = "FERMATA_";
  for (const char c : key) {
    name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

Result<Config> read_config(std::string_view text,
                           const std::string& file_name,
                           const Overrides& environment,
                           const Overrides& flags) {
  Config config;
  Origins origins;
  std::vector<std::string> errors = read_file(text, file_name, config, origins);
  if (!file_name.empty()) anchor(config, fs::path(file_name).parent_path());
  apply(environment, "environment", config, origins, errors);
  apply(flags, "flag", config, origins, errors);
  Judge(config, origins, errors).judge();
  if (!errors.empty()) {
    std::string all;
    for (const std::string& error : errors) all += (all.empty() ? "" : "\n") + error;
    return fail(ErrorCode::kInvalid, "config.invalid", all);
  }
  return config;
}

Result<Config> load_config(std::string& path, const Overrides& flags) {
  if (path.empty()) {
    if (const char* named = std::getenv("FERMATA_CONFIG"); named != nullptr) path = named;
  }
  if (path.empty() && fs::exists("fermata.yaml") && fs::exists("fermata.toml")) {
    return fail(ErrorCode::kInvalid,
                "config.invalid",
                "fermata.yaml and fermata.toml are both here: name one of them with --config");
  }
  for (const char* usual : {"fermata.yaml", "fermata.toml"}) {
    if (path.empty() && fs::exists(usual)) path = usual;
  }
  std::ostringstream text;
  if (!path.empty()) {
    if (fs::is_directory(path)) {
      return fail(ErrorCode::kInvalid, "config.unreadable", path + ": is a folder, not a file");
    }
    const std::ifstream file(path);
    if (!file) {
      return fail(ErrorCode::kInvalid, "config.unreadable", path + ": cannot be read");
    }
    text << file.rdbuf();
  }
  return read_config(text.str(), path, environment_overrides(), flags);
}

std::vector<std::string> unknown_variables() {
  Config defaults;
  const std::vector<Setting> known = settings(defaults);
  std::vector<std::string> unknown;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (!name.starts_with("FERMATA_") || name.starts_with("FERMATA_TEST_")) continue;
    const bool ours =
        std::find(kOtherVariables.begin(), kOtherVariables.end(), name) != kOtherVariables.end() ||
        std::any_of(known.begin(), known.end(), [&](const Setting& setting) {
          return environment_name(setting.key) == name;
        });
    if (!ours) unknown.emplace_back(name);
  }
  return unknown;
}

std::string sqlite_path(const std::string& store_url) {
  return store_url.starts_with(kSqlite) ? store_url.substr(kSqlite.size()) : std::string();
}

// Only what tells databases apart is shown; a password may stand in more than one place.
std::string printable_url(const std::string& store_url) {
  const std::size_t scheme = store_url.find("://");
  if (scheme == std::string::npos) return store_url;
  const std::size_t begin = scheme + 3;
  const std::size_t query = std::min(store_url.find('?', begin), store_url.size());
  const std::size_t at = store_url.substr(0, query).rfind('@');
  std::string printed = store_url.substr(0, begin);
  if (at != std::string::npos) {
    const std::string user = store_url.substr(begin, at - begin);
    const std::size_t colon = user.find(':');
    printed += colon == std::string::npos ? user : user.substr(0, colon) + ":***";
  }
  const std::size_t rest = at == std::string::npos ? begin : at;
  return printed + store_url.substr(rest, query - rest) + (query < store_url.size() ? "?***" : "");
}

}  // namespace fermata::app
