"""The kill switch and native agents: what it holds rests, fails nothing and loses nothing."""

from __future__ import annotations

from typing import Any

from world import World, refund_and_finish

pytest_plugins = ["world"]


def types_of(world: World, workflow: str) -> list[str]:
    answer = world.ben.get(f"/v1/workflows/{workflow}/events?limit=200")
    return [each["type"] for each in answer.json()["items"]]


def freeze(world: World, **about: str | bool) -> str:
    answer = world.ben.post("/v1/freezes", json={"reason": "look first", **about})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def thaw(world: World, freeze_id: str) -> None:
    answer = world.ben.post(f"/v1/freezes/{freeze_id}/thaw", json={})
    assert answer.status_code == 200, answer.text


def rested(world: World, workflow: str) -> dict[str, Any]:
    """The workflow once a turn of it has ended, as its stream tells."""
    with world.ben.stream("GET", f"/v1/workflows/{workflow}/stream") as stream:
        for line in stream.iter_lines():
            if line == "event: turn.ended":
                return world.workflow(workflow)
    raise AssertionError(f"its turn has not ended: {world.workflow(workflow)}")


def test_a_frozen_agent_rests_and_goes_on(world: World) -> None:
    world.start(refund_and_finish(5))
    held = freeze(world, tool="refund")
    workflow = world.begin()
    seen = rested(world, workflow)
    assert seen["status"] in ("ready", "running"), "it has not failed"
    assert world.shop.effects == []
    thaw(world, held)
    done = world.until(workflow, "completed")
    assert done["result"] == "seen: refunded 5 for o1"
    assert [each[:2] for each in world.shop.effects] == [("o1", 5)]
    assert len(world.model.asked("script")) == 3, "nothing was asked twice"
    assert "turn.lapsed" not in types_of(world, workflow), "it gave its turn back"


def test_what_was_approved_meanwhile_runs_once_it_is_lifted(world: World) -> None:
    world.start(refund_and_finish(500))
    workflow = world.begin()
    world.until(workflow, "waiting")
    held = freeze(world, everything=True)
    [approval] = world.approvals(workflow)
    world.decide(approval)
    assert world.shop.effects == []
    thaw(world, held)
    world.until(workflow, "completed")
    assert [each[:2] for each in world.shop.effects] == [("o1", 500)]
