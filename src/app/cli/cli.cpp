#include "app/cli/cli.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <utility>

#include "app/cli/request_view.hpp"

namespace fermata::app::cli {
namespace {

constexpr const char* kDefaultUrl = "http://127.0.0.1:7654";
constexpr const char* kFooter =
    "\nThe commands inbox, approvals, workflows, freeze, thaw, freezes, permissions, people,\n"
    "groups, resources, keys and policy talk to a server:\n"
    "  FERMATA_URL   where it is (default http://127.0.0.1:7654)\n"
    "  FERMATA_KEY   your API key; or --key-file\n"
    "  NO_COLOR      when set, no colours\n"
    "serve, migrate, doctor and verify read the configuration: fermata.yaml, FERMATA_* variables,\n"
    "flags (docs/operations/configuration.md).\n"
    "\nThe process ends with\n"
    "  0  done\n"
    "  1  refused or failed: the state says no, a check found something, bad data\n"
    "  2  usage: wrong arguments, or a configuration that cannot be read\n"
    "  3  unreachable: no answer, or the server is not ready\n"
    "  4  not found\n"
    "  5  not allowed: no key, nobody's key, or a key that may not do this\n";

std::string environment(const char* name, const char* fallback = "") {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? fallback : value;
}

Style style_of_stdout() {
  Style style;
  if (::isatty(STDOUT_FILENO) == 0) return style;
  style.colour = environment("NO_COLOR").empty() && environment("TERM", "dumb") != "dumb";
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) style.width = size.ws_col;
  return style;
}

bool is_web(const std::string& url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

std::string not_web(const std::string& url) {
  return "'" + visible(url) + "' is no address of a server: it begins with http:// or https://";
}

// The command that was chosen last: "fermata approvals".
const CLI::App& innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : innermost(*chosen.front());
}

// What stands where a command should, in words; empty when that is not what is wrong.
std::string unknown_command(const CLI::App& app) {
  const CLI::App& last = innermost(app);
  const auto there = last.get_subcommands([](const CLI::App*) { return true; });
  if (there.empty()) return {};
  for (const std::string& word : app.remaining(true)) {
    if (word.starts_with("-")) continue;
    std::string path, list;
    for (const CLI::App* one = &last; one != nullptr; one = one->get_parent()) {
      path.insert(0, path.empty() ? "" : " ").insert(0, one->get_name());
    }
    for (const CLI::App* one : there) list.append(list.empty() ? "" : ", ").append(one->get_name());
    std::string what = "'";
    return what.append(visible(word))
        .append("' is no command of ")
        .append(path)
        .append("; there are ")
        .append(list);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Client>> Cli::new_client() const {
  if (!is_web(url)) return fail(ErrorCode::kInvalid, "cli.bad_url", not_web(url));
  std::string key = environment("FERMATA_KEY");
  if (!key_file.empty()) {
    std::ifstream file(key_file);
    if (!file) {
      return fail(ErrorCode::kUnauthenticated,
                  "cli.no_key",
                  key_file + ": cannot be read; is that where the key is?");
    }
    if (!std::getline(file, key)) {
      return fail(ErrorCode::kUnauthenticated, "cli.no_key", key_file + ": holds no key");
    }
  }
  if (key.empty()) {
    return fail(ErrorCode::kUnauthenticated,
                "cli.no_key",
                "no API key: set FERMATA_KEY, or name a file with --key-file");
  }
  return std::make_unique<Client>(url, std::move(key));
}

Result<Client*> Cli::client() {
  if (client_ == nullptr) {
    FERMATA_TRY(client_, new_client());
  }
  return client_.get();
}

int Cli::report(const Error& error) const {
  if (json) {
    if (!error.extra.empty()) {
      *err << error.extra << "\n";
    } else {
      *err << json::write(json::Object{{"reason", error.reason}, {"detail", error.message}})
           << "\n";
    }
    return exit_code(error.code);
  }
  // The server's words may quote an agent's, hence no byte of them reaches the terminal as it is.
  *err << "fermata: ";
  std::string text = prose(error.message, "");
  while (text.ends_with('\n')) text.pop_back();
  *err << text << " (" << visible(error.reason) << ")\n";
  if (!error.detail.empty()) *err << prose(error.detail, "  ");
  if (const Result<json::Value> problem = json::parse(error.extra); problem) {
    const std::string outcome = render_outcome(*problem, now());
    if (!outcome.empty()) *err << "  It is " << outcome << "\n";
  }
  return exit_code(error.code);
}

int Cli::usage(const std::string& message) const {
  *err << "fermata: " << message << "\n";
  return kUsage;
}

int Cli::show(const json::Value& value, const std::function<std::string()>& human) const {
  *out << (json ? json::pretty(value) + "\n" : human()) << std::flush;
  return kOk;
}

bool Cli::confirm(const std::string& question) const {
  if (!interactive) return false;
  *out << question << " [y/N] " << std::flush;
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

Result<Config> ConfigFlags::load() { return load_config(path, overrides); }

std::shared_ptr<ConfigFlags> add_config_flags(CLI::App& command) {
  auto flags = std::make_shared<ConfigFlags>();
  command.add_option("-c,--config", flags->path, "Configuration file (default fermata.yaml)")
      ->type_name("FILE");
  const auto setting = [&](const char* flag, const char* key, const char* help, const char* type) {
    command
        .add_option_function<std::string>(
            flag,
            [flags, key = std::string(key)](const std::string& v) { flags->overrides[key] = v; },
            help)
        ->type_name(type);
  };
  setting("--store", "store.url", "sqlite:<file> or postgresql://...", "URL");
  setting("--host", "listen.host", "Address to listen on", "HOST");
  setting("--port", "listen.port", "Port to listen on; 0 is any free one", "PORT");
  setting("--policy", "policy.file", "Policy file", "FILE");
  command
      .add_option_function<std::vector<std::string>>(
          "--setting",
          [flags](const std::vector<std::string>& pairs) {
            for (const std::string& pair : pairs) {
              const std::size_t equals = std::min(pair.find('='), pair.size());
              flags->overrides[pair.substr(0, equals)] =
                  equals < pair.size() ? pair.substr(equals + 1) : "";
            }
          },
          "Any other setting, such as limits.batch=64")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  return flags;
}

int run(int argc, char** argv) {
  Cli cli;
  cli.out = &std::cout;
  cli.err = &std::cerr;
  cli.style = style_of_stdout();
  cli.interactive = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  cli.url = environment("FERMATA_URL", kDefaultUrl);

  CLI::App app("Fermata holds an AI agent's risky action until the right people let it go on.",
               "fermata");
  app.require_subcommand(1);
  app.add_flag("--json", cli.json, "Answer in JSON, for machines");
  app.set_version_flag("--version", "fermata " FERMATA_VERSION);
  app.add_option("--url", cli.url, "Server to talk to")
      ->type_name("URL")
      ->check([](const std::string& url) { return is_web(url) ? std::string() : not_web(url); });
  app.add_option("--key-file", cli.key_file, "File with the API key")->type_name("FILE");
  app.footer(kFooter);
  for (const auto add : {add_serve,
                         add_approvals,
                         add_inbox,
                         add_workflows,
                         add_freezes,
                         add_permissions,
                         add_people,
                         add_groups,
                         add_resources,
                         add_keys,
                         add_policy,
                         add_migrate,
                         add_doctor,
                         add_verify,
                         add_version,
                         add_completion}) {
    add(app, cli);
  }
  // Flags of the whole may stand behind the command as well.
  for (CLI::App* group : app.get_subcommands({})) {
    group->fallthrough();
    for (CLI::App* command : group->get_subcommands({})) command->fallthrough();
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stopped) {
    const bool wrong = stopped.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success);
    const std::string unknown = wrong ? unknown_command(app) : std::string();
    if (!unknown.empty()) return cli.usage(unknown);
    const int code = app.exit(stopped, std::cout, std::cerr);
    return code == 0 ? kOk : kUsage;
  }
  return cli.action ? cli.action() : kUsage;
}

}  // namespace fermata::app::cli
