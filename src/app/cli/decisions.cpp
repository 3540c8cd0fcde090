// fermata approvals approve | reject | edit | answer | cancel.

#include <CLI/CLI.hpp>
#include <utility>

#include "app/cli/approvals.hpp"
#include "app/cli/arguments.hpp"
#include "app/cli/request_view.hpp"

namespace fermata::app::cli {
namespace {

struct Wish {
  std::string id, reason, hash, json_text, result;
  std::vector<std::string> changes;
  bool yes = false, happened = false, not_happened = false;
};
using SharedWish = std::shared_ptr<Wish>;

// The body of the decision on `request`, without its hash; or why there is none.
using Compose = std::function<Result<json::Object>(const json::Value& request)>;

int usage_error(const Cli& cli, const Error& error) {
  return error.reason == "cli.bad_set" || error.reason == "cli.bad_answer"
             ? cli.usage(visible(error.message))
             : cli.report(error);
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
  Result<json::Object> body = compose(*request);
  if (!body) return usage_error(cli, body.error());

  if (!cli.json) {
    *cli.out << render_request(cli.style, *request, cli.now()) << "\n";
    if (const json::Value* edited = body->find("arguments"); edited != nullptr) {
      *cli.out << "Your edit\n";
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
    if (!cli.confirm("Do you want to " + verb + " this?")) {
      *cli.out << "Nothing was decided.\n";
      return kRefused;
    }
  }
  // A closed request is put to the server as well: its answer is the one that counts, and a repeat
  // of one's own decision may be in order.
  body->set("hash", hash);
  if (!wish.reason.empty()) body->set("reason", wish.reason);
  const auto decided = (*client)->send("POST", path + "/decisions", json::Value(*body));
  if (!decided) return cli.report(decided.error());
  return cli.show(*decided, [&] {
    const std::string status = decided->string_or("status");
    const std::string needed = render_needed(*decided);
    std::string text = "Recorded: " + verb + ". The request is " +
                       paint(cli.style, colour_of_status(status), status);
    if (!needed.empty()) text += "; so far " + needed;
    return text + ".\n";
  });
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
  if (arguments == request["arguments"]) {
    return fail(ErrorCode::kInvalid, "cli.bad_set", "that changes nothing; see --set");
  }
  return json::Object{{"decision", "edit"}, {"arguments", arguments}};
}

Result<json::Object> compose_answer(const Wish& wish, const json::Value& request) {
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
  command->add_flag("-y,--yes", wish->yes, "Do not ask");
  return wish;
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

}  // namespace

void add_decisions(CLI::App& group, Cli& cli) {
  CLI::App* command = group.add_subcommand("approve", "Agree to a request");
  SharedWish wish = add_common(command);
  command->add_option("--reason", wish->reason, "Why");
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
  command->callback([&cli, wish] {
    cli.action = [&cli, wish] {
      return decide(cli, *wish, "reject", [](const json::Value&) -> Result<json::Object> {
        return json::Object{{"decision", "reject"}};
      });
    };
  });

  command = group.add_subcommand("edit", "Change the arguments; the request is decided anew");
  wish = add_common(command);
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
      return decide(cli, *wish, "answer", [wish](const json::Value& request) {
        return compose_answer(*wish, request);
      });
    };
  });
  add_cancel(group, cli);
}

}  // namespace fermata::app::cli
