"""Agents that the server runs itself, from the API on, with people in the middle."""

from __future__ import annotations

import json
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from strict_model import Says, Status, call, wait_until
from world import World, refund_and_finish

pytest_plugins = ["world"]
GOLDEN = Path(__file__).parent / "golden"


def hold(here: threading.Event, until: threading.Event) -> None:
    here.set()
    until.wait(20)


def test_an_agent_runs_to_its_end(world: World) -> None:
    world.start(refund_and_finish(5))
    workflow = world.begin()
    done = world.until(workflow, "completed")
    assert done["result"] == "seen: refunded 5 for o1"
    keys = [each["key"] for each in world.journal(workflow)]
    assert keys == [
        "run/briefing",
        "run/m1",
        "run/t:call_0001_000:lookup",
        "run/m2",
        "run/t:call_0002_000:refund",
        "run/m3",
    ]
    refund = world.call(workflow, "run/t:call_0002_000:refund")
    assert refund["arguments"] == {"order": "o1", "amount": 5, "reason": "none given"}
    assert world.shop.effects == [("o1", 5, f"{workflow}/{refund['id']}")]
    assert world.shop.secrets == {"Bearer the-shops-key"}
    assert world.model.keys == {"Bearer the-models-key"}
    assert world.model.refused == []
    answer = world.call(workflow, "run/m2")
    assert answer["tool"] == "script"
    assert answer["arguments"]["attempt"] == 1
    assert answer["result"]["usage"] == [7, 3]


@pytest.mark.parametrize("input", [{}, {"input": ""}, {"input": {"task": 7}}])
def test_an_agent_does_not_begin_without_a_task(world: World, input: dict[str, Any]) -> None:
    world.start(refund_and_finish(5))
    answer = world.ben.post("/v1/workflows", json={"agent": "refunds"} | input)
    assert answer.status_code == 422, answer.text
    assert answer.json()["reason"] == "workflow.task_required"
    assert "`input`" in answer.json()["detail"]
    assert world.ben.get("/v1/workflows").json()["items"] == []


def test_an_agent_waits_for_people_and_goes_on_when_they_have_decided(world: World) -> None:
    world.start(refund_and_finish(500))
    workflow = world.begin()
    waiting = world.until(workflow, "waiting")
    assert waiting["turn"] is None, "nothing of it runs meanwhile"
    assert world.shop.effects == []
    [approval] = world.approvals(workflow)
    assert approval["why"] == "It was paid, so I refund it."
    world.decide(approval)
    world.until(workflow, "completed")
    assert [each[:2] for each in world.shop.effects] == [("o1", 500)]
    assert len(world.model.asked("script")) == 3, "nothing was asked twice"


def test_a_refusal_and_changed_arguments_are_what_the_model_reads(world: World) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            calls = [
                call("refund", {"order": "o1", "amount": 500}, "a"),
                call("refund", {"order": "o2", "amount": 600}, "a"),
            ]
            return Says("Two refunds.", calls)
        texts = [each["content"] for each in request["messages"] if each["role"] == "tool"]
        return Says("", [call("final_answer", {"answer": texts})])

    world.start(script)
    workflow = world.begin()
    world.until(workflow, "waiting")
    first, second = sorted(world.approvals(workflow), key=lambda each: each["arguments"]["order"])
    world.decide(first, "reject", reason="not this customer")
    world.decide(second, "edit", arguments={"order": "o2", "amount": 60, "reason": "less"})
    result = world.until(workflow, "completed")["result"]
    assert "not this customer" in result[0]
    assert result[1].startswith("refunded 60 for o2")
    assert "changed the arguments" in result[1]
    assert "amount: 600 -> 60" in result[1]
    assert [each[:2] for each in world.shop.effects] == [("o2", 60)]


