// fermata approvals explain | withdraw | claim | release | assign | delegate | forward | comment |
// extend: all that people do with a request besides deciding it.

#include <CLI/CLI.hpp>
#include <utility>

#include "app/cli/approvals.hpp"
#include "app/cli/request_view.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::int64_t kMaxHours = std::int64_t{24} * 366;

struct Wish {
  std::string id, person, text, until;
  std::int64_t hours = 0, minutes = 0, reply_to = 0;
  bool for_agent = false, asks = false, back = false;
};
using SharedWish = std::shared_ptr<Wish>;
// What to say once it is done.
using Tell = std::function<std::string(const json::Value& request)>;

std::string path_of(const Wish& wish, const char* verb) {
  return "/v1/approvals/" + escaped(wish.id) + "/" + verb;
}

int send(Cli& cli,
         const char* method,
         const std::string& path,
         const json::Value& body,
         const Tell& tell) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const auto done = (*client)->send(method, path, body);
  if (!done) return cli.report(done.error());
  return cli.show(*done, [&] { return tell(*done) + "\n"; });
}

json::Object with_reason(json::Object body, const Wish& wish) {
  if (!wish.text.empty()) body.set("reason", wish.text);
  return body;
}

CLI::App* add(CLI::App& group, const char* name, const char* help, const SharedWish& wish) {
  CLI::App* command = group.add_subcommand(name, help);
  command->add_option("id", wish->id, "ap_...")->required();
  return command;
}

void runs(CLI::App* command, Cli& cli, std::function<int()> action) {
  command->callback([&cli, action = std::move(action)] { cli.action = action; });
}

void add_claims(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  runs(add(group, "claim", "Take a request on; the others see it", wish), cli, [&cli, wish] {
    return send(cli, "POST", path_of(*wish, "claim"), json::Object{}, [](const json::Value&) {
      return std::string("You have taken it on. The others may still decide it.");
    });
  });
  wish = std::make_shared<Wish>();
  runs(add(group, "release", "Give back what you have taken on", wish), cli, [&cli, wish] {
    return send(cli, "POST", path_of(*wish, "release"), json::Object{}, [](const json::Value&) {
      return std::string("Nobody has taken it on now.");
    });
  });
  wish = std::make_shared<Wish>();
  CLI::App* command = add(group, "assign", "Give a request to somebody who may decide it", wish);
  command->add_option("person", wish->person, "Who")->required();
  runs(command, cli, [&cli, wish] {
    return send(cli,
                "POST",
                path_of(*wish, "assign"),
                json::Object{{"person", wish->person}},
                [](const json::Value& now) {
                  return visible(now["claim"].string_or("person")) + " has it now.";
                });
  });
}

int delegate(Cli& cli, const Wish& wish) {
  if (wish.back)
    return send(cli, "DELETE", path_of(wish, "delegate"), json::Value(), [](const json::Value&) {
      return std::string("You decide it yourself again.");
    });
  if (wish.person.empty()) return cli.usage("to whom? name a person, or say --back");
  std::string until = wish.until;
  if (wish.hours > 0) until = to_rfc3339(cli.now() + wish.hours * 3'600'000);
  if (until.empty()) return cli.usage("until when? say --hours or --until; or forward it for good");
  json::Object body = with_reason({{"to", wish.person}, {"until", until}}, wish);
  return send(cli, "POST", path_of(wish, "delegate"), body, [&](const json::Value&) {
    return visible(wish.person) + " decides in your place until " + visible(until) + ".";
  });
}

