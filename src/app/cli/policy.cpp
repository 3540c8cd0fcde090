// fermata policy check | show | versions | publish, and the list of the others.

#include "app/cli/policy.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <sstream>

#include "app/bootstrap.hpp"
#include "app/cli/request_view.hpp"
#include "app/cli/table.hpp"
#include "codec/documents.hpp"
#include "codec/policy_codec.hpp"
#include "codec/policy_documents.hpp"
#include "core/policy/doubts.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMost = 1000;

// Needs no server: the rules of the language are in the binary.
int check(Cli& cli, const std::string& path) {
  const auto source = read_policy_source(path);
  if (!source) return cli.report(source.error());
  const codec::ParsedPolicy parsed = codec::parse_policy(*source);
  const bool good = parsed.errors.empty();
  cli.show(codec::to_document(parsed), [&] {
    if (!good) return prose(codec::to_string(parsed.errors, path), "");
    std::string told;
    for (const std::string& doubt : doubts(parsed.policy))
      told += path + ": warning: " + visible(doubt) + "\n";
    return told + path + ": " +
           count(static_cast<std::int64_t>(parsed.policy.rules.size()), "rule") + ", " +
           count(static_cast<std::int64_t>(parsed.cases.size()), "case") + ", hash " +
           parsed.policy.hash + "\n";
  });
  return good ? kOk : kRefused;
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

std::string published(const json::Value& made) {
  if (made.string_or("kind") != "policy")
    return "Version " + std::to_string(made.int_or("version")) +
           " is in force. Pending requests keep the thresholds they were made with.\n";
  const std::string id = visible(made.string_or("id"));
  return visible(made.string_or("title")) + " waits for " + render_needed(made) +
         ".\n  fermata approvals show " + id + "\n  fermata approvals approve " + id + "\n";
}

int publish_file(Cli& cli, const std::string& path, const std::string& reason) {
  const Result<PolicyFile> policy = read_policy_file(path);
  if (!policy) return cli.report(policy.error());
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  json::Object body{{"source", policy->source}};
  if (!reason.empty()) body.set("reason", reason);
  const auto made = (*client)->send("POST", "/v1/policies", std::move(body));
  if (!made) return cli.report(made.error());
  return cli.show(*made, [&] { return published(*made); });
}

}  // namespace

Result<std::string> read_policy_source(const std::string& path) {
  FERMATA_CHECK_OK(refuse_folder(path));
  const std::ifstream file(path);
  if (!file) return fail(ErrorCode::kInvalid, "policy.unreadable", path + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<codec::ParsedPolicy> parsed_policy(const std::string& source, const std::string& name) {
  codec::ParsedPolicy parsed = codec::parse_policy(source);
  if (!parsed.errors.empty())
    return fail(ErrorCode::kInvalid, "policy.invalid", codec::to_string(parsed.errors, name));
  return parsed;
}

Result<codec::ParsedPolicy> load_policy(const std::string& path) {
  FERMATA_TRY(const std::string source, read_policy_source(path));
  return parsed_policy(source, path);
}

void add_policy(CLI::App& app, Cli& cli) {
  CLI::App* group = app.add_subcommand("policy", "Which call needs whom");
  group->require_subcommand(1);
  auto path = std::make_shared<std::string>();
  CLI::App* command = group->add_subcommand("check", "Look for errors in a file; needs no server");
  command->add_option("file", *path, "Policy file")->required();
  command->callback([&cli, path] { cli.action = [&cli, path] { return check(cli, *path); }; });

  add_policy_test(*group, cli);
  add_policy_explain(*group, cli);
  add_policy_diff(*group, cli);

  command = group->add_subcommand("show", "The policy in force");
  command->callback([&cli] { cli.action = [&cli] { return show_current(cli); }; });
  command = group->add_subcommand("versions", "All policies there were, newest first");
  command->callback([&cli] { cli.action = [&cli] { return versions(cli); }; });
  auto reason = std::make_shared<std::string>();
  command = group->add_subcommand(
      "publish", "Propose a file instead of the policy in force; others agree to it");
  command->add_option("file", *path, "Policy file")->required();
  command->add_option("--reason", *reason, "Why");
  command->callback([&cli, path, reason] {
    cli.action = [&cli, path, reason] { return publish_file(cli, *path, *reason); };
  });
}

}  // namespace fermata::app::cli
