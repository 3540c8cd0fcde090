// How programs of other frameworks ask: their payload in, the object that they wait for out.

#include "ui/inbound/inbound.hpp"

#include <algorithm>

#include "api/rest/fields.hpp"
#include "api/rest/headers.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/routes.hpp"
#include "base/time.hpp"
#include "core/workflow/words.hpp"

namespace fermata::api {
namespace {

using Part = engine::Engine::Inbound::Part;

tl::unexpected<Error> unknown(const std::string& what) {
  return fail(ErrorCode::kInvalid, "inbound.unknown_shape", what);
}

// Prose is shown as far as there is room; the payload keeps all of it.
std::string shortened(const std::string& text, std::size_t most) {
  if (count_characters(text) <= most) return text;
  std::string cut;
  std::size_t characters = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && ++characters > most - 3) break;
    cut += c;
  }
  return cut + "...";
}

Result<Question> question_of(const ui::InboundQuestion& asked) {
  Question question = asked.question;
  if (count_characters(question.action) > kMaxToolLength || !is_line(question.action))
    return unknown("an action is named in one line of at most 200 characters");
  if (question.outcomes.size() > kMaxOutcomes) return unknown("there are more than 16 options");
  for (CustomOutcome& outcome : question.outcomes) {
    if (count_characters(outcome.name) > kMaxNameLength || !is_line(outcome.name))
      return unknown("an option is named in one line of at most 200 characters");
    outcome.text = shortened(outcome.text, kMaxProse);
  }
  question.title = shortened(question.title, kMaxNameLength);
  question.why = shortened(question.why, kMaxProse);
  question.takes = asked.allowed;
  question.takes.push_back(DecisionKind::kReject);
  return question;
}

Result<command::AskInbound> read_ask(const Exchange& exchange, std::string& workflow) {
  command::AskInbound wish;
  Fields fields(exchange.body());
  fields.any("asked", wish.asked, true);
  fields.text("workflow_id", workflow, {.shape = kWorkflowId});
  fields.integer("turn", wish.turn, {.min = 1, .max = kMaxTurn});
  FERMATA_CHECK_OK(fields.finish());
  FERMATA_TRY(wish.key, idempotency_key(exchange.request()));
  wish.asked = ui::without_secrets(wish.asked);
  FERMATA_TRY(const ui::Inbound read, ui::read_inbound(wish.asked));
  for (const ui::InboundQuestion& one : read.questions) {
    FERMATA_TRY(Question question, question_of(one));
    wish.questions.push_back(std::move(question));
  }
  return wish;
}

// The stream itself knows its keys, for as long as it exists and whichever key of the agent's asks:
// people take longer than requests are remembered. So nothing is recalled from a request's record.
engine::Submission submission_of(const Exchange& exchange,
                                 std::string workflow,
                                 command::AskInbound wish) {
  if (workflow.empty() && !wish.key.empty()) {
    engine::Identity agent = exchange.caller();
    agent.key_id = "agent:" + agent.actor.id;
    workflow = engine::workflow_for(engine::idempotency(agent, "inbound", "", wish.key, ""));
  }
  engine::Submission submission = exchange.submission(std::move(workflow), std::move(wish));
  submission.idempotency.reset();
  return submission;
}

bool is_open(const Part& part) {
  if (!part.frozen_by.empty()) return true;  // Nothing is let go while the kill switch holds.
  return part.approval && part.approval->pending();
}

std::string outcome_of(const Part& part) {
  if (part.approval) return to_string(part.approval->status);
  return part.call->state == CallState::kDenied ? "denied" : "allowed";
}

// What people said; of what they did not decide, what the model is told.
ui::InboundAnswer answer_of(const Approval& approval) {
  const Outcome& outcome = *approval.outcome;
  ui::InboundAnswer answer;
  answer.reason = outcome.reason;
  answer.outcome = outcome.name;
  answer.at = to_rfc3339(outcome.at);
  switch (outcome.status) {
    case ApprovalStatus::kApproved:
      if (!approval.original_arguments) {
        answer.kind = DecisionKind::kApprove;
        break;
      }
      answer.kind = DecisionKind::kEdit;
      answer.action = approval.question.action;
      answer.arguments = approval.question.arguments;
      break;
    case ApprovalStatus::kAnswered:
      answer.kind = DecisionKind::kAnswer;
      answer.answer = outcome.answer;
      break;
    case ApprovalStatus::kIgnored:
      answer.kind = DecisionKind::kIgnore;
      break;
    case ApprovalStatus::kRejected:
      break;
    default:
      answer.reason = words::answered({.kind = approval.question.kind,
                                       .action = approval.question.action,
                                       .status = outcome.status,
                                       .by = outcome.by,
                                       .reason = outcome.reason});
  }
  return answer;
}

