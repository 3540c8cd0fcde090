"""What the server answers, as frozen dataclasses.

Fields that a newer server adds are ignored and fields that an older one leaves out are None or
empty, so that client and server can be upgraded in either order. Times stay RFC 3339 text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")

WorkflowStatus = Literal["ready", "running", "waiting", "completed", "failed", "cancelled"]
CallKind = Literal["tool", "model", "code", "value", "checkpoint"]
CallState = Literal["waiting", "granted", "running", "done", "failed", "denied", "in_doubt"]
ApprovalStatus = Literal[
    "pending",
    "approved",
    "rejected",
    "answered",
    "expired",
    "cancelled",
    "superseded",
    "ignored",
]
DecisionKind = Literal["approve", "reject", "edit", "answer", "ignore"]
KeyKind = Literal["agent", "person", "admin", "readonly"]
Verdict = Literal["run", "replay", "wait", "deny"]
UndoState = Literal["pending", "running", "waiting", "done", "failed", "refused", "impossible"]
Dispatch = Literal["none", "worker", "native"]


@dataclass(frozen=True)
class Identity:
    """Who did something: an agent, a person, an admin or the system."""

    kind: str = ""
    id: str = ""


@dataclass(frozen=True)
class Failure:
    """An error as it is recorded: the type's qualified name and its text."""

    type: str = ""
    message: str = ""


@dataclass(frozen=True)
class Turn:
    """The right to write a workflow's journal. `n` is the fencing token."""

    n: int = 0
    worker: str = ""
    lease_until: str = ""


@dataclass(frozen=True)
class Branch:
    """One line of a workflow's history; a rollback starts a new one."""

    epoch: int = 0
    parent: int | None = None
    checkpoint: str | None = None
    reason: str | None = None
    by: Identity | None = None
    at: str | None = None
    attempt: int = 1
    notice: str | None = None


@dataclass(frozen=True)
class Undo:
    """An effect that a rollback has left behind, and what has become of undoing it. `key` is what
    the next attempt is journaled under; None when it is settled."""

    call: str = ""
    tool: str = ""
    arguments: Any = None
    undo_tool: str | None = None
    state: UndoState = "pending"
    attempts: int = 0
    key: str | None = None
    error: str | None = None
    epoch: int = 0


@dataclass(frozen=True)
class CallCounts:
    total: int = 0
    open: int = 0
    done: int = 0


@dataclass(frozen=True)
class Origin:
    """Where a fork comes from: its source, as of `version`, and where in it the fork begins."""

    workflow: str = ""
    root: str = ""
    checkpoint: str = ""
    version: int = 0


