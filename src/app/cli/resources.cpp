// fermata resources: what calls are about, and who answers for it.

#include <CLI/CLI.hpp>

#include "app/cli/cli.hpp"
#include "app/cli/table.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMost = 10'000;

struct ResourceWish {
  std::string id, name;
  std::vector<std::string> owners;
};

std::string render(const Style& style, const std::vector<json::Value>& resources) {
  if (resources.empty()) return "No resources yet: fermata resources set <id> --owner ...\n";
  Table table({"ID", "NAME", "OWNERS"}, 2);
  for (const json::Value& one : resources) {
    std::string owners;
    if (const json::Array* all = one["owners"].as_array(); all != nullptr)
      for (const json::Value& owner : *all)
        if (owner.as_string() != nullptr)
          owners += (owners.empty() ? "" : ", ") + visible(*owner.as_string());
    table.add({visible(one.string_or("id")), visible(one.string_or("name")), owners});
  }
  return table.render(style);
}

int list(Cli& cli) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  bool more = false;
  const auto found = (*client)->list("/v1/resources", kMost, more);
  if (!found) return cli.report(found.error());
  return cli.show(json::Array(*found), [&] { return render(cli.style, *found); });
}

int set(Cli& cli, const ResourceWish& wish) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  json::Array owners;
  for (const std::string& owner : wish.owners) owners.emplace_back(owner);
  json::Object body{{"id", wish.id}, {"owners", std::move(owners)}};
  if (!wish.name.empty()) body.set("name", wish.name);
  const auto done = (*client)->send("PUT", "/v1/resources", body);
  if (!done) return cli.report(done.error());
  return cli.show(*done,
                  [&] { return "Resource " + visible(done->string_or("id")) + " is set.\n"; });
}

int remove(Cli& cli, const std::string& id) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const auto done = (*client)->send("DELETE", "/v1/resources?id=" + escaped(id), json::Value());
  if (!done) return cli.report(done.error());
  return cli.show(*done, [&] { return "Resource " + visible(id) + " is removed.\n"; });
}

}  // namespace

void add_resources(CLI::App& app, Cli& cli) {
  CLI::App* group = app.add_subcommand("resources", "What calls are about, and who owns it");
  group->require_subcommand(1);
  group->add_subcommand("list", "All resources")->callback([&cli] {
    cli.action = [&cli] { return list(cli); };
  });

  auto wish = std::make_shared<ResourceWish>();
  CLI::App* command = group->add_subcommand("set", "Make or replace a resource");
  command->add_option("id", wish->id, "As calls name it, such as acme/shop")->required();
  command->add_option("--name", wish->name, "Full name");
  command->add_option("--owner", wish->owners, "Who answers for it; may be repeated")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->required();
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return set(cli, *wish); }; });

  auto id = std::make_shared<std::string>();
  command = group->add_subcommand("remove", "Remove a resource; nobody is its owner then");
  command->add_option("id", *id, "The resource")->required();
  command->callback([&cli, id] { cli.action = [&cli, id] { return remove(cli, *id); }; });
}

}  // namespace fermata::app::cli
