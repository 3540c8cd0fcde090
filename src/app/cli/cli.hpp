#pragma once

// What every command needs, and the list of commands. A group adds its subcommands to the parser;
// parsing chooses `action`, which main then runs and whose value the process ends with.

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "app/cli/client.hpp"
#include "app/cli/text.hpp"
#include "app/config.hpp"
#include "app/exit_code.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name.
class App;
}

namespace fermata::app::cli {

struct Cli {
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  Style style;               // Of `out`.
  bool interactive = false;  // Somebody sits there and can be asked.
  bool json = false;         // --json
  std::string url;           // --url, FERMATA_URL
  std::string key_file;      // --key-file; otherwise FERMATA_KEY
  std::function<int()> action;

  TimeMs now() const { return SystemClock().now_ms(); }
  // Made at the first use. kUnauthenticated cli.no_key: nobody said which key.
  Result<Client*> client();
  // One of one's own, for another thread; the same refusals.
  Result<std::unique_ptr<Client>> new_client() const;

  // Says what went wrong, on `err`, and gives the code to end with.
  int report(const Error& error) const;
  int usage(const std::string& message) const;
  // Writes `value` for machines; for people what `human` returns.
  int show(const json::Value& value, const std::function<std::string()>& human) const;
  // Waits for a yes; false when there is nobody to ask.
  bool confirm(const std::string& question) const;

 private:
  std::unique_ptr<Client> client_;
};

// Flags of the commands that read the configuration themselves.
struct ConfigFlags {
  std::string path;
  Overrides overrides;
  Result<Config> load();  // `path` becomes the file that was read, or stays empty.
};
std::shared_ptr<ConfigFlags> add_config_flags(CLI::App& command);

void add_serve(CLI::App& app, Cli& cli);
void add_migrate(CLI::App& app, Cli& cli);
void add_doctor(CLI::App& app, Cli& cli);
void add_verify(CLI::App& app, Cli& cli);
void add_approvals(CLI::App& app, Cli& cli);
void add_inbox(CLI::App& app, Cli& cli);
void add_workflows(CLI::App& app, Cli& cli);
void add_people(CLI::App& app, Cli& cli);
void add_groups(CLI::App& app, Cli& cli);
void add_resources(CLI::App& app, Cli& cli);
void add_freezes(CLI::App& app, Cli& cli);
void add_permissions(CLI::App& app, Cli& cli);
void add_keys(CLI::App& app, Cli& cli);
void add_policy(CLI::App& app, Cli& cli);
void add_version(CLI::App& app, Cli& cli);
void add_completion(CLI::App& app, Cli& cli);

// Parses and runs.
int run(int argc, char** argv);

}  // namespace fermata::app::cli
