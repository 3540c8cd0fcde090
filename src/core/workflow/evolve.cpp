// The fold: one small function per event. An event that does not fit the state (misfit()) never
// gets here.

#include <algorithm>

#include "base/assert.hpp"
#include "core/approval/clock.hpp"
#include "core/approval/questions.hpp"
#include "core/decide.hpp"
#include "core/workflow/fork.hpp"
#include "core/workflow/undo.hpp"

namespace fermata {
namespace {

Call& call_of(Workflow& workflow, const std::string& id) {
  const Call* call = find_call(workflow, id);
  FERMATA_ASSERT(call != nullptr, "an event names a call that was opened before");
  return workflow.calls[static_cast<std::size_t>(call - workflow.calls.data())];
}

Approval& approval_of(Workflow& workflow, const std::string& id) {
  const Approval* approval = find_approval(workflow, id);
  FERMATA_ASSERT(approval != nullptr, "an event names a request that was made before");
  return workflow.approvals[static_cast<std::size_t>(approval - workflow.approvals.data())];
}

void end(Workflow& workflow, WorkflowStatus status) {
  workflow.ended = status;
  workflow.turn.reset();
}

void touch_lease(Workflow& workflow, TimeMs now) {
  if (workflow.turn) workflow.turn->lease_until = now + workflow.turn->lease_ms;
}

void close_call(Workflow& workflow, Call& call, CallState state, TimeMs now) {
  if (state == CallState::kDenied) workflow.totals.take_away(call);
  call.state = state;
  call.closed_at = now;
  if (call.live()) --workflow.open_calls;
}

void add_call(Workflow& workflow, Call call) {
  workflow.by_key[call.key] = workflow.calls.size();
  ++workflow.open_calls;
  workflow.totals.add(call);
  workflow.calls.push_back(std::move(call));
}

std::int64_t next_attempt(const Workflow& workflow, const std::string& checkpoint) {
  return 2 + std::count_if(workflow.branches.begin(),
                           workflow.branches.end(),
                           [&](const Branch& branch) { return branch.checkpoint == checkpoint; });
}

void add_compensations(Workflow& workflow, const event::WorkflowRolledBack& rolled) {
  for (const std::string& id : rolled.undone)
    workflow.compensations.push_back(
        {static_cast<std::size_t>(find_call(workflow, id) - workflow.calls.data()),
         rolled.epoch,
         rolled.undo_attempts,
         0,
         std::nullopt,
         0});
  std::sort(workflow.compensations.begin(),
            workflow.compensations.end(),
            [](const Compensation& a, const Compensation& b) { return a.call > b.call; });
}

// `call` is about to be added.
void take_up_undo(Workflow& workflow, Call& call) {
  const auto undo = parse_undo_key(call.key);
  if (!undo) return;
  for (Compensation& compensation : workflow.compensations) {
    if (workflow.calls[compensation.call].id != undo->call) continue;
    call.undoes = undo->call;
    if (compensation.last && was_withdrawn(workflow.calls[*compensation.last]))
      ++compensation.withdrawn;
    compensation.attempts = undo->attempt;
    compensation.last = workflow.calls.size();
  }
}

// Before the first turn of a fork: what its own calls may be given. What a person supposed did not
// happen, and stands for nothing else.
void keep_recording(Workflow& workflow, const event::CallImported& e) {
  if (e.kind != CallKind::kTool || !e.denial_reason.empty() || e.source.empty()) return;
  if (e.tool == kRequestApproval) return;  // What people said there was said there.
  workflow.recordings[recording_key(e.tool, e.arguments)].push_back({e.source,
                                                                     e.effective_arguments,
                                                                     e.effective_tool,
                                                                     e.result,
                                                                     e.error,
                                                                     e.call.empty(),
                                                                     false});
}

// From now on `call` is of that tool.
void choose(Call& call, const ToolIdentity& tool) {
  if (!call.asked) call.asked = {call.tool, call.definition_hash, call.undo, call.idempotent};
  call.tool = tool.name;
  call.definition_hash = tool.definition_hash;
  call.undo = tool.undo;
  call.idempotent = tool.idempotent;
}

void mark_recording(Workflow& workflow, const Call& call, bool used) {
  const auto found = workflow.recordings.find(recording_key(call.asked_tool(), call.arguments));
  if (found == workflow.recordings.end()) return;
  for (Recording& recording : found->second)
    if (recording.source == call.imported_from) recording.used = used;
}

struct Evolve {
  Workflow& w;
  const event::Recorded& r;

