// fermata workflows list | start | show | tail | cancel; see rollback.cpp for the way back.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <sstream>

#include "app/cli/cli.hpp"
#include "app/cli/forks.hpp"
#include "app/cli/request_view.hpp"
#include "app/cli/rollback.hpp"
#include "app/cli/table.hpp"
#include "app/cli/timeline.hpp"
#include "app/cli/workflow_view.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMostEvents = 1'000'000;
constexpr std::int64_t kTailed = 10;

struct Filter {
  std::string status, agent, tag;
  std::size_t limit = 50;
};

std::string render(const Style& style, const std::vector<json::Value>& workflows, TimeMs now) {
  Table table({"ID", "STATUS", "AGENT", "NAME", "CALLS", "WAITS FOR", "CHANGED"}, 3);
  for (const json::Value& workflow : workflows) {
    const std::string status = workflow.string_or("status");
    const json::Value& calls = workflow["calls"];
    const json::Array* pending = workflow["pending_approvals"].as_array();
    const auto waits = static_cast<std::int64_t>(pending == nullptr ? 0 : pending->size());
    table.add({visible(workflow.string_or("id")),
               {status, colour_of_status(status)},
               visible(workflow.string_or("agent")),
               visible(workflow.string_or("name")),
               std::to_string(calls.int_or("done")) + "/" + std::to_string(calls.int_or("total")),
               waits == 0 ? "" : count(waits, "request"),
               relative(time_of(workflow, "updated_at"), now)});
  }
  return table.render(style);
}

int list(Cli& cli, const Filter& filter) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  std::string path = "/v1/workflows";
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    path += (path.find('?') == std::string::npos ? "?" : "&") + std::string(name) + "=" +
            escaped(value);
  };
  add("status", filter.status);
  add("agent", filter.agent);
  add("tag", filter.tag);
  bool more = false;
  const auto found = (*client)->list(path, filter.limit, more);
  if (!found) return cli.report(found.error());
  return cli.show(json::Array(*found), [&] {
    if (found->empty()) return std::string("No such workflows.\n");
    std::string text = render(cli.style, *found, cli.now());
    if (more) text += "There are more: --limit shows them.\n";
    return text;
  });
}

Result<std::vector<json::Value>> all_events(Client& client, const std::string& path) {
  std::vector<json::Value> events;
  std::int64_t after = 0;
  while (events.size() < kMostEvents) {
    FERMATA_TRY(const json::Value page,
                client.get(path + "/events?limit=200&after=" + std::to_string(after)));
    const json::Array* items = page["items"].as_array();
    if (items == nullptr || items->empty()) break;
    events.insert(events.end(), items->begin(), items->end());
    after = events.back().int_or("version", after);
    if (!page.bool_or("has_more")) break;
  }
  return events;
}

int show_one(Cli& cli, const std::string& id, bool everything) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const std::string path = "/v1/workflows/" + escaped(id);
  const auto workflow = (*client)->get(path);
  if (!workflow) return cli.report(workflow.error());
  const auto events = all_events(**client, path);
  if (!events) return cli.report(events.error());
  const json::Value both = json::Object{{"workflow", *workflow}, {"events", json::Array(*events)}};
  const auto steps = everything ? Timeline::Steps::kAll : Timeline::Steps::kFolded;
  return cli.show(both,
                  [&] { return render_workflow(cli.style, *workflow, *events, steps, cli.now()); });
}

bool ends(const json::Value& event) {
  const std::string type = event.string_or("type");
  return type == "workflow.completed" || type == "workflow.failed" || type == "workflow.cancelled";
}

int tail(Cli& cli, const std::string& id, bool everything) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const std::string path = "/v1/workflows/" + escaped(id);
  const auto workflow = (*client)->get(path);
  if (!workflow) return cli.report(workflow.error());
  // The lines name calls and requests by what earlier events said, so that all of them are read,
  // although only the last are shown.
  const std::int64_t version = workflow->int_or("version");
  const std::int64_t quiet = everything ? 0 : std::max<std::int64_t>(0, version - kTailed);
  Timeline timeline(cli.style);
  const auto told = (*client)->follow(path + "/stream", 0, [&](const json::Value& event) {
    const std::string lines = timeline.tell({event});
    if (event.int_or("version") > quiet) {
      *cli.out << (cli.json ? json::write(event) + "\n" : lines) << std::flush;
    }
    return !ends(event);
  });
  return told ? static_cast<int>(kOk) : cli.report(told.error());
}

