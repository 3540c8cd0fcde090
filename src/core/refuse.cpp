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

}  // namespace fermata