  void operator()(const event::WorkflowCreated& e) const {
    w.id = e.id;
    w.agent = e.agent;
    w.name = e.name;
    w.input = e.input;
    w.context = e.context;
    w.metadata = e.metadata;
    w.tags = e.tags;
    w.requester = e.requester;
    w.on_behalf_of = e.on_behalf_of;
    w.acts_for = e.on_behalf_of;
    w.standalone = e.standalone;
    w.dispatch = e.dispatch;
    w.effects = e.effects;
    w.forked_from = e.forked_from;
    w.root = e.id;
    w.created_at = r.at;
    w.branches.push_back({0, 0, "", "", r.at, r.actor, 1, std::nullopt});
  }
  void operator()(const event::WorkflowCompleted& e) const {
    w.result = e.result;
    end(w, WorkflowStatus::kCompleted);
  }
  void operator()(const event::WorkflowFailed& e) const {
    w.error = e.error;
    end(w, WorkflowStatus::kFailed);
  }
  void operator()(const event::WorkflowCancelled&) const { end(w, WorkflowStatus::kCancelled); }

  void operator()(const event::WorkflowRolledBack& e) const {
    w.epoch = e.epoch;
    w.branches.push_back({e.epoch,
                          e.parent,
                          e.checkpoint,
                          e.reason,
                          r.at,
                          r.actor,
                          next_attempt(w, e.checkpoint),
                          std::nullopt});
    w.turn.reset();
    for (const std::string& id : e.dropped) {
      Call& call = call_of(w, id);
      if (!call.closed()) --w.open_calls;
      if (std::find(e.undone.begin(), e.undone.end(), id) == e.undone.end())
        w.totals.take_away(call);
      call.left = e.epoch;
      w.by_key.erase(call.key);
      if (!call.imported_from.empty()) mark_recording(w, call, false);
    }
    add_compensations(w, e);
    const std::int64_t kept = find_checkpoint(w, e.checkpoint)->version;
    leave_inbound(w, kept, e.epoch, r.at);
    for (Checkpoint& checkpoint : w.checkpoints)
      if (checkpoint.version > kept && checkpoint.live()) checkpoint.left = e.epoch;
  }

  void operator()(const event::WorkflowForked& e) const {
    w.branches = e.branches;
    w.epoch = e.branches.back().epoch;
    w.root = e.root;
    w.parties = e.parties;
    w.told_input = e.told;
  }
  void operator()(const event::EffectsAllowed&) const {
    w.effects = Effects::kLive;
    w.ready_at = r.at;  // Whatever rest its last turn had asked for.
  }

  void operator()(const event::TurnStarted& e) const {
    w.turns = e.turn;
    w.turn = Turn{e.turn, e.worker, e.lease_ms, r.at + e.lease_ms};
    if (w.acts_for.empty()) w.acts_for = r.on_behalf_of;
    if (!e.fingerprint.is_null()) w.fingerprint = e.fingerprint;
    w.nudged = false;
  }
  void operator()(const event::TurnRenewed&) const { touch_lease(w, r.at); }
  void operator()(const event::TurnEnded&) const { w.turn.reset(); }
  void operator()(const event::TurnLapsed&) const {
    w.turn.reset();
    ++w.lapses;
    // The turn in which it was to be answered is gone; the next one is for it.
    w.nudged = w.nudged || awaits_agent(w);
  }

