"""How a run is stopped from inside the agent: an exception that nothing on the way may catch, and a
latch that makes sure of it.

smolagents and the code that an agent writes catch `Exception` freely, and an agent's `finally`
block may even replace what is being raised. So a stop derives from BaseException and is remembered:
from then on each model, tool, code block and callback of the run stops at once.
"""

from __future__ import annotations

import threading
from typing import NoReturn

from ..models import ApprovalRequest


class Stop(BaseException):
    """Leaves the agent. Only the runtime, outside of the agent, catches it."""


class Suspend(Stop):
    """People must decide first."""


class RolledBack(Stop):
    """The run has gone back to a checkpoint: this one of its runs is over."""


class Abort(Stop):
    """The run cannot go on; `error` is for the caller."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        super().__init__(str(error))


class Latch:
    """Whether the run has been stopped, and why. Thread-safe; it never opens again.

    One exception to "at once": calls of the same parallel batch as the one that suspended still
    go their way, because the model asked for all of them together. So all approvals of a batch are
    asked for together, and what needs none is done.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._error: Exception | None = None
        self._approvals: dict[str, ApprovalRequest] = {}
        self._batch: object | None = None
        self._rolled_back = False

    @property
    def error(self) -> Exception | None:
        """Why the run was aborted; None when it was not."""
        return self._error

    @property
    def approvals(self) -> tuple[ApprovalRequest, ...]:
        """What the run waits for, in the order of the calls."""
        return tuple(approval for _, approval in self.waiting)

    @property
    def waiting(self) -> tuple[tuple[str, ApprovalRequest], ...]:
        """The same with the key of each call."""
        return tuple(sorted(self._approvals.items(), key=lambda one: one[0]))

    @property
    def closed(self) -> bool:
        """Whether the run has been stopped."""
        return self._rolled_back or self._error is not None or bool(self._approvals)

    @property
    def rolled_back(self) -> bool:
        """Whether the run has gone back to a checkpoint. Whatever else ends it then is of no more
        interest: it can only be that what still ran was not let write any more."""
        return self._rolled_back

    def check(self, batch: object | None = None) -> None:
        """Raises when the run has been stopped. `batch` names the batch that the caller is in."""
        with self._lock:
            if self._rolled_back:
                raise RolledBack
            if self._error is not None:
                raise Abort(self._error)
            if self._approvals and (batch is None or batch is not self._batch):
                raise Suspend

    def suspend(self, key: str, approval: ApprovalRequest, batch: object | None) -> NoReturn:
        """Stops the run until `approval` is decided."""
        with self._lock:
            if not self._approvals:
                self._batch = batch
            self._approvals[key] = approval
        raise Suspend

    def roll_back(self) -> RolledBack:
        """Stops the run because it has gone back to a checkpoint; what to raise."""
        self._rolled_back = True
        return RolledBack()

    def set(self, error: Exception) -> None:
        """Stops the run for good. The first reason stands."""
        with self._lock:
            self._error = self._error or error

    def abort(self, error: Exception) -> NoReturn:
        """As `set`, and leaves."""
        self.set(error)
        raise Abort(error) from error