def test_what_a_server_refuses_is_left_out_and_remembered(world: World) -> None:
    plain = refund_and_finish(5)

    def script(stage: int, request: dict[str, Any]) -> Says | Status:
        if "tool_choice" in request:
            return Status(400, f"tool_choice '{request['tool_choice']}' is not supported")
        if "stream_options" in request:
            return Status(422, "Extra inputs are not permitted: stream_options")
        return plain(stage, request)

    world.start(script)
    world.until(world.begin(), "completed")
    asked = world.model.asked("script")
    assert [each.get("tool_choice") for each in asked[:4]] == ["required", "auto", None, None]
    world.until(world.begin(), "completed")
    again = world.model.asked("script")[len(asked) :]
    assert len(again) == 3
    assert not any("tool_choice" in each or "stream_options" in each for each in again)


def test_what_may_pass_is_tried_again(world: World) -> None:
    plain = refund_and_finish(5)
    faults: list[Says | Status] = [
        Status(429, "slow down", {"Retry-After": "1"}),
        Status(500, "oops"),
        Says("half an ans", breaks_off=True),
    ]

    def script(stage: int, request: dict[str, Any]) -> Says | Status:
        return faults.pop(0) if faults else plain(stage, request)

    world.start(script)
    workflow = world.begin()
    world.until(workflow, "completed")
    assert world.call(workflow, "run/m1")["arguments"]["tries"] == 4
    assert world.call(workflow, "run/m1")["arguments"]["took_ms"] >= 1000


def test_a_model_that_stays_away_fails_the_workflow_after_so_many_turns(world: World) -> None:
    world.start(lambda stage, request: Status(503, "out for lunch"), retries=1)
    workflow = world.begin()
    failed = world.until(workflow, "failed")
    assert failed["error"]["type"] == "model.unavailable"
    assert "3 turns" in failed["error"]["message"]
    assert "503: out for lunch" in failed["error"]["message"]
    assert len(world.model.asked("script")) == 6, "two tries in each of three turns"
    silent = [each for each in world.journal(workflow) if "/silent/" in each["key"]]
    assert [each["key"] for each in silent] == [f"run/m1/silent/{n}" for n in (1, 2, 3)]
    assert all("503" in each["error"]["message"] for each in silent)
    at = [datetime.fromisoformat(each["opened_at"]) for each in silent]
    assert at[1] - at[0] >= timedelta(seconds=1), "turn_pause_s"
    assert at[2] - at[1] >= timedelta(seconds=2), "doubled"


def test_a_model_that_comes_back_is_asked_where_it_fell_silent(world: World) -> None:
    plain = refund_and_finish(5)
    faults = [Status(503, "out for lunch")] * 4

    def script(stage: int, request: dict[str, Any]) -> Says | Status:
        return faults.pop() if stage == 1 and faults else plain(stage, request)

    world.start(script, retries=1)
    workflow = world.begin()
    world.until(workflow, "completed")
    keys = [each["key"] for each in world.journal(workflow)]
    assert keys[2:6] == [
        "run/t:call_0001_000:lookup",
        "run/m2/silent/1",
        "run/m2/silent/2",
        "run/m2",
    ]
    assert len(world.shop.effects) == 1
    assert len(world.shop.lookups) == 1


def test_a_refusal_of_the_models_server_ends_the_workflow_and_says_why(world: World) -> None:
    world.start(lambda stage, request: Status(401, "Incorrect API key provided"))
    failed = world.until(world.begin(), "failed")
    assert failed["error"]["type"] == "model.refused"
    assert "Incorrect API key" in failed["error"]["message"]


