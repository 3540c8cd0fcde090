"""Calls of native agents that people change before they agree, and what the tools take."""

from __future__ import annotations

from strict_model import wait_until
from world import World, refund_and_finish

pytest_plugins = ["world"]


def test_an_edit_that_the_tool_would_not_take_is_refused_and_nothing_is_sent(world: World) -> None:
    world.start(refund_and_finish(500))
    workflow = world.begin()
    world.until(workflow, "waiting")
    [approval] = world.approvals(workflow)
    for wrong in ({"amount": "x"}, {"order": "o1", "amount": 60, "nosuch": 1}):
        body = {"decision": "edit", "hash": approval["hash"], "arguments": wrong}
        cleo = world.client("person", "cleo")
        answer = cleo.post(f"/v1/approvals/{approval['id']}/decisions", json=body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["reason"] == "approval.bad_edit"
    assert world.shop.effects == []
    world.decide(approval, "edit", arguments={"order": "o1", "amount": 60})
    world.until(workflow, "completed")
    assert [each[:2] for each in world.shop.effects] == [("o1", 60)]


def test_an_edit_that_no_longer_fits_a_changed_tool_is_told_to_the_model(world: World) -> None:
    world.start(refund_and_finish(500))
    workflow = world.begin()
    world.until(workflow, "waiting")
    [before] = world.approvals(workflow)
    world.server.kill()
    world.start(amount="integer")
    world.decide(before)
    [again] = wait_until(lambda: world.approvals(workflow))
    world.decide(again, "edit", arguments={"order": "o1", "amount": 60.5})
    result = world.until(workflow, "completed")["result"]
    assert "a person changed the arguments to some that refund does not take: amount" in result
    assert "nothing was sent" in result
    assert "amount: 500 -> 60.5" in result
    assert world.shop.effects == []


def test_a_person_has_another_tool_called_and_the_model_is_told(world: World) -> None:
    world.start(refund_and_finish(500))
    workflow = world.begin()
    world.until(workflow, "waiting")
    [approval] = world.approvals(workflow)
    for wrong, arguments in (("cancel_refund", {"order": "o1"}), ("lookup", {"amount": 1})):
        body = {"decision": "edit", "hash": approval["hash"], "action": wrong}
        cleo = world.client("person", "cleo")
        path = f"/v1/approvals/{approval['id']}/decisions"
        answer = cleo.post(path, json={**body, "arguments": arguments})
        reason = "approval.other_tool" if wrong == "cancel_refund" else "approval.bad_edit"
        assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    world.decide(approval, "edit", action="lookup", arguments={"order": "o7"})
    result = world.until(workflow, "completed")["result"]
    assert '"order": "o7"' in result or '"order":"o7"' in result
    assert '[A person had lookup called instead of refund, with {"order":"o7"}' in result
    assert world.shop.effects == []
    assert world.shop.lookups == ["o1", "o7"]
    [call] = [one for one in world.journal(workflow) if one.get("effective_tool")]
    assert (call["tool"], call["effective_tool"]) == ("refund", "lookup")
