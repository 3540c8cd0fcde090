#pragma once

// The configuration: one YAML or TOML file, then FERMATA_* variables, then flags; the later wins.
//
// Every scalar is described once, in settings(): from it come the file's keys, the variables'
// names ("limits.body_bytes" is FERMATA_LIMITS_BODY_BYTES), the ranges and the reference in
// docs/operations/configuration.md. A key that does not exist is refused with line and column, so
// that a misspelt limit is never a limit that is silently absent. Every limit has a value.
//
// Paths written in the file are relative to the file; those of variables and flags are relative to
// the working directory. Only trusted people write this file.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agents/definition.hpp"
#include "app/config_channels.hpp"
#include "base/result.hpp"
#include "core/directory/directory.hpp"

namespace fermata::app {

struct BootstrapKey {
  ActorKind kind = ActorKind::kReadOnly;
  std::string owner;  // Agent or person; for the other kinds the label.
  std::string on_behalf_of;
  std::string label;
};

// What an empty directory begins with.
struct Bootstrap {
  std::vector<Person> people;
  std::vector<Group> groups;
  std::vector<BootstrapKey> keys;
};

struct Tenant {
  std::string name;
  std::string policy_file;  // Empty: the policy in force stays, whatever it is.
  Bootstrap bootstrap;
  agents::Declared declared;  // Agents that this server runs itself, and their tools.
  DeclaredChannels channels;
};

struct Limits {
  std::int64_t body_bytes = 1 << 20;
  std::int64_t header_bytes = 32 << 10;
  std::int64_t connections = 4096;
  std::int64_t read_timeout_ms = 10'000;
  std::int64_t idle_timeout_ms = 60'000;
  std::int64_t handle_timeout_ms = 120'000;
  std::int64_t write_timeout_ms = 30'000;
  std::int64_t streams = 1000;
  std::int64_t stream_buffer_bytes = 1 << 20;
  std::int64_t stream_backlog_bytes = 64 << 10;
  std::int64_t changes = 10'000;
  std::int64_t shutdown_grace_ms = 10'000;
  std::int64_t queue = 10'000;
  std::int64_t questions = 4096;
  std::int64_t batch = 512;
  std::int64_t resident_streams = 20'000;
  std::int64_t resident_bytes = 256 << 20;
  std::int64_t key_rate = 5000;
  std::int64_t key_burst = 10'000;
  std::int64_t stranger_rate = 50;
  std::int64_t stranger_burst = 1000;
  std::int64_t wait_s = 50;
  std::int64_t lease_s = 3600;
  std::int64_t grant_lifetime_s = 24LL * 3600;
  std::int64_t request_memory_s = 24LL * 3600;
  std::int64_t turn_attempts = 10;
  std::int64_t rollback_attempts = 3;
  std::int64_t fork_calls = 10'000;
  std::int64_t fork_bytes = std::int64_t{16} << 20;
  std::int64_t request_changes = 5'000;
  std::int64_t permission_bytes = 16'384;
  std::int64_t permitted_calls = 1'000'000;
  std::int64_t freezes_per_hour = 60;
  std::int64_t undo_attempts = 10;
  std::int64_t mcp_wait_s = 50;
  std::int64_t mcp_longest_wait_s = 3600;
  std::int64_t mcp_session_s = 7LL * 24 * 3600;
};

struct Config {
  std::string listen_host = "127.0.0.1";
  std::int64_t listen_port = 7654;
  std::int64_t listen_threads = 2;
  std::string store_url = "sqlite:fermata.db";
  std::int64_t store_readers = 2;
  std::int64_t store_timeout_ms = 5000;
  std::int64_t store_cache_bytes = 64 << 20;
  std::int64_t store_start_timeout_s = 30;
  std::int64_t engine_threads = 2;
  std::int64_t api_threads = 2;
  std::int64_t native_threads = 8;
  std::int64_t native_lease_s = 60;
  std::string signing_key;       // base64url, of FERMATA_SIGNING_KEY; never in the file.
  std::string signing_key_file;  // Empty: beside the SQLite file, or none.
  std::vector<std::string> cors_origins;
  std::int64_t console_session_s = 12LL * 3600;
  std::int64_t console_link_s = 900;
  std::string public_url;
  std::string env = "live";
  std::string log_level = "info";
  std::string log_format = "text";
  bool log_access = true;
  Limits limits;
  std::vector<Tenant> tenants = {Tenant{
      .name = "default", .policy_file = {}, .bootstrap = {}, .declared = {}, .channels = {}}};

  Tenant& first() { return tenants.front(); }  // Of `tenant:`, `policy:` and `bootstrap:`.
};

struct Setting {
  std::string key;  // "listen.port"
  std::variant<std::string*, std::int64_t*, bool*, std::vector<std::string>*> value;
  std::int64_t least = 0, most = 0;  // Of a number.
  std::string help;
};

// The scalars of `config`, in the order of the reference.
std::vector<Setting> settings(Config& config);
std::string environment_name(std::string_view key);

// By key: "store.url" -> "sqlite:x.db".
using Overrides = std::map<std::string, std::string>;

// kInvalid config.invalid; the message has a line "<file>:<line>:<column>: <what>" for every error,
// or "environment: <what>", "flag: <what>" for what came from there. A `file_name` that ends in
// ".toml" is TOML, any other YAML; it is also the base of relative paths. An empty text is the
// default configuration.
Result<Config> read_config(std::string_view text,
                           const std::string& file_name,
                           const Overrides& environment,
                           const Overrides& flags);

// The same from disk. An empty `path` means FERMATA_CONFIG, else fermata.yaml or fermata.toml if
// there is one, else no file. `path` becomes the one that was read.
Result<Config> load_config(std::string& path, const Overrides& flags);

// FERMATA_ variables that name no setting and nothing else we know: misspelt, probably.
std::vector<std::string> unknown_variables();

// "sqlite:/srv/fermata.db" -> "/srv/fermata.db"; empty for other stores.
std::string sqlite_path(const std::string& store_url);
// Without the password.
std::string printable_url(const std::string& store_url);

}  // namespace fermata::app
