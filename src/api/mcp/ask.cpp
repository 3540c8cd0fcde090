// The tools that ask people, and the one that looks how a question stands.

#include "api/mcp/outcome.hpp"
#include "api/mcp/patience.hpp"
#include "api/mcp/tools.hpp"
#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "codec/documents.hpp"

namespace fermata::api::mcp {
namespace {

constexpr std::int64_t kMaxWaitS = 86'400;

struct Wish {
  command::RequestApproval request;
  std::string workflow, request_id;
  std::optional<std::int64_t> wait_s;
};

void read_common(Fields& fields, Wish& wish) {
  std::optional<std::int64_t> deadline_s;
  fields.text("why", wish.request.question.why, {.max = kMaxProse});
  fields.text("otherwise", wish.request.question.otherwise, {.max = kMaxProse});
  read_outcomes(fields, wish.request.question.outcomes);
  fields.text("workflow", wish.workflow, {.shape = kWorkflowId});
  fields.integer("deadline_s", deadline_s, {.min = 1, .max = kMaxDeadlineS});
  fields.text("request_id", wish.request_id, {.min = 1, .max = kMaxNameLength});
  fields.integer("wait_s", wish.wait_s, {.min = 0, .max = kMaxWaitS});
  if (deadline_s) wish.request.deadline_ms = *deadline_s * 1000;
}

// A client that shows the form to a person need not draw trees.
Result<void> require_flat(const json::Value& schema) {
  const json::Object* properties = schema["properties"].as_object();
  for (const auto& [name, field] : properties == nullptr ? json::Object{} : *properties) {
    const bool listed = field.string_or("type") == "array" &&
                        field["items"].string_or("type", "string") == "string";
    if (field.string_or("type") == "object" || (field.string_or("type") == "array" && !listed))
      return fail(ErrorCode::kInvalid,
                  "form.unsupported_schema",
                  "the form's field '" + name + "' must be flat: text, number, choice or yes/no");
  }
  return {};
}

json::Object one_text_field() {
  return {{"type", "object"},
          {"properties", json::Object{{"answer", json::Object{{"type", "string"}}}}},
          {"required", json::Array{"answer"}},
          {"additionalProperties", false}};
}

// The first line of it, as long as titles are.
std::string title_of(const std::string& question) {
  std::string title = question.substr(0, question.find('\n'));
  if (count_characters(title) <= kMaxNameLength) return title;
  title.resize(kMaxNameLength - 3);
  while (!title.empty() && (static_cast<unsigned char>(title.back()) & 0x80U) != 0)
    title.pop_back();
  return title + "...";
}

// Whether a question that was asked before under the same request_id is this one.
bool is_same(const json::Value& asked, const Question& question) {
  const json::Value& before =
      asked["original_arguments"].is_null() ? asked["arguments"] : asked["original_arguments"];
  return asked.string_or("action") == question.action &&
         before == json::Value(question.arguments) && asked["form"] == question.form &&
         asked["outcomes"] == codec::outcomes_document(question.outcomes);
}

void submit(const AskingPtr& asking, Wish wish) {
  const auto wait_s = wish.wait_s;
  engine::Submission submission = asking->submission(wish.workflow, wish.request);
  const json::Value outcomes = codec::outcomes_document(wish.request.question.outcomes);
  if (!wish.request_id.empty())
    submission.idempotency = engine::idempotency(
        asking->exchange().caller(),
        "mcp",
        wish.workflow,
        wish.request_id,
        json::canonical(json::Object{{"action", wish.request.question.action},
                                     {"arguments", wish.request.question.arguments},
                                     {"form", wish.request.question.form},
                                     {"outcomes", outcomes}}));
  asking->engine().submit(std::move(submission), [asking, wait_s](Result<engine::Reply> reply) {
    if (!reply && reply.error().reason == "policy.denied")
      return asking->answer(tool_result(denial(reply.error())));
    if (!reply) return asking->answer(tool_failure(reply.error()));
    // The body of a repeat is as old as the first answer; follow() reads what is.
    asking->on_worker([asking = asking.get(), wait_s, id = reply->body.string_or("id")] {
      follow(asking->shared_from_this(), id, wait_s);
    });
  });
}

// On a worker.
void ask(const AskingPtr& asking, const Wish& wish) {
  if (!wish.workflow.empty()) {
    // A request for a workflow that does not exist would make it.
    const auto workflow = asking->engine().workflow(asking->tenant(), wish.workflow);
    if (!workflow) return asking->answer(tool_failure(workflow.error()));
  } else if (!wish.request_id.empty()) {
    // However long ago it was: people take days, longer than requests are remembered.
    const auto repeat =
        engine::idempotency(asking->exchange().caller(), "mcp", wish.workflow, wish.request_id, "");
    const std::string id = entity_id("ap", engine::workflow_for(repeat), 1);
    if (const auto asked = own_approval(*asking, id)) {
      if (is_same(*asked, wish.request.question)) return follow(asking, id, wish.wait_s);
      return asking->answer(
          tool_failure({ErrorCode::kInvalid,
                        "request.idempotency_mismatch",
                        "this request_id was used for another question; choose a new one",
                        {},
                        {}}));
    }
  }
  submit(asking, wish);
}

void start(const AskingPtr& asking, Result<void> read, Wish wish) {
  if (!read) return asking->answer(tool_failure(read.error()));
  asking->on_worker(
      [asking = asking.get(), wish = std::move(wish)] { ask(asking->shared_from_this(), wish); });
}

}  // namespace

void request_approval(const AskingPtr& asking, const json::Value& arguments) {
  Wish wish;
  Question& question = wish.request.question;
  Fields fields(arguments);
  fields.text("action",
              question.action,
              {.required = true, .min = 1, .max = kMaxToolLength, .shape = kLine});
  fields.object("arguments", question.arguments);
  read_common(fields, wish);
  start(asking, fields.finish(), std::move(wish));
}

void ask_human(const AskingPtr& asking, const json::Value& arguments) {
  Wish wish;
  Question& question = wish.request.question;
  std::string text;
  json::Object schema = one_text_field();
  Fields fields(arguments);
  fields.text("question", text, {.required = true, .min = 1, .max = kMaxProse});
  fields.object("schema", schema);
  read_common(fields, wish);
  Result<void> read = fields.finish();
  if (read) read = require_flat(schema);
  question.kind = ApprovalKind::kQuestion;
  question.action = "ask_human";
  question.title = title_of(text);
  question.arguments.set("question", std::move(text));
  question.form = json::Object{{"schema", std::move(schema)}};
  start(asking, std::move(read), std::move(wish));
}

void check_approval(const AskingPtr& asking, const json::Value& arguments) {
  std::string approval;
  std::int64_t wait_s = 0;
  Fields fields(arguments);
  fields.text("approval", approval, {.required = true, .min = 1, .max = kMaxIdLength});
  fields.integer("wait_s", wait_s, {.min = 0, .max = kMaxWaitS});
  if (const Result<void> read = fields.finish(); !read)
    return asking->answer(tool_failure(read.error()));
  asking->on_worker([asking = asking.get(), approval = std::move(approval), wait_s] {
    follow(asking->shared_from_this(), approval, wait_s);
  });
}

}  // namespace fermata::api::mcp
