"""Programs of other frameworks: their payload for the object that they wait for."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from peer import People, Server

from fermata import AsyncClient, Conflict, Inbound, Invalid
from fermata.inbound import NotYet, aanswer, answer, aresume, key_of, payload_of, resume

numbers = itertools.count(1)


@dataclass
class Stop:
    """As LangGraph's Interrupt."""

    id: str
    value: Any
    response_schema: Any = None


def payload(*amounts: int) -> dict[str, Any]:
    return {
        "action_requests": [{"name": "refund", "args": {"amount": one}} for one in amounts],
        "review_configs": [{"action_name": "refund", "allowed_decisions": ["approve"]}],
    }


def stop(*amounts: int) -> Stop:
    return Stop(f"stop-{next(numbers)}", payload(*amounts))


def agree(people: People, inbound: Inbound) -> None:
    for one in inbound.questions:
        request = people.client("ann").get_approval(one.approval_id or "")
        assert request.takes == ["approve", "reject"]
        people.client("ann").decide(request.id, decision="approve", hash=request.hash)


def asked(caught: pytest.ExceptionInfo[NotYet]) -> Inbound:
    return caught.value.inbound


def test_an_answer_waits_for_people_and_survives_whoever_asked(
    server: Server, people: People
) -> None:
    with server.client() as client, pytest.raises(NotYet, match="undecided") as caught:
        answer(client, payload(500), key="a-1", timeout_s=0)
    with server.client() as again:
        with pytest.raises(NotYet) as same:
            answer(again, payload(500), key="a-1", timeout_s=0)
        assert asked(same).id == asked(caught).id
        agree(people, asked(same))
        assert answer(again, payload(500), key="a-1") == {"decisions": [{"type": "approve"}]}
        with pytest.raises(Invalid):
            answer(again, payload(501), key="a-1")


def test_all_interrupts_of_a_run_are_asked_before_one_is_waited_for(
    server: Server, people: People
) -> None:
    stops = [stop(500), stop(5), stop(600, 700)]
    with server.client() as client:
        with pytest.raises(NotYet):
            resume(client, stops, timeout_s=0)
        for one in stops:
            found = client.ask_inbound(payload_of(one), key=key_of(one))
            if found.state == "pending":
                agree(people, found)
        yes = {"type": "approve"}
        assert resume(client, stops) == {
            stops[0].id: {"decisions": [yes]},
            stops[1].id: {"decisions": [yes]},
            stops[2].id: {"decisions": [yes, yes]},
        }


def test_a_call_of_langchain_carries_what_it_takes(server: Server) -> None:
    value = {"type": "tool_approval", "tool_call_id": "c", "name": "refund", "args": {"amount": 5}}
    alone = {"properties": {"type": {"const": "approve"}}}
    one = Stop("call", value, alone)
    assert payload_of(one) == {**value, "response_schema": alone}
    with server.client() as client:
        assert resume(client, [one]) == {"call": {"type": "approve"}}


def test_it_works_for_the_async_client(server: Server, people: People) -> None:
    one = stop(500)

    async def run() -> tuple[Any, Any]:
        async with AsyncClient(server.url, server.keys["agent"]) as client:
            with pytest.raises(NotYet) as caught:
                await aresume(client, [one], timeout_s=0)
            agree(people, asked(caught))
            told = await aanswer(client, one.value, key=key_of(one))
            return told, await aresume(client, [one])

    told, resumed = asyncio.run(run())
    assert told == {"decisions": [{"type": "approve"}]}
    assert resumed == {one.id: told}


def test_a_rollback_makes_it_be_asked_again(server: Server) -> None:
    with server.client() as client:
        workflow = client.create_workflow()
        before = client.create_checkpoint(workflow.id, name="before")
        first = client.ask_inbound(payload(500), key="r-1", workflow_id=workflow.id)
        client.rollback(workflow.id, checkpoint=before.id, reason="another way")
        with pytest.raises(Conflict, match="rollback"):
            client.get_inbound(first.id)
        again = client.ask_inbound(payload(500), key="r-1", workflow_id=workflow.id)
        assert again.id != first.id
