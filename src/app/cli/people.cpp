// fermata people and fermata groups: who there is, and who belongs together.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "app/cli/cli.hpp"
#include "app/cli/table.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMost = 10'000;

struct PersonWish {
  std::string id, name, email;
  std::vector<std::string> identities, roles, attributes;
  std::optional<std::string> manager;
  bool has_roles = false;
  bool inactive = false, active = false;
};

struct GroupWish {
  std::string id, name;
  std::vector<std::string> members, people;
};

// Runs `use` with the client, or says why there is none.
std::function<int()> with_client(Cli& cli, std::function<int(Client&)> use) {
  return [&cli, use = std::move(use)] {
    const Result<Client*> client = cli.client();
    return client ? use(**client) : cli.report(client.error());
  };
}

std::vector<std::string> strings(const json::Value& list) {
  std::vector<std::string> out;
  if (const json::Array* items = list.as_array(); items != nullptr) {
    for (const json::Value& item : *items) {
      if (item.as_string() != nullptr) out.push_back(*item.as_string());
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + visible(item);
  return out;
}

std::string render_people(const Style& style, const std::vector<json::Value>& people) {
  if (people.empty()) return "Nobody yet: fermata people set <id> --name ...\n";
  Table table({"ID", "NAME", "EMAIL", "ELSEWHERE", "ROLES", "ATTRIBUTES", "MANAGER", "STATE"}, 1);
  for (const json::Value& person : people) {
    const bool active = person.bool_or("active", true);
    table.add({visible(person.string_or("id")),
               visible(person.string_or("name")),
               visible(person.string_or("email")),
               short_arguments(person["identities"], 40),
               joined(strings(person["roles"])),
               short_arguments(person["attributes"], 40),
               visible(person.string_or("manager")),
               {active ? "active" : "inactive", active ? Colour::kNone : Colour::kRed}});
  }
  return table.render(style);
}

std::string render_groups(const Style& style, const std::vector<json::Value>& groups) {
  if (groups.empty()) return "No groups yet: fermata groups set <id> --member ...\n";
  Table table({"ID", "NAME", "MEMBERS"}, 2);
  for (const json::Value& group : groups) {
    table.add({visible(group.string_or("id")),
               visible(group.string_or("name")),
               joined(strings(group["members"]))});
  }
  return table.render(style);
}

int list(Cli& cli,
         Client& client,
         const std::string& path,
         std::string (*render)(const Style&, const std::vector<json::Value>&)) {
  bool more = false;
  const auto found = client.list(path, kMost, more);
  if (!found) return cli.report(found.error());
  return cli.show(json::Array(*found), [&] { return render(cli.style, *found); });
}

// The document as it is, or null when there is none yet.
Result<json::Value> existing(Client& client, const std::string& path) {
  Result<json::Value> found = client.get(path);
  if (!found && found.error().code == ErrorCode::kNotFound) return json::Value();
  return found;
}

int put(Cli& cli, Client& client, const std::string& path, json::Object body, const char* noun) {
  const auto done = client.send("PUT", path, json::Value(std::move(body)));
  if (!done) return cli.report(done.error());
  return cli.show(*done, [&] {
    return std::string(noun) + " " + visible(done->string_or("id")) + " is set.\n";
  });
}

// Roles, attributes and the manager: what group expressions ask for. Gives what is wrong, or
// nothing.
std::string set_standing(const json::Value& before, const PersonWish& wish, json::Object& body) {
  json::Array roles;
  for (const std::string& role : wish.has_roles ? wish.roles : strings(before["roles"]))
    if (!role.empty()) roles.emplace_back(role);
  body.set("roles", std::move(roles));
  json::Object attributes;
  if (const json::Object* old = before["attributes"].as_object(); old != nullptr) attributes = *old;
  for (const std::string& attribute : wish.attributes) {
    const std::size_t equals = attribute.find('=');
    if (equals == std::string::npos) return "--attribute wants NAME=VALUE, or NAME= to drop it";
    const std::string name = attribute.substr(0, equals);
    if (equals + 1 == attribute.size())
      attributes.erase(name);
    else
      attributes.set(name, attribute.substr(equals + 1));
  }
  body.set("attributes", std::move(attributes));
  body.set("manager", wish.manager.value_or(before.string_or("manager")));
  return {};
}

// What is not said stays as it is.
int set_person(Cli& cli, Client& client, const PersonWish& wish) {
  const std::string path = "/v1/people/" + escaped(wish.id);
  const auto before = existing(client, path);
  if (!before) return cli.report(before.error());
  json::Object body;
  const std::string name = wish.name.empty() ? before->string_or("name", wish.id) : wish.name;
  const std::string email = wish.email.empty() ? before->string_or("email") : wish.email;
  body.set("name", name);
  if (!email.empty()) body.set("email", email);
  json::Object identities;
  if (const json::Object* old = (*before)["identities"].as_object(); old != nullptr) {
    identities = *old;
  }
  for (const std::string& identity : wish.identities) {
    const std::size_t equals = identity.find('=');
    if (equals == std::string::npos) return cli.usage("--identity wants CHANNEL=ID");
    identities.set(identity.substr(0, equals), identity.substr(equals + 1));
  }
  if (!identities.empty()) body.set("identities", identities);
  if (const auto said = set_standing(*before, wish, body); !said.empty()) return cli.usage(said);
  body.set("active", wish.active || (!wish.inactive && before->bool_or("active", true)));
  return put(cli, client, path, std::move(body), "Person");
}

using ChangeMembers = std::function<void(std::vector<std::string>&)>;

int set_group(Cli& cli, Client& client, const GroupWish& wish, const ChangeMembers& change) {
  const std::string path = "/v1/groups/" + escaped(wish.id);
  const auto before = existing(client, path);
  if (!before) return cli.report(before.error());
  std::vector<std::string> members = strings((*before)["members"]);
  change(members);
  json::Array list;
  for (const std::string& member : members) list.emplace_back(member);
  json::Object body{{"members", std::move(list)}};
  const std::string name = wish.name.empty() ? before->string_or("name", wish.id) : wish.name;
  body.set("name", name);
  return put(cli, client, path, std::move(body), "Group");
}

int show_one(Cli& cli,
             Client& client,
             const std::string& path,
             std::string (*render)(const Style&, const std::vector<json::Value>&)) {
  const auto found = client.get(path);
  if (!found) return cli.report(found.error());
  return cli.show(*found, [&] { return render(cli.style, {*found}); });
}

void add_group_change(CLI::App* group, Cli& cli, const char* verb, const char* help, bool joins) {
  auto wish = std::make_shared<GroupWish>();
  CLI::App* command = group->add_subcommand(verb, help);
  command->add_option("id", wish->id, "The group")->required();
  command->add_option("people", wish->people, "Who")->required();
  command->callback([&cli, wish, joins] {
    cli.action = with_client(cli, [&cli, wish, joins](Client& client) {
      return set_group(cli, client, *wish, [&](std::vector<std::string>& members) {
        for (const std::string& person : wish->people) {
          std::erase(members, person);
          if (joins) members.push_back(person);
        }
      });
    });
  });
}

}  // namespace

void add_people(CLI::App& app, Cli& cli) {
  CLI::App* group = app.add_subcommand("people", "People who may be asked");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("list", "Everybody");
  command->callback([&cli] {
    cli.action = with_client(
        cli, [&cli](Client& client) { return list(cli, client, "/v1/people", render_people); });
  });

  auto wish = std::make_shared<PersonWish>();
  command = group->add_subcommand("show", "One person");
  command->add_option("id", wish->id, "Who")->required();
  command->callback([&cli, wish] {
    cli.action = with_client(cli, [&cli, wish](Client& client) {
      return show_one(cli, client, "/v1/people/" + escaped(wish->id), render_people);
    });
  });

  command = group->add_subcommand("set", "Make or change a person");
  command->add_option("id", wish->id, "Who: a-z, 0-9, '.', '_', '-'")->required();
  command->add_option("--name", wish->name, "Full name");
  command->add_option("--email", wish->email, "Address");
  command->add_option("--identity", wish->identities, "The same person elsewhere; may be repeated")
      ->type_name("CHANNEL=ID")
      ->allow_extra_args(false);
  CLI::Option* roles =
      command->add_option("--role", wish->roles, "All roles; may be repeated, empty for none")
          ->delimiter(',')
          ->allow_extra_args(false);
  command->add_option("--attribute", wish->attributes, "Such as region=eu; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_option("--manager", wish->manager, "Who; empty for nobody")->type_name("PERSON");
  CLI::Option* inactive = command->add_flag("--inactive", wish->inactive, "May no longer decide");
  command->add_flag("--active", wish->active, "May decide again")->excludes(inactive);
  command->callback([&cli, wish, roles] {
    wish->has_roles = roles->count() > 0;
    cli.action =
        with_client(cli, [&cli, wish](Client& client) { return set_person(cli, client, *wish); });
  });

  auto minutes = std::make_shared<std::int64_t>(15);
  command = group->add_subcommand("link", "Make a link with which a person signs in, once");
  command->add_option("id", wish->id, "Who")->required();
  command->add_option("--minutes", *minutes, "How long it works")
      ->check(CLI::Range(1, 7 * 24 * 60))
      ->capture_default_str();
  command->callback([&cli, wish, minutes] {
    cli.action = with_client(cli, [&cli, wish, minutes](Client& client) {
      const auto made = client.send("POST",
                                    "/v1/people/" + escaped(wish->id) + "/sign-in-links",
                                    json::Object{{"for_s", *minutes * 60}});
      if (!made) return cli.report(made.error());
      return cli.show(*made, [&] {
        return "Whoever opens it within " + std::to_string(*minutes) + " min is signed in as " +
               visible(wish->id) + ":\n  " + visible(made->string_or("url")) + "\n";
      });
    });
  });
}

void add_groups(CLI::App& app, Cli& cli) {
  CLI::App* group = app.add_subcommand("groups", "Groups that policies ask");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("list", "All groups");
  command->callback([&cli] {
    cli.action = with_client(
        cli, [&cli](Client& client) { return list(cli, client, "/v1/groups", render_groups); });
  });

  auto wish = std::make_shared<GroupWish>();
  command = group->add_subcommand("show", "One group");
  command->add_option("id", wish->id, "The group")->required();
  command->callback([&cli, wish] {
    cli.action = with_client(cli, [&cli, wish](Client& client) {
      return show_one(cli, client, "/v1/groups/" + escaped(wish->id), render_groups);
    });
  });

  command = group->add_subcommand("set", "Make or change a group; --member names all of them");
  command->add_option("id", wish->id, "The group")->required();
  command->add_option("--name", wish->name, "Full name");
  CLI::Option* members = command->add_option("--member", wish->members, "A member; may be repeated")
                             ->delimiter(',')
                             ->allow_extra_args(false);
  command->callback([&cli, wish, members] {
    const bool given = members->count() > 0;
    cli.action = with_client(cli, [&cli, wish, given](Client& client) {
      return set_group(cli, client, *wish, [&](std::vector<std::string>& now) {
        if (given) now = wish->members;
      });
    });
  });
  add_group_change(group, cli, "add", "Let people join a group", true);
  add_group_change(group, cli, "drop", "Let people leave a group", false);

  command = group->add_subcommand("remove", "Remove a group; requests that ask it ask nobody then");
  command->add_option("id", wish->id, "The group")->required();
  command->callback([&cli, wish] {
    cli.action = with_client(cli, [&cli, wish](Client& client) {
      const auto done = client.send("DELETE", "/v1/groups/" + escaped(wish->id), json::Value());
      if (!done) return cli.report(done.error());
      return cli.show(*done, [&] { return "Group " + visible(wish->id) + " is removed.\n"; });
    });
  });
}

}  // namespace fermata::app::cli