void add_handing_on(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  CLI::App* command =
      add(group, "delegate", "Let somebody decide in your place until a time", wish);
  command->add_option("person", wish->person, "To whom; the policy says to whom you may");
  command->add_option("--hours", wish->hours, "For so many hours")
      ->check(CLI::Range(std::int64_t{1}, kMaxHours));
  command->add_option("--until", wish->until, "Such as 2030-01-01T09:00:00Z")->type_name("TIME");
  command->add_option("--reason", wish->text, "Why");
  command->add_flag("--back", wish->back, "Take it back");
  runs(command, cli, [&cli, wish] { return delegate(cli, *wish); });

  wish = std::make_shared<Wish>();
  command = add(group, "forward", "Hand a request on for good", wish);
  command->add_option("person", wish->person, "To whom; the policy says to whom you may")
      ->required();
  command->add_option("--reason", wish->text, "Why");
  runs(command, cli, [&cli, wish] {
    const json::Object body = with_reason({{"to", wish->person}}, *wish);
    return send(cli, "POST", path_of(*wish, "forward"), body, [wish](const json::Value&) {
      return visible(wish->person) + " decides in your place from now on.";
    });
  });
}

int comment(Cli& cli, const Wish& wish) {
  json::Object body{{"text", wish.text}, {"for_agent", wish.for_agent}, {"asks", wish.asks}};
  if (wish.reply_to > 0) body.set("reply_to", wish.reply_to);
  return send(cli, "POST", path_of(wish, "comments"), body, [&](const json::Value& now) {
    const json::Array* all = now["comments"].as_array();
    const bool read = wish.for_agent || wish.asks;
    return "Comment " + std::to_string(all == nullptr ? 0 : all->size()) + " is recorded; " +
           (read ? "the agent reads it." : "only people read it.");
  });
}

void add_talking(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  CLI::App* command = add(group, "comment", "Say something; only people read it", wish);
  command->add_option("text", wish->text, "What")->required();
  command->add_flag("--for-agent", wish->for_agent, "The agent reads it as well");
  command->add_flag("--ask", wish->asks, "Ask the agent, who answers with a comment");
  command->add_option("--reply-to", wish->reply_to, "Number of a comment")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  runs(command, cli, [&cli, wish] { return comment(cli, *wish); });
}

void add_second_thoughts(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  CLI::App* command = add(group, "withdraw", "Take your decision back, before the outcome", wish);
  command->add_option("--reason", wish->text, "Why");
  runs(command, cli, [&cli, wish] {
    return send(cli,
                "POST",
                path_of(*wish, "withdraw"),
                with_reason({}, *wish),
                [](const json::Value& now) {
                  return "Your decision no longer counts; so far " + render_needed(now) + ".";
                });
  });
  wish = std::make_shared<Wish>();
  command = add(group, "extend", "Give a request more time, as far as the policy lets you", wish);
  CLI::Option* hours = command->add_option("--hours", wish->hours, "By so many hours")
                           ->check(CLI::Range(std::int64_t{1}, kMaxHours));
  command->add_option("--minutes", wish->minutes, "By so many minutes")
      ->check(CLI::Range(std::int64_t{1}, kMaxHours * 60))
      ->excludes(hours);
  command->add_option("--reason", wish->text, "Why");
  runs(command, cli, [&cli, wish] {
    const std::int64_t by_s = wish->hours * 3600 + wish->minutes * 60;
    if (by_s == 0) return cli.usage("by how much? say --hours or --minutes");
    const json::Object body = with_reason({{"by_s", by_s}}, *wish);
    return send(cli, "POST", path_of(*wish, "extend"), body, [](const json::Value& now) {
      return "Its deadline is " + absolute(time_of(now, "deadline")) + " now.";
    });
  });
}

void add_explain(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  const char* help = "What is missing, who can give it, and what comes when if nobody answers";
  runs(add(group, "explain", help, wish), cli, [&cli, wish] {
    const Result<Client*> client = cli.client();
    if (!client) return cli.report(client.error());
    const auto told = (*client)->get(path_of(*wish, "explain"));
    if (!told) return cli.report(told.error());
    return cli.show(*told, [&] { return render_explanation(cli.style, *told, cli.now()); });
  });
}

}  // namespace

void add_verbs(CLI::App& group, Cli& cli) {
  add_explain(group, cli);
  add_claims(group, cli);
  add_handing_on(group, cli);
  add_talking(group, cli);
  add_second_thoughts(group, cli);
}

}  // namespace fermata::app::cli
