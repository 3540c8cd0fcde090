"""Processes that are killed at every possible place: each effect happens once, each model call is
asked once, and what cannot be known is put to a person."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from agents import Ledger
from peer import People, Server

from fermata.smolagents import Fermata

WORKER = Path(__file__).with_name("worker_main.py")
KILLER = Path(__file__).with_name("kill_every_boundary.py")


def turn(server: Server, ledger: Ledger, scenario: str, workflow_id: str) -> dict[str, Any] | None:
    """One turn in a fresh process; None when it was killed."""
    done = subprocess.run(
        [
            sys.executable,
            str(WORKER),
            scenario,
            str(ledger.directory),
            server.url,
            server.keys["agent"],
            workflow_id,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def start(fermata: Fermata) -> str:
    return fermata.client.create_workflow(input={"task": "refund"}).id


def test_an_effect_in_doubt_is_put_to_a_person_who_says_that_it_happened(
    server: Server, fermata: Fermata, people: People, ledger: Ledger
) -> None:
    workflow = start(fermata)
    assert turn(server, ledger, "crash-in-tool", workflow) is None
    assert ledger.refunds() == [("crash-1", 10)]
    # Another process on this host finds the dead one's turn and does not wait for its lease.
    began = time.monotonic()
    assert turn(server, ledger, "crash-in-tool", workflow) == {"suspended": ["in_doubt"]}
    assert time.monotonic() - began < 10
    (doubt,) = people.pending(workflow)
    people.answer(doubt, {"happened": True, "result": "refunded by hand"})
    done = turn(server, ledger, "crash-in-tool", workflow)
    assert done is not None
    assert "refunded by hand" in done["completed"]
    assert ledger.refunds() == [("crash-1", 10)]
    assert ledger.model_calls() == 3


def test_an_effect_in_doubt_is_run_when_a_person_says_that_it_did_not_happen(
    server: Server, fermata: Fermata, people: People, ledger: Ledger
) -> None:
    workflow = start(fermata)
    assert turn(server, ledger, "crash-in-code", workflow) is None
    assert turn(server, ledger, "crash-in-code", workflow) == {"suspended": ["in_doubt"]}
    (doubt,) = people.pending(workflow)
    # In truth it did; the test sees from the second entry that the call ran again.
    people.answer(doubt, {"happened": False})
    killed = turn(server, ledger, "crash-in-code", workflow)
    for _ in range(4):  # the other two orders of the loop crash in turn
        if killed is not None and "completed" in killed:
            break
        for pending in people.pending(workflow):
            people.answer(pending, {"happened": True, "result": "ok"})
        killed = turn(server, ledger, "crash-in-code", workflow)
    assert killed == {"completed": "ok"}
    entries = ledger.read("refund")
    assert [e["order"] for e in entries] == ["crash-0", "crash-0", "crash-1", "crash-2"]
    assert entries[0]["key"] == entries[1]["key"], "the same call has the same idempotency key"
    assert ledger.model_calls() == 1


def test_an_idempotent_tool_is_tried_again_under_the_same_key(
    server: Server, fermata: Fermata, people: People, ledger: Ledger
) -> None:
    workflow = start(fermata)
    assert turn(server, ledger, "crash-idempotent", workflow) is None
    assert turn(server, ledger, "crash-idempotent", workflow) == {"completed": "ok"}
    assert people.pending(workflow) == []
    first, second = ledger.read("note")
    assert first["key"] == second["key"]
    assert first["key"]


def test_the_calls_beside_a_crash_are_not_repeated(
    server: Server, fermata: Fermata, people: People, ledger: Ledger
) -> None:
    workflow = start(fermata)
    assert turn(server, ledger, "crash-in-batch", workflow) is None
    result = turn(server, ledger, "crash-in-batch", workflow)
    while result is None or "completed" not in result:
        for doubt in people.pending(workflow):
            happened = doubt.arguments["order"] in {e["order"] for e in ledger.read("refund")}
            people.answer(doubt, {"happened": happened, "result": "it did"})
        result = turn(server, ledger, "crash-in-batch", workflow)
    assert ledger.refunds() == [("A", 10), ("B", 10), ("crash-1", 10)]


def test_killed_around_its_requests_a_run_does_each_effect_once() -> None:
    """A few of the boundaries; `make test-agents` takes them all."""
    done = subprocess.run(
        [sys.executable, str(KILLER), "--jobs", "2", "--sample", "12"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["runs"] == 12
    assert found["boundaries"] > 30
    assert found["duplicate_effects"] == found["lost"] == 0


def test_a_server_that_is_killed_is_waited_for(own_server: Server, ledger: Ledger) -> None:
    import threading

    people = People(own_server)
    fermata = Fermata(own_server.url, own_server.keys["agent"])
    workflow = start(fermata)
    assert turn(own_server, ledger, "gated-code", workflow) == {"suspended": ["call"]}
    result: dict[str, Any] | None = None
    while result is None or "completed" not in result:
        people.approve_all(workflow)
        own_server.kill()
        late = threading.Timer(1.0, own_server.start)
        late.start()
        result = turn(own_server, ledger, "gated-code", workflow)
        late.join()
    assert [order for order, _ in ledger.refunds()] == ["A0", "A1", "A2"]
    assert ledger.model_calls() == 1