  void operator()(const event::CallOpened& e) const {
    Call call;
    call.id = e.call;
    call.key = e.key;
    call.kind = e.kind;
    call.tool = e.tool;
    call.arguments = e.arguments;
    call.request_hash = e.request_hash;
    call.definition_hash = e.definition_hash;
    call.target = e.target;
    call.why = e.why;
    call.undo = e.undo;
    take_up_undo(w, call);
    call.idempotent = e.idempotent;
    call.hash = e.hash;
    call.policy_hash = e.policy_hash;
    call.epoch = e.epoch;
    call.opened_at = r.at;
    add_call(w, std::move(call));
    touch_lease(w, r.at);
  }
  void operator()(const event::CallRecorded& e) const {
    Call call;
    call.id = e.call;
    call.key = e.key;
    call.kind = e.kind;
    call.tool = e.tool;
    call.arguments = e.arguments;
    call.request_hash = e.request_hash;
    call.result = e.result;
    call.error = e.error;
    call.epoch = e.epoch;
    call.opened_at = r.at;
    add_call(w, std::move(call));
    Call& added = w.calls.back();
    close_call(w, added, e.error ? CallState::kFailed : CallState::kDone, r.at);
    touch_lease(w, r.at);
  }
  void operator()(const event::CallImported& e) const {
    if (e.call.empty() || w.turns == 0) keep_recording(w, e);
    if (e.call.empty()) return;
    Call call;
    call.id = e.call;
    call.key = e.key;
    call.kind = e.kind;
    call.tool = e.tool;
    call.arguments = e.arguments;
    call.effective_arguments = e.effective_arguments;
    call.request_hash = e.request_hash;
    call.definition_hash = e.definition_hash;
    call.target = e.target;
    if (!e.effective_tool.empty()) choose(call, {e.effective_tool, "", "", false});
    call.result = e.result;
    call.error = e.error;
    call.denial_reason = e.denial_reason;
    call.denial_message = e.denial_message;
    call.imported_from = e.source;
    call.epoch = e.epoch;
    call.opened_at = r.at;
    if (w.turns > 0) mark_recording(w, call, true);
    add_call(w, std::move(call));
    const CallState state = !e.denial_reason.empty() ? CallState::kDenied
                            : e.error                ? CallState::kFailed
                                                     : CallState::kDone;
    close_call(w, w.calls.back(), state, r.at);
    touch_lease(w, r.at);
  }
  void operator()(const event::CallGranted& e) const {
    Call& call = call_of(w, e.call);
    call.grant = Grant{e.grant, e.hash, e.epoch, e.expires_at, 0, r.at};
    call.hash = e.hash;
    call.epoch = e.epoch;
    call.state = CallState::kGranted;
    ++w.grants;
  }
  void operator()(const event::CallPermitted& e) const {
    Call& call = call_of(w, e.call);
    call.grant = Grant{e.grant, e.hash, e.epoch, e.expires_at, 0, r.at};
    call.permission = e.permission;
    call.state = CallState::kGranted;
    ++w.grants;
  }
  void operator()(const event::CallStarted& e) const {
    Call& call = call_of(w, e.call);
    if (!call.grant) {  // Allowed without people: the start is the grant.
      call.grant = Grant{e.grant, call.hash, call.epoch, std::nullopt, 0, r.at};
      ++w.grants;
    }
    call.grant->claimed_by_turn = e.turn;
    call.attempt = e.attempt;
    call.state = CallState::kRunning;
    touch_lease(w, r.at);
  }
  void operator()(const event::CallClosed& e) const {
    Call& call = call_of(w, e.call);
    call.result = e.result;
    call.error = e.error;
    close_call(w, call, e.error ? CallState::kFailed : CallState::kDone, r.at);
    if (!call.undoes.empty() && !e.error) w.totals.take_away(call_of(w, call.undoes));
    touch_lease(w, r.at);
  }
  void operator()(const event::CallDenied& e) const {
    Call& call = call_of(w, e.call);
    call.denial_reason = e.reason;
    call.denial_message = e.message;
    close_call(w, call, CallState::kDenied, r.at);
  }

