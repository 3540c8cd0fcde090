#include "app/cli/forks.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace fermata::app::cli {
namespace {

constexpr std::size_t kMostRows = 2000;
constexpr std::size_t kArgumentColumns = 50;
constexpr std::size_t kResultColumns = 72;
constexpr std::size_t kMessageColumns = 200;  // What a model reads in place of a result.

struct Wish {
  std::string workflow, other, checkpoint, approval, reject, result, input, name, reason;
  bool yes = false;
  bool everything = false;
};

std::string path_of(const std::string& workflow) { return "/v1/workflows/" + escaped(workflow); }

// What was typed as JSON.
Result<json::Value> parsed(const std::string& option, const std::string& text) {
  auto value = json::parse(text);
  if (value) return value;
  return fail(ErrorCode::kInvalid,
              "cli.bad_answer",
              option + " must be JSON (text is written \"in quotes\"): " + value.error().message);
}

Result<json::Value> body_of(const Wish& wish) {
  json::Object body;
  if (!wish.checkpoint.empty()) body.set("checkpoint", wish.checkpoint);
  if (!wish.name.empty()) body.set("name", wish.name);
  if (!wish.reason.empty()) body.set("reason", wish.reason);
  if (!wish.input.empty()) {
    FERMATA_TRY(json::Value input, parsed("--input", wish.input));
    body.set("input", std::move(input));
  }
  if (wish.approval.empty()) return json::Value(body);
  if (wish.reject.empty() && wish.result.empty())
    return fail(ErrorCode::kInvalid,
                "cli.bad_answer",
                "say how it is supposed to have been decided: --reject REASON, or --result JSON");
  json::Object decision{{"approval", wish.approval},
                        {"decision", wish.result.empty() ? "reject" : "approve"},
                        {"reason", wish.reject}};
  if (!wish.result.empty()) {
    FERMATA_TRY(json::Value result, parsed("--result", wish.result));
    decision.set("result", std::move(result));
  }
  body.set("decision", std::move(decision));
  return json::Value(body);
}

int fork(Cli& cli, const Wish& wish) {
  const Result<json::Value> body = body_of(wish);
  if (!body) return cli.usage(body.error().message);
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const auto made = (*client)->send("POST", path_of(wish.workflow) + "/forks", *body);
  if (!made) return cli.report(made.error());
  return cli.show(*made, [&] {
    const std::string id = visible(made->string_or("id"));
    const std::string dispatch = made->string_or("dispatch");
    std::string text = "Fork " + paint(cli.style, Colour::kBold, id) + " of " +
                       visible(wish.workflow) + ", with " +
                       std::to_string((*made)["calls"].int_or("total")) +
                       " calls taken over. Nothing is done for real.\n";
    text += dispatch == "none" ? "Run the agent with this workflow's id to see what it does.\n"
                               : "It runs when a turn is free; see it with\n";
    return text + "  fermata workflows show " + id + "\n  fermata workflows compare " +
           visible(wish.workflow) + " " + id + "\n";
  });
}

int allow(Cli& cli, const Wish& wish) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  if (!wish.yes) {
    if (cli.json || !cli.interactive)
      return cli.usage("nobody can be asked here; say --yes to allow effects without a question");
    if (!cli.confirm("From here on the fork's calls do the real thing. Do you want that?")) {
      *cli.out << "Nothing was done.\n";
      return kRefused;
    }
  }
  const auto done = (*client)->send(
      "POST", path_of(wish.workflow) + "/effects/allow", json::Object{{"reason", wish.reason}});
  if (!done) return cli.report(done.error());
  return cli.show(*done, [] {
    return std::string("From here on its calls are judged, asked about and done for real.\n");
  });
}

int compare(Cli& cli, const Wish& wish) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const std::string path = path_of(wish.workflow) + "/compare?with=" + escaped(wish.other);
  const auto summary = (*client)->send("GET", path + "&limit=1", {});
  if (!summary) return cli.report(summary.error());
  bool more = false;
  const auto rows = (*client)->list(path, kMostRows, more);
  if (!rows) return cli.report(rows.error());
  json::Object shown = *summary->as_object();
  shown.set("items", json::Array(*rows));
  shown.set("has_more", more);
  shown.set("next_cursor", json::Value());
  return cli.show(shown,
                  [&] { return render_comparison(cli.style, *summary, *rows, wish.everything); });
}

class Side {
 public:
  explicit Side(bool uncut) : uncut_(uncut) {}

