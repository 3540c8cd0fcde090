#include "core/refuse.hpp"

namespace fermata {

tl::unexpected<Error> not_found(const std::string& entity, const std::string& id) {
  return fail(
      ErrorCode::kNotFound, entity + ".not_found", "there is no " + entity + " '" + id + "'");
}

Result<void> require_open(const Workflow& workflow, const Context& context) {
  if (!workflow.exists()) return not_found("workflow", context.stream);
  if (context.actor.kind == ActorKind::kAgent && context.actor.id != workflow.agent)
    return fail(
        ErrorCode::kForbidden, "workflow.not_yours", "this workflow is run by another agent");
  if (context.actor.kind == ActorKind::kAgent && !context.on_behalf_of.empty() &&
      !workflow.acts_for.empty() && context.on_behalf_of != workflow.acts_for)
    return fail(ErrorCode::kForbidden,
                "workflow.not_yours",
                "this workflow runs for another person than this key");
  if (workflow.closed())
    return fail(ErrorCode::kConflict,
                "workflow.closed",
                "this workflow is " + to_string(workflow.ended) + " and takes no more commands");
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

Result<void> require_askers(const std::vector<Threshold>& thresholds, const std::string& action) {
  if (!thresholds.empty()) return {};
  return fail(ErrorCode::kConflict,
              "approval.nobody_to_ask",
              "the policy names nobody who could be asked about " + action +
                  "; publish one whose default asks somebody, then try again");
}

}  // namespace fermata
