"""How one turn of a durable run can end: with a result, suspended, or with one of these errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..errors import FermataError
from ..models import ApprovalRequest


@dataclass(frozen=True)
class Completed:
    """The agent has given its final answer, and the workflow is completed.

    `agent` is the agent that ran, for a look at its memory; None when the workflow had been
    completed by an earlier run.
    """

    workflow_id: str
    output: Any
    agent: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Suspended:
    """People must decide first, or have frozen it: then `frozen` says why. Nothing is held in
    memory: the process may end, and any process on any machine goes on by running the same agent
    with this `workflow_id`."""

    workflow_id: str
    approvals: tuple[ApprovalRequest, ...]
    frozen: str = ""

    def __str__(self) -> str:
        if self.frozen:
            return f"suspended: {self.frozen}"
        count = len(self.approvals)
        return f"suspended: waiting for {count} approval{'' if count == 1 else 's'}"


class RunError(FermataError):
    """The root of what ends a run without an outcome. Unless it says otherwise the workflow is
    still open, and running it again goes on where the journal ends."""


class Diverged(RunError):
    """The agent asked for something else than what the journal holds at this place, so replaying
    it would be guessing. Usually something in it depends on time, chance or a changed input."""


class DefinitionChanged(RunError):
    """The agent is not the one that the workflow was started with. `changed` names the differences.

    `force=True` runs it all the same: useful when the change cannot touch what has been recorded.
    A fork runs the new one from the start on what this one recorded, and does nothing for real.
    """

    def __init__(self, workflow_id: str, changed: list[str]) -> None:
        self.workflow_id = workflow_id
        self.changed = changed
        super().__init__(
            f"{workflow_id}: the definition has changed: {'; '.join(changed)}. Bring the old one "
            "back, go on with force=True if that cannot touch what is recorded, or see what the "
            f"new one does in a fork: client.fork_workflow({workflow_id!r})"
        )


class DryRun(RunError):
    """A fork came to an effect that its source had not recorded as a tool call. It was not done;
    once a person has allowed effects, the run goes on here."""


class TurnHeld(RunError):
    """Another worker is running this workflow, and it is not known to be dead."""

    def __init__(self, workflow_id: str, worker: str, lease_until: str) -> None:
        self.workflow_id = workflow_id
        self.worker = worker
        self.lease_until = lease_until
        super().__init__(f"{workflow_id} is run by {worker} until {lease_until}")


class TurnLost(RunError):
    """Another worker has taken this workflow over, or it was rolled back; this one may not write
    any more."""


class WorkflowClosed(RunError):
    """The workflow was failed or cancelled; it can not be run any more."""


class BindingMismatch(RunError):
    """The permission that came is not for this very call. Nothing was run."""


class UnsupportedResult(RunError):
    """The agent's answer, or a value that was computed beside it, is one that the journal cannot
    hold. Where a tool gives such a value, its call fails, and the model reads why: see
    `encode_result` and `decode_result`."""


class ModelFailed(RunError):
    """The model gave no answer. Nothing was recorded: running again asks it again."""


class PastTheGate(RuntimeError):
    """A tool of a durable run was called, but not as a call of that run. It did not run."""
