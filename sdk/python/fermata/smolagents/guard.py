"""The gate at the tool itself: while a durable run has a tool, nothing runs it past its gate.

A wrapper alone can be walked around: another tool may hold the wrapped one, an agent's code may dig
it out of some object, a team member's own list has it too. So for as long as a run lasts, the tool
that was wrapped refuses to run unless it was permitted, in this very thread of work, for this call.
Called by another tool of the run, it asks for itself, under that tool's key.

What tools do in threads of their own carries no such mark: there the guarded ones refuse.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from smolagents import FinalAnswerTool, MultiStepAgent
from smolagents.tools import Tool

from .outcome import PastTheGate
from .signals import Stop
from .tools import RunTool


class Running:
    """One permitted call of `tool` while it runs. `ask` calls another guarded tool from in there,
    gated; `stopped` says that such a call has stopped the run."""

    def __init__(self, tool: Tool, ask: Callable[..., Any]) -> None:
        self.tool = tool
        self.stopped = False
        self._ask = ask

    def ask(self, tool: Tool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Calls `tool` as the call that it is."""
        try:
            return self._ask(tool, args, kwargs)
        except Stop:
            self.stopped = True
            raise


_running: ContextVar[Running | None] = ContextVar("fermata_running", default=None)
_lock = threading.Lock()


@dataclass
class _Guarded:
    """A tool that runs have now: how many, and the `forward` of its own that it had before."""

    tool: Tool
    own: Any
    runs: int = 0


# By identity; the tool is kept beside it, so that the identity stays its.
_guarded: dict[int, _Guarded] = {}


@contextmanager
def permitted(running: Running) -> Iterator[None]:
    """Surrounds the run of one call that was permitted."""
    token = _running.set(running)
    try:
        yield
    finally:
        _running.reset(token)


@contextmanager
def guarding(agent: MultiStepAgent) -> Iterator[None]:
    """Guards all tools of an agent and its team. Afterwards they are as they were."""
    tools = {id(tool): tool for tool in _tools_of(agent, set())}
    with _lock:
        for key, tool in tools.items():
            if key not in _guarded:
                _guarded[key] = _Guarded(tool, own=tool.__dict__.get("forward"))
                tool.__dict__["forward"] = _guard(tool)
            _guarded[key].runs += 1
    try:
        yield
    finally:
        with _lock:
            for key in tools:
                _release(key)


def _release(key: int) -> None:
    entry = _guarded[key]
    entry.runs -= 1
    if entry.runs:
        return
    del _guarded[key]
    if entry.own is None:
        entry.tool.__dict__.pop("forward", None)
    else:
        entry.tool.__dict__["forward"] = entry.own


def is_plain_final_answer(tool: Tool) -> bool:
    """Whether a tool is smolagents' own way to end a run, which has no effect and needs no gate. A
    tool of somebody's own under that name is a tool like any other."""
    return type(tool) is FinalAnswerTool


def _tools_of(agent: MultiStepAgent, seen: set[int]) -> Iterable[Tool]:
    if id(agent) in seen:
        return
    seen.add(id(agent))
    for tool in agent.tools.values():
        if not is_plain_final_answer(tool) and not isinstance(tool, RunTool):
            yield tool
    for member in agent.managed_agents.values():
        yield from _tools_of(member, seen)


def _guard(tool: Tool) -> Callable[..., Any]:
    """What stands before the tool's own `forward`, on this one object."""
    original = tool.forward

    @functools.wraps(original)
    def forward(*args: Any, **kwargs: Any) -> Any:
        running = _running.get()
        if running is None:
            raise PastTheGate(
                f"{tool.name} was called past its gate: not as a call of the run that has it"
            )
        if running.tool is tool:
            return original(*args, **kwargs)
        return running.ask(tool, args, kwargs)

    return forward
