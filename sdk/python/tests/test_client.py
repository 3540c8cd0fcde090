"""The client: typed answers, errors as exceptions, one effect over all retries, sync and async."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from peer import People, Server

from fermata import (
    ApprovalRequest,
    AsyncClient,
    AuthenticationFailed,
    Client,
    Conflict,
    ConnectionFailed,
    Forbidden,
    Invalid,
    NotFound,
    Retry,
    Unavailable,
    Workflow,
    aeach,
    each,
)

FAST = Retry(total_s=1.0, base_s=0.001, cap_s=0.01)


def opened(client: Client, order: str = "A", amount: float = 500) -> tuple[Workflow, Any]:
    workflow = client.create_workflow(input={"task": "pay"})
    turn = client.start_turn(workflow.id, worker="test:1:1").turn
    arguments = {"order": order, "amount": amount}
    verdict = client.open_call(
        workflow.id, turn=turn, key="k", tool="refund", arguments=arguments, why="due"
    )
    return workflow, verdict


def test_answers_are_typed(server: Server) -> None:
    with server.client() as client:
        made = client.create_workflow(input={"task": "pay"}, tags=["t"], metadata={"m": 1})
        assert (made.status, made.agent, made.tags, made.metadata) == (
            "ready", "refunds", ["t"], {"m": 1},
        )  # fmt: skip
        assert client.get_workflow(made.id) == made
        assert made.id in {w.id for w in client.list_workflows(limit=50).items}
        assert client.me()["kind"] == "agent"


def test_lists_are_read_to_their_end(server: Server) -> None:
    client = server.client()
    made = [client.create_workflow(input=n).id for n in range(5)]
    found = [w.id for w in each(lambda c: client.list_workflows(limit=2, cursor=c))]
    assert set(made) <= set(found)
    assert len(found) == len(set(found))


def test_a_decision_is_made_on_a_hash_and_only_by_a_person(server: Server, people: People) -> None:
    agent = server.client()
    _, verdict = opened(agent)
    assert verdict.verdict == "wait"
    approval: ApprovalRequest = verdict.approval
    assert approval.thresholds[0].from_ == "finance"
    assert approval.arguments == {"order": "A", "amount": 500}
    with pytest.raises(Forbidden) as refused:
        agent.decide(approval.id, "approve", hash=approval.hash)
    assert refused.value.reason == "auth.kind_not_allowed"
    ann = people.client("ann")
    with pytest.raises(Conflict) as mismatch:
        ann.decide(approval.id, "approve", hash="0" * 64)
    assert mismatch.value.reason == "approval.hash_mismatch"
    closed = ann.decide(approval.id, "approve", hash=approval.hash)
    assert closed.status == "approved"
    with pytest.raises(Conflict) as late:
        people.client("bob").decide(approval.id, "reject", hash=approval.hash, reason="no")
    assert late.value.reason == "approval.closed"
    assert late.value.outcome is not None
    assert late.value.outcome["status"] == "approved"


def test_errors_say_what_and_where(server: Server) -> None:
    client = server.client()
    with pytest.raises(NotFound) as missing:
        client.get_workflow("wf_" + "a" * 26)
    assert missing.value.status == 404
    assert missing.value.request_id
    with pytest.raises(AuthenticationFailed):
        Client(server.url, "fermata_test_abcdefghijkl_" + "x" * 43).me()
    from fermata._request import Request

    with pytest.raises(Invalid) as invalid:
        client.send(Request("POST", "/v1/workflows", dict, body={"colour": "red"}))
    assert invalid.value.status == 422
    assert "colour" in str(invalid.value)


def test_waiting_ends_when_somebody_decides(server: Server, people: People) -> None:
    client = server.client()
    _, verdict = opened(client)
    began = time.monotonic()
    assert client.get_approval(verdict.approval.id, wait_s=1).status == "pending"
    assert 0.8 <= time.monotonic() - began < 5
    threading.Timer(0.3, people.approve, [verdict.approval]).start()
    began = time.monotonic()
    assert client.get_approval(verdict.approval.id, wait_s=20).status == "approved"
    assert time.monotonic() - began < 5


def test_a_stream_gives_each_event_once_and_ends_with_the_workflow(server: Server) -> None:
    client = server.client()
    workflow = client.create_workflow(input={"task": "pay"})

    def drive() -> None:
        turn = client.start_turn(workflow.id, worker="test:1:1").turn
        client.complete_workflow(workflow.id, turn=turn, result="ok")

    threading.Timer(0.3, drive).start()
    events = list(server.client().stream(workflow.id))
    assert [e.version for e in events] == list(range(1, len(events) + 1))
    assert events[0].type == "workflow.created"
    assert events[-1].type == "workflow.completed"
    later = list(client.stream(workflow.id, after=events[0].version))
    assert later == events[1:]
    assert client.list_events(workflow.id, after=0, limit=200).items == events


def test_async_has_the_same_methods(server: Server) -> None:
    async def use() -> None:
        async with AsyncClient(server.url, server.keys["agent"]) as client:
            made = await client.create_workflow(input={"task": "pay"})
            same, _ = await asyncio.gather(client.get_workflow(made.id), client.me())
            assert same == made
            turn = await client.start_turn(made.id, worker="test:1:1")
            await client.complete_workflow(made.id, turn=turn.turn)
            seen = [event.type async for event in client.stream(made.id)]
            assert seen[-1] == "workflow.completed"
            listed = [w.id async for w in aeach(lambda c: client.list_workflows(cursor=c))]
            assert made.id in listed
            with pytest.raises(NotFound):
                await client.get_approval("ap_" + "a" * 26 + "_1")

    asyncio.run(use())


class Lossy(httpx.BaseTransport):
    """A network that loses things: what it does to the n-th request is in `faults`."""

    def __init__(self, *faults: str) -> None:
        self._inner = httpx.HTTPTransport()
        self._faults = list(faults)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        fault = self._faults.pop(0) if self._faults else ""
        if fault == "refused":
            raise httpx.ConnectError("refused")
        if fault == "busy":
            return httpx.Response(503, headers={"Retry-After": "0.01"}, json={"reason": "busy"})
        if fault == "limited":
            return httpx.Response(429, json={"reason": "rate.limited", "retryable": True})
        answer = self._inner.handle_request(request)
        answer.read()
        if fault == "lost":
            raise httpx.ReadError("the connection broke")
        return answer


def test_retries_carry_one_key_and_have_one_effect(server: Server) -> None:
    transport = Lossy("refused", "lost", "busy", "limited", "lost")
    client = server.client(transport=transport)
    made = client.create_workflow(input="once", tags=["retried"])
    keys = {request.headers["Idempotency-Key"] for request in transport.requests}
    assert len(transport.requests) == 6
    assert len(keys) == 1
    tagged = client.list_workflows(tag="retried").items
    assert [w.id for w in tagged if w.input == "once"].count(made.id) == 1
    assert len([w for w in tagged if w.input == "once"]) == 1


def test_a_request_id_makes_a_workflow_once_over_restarts(server: Server) -> None:
    name = f"job-{time.time_ns()}"
    first = server.client().create_workflow(input="x", request_id=name)
    second = server.client().create_workflow(input="x", request_id=name)
    assert first.id == second.id
    with pytest.raises(Invalid) as mismatch:
        server.client().create_workflow(input="y", request_id=name)
    assert mismatch.value.reason == "request.idempotency_mismatch"


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Client:
    return Client("http://server.test", "k", retry=FAST, transport=httpx.MockTransport(answer))


def test_retries_are_bounded() -> None:
    count = 0

    def refuse(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        raise httpx.ConnectError("nobody there")

    began = time.monotonic()
    with pytest.raises(ConnectionFailed, match="nobody there"):
        answering(refuse).get_workflow("wf_x")
    assert 2 < count <= FAST.attempts
    assert time.monotonic() - began < 3


def test_what_is_not_worth_a_retry_is_not_retried() -> None:
    count = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return httpx.Response(500, text="<html>")

    with pytest.raises(Unavailable) as error:
        answering(answer).create_workflow(input=1)
    assert count == 1
    assert error.value.reason == "http.500"


def test_a_wait_longer_than_patience_is_an_error_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable):
        answering(lambda _: httpx.Response(503, headers={"Retry-After": "60"})).me()
    assert time.monotonic() - began < 0.5


def test_ids_cannot_leave_their_place_in_a_path() -> None:
    paths = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path.decode())
        return httpx.Response(200, json={})

    answering(answer).get_workflow("../keys?x=1")
    assert paths == ["/v1/workflows/..%2Fkeys%3Fx%3D1"]


def test_unknown_and_missing_fields_are_no_error() -> None:
    body = {"id": "wf_1", "new_in_2030": True, "turn": {"n": 3, "mood": "good"}, "tags": None}
    workflow = answering(lambda _: httpx.Response(200, content=json.dumps(body))).get_workflow("w")
    assert (workflow.id, workflow.turn and workflow.turn.n, workflow.tags) == ("wf_1", 3, [])
    assert workflow.pending_approvals == []


def test_the_key_is_never_shown(server: Server) -> None:
    client = server.client()
    assert server.keys["agent"] not in repr(client)
    with pytest.raises(NotFound) as error:
        client.get_workflow("wf_" + "a" * 26)
    assert server.keys["agent"] not in repr(error.value) + str(error.value)


def test_every_method_of_a_client_is_documented() -> None:
    from fermata._request import Endpoint

    methods = {n for n in dir(Client) if isinstance(getattr(Client, n), Endpoint)}
    assert len(methods) > 35
    assert methods == {n for n in dir(AsyncClient) if isinstance(getattr(AsyncClient, n), Endpoint)}
    assert all(getattr(Client, n).__doc__ for n in methods)
