"""The turn: one worker's right to write a workflow's journal, for as long as it shows life.

`n`, the fencing token, goes with each write; the server refuses an older one. The lease only says
how long others must wait before they may take a silent worker's turn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from .. import errors
from ..client import Client
from ..models import TurnLease, Workflow
from . import worker
from .outcome import TurnHeld, TurnLost, WorkflowClosed
from .signals import Latch

LEASE_S = 30

_active_lock = threading.Lock()
_active: set[tuple[str, str]] = set()


class Turn:
    """A turn that this process holds. Its lease is renewed by a thread, but only while something
    that may take long is under way (`busy`): a worker that hangs elsewhere loses its turn."""

    def __init__(self, client: Client, workflow: Workflow, n: int, lease_s: int) -> None:
        self.workflow = workflow
        self.n = n
        self.latch = Latch()
        self._client = client
        self._lease_s = lease_s
        self._changed = threading.Condition()
        self._busy = 0
        self._ended = False
        self._renew_at = time.monotonic() + lease_s / 3
        self._thread: threading.Thread | None = None

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Surrounds work that may outlast the lease."""
        with self._changed:
            self._busy += 1
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._renew_while_busy, name="fermata-turn", daemon=True
                )
                self._thread.start()
            elif self._busy == 1:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._busy -= 1

    def leave(self, retry_after_s: int | None = None) -> None:
        """Gives the turn back, if that is possible: a turn that is not given back only delays
        whoever goes on. `retry_after_s` is how long nobody need try."""
        with suppress(errors.FermataError):
            self._client.end_turn(self.workflow.id, self.n, retry_after_s=retry_after_s)

    def stop_renewing(self) -> None:
        """Ends the thread. To be called once the turn is over, however it ended."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)
        with _active_lock:
            _active.discard((self._client.url, self.workflow.id))

    def _renew_while_busy(self) -> None:
        with self._changed:
            while not self._ended:
                delay = self._renew_at - time.monotonic()
                if self._busy == 0:
                    self._changed.wait()
                elif delay > 0:
                    self._changed.wait(delay)
                else:
                    self._changed.release()
                    try:
                        self._renew()
                    finally:
                        self._changed.acquire()

    def _renew(self) -> None:
        self._renew_at = time.monotonic() + self._lease_s / 3
        try:
            self._client.renew_turn(self.workflow.id, self.n)
        except errors.ConnectionFailed:
            self._renew_at = time.monotonic() + min(1.0, self._lease_s / 10)
        except errors.ApiError as error:
            self.latch.set(refusal(error))


def refusal(error: errors.ApiError) -> Exception:
    """What a refused write means for the run."""
    if error.reason in ("turn.stale", "stale_epoch"):
        return TurnLost(str(error))
    if error.reason == "workflow.closed":
        return WorkflowClosed(str(error))
    return error


def adopt(
    client: Client, lease: TurnLease, fingerprint: Mapping[str, Any], *, lease_s: int = LEASE_S
) -> Turn:
    """The turn that a worker has leased. The first turn of a workflow is taken once more, to say
    what it is run by: whoever leases does not know yet what was run before."""
    workflow = lease.workflow
    assert workflow is not None
    with _active_lock:
        _active.add((client.url, workflow.id))
    if workflow.fingerprint is None:
        try:
            lease = client.start_turn(
                workflow.id, worker=worker.identity(), fingerprint=fingerprint, lease_s=lease_s
            )
        except errors.ApiError as error:
            raise refusal(error) from error
    return Turn(client, lease.workflow or workflow, lease.turn, lease_s)


def take(
    client: Client,
    workflow_id: str,
    fingerprint: Mapping[str, Any],
    *,
    lease_s: int = LEASE_S,
    wait_s: float = 0.0,
) -> Turn:
    """Takes the turn of a workflow.

    From a worker that is known to be dead it is taken at once; for another one, waits up to
    `wait_s` for its lease to end. Raises TurnHeld when it is not to be had, WorkflowClosed when
    there is nothing left to run.
    """
    with _active_lock:
        if (client.url, workflow_id) in _active:
            raise TurnHeld(workflow_id, "another thread of this process", "its end")
        _active.add((client.url, workflow_id))
    try:
        return _take(client, workflow_id, fingerprint, lease_s, time.monotonic() + wait_s)
    except BaseException:
        with _active_lock:
            _active.discard((client.url, workflow_id))
        raise


def _take(
    client: Client,
    workflow_id: str,
    fingerprint: Mapping[str, Any],
    lease_s: int,
    give_up: float,
) -> Turn:
    me = worker.identity()
    takeover = False
    while True:
        try:
            lease = client.start_turn(
                workflow_id,
                worker=me,
                fingerprint=fingerprint,
                lease_s=lease_s,
                takeover=takeover or None,
            )
        except errors.Conflict as error:
            if error.reason != "turn.held" or takeover:
                raise refusal(error) from error
            holder = error.problem.get("holder") or {}
            name, until = str(holder.get("worker", "")), str(holder.get("lease_until", ""))
            # A turn of this very process that no thread of it is running was left behind.
            takeover = name == me or worker.is_dead(name)
            if takeover:
                continue
            delay = min(_seconds_until(until), 1.0)
            if time.monotonic() + delay > give_up:
                raise TurnHeld(workflow_id, name, until) from error
            time.sleep(delay)
        else:
            workflow = lease.workflow or client.get_workflow(workflow_id)
            return Turn(client, workflow, lease.turn, lease_s)


def _seconds_until(timestamp: str) -> float:
    """An estimate by this machine's clock, 50 ms to a minute; the server's clock counts."""
    try:
        at = datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 1.0
    return min(max(at - time.time(), 0.05), 60.0)
