// fermata doctor: what is wrong, and what to do.

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/cli/cli.hpp"
#include "app/examine.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kAreaColumns = 8;

const char* name_of(Level level) {
  return level == Level::kOk ? "ok" : level == Level::kWarn ? "warn" : "fail";
}

json::Value to_json(const Checks& checks, bool good) {
  json::Array list;
  for (const Check& check : checks) {
    list.push_back(json::Object{{"level", name_of(check.level)},
                                {"area", check.area},
                                {"what", check.what},
                                {"advice", check.advice}});
  }
  return json::Object{{"ok", good}, {"checks", std::move(list)}};
}

std::string render(const Style& style, const Checks& checks) {
  std::string out;
  std::int64_t warnings = 0, failures = 0;
  for (const Check& check : checks) {
    const Colour colour = check.level == Level::kOk     ? Colour::kGreen
                          : check.level == Level::kWarn ? Colour::kYellow
                                                        : Colour::kRed;
    warnings += check.level == Level::kWarn ? 1 : 0;
    failures += check.level == Level::kFail ? 1 : 0;
    const std::string margin(6 + kAreaColumns + 1, ' ');
    std::string what = prose(check.what, margin);
    what.erase(0, margin.size());
    out += paint(style, colour, pad(name_of(check.level), 6)) + pad(check.area, kAreaColumns) +
           " " + what;
    if (!check.advice.empty()) out += margin + "→ " + visible(check.advice) + "\n";
  }
  return out + "\n" + count(failures, "failure") + ", " + count(warnings, "warning") + "\n";
}

int doctor(Cli& cli, ConfigFlags& flags) {
  const Result<Config> config = flags.load();
  Checks checks;
  if (config) {
    checks = examine(*config);
    const std::string file =
        flags.path.empty() ? "no file; defaults, variables and flags" : flags.path + " can be read";
    checks.insert(checks.begin(), {Level::kOk, "config", file, ""});
  } else {
    checks.push_back({Level::kFail,
                      "config",
                      config.error().message,
                      "docs/operations/configuration.md has every setting"});
  }
  const bool good = std::none_of(
      checks.begin(), checks.end(), [](const Check& c) { return c.level == Level::kFail; });
  cli.show(to_json(checks, good), [&] { return render(cli.style, checks); });
  return good ? kOk : kRefused;
}

}  // namespace

void add_doctor(CLI::App& app, Cli& cli) {
  CLI::App* command =
      app.add_subcommand("doctor", "Look at configuration, database, keys and port");
  const auto flags = add_config_flags(*command);
  command->callback([&cli, flags] { cli.action = [&cli, flags] { return doctor(cli, *flags); }; });
}

}  // namespace fermata::app::cli