  void operator()(const event::ApprovalRequested& e) const {
    Approval approval = make_approval(w, e, r.actor, r.on_behalf_of);
    approval.asked_at_version = r.version;
    approval.created_at = r.at;
    w.pending.push_back(w.approvals.size());
    w.approvals.push_back(std::move(approval));
    if (e.call.empty()) return;
    Call& call = call_of(w, e.call);
    call.approval = e.approval;
    call.hash = e.hash;  // Another one when it is asked anew: by another policy or on a new branch.
    call.policy_hash = e.policy_hash;
    call.epoch = e.epoch;
    call.state =
        e.question.kind == ApprovalKind::kInDoubt ? CallState::kInDoubt : CallState::kWaiting;
  }
  void operator()(const event::ApprovalDecided& e) const {
    Approval& approval = approval_of(w, e.approval);
    ++approval.revision;
    approval.decisions.push_back({e.person,
                                  e.decision,
                                  e.reason,
                                  e.hash,
                                  r.door,
                                  r.at,
                                  e.groups,
                                  e.answer,
                                  true,
                                  e.delegated_by,
                                  e.outcome});
    if (approval.claim && approval.claim->person == e.person) approval.claim.reset();
  }
  void operator()(const event::ApprovalEdited& e) const {
    Approval& approval = approval_of(w, e.approval);
    ++approval.revision;
    if (!approval.original_arguments) approval.original_arguments = approval.question.arguments;
    approval.question.arguments = e.arguments;
    if (e.tool) {
      if (approval.original_action.empty()) approval.original_action = approval.question.action;
      approval.question.action = e.tool->name;
      approval.question.definition_hash = e.tool->definition_hash;
    }
    approval.hash = e.hash;
    approval.thresholds = e.thresholds;
    approval.rule = e.rule;
    approval.policy_hash = e.policy_hash;
    if (e.schedule) approval.schedule = *e.schedule;
    if (e.deadline) {
      approval.question.deadline = e.deadline;
      approval.question.on_deadline = e.on_deadline;
    }
    for (Decision& decision : approval.decisions) decision.counts = false;
    approval.effect_at.reset();
    if (approval.call.empty()) return;
    Call& call = call_of(w, approval.call);
    w.totals.take_away(call);
    call.effective_arguments = e.arguments;
    if (e.tool) choose(call, *e.tool);
    w.totals.add(call);
    call.hash = e.hash;
    call.policy_hash = e.policy_hash;
  }
  void operator()(const event::ApprovalClosed& e) const {
    Approval& approval = approval_of(w, e.approval);
    FERMATA_ASSERT(approval.pending(), "P4: a request ends once");
    ++approval.revision;
    approval.status = e.status;
    approval.outcome = Outcome{e.status, e.by, e.reason, e.answer, r.at, e.outcome};
    approval.claim.reset();
    approval.effect_at.reset();
    const auto index = static_cast<std::size_t>(&approval - w.approvals.data());
    std::erase(w.pending, index);
    // Unanswered doubt stays doubt: the next turn that comes to this call asks again.
    if (approval.question.kind == ApprovalKind::kInDoubt)
      call_of(w, approval.call).state = CallState::kRunning;
  }
  void operator()(const event::ApprovalWithdrawn& e) const {
    Approval& approval = changed(e.approval);
    for (Decision& decision : approval.decisions) {
      if (!decision.counts || decision.person != e.person) continue;
      decision.counts = false;
      decision.withdrawn = e.reason.empty() ? "withdrawn" : e.reason;
    }
  }
  void operator()(const event::ApprovalClaimed& e) const {
    changed(e.approval).claim = Claim{e.person, e.by, r.at};
  }
  void operator()(const event::ApprovalReleased& e) const { changed(e.approval).claim.reset(); }
  void operator()(const event::ApprovalDelegated& e) const {
    changed(e.approval).delegations.push_back(e.delegation);
  }
  void operator()(const event::ApprovalDelegationEnded& e) const {
    for (Delegation& one : changed(e.approval).delegations)
      if (one.from == e.from && one.holds(r.at)) one.until = r.at;
  }
  void operator()(const event::ApprovalCommented& e) const {
    changed(e.approval)
        .comments.push_back({r.actor, e.text, e.reply_to, e.for_agent, e.asks, r.at});
    if (e.asks) w.nudged = true;
  }
  void operator()(const event::ApprovalReminded& e) const {
    changed(e.approval).reminded = static_cast<std::size_t>(e.reminder);
  }
  void operator()(const event::ApprovalEscalated& e) const {
    changed(e.approval).thresholds = e.thresholds;
  }
  void operator()(const event::ApprovalExtended& e) const { extend(changed(e.approval), e.by_ms); }
  void operator()(const event::ApprovalAgreed& e) const {
    changed(e.approval).effect_at = e.effect_at;
  }
  void operator()(const event::ApprovalReopened& e) const { changed(e.approval).effect_at.reset(); }
  Approval& changed(const std::string& id) const {
    Approval& approval = approval_of(w, id);
    ++approval.revision;
    return approval;
  }

