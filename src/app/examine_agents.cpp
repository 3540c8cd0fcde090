// What `fermata doctor` says of the agents that the server runs itself.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "app/examine.hpp"

namespace fermata::app {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

// As the shell would: a name with a slash is a path, any other is looked for in PATH.
bool can_be_started(const std::string& program) {
  if (program.find('/') != std::string::npos) return is_program(program);
  const char* variable = std::getenv("PATH");
  const std::string path = variable == nullptr ? "/usr/bin:/bin" : variable;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    if (is_program(fs::path(path.substr(begin, end - begin)) / program)) return true;
    begin = end + 1;
  }
  return false;
}

bool has_key(const Directory& directory, const std::string& agent, TimeMs now) {
  for (const auto& [id, key] : directory.keys)
    if (key.kind == ActorKind::kAgent && key.owner == agent && key.use == KeyUse::kApi &&
        is_usable(directory, key, now))
      return true;
  return false;
}

}  // namespace

void examine_agents(const Config& config, Checks& checks) {
  for (const Tenant& tenant : config.tenants) {
    for (const std::string& name : agents::missing_secrets(tenant.declared))
      checks.push_back({Level::kFail,
                        "agents",
                        "the variable " + name + " is not set, but the configuration refers to it",
                        "the server would not start; set it where the server is started"});
    for (const agents::McpServer& server : tenant.declared.mcp)
      if (!server.command.empty() && !can_be_started(server.command.front()))
        checks.push_back({Level::kFail,
                          "agents",
                          "MCP server '" + server.name + "': there is no program '" +
                              server.command.front() + "' that could be started",
                          "install it, or write its whole path in mcp.command"});
  }
}

void examine_workers(const Tenant& tenant, const Directory& directory, TimeMs now, Checks& checks) {
  std::set<std::string> workers;
  for (const agents::ToolDefinition& tool : tenant.declared.tools)
    if (tool.worker) workers.insert(tool.worker->name);
  for (const std::string& name : workers)
    if (!has_key(directory, name, now))
      checks.push_back(
          {Level::kWarn,
           "agents",
           "worker '" + name + "' serves tools, but has no key that works",
           "its tools are not there until it connects: fermata keys create --kind agent --agent " +
               name});
}

}  // namespace fermata::app
