#include "agents/turn.hpp"

#include <algorithm>

#include "agents/loop/prompts.hpp"
#include "base/failpoint.hpp"
#include "observability/log.hpp"
#include "resilience/retry.hpp"

namespace fermata::agents {
namespace {

using observability::Level;
using observability::log;

constexpr int kPage = 200;
constexpr int kExamplesRead = 50;  // Of each outcome, to choose examples from.
constexpr std::int64_t kMaxTurnPauseMs = 900'000;
constexpr std::int64_t kMaxErrorChars = 20'000;
constexpr std::int64_t kFrozenAgainMs =
    2'000;  // How long a turn rests that the kill switch stopped.

}  // namespace

// Nothing is wrong with the workflow then: this turn may not write it, or nobody may just now.
bool Turn::ends_quietly(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kVersionConflict ||
         error.reason == "turn.stale" || error.reason == "turn.not_found" ||
         error.reason == "stale_epoch" || error.reason == "workflow.closed";
}

Turn::Turn(Hands hands, std::string tenant, const Declared& declared, const json::Value& leased)
    : hands_(std::move(hands)),
      tenant_(std::move(tenant)),
      declared_(declared),
      agent_(declared_.agent(leased["workflow"].string_or("agent"))),
      workflow_(leased["workflow"]),
      id_(workflow_.string_or("id")),
      turn_(leased.int_or("turn")),
      attempt_(leased.int_or("lapses") + 1) {}

void Turn::run() {
  const auto work = [this]() -> Result<Next> {
    if (agent_ == nullptr)
      return fail_workflow("agents.not_declared",
                           "the server's configuration no longer declares this agent");
    FERMATA_CHECK_OK(load());
    FERMATA_TRY(const Next equipped, equip());
    if (equipped == Next::kOver) return equipped;
    FERMATA_TRY(const Next undone, undo());
    if (undone == Next::kOver) return undone;
    FERMATA_TRY(const Next briefed, brief());
    if (briefed == Next::kOver) return briefed;
    Machine machine(briefing_from((*journal_.find(kBriefingKey))["result"]),
                    task_text(workflow_["input"]));
    Next next = Next::kGoOn;
    while (next == Next::kGoOn) {
      if (const auto replayed = replay(machine, journal_); !replayed)
        return fail_workflow(replayed.error().reason, replayed.error().message);
      FERMATA_TRY(next, act(machine));
    }
    return next;
  };
  Result<Next> done = work();
  // People stopped it and will let it go on; what was done is in the journal.
  if (!done && done.error().reason == "switch.frozen") done = end(kFrozenAgainMs);
  if (done || ends_quietly(done.error())) {
    if (!done)
      log(Level::kDebug, "agent.turn_left", {{"workflow", id_}, {"reason", done.error().reason}});
    return;
  }
  observability::log_error("agent.turn_failed", done.error(), id_);
  (void)fail_workflow(done.error().reason, done.error().message);
}

engine::Submission Turn::renewal() const {
  return {.caller = {tenant_, {ActorKind::kAgent, workflow_.string_or("agent")}, "", ""},
          .stream = id_,
          .command = command::RenewTurn{turn_},
          .door = Door::kSystem};
}

Result<engine::Reply> Turn::submit(command::Command command) {
  engine::Submission submission = renewal();
  submission.command = std::move(command);
  return hands_.engine.submit_and_wait(std::move(submission));
}

Result<Turn::Next> Turn::end(std::int64_t retry_after_ms) {
  command::EndTurn wish{.turn = turn_};
  wish.retry_after_ms = retry_after_ms;
  FERMATA_CHECK_OK(submit(wish));
  return Next::kOver;
}

Result<Turn::Next> Turn::fail_workflow(std::string type, std::string message) {
  message = cut(message, kMaxErrorChars);
  log(Level::kWarn, "agent.failed", {{"workflow", id_}, {"type", type}});
  FERMATA_CHECK_OK(submit(command::FailWorkflow{turn_, {std::move(type), std::move(message)}}));
  return Next::kOver;
}

Following Turn::following(std::function<void(std::string_view)> on_text) const {
  return {.on_text = std::move(on_text),
          .cancelled = [this] { return given_up(); },
          .pause = [this](std::int64_t ms) { return hands_.pause(ms) && !given_up(); }};
}

Result<void> Turn::load() {
  std::int64_t after = 0;
  while (true) {
    FERMATA_TRY(engine::Page page, hands_.engine.journal(tenant_, id_, after, kPage));
    for (json::Value& call : page.items) journal_.put(std::move(call));
    if (page.next.empty()) return {};
    after = std::stoll(page.next);
  }
}

// A turn whose tools are not known cannot tell whether people were asked about the same ones.
Result<Turn::Next> Turn::equip() {
  if (hands_.mcp.empty()) return equip_from_workers();
  Result<Declared> equipped = hands_.mcp.equip(declared_, *agent_);
  if (!equipped) {
    if (hands_.stopping()) return end();
    return no_answer(tools_question(), equipped.error());
  }
  declared_ = *std::move(equipped);
  agent_ = declared_.agent(workflow_.string_or("agent"));
  return equip_from_workers();
}

// Another one for each question to the model.
std::string Turn::tools_question() const {
  std::int64_t models = 0;
  journal_.each([&](const json::Value& call) { models += call.string_or("kind") == "model"; });
  return "run/tools/" + std::to_string(models + 1);
}

// The first thing in a journal is what the agent is, so that it stays that.
Result<Turn::Next> Turn::brief() {
  if (journal_.find(kBriefingKey) != nullptr) return Next::kGoOn;
  command::OpenCall wish;
  wish.turn = turn_;
  wish.key = kBriefingKey;
  wish.kind = CallKind::kValue;
  wish.tool = "briefing";
  wish.recorded = true;
  wish.result = to_value(briefing_of(*agent_, declared_));
  FERMATA_TRY(engine::Reply reply, submit(std::move(wish)));
  journal_.put(reply.body["call"]);
  return Next::kGoOn;
}

Result<Turn::Next> Turn::act(Machine& machine) {
  if (lost_) return Next::kOver;
  if (hands_.stopping()) return end();
  if (const auto* asked = std::get_if<AskModel>(&machine.need())) return ask(machine, *asked);
  if (const auto* run = std::get_if<RunTools>(&machine.need())) return run_tools(machine, *run);
  FERMATA_CHECK_OK(
      submit(command::CompleteWorkflow{turn_, std::get<Finish>(machine.need()).result}));
  return Next::kOver;
}

std::string Turn::notes_for(const Machine& machine) {
  Known known{.agent = *agent_,
              .steps_left = machine.steps_left(),
              .spent = spent_in(journal_, agent_->model)};
  const auto policy = hands_.engine.policy(tenant_);
  known.policy = policy.get();
  const ContextParts& on = agent_->context;
  if (on.approvals) {
    engine::ListFilter filter;
    filter.table = store::Table::kApprovals;
    filter.workflow = id_;
    filter.limit = 100;
    if (auto page = hands_.engine.list(tenant_, filter))
      known.approvals.assign(page->items.rbegin(), page->items.rend());
  }
  if (on.examples > 0) known.decided = decided_elsewhere();
  if (on.checkpoints)
    if (auto checkpoints = hands_.engine.checkpoints(tenant_, id_))
      known.checkpoints = *std::move(checkpoints);
  // Of a rollback whose checkpoint has no call of its own; for the first model call after it.
  const std::int64_t epoch = workflow_.int_or("epoch");
  bool first = true;
  journal_.each([&](const json::Value& call) {
    if (call.string_or("kind") == "model" && call.int_or("epoch") == epoch) first = false;
  });
  if (const json::Array* branches = workflow_["branches"].as_array(); first && branches != nullptr)
    for (const json::Value& branch : *branches)
      if (branch.int_or("epoch") == epoch) known.notice = branch.string_or("notice");
  known.is_fork = !workflow_["forked_from"].is_null();
  return notes(known, journal_);
}

// By people about this agent's calls in other workflows, newest first. What cannot be read is left
// out: an agent works without examples.
std::vector<json::Value> Turn::decided_elsewhere() {
  std::vector<json::Value> decided;
  for (const char* status : {"approved", "rejected"}) {
    engine::ListFilter filter;
    filter.table = store::Table::kApprovals;
    filter.agent = agent_->name;
    filter.status = status;
    filter.limit = kExamplesRead;
    auto page = hands_.engine.list(tenant_, filter);
    if (!page) continue;
    for (json::Value& approval : page->items)
      if (approval.string_or("workflow_id") != id_) decided.push_back(std::move(approval));
  }
  std::stable_sort(
      decided.begin(), decided.end(), [](const json::Value& one, const json::Value& other) {
        return one.string_or("created_at") > other.string_or("created_at");
      });
  return decided;
}

Result<Turn::Next> Turn::ask(Machine& machine, const AskModel& asked) {
  const std::string limit = limit_reached(spent_in(journal_, agent_->model), agent_->limits);
  if (!limit.empty())
    return fail_workflow(limit, "the agent has used up its " + limit.substr(limit.find('.') + 1));
  FERMATA_CHECK_OK(checkpoint_if_due(asked));
  const std::string told = notes_for(machine);
  failpoint("agents.before_model");
  const Result<Asked> answer =
      hands_.models.ask(agent_->model,
                        machine.request(told),
                        agent_->limits.output_chars,
                        following([&](std::string_view text) {
                          hands_.watchers.tell(tenant_, id_, asked.key, text);
                        }));
  if (!answer) return model_failed(asked, answer.error());
  failpoint("agents.after_model");
  FERMATA_CHECK_OK(record_answer(asked, *answer, told));
  return Next::kGoOn;
}

Result<Turn::Next> Turn::model_failed(const AskModel& asked, const Error& error) {
  if (lost_) return Next::kOver;
  if (error.reason == "model.cancelled") return end();
  observability::log_error("agent.model_failed", error, id_);
  if (error.code != ErrorCode::kUnavailable) return fail_workflow(error.reason, error.message);
  return no_answer(asked.key, error);
}

// Each turn that ends without an answer - of the model, or of a server that has tools - leaves a
// record under "<question>/silent/<n>": it says why, and is how turns are counted. The turn comes
// again, until there were too many.
Result<Turn::Next> Turn::no_answer(const std::string& question, const Error& error) {
  std::int64_t silent = 1;
  const auto key = [&] { return question + "/silent/" + std::to_string(silent); };
  while (journal_.find(std::string_view(key())) != nullptr) ++silent;
  command::OpenCall wish;
  wish.turn = turn_;
  wish.key = key();
  wish.kind = CallKind::kValue;
  wish.tool = agent_->model.name;
  wish.recorded = true;
  wish.error = CallError{error.reason, cut(error.message, kMaxErrorChars)};
  FERMATA_CHECK_OK(submit(std::move(wish)));
  if (silent >= agent_->model.turns)
    return fail_workflow(
        error.reason,
        "no answer in " + std::to_string(silent) + " turns; at last: " + error.message);
  std::int64_t wait_ms = resilience::pause_ms(
      {.first_ms = agent_->model.turn_pause_s * 1000, .cap_ms = kMaxTurnPauseMs},
      silent,
      hands_.random);
  if (!error.extra.empty())
    if (const auto extra = json::parse(error.extra))
      wait_ms = std::max(wait_ms, extra->int_or("retry_after_s") * 1000);
  return end(wait_ms);
}

Result<void> Turn::record_answer(const AskModel& asked,
                                 const Asked& answer,
                                 const std::string& told) {
  command::OpenCall wish;
  wish.turn = turn_;
  wish.key = asked.key;
  wish.kind = CallKind::kModel;
  wish.tool = agent_->model.name;
  wish.arguments = {{"purpose", to_string(asked.purpose)},
                    {"step", asked.step},
                    {"attempt", attempt_},
                    {"tries", answer.tries},
                    {"took_ms", answer.took_ms}};
  if (!told.empty()) wish.arguments.set("notes", told);
  wish.request_hash = asked.request_hash;
  wish.recorded = true;
  wish.result = to_value(answer.answer);
  FERMATA_TRY(engine::Reply reply, submit(std::move(wish)));
  journal_.put(reply.body["call"]);
  attempt_ = 1;
  return {};
}

Result<void> Turn::checkpoint_if_due(const AskModel& asked) {
  const std::int64_t every = agent_->checkpoint_every;
  if (every == 0 || asked.purpose != Purpose::kAct || asked.step == 1 ||
      (asked.step - 1) % every != 0)
    return {};
  command::CreateCheckpoint wish;
  wish.name = "before step " + std::to_string(asked.step);
  wish.metadata = {{"automatic", true}};
  wish.turn = turn_;
  FERMATA_CHECK_OK(submit(std::move(wish)));
  return {};
}

}  // namespace fermata::agents
