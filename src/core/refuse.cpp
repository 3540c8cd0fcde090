#include "core/refuse.hpp"

namespace fermata {

tl::unexpected<Error> not_found(const std::string& entity, const std::string& id) {
  return fail(
      ErrorCode::kNotFound, entity + ".not_found", "there is no " + entity + " '" + id + "'");
}

Result<void> require_runnable(Dispatch dispatch, const std::string& agent, const Context& context) {
  if (dispatch != Dispatch::kNative) return {};
  if (context.native_agents != nullptr && context.native_agents->contains(agent)) return {};
  return fail(ErrorCode::kInvalid,
              "workflow.not_native",
              "the server's configuration declares no agent '" + agent + "'");
}

Result<void> require_task(Dispatch dispatch, const json::Value& input) {
  if (dispatch != Dispatch::kNative) return {};
  const std::string* text = input.as_string();
  if (text == nullptr) text = input["task"].as_string();
  if (text != nullptr && text->find_first_not_of(" \t\r\n") != std::string::npos) return {};
  return fail(ErrorCode::kInvalid,
              "workflow.task_required",
              "say in `input` what the agent is to do: a text, or an object with a text `task`");
}

Result<void> require_own(const Workflow& workflow, const Context& context) {
  if (context.actor.kind == ActorKind::kAgent && context.actor.id != workflow.agent)
    return fail(
        ErrorCode::kForbidden, "workflow.not_yours", "this workflow is run by another agent");
  if (context.actor.kind == ActorKind::kAgent && !context.on_behalf_of.empty() &&
      !workflow.acts_for.empty() && context.on_behalf_of != workflow.acts_for)
    return fail(ErrorCode::kForbidden,
                "workflow.not_yours",
                "this workflow runs for another person than this key");
  return {};
}

Result<void> require_open(const Workflow& workflow, const Context& context) {
  if (!workflow.exists()) return not_found("workflow", context.stream);
  FERMATA_CHECK_OK(require_own(workflow, context));
  if (workflow.closed())
    return fail(ErrorCode::kConflict,
                "workflow.closed",
                "this workflow is " + to_string(workflow.ended) + " and takes no more commands" +
                    (workflow.standalone ? "" : "; what goes on from it is a fork"));
  return {};
}

Result<void> require_turn(const Workflow& workflow, std::int64_t turn) {
  if (workflow.turn && workflow.turn->n == turn) return {};
  return fail(
      ErrorCode::kConflict,
      "turn.stale",
      "turn " + std::to_string(turn) +
          " is over: another worker, a rollback or an end came in between; start a new one");
}

Result<void> require_fence(const Workflow& workflow,
                           const std::optional<std::int64_t>& turn,
                           const Context& context) {
  if (turn) return require_turn(workflow, *turn);
  if (context.actor.kind != ActorKind::kAgent || !workflow.turn) return {};
  return fail(ErrorCode::kConflict,
              "turn.stale",
              "a worker holds turn " + std::to_string(workflow.turn->n) +
                  ": an agent that acts meanwhile must name it as its own");
}

Result<void> require_not_frozen(const Workflow& workflow,
                                const std::string& tool,
                                const Context& context) {
  const Freeze* freeze = frozen(*context.directory, workflow.agent, tool);
  if (freeze == nullptr) return {};
  return fail(ErrorCode::kUnavailable,
              "switch.frozen",
              "the kill switch holds this since " + to_rfc3339(freeze->from) +
                  (freeze->reason.empty() ? "" : ": " + freeze->reason));
}

Result<void> require_askers(const std::vector<Threshold>& thresholds, const std::string& action) {
  if (!thresholds.empty()) return {};
  return fail(ErrorCode::kConflict,
              "approval.nobody_to_ask",
              "the policy names nobody who could be asked about " + action +
                  "; publish one whose default asks somebody, then try again");
}

}  // namespace fermata
