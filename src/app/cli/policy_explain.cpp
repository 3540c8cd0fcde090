// fermata policy explain: what would happen to a call, why, who would be asked and when.

#include <CLI/CLI.hpp>

#include "app/cli/arguments.hpp"
#include "app/cli/policy.hpp"
#include "codec/policy_documents.hpp"

namespace fermata::app::cli {
namespace {

struct Explain {
  std::string tool, json_text, file, agent, on_behalf_of, at;
  std::vector<std::string> changes, tags, sums;
  std::int64_t calls = 0;
};

std::string render_verdict(const Style& style, const json::Value& verdict) {
  const std::string effect = verdict.string_or("effect");
  const Colour colour = effect == "allow"  ? Colour::kGreen
                        : effect == "deny" ? Colour::kRed
                                           : Colour::kYellow;
  std::string out = paint(style, colour, effect) + "  rule: " + visible(verdict.string_or("rule"));
  out += "\n" + prose(verdict.string_or("explanation"), "  ");
  for (const std::string& line : asking_lines(verdict)) out += "  " + line + "\n";
  return out;
}

Result<std::map<std::string, Decimal>> sums_of(const std::vector<std::string>& given) {
  std::map<std::string, Decimal> sums;
  for (const std::string& one : given) {
    const std::size_t equals = std::min(one.find('='), one.size());
    const auto sum = Decimal::parse(one.substr(std::min(equals + 1, one.size())));
    if (equals == 0 || !sum || sum->negative())
      return fail(ErrorCode::kInvalid, "cli.bad_set", "--sum takes PATH=AMOUNT, from 0 on: " + one);
    sums[one.substr(0, equals)] = *sum;
  }
  return sums;
}

Result<PolicyInput> input_of(const Explain& wish, TimeMs now) {
  json::Value arguments = json::Object();
  if (!wish.json_text.empty()) {
    Result<json::Value> whole = json::parse(wish.json_text);
    if (!whole || whole->as_object() == nullptr)
      return fail(ErrorCode::kInvalid, "cli.bad_set", "--arguments must be a JSON object");
    arguments = *std::move(whole);
  }
  FERMATA_TRY(const json::Value changed, with_changes(std::move(arguments), wish.changes));
  PolicyInput input{wish.tool, *changed.as_object()};
  input.agent = wish.agent;
  input.on_behalf_of = wish.on_behalf_of;
  input.tags = wish.tags;
  input.calls = wish.calls;
  FERMATA_TRY(input.sums, sums_of(wish.sums));
  const auto at = wish.at.empty() ? std::optional<TimeMs>(now) : from_rfc3339(wish.at);
  if (!at)
    return fail(ErrorCode::kInvalid, "cli.bad_set", "--at takes a time: 2026-11-23T09:30:00+01:00");
  input.now = *at;
  return input;
}

Result<json::Value> verdict_on(Cli& cli, const Explain& wish, const PolicyInput& input) {
  if (!wish.file.empty()) {
    FERMATA_TRY(const codec::ParsedPolicy parsed, load_policy(wish.file));
    return codec::to_document(judge_call(parsed.policy, input));
  }
  FERMATA_TRY(Client * client, cli.client());
  json::Value body = codec::to_document(input);
  if (wish.at.empty()) body.as_object()->erase("at");  // By the server's clock.
  return client->send("POST", "/v1/policies/explain", body);
}

int explain(Cli& cli, const Explain& wish) {
  const Result<PolicyInput> input = input_of(wish, cli.now());
  if (!input) return cli.usage(visible(input.error().message));
  const Result<json::Value> verdict = verdict_on(cli, wish, *input);
  if (!verdict) return cli.report(verdict.error());
  return cli.show(*verdict, [&] { return render_verdict(cli.style, *verdict); });
}

}  // namespace

void add_policy_explain(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Explain>();
  CLI::App* command =
      group.add_subcommand("explain", "What would happen to a call, and by which rule");
  command->add_option("tool", wish->tool, "Name of the tool")->required();
  command->add_option("--set", wish->changes, "An argument; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_option("--arguments", wish->json_text, "All arguments")->type_name("JSON");
  command->add_option("--file", wish->file, "By this file, without a server")->type_name("FILE");
  command->add_option("--agent", wish->agent, "Made by this agent")->type_name("NAME");
  command->add_option("--on-behalf-of", wish->on_behalf_of, "Made for this person")
      ->type_name("ID");
  command->add_option("--tag", wish->tags, "A tag of the workflow; may be repeated")
      ->type_name("TAG")
      ->allow_extra_args(false);
  command->add_option("--at", wish->at, "Made then; else now")->type_name("TIME");
  command->add_option("--calls", wish->calls, "So many calls of the tool came before it")
      ->check(CLI::Range(0, 100'000));
  command->add_option("--sum", wish->sums, "What an argument of those calls adds up to")
      ->type_name("PATH=AMOUNT")
      ->allow_extra_args(false);
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return explain(cli, *wish); }; });
}

}  // namespace fermata::app::cli