  std::string tell(const json::Value& call) const {
    if (call.is_null()) return "(not there)";
    const json::Value& arguments =
        call["effective_arguments"].is_null() ? call["arguments"] : call["effective_arguments"];
    std::string text = visible(call.string_or("tool"));
    if (call.string_or("kind") == "tool")
      text += " " + short_arguments(arguments, uncut_ ? 0 : kArgumentColumns);
    const std::string state = call.string_or("state");
    if (state == "denied") return text + ": " + message(call["denial"]);
    if (state == "failed") return text + ": " + message(call["error"]);
    if (state == "done") return text + " -> " + result(call["result"]);
    return text + ": " + visible(state);
  }
  // The Python SDK puts beside an exact result how a person reads it.
  std::string result(const json::Value& exact) const {
    const json::Value& readable = exact["$py"].is_null() || uncut_ ? exact : exact["value"];
    return inline_json(readable, uncut_ ? 0 : kResultColumns);
  }

 private:
  std::string message(const json::Value& of) const {
    const std::string text = visible(of.string_or("message"));
    return uncut_ ? text : shorten(text, kMessageColumns);
  }

  bool uncut_;
};

std::string outcome(const Style& style, const char* name, const json::Value& one, bool uncut) {
  std::string text = std::string(name) + " " +
                     paint(style, Colour::kBold, visible(one.string_or("id"))) + "  " +
                     visible(one.string_or("status"));
  if (one.string_or("effects") == "recorded") text += ", nothing done for real";
  if (!one["result"].is_null()) text += "  " + Side(uncut).result(one["result"]);
  if (!one["error"].is_null()) text += "  " + visible(one["error"].string_or("message"));
  return text + "\n";
}

// A record of the run about itself: that it waited, or what the agent is where that is the same.
// Not what it did.
bool is_bookkeeping(const json::Value& row) {
  const json::Value& call = row[row["left"].is_null() ? "right" : "left"];
  if (call.string_or("kind") != "value") return false;
  const std::string key = row.string_or("key");
  if (key.find("/silent/") != std::string::npos) return true;
  return key == "run/briefing" && row.bool_or("same");
}

std::string same_at_first(const Style& style, std::size_t calls) {
  if (calls == 0) return {};
  const std::string text = calls == 1
                               ? "= the first call is the same"
                               : "= the first " + std::to_string(calls) + " calls are the same";
  return paint(style, Colour::kDim, text) + "\n";
}

}  // namespace

std::string render_comparison(const Style& style,
                              const json::Value& comparison,
                              const json::Array& rows,
                              bool everything) {
  std::vector<const json::Value*> told;
  for (const json::Value& row : rows)
    if (everything || !is_bookkeeping(row)) told.push_back(&row);
  const auto differs = [](const json::Value* row) { return !row->bool_or("same"); };
  auto next = std::find_if(told.begin(), told.end(), differs);

  std::string text = outcome(style, "<", comparison["left"], everything) +
                     outcome(style, ">", comparison["right"], everything);
  text += same_at_first(style, static_cast<std::size_t>(next - told.begin()));
  const Side side(everything);
  for (; next != told.end(); ++next) {
    const json::Value& row = **next;
    if (row.bool_or("same")) {
      text += paint(style, Colour::kDim, "= " + side.tell(row["left"])) + "\n";
      continue;
    }
    if (!row["left"].is_null())
      text += paint(style, Colour::kRed, "< " + side.tell(row["left"])) + "\n";
    if (!row["right"].is_null())
      text += paint(style, Colour::kGreen, "> " + side.tell(row["right"])) + "\n";
  }
  return text;
}

void add_forks(CLI::App& group, Cli& cli) {
  auto wish = std::make_shared<Wish>();
  CLI::App* command = group.add_subcommand(
      "fork", "See what would come of another input or decision, without doing anything");
  command->add_option("id", wish->workflow, "wf_...")->required();
  auto* checkpoint =
      command->add_option("--checkpoint", wish->checkpoint, "Where it begins, cp_...");
  auto* approval = command->add_option(
      "--approval", wish->approval, "As if this request, ap_..., had been decided otherwise");
  auto* reject = command->add_option("--reject", wish->reject, "As if rejected, for this reason");
  auto* result =
      command->add_option("--result", wish->result, "As if approved and done, giving this JSON");
  approval->excludes(checkpoint);
  reject->needs(approval)->excludes(result);
  result->needs(approval);
  command->add_option("--input", wish->input, "Another input, as JSON");
  command->add_option("--name", wish->name, "Of the fork");
  command->add_option("--reason", wish->reason, "What it is for");
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return fork(cli, *wish); }; });

  command = group.add_subcommand("compare", "Two workflows side by side, call by call");
  command->add_option("id", wish->workflow, "wf_...")->required();
  command->add_option("other", wish->other, "wf_...")->required();
  command->add_flag("--all", wish->everything, "Uncut, with what a run records of itself");
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return compare(cli, *wish); }; });

  command = group.add_subcommand("allow-effects", "Let a fork do the real thing from here on");
  command->add_option("id", wish->workflow, "wf_...")->required();
  command->add_option("--reason", wish->reason, "Why");
  command->add_flag("-y,--yes", wish->yes, "Do not ask");
  command->callback([&cli, wish] { cli.action = [&cli, wish] { return allow(cli, *wish); }; });
}

}  // namespace fermata::app::cli