@dataclass(frozen=True)
class Workflow:
    """One execution: its state, its context, and how it ended."""

    id: str = ""
    agent: str = ""
    name: str | None = None
    status: WorkflowStatus = "ready"
    input: Any = None
    context: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    on_behalf_of: str | None = None
    requester: Identity | None = None
    dispatch: Dispatch = "none"
    effects: Literal["live", "recorded"] = "live"
    forked_from: Origin | None = None
    epoch: int = 0
    version: int = 0
    branches: list[Branch] = field(default_factory=list)
    undo: list[Undo] = field(default_factory=list)
    turn: Turn | None = None
    fingerprint: dict[str, Any] | None = None
    pending_approvals: list[str] = field(default_factory=list)
    calls: CallCounts | None = None
    result: Any = None
    error: Failure | None = None
    created_at: str = ""
    updated_at: str = ""

    @property
    def closed(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.status in ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class Denial:
    """Why a call must not run; `message` is meant for the model."""

    reason: str = ""
    message: str = ""


@dataclass(frozen=True)
class Call:
    """One journaled call of an agent."""

    id: str = ""
    key: str = ""
    kind: CallKind = "tool"
    tool: str = ""
    arguments: Any = None
    effective_arguments: Any = None
    effective_tool: str | None = None
    state: CallState = "running"
    hash: str | None = None
    request_hash: str | None = None
    idempotent: bool = False
    epoch: int = 0
    attempt: int = 1
    approval: str | None = None
    permission: str | None = None
    imported_from: str | None = None
    result: Any = None
    error: Failure | None = None
    denial: Denial | None = None
    opened_at: str | None = None
    closed_at: str | None = None


@dataclass(frozen=True)
class Weight:
    """What a decision of those that `from_` means counts; of others 1."""

    from_: str = field(default="", metadata={"json": "from"})
    weight: int = 1


@dataclass(frozen=True)
class Escalation:
    """Whom else, or instead, the clock asks."""

    after_s: int = 0
    to: str = ""
    replace: bool = False


@dataclass(frozen=True)
class Threshold:
    """How many of those that `from_` means must agree, and how many of them may refuse."""

    from_: str = field(default="", metadata={"json": "from"})
    approve: int = 0
    reject: int = 0
    name: str = ""
    stage: int = 1
    choice: str | None = None
    veto: bool = False
    weights: list[Weight] = field(default_factory=list)
    delegate_to: str | None = None
    escalations: list[Escalation] = field(default_factory=list)


@dataclass(frozen=True)
class Need:
    """What a request still waits for."""

    from_: str = field(default="", metadata={"json": "from"})
    approve: int = 0
    given: int = 0
    reject: int = 1
    refused: int = 0
    name: str = ""
    stage: int = 1


@dataclass(frozen=True)
class Decision:
    """One approver's answer."""

    person: str = ""
    decision: str = ""
    reason: str | None = None
    at: str = ""
    door: str = ""
    hash: str = ""
    counts: bool = True
    delegated_by: str | None = None
    outcome: str | None = None
    withdrawn: str | None = None


@dataclass(frozen=True)
class Delegation:
    """Somebody decides in another one's place: until then, or without `until` for good."""

    from_: str = field(default="", metadata={"json": "from"})
    to: str = ""
    until: str | None = None
    reason: str = ""
    at: str = ""


@dataclass(frozen=True)
class Comment:
    """What somebody said about a request. An agent's key sees those that are `for_agent`."""

    n: int = 0
    by: Identity | None = None
    text: str = ""
    reply_to: int | None = None
    for_agent: bool = False
    asks: bool = False
    at: str = ""


@dataclass(frozen=True)
class Claim:
    """Who has taken a request on, and who gave it to them."""

    person: str = ""
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class CustomOutcome:
    """An answer that a request names itself: a decision that `means` that."""

    name: str = ""
    means: DecisionKind = "reject"
    text: str = ""


@dataclass(frozen=True)
class Schedule:
    """What time still brings to a request. `effect_at` is there once enough have agreed."""

    reminders: list[str] = field(default_factory=list)
    effect_wait_s: int = 0
    effect_at: str | None = None
    grant_s: int | None = None
    extend_s: int = 0


@dataclass(frozen=True)
class Outcome:
    """How a request closed. There is exactly one."""

    status: str = ""
    by: Any = None
    reason: str | None = None
    name: str | None = None
    answer: Any = None


@dataclass(frozen=True)
class ApprovalRequest:
    """A question to people that a workflow waits on. Decide on exactly this `hash`.

    `equal_open` is told in lists with `fold` alone.
    """

    id: str = ""
    workflow_id: str = ""
    call_id: str | None = None
    kind: Literal["call", "question", "in_doubt", "policy"] = "call"
    status: ApprovalStatus = "pending"
    action: str = ""
    arguments: Any = None
    original_action: str | None = None
    agent: str | None = None
    frozen_by: dict[str, Any] | None = None
    original_arguments: Any = None
    hash: str = ""
    why: str | None = None
    otherwise: str | None = None
    title: str | None = None
    requester: Identity | None = None
    on_behalf_of: str | None = None
    thresholds: list[Threshold] = field(default_factory=list)
    needed: list[Need] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    delegations: list[Delegation] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    claim: Claim | None = None
    rule: str | None = None
    policy_hash: str | None = None
    deadline: str | None = None
    on_deadline: str | None = None
    default_answer: Any = None
    outcomes: list[CustomOutcome] = field(default_factory=list)
    takes: list[DecisionKind] = field(default_factory=list)
    schedule: Schedule = field(default_factory=Schedule)
    form: dict[str, Any] | None = None
    validation: dict[str, Any] | None = None
    channels: dict[str, Any] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    epoch: int = 0
    revision: int = 0
    created_at: str = ""
    closed_at: str | None = None
    outcome: Outcome | None = None
    published: dict[str, Any] | None = None
    equal_open: int = 0


@dataclass(frozen=True)
class Event:
    """One change of a workflow: who, for whom, through which door, when, from what to what."""

    version: int = 0
    type: str = ""
    at: str = ""
    actor: Identity | None = None
    on_behalf_of: str | None = None
    door: str = ""
    from_status: str | None = None
    to_status: str | None = None
    request_id: str | None = None
    trace_id: str | None = None
    payload: Any = None
    prev_hash: str = ""
    hash: str = ""


@dataclass(frozen=True)
class Checkpoint:
    """A named point to roll back to."""

    id: str = ""
    workflow_id: str = ""
    name: str = ""
    call: str | None = None
    epoch: int = 0
    version: int = 0
    snapshot: Any = None
    recovery: Any = None
    metadata: dict[str, Any] = field(default_factory=dict)
    at: str | None = None


@dataclass(frozen=True)
class Undone:
    """An effect that a rollback leaves behind, and what has been done about it."""

    call: str = ""
    tool: str = ""
    arguments: Any = None
    undo_tool: str | None = None
    compensation: str = "none"


@dataclass(frozen=True)
class Rollback:
    workflow: Workflow = field(default_factory=Workflow)
    cancelled: list[str] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)


