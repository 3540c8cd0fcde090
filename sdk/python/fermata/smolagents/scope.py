"""Where in a run something happens, and from that its key in the journal.

Each run of an agent has a scope: the main agent's is named `run`, a team member's by the call that
started it. Inside of a scope things are counted in the order in which they happen:

    run/m3                                the third model call
    run/c2                                the second code block
    run/t:call_0003_001:refund            the second tool call that model call 3 asked for
    run/t:c2.1:refund                     the first tool call of code block 2
    run/t:call_0003_000:helper/m1         the first model call of a team member, called there
    run/v1                                the first value of `fermata.effect`

Tool calls get new ids, `call_<model call>_<place>`: providers give random, empty or repeated ones,
and smolagents drops calls with equal ids. Padded, they also keep the model's order, since
smolagents sorts them as text.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from smolagents.models import ChatMessageToolCall

from . import chat, codec
from .journal import Journal
from .rng import Chance
from .turn import Turn

T = TypeVar("T")
_MAX_WHY = 2000
_MAX_NAME = 200


def one_line(name: Any) -> str:
    """A name as the journal takes it."""
    return "".join(c if c.isprintable() else " " for c in str(name))[:_MAX_NAME] or "?"


class CallArgs(dict[str, Any]):
    """The arguments of one tool call, which know the call they belong to. smolagents hands a tool
    nothing else that would tell two equal calls apart."""

    call_id: str = ""

    def __bool__(self) -> bool:
        return True  # smolagents replaces empty arguments by another dict


class Batch:
    """The tool calls of one answer of the model."""

    def __init__(self, calls: list[ChatMessageToolCall]) -> None:
        self.is_parallel = len(calls) > 1
        # Arguments that are no dict cannot carry an id: such calls are told apart by what they are,
        # and equal ones by their order.
        self._others: dict[str, deque[str]] = defaultdict(deque)
        for call in calls:
            if not isinstance(call.function.arguments, dict):
                self._others[self._kind(call.function.name, call.function.arguments)].append(
                    call.id
                )

    def has(self, name: str, arguments: Any) -> bool:
        """Whether there is such a call in the batch that has not been executed."""
        return isinstance(arguments, CallArgs) or bool(self._others[self._kind(name, arguments)])

    def call_id(self, name: str, arguments: Any) -> str:
        """The id of the call that is being executed."""
        if isinstance(arguments, CallArgs):
            return arguments.call_id
        return self._others[self._kind(name, arguments)].popleft()

    @staticmethod
    def _kind(name: str, arguments: Any) -> str:
        return f"{name}:{arguments or {}!r}"


@dataclass(frozen=True)
class Site:
    """The place of one tool call."""

    key: str
    batch: Batch | None = None


# The call that is being executed, by the scope it belongs to.
_executing: ContextVar[tuple[Scope, str, Batch] | None] = ContextVar(
    "fermata_executing", default=None
)


class Scope:
    """One run of one agent. What it counts happens in one thread at a time; the calls of a parallel
    batch have their keys from the batch."""

    def __init__(
        self, journal: Journal, turn: Turn | None, path: str, batch: Batch | None = None
    ) -> None:
        """`batch` is the batch of the call that all of this happens in, where that is a tool's."""
        self.journal = journal
        self.latch = journal.latch
        self.turn = turn
        self.path = path
        self.chance = Chance()
        self.checkpoint_every = 0
        self.why = ""
        self.notes: list[str] = []
        self.in_code = False
        self._models = 0
        self._codes = 0
        self._code_calls = 0
        self._outside_calls = 0
        self._values = 0
        self._within = batch
        self._batch: Batch | None = None

    @property
    def replaying(self) -> bool:
        return self.journal.replaying

    def next_model(self) -> str:
        """The key of the next model call."""
        self._models += 1
        return f"{self.path}/m{self._models}"

    def mark_step(self) -> None:
        """Before a new step of the main agent, every so often, makes a checkpoint by itself."""
        every = self.checkpoint_every
        if every and self._models > 1 and (self._models - 1) % every == 0:
            self.journal.mark(f"before model call {self._models}")

    def answered(self, text: str) -> None:
        """Takes note of what the model said, for the people whom its calls may be put to."""
        self.why = text if len(text) <= _MAX_WHY else text[: _MAX_WHY - 1] + "…"

    @contextmanager
    def code_block(self) -> Iterator[str]:
        """Surrounds a code block; gives its key."""
        self._codes += 1
        self._code_calls = 0
        self.notes = []
        self.in_code = True
        key = f"{self.path}/c{self._codes}"
        try:
            with self.chance.seeded(f"{self.journal.root}/{key}"):
                yield key
        finally:
            self.in_code = False

    def block_key(self, name: str) -> str:
        """The key of the present code block as a call of its own."""
        return f"{self.path}/t:c{self._codes}:{name}"

    def start_batch(self, calls: list[ChatMessageToolCall]) -> None:
        """Gives the calls of a model's answer their ids, in place."""
        for place, call in enumerate(calls):
            call.id = f"call_{self._models:04d}_{place:03d}"
            if isinstance(call.function.arguments, dict):
                call.function.arguments = CallArgs(call.function.arguments)
                call.function.arguments.call_id = call.id
        self._batch = Batch(calls)

    @contextmanager
    def executing(self, name: str, arguments: Any) -> Iterator[Batch | None]:
        """Surrounds the execution of one call of the present batch, in whatever thread."""
        batch = self._batch
        if batch is None or not batch.has(name, arguments):
            yield None  # not the model's doing
            return
        token = _executing.set((self, batch.call_id(name, arguments), batch))
        try:
            yield batch
        finally:
            _executing.reset(token)

    def site(self, name: str) -> Site:
        """The place of the tool call that is happening now."""
        if self.in_code:
            self._code_calls += 1
            return Site(f"{self.path}/t:c{self._codes}.{self._code_calls}:{name}")
        place = _executing.get()
        if place is not None and place[0] is self:
            return Site(f"{self.path}/t:{place[1]}:{name}", place[2])
        # Neither the model nor its code called it, but a callback or another tool.
        self._outside_calls += 1
        return Site(f"{self.path}/t:x{self._outside_calls}:{name}", self._within)

    @contextmanager
    def inside_tool(self) -> Iterator[None]:
        """Surrounds what a tool does itself: nothing in there has the place of its call."""
        token = _executing.set(None)
        try:
            with self.chance.unseeded():
                yield
        finally:
            _executing.reset(token)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Surrounds work that may outlast the turn's lease."""
        if self.turn is None:
            yield
        else:
            with self.turn.busy():
                yield

    def effect(self, compute: Callable[[], T], name: str, harmless: bool) -> T:
        """See `fermata.effect`."""
        self.latch.check()
        self._values += 1
        name = one_line(name)
        key = f"{self.path}/v{self._values}"
        if not harmless:
            self.journal.require_real(key, name)
        return self.value(key, name, name, compute)

    def value(self, key: str, name: str, asked: Any, compute: Callable[[], T]) -> T:
        """Computes a value once and journals it under `key`; `asked` is what it is computed of."""
        request = chat.digest({"value": asked})
        call = self.journal.record(key, "value", name, request)
        if call is not None:
            return codec.decode(call.result)  # type: ignore[no-any-return]
        self.journal.writable(key)
        with self.busy():
            value = compute()
        self.journal.write(key, "value", name, request, self.journal.encode(key, value))
        return value
