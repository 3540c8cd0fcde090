"""What time brings to a request: reminders, escalations, deadlines, a wait before the effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from office import ask, explain, verb
from support import (
    Api,
    Stopwatch,
    call_body,
    decide,
    events_of,
    good,
    new_workflow,
    open_call,
    problem,
    read_approval,
    start_turn,
)


def types_of(api: Api, approval: dict[str, Any]) -> list[str]:
    return [event["type"] for event in events_of(api, approval["workflow_id"])]


def seconds(approval: dict[str, Any], at: str) -> float:
    made = datetime.fromisoformat(approval["created_at"])
    return (datetime.fromisoformat(at) - made).total_seconds()


def until_event(api: Api, approval: dict[str, Any], kind: str) -> None:
    """Reads the stream of its workflow until that has happened."""
    path = f"/v1/workflows/{approval['workflow_id']}/stream"
    with api.reader.stream("GET", path) as stream:
        for line in stream.iter_lines():
            if line == f"event: {kind}":
                return
    raise AssertionError(f"{kind} has not happened")


def test_explain_says_who_is_asked_when_if_nobody_answers(office: Api) -> None:
    approval = ask(office, "alarm")
    told = explain(office, approval)
    assert told["needed"][0]["people"] == ["cleo", "dan"]
    moments = [(round(seconds(approval, n["at"]), 3), n["what"]) for n in told["next"]]
    assert moments == [
        (0.4, "reminder"), (1.0, "escalation"), (1.6, "reminder"), (4.0, "deadline"),
    ]  # fmt: skip
    step = told["next"][1]
    assert (step["threshold"], step["to"], step["people"]) == ("legal", "board", ["eva"])
    assert step["replace"] is True
    assert told["next"][3]["outcome"] == "expire"


def test_an_escalation_asks_others_instead(office: Api) -> None:
    approval = ask(office, "alarm")
    problem(decide(office, "eva", approval), 403, "approval.not_an_approver")
    until_event(office, approval, "approval.escalated")
    assert "approval.reminded" in types_of(office, approval)
    assert explain(office, approval)["needed"][0]["people"] == ["eva"]
    problem(decide(office, "dan", approval), 403, "approval.not_an_approver")
    assert good(decide(office, "eva", approval))["status"] == "approved"


def test_nobody_answers_and_all_that_was_told_happens_in_order(office: Api) -> None:
    approval = ask(office, "alarm")
    told = explain(office, approval)["next"]
    closed = read_approval(office, approval, wait=10)
    assert closed["status"] == "expired"
    happened = [
        (event["type"].removeprefix("approval."), event["at"])
        for event in events_of(office, approval["workflow_id"])
        if event["type"] in ("approval.reminded", "approval.escalated", "approval.closed")
    ]
    assert [kind for kind, _ in happened] == ["reminded", "escalated", "reminded", "closed"]
    for (_, at), step in zip(happened, told, strict=True):
        assert at >= step["at"], "none comes early"


def test_a_deadline_may_skip_instead_of_refuse(office: Api) -> None:
    closed = read_approval(office, ask(office, "chore"), wait=10)
    assert (closed["status"], closed["outcome"]["by"]) == ("ignored", "system")


def test_a_question_may_have_a_default_answer(office: Api) -> None:
    form = {"schema": {"type": "object", "properties": {"size": {"type": "integer"}}}}
    approval = ask(office, "pick", kind="question", form=form, deadline_s=1,
                   on_deadline="answer", default_answer={"size": 3})  # fmt: skip
    closed = read_approval(office, approval, wait=10)
    assert closed["status"] == "answered"
    assert closed["outcome"]["answer"] == {"size": 3}
    body = {"action": "pick", "deadline_s": 1, "on_deadline": "answer", "default_answer": 1}
    problem(office.agent.post("/v1/approvals", json=body), 422, "approval.bad_outcome")
    unused = {"action": "pick", "kind": "question", "deadline_s": 1, "default_answer": 1}
    problem(office.agent.post("/v1/approvals", json=unused), 422, "approval.bad_outcome")


def test_agreement_takes_effect_after_its_wait(office: Api) -> None:
    workflow = new_workflow(office)
    turn = start_turn(office, workflow)
    body = call_body(turn, 5, tool="wire")
    approval = open_call(office, workflow, body)["approval"]
    agreed = good(decide(office, "ben", approval))
    assert agreed["status"] == "pending"
    effect_at = agreed["schedule"]["effect_at"]
    assert explain(office, approval)["next"] == [{"at": effect_at, "what": "effect"}]
    watch = Stopwatch()
    verdict = open_call(office, workflow, body, wait=10)
    assert verdict["verdict"] == "run"
    assert watch.seconds > 1
    closed = read_approval(office, approval)
    assert closed["status"] == "approved"
    assert closed["closed_at"] >= effect_at


def test_within_the_wait_it_can_be_stopped(office: Api) -> None:
    approval = ask(office, "slow_wire")
    good(decide(office, "ben", approval))
    back = verb(office, "ben", approval, "withdraw", reason="wrong account")
    assert (back["status"], back["schedule"]["effect_at"]) == ("pending", None)
    good(decide(office, "ada", approval))
    stopped = good(decide(office, "cleo", approval, "reject", reason="that account is closed"))
    assert (stopped["status"], stopped["outcome"]["by"]) == ("rejected", "cleo")


def test_who_leaves_the_group_within_the_wait_no_longer_counts(office: Api) -> None:
    """P1: who belongs to the group is asked again when it takes effect."""
    good(office.admin.put("/v1/groups/buyers", json={"members": ["fay"]}))
    approval = ask(office, "wire", thresholds=[{"from": "buyers"}])
    good(decide(office, "ben", approval))
    assert good(decide(office, "fay", approval))["schedule"]["effect_at"]
    good(office.admin.put("/v1/groups/buyers", json={"members": ["dan"]}))
    until_event(office, approval, "approval.reopened")
    assert read_approval(office, approval)["status"] == "pending"
    assert good(decide(office, "dan", approval))["schedule"]["effect_at"]
    assert read_approval(office, approval, wait=10)["status"] == "approved"
