#include "app/examine.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "app/bootstrap.hpp"
#include "app/directory_reader.hpp"
#include "app/signing_key.hpp"
#include "codec/policy_codec.hpp"
#include "core/approval/group_expression.hpp"
#include "net/http_client.hpp"

namespace fermata::app {
namespace {

constexpr std::int64_t kSkewMs = 2000;
constexpr int kAnswerMs = 2000;

store::Options store_options(const Config& config) {
  store::Options options;
  options.migrate = false;
  options.timeout_ms = static_cast<int>(config.store_timeout_ms);
  return options;
}

// The address a client on this machine would use.
std::string local_url(const Config& config) {
  const std::string& host = config.listen_host;
  const bool any = host == "0.0.0.0" || host == "::";
  const std::string name = any                           ? "127.0.0.1"
                           : host.find(':') != host.npos ? "[" + host + "]"
                                                         : host;
  return "http://" + name + ":" + std::to_string(config.listen_port);
}

// Empty when the address can be had.
std::string bind_trouble(const Config& config) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(config.listen_port);
  if (const int code = ::getaddrinfo(config.listen_host.c_str(), port.c_str(), &hints, &found);
      code != 0) {
    return ::gai_strerror(code);
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::strerror(errno);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool bound = ::bind(fd, found->ai_addr, found->ai_addrlen) == 0;
  std::string trouble = bound ? "" : std::strerror(errno);
  ::close(fd);
  return trouble;
}

// Whether enough people are there for every rule that asks.
void examine_groups(const Policy& policy, const Directory& directory, Checks& checks) {
  std::vector<const Rule*> rules;
  for (const Rule& rule : policy.rules) rules.push_back(&rule);
  rules.push_back(&policy.fallback);
  for (const Rule* rule : rules) {
    for (const Threshold& threshold : rule->thresholds) {
      // Whoever stands for the requester or an argument is known with the request only.
      if (threshold.veto || threshold.from.find('(') != std::string::npos) continue;
      std::int64_t members = 0;
      for (const auto& [id, person] : directory.people) {
        members += matches(threshold.from, directory, {}, id) ? 1 : 0;
      }
      if (members >= threshold.approve) continue;
      const std::string name = rule->name.empty() ? "the default" : "rule '" + rule->name + "'";
      checks.push_back(
          {Level::kWarn,
           "policy",
           name + " asks " + std::to_string(threshold.approve) + " of '" + threshold.from +
               "', which are " + std::to_string(members) + " active people",
           "nobody can agree to such a call: see fermata groups add, fermata people set"});
    }
  }
}

void examine_directory(store::Store& store, const Config& config, Checks& checks) {
  for (const Tenant& tenant : config.tenants) {
    const Result<Directory> directory = read_directory(store, tenant.name);
    if (!directory) {
      checks.push_back({Level::kFail, "store", directory.error().message, "run fermata verify"});
      continue;
    }
    if (directory->keys.empty()) continue;  // Not begun: bootstrap is still to come.
    examine_workers(tenant, *directory, SystemClock().now_ms(), checks);
    if (directory->policies.empty()) {
      checks.push_back({Level::kWarn,
                        "policy",
                        "tenant " + tenant.name + " has none in force",
                        "every call is denied until one is published"});
      continue;
    }
    const auto parsed = codec::parse_policy(directory->policies.back().source);
    if (parsed.errors.empty()) examine_groups(parsed.policy, *directory, checks);
  }
}

}  // namespace

void examine_variables(Checks& checks) {
  for (const std::string& name : unknown_variables()) {
    checks.push_back({Level::kWarn,
                      "config",
                      name + " is set, but there is no such setting",
                      "misspelt? docs/operations/configuration.md has the list"});
  }
}

void examine_policies(const Config& config, Checks& checks) {
  for (const Tenant& tenant : config.tenants) {
    if (tenant.policy_file.empty()) continue;
    const Result<PolicyFile> policy = read_policy_file(tenant.policy_file);
    if (policy) {
      checks.push_back({Level::kOk, "policy", tenant.policy_file + " has no errors", ""});
    } else {
      checks.push_back({Level::kFail,
                        "policy",
                        policy.error().message,
                        "the server would not start; a running one keeps the policy it has"});
    }
  }
}

void examine_signing_key(const Config& config, Checks& checks) {
  if (config.store_url == "memory:") return;
  const std::string path = signing_key_path(config);
  const bool embedded = !sqlite_path(config.store_url).empty();
  if (!path.empty() && embedded && !std::filesystem::exists(path)) {
    checks.push_back({Level::kWarn,
                      "signing",
                      path + " does not exist yet",
                      "fermata serve makes it; if the database is older than this, the key was "
                      "lost, and what was granted with it must be asked again"});
    return;
  }
  SystemRandom random;
  const Result<std::string> seed = signing_seed(config, random);
  if (!seed) {
    checks.push_back(
        {Level::kFail, "signing", seed.error().message, "without the key no call can be granted"});
    return;
  }
  struct stat status {};
  const bool others =
      !path.empty() && ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IRWXG) != 0;
  checks.push_back({others ? Level::kWarn : Level::kOk,
                    "signing",
                    path.empty() ? "the key comes from the environment" : path + " holds a key",
                    others ? "its group can read it: chmod 600" : ""});
}

