// fermata keys create | list | revoke.
//
// --direct makes a key in the database itself, for whoever has lost the last admin key: it needs
// the configuration, and the server stopped.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "app/bootstrap.hpp"
#include "app/cli/cli.hpp"
#include "app/cli/request_view.hpp"
#include "app/cli/table.hpp"
#include "app/signing_key.hpp"
#include "store/open.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMost = 10'000;

struct Wish {
  std::string kind, agent, person, on_behalf_of, label, expires_at, tenant;
  bool direct = false;
};

std::string state_of(const json::Value& key, TimeMs now) {
  if (!key["revoked_at"].is_null()) return "revoked";
  const TimeMs expires = time_of(key, "expires_at");
  if (expires == 0) return "valid";
  return expires <= now ? "expired" : "valid, ends " + relative(expires, now);
}

std::string render(const Style& style, const std::vector<json::Value>& keys, TimeMs now) {
  Table table({"ID", "KIND", "OF", "FOR", "LABEL", "MADE", "STATE"}, 4);
  for (const json::Value& key : keys) {
    const std::string state = state_of(key, now);
    const std::string owner = key.string_or("agent", key.string_or("person"));
    table.add({visible(key.string_or("id")),
               visible(key.string_or("kind")),
               visible(owner),
               visible(key.string_or("on_behalf_of")),
               visible(key.string_or("label")),
               relative(time_of(key, "created_at"), now),
               {state, state.starts_with("valid") ? Colour::kNone : Colour::kRed}});
  }
  return table.render(style);
}

int list(Cli& cli) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  bool more = false;
  const auto found = (*client)->list("/v1/keys", kMost, more);
  if (!found) return cli.report(found.error());
  return cli.show(json::Array(*found), [&] { return render(cli.style, *found, cli.now()); });
}

int shown_once(Cli& cli, const json::Value& made) {
  return cli.show(made, [&] {
    return made.string_or("key") + "\n" +
           paint(cli.style, Colour::kDim, "It is shown this once; only its hash is kept.") + "\n";
  });
}

int create(Cli& cli, const Wish& wish) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  json::Object body{{"kind", wish.kind}};
  for (const auto& [name, value] : {std::pair{"agent", &wish.agent},
                                    std::pair{"person", &wish.person},
                                    std::pair{"on_behalf_of", &wish.on_behalf_of},
                                    std::pair{"label", &wish.label},
                                    std::pair{"expires_at", &wish.expires_at}}) {
    if (!value->empty()) body.set(name, *value);
  }
  const auto made = (*client)->send("POST", "/v1/keys", body);
  if (!made) return cli.report(made.error());
  return shown_once(cli, *made);
}

Result<json::Value> create_direct(ConfigFlags& flags, const Wish& wish) {
  FERMATA_TRY(Config config, flags.load());
  const std::string tenant = wish.tenant.empty() ? config.first().name : wish.tenant;
  if (std::none_of(config.tenants.begin(), config.tenants.end(), [&](const Tenant& one) {
        return one.name == tenant;
      })) {
    return fail(ErrorCode::kNotFound,
                "tenant.not_found",
                "The configuration has no tenant '" + tenant + "'.");
  }
  store::Options options;
  options.migrate = false;
  FERMATA_CHECK_OK(store::look(config.store_url, options));
  SystemRandom random;
  FERMATA_TRY(const std::string seed, signing_seed(config, random));
  FERMATA_TRY(const auto store, store::open(config.store_url, options));
  engine::Options engine_options;
  engine_options.signing_seed = seed;
  engine_options.tenants = {tenant};
  engine_options.env = config.env;
  FERMATA_TRY(const auto engine, engine::Engine::start(*store, random, engine_options));
  const std::string owner = !wish.agent.empty()    ? wish.agent
                            : !wish.person.empty() ? wish.person
                            : !wish.label.empty()  ? wish.label
                                                   : wish.kind;
  engine::Engine::Minted minted = engine->mint_key(actor_kind_from(wish.kind), owner);
  minted.record.on_behalf_of = wish.on_behalf_of;
  minted.record.label = wish.label;
  if (!wish.expires_at.empty()) minted.record.expires_at = from_rfc3339(wish.expires_at);
  FERMATA_CHECK_OK(apply(*engine, tenant, command::CreateKey{minted.record}));
  return json::Value(json::Object{{"id", minted.record.id},
                                  {"key", minted.plain},
                                  {"kind", wish.kind},
                                  {"owner", owner},
                                  {"tenant", tenant}});
}

void add_create(CLI::App* group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  CLI::App* command = group->add_subcommand("create", "Make a key; it is shown once");
  command->add_option("--kind", wish->kind, "agent, person, admin or readonly")
      ->required()
      ->check(CLI::IsMember({"agent", "person", "admin", "readonly"}));
  command->add_option("--agent", wish->agent, "Whose: an agent's id, with --kind agent");
  command->add_option("--person", wish->person, "Whose: a person's id, with --kind person");
  command->add_option("--on-behalf-of",
                      wish->on_behalf_of,
                      "Person the agent works for, or whose the admin key is");
  command->add_option("--label", wish->label, "To recognise it by");
  command->add_option("--expires-at", wish->expires_at, "RFC 3339, such as 2027-01-31T00:00:00Z")
      ->check([](const std::string& text) {
        return from_rfc3339(text) ? std::string() : text + " is no RFC 3339 time";
      });
  command->add_flag(
      "--direct", wish->direct, "In the database, for a lost admin key; stop the server first");
  command->add_option(
      "--tenant", wish->tenant, "With --direct: of which tenant (default the first)");
  const std::shared_ptr<ConfigFlags> flags = add_config_flags(*command);
  command->callback([&cli, wish, flags] {
    cli.action = [&cli, wish, flags] {
      if ((wish->kind == "agent") == wish->agent.empty()) {
        return cli.usage("--agent belongs to --kind agent, and there it must be");
      }
      if ((wish->kind == "person") == wish->person.empty()) {
        return cli.usage("--person belongs to --kind person, and there it must be");
      }
      if (!wish->direct && !wish->tenant.empty()) {
        return cli.usage("--tenant belongs to --direct; otherwise your key says which tenant");
      }
      if (!wish->direct) return create(cli, *wish);
      const auto made = create_direct(*flags, *wish);
      return made ? shown_once(cli, *made) : cli.report(made.error());
    };
  });
}

}  // namespace

void add_keys(CLI::App& app, Cli& cli) {
  CLI::App* group = app.add_subcommand("keys", "API keys");
  group->require_subcommand(1);
  add_create(group, cli);

  CLI::App* command = group->add_subcommand("list", "All keys, without their secrets");
  command->callback([&cli] { cli.action = [&cli] { return list(cli); }; });

  auto id = std::make_shared<std::string>();
  command = group->add_subcommand("revoke", "End a key, for good");
  command->add_option("id", *id, "Its id; not the key itself")->required();
  command->callback([&cli, id] {
    cli.action = [&cli, id] {
      const Result<Client*> client = cli.client();
      if (!client) return cli.report(client.error());
      const auto done = (*client)->send("DELETE", "/v1/keys/" + escaped(*id), json::Value());
      if (!done) return cli.report(done.error());
      return cli.show(*done, [&] { return "Key " + visible(*id) + " is revoked.\n"; });
    };
  });
}

}  // namespace fermata::app::cli
