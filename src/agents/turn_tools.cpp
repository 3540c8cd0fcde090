// What a turn does with the calls of its agent: those that are requests, and the built in ones.

#include "agents/tools/http_tool.hpp"
#include "agents/turn.hpp"
#include "base/failpoint.hpp"
#include "core/form/form.hpp"
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

// People who edited the call were held to its workflow's briefing; the tool may be another today.
// What has begun once is not judged again: it may have been sent. Nor is an undo, whose arguments
// are of our own making.
std::optional<ToolRun> refuse_edit(const ToolDefinition& tool, const json::Value& verdict) {
  const json::Value& call = verdict["call"];
  const json::Object* edited = call["effective_arguments"].as_object();
  const bool is_own = call.string_or("key").starts_with("run/");
  if (edited == nullptr || !is_own || verdict.int_or("attempt") > 1) return std::nullopt;
  if (!call["effective_tool"].is_null() &&
      verdict["binding"].string_or("definition_hash") != definition_hash(tool))
    return ToolRun{
        ToolRun::Kind::kFailed,
        {},
        {"agents.EditDoesNotFit",
         "a person chose " + tool.name + ", whose definition has changed since; nothing was sent"}};
  const std::string faults = form::faults_in(tool.arguments, *edited);
  if (faults.empty()) return std::nullopt;
  return ToolRun{ToolRun::Kind::kFailed,
                 {},
                 {"agents.EditDoesNotFit",
                  "a person changed the arguments to some that " + tool.name +
                      " does not take: " + faults + "; nothing was sent"}};
}

}  // namespace

command::OpenCall Turn::wish_for(const PlannedCall& call, const std::string& why) const {
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
  return wish;
}

// People are asked, or it is recorded, or its grant is claimed: then what to run comes back.
Result<std::optional<json::Value>> Turn::open(const PlannedCall& call, const std::string& why) {
  command::OpenCall wish = wish_for(call, why);
  const json::Value* before = journal_.find(call);
  if (before != nullptr && before->string_or("key") != wish.key) (void)withdraw(*before);
  FERMATA_TRY(engine::Reply reply, submit(std::move(wish)));
  journal_.put(reply.body["call"]);
  attempt_ = 1;
  if (reply.body.string_or("verdict") != "run") return std::optional<json::Value>();
  return std::optional(std::move(reply.body));
}

// What people are asked about would no longer be what is run. False: nobody is asked any more.
bool Turn::withdraw(const json::Value& call) {
  const std::string approval = call.string_or("approval");
  if (approval.empty() || call.string_or("state") != "waiting") return false;
  return submit(command::CancelApproval{approval, "the tool's definition has changed since"})
      .has_value();
}

// Touches nothing of the turn that changes, so that several may run at once.
ToolRun Turn::perform(const json::Value& verdict,
                      net::Client& http,
                      engine::ToolDesk::SeatPtr& seat) const {
  const std::string name = verdict.string_or("tool");
  const ToolDefinition* tool = declared_.tool(name);
  McpClient* const mcp =
      tool == nullptr || !tool->mcp ? nullptr : hands_.mcp.client(tool->mcp->server);
  if (tool == nullptr || (!tool->http && !tool->worker && mcp == nullptr))
    return {ToolRun::Kind::kFailed,
            {},
            {"agents.NoSuchTool", "there is no tool '" + name + "' any more"}};
  if (std::optional<ToolRun> refused = refuse_edit(*tool, verdict)) {
    leave(seat);
    seat = nullptr;
    return *std::move(refused);
  }
  if (tool->worker) return run_on_worker(*tool, verdict, seat);
  const json::Object* given = verdict["arguments"].as_object();
  const json::Object arguments = given == nullptr ? json::Object{} : *given;
  const std::string key = verdict.string_or("idempotency_key");
  const Following watching = following([](std::string_view) {});
  if (mcp != nullptr) {
    failpoint("agents.before_tool");
    ToolRun ran = mcp->call(http, *tool, arguments, key, watching, hands_.random);
    failpoint("agents.after_tool");
    return ran;
  }
  const auto request = tool_request(*tool, arguments, key);
  if (!request)
    return {ToolRun::Kind::kFailed, {}, {request.error().reason, request.error().message}};
  failpoint("agents.before_tool");
  ToolRun ran = run_http_tool(http, *tool, *request, watching, hands_.random);
  failpoint("agents.after_tool");
  return ran;
}

// What nobody can say of stays open: the next turn asks people whether it happened (P17).
Result<void> Turn::close(const json::Value& verdict,
                         const ToolRun& ran,
                         const engine::ToolDesk::SeatPtr& seat) {
  if (ran.kind == ToolRun::Kind::kUnknown) {
    if (seat != nullptr)
      hands_.desk->settle(
          seat, fail(ErrorCode::kConflict, "call.hash_mismatch", std::string(ran.error.message)));
    log(Level::kWarn,
        "agent.call_in_doubt",
        {{"workflow", id_}, {"tool", verdict.string_or("tool")}});
    return {};
  }
  command::CloseCall wish;
  wish.turn = turn_;
  wish.call = verdict["call"].string_or("id");
  wish.grant = verdict.string_or("grant");
  wish.hash = verdict.string_or("hash");
  wish.result = ran.result;
  if (ran.kind == ToolRun::Kind::kFailed) wish.error = ran.error;
  Result<engine::Reply> reply = submit(std::move(wish));
  if (seat != nullptr) hands_.desk->settle(seat, reply);
  if (!reply) return tl::unexpected(std::move(reply).error());
  journal_.put(reply->body);
  return {};
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
  const std::string name = text_argument(call, "name");
  if (name.find_first_not_of(" \t\r\n") == std::string::npos)
    return record_value(call, "No checkpoint was made: give it a name, to return to it by.");
  command::CreateCheckpoint wish;
  wish.name = name;
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

}  // namespace fermata::agents