int cancel(Cli& cli, const std::string& id, const std::string& reason) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  json::Object body;
  if (!reason.empty()) body.set("reason", reason);
  const auto done = (*client)->send("POST", "/v1/workflows/" + escaped(id) + "/cancel", body);
  if (!done) return cli.report(done.error());
  return cli.show(*done,
                  [&] { return "The workflow is " + visible(done->string_or("status")) + ".\n"; });
}

struct Start {
  std::string agent, input, name;
  std::vector<std::string> tags;
  bool follow = false;
};

// The input as it is meant: JSON where it is any, else the text itself; @ names a file.
Result<json::Value> read_input(const std::string& given) {
  std::string text = given;
  if (given.starts_with("@")) {
    std::ifstream file(given.substr(1), std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    if (!file)
      return fail(ErrorCode::kInvalid, "cli.bad_answer", given.substr(1) + ": cannot be read");
    text = content.str();
  }
  Result<json::Value> value = json::parse(text);
  if (value) return value;
  return json::Value(text);
}

int start(Cli& cli, const Start& wish) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  json::Object body{{"agent", wish.agent}};
  if (!wish.input.empty()) {
    const Result<json::Value> input = read_input(wish.input);
    if (!input) return cli.usage(visible(input.error().message));
    body.set("input", *input);
  }
  if (!wish.name.empty()) body.set("name", wish.name);
  if (!wish.tags.empty()) body.set("tags", json::Array(wish.tags.begin(), wish.tags.end()));
  const auto made = (*client)->send("POST", "/v1/workflows", body);
  if (!made) return cli.report(made.error());
  const std::string id = made->string_or("id");
  const int shown = cli.show(*made, [&] {
    return visible(id) + " is " + visible(made->string_or("status")) +
           (wish.follow ? ".\n" : "; see it: fermata workflows tail " + visible(id) + "\n");
  });
  return wish.follow ? tail(cli, id, true) : shown;
}

void add_start(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Start>();
  CLI::App* command = group.add_subcommand("start", "Have an agent begin something");
  command->add_option("agent", wish->agent, "One that the server or a worker runs")->required();
  command->add_option("--input", wish->input, "Its task: a text, JSON, or @FILE")
      ->type_name("INPUT");
  command->add_option("--name", wish->name, "What people see in lists");
  command->add_option("--tag", wish->tags, "May be repeated")->allow_extra_args(false);
  command->add_flag("--follow", wish->follow, "Stay until it ends");
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return start(cli, *wish); }; });
}

}  // namespace

void add_workflows(CLI::App& app, Cli& cli) {
  CLI::App* group = app.add_subcommand("workflows", "See what agents do");
  group->require_subcommand(1);

  auto filter = std::make_shared<Filter>();
  CLI::App* command = group->add_subcommand("list", "Workflows, newest first");
  command->add_option("--status", filter->status, "ready, running, waiting, completed, ...");
  command->add_option("--agent", filter->agent, "Only of this agent")->type_name("AGENT");
  command->add_option("--tag", filter->tag, "Only with this tag")->type_name("TAG");
  command->add_option("--limit", filter->limit, "At most so many")->capture_default_str();
  command->callback([&cli, filter] { cli.action = [&cli, filter] { return list(cli, *filter); }; });

  add_start(*group, cli);

  auto id = std::make_shared<std::string>();
  command = group->add_subcommand("show", "One workflow, as a timeline");
  command->add_option("id", *id, "wf_...")->required();
  auto everything = std::make_shared<bool>(false);
  command->add_flag("--all", *everything, "Tell ordinary steps one by one");
  command->callback(
      [=, &cli] { cli.action = [=, &cli] { return show_one(cli, *id, *everything); }; });

  command = group->add_subcommand("tail", "Follow a workflow until it ends");
  command->add_option("id", *id, "wf_...")->required();
  command->add_flag("--all", *everything, "From its beginning, not only the last events");
  command->callback([=, &cli] { cli.action = [=, &cli] { return tail(cli, *id, *everything); }; });

  auto reason = std::make_shared<std::string>();
  command = group->add_subcommand("cancel", "End a workflow; what it waits for is cancelled");
  command->add_option("id", *id, "wf_...")->required();
  command->add_option("--reason", *reason, "Why");
  command->callback([=, &cli] { cli.action = [=, &cli] { return cancel(cli, *id, *reason); }; });

  add_forks(*group, cli);
  add_rollback(*group, cli);
}

}  // namespace fermata::app::cli
