// What a turn does before anything else when a rollback left effects behind: it undoes them, newest
// first, each as a call of the journal like any other, under "undo/<call>/<attempt>".

#include <algorithm>

#include "agents/turn.hpp"
#include "observability/log.hpp"
#include "resilience/retry.hpp"

namespace fermata::agents {
namespace {

constexpr resilience::RetryPolicy kUndoAgain{.first_ms = 2000, .cap_ms = 60'000};

// What is to be undone now; null: nothing is left. Those that are settled come last, without a key.
json::Value next_of(const json::Value& workflow) {
  const json::Array* all = workflow["undo"].as_array();
  if (all == nullptr || all->empty() || all->front().string_or("key").empty()) return {};
  return all->front();
}

}  // namespace

Result<Turn::Next> Turn::undo() {
  bool any = false;
  while (true) {
    if (lost_) return Next::kOver;
    if (hands_.stopping()) return end();
    FERMATA_TRY(workflow_, hands_.engine.workflow(tenant_, id_));
    const json::Value next = next_of(workflow_);
    if (next.is_null()) break;
    FERMATA_TRY(const Next done, undo_one(next));
    if (done == Next::kOver) return done;
    any = true;
  }
  // The record of the checkpoint tells what became of them, so it reads otherwise now.
  if (any) FERMATA_CHECK_OK(load());
  return Next::kGoOn;
}

// One attempt of one. kOver: people are asked, or it is tried again later.
Result<Turn::Next> Turn::undo_one(const json::Value& next) {
  FERMATA_TRY(const json::Value undone, hands_.engine.call(tenant_, next.string_or("call")));
  const PlannedCall call{next.string_or("key"),
                         next.string_or("undo_tool"),
                         {{"arguments", next["arguments"]}, {"result", undone["result"]}}};
  const ToolDefinition* tool = declared_.tool(call.name);
  const std::string definition = tool == nullptr ? "undeclared" : definition_hash(*tool);
  const json::Value* before = journal_.find(std::string_view(call.key));
  command::OpenCall wish;
  wish.turn = turn_;
  wish.key = call.key;
  wish.tool = call.name;
  wish.arguments = call.arguments;
  wish.definition_hash = before == nullptr ? definition : before->string_or("request_hash");
  wish.request_hash = wish.definition_hash;
  wish.idempotent = tool != nullptr && tool->idempotent;
  // One that has begun keeps its definition: whether it happened is still to be said.
  if (before != nullptr && before->int_or("attempt") == 0 && wish.definition_hash != definition) {
    FERMATA_TRY(const bool is_void, void_undo(json::Value(*before), std::move(wish)));
    return is_void ? Next::kGoOn : Next::kOver;
  }
  engine::ToolDesk::SeatPtr seat;
  if (tool != nullptr && tool->worker && may_begin(wish)) {
    seat = find_hands(*tool);
    if (seat == nullptr) return wait_for_worker("run/undo/" + next.string_or("call"), *tool);
  }
  Result<engine::Reply> opened = submit(std::move(wish));
  const std::string verdict = opened ? opened->body.string_or("verdict") : "";
  if (verdict != "run") leave(seat);
  FERMATA_TRY(const engine::Reply reply, std::move(opened));
  attempt_ = 1;
  journal_.put(reply.body["call"]);
  if (verdict == "wait") return end();
  if (verdict != "run") return Next::kGoOn;
  const ToolRun ran = perform(reply.body, hands_.clients.front(), seat);
  FERMATA_CHECK_OK(close(reply.body, ran, seat));
  if (ran.kind == ToolRun::Kind::kUnknown) return end();
  if (ran.kind == ToolRun::Kind::kDone) return Next::kGoOn;
  observability::log(
      observability::Level::kWarn, "agent.undo_failed", {{"workflow", id_}, {"key", call.key}});
  FERMATA_TRY(workflow_, hands_.engine.workflow(tenant_, id_));
  const json::Value again = next_of(workflow_);
  if (again["call"] != next["call"]) return Next::kGoOn;
  const auto attempts = static_cast<int>(std::min<std::int64_t>(again.int_or("attempts"), 20));
  return end(resilience::delay_ms(kUndoAgain, attempts, hands_.random));
}

// It was asked about under another definition of its tool, and has not begun: what people were
// asked is withdrawn, what they allowed is used up without being run. The next attempt is opened
// under the definition of today. False: it was not to be had, and the turn is over.
Result<bool> Turn::void_undo(const json::Value& before, command::OpenCall wish) {
  static const ToolRun kChanged{
      ToolRun::Kind::kFailed,
      {},
      {"agents.DefinitionChanged", "the definition of the tool that undoes it has changed"}};
  if (before.string_or("state") == "waiting") {
    if (withdraw(before)) return true;
    FERMATA_CHECK_OK(end(kUndoAgain.first_ms));
    return false;
  }
  FERMATA_TRY(const engine::Reply reply, submit(std::move(wish)));
  if (reply.body.string_or("verdict") != "run") return true;
  FERMATA_CHECK_OK(close(reply.body, kChanged, nullptr));
  return true;
}

}  // namespace fermata::agents