def test_mistakes_of_the_model_are_told_to_it(world: World) -> None:
    told: list[str] = []

    def script(stage: int, request: dict[str, Any]) -> Says:
        told.append(request["messages"][-1]["content"])
        mistakes = [
            Says("", [call("refund", '{"order": "o1", "amou')]),
            Says("", [call("refund", {"order": "o1", "amount": "much"})]),
            Says("", [call("no_such_tool", {})]),
            Says("I think so.", finish="length"),
            Says("", [call("refund", {"order": "o1", "amount": 5}), call("final_answer", {}, "b")]),
            Says("", [call("refund", {"order": "missing", "amount": 5})]),
        ]
        if len(told) <= len(mistakes):
            return mistakes[len(told) - 1]
        return Says("", [call("final_answer", {"answer": "done"})])

    world.start(script)
    world.until(world.begin(), "completed")
    assert '{"order": "o1", "amou' in told[1]
    assert "amount" in told[2]
    assert "no tool 'no_such_tool'" in told[3]
    assert "length limit" in told[4]
    assert "must be the only call" in told[5]
    assert "status 404" in told[6]
    assert [each[:2] for each in world.shop.effects] == [("missing", 5)]
    assert world.model.refused == []


def test_a_limit_on_tokens_ends_the_workflow(world: World) -> None:
    world.start(refund_and_finish(5), tokens=15)
    failed = world.until(world.begin(), "failed")
    assert failed["error"]["type"] == "limit.tokens"
    assert len(world.model.asked("script")) == 2


def test_a_crash_while_the_model_speaks_asks_it_again_and_says_so(world: World) -> None:
    speaking, crashed = threading.Event(), threading.Event()
    plain = refund_and_finish(5)

    def script(stage: int, request: dict[str, Any]) -> Says:
        says = plain(stage, request)
        if stage == 1 and not speaking.is_set():
            says.before_end = lambda: hold(speaking, crashed)
        return says

    world.start(script)
    workflow = world.begin()
    assert speaking.wait(20)
    world.server.kill()
    crashed.set()
    world.start()
    world.until(workflow, "completed")
    assert world.call(workflow, "run/m2")["arguments"]["attempt"] == 2
    assert world.call(workflow, "run/m1")["arguments"]["attempt"] == 1
    assert world.call(workflow, "run/m3")["arguments"]["attempt"] == 1
    assert len(world.shop.effects) == 1
    assert len(world.shop.lookups) == 1


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_crash_while_a_tool_runs_repeats_it_only_if_it_may(
    world: World, idempotent: bool
) -> None:
    begun, crashed = threading.Event(), threading.Event()

    def after_refund(order: str) -> bool:
        del order
        if not begun.is_set():
            begun.set()
            crashed.wait(20)
        return True

    world.shop.after_refund = after_refund
    world.start(refund_and_finish(5), idempotent=str(idempotent).lower())
    workflow = world.begin()
    assert begun.wait(20)
    world.server.kill()
    crashed.set()
    world.start()
    if not idempotent:
        world.until(workflow, "waiting")
        [doubt] = world.approvals(workflow)
        assert doubt["kind"] == "in_doubt"
        assert len(world.shop.effects) == 1
        return
    world.until(workflow, "completed")
    assert len(world.shop.effects) == 2
    assert len({key for _, _, key in world.shop.effects}) == 1, "the same idempotency key"


def test_an_answer_that_never_came_is_a_question_to_people(world: World) -> None:
    world.shop.after_refund = lambda order: False
    world.start(refund_and_finish(5))
    workflow = world.begin()
    world.until(workflow, "waiting")
    [doubt] = world.approvals(workflow)
    assert doubt["kind"] == "in_doubt"
    assert len(world.shop.effects) == 1, "no library sent it again either"


def test_a_decision_that_lands_while_the_server_is_down_is_not_needed_again(world: World) -> None:
    world.start(refund_and_finish(500))
    workflow = world.begin()
    world.until(workflow, "waiting")
    world.server.kill()
    world.start()
    [approval] = world.approvals(workflow)
    world.decide(approval)
    world.until(workflow, "completed")
    assert [each[:2] for each in world.shop.effects] == [("o1", 500)]
    assert len(world.model.asked("script")) == 3


