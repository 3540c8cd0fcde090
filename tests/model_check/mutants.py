"""What the domain must never say. Each is one place of src/ changed; see run.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    old: str
    new: str


APPROVAL = "core/approval/approval.cpp"
TALLY = "core/approval/tally.cpp"
TIMER = "core/approval/decide_timer.cpp"
VERBS = "core/approval/decide_verbs.cpp"
DECISION = "core/approval/decide_decision.cpp"
EDIT = "core/approval/edit.cpp"
CALL = "core/workflow/decide_call.cpp"
ROLLBACK = "core/workflow/rollback.cpp"
CHECKPOINT = "core/workflow/decide_checkpoint.cpp"

MUTANTS = [
    Mutant(
        "one fewer than needed is enough",
        TALLY,
        "std::max<std::int64_t>(1, threshold.approve);",
        "std::max<std::int64_t>(1, threshold.approve - 1);",
    ),
    Mutant(
        "who left the group still counts",
        TALLY,
        "if (!matches(line.threshold.from, directory, subject, seat)) continue;",
        "",
    ),
    Mutant(
        "what was said before an edit still counts",
        TALLY,
        "if (!decision.counts || decision.hash != approval.hash) continue;",
        "",
    ),
    Mutant(
        "a refusal is not heard",
        TALLY,
        "if (const Verdict refused = refusal(lines); refused != Verdict::kOpen) return refused;",
        "static_cast<void>(refusal(lines));",
    ),
    Mutant(
        "whom the agent works for may decide",
        APPROVAL,
        "return approval.parties.contains(person);",
        "return false;",
    ),
    Mutant(
        "an agent may decide",
        "core/permit.cpp",
        "Kinds operator()(const DecideApproval&) const { return kPersonOnly; }",
        "Kinds operator()(const DecideApproval&) const { return kAnyActor; }",
    ),
    Mutant(
        "a decision after the outcome counts",
        DECISION,
        "if (!approval.pending()) return refuse_closed(approval);",
        "",
    ),
    Mutant(
        "a decision after the deadline counts",
        DECISION,
        "if (approval.question.deadline &&",
        "if (false && approval.question.deadline &&",
    ),
    Mutant(
        "a decision on what was shown before counts",
        DECISION,
        "if (wish.hash != approval.hash)",
        "if (false)",
    ),
    Mutant(
        "one person decides twice",
        DECISION,
        "if (decision.counts && (decision.person == person || decision.seat() == seat.of))",
        "if (false)",
    ),
    Mutant(
        "an edit takes the looser policy of today",
        EDIT,
        "context.policy->hash != approval.snapshot_hash)",
        "false)",
    ),
    Mutant(
        "an edit gives more time",
        EDIT,
        "due < *question.deadline",
        "due != *question.deadline",
    ),
    Mutant(
        "an edit into what is denied is taken",
        EDIT,
        "if (verdict.effect == Effect::kDeny)",
        "if (false)",
    ),
    Mutant(
        "a request expires before its time",
        TIMER,
        "if (clock < *next || frozen(",
        "if (false && frozen(",
    ),
    Mutant(
        "a grant is good for ever",
        CALL,
        "return !expired && call.grant->epoch == workflow.epoch;",
        "return call.grant->epoch == workflow.epoch;",
    ),
    Mutant(
        "what may have happened is tried again",
        CALL,
        "if (old.idempotent && grant_holds(workflow, old, context)",
        "if (grant_holds(workflow, old, context)",
    ),
    Mutant(
        "what was executed need not be what was approved",
        CALL,
        "if (call->hash != wish.hash)",
        "if (false)",
    ),
    Mutant(
        "a late turn goes on",
        "core/refuse.cpp",
        "if (workflow.turn && workflow.turn->n == turn) return {};",
        "return {};",
    ),
    Mutant(
        "a permission outlives a rollback",
        ROLLBACK,
        "return call.live() && (index >= kept || !was_begun(call));",
        "return call.live() && index >= kept;",
    ),
    Mutant(
        "an effect that was left behind is forgotten",
        ROLLBACK,
        "return call.kind == CallKind::kTool && call.attempt > 0 && call.undoes.empty();",
        "return false;",
    ),
    Mutant(
        "a question outlives a rollback",
        CHECKPOINT,
        'Events events = cancel_pending(workflow, "the workflow was rolled back", context);',
        "Events events;",
    ),
    Mutant(
        "an effect does not wait",
        DECISION,
        "if (is_call && approval.schedule.effect_wait_ms > 0) {",
        "if (false) {",
    ),
    Mutant(
        "what was taken back still counts",
        "core/workflow/evolve.cpp",
        "decision.counts = false;\n      decision.withdrawn",
        "decision.withdrawn",
    ),
    Mutant(
        "a delegate is whom the policy does not name",
        VERBS,
        "return !threshold.delegate_to.empty() &&",
        "return true ||",
    ),
    Mutant(
        "who handed it on decides all the same",
        TALLY,
        "(lender != person || !has_lent(line.threshold, approval, directory, person, now))",
        "true",
    ),
    Mutant(
        "a place counts twice",
        VERBS,
        "if (decision_of(*approval, from) != nullptr)",
        "if (false)",
    ),
    Mutant(
        "the kill switch stops no grant",
        CALL,
        "if (!wish.recorded) FERMATA_CHECK_OK(require_not_frozen(workflow, wish.tool, context));",
        "",
    ),
    Mutant(
        "the kill switch stops no clock",
        "core/approval/clock.cpp",
        "return now - frozen_since_asked(workflow, approval, directory, now);",
        "return now;",
    ),
]
