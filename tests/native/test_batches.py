"""Several calls of one answer: they run at once, and people are asked about them together."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from strict_model import Says, Script, call, wait_until
from world import World

pytest_plugins = ["world"]


def refund(order: str, amount: int = 5) -> dict[str, Any]:
    return call("refund", {"order": order, "amount": amount}, f"id-{order}")


def all_at_once(*calls: dict[str, Any]) -> Script:
    """One answer with all of them; the result is what the model read of each, in its order."""

    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            return Says("All at once.", list(calls))
        seen = [each["content"] for each in request["messages"] if each["role"] == "tool"]
        return Says("", [call("final_answer", {"answer": seen})])

    return script


def test_calls_of_one_answer_run_at_once_and_are_read_in_their_order(world: World) -> None:
    together = threading.Barrier(4)
    last_first = {f"o{i}": threading.Event() for i in range(5)}
    last_first["o4"].set()

    def after_refund(order: str) -> bool:
        together.wait(20)  # Breaks unless all four are there at once.
        last_first[f"o{int(order[1]) + 1}"].wait(20)
        last_first[order].set()
        return True

    world.shop.after_refund = after_refund
    world.start(all_at_once(*(refund(f"o{i}") for i in range(4))))
    workflow = world.begin()
    result = world.until(workflow, "completed")["result"]
    assert result == [f"refunded 5 for o{i}" for i in range(4)]
    assert len(world.shop.effects) == 4
    keys = [each["key"] for each in world.journal(workflow)]
    assert keys[2:6] == [f"run/t:call_0001_00{i}:refund" for i in range(4)]


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_run_at_once_than_the_agent_may(world: World, most: int) -> None:
    lock, running, peak = threading.Lock(), 0, 0
    full = threading.Event()

    def after_refund(order: str) -> bool:
        del order
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
            if running == most:
                full.set()
        full.wait(20)
        with lock:
            running -= 1
        return True

    world.shop.after_refund = after_refund
    world.start(all_at_once(*(refund(f"o{i}") for i in range(6))), parallel=most)
    world.until(world.begin(), "completed")
    assert peak == most
    assert len(world.shop.effects) == 6


def test_people_are_asked_about_a_batch_together_and_it_goes_on_once(world: World) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def after_refund(order: str) -> bool:
        if order == "slow":
            begun.set()
            go_on.wait(20)
        return True

    world.shop.after_refund = after_refund
    world.start(
        all_at_once(refund("slow"), refund("o1", 500), refund("o2", 600), refund("o3", 5)),
        parallel=1,
    )
    workflow = world.begin()
    assert begun.wait(20)
    first, second = sorted(world.approvals(workflow), key=lambda each: each["arguments"]["order"])
    assert world.workflow(workflow)["turn"] is not None, "asked while the slow one still runs"
    world.decide(first)
    go_on.set()
    world.until(workflow, "waiting")
    assert [each[0] for each in world.shop.effects] == ["slow", "o3"]
    world.decide(second, "reject", reason="too much")
    result = world.until(workflow, "completed")["result"]
    assert result[:2] == ["refunded 5 for slow", "refunded 500 for o1"]
    assert "too much" in result[2]
    assert result[3] == "refunded 5 for o3"
    events = world.ben.get(f"/v1/workflows/{workflow}/events?limit=200").json()["items"]
    turns = [each["type"] for each in events if each["type"] == "turn.started"]
    assert len(turns) == 2, "one that asked, one after the last decision"
    assert len(world.model.asked("script")) == 2


def test_a_crash_leaves_in_doubt_what_ran_and_begins_the_rest(world: World) -> None:
    both, crashed = threading.Barrier(3), threading.Event()

    def after_refund(order: str) -> bool:
        del order
        if not crashed.is_set():
            both.wait(20)
            crashed.wait(20)
        return True

    world.shop.after_refund = after_refund
    orders = [f"o{i}" for i in range(4)]
    world.start(all_at_once(*map(refund, orders)), parallel=2)
    workflow = world.begin()
    both.wait(20)
    world.server.kill()
    crashed.set()
    world.start()
    world.until(workflow, "waiting")
    doubts = world.approvals(workflow)
    assert sorted(each["arguments"]["order"] for each in doubts) == ["o0", "o1"]
    assert {each["kind"] for each in doubts} == {"in_doubt"}
    assert sorted(each[0] for each in world.shop.effects[2:]) == ["o2", "o3"]
    for doubt in doubts:
        world.decide(doubt, "answer", answer={"happened": True, "result": "paid"})
    world.until(workflow, "completed")
    assert sorted(each[0] for each in world.shop.effects) == orders


def test_a_checkpoint_waits_for_the_calls_before_it(world: World) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def after_refund(order: str) -> bool:
        if order == "o1":
            begun.set()
            go_on.wait(20)
        return True

    world.shop.after_refund = after_refund
    world.start(
        all_at_once(refund("o1"), call("create_checkpoint", {"name": "paid"}), refund("o2"))
    )
    workflow = world.begin()
    assert begun.wait(20)
    assert [each[0] for each in world.shop.effects] == ["o1"]
    go_on.set()
    world.until(workflow, "completed")
    keys = [each["key"].split(":")[-1] for each in world.journal(workflow)]
    assert keys[2:5] == ["refund", "create_checkpoint", "refund"]
    wait_until(lambda: len(world.shop.effects) == 2)
