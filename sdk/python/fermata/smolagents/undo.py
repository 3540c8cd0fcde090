"""Undoing what a rollback has left behind, before anything else of the next turn.

The server says what is to be undone, in which order, with which tool and under which key. Each undo
is an ordinary call: journaled, judged by the policy, put to people where that says so. One that
fails is tried again as often as the server allows; then the run goes on, and says so.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from typing import Any

from smolagents import MultiStepAgent
from smolagents.tools import Tool

from .. import durable
from ..client import Client
from ..models import Call, Undo, Workflow
from . import codec
from .journal import Journal
from .scope import Scope, Site
from .tool import DurableTool
from .turn import Turn

_PAUSE_S = 0.5


class _UndoTool(Tool):  # type: ignore[misc]
    """A function, or a tool, that undoes a call: what it is called with is the call's."""

    skip_forward_signature_validation = True
    inputs = {  # noqa: RUF012
        "arguments": {"type": "object", "description": "What the undone call was called with."},
        "result": {"type": "any", "description": "What it gave."},
    }
    output_type = "any"

    def __init__(self, name: str, undo: Callable[..., Any] | None) -> None:
        super().__init__()
        self.name = name
        self.description = inspect.getdoc(undo) or f"Undoes a call, as {name}."
        self.idempotent = getattr(undo, "idempotent", False) is True
        self._undo = undo

    def forward(self, arguments: dict[str, Any], result: Any) -> Any:
        """Undoes the call."""
        if self._undo is None:
            raise LookupError(f"the agent of now has no {self.name} to undo this with")
        return self._undo(arguments=arguments, result=result)


class _UndoCall(DurableTool):
    """What it gives is read by nobody: where the journal cannot hold it, the undo is done all the
    same, and must not be tried again."""

    def _encode(self, value: Any) -> Any:
        try:
            return super()._encode(value)
        except Exception as error:
            return f"(not kept: {type(error).__name__})"


def all_done(client: Client, held: Turn, agent: MultiStepAgent) -> Workflow:
    """Undoes what is to be undone; the workflow as it is then. Leaves the run when people must
    decide about it first."""
    workflow = held.workflow
    known = dict(_undos_of(agent, set()))
    while (entry := _next(workflow)) is not None:
        journal = Journal(client, workflow, held)
        if not _tried(client, workflow, entry, journal, held, known):
            time.sleep(_PAUSE_S * 2 ** min(entry.attempts, 7))
        workflow = client.get_workflow(workflow.id)
    return workflow


def _next(workflow: Workflow) -> Undo | None:
    return next((entry for entry in workflow.undo if entry.key), None)


def _tried(
    client: Client,
    workflow: Workflow,
    entry: Undo,
    journal: Journal,
    held: Turn,
    known: dict[str, Callable[..., Any]],
) -> bool:
    """One attempt; whether it did not fail."""
    assert entry.key is not None
    undone: Call = client.get_call(workflow.id, entry.call)
    name = entry.undo_tool or ""
    scope = Scope(journal, held, entry.key)
    found = known.get(name)
    tool = _UndoCall(found if isinstance(found, Tool) else _UndoTool(name, found), scope)
    effective = (
        undone.arguments if undone.effective_arguments is None else undone.effective_arguments
    )
    sent = {"arguments": effective, "result": undone.result}
    given = {
        "arguments": {key: codec.decode(value) for key, value in (effective or {}).items()},
        "result": codec.decode(undone.result),
    }
    try:
        with durable.recording(scope):
            tool.outcome_of(Site(entry.key), given, sent)
    except Exception:  # it is journaled, and what is to be tried next is the server's to say
        return False
    return True


def _undos_of(agent: MultiStepAgent, seen: set[int]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """By name, all that undoes calls of an agent or its team; a name may also be a tool's."""
    if id(agent) in seen:
        return
    seen.add(id(agent))
    for name, tool in agent.tools.items():
        yield name, tool
        undo = durable.undo_of(tool)
        if undo is not None and not isinstance(undo, str):
            yield durable.undo_name(undo), undo
    for member in agent.managed_agents.values():
        yield from _undos_of(member, seen)
