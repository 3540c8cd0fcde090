// What a turn does with the calls of its agent: those that are requests, and the built in ones.

#include "agents/tools/http_tool.hpp"
#include "agents/turn.hpp"
#include "base/failpoint.hpp"
#include "observability/log.hpp"

namespace fermata::agents {

using observability::Level;
using observability::log;

namespace {

std::string text_argument(const PlannedCall& call, const std::string& name) {
  const json::Value* value = call.arguments.find(name);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string() : *text;
}

// By its id, or the latest of that name.
std::string checkpoint_named(const std::vector<json::Value>& checkpoints, const std::string& name) {
  std::string found;
  for (const json::Value& one : checkpoints)
    if (one.bool_or("live") && (one.string_or("id") == name || one.string_or("name") == name))
      found = one.string_or("id");
  return found;
}

}  // namespace

// Every call of the batch is opened before the turn ends, so that people are asked about all of
// them at once.
Result<Turn::Next> Turn::run_tools(const RunTools& run) {
  bool all_closed = true;
  for (const PlannedCall& call : run.calls) {
    if (lost_) return Next::kOver;
    if (hands_.stopping()) return end();
    if (journal_.outcome(call)) continue;
    if (call.name == "rollback") {
      FERMATA_TRY(const bool rolled_back, roll_back(call));
      if (rolled_back) return Next::kOver;
      continue;
    }
    if (call.name == "create_checkpoint") {
      FERMATA_CHECK_OK(create_checkpoint(call));
      continue;
    }
    FERMATA_TRY(const bool closed, open(call, run.why));
    all_closed = all_closed && closed;
  }
  return all_closed ? Next::kGoOn : end();
}

Result<bool> Turn::open(const PlannedCall& call, const std::string& why) {
  const ToolDefinition* tool = declared_.tool(call.name);
  const std::string definition = tool == nullptr ? "undeclared" : definition_hash(*tool);
  const json::Value* before = journal_.find(call);
  command::OpenCall wish;
  wish.turn = turn_;
  wish.key = journal_.key_to_open(call, definition);
  wish.tool = call.name;
  wish.arguments = call.arguments;
  const bool same = before != nullptr && before->string_or("key") == wish.key;
  wish.request_hash = same ? before->string_or("request_hash") : definition;
  wish.definition_hash = wish.request_hash;
  wish.why = why;
  wish.idempotent = tool != nullptr && tool->idempotent;
  if (tool != nullptr) wish.undo = tool->undo;
  if (before != nullptr && !same) withdraw(*before);
  FERMATA_TRY(engine::Reply reply, submit(std::move(wish)));
  attempt_ = 1;
  const std::string verdict = reply.body.string_or("verdict");
  journal_.put(reply.body["call"]);
  if (verdict == "wait") return false;
  if (verdict != "run") return true;
  return perform(call, reply.body);
}

// What people are asked about would no longer be what is run.
void Turn::withdraw(const json::Value& call) {
  const std::string approval = call.string_or("approval");
  if (approval.empty() || call.string_or("state") != "waiting") return;
  (void)submit(command::CancelApproval{approval, "the tool's definition has changed since"});
}

Result<bool> Turn::perform(const PlannedCall& call, const json::Value& verdict) {
  const ToolDefinition* tool = declared_.tool(call.name);
  if (tool == nullptr || !tool->http) {
    const CallError gone{"agents.NoSuchTool", "there is no tool '" + call.name + "' any more"};
    return close(verdict, {}, &gone);
  }
  const json::Object* arguments = verdict["arguments"].as_object();
  auto request = tool_request(*tool,
                              arguments == nullptr ? json::Object{} : *arguments,
                              verdict.string_or("idempotency_key"));
  if (!request) {
    const CallError wrong{request.error().reason, request.error().message};
    return close(verdict, {}, &wrong);
  }
  failpoint("agents.before_tool");
  const ToolRun ran = run_http_tool(
      hands_.http, *tool, *request, following([](std::string_view) {}), hands_.random);
  failpoint("agents.after_tool");
  if (ran.kind == ToolRun::Kind::kUnknown) {
    log(Level::kWarn, "agent.call_in_doubt", {{"workflow", id_}, {"tool", call.name}});
    return false;
  }
  return close(verdict, ran.result, ran.kind == ToolRun::Kind::kFailed ? &ran.error : nullptr);
}

Result<bool> Turn::close(const json::Value& verdict,
                         const json::Value& result,
                         const CallError* error) {
  command::CloseCall wish;
  wish.turn = turn_;
  wish.call = verdict["call"].string_or("id");
  wish.grant = verdict.string_or("grant");
  wish.hash = verdict.string_or("hash");
  wish.result = result;
  if (error != nullptr) wish.error = *error;
  FERMATA_TRY(engine::Reply reply, submit(std::move(wish)));
  journal_.put(reply.body);
  return true;
}

// What needs no permission and has no effect outside is recorded as a value under the call's key.
Result<void> Turn::record_value(const PlannedCall& call, json::Value result) {
  command::OpenCall wish;
  wish.turn = turn_;
  wish.key = call.key;
  wish.kind = CallKind::kValue;
  wish.tool = call.name;
  wish.arguments = call.arguments;
  wish.recorded = true;
  wish.result = std::move(result);
  FERMATA_TRY(engine::Reply reply, submit(std::move(wish)));
  journal_.put(reply.body["call"]);
  attempt_ = 1;
  return {};
}

Result<void> Turn::create_checkpoint(const PlannedCall& call) {
  command::CreateCheckpoint wish;
  wish.name = text_argument(call, "name");
  wish.key = call.key;
  wish.turn = turn_;
  const Result<engine::Reply> made = submit(std::move(wish));
  attempt_ = 1;
  if (made) return load();  // The server made the record, and its words.
  if (ends_quietly(made.error())) return tl::unexpected(made.error());
  return record_value(call, "No checkpoint was made: " + made.error().message);
}

// True: the workflow is on a new branch, and this turn is over.
Result<bool> Turn::roll_back(const PlannedCall& call) {
  FERMATA_TRY(const std::vector<json::Value> all, hands_.engine.checkpoints(tenant_, id_));
  const std::string name = text_argument(call, "checkpoint");
  const std::string id = checkpoint_named(all, name);
  if (id.empty()) {
    FERMATA_CHECK_OK(record_value(call, "There is no checkpoint '" + name + "' to return to."));
    return false;
  }
  command::RollBack wish;
  wish.checkpoint = id;
  wish.reason = text_argument(call, "reason");
  wish.turn = turn_;
  const Result<engine::Reply> rolled = submit(std::move(wish));
  if (rolled) return true;
  if (ends_quietly(rolled.error())) return tl::unexpected(rolled.error());
  FERMATA_CHECK_OK(record_value(call, "Nothing was rolled back: " + rolled.error().message));
  return false;
}

// What a rollback left behind comes before anything else, one after the other.
Result<Turn::Next> Turn::undo() {
  while (true) {
    if (lost_) return Next::kOver;
    if (hands_.stopping()) return end();
    FERMATA_TRY(workflow_, hands_.engine.workflow(tenant_, id_));
    const json::Array* all = workflow_["undo"].as_array();
    if (all == nullptr || all->empty() || all->front().string_or("key").empty()) return Next::kGoOn;
    const json::Value& next = all->front();
    FERMATA_TRY(const json::Value undone, hands_.engine.call(tenant_, next.string_or("call")));
    const ToolDefinition* tool = declared_.tool(next.string_or("undo_tool"));
    const PlannedCall call{next.string_or("key"),
                           next.string_or("undo_tool"),
                           {{"arguments", next["arguments"]}, {"result", undone["result"]}}};
    command::OpenCall wish;
    wish.turn = turn_;
    wish.key = call.key;
    wish.tool = call.name;
    wish.arguments = call.arguments;
    wish.definition_hash = tool == nullptr ? "undeclared" : definition_hash(*tool);
    const json::Value* before = journal_.find(std::string_view(call.key));
    if (before != nullptr) wish.definition_hash = before->string_or("request_hash");
    wish.request_hash = wish.definition_hash;
    wish.why = "undoes " + next.string_or("tool") + ", which a rollback left behind";
    wish.idempotent = tool != nullptr && tool->idempotent;
    FERMATA_TRY(engine::Reply reply, submit(std::move(wish)));
    attempt_ = 1;
    journal_.put(reply.body["call"]);
    const std::string verdict = reply.body.string_or("verdict");
    if (verdict == "wait") return end();
    if (verdict != "run") continue;
    FERMATA_TRY(const bool closed, perform(call, reply.body));
    if (!closed) return end();
  }
}

}  // namespace fermata::agents
