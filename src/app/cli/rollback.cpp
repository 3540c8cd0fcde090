// fermata workflows checkpoints | rollback.

#include "app/cli/rollback.hpp"

#include <CLI/CLI.hpp>

#include "app/cli/table.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMostCheckpoints = 1000;
constexpr std::size_t kArgumentColumns = 60;

struct Wish {
  std::string workflow, checkpoint, reason;
  bool yes = false;
};

std::string path_of(const std::string& workflow) { return "/v1/workflows/" + escaped(workflow); }

int list(Cli& cli, const std::string& workflow) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  bool more = false;
  const auto found = (*client)->list(path_of(workflow) + "/checkpoints", kMostCheckpoints, more);
  if (!found) return cli.report(found.error());
  return cli.show(json::Array(*found), [&] {
    if (found->empty()) return std::string("No checkpoints.\n");
    Table table({"ID", "NAME", "BY", "EPOCH", "CALLS", "MADE", ""}, 1);
    for (const json::Value& one : *found) {
      const bool automatic = one["metadata"].bool_or("automatic");
      table.add({visible(one.string_or("id")),
                 visible(one.string_or("name")),
                 automatic ? "automatic" : visible(one["by"].string_or("id")),
                 std::to_string(one.int_or("epoch")),
                 std::to_string(one.int_or("calls")),
                 relative(from_rfc3339(one.string_or("at")).value_or(0), cli.now()),
                 std::string(one.bool_or("live") ? "" : "abandoned")});
    }
    return table.render(cli.style);
  });
}

template <class Line>
void section(
    std::string& text, const Style& style, const char* title, const json::Value& items, Line line) {
  const json::Array* array = items.as_array();
  if (array == nullptr || array->empty()) return;
  text += paint(style, Colour::kBold, title) + "\n";
  for (const json::Value& item : *array) text += "  " + line(item) + "\n";
}

std::string thresholds(const json::Value& of) {
  std::string text;
  if (const json::Array* array = of.as_array())
    for (const json::Value& one : *array)
      text += (text.empty() ? "" : ", ") + std::to_string(one.int_or("approve")) + " of " +
              visible(one.string_or("from"));
  return text.empty() ? "nobody, as the policy stands" : text;
}

std::string decided(const json::Value& one) {
  return visible(one.string_or("action")) + " " +
         short_arguments(one["arguments"], kArgumentColumns) + ": " +
         visible(one.string_or("status"));
}

}  // namespace

std::string render_preview(const Style& style, const json::Value& preview) {
  std::string text = "Back to \"" + visible(preview.string_or("name")) + "\" (" +
                     visible(preview.string_or("checkpoint")) + "), attempt " +
                     std::to_string(preview.int_or("attempt")) + "\n";
  section(text,
          style,
          "Effects that happened since, newest first",
          preview["effects"],
          [](const json::Value& effect) {
            const std::string undo = effect.string_or("undo_tool");
            return visible(effect.string_or("tool")) + " " +
                   short_arguments(effect["arguments"], kArgumentColumns) +
                   (undo.empty() ? ": cannot be undone" : ": is undone by " + visible(undo));
          });
  section(text,
          style,
          "Still to be undone since an earlier rollback",
          preview["outstanding"],
          [](const json::Value& undo) {
            return visible(undo.string_or("tool")) + " " +
                   short_arguments(undo["arguments"], kArgumentColumns) + ": by " +
                   visible(undo.string_or("undo_tool")) + ", " + visible(undo.string_or("state"));
          });
  section(text, style, "Decisions that stay", preview["decisions_kept"], decided);
  section(text, style, "Decisions that no longer count", preview["decisions_void"], decided);
  section(
      text, style, "Requests that are cancelled", preview["cancelled"], [](const json::Value& id) {
        return id.as_string() == nullptr ? std::string() : visible(*id.as_string());
      });
  section(text,
          style,
          "Must be asked again, if the agent comes to it",
          preview["asked_again"],
          [](const json::Value& again) {
            return visible(again.string_or("action")) + " (" +
                   visible(again.string_or("approval")) + "): " + thresholds(again["of"]);
          });
  return text;
}

namespace {

int roll_back(Cli& cli, const Wish& wish) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const std::string path = path_of(wish.workflow) + "/rollback";
  const auto preview =
      (*client)->send("POST", path + "/preview", json::Object{{"checkpoint", wish.checkpoint}});
  if (!preview) return cli.report(preview.error());
  if (!cli.json) *cli.out << render_preview(cli.style, *preview) << std::flush;
  if (!wish.yes) {
    if (cli.json || !cli.interactive)
      return cli.usage("nobody can be asked here; say --yes to roll back without a question");
    if (!cli.confirm("Do you want to roll back?")) {
      *cli.out << "Nothing was done.\n";
      return kRefused;
    }
  }
  const auto done = (*client)->send("POST",
                                    path,
                                    json::Object{{"checkpoint", wish.checkpoint},
                                                 {"reason", wish.reason},
                                                 {"if_version", (*preview)["version"]}});
  if (!done) return cli.report(done.error());
  return cli.show(*done, [&] {
    return "Rolled back. The workflow is " + visible((*done)["workflow"].string_or("status")) +
           ", epoch " + std::to_string((*done)["workflow"].int_or("epoch")) + ".\n";
  });
}

}  // namespace

void add_rollback(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  CLI::App* command = group.add_subcommand("checkpoints", "The points that one can go back to");
  command->add_option("id", wish->workflow, "wf_...")->required();
  command->callback(
      [&cli, wish] { cli.action = [&cli, wish] { return list(cli, wish->workflow); }; });

  command = group.add_subcommand("rollback", "Go back to a checkpoint; shows what that does first");
  command->add_option("id", wish->workflow, "wf_...")->required();
  command->add_option("checkpoint", wish->checkpoint, "cp_...")->required();
  command->add_option("--reason", wish->reason, "Why; the agent will read it")->required();
  command->add_flag("-y,--yes", wish->yes, "Do not ask");
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return roll_back(cli, *wish); }; });
}

}  // namespace fermata::app::cli
