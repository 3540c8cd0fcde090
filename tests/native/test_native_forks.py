"""Forks of agents that the server runs itself."""

from __future__ import annotations

from typing import Any

from strict_model import Says, call
from world import World, refund_and_finish

pytest_plugins = ["world"]


def fork(world: World, workflow: str, **body: Any) -> str:
    answer = world.client("person", "cleo").post(f"/v1/workflows/{workflow}/forks", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_as_if_rejected_it_runs_by_itself_and_pays_nobody(world: World) -> None:
    world.start(refund_and_finish(500))
    workflow = world.begin()
    world.until(workflow, "waiting")
    [approval] = world.approvals(workflow)
    world.decide(approval)
    world.until(workflow, "completed")
    effects = list(world.shop.effects)
    asked = len(world.model.asked("script"))

    decision = {"approval": approval["id"], "decision": "reject", "reason": "too much"}
    made = fork(world, workflow, decision=decision)
    done = world.until(made, "completed")
    assert 'Rejected by cleo: "too much"' in done["result"]
    assert world.shop.effects == effects
    assert len(world.model.asked("script")) == asked + 1
    assert world.model.refused == []


def test_what_it_never_did_is_a_dry_run(world: World) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        told = str(request["messages"])
        amount = 7 if "another input" in told else 5
        if stage == 0:
            return Says("I pay.", [call("refund", {"order": "o1", "amount": amount})])
        last = request["messages"][-1]["content"]
        return Says("", [call("final_answer", {"answer": last})])

    world.start(script)
    workflow = world.begin("Refund.")
    world.until(workflow, "completed")
    assert [each[1] for each in world.shop.effects] == [5]

    same = world.until(fork(world, workflow), "completed")
    assert "refunded 5" in same["result"]
    other = world.until(fork(world, workflow, input="Take another input."), "completed")
    assert "dry run: refund was not performed" in other["result"]
    assert [each[1] for each in world.shop.effects] == [5]
