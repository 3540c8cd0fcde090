// fermata policy diff: what changes from one policy to another, and for which calls.

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/cli/policy.hpp"
#include "codec/policy_documents.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMostShown = 40;

struct Wish {
  std::string before, after;
  bool published = false;
};

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A file, or the number of a version that the server has; "current" is the one in force.
Result<codec::ParsedPolicy> policy_named(Cli& cli, const std::string& name) {
  if (name != "current" && !is_number(name)) return load_policy(name);
  FERMATA_TRY(Client * client, cli.client());
  FERMATA_TRY(
      const json::Value version,
      client->get(name == "current" ? "/v1/policies/current" : "/v1/policies/versions/" + name));
  return parsed_policy(version.string_or("source"),
                       "version " + std::to_string(version.int_or("version")));
}

Colour colour_of(Direction direction) {
  if (direction == Direction::kLooser) return Colour::kRed;
  return direction == Direction::kStricter ? Colour::kGreen : Colour::kYellow;
}

std::string outcome(const PolicyVerdict& verdict) {
  std::string text = to_string(verdict.effect);
  if (verdict.effect == Effect::kAsk) text += " " + ask_text(asks_of(verdict));
  return text + " ('" + verdict.rule + "')";
}

// The lines of `all` that `others` does not have, each behind `sign`.
std::string only_in(const std::vector<std::string>& all,
                    std::vector<std::string> others,
                    const std::string& sign) {
  std::string out;
  for (const std::string& line : all) {
    const auto known = std::find(others.begin(), others.end(), line);
    if (known == others.end())
      out.append("    ").append(sign).append(" ").append(line).append("\n");
    else
      others.erase(known);
  }
  return out;
}

// Of two verdicts that both ask, what goes and what comes.
std::string render_asking(const CallChange& change) {
  if (change.before.effect != Effect::kAsk || change.after.effect != Effect::kAsk) return {};
  const auto before = asking_lines(codec::to_document(change.before));
  const auto after = asking_lines(codec::to_document(change.after));
  return only_in(before, after, "-") + only_in(after, before, "+");
}

std::string render_rules(const std::string& what, const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += what + " " + visible(name) + "\n";
  return out;
}

std::string render(const Style& style, const PolicyDiff& diff) {
  std::string out = render_rules("added   ", diff.added) + render_rules("removed ", diff.removed) +
                    render_rules("changed ", diff.changed);
  for (std::size_t i = 0; i < diff.calls.size() && i < kMostShown; ++i) {
    const CallChange& one = diff.calls[i];
    out += paint(style, colour_of(one.direction), to_string(one.direction)) + "  " +
           visible(call_text(one.input)) + "\n    " + visible(outcome(one.before)) + " -> " +
           visible(outcome(one.after)) + "\n" + render_asking(one) + "    from " +
           visible(one.origin) + "\n";
  }
  if (diff.calls.size() > kMostShown)
    out += "and " + std::to_string(diff.calls.size() - kMostShown) + " more; --json has them all\n";
  const auto tried = static_cast<std::int64_t>(diff.tried);
  if (diff.calls.empty())
    return out + "No difference in " + count(tried, "call") +
           " that were tried: the cases of both and the edges of their conditions.\n";
  const auto changed = static_cast<std::int64_t>(diff.calls.size());
  return out + count(changed, "call") + " of " + std::to_string(tried) + " tried would change.\n";
}

int show_diff(Cli& cli, Wish wish) {
  if (wish.published == !wish.after.empty())
    return cli.usage("policy diff takes OLD NEW, or --published NEW");
  if (wish.published) wish.after = std::exchange(wish.before, "current");
  const auto before = policy_named(cli, wish.before);
  if (!before) return cli.report(before.error());
  const auto after = policy_named(cli, wish.after);
  if (!after) return cli.report(after.error());
  const PolicyDiff made = diff(before->policy, after->policy, before->cases, after->cases);
  return cli.show(codec::to_document(made), [&] { return render(cli.style, made); });
}

}  // namespace

std::string call_text(const PolicyInput& input) {
  std::string text = input.tool + " " + json::write(input.arguments);
  const auto add = [&](const std::string& what, const std::string& value) {
    if (!value.empty()) text += ", " + what + " " + value;
  };
  std::string tags;
  for (const std::string& tag : input.tags) tags += (tags.empty() ? "" : " ") + tag;
  add("agent", input.agent);
  add("for", input.on_behalf_of);
  add("tagged", tags);
  add("at", input.now == kTimeOfCases ? "" : to_rfc3339(input.now));
  add("after calls:", input.calls == 0 ? "" : std::to_string(input.calls));
  for (const auto& [path, sum] : input.sums) add("sum of " + path, sum.text());
  return text;
}

void add_policy_diff(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  CLI::App* command =
      group.add_subcommand("diff", "What changes from one policy to another, and for which calls");
  command->add_option("old", wish->before, "A file, or the number of a version")->required();
  command->add_option("new", wish->after, "Likewise");
  command->add_flag(
      "--published", wish->published, "Compare the one file with the version in force");
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return show_diff(cli, *wish); }; });
}

}  // namespace fermata::app::cli
