// Calls of tools that workers serve. A call is opened only when a worker has stretched out its hand
// for it, so that what nobody runs has not begun. Without one the turn ends and comes again later:
// meanwhile the agent is rows and nothing else, and its journal says for whom it waits.

#include <algorithm>

#include "agents/turn.hpp"
#include "base/failpoint.hpp"
#include "observability/log.hpp"
#include "resilience/retry.hpp"

namespace fermata::agents {
namespace {

using engine::ToolDesk;

constexpr std::int64_t kBusyMs = 5000;  // For the hands of a worker that is there to become free.
constexpr std::int64_t kLeastPauseMs = 1000;
constexpr std::int64_t kBusyPauseMs = 15'000;
constexpr std::int64_t kGonePauseMs = 120'000;

// As the worker said it.
json::Value offered(const ToolDefinition& tool) {
  return json::Object{{"name", tool.name},
                      {"description", tool.description},
                      {"arguments", tool.arguments},
                      {"idempotent", tool.idempotent}};
}

bool uses(const AgentDefinition& agent, const Declared& declared, const std::string& name) {
  return std::any_of(agent.tools.begin(), agent.tools.end(), [&](const std::string& used) {
    const ToolDefinition* tool = declared.tool(used);
    return used == name || (tool != nullptr && tool->undo == name);
  });
}

TimeMs time_in(const json::Value& document, const std::string& name) {
  return from_rfc3339(document.string_or(name)).value_or(0);
}

// Whether it ran. An idempotent one is tried again, so often; about any other people are asked, who
// can look (P17).
ToolRun nobody_knows(const ToolDefinition& tool, std::int64_t attempt, CallError error) {
  if (!tool.idempotent || attempt <= tool.worker->retries)
    return {ToolRun::Kind::kUnknown, {}, std::move(error)};
  error.message += ", " + std::to_string(attempt) + " times";
  return {ToolRun::Kind::kFailed, {}, std::move(error)};
}

}  // namespace

Result<Turn::Next> Turn::equip_from_workers() {
  if (hands_.desk == nullptr) return Next::kGoOn;
  std::vector<ToolDefinition> known;
  for (ToolDefinition tool : declared_.tools) {
    if (tool.worker) {
      const bool needed = uses(*agent_, declared_, tool.name);
      const auto said = hands_.desk->definition(tenant_, tool.worker->name, tool.name, needed);
      if (!said && needed) return wait_for_worker(tools_question(), tool);
      if (!said) continue;
      tool.description = said->string_or("description");
      tool.arguments = (*said)["arguments"];
      tool.idempotent = said->bool_or("idempotent");
    }
    known.push_back(std::move(tool));
  }
  declared_.tools = std::move(known);
  return Next::kGoOn;
}

// The turn ends, and comes again after about as long as it has waited already. The first one leaves
// a record that says for whom.
Result<Turn::Next> Turn::wait_for_worker(const std::string& question, const ToolDefinition& tool) {
  if (lost_) return Next::kOver;
  if (hands_.stopping()) return end();
  const bool is_there = hands_.desk->is_there(tenant_, tool.worker->name, offered(tool));
  const std::string key = question + "/waiting";
  if (journal_.find(std::string_view(key)) == nullptr) {
    command::OpenCall wish;
    wish.turn = turn_;
    wish.key = key;
    wish.kind = CallKind::kValue;
    wish.tool = tool.name;
    wish.recorded = true;
    wish.error = CallError{is_there ? "tools.worker_busy" : "tools.no_worker",
                           (is_there ? "all workers are busy that serve the tools of '"
                                     : "no worker serves the tools of '") +
                               tool.worker->name + "'; the agent waits for one"};
    observability::log(observability::Level::kWarn,
                       "agent.waits_for_worker",
                       {{"workflow", id_}, {"tool", tool.name}, {"worker", tool.worker->name}});
    FERMATA_TRY(engine::Reply reply, submit(std::move(wish)));
    journal_.put(reply.body["call"]);
  }
  const TimeMs since = time_in(*journal_.find(std::string_view(key)), "opened_at");
  const std::int64_t most = std::clamp(time_in(workflow_, "updated_at") - since,
                                       kLeastPauseMs,
                                       is_there ? kBusyPauseMs : kGonePauseMs);
  return end(most / 2 +
             resilience::delay_ms({.first_ms = most / 2, .cap_ms = most / 2}, 1, hands_.random));
}

Result<Effect> Turn::foresee(const command::OpenCall& wish) const {
  return hands_.engine.foresee(renewal().caller, id_, wish);
}

// Whether it may be `run` when it is opened, be it under a standing permission. What people are
// asked about first needs no hands yet.
bool Turn::may_begin(const command::OpenCall& wish) const {
  const json::Value* before = journal_.find(std::string_view(wish.key));
  if (before == nullptr) return foresee(wish) == Effect::kAllow;
  const std::string state = before->string_or("state");
  if (state == "running") return before->bool_or("idempotent");
  return state != "in_doubt";
}

// Which tool is called: people may have chosen another one than the model did.
std::string Turn::tool_of(const command::OpenCall& wish) const {
  const json::Value* before = journal_.find(std::string_view(wish.key));
  return before == nullptr ? wish.tool : before->string_or("effective_tool", wish.tool);
}

void Turn::leave(const ToolDesk::SeatPtr& seat) const {
  if (seat != nullptr) hands_.desk->leave(seat);
}

ToolDesk::SeatPtr Turn::find_hands(const ToolDefinition& tool) const {
  const json::Value wanted = offered(tool);
  const std::string& worker = tool.worker->name;
  const std::int64_t for_ms = hands_.desk->is_there(tenant_, worker, wanted) ? kBusyMs : 0;
  return hands_.desk->seat(tenant_, worker, wanted, for_ms, [this] { return given_up(); });
}

// `seat` is none when it could not be foreseen that the call would run.
ToolRun Turn::run_on_worker(const ToolDefinition& tool,
                            const json::Value& verdict,
                            ToolDesk::SeatPtr& seat) const {
  if (seat == nullptr) seat = find_hands(tool);
  if (seat == nullptr)
    return {
        ToolRun::Kind::kFailed,
        {},
        {"tools.no_worker", "no worker of '" + tool.worker->name + "' took it; it did not run"}};
  json::Object call;
  for (const char* name : {"binding", "hash", "arguments", "idempotency_key", "attempt"})
    call.set(name, verdict[name]);
  call.set("tool", tool.name);
  call.set("definition", described(tool));
  failpoint("agents.before_tool");
  const auto outcome =
      hands_.desk->run(seat, call, tool.worker->timeout_ms, [this] { return lost_.load(); });
  failpoint("agents.after_tool");
  const std::int64_t attempt = verdict.int_or("attempt");
  if (!outcome)
    return nobody_knows(
        tool, attempt, {"net.no_answer", "its workers went away while they ran it"});
  if (outcome->hash != verdict.string_or("hash"))
    return nobody_knows(
        tool,
        attempt,
        {"call.hash_mismatch", "the worker reports on another call than it was given"});
  if (outcome->error) return {ToolRun::Kind::kFailed, {}, *outcome->error};
  if (json::write(outcome->result).size() > static_cast<std::size_t>(tool.worker->max_bytes))
    return {
        ToolRun::Kind::kFailed,
        {},
        {"agents.BadResult", "it ran, but its result is longer than max_bytes and was not kept"}};
  return {ToolRun::Kind::kDone, outcome->result, {}};
}

}  // namespace fermata::agents