ui::InboundAnswer answer_of(const Part& part) {
  if (part.approval) return answer_of(*part.approval);
  ui::InboundAnswer answer;
  answer.at = to_rfc3339(part.call->closed_at.value_or(part.call->opened_at));
  if (part.call->state == CallState::kDenied)
    answer.reason = part.call->denial_message;
  else
    answer.kind = DecisionKind::kApprove;
  return answer;
}

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value question_document(const Part& part) {
  const Approval* approval = part.approval ? &*part.approval : nullptr;
  return json::Object{
      {"action", approval != nullptr ? approval->question.action : part.call->tool},
      {"call_id", part.call ? json::Value(part.call->id) : json::Value()},
      {"approval_id", approval != nullptr ? json::Value(approval->id) : json::Value()},
      {"outcome", outcome_of(part)},
      {"frozen_by", text_or_null(part.frozen_by)}};
}

Result<json::Value> document_of(const engine::Engine::Inbound& found) {
  FERMATA_TRY(const ui::Inbound read, ui::read_inbound(found.ask.asked));
  const bool open = std::any_of(found.parts.begin(), found.parts.end(), is_open);
  json::Array questions;
  std::vector<ui::InboundAnswer> answers;
  for (const Part& part : found.parts) {
    questions.push_back(question_document(part));
    if (!open) answers.push_back(answer_of(part));
  }
  json::Value answer;
  if (!open) {
    FERMATA_TRY(answer, ui::answer_inbound(read, answers));
  }
  return json::Value(json::Object{{"id", found.ask.id},
                                  {"workflow_id", found.workflow},
                                  {"framework", ui::to_string(read.framework)},
                                  {"state", open ? "pending" : "answered"},
                                  {"questions", std::move(questions)},
                                  {"answer", std::move(answer)},
                                  {"hash", found.ask.hash}});
}

Result<engine::Engine::Inbound> own_inbound(const Exchange& exchange, const std::string& id) {
  // It may have waited; its key may have been revoked meanwhile.
  FERMATA_CHECK_OK(exchange.engine().recheck(exchange.caller()));
  FERMATA_TRY(engine::Engine::Inbound found, exchange.engine().inbound(exchange.tenant(), id));
  const Actor& actor = exchange.caller().actor;
  if (actor.kind == ActorKind::kAgent && actor.id != found.agent)
    return fail(ErrorCode::kNotFound, "inbound.not_found", "there is no inbound '" + id + "'");
  if (!found.ask.live())
    return fail(ErrorCode::kConflict,
                "stale_epoch",
                "a rollback left this on an old branch: what was decided there holds no more; "
                "ask again");
  return found;
}

// One wait for an answer; whoever works on it holds the exchange.
struct Look {
  ExchangePtr exchange;
  std::string id;
  int status = 200;
  std::int64_t until_ms = 0;

  // On a worker.
  void operator()() const {
    // Read first, so that no thaw is missed.
    const std::int64_t directory = exchange->engine().directory_version(exchange->tenant());
    const auto found = own_inbound(*exchange, id);
    if (!found) return exchange->refuse(found.error());
    const auto open = std::find_if(found->parts.begin(), found->parts.end(), is_open);
    const std::int64_t left_ms = until_ms - monotonic_ms();
    if (open == found->parts.end() || left_ms <= 0 || exchange->services().waits.released())
      return answer(*found);
    const auto again = [look = *this](bool) { look.exchange->on_worker(look); };
    Waits& waits = exchange->services().waits;
    const int wait_ms = static_cast<int>(left_ms);
    if (open->approval && open->approval->pending())
      return waits.for_outcome(exchange->tenant(), open->approval->id, wait_ms, again);
    waits.for_version(exchange->tenant(), "directory", directory, wait_ms, again);
  }

  void answer(const engine::Engine::Inbound& found) const {
    Result<json::Value> document = document_of(found);
    if (!document) return exchange->refuse(document.error());
    engine::Reply reply;
    reply.status = status;
    if (status == 201) reply.location = "/v1/inbound/" + id;
    reply.replayed = status == 200 && exchange->request().method == "POST";
    reply.body = *std::move(document);
    exchange->finish(std::move(reply));
  }
};

void look(const ExchangePtr& exchange, std::string id, int status) {
  exchange->on_worker(
      Look{exchange, std::move(id), status, monotonic_ms() + exchange->wait_s() * 1000LL});
}

}  // namespace

void ask_inbound(const ExchangePtr& exchange) {
  std::string workflow;
  Result<command::AskInbound> wish = read_ask(*exchange, workflow);
  if (!wish) return exchange->refuse(wish.error());
  exchange->on_worker([exchange, workflow, wish = *std::move(wish)] {
    // A payload for a workflow that does not exist would make it.
    if (!workflow.empty())
      if (const auto known = exchange->engine().workflow(exchange->tenant(), workflow); !known)
        return exchange->refuse(known.error());
    exchange->engine().submit(submission_of(*exchange, workflow, wish),
                              [exchange](Result<engine::Reply> reply) {
                                if (!reply) return exchange->refuse(reply.error());
                                look(exchange, reply->body.string_or("id"), reply->status);
                              });
  });
}

void get_inbound(const ExchangePtr& exchange) {
  look(exchange, exchange->param("inbound_id"), 200);
}

}  // namespace fermata::api
