"""What was accepted is kept: SIGTERM loses no request, SIGKILL no answer (P7)."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from local_server import Server
from serving import start
from support import (
    Api,
    Stopwatch,
    asked,
    call_body,
    decide,
    good,
    new_workflow,
    open_call,
    problem,
    read_approval,
    start_turn,
)

PAUSE = threading.Event()  # Never set.


def test_a_killed_server_forgets_nothing(own_server: Server) -> None:
    api = start(own_server)
    workflow = new_workflow(api, input={"n": 1})
    body = call_body(start_turn(api, workflow), 5000)
    approval = open_call(api, workflow, body)["approval"]
    good(decide(api, "ben", approval))
    own_server.kill()
    own_server.start()
    assert read_approval(api, approval)["needed"][0]["given"] == 1
    good(decide(api, "cleo", approval))
    own_server.kill()
    own_server.start()
    turn = start_turn(api, workflow, worker="w2", takeover=True)
    assert open_call(api, workflow, {**body, "turn": turn})["verdict"] == "run"
    problem(decide(api, "ada", approval), 409, "approval.closed")
    api.close()


def test_a_repeat_after_a_crash_is_the_same_request(own_server: Server) -> None:
    api = start(own_server)
    headers = {"Idempotency-Key": "over-the-crash"}
    first = api.agent.post("/v1/workflows", json={"input": 1}, headers=headers)
    good(first, 201)
    own_server.kill()
    own_server.start()
    again = api.agent.post("/v1/workflows", json={"input": 1}, headers=headers)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    api.close()


def test_a_deadline_passes_while_the_server_is_away(own_server: Server) -> None:
    api = start(own_server)
    approval = good(api.agent.post("/v1/approvals", json={"action": "urgent"}), 201)
    own_server.kill()
    own_server.start()
    assert read_approval(api, approval, wait=10)["status"] == "expired"
    api.close()


class Load:
    """Clients that create workflows as fast as they can, each request with a key of its own."""

    def __init__(self, api: Api, clients: int) -> None:
        self.acknowledged: list[tuple[str, str]] = []
        self.unanswered: list[tuple[str, str]] = []
        self._api = api
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(clients)]
        for thread in self._threads:
            thread.start()

    def _run(self, client: int) -> None:
        headers = {"Authorization": f"Bearer {self._api.keys['agent']}"}
        with httpx.Client(base_url=self._api.url, headers=headers, timeout=30) as http:
            for n in range(100_000):
                if self._stop.is_set():
                    return
                key = f"load-{client}-{n}"
                try:
                    answer = http.post(
                        "/v1/workflows", json={"name": key}, headers={"Idempotency-Key": key}
                    )
                except httpx.ConnectError:
                    return  # Not accepted.
                except httpx.TransportError as error:
                    self.unanswered.append((key, repr(error)))
                    return
                if answer.status_code == 201:
                    self.acknowledged.append((key, answer.json()["id"]))
                else:
                    assert answer.status_code == 503, answer.text

    def finish(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)
            assert not thread.is_alive()


def test_sigterm_loses_no_accepted_request(own_server: Server) -> None:
    api = start(own_server)
    load = Load(api, 16)
    watch = Stopwatch()
    while len(load.acknowledged) < 200 and watch.seconds < 30:
        PAUSE.wait(0.02)
    assert own_server.stop() == 0
    load.finish()
    assert len(load.acknowledged) >= 200
    # A keep-alive connection may be closed just as a request is on its way: then it was not read.
    own_server.start()
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(
            lambda one: good(api.agent.get(f"/v1/workflows/{one[1]}")), load.acknowledged
        )
        assert [w["name"] for w in found] == [key for key, _ in load.acknowledged]
    api.close()


def test_a_wait_ends_when_the_server_stops(own_server: Server) -> None:
    api = start(own_server)
    approval = asked(api)
    answers: list[dict[str, Any]] = []
    waiter = threading.Thread(target=lambda: answers.append(read_approval(api, approval, wait=20)))
    waiter.start()
    watch = Stopwatch()
    while waits(api) == 0 and watch.seconds < 10:
        PAUSE.wait(0.02)
    watch = Stopwatch()
    assert own_server.stop() == 0
    waiter.join(timeout=10)
    assert watch.seconds < 8
    assert [a["status"] for a in answers] == ["pending"]
    api.close()


def waits(api: Api) -> int:
    for line in api.admin.get("/metrics").text.splitlines():
        if line.startswith("fermata_waiters "):
            return int(float(line.split()[1]))
    return 0


def test_a_stopping_server_is_not_ready(own_server: Server) -> None:
    """/readyz says no, or nobody listens any more; it never says yes and then drops requests."""
    api = start(own_server)
    good(api.nobody.get("/readyz"))
    os.kill(own_server.pid, signal.SIGTERM)
    watch = Stopwatch()
    while watch.seconds < 15:
        try:
            answer = httpx.get(f"{api.url}/readyz", timeout=5)
        except httpx.TransportError:
            break
        if answer.status_code == 503:
            break
    assert watch.seconds < 15
    assert own_server.ended() == 0  # A second signal would end it at once.
    api.close()
