// fermata policy check | explain | show | versions | publish.

#include <CLI/CLI.hpp>
#include <fstream>
#include <sstream>

#include "app/bootstrap.hpp"
#include "app/cli/arguments.hpp"
#include "app/cli/cli.hpp"
#include "app/cli/request_view.hpp"
#include "app/cli/table.hpp"
#include "codec/documents.hpp"
#include "codec/policy_codec.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMost = 1000;

struct Explain {
  std::string tool, json_text, file;
  std::vector<std::string> changes;
};

Result<std::string> read_file(const std::string& path) {
  FERMATA_CHECK_OK(refuse_folder(path));
  const std::ifstream file(path);
  if (!file) return fail(ErrorCode::kInvalid, "policy.unreadable", path + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool orders(Operator op) {
  return op == Operator::kLt || op == Operator::kLte || op == Operator::kGt || op == Operator::kGte;
}

// What is allowed and hardly meant: a number in quotes is compared as text, and never with numbers.
std::vector<std::string> doubtful(const Policy& policy) {
  std::vector<std::string> doubts;
  for (const Rule& rule : policy.rules) {
    for (const Condition& condition : rule.when) {
      const std::string* text = condition.operand.as_string();
      if (!orders(condition.op) || text == nullptr) continue;
      const Result<json::Value> read = json::parse(*text);
      if (!read || !read->is_number()) continue;
      doubts.push_back("rule '" + rule.name + "' compares " + condition.argument +
                       " with the text \"" + *text +
                       "\", which no number is above or below; write " + *text + " without quotes");
    }
  }
  return doubts;
}

// Needs no server: the rules of the language are in the binary.
int check(Cli& cli, const std::string& path) {
  const auto source = read_file(path);
  if (!source) return cli.report(source.error());
  const codec::ParsedPolicy parsed = codec::parse_policy(*source);
  json::Array errors;
  for (const codec::PolicyError& wrong : parsed.errors) {
    errors.push_back(json::Object{{"line", std::int64_t{wrong.line}},
                                  {"column", std::int64_t{wrong.column}},
                                  {"msg", wrong.message}});
  }
  const bool good = parsed.errors.empty();
  const std::vector<std::string> doubts =
      good ? doubtful(parsed.policy) : std::vector<std::string>();
  json::Array warnings(doubts.begin(), doubts.end());
  const json::Value report =
      json::Object{{"ok", good}, {"errors", std::move(errors)}, {"warnings", std::move(warnings)}};
  cli.show(report, [&] {
    if (!good) return prose(codec::to_string(parsed.errors, path), "");
    std::string told;
    for (const std::string& doubt : doubts) told += path + ": warning: " + visible(doubt) + "\n";
    return told + path + ": " +
           count(static_cast<std::int64_t>(parsed.policy.rules.size()), "rule") + ", hash " +
           parsed.policy.hash + "\n";
  });
  return good ? kOk : kRefused;
}

std::string render_verdict(const Style& style, const json::Value& verdict) {
  const std::string effect = verdict.string_or("effect");
  const Colour colour = effect == "allow"  ? Colour::kGreen
                        : effect == "deny" ? Colour::kRed
                                           : Colour::kYellow;
  std::string out = paint(style, colour, effect) + "  rule: " + visible(verdict.string_or("rule"));
  out += "\n" + prose(verdict.string_or("explanation"), "  ");
  if (const json::Array* all = verdict["thresholds"].as_array(); all != nullptr) {
    for (const json::Value& one : *all) {
      out += "  " + std::to_string(one.int_or("approve")) + " of " +
             visible(one.string_or("from")) +
             " must agree; refusals that end it: " + std::to_string(one.int_or("reject")) + "\n";
    }
  }
  return out;
}

Result<json::Value> explained_locally(const Explain& wish, const json::Value& arguments) {
  FERMATA_TRY(const std::string source, read_file(wish.file));
  const codec::ParsedPolicy parsed = codec::parse_policy(source);
  if (!parsed.errors.empty()) {
    return fail(ErrorCode::kInvalid, "policy.invalid", codec::to_string(parsed.errors, wish.file));
  }
  const PolicyVerdict verdict = evaluate(parsed.policy, wish.tool, *arguments.as_object());
  return json::Value(json::Object{{"effect", to_string(verdict.effect)},
                                  {"rule", verdict.rule},
                                  {"thresholds", codec::to_document(verdict.thresholds)},
                                  {"explanation", verdict.explanation}});
}

int explain(Cli& cli, const Explain& wish) {
  json::Value arguments = json::Object();
  if (!wish.json_text.empty()) {
    Result<json::Value> whole = json::parse(wish.json_text);
    if (!whole || whole->as_object() == nullptr) {
      return cli.usage("--arguments must be a JSON object");
    }
    arguments = *std::move(whole);
  }
  Result<json::Value> changed = with_changes(std::move(arguments), wish.changes);
  if (!changed) return cli.usage(visible(changed.error().message));
  Result<json::Value> verdict = json::Value();
  if (!wish.file.empty()) {
    verdict = explained_locally(wish, *changed);
  } else {
    const Result<Client*> client = cli.client();
    if (!client) return cli.report(client.error());
    verdict = (*client)->send(
        "POST", "/v1/policies/explain", json::Object{{"tool", wish.tool}, {"arguments", *changed}});
  }
  if (!verdict) return cli.report(verdict.error());
  return cli.show(*verdict, [&] { return render_verdict(cli.style, *verdict); });
}

int show_current(Cli& cli) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const auto found = (*client)->get("/v1/policies/current");
  if (!found) return cli.report(found.error());
  return cli.show(*found, [&] {
    return paint(cli.style,
                 Colour::kDim,
                 "# version " + std::to_string(found->int_or("version")) + ", hash " +
                     visible(found->string_or("hash"))) +
           "\n" + prose(found->string_or("source"), "");
  });
}

int versions(Cli& cli) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  bool more = false;
  const auto found = (*client)->list("/v1/policies", kMost, more);
  if (!found) return cli.report(found.error());
  return cli.show(json::Array(*found), [&] {
    Table table({"VERSION", "PUBLISHED", "BY", "HASH"}, 3);
    for (const json::Value& one : *found) {
      table.add({std::to_string(one.int_or("version")),
                 relative(time_of(one, "at"), cli.now()),
                 visible(one.string_or("by")),
                 visible(one.string_or("hash"))});
    }
    return found->empty() ? std::string("No policy: every call is denied.\n")
                          : table.render(cli.style);
  });
}

