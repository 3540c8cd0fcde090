"""Turns: one worker at a time, kept alive while it works, taken over when it is dead."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from agents import Ledger, call, final, report, say, tool_caller
from peer import People, Server
from smolagents import Tool

from fermata import Conflict
from fermata.smolagents import Completed, Fermata, Suspended, TurnHeld, TurnLost, WorkflowClosed
from fermata.smolagents import worker as workers


def start(fermata: Fermata) -> str:
    return fermata.client.create_workflow(input={"task": "work"}).id


class Slow(Tool):
    name = "note_slow"
    description = "Takes its time, and may do something in the middle."
    inputs: dict[str, Any] = {}
    output_type = "string"

    def __init__(self, middle: Any = None, seconds: float = 0.0) -> None:
        super().__init__()
        self.middle = middle
        self.seconds = seconds

    def forward(self) -> str:
        time.sleep(self.seconds)
        if self.middle:
            self.middle()
        return "slow"


def test_identity_tells_the_living_from_the_dead() -> None:
    me = workers.identity()
    assert not workers.is_dead(me)
    host, pid, started = me.rsplit(":", 2)
    assert workers.is_dead(f"{host}:{pid}:{int(started) - 1}"), "a number that was used again"
    assert not workers.is_dead(f"elsewhere:{pid}:1")
    assert not workers.is_dead("made up")
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    began = workers._start_time(child.pid)
    assert not workers.is_dead(f"{host}:{child.pid}:{began}")
    child.kill()
    time.sleep(0.2)
    assert workers.is_dead(f"{host}:{child.pid}:{began}"), "dead, though nobody has collected it"
    child.wait()
    assert workers.is_dead(f"{host}:{child.pid}:{began}")


def test_a_turn_of_another_host_is_respected_until_its_lease_ends(
    fermata: Fermata, ledger: Ledger
) -> None:
    workflow = start(fermata)
    fermata.client.start_turn(workflow, worker="elsewhere:1:1", lease_s=2)
    agent = tool_caller(ledger, [final("ok")])
    with pytest.raises(TurnHeld, match="elsewhere:1:1"):
        fermata.run(agent, workflow_id=workflow)
    done = fermata.run(agent, workflow_id=workflow, wait_for_turn_s=10)
    assert isinstance(done, Completed)


def test_a_dead_worker_of_this_host_is_taken_over_at_once(fermata: Fermata, ledger: Ledger) -> None:
    workflow = start(fermata)
    host, pid, started = workers.identity().rsplit(":", 2)
    fermata.client.start_turn(workflow, worker=f"{host}:{pid}:{int(started) - 1}", lease_s=300)
    done = fermata.run(tool_caller(ledger, [final("ok")]), workflow_id=workflow)
    assert isinstance(done, Completed)


def test_a_turn_that_this_process_left_behind_is_taken_again(
    fermata: Fermata, ledger: Ledger
) -> None:
    workflow = start(fermata)
    fermata.client.start_turn(workflow, worker=workers.identity(), lease_s=300)
    done = fermata.run(tool_caller(ledger, [final("ok")]), workflow_id=workflow)
    assert isinstance(done, Completed)


def test_one_process_does_not_run_a_workflow_twice_at_once(
    fermata: Fermata, ledger: Ledger
) -> None:
    workflow = start(fermata)
    refused: list[BaseException] = []

    def second() -> None:
        try:
            fermata.run(tool_caller(ledger, [final("ok")], Slow()), workflow_id=workflow)
        except TurnHeld as error:
            refused.append(error)

    def middle() -> None:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    agent = tool_caller(ledger, [say(None, call("note_slow", {})), final("ok")], Slow(middle))
    assert isinstance(fermata.run(agent, workflow_id=workflow), Completed)
    assert len(refused) == 1


def test_a_long_call_keeps_the_turn(server: Server, ledger: Ledger) -> None:
    fermata = Fermata(server.url, server.keys["agent"], lease_s=2)
    workflow = start(fermata)
    held: list[str] = []

    def middle() -> None:
        try:
            fermata.client.start_turn(workflow, worker="elsewhere:1:1")
        except Conflict as error:
            held.append(error.reason)

    agent = tool_caller(
        ledger, [say(None, call("note_slow", {})), final("ok")], Slow(middle, seconds=3.5)
    )
    assert isinstance(fermata.run(agent, workflow_id=workflow), Completed)
    assert held == ["turn.held"]
    threads = [t.name for t in threading.enumerate()]
    assert "fermata-turn" not in threads


def test_a_worker_that_lost_its_turn_writes_and_does_nothing_more(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    workflow = start(fermata)
    other: list[int] = []

    def steal() -> None:
        lease = fermata.client.start_turn(workflow, worker="elsewhere:1:1", takeover=True)
        other.append(lease.turn)

    answers = [
        say(None, call("note_slow", {})),
        say(None, call("refund", {"order": "A", "amount": 1})),
    ]
    agent = tool_caller(ledger, [*answers, report], Slow(steal))
    with pytest.raises(TurnLost):
        fermata.run(agent, workflow_id=workflow)
    assert ledger.refunds() == []
    assert ledger.model_calls() == 1
    now = fermata.client.get_workflow(workflow)
    assert now.turn is not None
    assert now.turn.n == other[0], "the thief's turn was not ended by the loser"


def test_a_cancelled_workflow_is_not_run(fermata: Fermata, people: People, ledger: Ledger) -> None:
    workflow = start(fermata)
    agent = tool_caller(ledger, [say(None, call("refund", {"order": "A", "amount": 500})), report])
    assert isinstance(fermata.run(agent, workflow_id=workflow), Suspended)
    fermata.client.cancel_workflow(workflow, reason="not needed")
    with pytest.raises(WorkflowClosed, match="cancelled"):
        fermata.run(agent, workflow_id=workflow)
    assert ledger.refunds() == []


def test_a_workflow_that_is_cancelled_under_way_stops_there(
    fermata: Fermata, ledger: Ledger
) -> None:
    workflow = start(fermata)
    agent = tool_caller(
        ledger,
        [say(None, call("note_slow", {})), report],
        Slow(lambda: fermata.client.cancel_workflow(workflow)),
    )
    with pytest.raises(WorkflowClosed):
        fermata.run(agent, workflow_id=workflow)
    assert ledger.model_calls() == 1
