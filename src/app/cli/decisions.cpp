// fermata approvals approve | reject | ignore | edit | answer | cancel.

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

#include "app/cli/approvals.hpp"
#include "app/cli/arguments.hpp"
#include "app/cli/ask_form.hpp"
#include "app/cli/request_view.hpp"

namespace fermata::app::cli {
namespace {

struct Wish {
  std::string id, reason, hash, json_text, result, outcome, action;
  std::vector<std::string> changes;
  bool yes = false, happened = false, not_happened = false, equal = false;
};
using SharedWish = std::shared_ptr<Wish>;

constexpr std::size_t kMostEqual = 200;

// The body of the decision on `request`, without its hash; or why there is none.
using Compose = std::function<Result<json::Object>(const json::Value& request)>;

int usage_error(const Cli& cli, const Error& error) {
  return error.reason == "cli.bad_set" || error.reason == "cli.bad_answer"
             ? cli.usage(visible(error.message))
             : cli.report(error);
}

// The same decision on each equal request, by its own hash; each is refused or taken by itself.
int decide_equal(Cli& cli,
                 Client& client,
                 const std::vector<json::Value>& equal,
                 const json::Object& body) {
  std::size_t recorded = 0;
  for (const json::Value& request : equal) {
    json::Object of_this = body;
    of_this.set("hash", request["hash"]);
    const std::string id = request.string_or("id");
    const auto decided =
        client.send("POST", "/v1/approvals/" + escaped(id) + "/decisions", json::Value(of_this));
    if (!decided) {
      if (!cli.json)
        *cli.out << "Recorded for " << recorded << " equal requests; " << visible(id) << ":\n";
      return cli.report(decided.error());
    }
    ++recorded;
  }
  if (!cli.json)
    *cli.out << "Recorded for " << recorded << " equal " << (recorded == 1 ? "request" : "requests")
             << " as well.\n";
  return kOk;
}

// Those that equal the one with this path, without itself.
Result<std::vector<json::Value>> equal_to(Client& client, const std::string& id) {
  bool more = false;
  FERMATA_TRY(std::vector<json::Value> found,
              client.list("/v1/approvals?equal_to=" + escaped(id), kMostEqual, more));
  std::erase_if(found, [&](const json::Value& one) { return one.string_or("id") == id; });
  return found;
}

int decide(Cli& cli, const Wish& wish, const std::string& verb, const Compose& compose) {
  const Result<Client*> client = cli.client();
  if (!client) return cli.report(client.error());
  const std::string path = "/v1/approvals/" + escaped(wish.id);
  const auto request = (*client)->get(path);
  if (!request) return cli.report(request.error());
  const std::string hash = request->string_or("hash");
  if (!wish.hash.empty() && wish.hash != hash) {
    return cli.report({ErrorCode::kConflict,
                       "approval.hash_mismatch",
                       "the request is not the one you insist on; its hash is " + hash,
                       {},
                       {}});
  }
  if (request->string_or("kind") == "in_doubt" && verb != "answer") {
    return cli.usage("this asks whether the call happened: fermata approvals answer " +
                     visible(wish.id) + " --happened, with its --result, or --not-happened");
  }
  if (!cli.json) *cli.out << render_request(cli.style, *request, cli.now()) << "\n";
  Result<json::Object> body = compose(*request);
  if (!body) return usage_error(cli, body.error());
  Result<std::vector<json::Value>> equal = std::vector<json::Value>();
  if (wish.equal) equal = equal_to(**client, wish.id);
  if (!equal) return cli.report(equal.error());

  if (!cli.json) {
    if (const json::Value* edited = body->find("arguments"); edited != nullptr) {
      *cli.out << "Your edit\n";
      if (const json::Value* action = body->find("action"); action != nullptr)
        *cli.out << "  " << visible(request->string_or("action")) << " -> "
                 << visible(*action->as_string()) << "\n";
      for (const std::string& line : differences((*request)["arguments"], *edited)) {
        *cli.out << "  " << line << "\n";
      }
    }
    if (const json::Value* answer = body->find("answer"); answer != nullptr) {
      *cli.out << "Your answer\n" << full_arguments(*answer, "  ");
    }
  }
  if (request->string_or("status") == "pending" && !wish.yes) {
    if (cli.json || !cli.interactive) {
      return cli.usage("nobody can be asked here; say --yes to " + verb + " without a question");
    }
    const std::string what =
        equal->empty() ? "this" : "this and " + std::to_string(equal->size()) + " equal ones";
    if (!cli.confirm("Do you want to " + verb + " " + what + "?")) {
      *cli.out << "Nothing was decided.\n";
      return kRefused;
    }
  }
  // A closed request is put to the server as well: its answer is the one that counts, and a repeat
  // of one's own decision may be in order.
  body->set("hash", hash);
  if (!wish.reason.empty()) body->set("reason", wish.reason);
  if (!wish.outcome.empty()) body->set("outcome", wish.outcome);
  const auto decided = (*client)->send("POST", path + "/decisions", json::Value(*body));
  if (!decided) return cli.report(decided.error());
  const int shown = cli.show(*decided, [&] {
    const std::string status = decided->string_or("status");
    const std::string needed = render_needed(*decided);
    std::string text = "Recorded: " + verb + ". The request is " +
                       paint(cli.style, colour_of_status(status), status);
    if (!needed.empty()) text += "; so far " + needed;
    if (const std::string came = render_published(*decided); !came.empty()) text += "; " + came;
    return text + ".\n";
  });
  return equal->empty() ? shown : decide_equal(cli, **client, *equal, *body);
}

Result<json::Object> compose_edit(const Wish& wish, const json::Value& request) {
  json::Value arguments = request["arguments"];
  if (!wish.json_text.empty()) {
    Result<json::Value> whole = json::parse(wish.json_text);
    if (!whole || whole->as_object() == nullptr) {
      return fail(ErrorCode::kInvalid, "cli.bad_set", "--arguments must be a JSON object");
    }
    arguments = *std::move(whole);
  }
  FERMATA_TRY(arguments, with_changes(std::move(arguments), wish.changes));
  const bool is_other = !wish.action.empty() && wish.action != request.string_or("action");
  if (arguments == request["arguments"] && !is_other) {
    return fail(ErrorCode::kInvalid, "cli.bad_set", "that changes nothing; see --set");
  }
  json::Object body{{"decision", "edit"}, {"arguments", arguments}};
  if (is_other) body.set("action", wish.action);
  return body;
}

Result<json::Object> compose_answer(const Cli& cli, const Wish& wish, const json::Value& request) {
  json::Value answer;
  if (wish.happened || wish.not_happened) {
    json::Object doubt{{"happened", wish.happened}};
    if (!wish.result.empty()) {
      const Result<json::Value> result = json::parse(wish.result);
      doubt.set("result", result ? *result : json::Value(wish.result));
    }
    answer = std::move(doubt);
  } else if (!wish.json_text.empty()) {
    Result<json::Value> whole = json::parse(wish.json_text);
    if (!whole) return fail(ErrorCode::kInvalid, "cli.bad_answer", "--answer must be JSON");
    answer = *std::move(whole);
  } else if (request.string_or("kind") == "in_doubt") {
    return fail(ErrorCode::kInvalid,
                "cli.bad_answer",
                "did the call happen? say --happened, with its --result, or --not-happened");
  } else if (wish.changes.empty() && !wish.yes && cli.interactive && !cli.json &&
             !request["form"].is_null()) {
    FERMATA_TRY(answer, ask_form(std::cin, *cli.out, cli.style, request["form"]));
  } else {
    FERMATA_TRY(answer, with_answers(request["form"]["schema"], wish.changes));
  }
  return json::Object{{"decision", "answer"}, {"answer", answer}};
}

SharedWish add_common(CLI::App* command) {
  auto wish = std::make_shared<Wish>();
  command->add_option("id", wish->id, "ap_...")->required();
  command->add_option("--hash", wish->hash, "Only if the request still has this hash")
      ->type_name("H");
  command->add_option("--outcome", wish->outcome, "One that the request names and that means this")
      ->type_name("NAME");
  command->add_flag("-y,--yes", wish->yes, "Do not ask");
  return wish;
}

void add_equal(CLI::App* command, const SharedWish& wish) {
  command->add_flag("--equal", wish->equal, "And all pending requests that equal it");
}

void add_set(CLI::App* command, const SharedWish& wish, const char* help) {
  command->add_option("--set", wish->changes, help)
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

void add_cancel(CLI::App& group, Cli& cli) {
  auto id = std::make_shared<std::string>();
  auto reason = std::make_shared<std::string>();
  CLI::App* command = group.add_subcommand("cancel", "Take a request back");
  command->add_option("id", *id, "ap_...")->required();
  command->add_option("--reason", *reason, "Why");
  command->callback([=, &cli] {
    cli.action = [=, &cli] {
      const Result<Client*> client = cli.client();
      if (!client) return cli.report(client.error());
      json::Object body;
      if (!reason->empty()) body.set("reason", *reason);
      const auto done = (*client)->send("POST", "/v1/approvals/" + escaped(*id) + "/cancel", body);
      if (!done) return cli.report(done.error());
      return cli.show(
          *done, [&] { return "The request is " + visible(done->string_or("status")) + ".\n"; });
    };
  });
}

// Yes, no, and neither.
void add_verdicts(CLI::App& group, Cli& cli) {
  CLI::App* command = group.add_subcommand("approve", "Agree to a request");
  SharedWish wish = add_common(command);
  command->add_option("--reason", wish->reason, "Why");
  add_equal(command, wish);
  command->callback([&cli, wish] {
    cli.action = [&cli, wish] {
      return decide(cli, *wish, "approve", [](const json::Value&) -> Result<json::Object> {
        return json::Object{{"decision", "approve"}};
      });
    };
  });

  command = group.add_subcommand("reject", "Refuse a request; the agent reads the reason");
  wish = add_common(command);
  command->add_option("--reason", wish->reason, "Why")->required();
  add_equal(command, wish);
  command->callback([&cli, wish] {
    cli.action = [&cli, wish] {
      return decide(cli, *wish, "reject", [](const json::Value&) -> Result<json::Object> {
        return json::Object{{"decision", "reject"}};
      });
    };
  });

  command = group.add_subcommand("ignore", "Skip a request; that is no refusal");
  wish = add_common(command);
  command->add_option("--reason", wish->reason, "Why");
  add_equal(command, wish);
  command->callback([&cli, wish] {
    cli.action = [&cli, wish] {
      return decide(cli, *wish, "ignore", [](const json::Value&) -> Result<json::Object> {
        return json::Object{{"decision", "ignore"}};
      });
    };
  });
}

}  // namespace

void add_decisions(CLI::App& group, Cli& cli) {
  add_verdicts(group, cli);

  CLI::App* command =
      group.add_subcommand("edit", "Change the arguments, or the tool; it is decided anew");
  SharedWish wish = add_common(command);
  command->add_option("--action", wish->action, "Another of the agent's tools, to call instead");
  command->add_option("--reason", wish->reason, "Why");
  add_set(command, wish, "New value of an argument, of the type it has; may be repeated");
  command->add_option("--arguments", wish->json_text, "All arguments, as a JSON object")
      ->type_name("JSON");
  command->callback([&cli, wish] {
    cli.action = [&cli, wish] {
      return decide(cli, *wish, "edit", [wish](const json::Value& request) {
        return compose_edit(*wish, request);
      });
    };
  });

  command =
      group.add_subcommand("answer", "Answer a question, or whether a call in doubt happened");
  wish = add_common(command);
  command->add_option("--reason", wish->reason, "Why");
  add_set(command, wish, "A field of the answer; may be repeated");
  command->add_option("--answer", wish->json_text, "The whole answer")->type_name("JSON");
  CLI::Option* happened = command->add_flag("--happened", wish->happened, "The call did happen");
  command->add_flag("--not-happened", wish->not_happened, "It did not; it may be run again")
      ->excludes(happened);
  command->add_option("--result", wish->result, "What it returned, with --happened")
      ->type_name("JSON")
      ->needs(happened);
  command->callback([&cli, wish] {
    cli.action = [&cli, wish] {
      return decide(cli, *wish, "answer", [&cli, wish](const json::Value& request) {
        return compose_answer(cli, *wish, request);
      });
    };
  });
  add_cancel(group, cli);
}

}  // namespace fermata::app::cli
