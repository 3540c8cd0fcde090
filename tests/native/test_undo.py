"""What native agents did is undone after a rollback: newest first, through the same gate."""

from __future__ import annotations

from typing import Any

from strict_model import Says, Script, call, wait_until
from world import World

pytest_plugins = ["world"]


def refunds_then_back(orders: list[str], told: list[str]) -> Script:
    """A checkpoint, a refund of each order one by one, and back; then what the model was told."""

    def script(stage: int, request: dict[str, Any]) -> Says:
        first = (
            next(each for each in request["messages"] if each["role"] == "tool") if stage else {}
        )
        if "attempt 2" in first.get("content", ""):
            told.append(first["content"])
            return Says("", [call("final_answer", {"answer": "given up"})])
        if stage == 0:
            return Says("", [call("create_checkpoint", {"name": "start"})])
        if stage <= len(orders):
            return Says("", [call("refund", {"order": orders[stage - 1], "amount": 5})])
        return Says("", [call("rollback", {"checkpoint": "start", "reason": "wrong customer"})])

    return script


def undos(world: World, workflow: str) -> list[tuple[str, str, int]]:
    listed = world.workflow(workflow)["undo"]
    return [(each["arguments"]["order"], each["state"], each["attempts"]) for each in listed]


def undo_calls(world: World, workflow: str) -> list[tuple[str, str]]:
    """Attempt and state of each call that undoes one."""
    journal = world.journal(workflow)
    begun = [each for each in journal if each["key"].startswith("undo/")]
    return [(each["key"].rsplit("/", 1)[1], each["state"]) for each in begun]


def test_what_was_done_is_undone_newest_first_and_tried_again(world: World) -> None:
    told: list[str] = []
    world.shop.cancel_faults = [500]
    world.start(refunds_then_back(["o1", "o2"], told), undo="cancel_refund")
    workflow = world.begin()
    world.until(workflow, "completed")
    assert [each[:2] for each in world.shop.cancelled] == [
        ("o2", "refunded 5 for o2"),
        ("o1", "refunded 5 for o1"),
    ]
    assert undos(world, workflow) == [("o2", "done", 2), ("o1", "done", 1)]
    assert undo_calls(world, workflow) == [("1", "failed"), ("2", "done"), ("1", "done")]
    assert len(set(told)) == 1
    assert 'rolled back by you: "wrong customer"' in told[0]
    assert "Undone: refund" in told[0]
    assert "Still being undone" not in told[0]


def test_an_undo_that_keeps_failing_is_given_up_and_shown(world: World) -> None:
    told: list[str] = []
    world.shop.cancel_faults = [500] * 9
    world.start(refunds_then_back(["o1"], told), undo="cancel_refund")
    workflow = world.begin()
    world.until(workflow, "completed")
    assert undos(world, workflow) == [("o1", "failed", 3)]
    assert "status 500" in world.workflow(workflow)["undo"][0]["error"]
    assert "Could not be undone: refund" in told[0]
    assert "status 500" in told[0]


def test_an_undo_waits_for_the_people_that_the_policy_names(world: World) -> None:
    told: list[str] = []
    world.start(refunds_then_back(["o1"], told), undo="reverse_refund")
    workflow = world.begin()
    world.until(workflow, "waiting")
    assert undos(world, workflow) == [("o1", "waiting", 1)]
    [approval] = world.approvals(workflow)
    assert approval["action"] == "reverse_refund"
    assert "wrong customer" in approval["why"]
    assert world.shop.cancelled == []
    world.decide(approval)
    world.until(workflow, "completed")
    undone = next(each for each in world.journal(workflow) if each["key"].startswith("undo/"))
    assert world.shop.cancelled == [("o1", "refunded 5 for o1", f"{workflow}/{undone['id']}")]
    assert "Undone: refund" in told[0]


def test_an_undo_that_people_refuse_is_left_and_told(world: World) -> None:
    told: list[str] = []
    world.start(refunds_then_back(["o1"], told), undo="reverse_refund")
    workflow = world.begin()
    world.until(workflow, "waiting")
    [approval] = world.approvals(workflow)
    world.decide(approval, "reject", reason="let them keep it")
    world.until(workflow, "completed")
    assert world.shop.cancelled == []
    assert undos(world, workflow) == [("o1", "refused", 1)]
    assert "let them keep it" in told[0]


def test_another_definition_of_the_undo_is_asked_about_anew(world: World) -> None:
    told: list[str] = []
    world.start(refunds_then_back(["o1"], told), undo="reverse_refund")
    workflow, decided = world.begin(), world.begin()
    world.until(workflow, "waiting")
    world.until(decided, "waiting")
    [before], [allowed] = world.approvals(workflow), world.approvals(decided)
    world.server.kill()
    world.start(cancel="Takes a refund back, and tells the customer.")
    world.decide(allowed)
    again = wait_until(lambda: world.approvals(decided))[0]
    assert again["hash"] != allowed["hash"]
    assert world.shop.cancelled == [], "what was allowed is not what would be run"
    world.decide(again)
    world.until(decided, "completed")
    assert len(world.shop.cancelled) == 1
    assert undo_calls(world, decided) == [("1", "failed"), ("2", "done")]
    world.decide(before)
    again = wait_until(lambda: world.approvals(workflow))[0]
    world.decide(again)
    world.until(workflow, "completed")
    assert len(world.shop.cancelled) == 2


def test_a_person_rolls_back_an_agent_that_waits(world: World) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if "rolled back by ben" in request["messages"][-1]["content"]:
            return Says("", [call("final_answer", {"answer": request["messages"][-1]["content"]})])
        if stage == 0:
            return Says("", [call("create_checkpoint", {"name": "start"})])
        return Says("", [call("refund", {"order": "o1", "amount": 5 if stage == 1 else 500})])

    world.start(script, undo="cancel_refund")
    workflow = world.begin()
    world.until(workflow, "waiting")
    world.roll_back(workflow, "start", "not today")
    result = world.until(workflow, "completed")["result"]
    assert "not today" in result
    assert "Undone: refund" in result
    assert [each[0] for each in world.shop.cancelled] == ["o1"]