@dataclass(frozen=True)
class RollbackPreview:
    """What a rollback would do. Send `version` as its `if_version`, and that is what happens."""

    checkpoint: str = ""
    name: str = ""
    attempt: int = 0
    decisions_kept: list[dict[str, Any]] = field(default_factory=list)
    decisions_void: list[dict[str, Any]] = field(default_factory=list)
    asked_again: list[dict[str, Any]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)
    outstanding: list[Undo] = field(default_factory=list)
    version: int = 0


@dataclass(frozen=True)
class ComparedCall:
    """A call of two workflows, by its key. `same` when both did the same with the same end."""

    key: str = ""
    same: bool = False
    left: Call | None = None
    right: Call | None = None


@dataclass(frozen=True)
class TurnLease:
    """A turn that was taken or renewed. `workflow` is there when it was taken."""

    turn: int = 0
    epoch: int = 0
    lease_until: str = ""
    workflow: Workflow | None = None


@dataclass(frozen=True)
class CallVerdict:
    """What the server says to an opened call; which fields are set follows from `verdict`."""

    verdict: Verdict = "wait"
    call: Call = field(default_factory=Call)
    grant: str = ""
    binding: dict[str, Any] = field(default_factory=dict)
    hash: str = ""
    tool: str = ""
    arguments: Any = None
    edited: bool = False
    idempotency_key: str = ""
    attempt: int = 1
    approval: ApprovalRequest | None = None
    reason: str = ""
    message: str = ""


@dataclass(frozen=True)
class ToolLease:
    """A worker's right to run one call of a tool that it serves."""

    lease: str = ""
    lease_s: int = 0


@dataclass(frozen=True)
class ToolCall:
    """A call that a worker is to run: `hash` is of the `binding`, which names the hash of the
    tool's `definition`."""

    tool: str = ""
    arguments: Any = None
    binding: dict[str, Any] = field(default_factory=dict)
    hash: str = ""
    definition: dict[str, Any] = field(default_factory=dict)
    idempotency_key: str = ""
    attempt: int = 1


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list. Ask again with `next_cursor` while `has_more`."""

    items: list[T]
    next_cursor: str | None
    has_more: bool