  void operator()(const event::CheckpointCreated& e) const {
    w.checkpoints.push_back({e.checkpoint,
                             e.name,
                             e.call,
                             e.epoch,
                             r.version,
                             e.calls,
                             e.snapshot,
                             e.recovery,
                             e.metadata,
                             r.actor,
                             r.at});
  }
  void operator()(const event::InboundAsked& e) const { add_inbound(w, e, r.version); }
  template <class Other>
  void operator()(const Other&) const {
    FERMATA_ASSERT(false, "a workflow's stream holds workflow events only");
  }
};

// Whether it shows that a turn gets on: an attempt to run the same call once more does not.
bool is_progress(const event::Event& event) {
  if (const auto* started = std::get_if<event::CallStarted>(&event)) return started->attempt <= 1;
  return !std::holds_alternative<event::TurnStarted>(event) &&
         !std::holds_alternative<event::TurnRenewed>(event) &&
         !std::holds_alternative<event::TurnLapsed>(event);
}

std::int64_t backoff_ms(const event::Event& event) {
  const auto* ended = std::get_if<event::TurnEnded>(&event);
  return ended == nullptr ? 0 : ended->retry_after_ms;
}

}  // namespace

Approval make_approval(const Workflow& w,
                       const event::ApprovalRequested& e,
                       const Actor& asker,
                       const std::string& on_behalf_of) {
  Approval approval;
  approval.id = e.approval;
  approval.call = e.call;
  approval.question = e.question;
  approval.hash = e.hash;
  approval.requester = e.requester;
  approval.on_behalf_of = e.on_behalf_of;
  approval.thresholds = e.thresholds;
  approval.schedule = e.schedule;
  approval.rule = e.rule;
  approval.policy_hash = e.policy_hash;
  approval.snapshot_hash = e.policy_hash;
  for (const Actor& actor : {e.requester, w.requester, asker})
    if (actor.kind == ActorKind::kPerson) approval.parties.insert(actor.id);
  for (const std::string& person : {e.on_behalf_of, w.on_behalf_of, w.acts_for, on_behalf_of})
    if (!person.empty()) approval.parties.insert(person);
  approval.parties.insert(w.parties.begin(), w.parties.end());
  approval.epoch = e.epoch;
  approval.revision = 1;
  return approval;
}

Workflow evolve(Workflow workflow, const event::Recorded& recorded) {
  FERMATA_ASSERT(misfit(workflow, recorded).empty(), "what was decided fits the state");
  const bool was_ready = status(workflow) == WorkflowStatus::kReady;
  std::visit(Evolve{workflow, recorded}, recorded.payload);
  if (is_progress(recorded.payload)) workflow.lapses = 0;
  if (!was_ready && status(workflow) == WorkflowStatus::kReady)
    workflow.ready_at = recorded.at + backoff_ms(recorded.payload);
  workflow.version = recorded.version;
  workflow.updated_at = recorded.at;
  return workflow;
}

}  // namespace fermata
