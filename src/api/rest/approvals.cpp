// Approval requests: ask, read, wait, list, decide and cancel.

#include <algorithm>

#include "api/rest/fields.hpp"
#include "api/rest/forms.hpp"
#include "api/rest/headers.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/request_views.hpp"
#include "api/rest/routes.hpp"
#include "core/approval/group_expression.hpp"

namespace fermata::api {
namespace {

std::optional<ApprovalKind> asked_kind_from(const std::string& name) {
  const auto kind = approval_kind_from(name);
  const bool can_be_asked = kind == ApprovalKind::kCall || kind == ApprovalKind::kQuestion;
  return can_be_asked ? kind : std::nullopt;  // Only Fermata asks about doubts and policies.
}

void read_threshold(Fields& fields, std::vector<Threshold>& thresholds) {
  Threshold& threshold = thresholds.emplace_back();
  const IntegerRule rule{.min = 1, .max = kMaxThreshold};
  fields.text("from", threshold.from, {.required = true, .min = 1, .max = kMaxExpression});
  fields.integer("approve", threshold.approve, rule);
  fields.integer("reject", threshold.reject, rule);
  fields.text("name", threshold.name, {.max = kMaxNameLength, .shape = kLine});
  fields.integer("stage", threshold.stage, {.min = 1, .max = kMaxStage});
  fields.text("choice", threshold.choice, {.max = kMaxNameLength, .shape = kLine});
  fields.boolean("veto", threshold.veto);
  if (!threshold.choice.empty()) threshold.choice = "request/" + threshold.choice;
}

// {schema, hints}: core checks the schema itself.
void read_form(Fields& fields, json::Value& form) {
  json::Object schema, hints;
  const bool has_hints = fields.has("hints");
  fields.object("schema", schema, true);
  fields.object("hints", hints);
  json::Object read{{"schema", std::move(schema)}};
  if (has_hints) read.set("hints", std::move(hints));
  form = std::move(read);
}

void read_object_or_null(Fields& fields, std::string_view name, json::Value& out) {
  json::Object read;
  const bool given = fields.has(name);
  fields.object(name, read);
  if (given) out = std::move(read);
}

void read_question(Fields& fields, Question& question) {
  fields.choice("kind", question.kind, asked_kind_from, "call, question");
  fields.text("action",
              question.action,
              {.required = true, .min = 1, .max = kMaxToolLength, .shape = kLine});
  fields.object("arguments", question.arguments);
  fields.text("target", question.target, {.max = kMaxTarget});
  fields.text("title", question.title, {.max = kMaxNameLength});
  fields.text("why", question.why, {.max = kMaxProse});
  fields.text("otherwise", question.otherwise, {.max = kMaxProse});
  fields.nested(
      "form", [&](Fields& form) { read_form(form, question.form); }, false);
  read_object_or_null(fields, "validation", question.validation);
  read_object_or_null(fields, "channels", question.channels);
  fields.object("metadata", question.metadata);
  fields.choice(
      "on_deadline", question.on_deadline, on_deadline_from, "expire, reject, ignore, answer");
  fields.any("default_answer", question.default_answer);
  read_outcomes(fields, question.outcomes);
}

Result<engine::Reply> approval_reply(const Exchange& exchange) {
  FERMATA_TRY(json::Value document,
              exchange.engine().approval(exchange.tenant(), exchange.param("approval_id")));
  engine::Reply reply;
  reply.etag = "r" + std::to_string(document.int_or("revision"));
  exchange.services().views.add(exchange.tenant(), document);
  reply.body = std::move(document);
  return reply;
}

// Whose requests `mine` means: a person's are those of the groups it belongs to, an agent's its
// own. False: nobody's, so there is nothing to list; an empty filter would mean everybody's.
bool narrow_to_own(const Exchange& exchange, engine::ListFilter& filter) {
  const Actor& actor = exchange.caller().actor;
  if (actor.kind == ActorKind::kAgent) {
    if (!filter.agent.empty() && filter.agent != actor.id) return false;
    filter.agent = actor.id;
    return true;
  }
  const auto directory = exchange.engine().directory(exchange.tenant());
  if (actor.kind != ActorKind::kPerson || directory == nullptr) return false;
  filter.any_label = names_of(*directory, actor.id);
  return !filter.any_label.empty();
}

// A request is found by any of the names that its thresholds mention; this looks closer.
bool is_for(const json::Value& request, const Directory& directory, const std::string& person) {
  const Subject subject{request["requester"].string_or("kind") == "person"
                            ? request["requester"].string_or("id")
                            : "",
                        request.string_or("on_behalf_of"),
                        request["arguments"].as_object()};
  const auto any = [](const json::Value& list, const auto& is) {
    const json::Array* items = list.as_array();
    return items != nullptr && std::any_of(items->begin(), items->end(), is);
  };
  return any(request["thresholds"],
             [&](const json::Value& one) {
               return matches(one.string_or("from"), directory, subject, person);
             }) ||
         any(request["delegations"],
             [&](const json::Value& one) { return one.string_or("to") == person; });
}

// `surface`: where the answer was given, if it is that surface's own.
void read_decision(Fields& fields, command::DecideApproval& wish, std::string& surface) {
  fields.choice(
      "decision", wish.decision, decision_kind_from, "approve, reject, edit, answer, ignore", true);
  fields.text("hash", wish.hash, {.required = true, .shape = kHash});
  const bool known = fields.valid();
  const DecisionKind kind = wish.decision;
  const bool rejects = known && kind == DecisionKind::kReject;
  fields.text("reason",
              wish.reason,
              {.required = rejects, .min = rejects ? std::size_t{1} : 0, .max = kMaxProse});
  fields.text("outcome", wish.outcome, {.max = kMaxNameLength, .shape = kLine});
  fields.object("arguments", wish.arguments, known && kind == DecisionKind::kEdit);
  fields.text("action", wish.action, {.min = 1, .max = kMaxToolLength, .shape = kLine});
  fields.any("answer", wish.answer, known && kind == DecisionKind::kAnswer);
  fields.text("surface", surface, {.shape = kName});
  if (!known) return;
  if (kind != DecisionKind::kAnswer && fields.has("surface"))
    fields.refuse("extra_forbidden", "surface", "belongs to the decision 'answer' only");
  if (kind != DecisionKind::kEdit && fields.has("arguments"))
    fields.refuse("extra_forbidden", "arguments", "belongs to the decision 'edit' only");
  if (kind != DecisionKind::kEdit && fields.has("action"))
    fields.refuse("extra_forbidden", "action", "belongs to the decision 'edit' only");
  if (kind != DecisionKind::kAnswer && fields.has("answer"))
    fields.refuse("extra_forbidden", "answer", "belongs to the decision 'answer' only");
}

// To the workflow that the body names, or to none.
Result<engine::Submission> read_request(const Exchange& exchange) {
  command::RequestApproval wish;
  std::string workflow;
  std::optional<std::int64_t> deadline_s;
  Fields fields(exchange.body());
  read_question(fields, wish.question);
  fields.text("workflow_id", workflow, {.shape = kWorkflowId});
  fields.integer("deadline_s", deadline_s, {.min = 1, .max = kMaxDeadlineS});
  fields.list("thresholds", {.max = kMaxThresholds}, [&](Fields& each) {
    read_threshold(each, wish.thresholds);
  });
  FERMATA_CHECK_OK(fields.finish());
  if (deadline_s) wish.deadline_ms = *deadline_s * 1000;
  return exchange.submission(std::move(workflow), std::move(wish));
}

Result<command::DecideApproval> decision_in(const Exchange& exchange, std::string& surface) {
  command::DecideApproval wish;
  wish.approval = exchange.param("approval_id");
  Fields fields(exchange.body());
  read_decision(fields, wish, surface);
  FERMATA_CHECK_OK(fields.finish());
  FERMATA_TRY(wish.if_revision, required_revision(exchange.request()));
  return wish;
}

engine::Submission submission_of(const Exchange& exchange, command::DecideApproval wish) {
  std::string workflow = workflow_of(wish.approval);  // Before `wish` is moved away.
  return exchange.submission(std::move(workflow), std::move(wish));
}

}  // namespace

// A request on its own makes its workflow, so one for a workflow must be for one that exists: ids
// are not the caller's to choose.
void request_approval(const ExchangePtr& exchange) {
  Result<engine::Submission> submission = read_request(*exchange);
  if (!submission) return exchange->refuse(submission.error());
  if (submission->stream.empty()) return exchange->submit(*std::move(submission));
  exchange->on_worker([exchange = exchange.get(), submission = *std::move(submission)] {
    const auto workflow = exchange->engine().workflow(exchange->tenant(), submission.stream);
    if (!workflow) return exchange->refuse(workflow.error());
    exchange->submit(submission);
  });
}

void decide_approval(const ExchangePtr& exchange) {
  std::string surface;
  Result<command::DecideApproval> wish = decision_in(*exchange, surface);
  if (!wish) return exchange->refuse(wish.error());
  if (surface.empty()) return exchange->submit(submission_of(*exchange, *std::move(wish)));
  exchange->on_worker([exchange = exchange.get(), surface, wish = *std::move(wish)]() mutable {
    auto answer = typed_answer(*exchange, wish.approval, surface, wish.answer);
    if (!answer) return exchange->refuse(answer.error());
    wish.answer = *std::move(answer);
    exchange->submit(submission_of(*exchange, std::move(wish)));
  });
}

Result<engine::Submission> cancel_approval(Exchange& exchange) {
  command::CancelApproval wish;
  wish.approval = exchange.param("approval_id");
  Fields fields(exchange.body());
  fields.text("reason", wish.reason, {.max = kMaxProse});
  FERMATA_CHECK_OK(fields.finish());
  std::string workflow = workflow_of(wish.approval);  // Before `wish` is moved away.
  return exchange.submission(std::move(workflow), std::move(wish));
}

Result<engine::Reply> list_approvals(Exchange& exchange) {
  Query query(exchange.query());
  engine::ListFilter filter;
  filter.table = store::Table::kApprovals;
  filter.status = query.choice("status",
                               {"pending",
                                "approved",
                                "rejected",
                                "answered",
                                "expired",
                                "cancelled",
                                "superseded",
                                "ignored"});
  filter.workflow = query.text("workflow", kMaxIdLength, kWorkflowId);
  filter.agent = query.text("agent", kMaxIdLength, kName);
  const bool mine = query.boolean("mine");
  filter.fold = query.boolean("fold");
  filter.equal_to = query.text("equal_to", kMaxIdLength, kAnyText);
  FERMATA_TRY(PageWish wish, page_wish(exchange, query));
  if (filter.fold && !(filter.workflow.empty() && filter.equal_to.empty()))
    return fail(ErrorCode::kInvalid,
                "request.invalid",
                "fold looks at equal requests of all workflows; leave workflow and equal_to out");
  if (mine && !narrow_to_own(exchange, filter)) return page_document({}, {});
  filter.limit = wish.limit;
  filter.cursor = std::move(wish.place);
  FERMATA_TRY(engine::Page page, exchange.engine().list(exchange.tenant(), filter));
  const Actor& actor = exchange.caller().actor;
  if (const auto directory = exchange.engine().directory(exchange.tenant());
      mine && directory && actor.kind == ActorKind::kPerson)
    std::erase_if(page.items,
                  [&](const json::Value& one) { return !is_for(one, *directory, actor.id); });
  for (json::Value& one : page.items) exchange.services().views.add_short(exchange.tenant(), one);
  return page_reply(exchange, std::move(page.items), page.next);
}

void get_approval(const ExchangePtr& exchange) {
  exchange->on_worker([exchange = exchange.get()] {
    Result<engine::Reply> reply = approval_reply(*exchange);
    const int wait_s = exchange->wait_s();
    if (!reply || wait_s == 0 || reply->body.string_or("status") != "pending")
      return exchange->finish(std::move(reply));
    exchange->services().waits.for_outcome(exchange->tenant(),
                                           exchange->param("approval_id"),
                                           wait_s * 1000,
                                           [exchange = exchange->shared_from_this()](bool) {
                                             exchange->on_worker([exchange = exchange.get()] {
                                               exchange->finish(approval_reply(*exchange));
                                             });
                                           });
  });
}

}  // namespace fermata::api
