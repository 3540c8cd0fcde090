// fermata permissions list | show | give | join | revoke: people's yes in advance.

#include <CLI/CLI.hpp>

#include "app/cli/cli.hpp"
#include "app/cli/request_view.hpp"
#include "app/cli/table.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMost = 1000;
constexpr std::int64_t kMaxHours = std::int64_t{24} * 366;

struct Wish {
  std::string id, like, tool, agent, definition_hash, until, sum, reason;
  std::vector<std::string> when;
  std::int64_t hours = 0, minutes = 0, calls = 1;
  bool all = false;
};
using SharedWish = std::shared_ptr<Wish>;

// A number, true, false or "text" as JSON; anything else is text.
json::Value typed(const std::string& text) {
  const Result<json::Value> read = json::parse(text);
  const bool plain =
      read && (read->is_number() || read->as_bool() != nullptr || read->as_string() != nullptr);
  return plain ? *read : json::Value(text);
}

// A number that JSON's numbers cannot keep, such as 1e400; as text it would fit no number.
bool is_lost_number(const std::string& text) {
  if (json::parse(text) || text.find_first_of("0123456789") > 1) return false;
  char* end = nullptr;
  (void)std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size();
}

struct Predicate {
  std::string argument, op;
  json::Value value;
};

// amount<=100, currency=EUR, to~*@acme.example
std::optional<Predicate> predicate(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSigns{
      {{"<=", "lte"}, {">=", "gte"}, {"<", "lt"}, {">", "gt"}, {"=", "eq"}, {"~", "glob"}}};
  const std::size_t at = text.find_first_of("<>=~");
  if (at == std::string::npos || at == 0) return std::nullopt;
  for (const auto& [sign, op] : kSigns) {
    if (text.compare(at, sign.size(), sign) != 0) continue;
    const std::string value = text.substr(at + sign.size());
    if (value.empty() || (op != "glob" && is_lost_number(value))) return std::nullopt;
    return Predicate{
        text.substr(0, at), std::string(op), op == "glob" ? json::Value(value) : typed(value)};
  }
  return std::nullopt;
}

// Several values that an argument may equal are a list of which it must be one.
void add(json::Object& when, Predicate one) {
  json::Object operators;
  if (const json::Value* known = when.find(one.argument); known != nullptr)
    operators = *known->as_object();
  const json::Value* equal = operators.find("eq");
  const json::Value* listed = operators.find("in");
  if (one.op == "eq" && listed != nullptr) {
    json::Array all = *listed->as_array();
    all.push_back(std::move(one.value));
    operators.set("in", std::move(all));
  } else if (one.op == "eq" && equal != nullptr) {
    json::Array all{*equal, std::move(one.value)};
    operators.erase("eq");
    operators.set("in", std::move(all));
  } else {
    operators.set(one.op, std::move(one.value));
  }
  when.set(one.argument, std::move(operators));
}

std::string limits(const json::Value& permission) {
  std::string text = std::to_string(permission.int_or("used")) + " of " +
                     count(permission.int_or("calls"), "call");
  const json::Value& sum = permission["sum"];
  if (sum.as_object() != nullptr)
    text.append(", ")
        .append(visible(sum.string_or("used")))
        .append(" of ")
        .append(visible(sum.string_or("most")))
        .append(" in ")
        .append(visible(sum.string_or("of")));
  return text;
}

std::string names(const json::Value& permission) {
  std::string text;
  for (const json::Value& one : *permission["people"].as_array())
    text.append(text.empty() ? "" : ", ").append(visible(*one.as_string()));
  return text;
}

Colour colour_of(const json::Value& permission) {
  return permission.string_or("status") == "standing" ? Colour::kGreen : Colour::kNone;
}

std::string render(const Style& style, const std::vector<json::Value>& all, TimeMs now) {
  Table table({"ID", "STATUS", "AGENT", "TOOL", "WHEN", "USED", "UNTIL", "BY"}, 4);
  for (const json::Value& one : all)
    table.add({visible(one.string_or("id")),
               {visible(one.string_or("status")), colour_of(one)},
               visible(one.string_or("agent")),
               visible(one.string_or("tool")),
               inline_json(one["when"]),
               limits(one),
               relative(time_of(one, "until"), now),
               names(one)});
  return table.render(style);
}

std::string told(const json::Value& permission) {
  return visible(permission.string_or("id")) + ": " + visible(permission.string_or("agent")) +
         " may call " + visible(permission.string_or("tool")) + " when " +
         inline_json(permission["when"]) + "\nwithout asking, if the policy asks no others than " +
         names(permission) + "; " + limits(permission) + ", until " +
         visible(permission.string_or("until")) + ".\n";
}

int list(Cli& cli, bool all) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  bool more = false;
  auto found = (*client)->list("/v1/permissions", kMost, more);
  if (!found) return cli.report(found.error());
  if (!all)
    std::erase_if(*found,
                  [](const json::Value& one) { return one.string_or("status") != "standing"; });
  return cli.show(json::Array(*found), [&] {
    if (found->empty()) return std::string("No permission stands: people are asked each time.\n");
    return render(cli.style, *found, cli.now());
  });
}

