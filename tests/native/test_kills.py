"""SIGKILL at many moments of native agents' turns: every effect happens once, nothing is lost."""

from __future__ import annotations

import queue
import random
import threading
import time
from typing import Any

import httpx
import pytest
from strict_model import Says, call
from world import World

pytest_plugins = ["world"]
WORKFLOWS = 12
KILLS = 15
FURTHEST = 6  # Moments between two kills, at most.


class Killer:
    """`moment` stands at the places where the server may die; there it dies, now and then."""

    def __init__(self, seed: int) -> None:
        self.asked: queue.Queue[threading.Event] = queue.Queue()
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._until_next = FURTHEST
        self.left = KILLS

    def moment(self) -> None:
        with self._lock:
            # One at a time: who asks while the server is down would kill the next one at once.
            if self.left == 0 or not self.asked.empty():
                return
            self._until_next -= 1
            if self._until_next > 0:
                return
            self._until_next = self._random.randint(1, FURTHEST)
            self.left -= 1
            died = threading.Event()
            self.asked.put(died)
        died.wait(30)


class People:
    """Say yes to what they are asked, and the truth about what is in doubt."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._over = threading.Event()
        self._cleo = world.client("person", "cleo")
        self._thread = threading.Thread(target=self._work)
        self.doubts = 0

    def __enter__(self) -> People:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._over.wait(0.05):
            try:
                asked = self._cleo.get("/v1/approvals?status=pending&limit=100")
                if asked.status_code == 503:
                    continue  # It has the address, and is not prepared yet.
                for each in asked.json()["items"]:
                    self._answer(each)
            except httpx.TransportError:
                continue  # It was killed just now.

    def _answer(self, approval: dict[str, Any]) -> None:
        body = {"hash": approval["hash"], "decision": "approve"}
        if approval["kind"] == "in_doubt":
            happened = self._world.shop.happened(f"{approval['workflow_id']}/{approval['call_id']}")
            body |= {"decision": "answer", "answer": {"happened": happened, "result": "as seen"}}
        answer = self._cleo.post(f"/v1/approvals/{approval['id']}/decisions", json=body)
        if answer.status_code == 200 and approval["kind"] == "in_doubt":
            self.doubts += 1
        assert answer.status_code in {200, 409, 503}, answer.text


def refunds_of(task: str) -> list[tuple[str, int]]:
    return [(f"{task}-{n}", amount) for n, amount in enumerate((5, 6, 500, 7))]


@pytest.mark.parametrize("idempotent", [False, True])
def test_every_effect_happens_once_however_often_the_server_is_killed(
    world: World, idempotent: bool
) -> None:
    killer = Killer(seed=7)

    def script(stage: int, request: dict[str, Any]) -> Says:
        task = request["messages"][1]["content"].split()[-1]
        killer.moment()
        wanted = refunds_of(task)
        if stage == 0:
            calls = [{"order": order, "amount": amount} for order, amount in wanted[:3]]
            return Says("", [call("refund", each, str(n)) for n, each in enumerate(calls)])
        if stage == 1:
            return Says("", [call("refund", {"order": wanted[3][0], "amount": wanted[3][1]})])
        return Says("", [call("final_answer", {"answer": "done"})])

    def after_refund(order: str) -> bool:
        del order
        killer.moment()
        return True

    world.shop.before_refund = killer.moment
    world.shop.after_refund = after_refund
    world.start(script, idempotent=str(idempotent).lower(), lease_s=1)
    workflows = {f"w{n}": world.begin(f"w{n}") for n in range(WORKFLOWS)}
    until = time.monotonic() + 150
    with People(world) as people:
        waiting = dict(workflows)
        while waiting:
            assert time.monotonic() < until, (waiting, killer.left)
            try:
                died = killer.asked.get(timeout=0.05)
                world.server.kill()
                died.set()
                world.server.start()
            except queue.Empty:
                pass
            for task, id in list(waiting.items()):
                now = world.workflow(id)
                assert now["status"] not in {"failed", "cancelled"}, now
                if now["status"] == "completed":
                    del waiting[task]
    expected = sorted(each for task in workflows for each in refunds_of(task))
    done = sorted((order, amount) for order, amount, _ in world.shop.effects)
    keys = {(order, amount, key) for order, amount, key in world.shop.effects}
    assert sorted((order, amount) for order, amount, _ in keys) == expected, "one key for each"
    if not idempotent:
        assert done == expected, "P17"
    assert killer.left <= KILLS // 2, "it was killed often"
    assert idempotent == (people.doubts == 0)
    assert world.verify().startswith("whole: ")
