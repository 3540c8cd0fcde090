"""What a tool or a callback can ask about the durable run it is part of.

`fermata.durable.effect(fn)`, `now()`, `replaying()`, `idempotency_key()`, and the declaration
`idempotent`; each is also to be had from `fermata` itself.

All of it also works outside of any run, where nothing is journaled: a tool that uses it can be
tested and used without Fermata.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Recorder(Protocol):
    """The part of a run's scope that `effect` and `replaying` need."""

    @property
    def replaying(self) -> bool: ...

    def effect(self, compute: Callable[[], T], name: str, harmless: bool) -> T: ...


_recorder: ContextVar[Recorder | None] = ContextVar("fermata_recorder", default=None)
_idempotency_key: ContextVar[str | None] = ContextVar("fermata_idempotency_key", default=None)


def idempotent(tool: T) -> T:
    """Declares that a tool may be run again under the same `idempotency_key()` without doing its
    effect twice. When a crash leaves such a call in doubt it is simply tried again; for any other
    tool a person is asked whether it happened.

    Decorates a smolagents tool, a tool class, or the function under `@tool`.
    """
    tool.idempotent = True  # type: ignore[attr-defined]
    return tool


def undone_by(undo: Callable[..., Any] | str) -> Callable[[T], T]:
    """Declares how a tool's calls are undone when a rollback leaves them behind: by a function or a
    tool that takes `arguments` and `result`, those of the call, or by the name of one of the
    agent's tools. An undo is a call like any other: the policy applies to it under its own name.

        @fermata.undone_by(cancel_refund)
        class Refund(Tool): ...
    """

    def declare(tool: T) -> T:
        tool.undone_by = undo if isinstance(undo, str) else _Held(undo)  # type: ignore[attr-defined]
        return tool

    return declare


class _Held:
    """Keeps a function from becoming a method of the class it is declared on."""

    def __init__(self, undo: Callable[..., Any]) -> None:
        self.undo = undo


def undo_of(tool: Any) -> Callable[..., Any] | str | None:
    """What undoes a tool's calls; None when nothing does."""
    found = getattr(tool, "undone_by", None) or getattr(
        getattr(tool, "forward", None), "undone_by", None
    )
    return found.undo if isinstance(found, _Held) else found


def undo_name(undo: Callable[..., Any] | str) -> str:
    """What the journal and the policy call it."""
    if isinstance(undo, str):
        return undo
    return str(getattr(undo, "name", None) or getattr(undo, "__name__", type(undo).__name__))


def idempotency_key() -> str | None:
    """The key of the tool call that is being run: the same for each attempt at this call, another
    for any other call. None outside of a durable run. Hand it to what does the effect."""
    return _idempotency_key.get()


def replaying() -> bool:
    """Whether the run is still going over what the journal holds, rather than doing new things.
    A callback that reports progress may want to keep quiet then."""
    recorder = _recorder.get()
    return recorder is not None and recorder.replaying


def effect(compute: Callable[[], T], *, name: str = "value", harmless: bool = False) -> T:
    """Computes something once and journals it: on replay, the recorded value comes back.

    For step callbacks and final-answer checks, which run again on each replay. A crash while it is
    computed makes it be computed again. Inside a tool, whose result is journaled as a whole, and
    outside of a durable run, it just computes. A fork, which does nothing for real, stops here with
    `DryRun`, unless it is `harmless`: nothing in the world is another for it.
    """
    recorder = _recorder.get()
    return compute() if recorder is None else recorder.effect(compute, name, harmless)


def now() -> datetime:
    """The time in UTC, journaled like `effect`: on replay it is the time that it was then."""
    return effect(lambda: datetime.now(timezone.utc), name="now", harmless=True)


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Lets `effect` and `replaying` reach `recorder` in this context."""
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)


@contextmanager
def running_call(key: str) -> Iterator[None]:
    """Surrounds the run of one tool call."""
    tokens: list[tuple[ContextVar[Any], Any]] = [
        (_idempotency_key, _idempotency_key.set(key)),
        (_recorder, _recorder.set(None)),
    ]
    try:
        yield
    finally:
        for variable, token in tokens:
            variable.reset(token)
