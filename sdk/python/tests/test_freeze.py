"""The kill switch: a run that it holds is suspended, and goes on as if nothing had been."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from agents import Ledger, call, report, say, tool_caller
from peer import Server

from fermata import AsyncClient, Freeze, Frozen, Unavailable
from fermata.smolagents import Completed, Fermata, Suspended
from fermata.smolagents.serve import Worker


def refund_one():  # type: ignore[no-untyped-def]
    return say("I refund it.", call("refund", {"order": "A1", "amount": 20.0}, "a"))


def test_a_frozen_call_is_told_at_once(own_server: Server) -> None:
    agent, ann = own_server.client(), own_server.client("ann")
    freeze = ann.freeze(reason="it repeats itself", tool="lookup")
    assert isinstance(freeze, Freeze)
    assert (freeze.tool, freeze.agent, freeze.by, freeze.until) == ("lookup", None, "ann", None)
    workflow = agent.create_workflow(input={"task": "look"})
    turn = agent.start_turn(workflow.id, worker="test:1:1").turn
    began = time.monotonic()
    with pytest.raises(Frozen) as refused:
        agent.open_call(workflow.id, turn=turn, key="k", tool="lookup", arguments={})
    assert time.monotonic() - began < 3, "it was not insisted on"
    assert isinstance(refused.value, Unavailable)
    assert "it repeats itself" in refused.value.detail

    async def also() -> None:
        async with AsyncClient(own_server.url, own_server.keys["agent"]) as client:
            with pytest.raises(Frozen):
                await client.open_call(workflow.id, turn=turn, key="k", tool="lookup", arguments={})
            assert (await client.list_freezes()).items[0].id == freeze.id

    asyncio.run(also())
    assert ann.thaw(freeze.id).until
    verdict = agent.open_call(workflow.id, turn=turn, key="k", tool="lookup", arguments={})
    assert verdict.verdict == "run"


def test_a_frozen_run_is_suspended_and_loses_nothing(own_server: Server, ledger: Ledger) -> None:
    fermata = Fermata(own_server.url, own_server.keys["agent"])
    ann = own_server.client("ann")
    freeze = ann.freeze(reason="look first", agent="refunds")
    agent = tool_caller(ledger, [refund_one(), report])
    first = fermata.run(agent, "refund")
    assert isinstance(first, Suspended)
    assert first.approvals == ()
    assert "look first" in str(first)
    assert ledger.refunds() == []
    workflow = fermata.client.get_workflow(first.workflow_id)
    assert (workflow.status, workflow.turn) == ("ready", None)

    ann.thaw(freeze.id)
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("A1", 20.0)]
    assert ledger.model_calls() == 2, "what the model had said was not asked again"


def test_a_batch_does_what_is_not_frozen(own_server: Server, ledger: Ledger) -> None:
    fermata = Fermata(own_server.url, own_server.keys["agent"])
    ann = own_server.client("ann")
    freeze = ann.freeze(reason="no refunds now", tool="refund")
    both = say(
        "I look and refund.",
        call("lookup", {"order": "A1"}, "a"),
        call("refund", {"order": "A1", "amount": 20.0}, "b"),
    )
    agent = tool_caller(ledger, [both, report], max_tool_threads=1)
    first = fermata.run(agent, "refund")
    assert isinstance(first, Suspended)
    assert first.frozen
    ann.thaw(freeze.id)
    assert isinstance(fermata.run(agent, workflow_id=first.workflow_id), Completed)
    assert len(ledger.read("lookup")) == 1
    assert ledger.refunds() == [("A1", 20.0)]


def test_who_waits_goes_on_when_it_is_lifted(own_server: Server, ledger: Ledger) -> None:
    fermata = Fermata(own_server.url, own_server.keys["agent"])
    ann = own_server.client("ann")
    freeze = ann.freeze(reason="a moment", agent="refunds")
    workflow = fermata.client.create_workflow(input={"task": "refund"})

    def lift_once_suspended() -> None:
        for _ in range(100):
            seen = [e.type for e in ann.list_events(workflow.id, limit=200).items]
            if "turn.ended" in seen:
                break
            ann.get_workflow(workflow.id, wait_s=1, after=len(seen))
        ann.thaw(freeze.id)

    lifting = threading.Thread(target=lift_once_suspended)
    lifting.start()
    agent = tool_caller(ledger, [refund_one(), report])
    done = fermata.run(agent, workflow_id=workflow.id, wait_s=60)
    lifting.join()
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("A1", 20.0)]


def test_a_worker_leaves_what_is_frozen_and_takes_it_up_again(
    own_server: Server, ledger: Ledger
) -> None:
    fermata = Fermata(own_server.url, own_server.keys["agent"])
    ann = own_server.client("ann")
    freeze = ann.freeze(reason="a moment", agent="refunds")
    workflow = ann.create_workflow(agent="refunds", input="refund", dispatch="worker")
    serving = Worker(fermata, lambda: tool_caller(ledger, [refund_one(), report]), wait_s=2)
    thread = threading.Thread(target=serving.serve)
    thread.start()
    try:
        version = 0
        for _ in range(100):
            now = ann.get_workflow(workflow.id, wait_s=5, after=version)
            version = now.version
            events = [e.type for e in ann.list_events(workflow.id, limit=200).items]
            if "turn.ended" in events and freeze.until is None:
                freeze = ann.thaw(freeze.id)
            if now.closed:
                break
    finally:
        serving.drain()
        thread.join()
    assert now.status == "completed", now.error
    assert "turn.lapsed" not in events
    assert ledger.refunds() == [("A1", 20.0)]
    assert ledger.model_calls() == 2
