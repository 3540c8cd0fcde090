"""Programs of LangGraph, LangChain and HumanLayer ask people through Fermata.

Such a program stops with a payload and waits for an object. `answer` gives one for the other;
`resume` does so for all interrupts of a LangGraph run at once. Both wait until people have decided,
and may be called again after a crash: the same key is the same question.

    result = graph.invoke(given, config)
    while interrupts := result.get("__interrupt__"):
        result = graph.invoke(Command(resume=resume(client, interrupts)), config)
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ._inbound import Inbound
from .client import AsyncClient, Client

__all__ = ["Interrupt", "NotYet", "aanswer", "answer", "aresume", "resume"]

_WAIT_S = 20.0


class Interrupt(Protocol):
    """What LangGraph gives for each place where a run waits."""

    @property
    def id(self) -> str: ...
    @property
    def value(self) -> Any: ...


class NotYet(TimeoutError):
    """People have not decided within `timeout_s`. Nothing is lost: ask again with the same key."""

    def __init__(self, inbound: Inbound) -> None:
        super().__init__(f"{inbound.id} is still undecided")
        self.inbound = inbound


def answer(
    client: Client,
    asked: Any,
    *,
    key: str,
    workflow_id: str | None = None,
    timeout_s: float | None = None,
) -> Any:
    """What the framework waits for after it asked `asked`, once people have decided. `key` names
    this question and no other one of this agent; it must be the same after a crash."""
    wait = _Wait(timeout_s)
    inbound = client.ask_inbound(asked, key=key, workflow_id=workflow_id)
    while wait.goes_on(inbound):
        inbound = client.get_inbound(inbound.id, wait_s=wait.next_s)
    return inbound.answer


async def aanswer(
    client: AsyncClient,
    asked: Any,
    *,
    key: str,
    workflow_id: str | None = None,
    timeout_s: float | None = None,
) -> Any:
    """As `answer`."""
    wait = _Wait(timeout_s)
    inbound = await client.ask_inbound(asked, key=key, workflow_id=workflow_id)
    while wait.goes_on(inbound):
        inbound = await client.get_inbound(inbound.id, wait_s=wait.next_s)
    return inbound.answer


def resume(
    client: Client,
    interrupts: Sequence[Interrupt],
    *,
    workflow_id: str | None = None,
    timeout_s: float | None = None,
) -> dict[str, Any]:
    """What to resume a LangGraph run with: each interrupt's id with its answer. All are asked
    before the first one is waited for."""
    for one in interrupts:
        client.ask_inbound(payload_of(one), key=key_of(one), workflow_id=workflow_id)
    wait = _Wait(timeout_s)
    answers = {}
    for one in interrupts:
        answers[one.id] = answer(
            client,
            payload_of(one),
            key=key_of(one),
            workflow_id=workflow_id,
            timeout_s=wait.left_s,
        )
    return answers


async def aresume(
    client: AsyncClient,
    interrupts: Sequence[Interrupt],
    *,
    workflow_id: str | None = None,
    timeout_s: float | None = None,
) -> dict[str, Any]:
    """As `resume`."""
    for one in interrupts:
        await client.ask_inbound(payload_of(one), key=key_of(one), workflow_id=workflow_id)
    wait = _Wait(timeout_s)
    answers = {}
    for one in interrupts:
        answers[one.id] = await aanswer(
            client,
            payload_of(one),
            key=key_of(one),
            workflow_id=workflow_id,
            timeout_s=wait.left_s,
        )
    return answers


def key_of(interrupt: Interrupt) -> str:
    """LangGraph gives each place where a run waits an id of its own, the same when it is loaded
    from its checkpoint again."""
    return "langgraph-" + hashlib.sha256(interrupt.id.encode()).hexdigest()


def payload_of(interrupt: Interrupt) -> Any:
    """The interrupt's value. Which answers LangChain takes to one call stands beside it."""
    value = interrupt.value
    schema = getattr(interrupt, "response_schema", None)
    if not isinstance(value, Mapping) or value.get("type") != "tool_approval" or not schema:
        return value
    return {**value, "response_schema": schema}


class _Wait:
    def __init__(self, timeout_s: float | None) -> None:
        self._until = None if timeout_s is None else time.monotonic() + timeout_s

    @property
    def left_s(self) -> float | None:
        return None if self._until is None else max(0.0, self._until - time.monotonic())

    @property
    def next_s(self) -> float:
        left_s = self.left_s
        return _WAIT_S if left_s is None else min(_WAIT_S, left_s)

    def goes_on(self, inbound: Inbound) -> bool:
        if inbound.state == "answered":
            return False
        if self.left_s == 0.0:
            raise NotYet(inbound)
        return True
