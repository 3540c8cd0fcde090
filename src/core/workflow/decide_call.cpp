// Deciders for journaled calls: open (may it run, is it recorded, must people be asked?) and close.

#include "core/decide.hpp"
#include "core/permission/permitted.hpp"
#include "core/refuse.hpp"
#include "core/workflow/asked_call.hpp"
#include "core/workflow/fork.hpp"
#include "core/workflow/undo.hpp"
#include "core/workflow/words.hpp"

namespace fermata {
namespace {

using command::CloseCall;
using command::OpenCall;

constexpr std::size_t kMaxCalls = 100'000;

std::string next_grant(const Workflow& workflow) {
  return entity_id("gr", workflow.id, static_cast<std::size_t>(workflow.grants) + 1);
}

Result<void> check_shape(const OpenCall& wish) {
  const bool needs_grant = wish.kind == CallKind::kTool;
  if (needs_grant && wish.recorded)
    return fail(ErrorCode::kInvalid,
                "call.must_not_be_recorded",
                "a tool call is opened before it runs; only model, code and value are recorded");
  if (!needs_grant && !wish.recorded)
    return fail(ErrorCode::kInvalid,
                "call.result_required",
                "a call of kind " + to_string(wish.kind) + " is recorded with its result or error");
  return {};
}

// The same key must mean the same call, or the agent took another path than the journal (P17).
Result<void> require_same(const Call& call, const OpenCall& wish) {
  const std::string& definition = call.asked ? call.asked->definition_hash : call.definition_hash;
  const bool same = call.kind == wish.kind && call.asked_tool() == wish.tool &&
                    call.request_hash == wish.request_hash && definition == wish.definition_hash &&
                    call.target == wish.target &&
                    json::Value(call.arguments) == json::Value(wish.arguments);
  if (same) return {};
  return fail(ErrorCode::kConflict,
              "call.diverged",
              "the journal has another call under key '" + wish.key + "': " + call.asked_tool() +
                  "; the agent's code, model or input changed since it was written");
}

Events record(const Workflow& workflow, const OpenCall& wish, std::string id) {
  return {event::CallRecorded{std::move(id),
                              wish.key,
                              wish.kind,
                              wish.tool,
                              wish.arguments,
                              wish.request_hash,
                              wish.result,
                              wish.error,
                              wish.turn,
                              workflow.epoch}};
}

// For those who are asked about an undo, when the runtime says nothing.
std::string why_undone(const Workflow& workflow, const std::string& key) {
  const auto undo = parse_undo_key(key);
  const Call* undone = undo ? find_call(workflow, undo->call) : nullptr;
  if (undone == nullptr) return {};
  return "Undoes " + undone->tool +
         ", which was done before the workflow was rolled back: " + workflow.branches.back().reason;
}

Call new_call(const Workflow& workflow, const OpenCall& wish, const Context& context) {
  Call call;
  call.id = entity_id("cl", workflow.id, workflow.calls.size() + 1);
  call.key = wish.key;
  call.tool = wish.tool;
  call.arguments = wish.arguments;
  call.definition_hash = wish.definition_hash;
  call.target = wish.target;
  call.why = wish.why.empty() ? why_undone(workflow, wish.key) : wish.why;
  return rebound(workflow, std::move(call), context);
}

// An agent's own wish; what a rollback undoes is no new burden of the agent's.
std::string too_much_of(const Workflow& workflow, const OpenCall& wish, const Context& context) {
  if (context.attention == nullptr || workflow.agent.empty() || parse_undo_key(wish.key)) return {};
  return too_much(context.policy->attention, *context.attention, workflow.agent);
}

// In a fork nothing is done and nobody is asked: an equal call of the source says how it ended.
event::CallImported recalled(const Workflow& workflow, const OpenCall& wish) {
  event::CallImported imported;
  imported.call = entity_id("cl", workflow.id, workflow.calls.size() + 1);
  imported.key = wish.key;
  imported.kind = wish.kind;
  imported.tool = wish.tool;
  imported.arguments = wish.arguments;
  imported.request_hash = wish.request_hash;
  imported.definition_hash = wish.definition_hash;
  imported.target = wish.target;
  imported.epoch = workflow.epoch;
  if (const Recording* recording = find_recording(workflow, wish.tool, wish.arguments)) {
    imported.source = recording->source;
    imported.effective_arguments = recording->effective_arguments;
    imported.effective_tool = recording->effective_tool;
    imported.result = recording->result;
    imported.error = recording->error;
  } else {
    imported.denial_reason = "fork.dry_run";
    imported.denial_message = words::dry_run(wish.tool);
  }
  return imported;
}

// Those who would be asked may have said yes to such calls before.
void ask_or_permit(Events& events,
                   const Workflow& workflow,
                   const Call& call,
                   const OpenCall& wish,
                   const PolicyVerdict& verdict,
                   const Context& context) {
  event::ApprovalRequested asked = ask(workflow, call, ApprovalKind::kCall, verdict, context);
  const Permission* permission = permitting(workflow, call, asked, context);
  if (permission == nullptr) {
    const std::string why = too_much_of(workflow, wish, context);
    if (why.empty()) return events.push_back(std::move(asked));
    return events.push_back(
        event::CallDenied{call.id, "approval.too_much_asked", words::too_much_asked(why)});
  }
  const std::string grant = next_grant(workflow);
  events.push_back(event::CallPermitted{
      call.id,
      grant,
      permission->id,
      call.hash,
      std::move(asked.thresholds),
      permission->people,
      call.epoch,
      std::min(permission->terms->until,
               context.now + asked.schedule.grant_life_ms.value_or(context.grant_lifetime_ms))});
  events.push_back(event::CallStarted{call.id, grant, wish.turn, 1});
}

Events open_new(const Workflow& workflow, const OpenCall& wish, const Context& context) {
  const Call call = new_call(workflow, wish, context);
  const PolicyVerdict verdict = judge(workflow, call, context);
  if (workflow.effects == Effects::kRecorded && verdict.effect != Effect::kDeny)
    return {recalled(workflow, wish)};
  Events events;
  if (verdict.effect == Effect::kAsk && !parse_undo_key(wish.key))
    if (auto made = automatic_checkpoint(workflow, wish.tool)) events.push_back(*std::move(made));
  events.push_back(event::CallOpened{call.id,
                                     wish.key,
                                     wish.kind,
                                     wish.tool,
                                     wish.arguments,
                                     wish.request_hash,
                                     wish.definition_hash,
                                     wish.target,
                                     call.why,
                                     wish.undo,
                                     wish.idempotent,
                                     call.hash,
                                     call.policy_hash,
                                     verdict.rule,
                                     to_string(verdict.effect),
                                     wish.turn,
                                     workflow.epoch});
  switch (verdict.effect) {
    case Effect::kAllow:
      events.push_back(event::CallStarted{call.id, next_grant(workflow), wish.turn, 1});
      break;
    case Effect::kAsk:
      ask_or_permit(events, workflow, call, wish, verdict, context);
      break;
    case Effect::kDeny:
      events.push_back(denied(call, verdict));
      break;
  }
  return events;
}

// The kill switch stops the clock of a grant as well.
bool grant_holds(const Workflow& workflow, const Call& call, const Context& context) {
  const TimeMs clock =
      context.now -
      frozen_ms(*context.directory, workflow.agent, call.tool, call.grant->granted_at, context.now);
  const bool expired = call.grant->expires_at && clock >= *call.grant->expires_at;
  return !expired && call.grant->epoch == workflow.epoch;
}

// Its grant ran out before it was used: whoever may be asked is asked anew, unless the policy in
// force forbids it.
Result<Events> judge_anew(const Workflow& workflow, const Call& old, const Context& context) {
  const Call call = rebound(workflow, old, context);
  PolicyVerdict verdict = judge(workflow, call, context);
  if (verdict.effect == Effect::kDeny) return Events{denied(call, verdict)};
  if (verdict.effect == Effect::kAllow)
    verdict.thresholds = askable(
        *context.policy, policy_input(workflow, context, call.tool, call.effective(), &old));
  FERMATA_CHECK_OK(require_askers(verdict.thresholds, call.tool));
  return Events{ask(workflow, call, ApprovalKind::kCall, verdict, context)};
}

Result<Events> start_granted(const Workflow& workflow,
                             const Call& call,
                             const OpenCall& wish,
                             const Context& context) {
  if (!grant_holds(workflow, call, context)) return judge_anew(workflow, call, context);
  return Events{event::CallStarted{call.id, call.grant->id, wish.turn, call.attempt + 1}};
}

// The standing permission that it ran under; of one that is forgotten nobody can say.
bool was_revoked(const Call& call, const Context& context) {
  if (call.permission.empty()) return false;
  const Permission* permission = context.directory->permissions.find(call.permission);
  return permission == nullptr || permission->revoked_at;
}

// An earlier turn started it and never said how it ended (P17). The grant's end is judged as at the
// first start: what may no longer begin may not begin again either.
Result<Events> resolve_doubt(const Workflow& workflow,
                             const Call& old,
                             const OpenCall& wish,
                             const Context& context) {
  if (old.idempotent && grant_holds(workflow, old, context) && !was_revoked(old, context))
    return Events{event::CallStarted{old.id, old.grant->id, wish.turn, old.attempt + 1}};
  const Call call = rebound(workflow, old, context);
  PolicyVerdict verdict;
  verdict.rule = "in doubt after a crash";
  if (context.policy != nullptr)
    verdict.thresholds = askable(
        *context.policy, policy_input(workflow, context, call.tool, call.effective(), &old));
  FERMATA_CHECK_OK(require_askers(verdict.thresholds, call.tool));
  return Events{ask(workflow, call, ApprovalKind::kInDoubt, verdict, context)};
}

}  // namespace

Result<Events> decide_call(const Workflow& workflow, const OpenCall& wish, const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  FERMATA_CHECK_OK(check_shape(wish));
  if (!wish.recorded) FERMATA_CHECK_OK(require_not_frozen(workflow, wish.tool, context));
  const auto found = workflow.by_key.find(wish.key);
  if (found == workflow.by_key.end()) {
    FERMATA_CHECK_OK(require_undone(workflow, wish));
    if (workflow.calls.size() >= kMaxCalls)
      return fail(ErrorCode::kConflict, "call.too_many", "a workflow has at most 100000 calls");
    if (!wish.recorded) return open_new(workflow, wish, context);
    return record(workflow, wish, entity_id("cl", workflow.id, workflow.calls.size() + 1));
  }
  const Call& call = workflow.calls[found->second];
  FERMATA_CHECK_OK(require_same(call, wish));
  if (call.asked) FERMATA_CHECK_OK(require_not_frozen(workflow, call.tool, context));
  if (call.state == CallState::kGranted) return start_granted(workflow, call, wish, context);
  if (call.state == CallState::kRunning && call.grant->claimed_by_turn != wish.turn)
    return resolve_doubt(workflow, call, wish, context);
  return Events{};
}

Result<Events> decide_call(const Workflow& workflow,
                           const CloseCall& wish,
                           const Context& context) {
  FERMATA_CHECK_OK(require_open(workflow, context));
  const Call* call = find_call(workflow, wish.call);
  if (call == nullptr) return not_found("call", wish.call);
  if (!call->live())
    return fail(ErrorCode::kConflict, "stale_epoch", "a rollback left this call on an old branch");
  if (call->closed()) {
    const bool same = call->state != CallState::kDenied && call->hash == wish.hash &&
                      call->result == wish.result && call->error == wish.error;
    if (same) return Events{};
    return fail(ErrorCode::kConflict, "call.closed", "this call was closed with another result");
  }
  FERMATA_CHECK_OK(require_turn(workflow, wish.turn));
  if (call->state != CallState::kRunning || call->grant->id != wish.grant ||
      call->grant->claimed_by_turn != wish.turn)
    return fail(
        ErrorCode::kConflict, "grant.not_claimed", "this call does not run under that grant");
  if (call->hash != wish.hash)
    return fail(ErrorCode::kConflict,
                "call.hash_mismatch",
                "what was executed is not what was approved; the call stays open (P5)");
  return Events{event::CallClosed{wish.call, wish.hash, wish.result, wish.error}};
}

}  // namespace fermata
