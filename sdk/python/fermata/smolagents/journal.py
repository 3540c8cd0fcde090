"""The journal of one run: what has been recorded, from memory, and what is new, to the server.

It is read once, at the start. Replaying then costs no round trip; a new model answer, code block or
value costs one, a tool call two. Every error of the server ends the run: an agent must never see
one as if a tool had failed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from smolagents.tools import Tool

from .. import errors
from ..client import Client, each
from ..models import Call, CallKind, CallVerdict, Workflow
from . import codec
from .notices import Notices
from .outcome import Diverged, DryRun, UnsupportedResult
from .signals import Latch
from .turn import Turn, refusal

if TYPE_CHECKING:
    from .questions import Said

T = TypeVar("T")
MAX_KEY = 512
# What is no part of what the agent does: what the server has undone, and answers to people.
_UNDO = "undo/"
QUESTION = "question/"


class Journal:
    """The journal of `workflow_id`, to be written under `turn`; without a turn it is only read, and
    what it does not hold ends the run. Thread-safe."""

    def __init__(self, client: Client, workflow: Workflow, turn: Turn | None) -> None:
        self.workflow_id = workflow_id = workflow.id
        origin = workflow.forked_from
        self.root = origin.root if origin else workflow.id  # Forks draw the same numbers.
        self.epoch = workflow.epoch
        self.dry = workflow.effects == "recorded"
        self._source = origin.workflow if origin else ""
        self.latch = turn.latch if turn else Latch()
        self._client = client
        self._turn = turn
        calls = each(lambda c: client.list_journal(workflow_id, limit=200, cursor=c))
        self._calls = {call.key: call for call in calls}
        self._ahead = {
            key
            for key, call in self._calls.items()
            if call.state in ("done", "failed", "denied") and not key.startswith((_UNDO, QUESTION))
        }
        self._lock = threading.Lock()
        self._said: dict[str, Said] = {}
        # Of the agent and its team, by name: people may choose another one than the model did.
        self.tools: Mapping[str, Tool] = {}
        self.notices = Notices(workflow, self._calls.values())

    @property
    def replaying(self) -> bool:
        """Whether there are recorded calls that this run has not come to yet."""
        return bool(self._ahead)

    def tool_call(self, key: str, tool: str, arguments: Mapping[str, Any]) -> Call | None:
        """The recorded outcome of a tool call, or None if it has none yet."""
        call = self._recorded(key)
        if call is not None:
            self._expect(key, "tool", call.tool, tool)
            if codec.canonical(call.arguments or {}) != codec.canonical(arguments):
                self._expect(key, "arguments", call.arguments, dict(arguments))
        return call

    def record(self, key: str, kind: CallKind, tool: str, request_hash: str) -> Call | None:
        """The recorded outcome of a model call, code block or value, or None if it has none yet."""
        call = self._recorded(key)
        if call is not None:
            self._expect(key, "kind", call.kind, kind)
            self._expect(key, "request", call.request_hash, request_hash)
        return call

    def write(self, key: str, kind: CallKind, tool: str, request_hash: str, result: Any) -> None:
        """Records a model's answer, a code block's output or a value, encoded."""
        turn = self.writable(key)
        verdict = self._ask(
            lambda: self._client.record_call(
                self.workflow_id,
                turn=turn.n,
                key=key,
                kind=kind,
                tool=tool,
                request_hash=request_hash,
                result=result,
            )
        )
        kept = verdict.call.result
        if kept is not None and codec.canonical(kept) != codec.canonical(result):
            self.latch.abort(Diverged(f"{key} was recorded before, with another result"))

    def has(self, key: str) -> bool:
        """Whether there is an outcome under that key."""
        call = self._calls.get(key)
        return call is not None and call.state in ("done", "failed", "denied")

    def kept(self, key: str) -> Any:
        """What was recorded under a key that is no part of the run; None if nothing was."""
        call = self._calls.get(key)
        return None if call is None else call.result

    def saying(self, path: str, said: Said) -> None:
        """Takes note of the last thing that the model of the scope `path` said."""
        with self._lock:
            self._said[path] = said

    def said_before(self, key: str) -> Said | None:
        """The last thing that was said in the innermost scope that the call `key` belongs to."""
        with self._lock:
            around = [path for path in self._said if key.startswith(path + "/")]
            return self._said[max(around, key=len)] if around else None

    def require_real(self, key: str, name: str) -> None:
        """Ends the run of a fork that would do something for real that is not recorded."""
        if self.dry and not self.has(key):
            self.latch.abort(
                DryRun(
                    f"{self.workflow_id} is a fork, and {name} ({key}) would be done for real. "
                    + self._way_on()
                )
            )

    def _way_on(self) -> str:
        """How what a fork stops at can be done. In a dry run every call has one in the source that
        it was taken from, but one that is supposed to have been approved and done."""
        supposed = any(
            call.kind == "tool" and call.state == "done" and not call.imported_from
            for call in self._calls.values()
        )
        if not supposed:
            return f"Allow it with: fermata workflows allow-effects {self.workflow_id}"
        return (
            "It cannot be allowed here, because this fork supposes that something was approved and "
            "done, which nobody did. It goes on for real in a fork that supposes no approval, once "
            f"effects are allowed there: fermata workflows fork {self._source}, with --checkpoint, "
            "with --approval and --reject, or from the beginning"
        )

    def checkpoint(self, key: str, name: str) -> dict[str, Any]:
        """Makes a checkpoint, or finds it: {"checkpoint", "name", "attempt", "text"}, and after a
        rollback to it what happened since."""
        call = self._recorded(key)
        if call is None:
            turn = self.writable(key)
            made = self._ask(
                lambda: self._client.create_checkpoint(
                    self.workflow_id, name=name, turn=turn.n, key=key
                )
            )
            call = self._ask(lambda: self._client.get_call(self.workflow_id, made.call or ""))
        self._expect(key, "kind", call.kind, "checkpoint")
        self._expect(key, "name", call.result.get("name"), name)
        found: dict[str, Any] = call.result
        return found

    def mark(self, name: str) -> None:
        """Makes a checkpoint that nobody asked for. It is no part of the journal."""
        turn = self._turn
        if turn is None:
            return
        with suppress(errors.Conflict):  # there are enough, or the turn is over: others will tell
            self._client.create_checkpoint(
                self.workflow_id, name=name, turn=turn.n, metadata={"automatic": True}
            )

    def roll_back(self, checkpoint: str, reason: str) -> str:
        """Goes back to a checkpoint, by name or id, and ends this run. Returns why not, when the
        server refuses."""
        turn = self.writable(checkpoint)
        found = self._checkpoint_named(checkpoint)
        try:
            self._client.rollback(self.workflow_id, checkpoint=found, reason=reason, turn=turn.n)
        except errors.ApiError as error:
            if not error.reason.startswith(("checkpoint.", "rollback.")):
                self.latch.abort(refusal(error))
            return f"You were not taken back: {error.detail or error.title or error.reason}"
        except errors.FermataError as error:
            self.latch.abort(error)
        raise self.latch.roll_back()

    def _checkpoint_named(self, wanted: str) -> str:
        """The id of the newest checkpoint of that name; what is no name is taken for an id."""
        page = each(lambda c: self._client.list_checkpoints(self.workflow_id, cursor=c))
        named = [found.id for found in page if wanted in (found.name, found.id)]
        return named[-1] if named else wanted

    def encode(self, key: str, value: Any) -> Any:
        """`codec.encode`, where a value that cannot be journaled ends the run."""
        try:
            return codec.encode(value)
        except codec.Unsupported as error:
            self.latch.abort(UnsupportedResult(f"{key}: {error}"))

    def open(self, key: str, tool: str, arguments: Mapping[str, Any], **more: Any) -> CallVerdict:
        """Asks whether a tool call may run. A slow answer does not cost the turn."""
        turn = self.writable(key)
        with turn.busy():
            return self._ask(
                lambda: self._client.open_call(
                    self.workflow_id, turn=turn.n, key=key, tool=tool, arguments=arguments, **more
                )
            )

    def close(self, verdict: CallVerdict, **outcome: Any) -> None:
        """Reports what came of a call that was allowed to run."""
        turn = self.writable(verdict.call.key)
        self._ask(
            lambda: self._client.close_call(
                self.workflow_id,
                verdict.call.id,
                turn=turn.n,
                grant=verdict.grant,
                hash=verdict.hash,
                **outcome,
            )
        )

    def _recorded(self, key: str) -> Call | None:
        if len(key) > MAX_KEY:
            self.latch.abort(Diverged(f"agents are nested too deeply: {key[:80]}…"))
        call = self._calls.get(key)
        with self._lock:
            if key not in self._ahead:
                recorded = call is not None and call.state in ("done", "failed", "denied")
                if recorded:
                    # Two calls with one key would share one outcome; the second is new ground.
                    self.latch.abort(Diverged(f"{key} was asked for twice"))
                return None
            self._ahead.discard(key)
        return call

    def _expect(self, key: str, what: str, recorded: Any, asked: Any) -> None:
        if recorded != asked:
            self.latch.abort(
                Diverged(
                    f"{self.workflow_id}, {key}: the journal has the {what} {_short(recorded)}, "
                    f"the agent now asks for {_short(asked)}"
                )
            )

    def writable(self, key: str) -> Turn:
        """The turn to write `key` under; a replay ends here, before anything new is done."""
        if self._turn is None:
            self.latch.abort(Diverged(f"{self.workflow_id}: the journal ends before {key}"))
        return self._turn

    def _ask(self, request: Callable[[], T]) -> T:
        try:
            return request()
        except errors.ApiError as error:
            if error.reason == "call.diverged":
                self.latch.abort(Diverged(str(error)))
            self.latch.abort(refusal(error))
        except errors.FermataError as error:
            self.latch.abort(error)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else text[:299] + "…"
