// Deciders for the workflow itself, its beginning and end; and the one switch over all commands.

#include <algorithm>

#include "core/decide.hpp"
#include "core/refuse.hpp"
#include "core/workflow/undo.hpp"

namespace fermata {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

// An agent's key drives what it starts; what others start is for the server, if it knows the agent,
// or for a worker.
Result<Dispatch> choose_dispatch(const CreateWorkflow& wish, const Context& context) {
  const bool native =
      context.native_agents != nullptr && context.native_agents->contains(wish.agent);
  if (wish.dispatch) {
    FERMATA_CHECK_OK(require_runnable(*wish.dispatch, wish.agent, context));
    return *wish.dispatch;
  }
  if (context.actor.kind == ActorKind::kAgent) return Dispatch::kNone;
  return native ? Dispatch::kNative : Dispatch::kWorker;
}

Result<Events> decide_one(const Workflow& workflow,
                          const CreateWorkflow& wish,
                          const Context& context) {
  if (workflow.exists())
    return fail(ErrorCode::kConflict, "workflow.exists", "this workflow exists already");
  if (context.actor.kind == ActorKind::kAgent && wish.agent != context.actor.id)
    return fail(ErrorCode::kForbidden,
                "workflow.not_yours",
                "an agent's key starts workflows of that agent only");
  std::string behalf = context.on_behalf_of.empty() ? wish.on_behalf_of : context.on_behalf_of;
  if (!behalf.empty() && !context.directory->people.contains(behalf))
    return fail(
        ErrorCode::kInvalid, "workflow.unknown_person", "there is no person '" + behalf + "'");
  FERMATA_TRY(const Dispatch dispatch, choose_dispatch(wish, context));
  FERMATA_CHECK_OK(require_task(dispatch, wish.input));
  return Events{event::WorkflowCreated{context.stream,
                                       wish.agent,
                                       wish.name,
                                       wish.input,
                                       wish.context,
                                       wish.metadata,
                                       wish.tags,
                                       context.actor,
                                       std::move(behalf),
                                       false,
                                       dispatch,
                                       Effects::kLive,
                                       std::nullopt}};
}

Events after_cancelling(const Workflow& workflow,
                        const std::string& reason,
                        const Context& context,
                        event::Event last) {
  Events events = cancel_pending(workflow, reason, context);
  events.push_back(std::move(last));
  return events;
}

Result<Events> decide_one(const Workflow& workflow,
                          const CompleteWorkflow& wish,
                          const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  FERMATA_CHECK_OK(require_all_undone(workflow));
  return after_cancelling(
      workflow, "the workflow was completed", context, event::WorkflowCompleted{wish.result});
}

Result<Events> decide_one(const Workflow& workflow,
                          const FailWorkflow& wish,
                          const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  return after_cancelling(
      workflow, "the workflow failed", context, event::WorkflowFailed{wish.error});
}

Result<Events> decide_one(const Workflow& workflow,
                          const CancelWorkflow& wish,
                          const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  return after_cancelling(
      workflow, "the workflow was cancelled", context, event::WorkflowCancelled{wish.reason});
}

Result<Events> decide_one(const Workflow& workflow,
                          const CreateCheckpoint& wish,
                          const Context& context) {
  return decide_checkpoint(workflow, wish, context);
}
Result<Events> decide_one(const Workflow& workflow, const RollBack& wish, const Context& context) {
  return decide_checkpoint(workflow, wish, context);
}
Result<Events> decide_one(const Workflow& workflow, const OpenCall& wish, const Context& context) {
  return decide_call(workflow, wish, context);
}
Result<Events> decide_one(const Workflow& workflow, const CloseCall& wish, const Context& context) {
  return decide_call(workflow, wish, context);
}
Result<Events> decide_one(const Workflow& workflow,
                          const AskInbound& wish,
                          const Context& context) {
  return decide_inbound(workflow, wish, context);
}
template <class Other>
Result<Events> decide_one(const Workflow& workflow, const Other& wish, const Context& context) {
  if constexpr (requires { decide_approval(workflow, wish, context); })
    return decide_approval(workflow, wish, context);
  else if constexpr (requires { decide_fork(workflow, wish, context); })
    return decide_fork(workflow, wish, context);
  else if constexpr (requires { decide_turn(workflow, wish, context); })
    return decide_turn(workflow, wish, context);
  else
    return fail(
        ErrorCode::kInternal, "engine.wrong_stream", "", "directory command for a workflow");
}

}  // namespace

Result<Events> decide(const Workflow& workflow,
                      const command::Command& command,
                      const Context& context) {
  FERMATA_CHECK_OK(permit(context.actor, command));
  return std::visit(
      [&](const auto& wish) -> Result<Events> { return decide_one(workflow, wish, context); },
      command);
}

}  // namespace fermata
