// What people ask about the calls that a turn leaves waiting. The model that asked for the call
// answers, beside the work: the answer goes into the request and decides nothing, and the agent's
// own conversation never sees it, so that each replay stays the same.
//
// An answer is recorded, under "question/<approval>/<comment>", before it is sent: a crash in
// between neither asks twice nor loses it. Where the turn itself is lost before, the core wakes the
// workflow again.

#include <algorithm>

#include "agents/loop/prompts.hpp"
#include "agents/turn.hpp"
#include "observability/log.hpp"

namespace fermata::agents {
namespace {

constexpr std::int64_t kMaxAnswer = 3900;  // A comment has 4000 characters; cut() adds a remark.
constexpr std::size_t kMaxSaid = 20;       // Comments that the model is shown besides.

// A reply that does not say to what it is one is one to all that was asked before.
bool is_open(const json::Array& comments, const json::Value& question) {
  const std::int64_t n = question.int_or("n");
  return question.bool_or("asks") &&
         std::none_of(comments.begin(), comments.end(), [&](const json::Value& reply) {
           return reply["by"].string_or("kind") == "agent" && reply.int_or("n") > n &&
                  (reply["reply_to"].is_null() || reply.int_or("reply_to") == n);
         });
}

std::string who(const json::Value& comment) {
  return comment["by"].string_or("kind") == "agent" ? "you" : comment["by"].string_or("id");
}

// Of those that an agent may read.
std::string said_before(const json::Array& comments, std::int64_t n) {
  std::vector<std::string> lines;
  for (const json::Value& comment : comments)
    if (comment.int_or("n") < n && comment.bool_or("for_agent"))
      lines.push_back("- " + who(comment) + ": " + comment.string_or("text") + "\n");
  std::string text;
  for (std::size_t i = lines.size() - std::min(lines.size(), kMaxSaid); i < lines.size(); ++i)
    text += lines[i];
  return text;
}

}  // namespace

// The end of a turn whose calls wait.
Result<Turn::Next> Turn::answer_people(const Machine& machine, const RunTools& run) {
  for (const PlannedCall& call : run.calls) {
    const json::Value* record = journal_.find(call);
    if (record == nullptr || record->string_or("state") != "waiting") continue;
    const auto approval = hands_.engine.approval(tenant_, record->string_or("approval"));
    if (!approval || approval->string_or("status") != "pending") continue;
    const json::Array* comments = (*approval)["comments"].as_array();
    if (comments == nullptr) continue;
    for (const json::Value& comment : *comments) {
      if (!is_open(*comments, comment)) continue;
      FERMATA_TRY(const bool done, answer_one(machine, *approval, comment));
      if (!done) return Next::kOver;  // Not ended: the turn lapses, and the next one answers.
    }
  }
  return end();
}

// False: this turn is over. What cannot be answered stays open: the request is people's to decide
// all the same.
Result<bool> Turn::answer_one(const Machine& machine,
                              const json::Value& approval,
                              const json::Value& question) {
  const std::string id = approval.string_or("id");
  const Result<std::string> words = words_for(machine, approval, question);
  if (given_up()) return false;
  if (!words) {
    if (ends_quietly(words.error()) && words.error().reason != "model.unavailable")
      return tl::unexpected(words.error());
    observability::log_error("agent.question_failed", words.error(), id);
    return true;
  }
  const auto sent = submit(command::CommentApproval{id, *words, question.int_or("n")});
  if (!sent && sent.error().code != ErrorCode::kConflict) return tl::unexpected(sent.error());
  return true;
}

// From the journal, or the model.
Result<std::string> Turn::words_for(const Machine& machine,
                                    const json::Value& approval,
                                    const json::Value& question) {
  const std::int64_t n = question.int_or("n");
  const std::string key =
      std::string(kQuestionKey) + approval.string_or("id") + "/" + std::to_string(n);
  const json::Value* kept = journal_.find(std::string_view(key));
  if (kept == nullptr) {
    if (!limit_reached(spent_in(journal_, agent_->model), agent_->limits).empty())
      return fail(ErrorCode::kInvalid, "model.refused", "the agent has used up its limits");
    const AskedByPeople asked{approval.string_or("action"),
                              json::write(approval["arguments"]),
                              who(question),
                              question.string_or("text"),
                              said_before(*approval["comments"].as_array(), n)};
    FERMATA_TRY(const Asked answer,
                hands_.models.ask(agent_->model,
                                  machine.aside(question_prompt(asked)),
                                  agent_->limits.output_chars,
                                  following([](std::string_view) {})));
    command::OpenCall wish;
    wish.turn = turn_;
    wish.key = key;
    wish.kind = CallKind::kValue;
    wish.tool = agent_->model.name;
    wish.arguments = {{"tries", answer.tries}, {"took_ms", answer.took_ms}};
    wish.recorded = true;
    wish.result = to_value(answer.answer);
    FERMATA_TRY(engine::Reply reply, submit(std::move(wish)));
    journal_.put(reply.body["call"]);
    kept = journal_.find(std::string_view(key));
  }
  const std::string text = cut(answer_from((*kept)["result"]).content, kMaxAnswer);
  if (text.empty()) return fail(ErrorCode::kInvalid, "model.bad_answer", "it said nothing");
  return text;
}

}  // namespace fermata::agents
