"""What people ask a native agent before they decide, and how it answers."""

from __future__ import annotations

import threading
from typing import Any

from strict_model import Says, Status, wait_until
from world import World, refund_and_finish

pytest_plugins = ["world"]


def is_question(request: dict[str, Any]) -> bool:
    return "The question:" in str(request["messages"][-1]["content"])


def script_that_answers(*answers: Says | Status) -> Any:
    """Works as ever, and gives people these answers, one after the other."""
    left = list(answers)
    works = refund_and_finish(500)

    def script(stage: int, request: dict[str, Any]) -> Says | Status:
        if is_question(request):
            return left.pop(0)
        return works(stage, request)

    return script


def comment(world: World, approval: dict[str, Any], text: str, **more: Any) -> None:
    cleo = world.client("person", "cleo")
    answer = cleo.post(f"/v1/approvals/{approval['id']}/comments", json={"text": text, **more})
    assert answer.status_code == 200, answer.text


def said(world: World, approval: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    found = world.ben.get(f"/v1/approvals/{approval['id']}").json()["comments"]
    return [(one["by"]["kind"], one["text"], one["reply_to"]) for one in found]


def questions(world: World) -> list[dict[str, Any]]:
    return [each for each in world.model.asked("script") if is_question(each)]


def test_the_model_is_asked_once_and_its_answer_decides_nothing(world: World) -> None:
    world.start(script_that_answers(Says("The cup was broken."), Says("So was the saucer.")))
    workflow = world.begin()
    world.until(workflow, "waiting")
    [approval] = world.approvals(workflow)
    comment(world, approval, "Nothing that an agent should read.")
    comment(world, approval, "What for?", asks=True)
    wait_until(lambda: len(said(world, approval)) == 3)
    assert said(world, approval)[-1] == ("agent", "The cup was broken.", 2)
    world.until(workflow, "waiting")
    [pending] = world.approvals(workflow)
    assert pending["decisions"] == []
    [asked] = questions(world)
    shown = str(asked["messages"])
    assert "It was paid, so I refund it." in shown
    assert "Nothing that an agent should read" not in shown
    assert "tools" not in asked

    comment(world, approval, "And the saucer?", asks=True)
    wait_until(lambda: len(said(world, approval)) == 5)
    assert said(world, approval)[-1] == ("agent", "So was the saucer.", 4)
    shown = questions(world)[1]["messages"][-1]["content"]
    assert "- cleo: What for?\n- you: The cup was broken.\n" in shown

    world.decide(approval)
    world.until(workflow, "completed")
    assert [each[:2] for each in world.shop.effects] == [("o1", 500)]
    asked_for_work = [each for each in world.model.asked("script") if not is_question(each)]
    assert len(asked_for_work) == 3, "nothing was asked twice"
    assert "What for?" not in str(asked_for_work), (
        "the agent's own conversation knows nothing of it"
    )
    assert len(questions(world)) == 2
    assert "every hash chain holds" in world.verify()


def test_an_answer_that_a_crash_took_away_is_asked_for_again(world: World) -> None:
    speaking, killed = threading.Event(), threading.Event()

    def in_the_middle() -> None:
        speaking.set()
        killed.wait(20)

    script = script_that_answers(
        Says("The cup was broken.", before_end=in_the_middle), Says("The cup was broken.")
    )
    world.start(script)
    workflow = world.begin()
    world.until(workflow, "waiting")
    [approval] = world.approvals(workflow)
    comment(world, approval, "What for?", asks=True)
    assert speaking.wait(20)
    world.server.kill()
    killed.set()
    world.start()
    wait_until(lambda: len(said(world, approval)) == 2)
    assert said(world, approval)[-1] == ("agent", "The cup was broken.", 1)
    world.until(workflow, "waiting")
    assert len(questions(world)) == 2


def test_a_model_that_refuses_leaves_the_request_to_people(world: World) -> None:
    world.start(
        script_that_answers(
            Status(400, "no such thing"), Says("The cup was broken."), Says("Well.")
        )
    )
    workflow = world.begin()
    world.until(workflow, "waiting")
    [approval] = world.approvals(workflow)
    comment(world, approval, "What for?", asks=True)
    wait_until(lambda: len(questions(world)) == 1)
    world.until(workflow, "waiting")
    assert said(world, approval) == [("person", "What for?", None)]
    # The next question takes this one up.
    comment(world, approval, "Well?", asks=True)
    wait_until(lambda: ("agent", "The cup was broken.", 1) in said(world, approval))
    world.decide(approval)
    world.until(workflow, "completed")
