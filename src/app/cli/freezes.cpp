// fermata freeze | thaw | freezes: the kill switch.

#include <CLI/CLI.hpp>

#include "app/cli/cli.hpp"
#include "app/cli/request_view.hpp"
#include "app/cli/table.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMost = 1000;

struct FreezeWish {
  std::string id, agent, tool, reason;
  bool everything = false, all = false;
};

std::string what(const json::Value& freeze) {
  const std::string agent = visible(freeze.string_or("agent"));
  const std::string tool = visible(freeze.string_or("tool"));
  if (agent.empty() && tool.empty()) return "everything";
  if (tool.empty()) return "agent " + agent;
  return "tool " + tool + (agent.empty() ? "" : " of agent " + agent);
}

std::string render(const Style& style, const std::vector<json::Value>& freezes, TimeMs now) {
  Table table({"ID", "WHAT", "BY", "SINCE", "UNTIL", "WHY"}, 5);
  for (const json::Value& one : freezes) {
    const bool holds = one["until"].is_null();
    table.add({visible(one.string_or("id")),
               what(one),
               visible(one.string_or("by")),
               relative(time_of(one, "from"), now),
               {holds ? "it holds" : relative(time_of(one, "until"), now),
                holds ? Colour::kRed : Colour::kNone},
               visible(one.string_or("reason"))});
  }
  return table.render(style);
}

int freeze(Cli& cli, const FreezeWish& wish) {
  const bool named = !wish.agent.empty() || !wish.tool.empty();
  if (named == wish.everything)
    return cli.usage("freeze what? name --agent, --tool or both, or say --everything");
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  json::Object body{{"reason", wish.reason}};
  if (!wish.agent.empty()) body.set("agent", wish.agent);
  if (!wish.tool.empty()) body.set("tool", wish.tool);
  if (wish.everything) body.set("everything", true);
  const auto done = (*client)->send("POST", "/v1/freezes", body);
  if (!done) return cli.report(done.error());
  return cli.show(*done, [&] {
    const std::string id = visible(done->string_or("id"));
    const std::string held = done->string_or("reason");
    const std::string already = held == wish.reason
                                    ? ""
                                    : "It was frozen before, by " + visible(done->string_or("by")) +
                                          ": " + visible(held) + "\nYour reason is not kept.\n";
    return already + "Frozen: " + what(*done) +
           ". Nothing of it runs and no clock of it goes on until\n" + "  fermata thaw " + id +
           "\n";
  });
}

int thaw(Cli& cli, const FreezeWish& wish) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  json::Object body;
  if (!wish.reason.empty()) body.set("reason", wish.reason);
  const auto done = (*client)->send("POST", "/v1/freezes/" + escaped(wish.id) + "/thaw", body);
  if (!done) return cli.report(done.error());
  return cli.show(*done, [&] {
    return "It goes on: " + what(*done) + ". Deadlines moved by " +
           duration(time_of(*done, "until") - time_of(*done, "from")) + ".\n";
  });
}

int list(Cli& cli, bool all) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  bool more = false;
  auto found = (*client)->list("/v1/freezes", kMost, more);
  if (!found) return cli.report(found.error());
  if (!all) std::erase_if(*found, [](const json::Value& one) { return !one["until"].is_null(); });
  return cli.show(json::Array(*found), [&] {
    if (found->empty()) return std::string("Nothing is frozen.\n");
    return render(cli.style, *found, cli.now());
  });
}

}  // namespace

void add_freezes(CLI::App& app, Cli& cli) {
  auto wish = std::make_shared<FreezeWish>();
  CLI::App* command =
      app.add_subcommand("freeze", "Throw the kill switch: nothing runs until thaw");
  command->add_option("--agent", wish->agent, "This agent")->type_name("AGENT");
  command->add_option("--tool", wish->tool, "This tool; with --agent, only that agent's")
      ->type_name("TOOL");
  command->add_flag("--everything", wish->everything, "All agents and all tools");
  command->add_option("--reason", wish->reason, "Why")->required();
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return freeze(cli, *wish); }; });

  auto lifted = std::make_shared<FreezeWish>();
  command = app.add_subcommand("thaw", "Lift the kill switch: it goes on");
  command->add_option("id", lifted->id, "fz_...")->required();
  command->add_option("--reason", lifted->reason, "Why");
  command->callback([&cli, lifted] { cli.action = [&cli, lifted] { return thaw(cli, *lifted); }; });

  auto listed = std::make_shared<FreezeWish>();
  command = app.add_subcommand("freezes", "What is frozen, by whom and why");
  command->add_flag("--all", listed->all, "Also what was");
  command->callback(
      [&cli, listed] { cli.action = [&cli, listed] { return list(cli, listed->all); }; });
}

}  // namespace fermata::app::cli
