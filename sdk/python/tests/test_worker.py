"""Workers: they serve what others start, lose nothing when they are killed, and are quiet when
there is nothing to do."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from agents import Ledger, ScriptedModel, call, final, report, say, tool_caller
from peer import People, Server
from smolagents import ChatMessage, MultiStepAgent

from fermata import Workflow
from fermata.smolagents import Fermata, Worker
from fermata.smolagents.serve import load, main

LAB = Path(__file__).with_name("two_workers.py")


class Counting(httpx.BaseTransport):
    """Writes down what is asked of the server."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()
        self.paths: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        answer = self._inner.handle_request(request)
        answer.read()
        return answer


class Serving:
    """A worker in a thread of this process."""

    def __init__(self, server: Server, agent: Any, **settings: Any) -> None:
        self.asked = Counting()
        fermata = Fermata(client=server.client(transport=self.asked))
        self.worker = Worker(fermata, agent, **settings)
        self._thread = threading.Thread(target=self.worker.serve)
        self._thread.start()

    def __enter__(self) -> Serving:
        return self

    def __exit__(self, *_: object) -> None:
        self.worker.drain()
        self._thread.join(timeout=40)
        assert not self._thread.is_alive()


def finished(server: Server, workflow_id: str) -> Workflow:
    """The workflow once it is closed."""
    client = server.client()
    workflow = client.get_workflow(workflow_id)
    give_up = time.monotonic() + 30
    while not workflow.closed and time.monotonic() < give_up:
        workflow = client.get_workflow(workflow_id, wait_s=5, after=workflow.version)
    return workflow


def start(server: Server, task: str = "work", who: str = "cleo") -> str:
    return server.client(who).create_workflow(agent="refunds", input={"task": task}).id


def test_a_worker_serves_what_a_person_starts_and_goes_on_when_people_have_decided(
    server: Server, people: People, ledger: Ledger
) -> None:
    calls = [call("refund", {"order": order, "amount": 500}) for order in ("A", "B")]

    def agent() -> MultiStepAgent:
        return tool_caller(ledger, [say(None, *calls), report])

    with Serving(server, agent, wait_s=1) as serving:
        workflow = start(server)
        give_up = time.monotonic() + 20
        while len(people.pending(workflow)) < 2 and time.monotonic() < give_up:
            time.sleep(0.05)
        people.approve_all(workflow)
        done = finished(server, workflow)
        turns = sum(path.endswith("/end") for path in serving.asked.paths)
    assert done.status == "completed"
    assert ledger.refunds() == [("A", 500), ("B", 500)]
    assert ledger.model_calls() == 2
    assert turns == 1, "both were asked together, and woke it once"


def test_an_idle_worker_asks_once_in_twenty_seconds(server: Server, ledger: Ledger) -> None:
    with Serving(server, lambda: tool_caller(ledger, [final("ok")]), concurrency=4) as serving:
        time.sleep(4)
        assert serving.asked.paths == ["/v1/turns/lease"], "one question, for all its four places"
        workflow = start(server)
        assert finished(server, workflow).status == "completed"
        serving.worker.drain()
        start_late = start(server)  # what its last question is answered with, it gives back
    with Serving(server, lambda: tool_caller(ledger, [final("ok")]), wait_s=1):
        assert finished(server, start_late).status == "completed"


def test_an_agent_that_raises_fails_its_workflow_and_not_the_worker(
    server: Server, ledger: Ledger
) -> None:
    def broken(step: Any) -> None:
        if "poison" in str(step.model_input_messages):
            raise ZeroDivisionError("poisoned")

    def agent() -> MultiStepAgent:
        return tool_caller(ledger, [final("ok")], step_callbacks=[broken])

    with Serving(server, agent, wait_s=1):
        bad, good = start(server, "poison"), start(server, "fine")
        failed = finished(server, bad)
        assert (failed.status, failed.error and failed.error.type) == (
            "failed",
            "ZeroDivisionError",
        )
        assert finished(server, good).status == "completed"


def test_a_run_without_an_outcome_rests_before_it_is_tried_again(
    server: Server, ledger: Ledger
) -> None:
    class Broken(ScriptedModel):
        def generate(self, messages: list[ChatMessage], **kwargs: Any) -> ChatMessage:
            if self.ledger.once("broken"):
                raise RuntimeError("no answer today")
            return super().generate(messages, **kwargs)

    def agent() -> MultiStepAgent:
        made = tool_caller(ledger, [final("ok")])
        made.model = Broken(ledger, [final("ok")])
        return made

    with Serving(server, agent, wait_s=1):
        began = time.monotonic()
        assert finished(server, start(server)).status == "completed"
        assert time.monotonic() - began >= 4


def test_two_workers_one_killed_and_one_stopped_lose_and_repeat_nothing() -> None:
    """A few workflows; `make test-agents` takes 500."""
    done = subprocess.run(
        [sys.executable, str(LAB), "--workflows", "30"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["completed"] == 30
    assert found["duplicate_effects"] == found["lost"] == 0
    assert found["late_writes_refused"] >= 1


def test_a_factory_is_named_by_module_and_function(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load("served:factory").__name__ == "factory"
    with pytest.raises(ValueError, match="module:factory"):
        load("served")
    with pytest.raises(TypeError, match="not a function"):
        load("served:__doc__")
    monkeypatch.delenv("FERMATA_KEY", raising=False)
    with pytest.raises(SystemExit):
        main(["served:factory"])


def worker_command(*words: str, **environment: str) -> subprocess.Popen[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "fermata.smolagents.serve", *words],
        cwd=Path(__file__).parent,
        env=kept | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nomod:x"], "ModuleNotFoundError: No module named 'nomod'"),
        (["worker_main:nope"], "AttributeError: module 'worker_main' has no attribute 'nope'"),
        (["worker_main"], "ValueError: 'worker_main' is not of the form module:factory"),
        (["os:sep"], "TypeError: os:sep is not a function that makes an agent"),
        (["worker_main:main", "--url", "127.0.0.1:1"], "ValueError: '127.0.0.1:1' is no URL"),
    ],
)
def test_a_workers_usual_mistakes_are_told_in_a_line(words: list[str], told: str) -> None:
    done = worker_command(*words, FERMATA_KEY="fermata_test_0_0")
    _, text = done.communicate(timeout=60)
    assert done.returncode == 2
    assert told in text
    assert "Traceback" not in text


def test_a_worker_with_another_key_says_so_and_ends(server: Server) -> None:
    key = server.keys["ann"]
    done = worker_command("os:getcwd", FERMATA_KEY=key, FERMATA_URL=server.url)
    _, text = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "fermata-worker: 403 auth.kind_not_allowed" in text
    assert "Traceback" not in text


def test_a_worker_without_a_server_says_so_at_once_and_can_be_stopped() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    waiting = worker_command("os:getcwd", FERMATA_KEY="fermata_test_0_0", FERMATA_URL=url)
    assert waiting.stderr is not None
    while "no turn to be had" not in (line := waiting.stderr.readline()):
        assert line, "it ended without a word"
    began = time.monotonic()
    waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(timeout=30) == 0
    assert time.monotonic() - began < 15