int show(Cli& cli, const Wish& wish) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  auto found = (*client)->get("/v1/permissions/" + escaped(wish.id));
  if (!found) return cli.report(found.error());
  bool more = false;
  const auto uses = (*client)->list("/v1/permissions/" + escaped(wish.id) + "/uses", kMost, more);
  if (!uses) return cli.report(uses.error());
  found->as_object()->set("uses", json::Array(*uses));
  return cli.show(*found, [&] {
    std::string out = told(*found) + "Why: " + visible(found->string_or("reason")) + "\n";
    if (!(*found)["revoked_by"].is_null())
      out += "Revoked by " + visible(found->string_or("revoked_by")) + ": " +
             visible(found->string_or("revoke_reason")) + "\n";
    for (const json::Value& use : *uses)
      out += "  " + visible(use.string_or("at")) + "  " + visible(use.string_or("workflow")) +
             "  " + visible(use.string_or("call_key")) +
             (use["amount"].is_null() ? "" : "  " + visible(use.string_or("amount"))) + "\n";
    if (more) out += "and more: --json and GET /v1/permissions/{id}/uses tell all\n";
    return out;
  });
}

int give(Cli& cli, const Wish& wish) {
  json::Object when;
  for (const std::string& text : wish.when) {
    std::optional<Predicate> one = predicate(text);
    if (!one)
      return cli.usage("--when " + visible(text) +
                       ": write amount<=100, currency=EUR or to~*@acme.example; a number has at "
                       "most 17 digits");
    add(when, *std::move(one));
  }
  json::Object body{{"when", std::move(when)}, {"calls", wish.calls}, {"reason", wish.reason}};
  if (!wish.like.empty()) body.set("like", wish.like);
  if (!wish.tool.empty()) body.set("tool", wish.tool);
  if (!wish.agent.empty()) body.set("agent", wish.agent);
  if (!wish.definition_hash.empty()) body.set("definition_hash", wish.definition_hash);
  if (!wish.until.empty()) body.set("until", wish.until);
  if (wish.hours + wish.minutes > 0) body.set("for_s", (wish.hours * 60 + wish.minutes) * 60);
  if (!wish.sum.empty()) {
    const std::size_t at = wish.sum.find('=');
    if (at == std::string::npos) return cli.usage("--sum: write amount=500");
    body.set("sum",
             json::Object{{"of", wish.sum.substr(0, at)}, {"most", wish.sum.substr(at + 1)}});
  }
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const auto done = (*client)->send("POST", "/v1/permissions", body);
  if (!done) return cli.report(done.error());
  return cli.show(*done, [&] {
    return told(*done) + "End it at once with\n  fermata permissions revoke " +
           visible(done->string_or("id")) + "\n";
  });
}

int change(Cli& cli, const Wish& wish, const char* verb) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  json::Object body;
  if (!wish.reason.empty()) body.set("reason", wish.reason);
  const auto done =
      (*client)->send("POST", "/v1/permissions/" + escaped(wish.id) + "/" + verb, body);
  if (!done) return cli.report(done.error());
  return cli.show(*done, [&] {
    if (verb == std::string_view("join")) return told(*done);
    return visible(done->string_or("id")) + " is " + visible(done->string_or("status")) +
           ": people are asked again.\n";
  });
}

void add_give(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  CLI::App* command = group.add_subcommand(
      "give", "Say yes in advance to calls like these, so far as your yes goes");
  command->add_option("--like", wish->like, "A request that these are like")->type_name("AP_ID");
  command->add_option("--tool", wish->tool, "The tool, without --like");
  command->add_option("--agent", wish->agent, "The agent, without --like");
  command->add_option("--definition-hash", wish->definition_hash, "Of the tool, without --like");
  command
      ->add_option(
          "--when",
          wish->when,
          "What must hold: amount<=100, currency=EUR (again: or this value), to~*@acme.com")
      ->required();
  command->add_option("--hours", wish->hours, "For so long")->check(CLI::Range(1L, kMaxHours));
  command->add_option("--minutes", wish->minutes, "For so long")->check(CLI::Range(1L, 525'600L));
  command->add_option("--until", wish->until, "Or until then, such as 2026-12-24T18:00:00Z");
  command->add_option("--calls", wish->calls, "At most so many calls (1)")
      ->check(CLI::Range(1L, 10'000L));
  command->add_option("--sum", wish->sum, "At most so much in all, such as amount=500");
  command->add_option("--reason", wish->reason, "Why")->required();
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return give(cli, *wish); }; });
}

void add_change(CLI::App& group, Cli& cli, const char* verb, const char* help) {
  auto wish = std::make_shared<Wish>();
  CLI::App* command = group.add_subcommand(verb, help);
  command->add_option("id", wish->id, "pm_...")->required();
  if (verb == std::string_view("revoke")) command->add_option("--reason", wish->reason, "Why");
  command->callback(
      [&cli, wish, verb] { cli.action = [&cli, wish, verb] { return change(cli, *wish, verb); }; });
}

}  // namespace

void add_permissions(CLI::App& app, Cli& cli) {
  CLI::App* group =
      app.add_subcommand("permissions", "Standing permissions: people's yes in advance");
  group->require_subcommand(1);

  auto listed = std::make_shared<Wish>();
  CLI::App* command = group->add_subcommand("list", "What stands, for whom and what is left");
  command->add_flag("--all", listed->all, "Also what is used up, ended or revoked");
  command->callback(
      [&cli, listed] { cli.action = [&cli, listed] { return list(cli, listed->all); }; });

  auto shown = std::make_shared<Wish>();
  command = group->add_subcommand("show", "One of them, with each use");
  command->add_option("id", shown->id, "pm_...")->required();
  command->callback([&cli, shown] { cli.action = [&cli, shown] { return show(cli, *shown); }; });

  add_give(*group, cli);

  add_change(*group, cli, "join", "Agree to one that somebody else gave");
  add_change(*group, cli, "revoke", "End one at once");
}

}  // namespace fermata::app::cli