def test_another_definition_of_a_tool_voids_what_people_were_asked(world: World) -> None:
    world.start(refund_and_finish(500))
    first, second = world.begin(), world.begin()
    world.until(first, "waiting")
    world.until(second, "waiting")
    [before] = world.approvals(first)
    world.server.kill()
    world.start(refund="Pays back, to whom the order says.")
    world.decide(before)
    again = wait_until(lambda: world.approvals(first))
    assert again[0]["id"] != before["id"]
    assert again[0]["hash"] != before["hash"]
    assert world.shop.effects == [], "the old permission does not hold for the new definition"
    world.decide(again[0])
    world.until(first, "completed")
    assert [each[:2] for each in world.shop.effects] == [("o1", 500)]


def test_who_follows_a_workflow_reads_what_the_model_writes(world: World) -> None:
    follows = threading.Event()
    plain = refund_and_finish(5)

    def script(stage: int, request: dict[str, Any]) -> Says:
        follows.wait(20)
        return plain(stage, request)

    world.start(script)
    workflow = world.begin()
    texts: dict[str, str] = {}
    with world.ben.stream("GET", f"/v1/workflows/{workflow}/stream?deltas=true") as stream:
        follows.set()
        event = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            if line.startswith("data: ") and event == "delta":
                data = json.loads(line.removeprefix("data: "))
                texts[data["key"]] = texts.get(data["key"], "") + data["text"]
    assert texts["run/m2"] == "It was paid, so I refund it."
    stored = world.ben.get(f"/v1/workflows/{workflow}/events?limit=200").json()["items"]
    assert "delta" not in {each["type"] for each in stored}


def test_an_agent_is_told_the_policy_and_what_people_said(world: World) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage < 2:
            return Says("", [call("refund", {"order": f"o{stage}", "amount": 500})])
        del request
        return Says("", [call("final_answer", {"answer": "done"})])

    world.start(script, context="true")
    workflow = world.begin()
    for reason in ("only this once", "enough"):
        world.until(workflow, "waiting")
        [approval] = world.approvals(workflow)
        world.decide(approval, "reject", reason=reason)
        wait_until(lambda: not world.approvals(workflow))
    world.until(workflow, "completed")
    first, second, third = (each["messages"] for each in world.model.asked("script"))
    told = first[-1]["content"].split("What is asked about or not allowed:\n")[1].split("\n\n")[0]
    assert told.splitlines() == [
        "- refund, some calls (when amount is more than 100): people decide first "
        "(refunds above 100): 1 of finance",
        "- request_approval: people decide, those whom the policy asks about the action that it "
        "names; what is never allowed is not asked",
    ]
    assert "only this once" in second[-1]["content"]
    assert '"order":"o0"' in second[-1]["content"]
    assert "enough" in third[-1]["content"]
    assert json.dumps(third).count("What is asked about") == 1, "told once"


def test_an_agent_is_told_how_people_decided_in_its_other_workflows(world: World) -> None:
    world.start(refund_and_finish(500), examples=2)
    long = "because " + "it says so " * 100
    for decision, reason in [("approve", "long ago"), ("reject", long), ("approve", "a regular")]:
        workflow = world.begin()
        world.until(workflow, "waiting")
        [approval] = world.approvals(workflow)
        world.decide(approval, decision, reason=reason)
        world.until(workflow, "completed")
    before = len(world.model.asked("script"))
    workflow = world.begin()
    world.until(workflow, "waiting")
    asked = world.model.asked("script")[before:]
    told = asked[0]["messages"][-1]["content"]
    lines = [line for line in told.splitlines() if line.startswith("- refund ")]
    assert len(lines) == 2
    assert 'approved; "a regular"' in lines[0]
    assert 'rejected; "because it says so' in lines[1]
    assert len(lines[1]) < 500
    assert "long ago" not in told
    assert "cleo" not in told, "whose decisions they were is not told"
    assert json.dumps(asked[-1]).count("How people decided before") == 1, "told once"


def test_a_server_without_the_secrets_does_not_start(world: World) -> None:
    del world.server.environment["SHOP_KEY"]
    with pytest.raises(RuntimeError):
        world.start(refund_and_finish(5))
    assert "SHOP_KEY" in (world.server.folder / "server.log").read_text()