int publish_file(Cli& cli, const std::string& path) {
  const Result<PolicyFile> policy = read_policy_file(path);
  if (!policy) return cli.report(policy.error());
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const auto made =
      (*client)->send("POST", "/v1/policies", json::Object{{"source", policy->source}});
  if (!made) return cli.report(made.error());
  return cli.show(*made, [&] {
    return "Version " + std::to_string(made->int_or("version")) +
           " is in force. Pending requests keep the thresholds they were made with.\n";
  });
}

}  // namespace

void add_policy(CLI::App& app, Cli& cli) {
  CLI::App* group = app.add_subcommand("policy", "Which call needs whom");
  group->require_subcommand(1);
  auto path = std::make_shared<std::string>();
  CLI::App* command = group->add_subcommand("check", "Look for errors in a file; needs no server");
  command->add_option("file", *path, "Policy file")->required();
  command->callback([&cli, path] { cli.action = [&cli, path] { return check(cli, *path); }; });

  auto wish = std::make_shared<Explain>();
  command = group->add_subcommand("explain", "What would happen to a call, and by which rule");
  command->add_option("tool", wish->tool, "Name of the tool")->required();
  command->add_option("--set", wish->changes, "An argument; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_option("--arguments", wish->json_text, "All arguments")->type_name("JSON");
  command->add_option("--file", wish->file, "By this file, without a server")->type_name("FILE");
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return explain(cli, *wish); }; });

  command = group->add_subcommand("show", "The policy in force");
  command->callback([&cli] { cli.action = [&cli] { return show_current(cli); }; });
  command = group->add_subcommand("versions", "All policies there were, newest first");
  command->callback([&cli] { cli.action = [&cli] { return versions(cli); }; });
  command = group->add_subcommand("publish", "Put a file into force");
  command->add_option("file", *path, "Policy file")->required();
  command->callback(
      [&cli, path] { cli.action = [&cli, path] { return publish_file(cli, *path); }; });
}

}  // namespace fermata::app::cli
