// fermata approvals list | show | watch: what people are asked.

#include "app/cli/approvals.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "app/cli/cli.hpp"
#include "app/cli/pause.hpp"
#include "app/cli/request_view.hpp"

namespace fermata::app::cli {
namespace {

constexpr int kHoldS = 20;
constexpr std::size_t kMostWatched = 10'000;

struct Filter {
  std::string status, workflow, agent;
  bool all = false, mine = false, each = false;
  std::size_t limit = 50;
};

std::string query(const Filter& filter) {
  std::string path = "/v1/approvals?status=";
  if (!filter.all) path += filter.status.empty() ? "pending" : escaped(filter.status);
  if (filter.all) path = "/v1/approvals";
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    path += (path.find('?') == std::string::npos ? "?" : "&") + std::string(name) + "=" +
            escaped(value);
  };
  add("workflow", filter.workflow);
  add("agent", filter.agent);
  add("mine", filter.mine ? "true" : "");
  add("fold", filter.each || !filter.workflow.empty() ? "" : "true");
  return path;
}

int list(Cli& cli, const Filter& filter) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  bool more = false;
  const auto found = (*client)->list(query(filter), filter.limit, more);
  if (!found) return cli.report(found.error());
  return cli.show(json::Array(*found), [&] {
    if (found->empty()) {
      return std::string(filter.all || !filter.status.empty() ? "No such requests.\n"
                                                              : "Nothing is waiting.\n");
    }
    std::string text = render_requests(cli.style, *found, cli.now());
    const bool folded = std::any_of(found->begin(), found->end(), [](const json::Value& one) {
      return one.int_or("equal_open") > 0;
    });
    if (folded) text += "Equal requests stand in one line: --each lists them one by one.\n";
    if (more) text += "There are more: --limit shows them.\n";
    return text;
  });
}

int show_one(Cli& cli, const std::string& id) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const auto found = (*client)->get("/v1/approvals/" + escaped(id));
  if (!found) return cli.report(found.error());
  return cli.show(*found, [&] { return render_request(cli.style, *found, cli.now()); });
}

void tell(Cli& cli, const json::Value& request) {
  if (cli.json) {
    *cli.out << json::write(request) << std::endl;
    return;
  }
  const std::string status = request.string_or("status");
  const std::string needed = render_needed(request);
  *cli.out << absolute(cli.now()) << "  " << visible(request.string_or("id")) << "  "
           << paint(cli.style, colour_of_status(status), status) << "  "
           << visible(request.string_or("action")) << "("
           << short_arguments(request["arguments"], 60) << ")  "
           << (status == "pending" ? (needed.empty() ? "" : "so far " + needed)
                                   : render_outcome(request, cli.now()))
           << std::endl;
}

// Holds on one request until it is closed; a line for it as it is, and for how it ends.
int watch_one(Cli& cli, Client& client, const std::string& id) {
  const std::string path = "/v1/approvals/" + escaped(id);
  Result<json::Value> request = client.get(path);
  for (std::int64_t told = -1; request;) {
    if (request->int_or("revision") != told) tell(cli, *request);
    told = request->int_or("revision");
    if (request->string_or("status") != "pending") return kOk;
    request = client.wait(path, kHoldS);
  }
  return cli.report(request.error());
}

// Looks at the pending ones again and again: new ones, changed ones, and those that are no longer
// there.
int watch_all(Cli& cli, Client& client, const Filter& filter, int interval_ms) {
  std::map<std::string, std::int64_t> known;
  while (true) {
    bool more = false;
    const auto pending = client.list(query(filter), kMostWatched, more);
    if (!pending) return cli.report(pending.error());
    std::map<std::string, std::int64_t> seen;
    for (auto request = pending->rbegin(); request != pending->rend(); ++request) {
      const std::string id = request->string_or("id");
      const std::int64_t revision = request->int_or("revision");
      const auto before = known.find(id);
      if (before == known.end() || before->second != revision) tell(cli, *request);
      seen[id] = revision;
    }
    for (const auto& [id, revision] : known) {
      if (seen.contains(id)) continue;
      const auto closed = client.get("/v1/approvals/" + escaped(id));
      if (closed) tell(cli, *closed);
    }
    known = std::move(seen);
    pause_ms(interval_ms);
  }
}

void add_filter(CLI::App* command, const std::shared_ptr<Filter>& filter) {
  command->add_option("--workflow", filter->workflow, "Only of this workflow")->type_name("ID");
  command->add_option("--agent", filter->agent, "Only of this agent")->type_name("AGENT");
  command->add_flag("--mine", filter->mine, "Only those that you may decide");
}

}  // namespace

void add_approvals(CLI::App& app, Cli& cli) {
  CLI::App* group = app.add_subcommand("approvals", "See and decide what agents ask for");
  group->require_subcommand(1);

  auto filter = std::make_shared<Filter>();
  CLI::App* command = group->add_subcommand("list", "Requests, newest first; the pending ones");
  add_filter(command, filter);
  command->add_option("--status", filter->status, "Of this status")
      ->check(CLI::IsMember({"pending",
                             "approved",
                             "rejected",
                             "answered",
                             "expired",
                             "cancelled",
                             "superseded",
                             "ignored"}));
  command->add_flag("--all", filter->all, "Of any status");
  command->add_flag("--each", filter->each, "Equal requests one by one");
  command->add_option("--limit", filter->limit, "At most so many")->capture_default_str();
  command->callback([&cli, filter] { cli.action = [&cli, filter] { return list(cli, *filter); }; });

  auto id = std::make_shared<std::string>();
  command = group->add_subcommand("show", "One request, in full");
  command->add_option("id", *id, "ap_...")->required();
  command->callback([&cli, id] { cli.action = [&cli, id] { return show_one(cli, *id); }; });

  auto watched = std::make_shared<std::string>();
  auto watching = std::make_shared<Filter>();
  auto interval_ms = std::make_shared<int>(1000);
  command = group->add_subcommand("watch", "Follow requests as they come and go");
  command->add_option("id", *watched, "Only this one, until it is closed");
  add_filter(command, watching);
  command->add_option("--interval-ms", *interval_ms, "Between two looks")
      ->check(CLI::Range(100, 3'600'000))
      ->capture_default_str();
  command->callback([=, &cli] {
    cli.action = [=, &cli] {
      const Result<Client*> client = cli.client();
      if (!client) return cli.report(client.error());
      if (!watched->empty()) return watch_one(cli, **client, *watched);
      return watch_all(cli, **client, *watching, *interval_ms);
    };
  });
  add_decisions(*group, cli);
  add_verbs(*group, cli);
}

}  // namespace fermata::app::cli