@pytest.mark.parametrize("style", ["native", "smolagents"])
def test_golden_requests(world: World, style: str) -> None:
    """What a model is asked, to the byte. FERMATA_GOLDEN=write writes the files anew."""

    def script(stage: int, request: dict[str, Any]) -> Says:
        del stage
        answers = [
            Says("known: nothing. 1. look 2. refund<end_plan>"),
            Says("", [call("lookup", {"order": "o1"}, "x"), call("lookup", {"order": "o2"}, "x")]),
            Says("Hm.", [call("refund", {"order": "it's", "amount": 12.5})]),
            Says("so far: seen. 1. answer<end_plan>"),
            Says("I am done.", [call("final_answer", {"answer": {"ok": True}})]),
        ]
        del request
        return answers[len(world.model.asked("script")) - 1]

    world.start(script, style=style, planning=2)
    workflow = world.begin({"task": "Refund what is due.", "customer": "c7"})
    assert world.until(workflow, "completed")["result"] == {"ok": True}
    text = json.dumps(world.model.asked("script"), indent=1, ensure_ascii=False) + "\n"
    path = GOLDEN / f"requests_{style}.json"
    if os.environ.get("FERMATA_GOLDEN") == "write":
        path.write_text(text)
    assert text == path.read_text()


def test_an_agent_asks_people_by_itself(world: World) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            wish = {"action": "close the shop", "why": "nobody buys", "otherwise": "it stays open"}
            return Says("", [call("request_approval", wish)])
        return Says("", [call("final_answer", {"answer": request["messages"][-1]["content"]})])

    world.start(script)
    workflow = world.begin()
    world.until(workflow, "waiting")
    [approval] = world.approvals(workflow)
    assert approval["action"] == "request_approval"
    assert approval["arguments"]["action"] == "close the shop"
    world.decide(approval, reason="for a week")
    result = world.until(workflow, "completed")["result"]
    assert "pproved by cleo" in result
    assert "for a week" in result


def test_an_agent_returns_to_its_checkpoint_and_is_told_why(world: World) -> None:
    told: list[str] = []

    def script(stage: int, request: dict[str, Any]) -> Says:
        told.append(request["messages"][-1]["content"])
        back = "dead end" in json.dumps(request["messages"])
        if stage == 0:
            return Says("", [call("create_checkpoint", {"name": "start"})])
        if back:
            return Says("", [call("final_answer", {"answer": "another way"})])
        if stage == 1:
            return Says("", [call("lookup", {"order": "o1"})])
        return Says("", [call("rollback", {"checkpoint": "start", "reason": "dead end"})])

    world.start(script)
    workflow = world.begin()
    done = world.until(workflow, "completed")
    assert done["result"] == "another way"
    assert done["epoch"] == 1
    assert "dead end" in told[-1]
    assert "another way" not in told[-1]
    keys = [each["key"] for each in world.journal(workflow)]
    assert keys == ["run/briefing", "run/m1", "run/t:call_0001_000:create_checkpoint", "run/m2"]


def test_a_checkpoint_without_a_name_is_refused_to_the_model(world: World) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            return Says("", [call("create_checkpoint", {"name": name}) for name in ("", " ")])
        texts = [each["content"] for each in request["messages"] if each["role"] == "tool"]
        return Says("", [call("final_answer", {"answer": texts})])

    world.start(script)
    workflow = world.begin()
    texts = world.until(workflow, "completed")["result"]
    assert texts == ["No checkpoint was made: give it a name, to return to it by."] * 2
    assert world.ben.get(f"/v1/workflows/{workflow}/checkpoints").json()["items"] == []


def test_a_checkpoint_that_is_not_there_is_told_to_the_model(world: World) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            return Says("", [call("rollback", {"checkpoint": "nowhere", "reason": "x"})])
        return Says("", [call("final_answer", {"answer": request["messages"][-1]["content"]})])

    world.start(script)
    assert "no checkpoint 'nowhere'" in world.until(world.begin(), "completed")["result"]