void examine_store(const Config& config, Checks& checks) {
  const std::string& url = config.store_url;
  const std::string file = sqlite_path(url);
  if (url == "memory:") {
    checks.push_back({Level::kWarn, "store", "kept in memory", "everything is lost at the end"});
    return;
  }
  const store::Options options = store_options(config);
  const auto facts =
      file.empty() ? store::inspect_postgres(url, options) : store::inspect_sqlite(file, options);
  if (!facts) {
    checks.push_back({Level::kFail,
                      "store",
                      printable_url(url) + ": " + facts.error().message +
                          (facts.error().detail.empty() ? "" : " (" + facts.error().detail + ")"),
                      "is the database there, and may this user open it?"});
    return;
  }
  checks.push_back({Level::kOk, "store", printable_url(url) + " answers", ""});
  for (const store::Fact& fact : *facts) {
    checks.push_back({fact.level, "store", fact.what, fact.advice});
  }
  if (!file.empty() && !std::filesystem::exists(file)) return;
  const auto store = file.empty() ? store::open_postgres_snapshot(url, options)
                                  : store::open_sqlite_snapshot(file, options);
  if (!store) return;  // The facts have said why.
  if (const Result<TimeMs> there = (*store)->now(); there) {
    const std::int64_t skew = std::abs(*there - SystemClock().now_ms());
    checks.push_back({skew > kSkewMs ? Level::kWarn : Level::kOk,
                      "clock",
                      "the database's clock is " + std::to_string(skew) + " ms from this one",
                      skew > kSkewMs ? "deadlines go by the database's; synchronise both" : ""});
  }
  examine_directory(**store, config, checks);
}

void examine_address(const Config& config, Checks& checks) {
  const std::string url = local_url(config);
  if (config.listen_port != 0) {
    net::Client client;
    net::ClientRequest request;
    request.url = url + "/readyz";
    request.timeout_ms = kAnswerMs;
    if (const auto answer = client.send(request); answer) {
      const bool ready = answer->status == 200;
      checks.push_back({ready ? Level::kOk : Level::kWarn,
                        "server",
                        url + " answers /readyz with " + std::to_string(answer->status),
                        ready ? "" : "it is starting, stopping, or its database does not answer"});
      return;
    }
  }
  const std::string trouble = bind_trouble(config);
  const std::string where = config.listen_host + ":" + std::to_string(config.listen_port);
  if (!trouble.empty()) {
    checks.push_back({Level::kFail,
                      "server",
                      where + ": " + trouble,
                      "another program has it, or this user may not; see listen.host and "
                      "listen.port"});
    return;
  }
  const bool any = config.listen_port == 0;
  checks.push_back({Level::kOk,
                    "server",
                    any ? "any free port of " + config.listen_host + " will do"
                        : where + " is free; no server runs",
                    ""});
}

Checks examine(const Config& config) {
  Checks checks;
  examine_variables(checks);
  examine_policies(config, checks);
  examine_agents(config, checks);
  examine_signing_key(config, checks);
  examine_store(config, checks);
  examine_address(config, checks);
  return checks;
}

}  // namespace fermata::app
