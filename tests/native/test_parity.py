"""The same task by the native agent and by smolagents itself: the same calls of the same tools."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

import httpx
import pytest
from smolagents import LogLevel, OpenAIModel, Tool, ToolCallingAgent
from strict_model import Says, Script, call
from world import World

pytest_plugins = ["world"]
Calls = list[tuple[str, Any]]


class Lookup(Tool):  # type: ignore[misc]
    name = "lookup"
    description = "Looks an order up."
    inputs: ClassVar[dict[str, Any]] = {
        "order": {"type": "string", "description": "The order's number."}
    }
    output_type = "object"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def forward(self, order: str) -> Any:
        return httpx.get(f"{self.url}/orders/{order}").json()


class Refund(Tool):  # type: ignore[misc]
    name = "refund"
    description = "Pays an order back."
    inputs: ClassVar[dict[str, Any]] = {
        "order": {"type": "string", "description": "The order's number."},
        "amount": {"type": "number", "description": "How much, in euros."},
        "reason": {"type": "string", "description": "Why.", "nullable": True},
    }
    output_type = "string"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def forward(self, order: str, amount: float, reason: str | None = None) -> str:
        body = {"amount": amount, "reason": reason}
        headers = {"Idempotency-Key": order}
        answer = httpx.post(f"{self.url}/orders/{order}/refunds", json=body, headers=headers)
        return str(answer.json())


def decides_by_what_it_reads(stage: int, request: dict[str, Any]) -> Says:
    """Looks two orders up at once, refunds what the observation says was paid, then reads its
    answer's text out of the last observation."""
    last = request["messages"][-1]["content"]
    text = last if isinstance(last, str) else "".join(part["text"] for part in last)
    if stage == 0:
        pair = [call("lookup", {"order": "o1"}, "1"), call("lookup", {"order": "o2"}, "2")]
        return Says("Both orders.", pair)
    if stage == 1:
        paid = 20 if text.count("20") == 2 else 0
        return Says("", [call("refund", {"order": "o2", "amount": paid, "reason": "late"})])
    return Says(
        "", [call("final_answer", {"answer": "refunded" if "refunded 20" in text else "no"})]
    )


def writes_calls_as_text(stage: int, request: dict[str, Any]) -> Says:
    """A model that does not know tool calls, and once forgets how to write one."""
    del request
    texts = [
        'Action: {"name": "lookup", "arguments": {"order": "o7"}}',
        "I am thinking about it.",
        'Action: {"name": "final_answer", "arguments": {"answer": "late"}}',
    ]
    return Says(texts[stage])


def by_smolagents(world: World, script: Script) -> tuple[Calls, Any]:
    world.model.scripts["upstream"] = script
    model = OpenAIModel("upstream", api_base=world.model.url, api_key="x", temperature=0)
    agent = ToolCallingAgent(
        tools=[Lookup(world.shop.url), Refund(world.shop.url)],
        model=model,
        verbosity_level=LogLevel.OFF,
    )
    result = agent.run("Refund order o2.")
    calls = [
        (each.name, each.arguments)
        for step in agent.memory.steps
        for each in getattr(step, "tool_calls", None) or []
        if each.name != "final_answer"
    ]
    return calls, result


def by_fermata(world: World, script: Script) -> tuple[Calls, Any]:
    world.start(script, style="smolagents")
    workflow = world.begin("Refund order o2.")
    result = world.until(workflow, "completed")["result"]
    calls = [
        (each["tool"], each["arguments"])
        for each in world.journal(workflow)
        if each["kind"] == "tool"
    ]
    return calls, result


@pytest.mark.parametrize("script", [decides_by_what_it_reads, writes_calls_as_text])
def test_the_same_task_gives_the_same_tool_calls(
    world: World, script: Callable[[int, dict[str, Any]], Says]
) -> None:
    def without_default(calls: Calls) -> list[str]:
        return [
            json.dumps([name, {k: v for k, v in args.items() if v != "none given"}], sort_keys=True)
            for name, args in calls
        ]

    ours, our_result = by_fermata(world, script)
    theirs, their_result = by_smolagents(world, script)
    assert without_default(ours) == without_default(theirs)
    assert our_result == their_result
    mine, other = world.model.asked("script"), world.model.asked("upstream")
    # What each was told after its first calls reads the same, too.
    assert [text_of_roles(each) for each in mine] == [text_of_roles(each) for each in other]


def text_of_roles(request: dict[str, Any]) -> list[str]:
    return [message["role"] for message in request["messages"]]
