"""The kill switch: nothing runs, no clock goes on, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from office import ask, explain
from support import (
    Api,
    call_body,
    close_call,
    decide,
    errors_of,
    good,
    new_workflow,
    open_call,
    problem,
    read_approval,
    start_turn,
)


@contextmanager
def frozen(api: Api, who: str = "admin", **about: str | bool) -> Iterator[dict[str, Any]]:
    body = {"reason": "it does the same again and again", **about}
    freeze = good(getattr(api, who).post("/v1/freezes", json=body), 201)
    try:
        yield freeze
    finally:
        thawed = good(api.admin.post(f"/v1/freezes/{freeze['id']}/thaw", json={}))
        freeze.update(thawed)


def ms(earlier: str, later: str) -> int:
    span = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    return round(span.total_seconds() * 1000)


def test_a_frozen_tool_gets_no_grant(office: Api) -> None:
    workflow = new_workflow(office)
    turn = start_turn(office, workflow)
    body = call_body(turn, 5, tool="lookup")
    path = f"/v1/workflows/{workflow}/calls"
    with frozen(office, tool="lookup") as freeze:
        answer = office.agent.post(path, json=body)
        told = problem(answer, 503, "switch.frozen")
        assert told["retryable"] is True
        assert int(answer.headers["Retry-After"]) >= 1
        assert freeze["reason"] in told["detail"]
        other = open_call(office, workflow, call_body(turn, 5, tool="anything"))
        assert other["verdict"] == "wait", "only that tool"
    assert open_call(office, workflow, body)["verdict"] == "run"


def test_a_freeze_names_one_tool(office: Api) -> None:
    answer = office.ben.post("/v1/freezes", json={"tool": "ref*", "reason": "stop"})
    problem(answer, 422, "request.invalid")
    assert errors_of(answer) == [("value_error", ["body", "tool"])]


def test_leaving_out_what_to_freeze_freezes_nothing(office: Api) -> None:
    for body in ({}, {"everything": False}, {"everything": True, "tool": "refund"}):
        answer = office.ben.post("/v1/freezes", json={"reason": "oops", **body})
        problem(answer, 422, "switch.about_what")
    held = [one for one in good(office.ben.get("/v1/freezes"))["items"] if not one["until"]]
    assert held == []


def test_a_frozen_agent_gets_none_and_others_do(office: Api) -> None:
    mine, others = new_workflow(office), new_workflow(office, "other_agent")
    turn, other_turn = start_turn(office, mine), start_turn(office, others, "other_agent")
    with frozen(office, "ben", agent="refund-bot"):
        answer = office.agent.post(
            f"/v1/workflows/{mine}/calls", json=call_body(turn, 5, tool="lookup")
        )
        problem(answer, 503, "switch.frozen")
        body = call_body(other_turn, 5, tool="lookup")
        assert open_call(office, others, body, "other_agent")["verdict"] == "run"


def test_what_runs_already_can_be_reported(office: Api) -> None:
    """P17: or it would be in doubt whether it happened."""
    workflow = new_workflow(office)
    turn = start_turn(office, workflow)
    verdict = open_call(office, workflow, call_body(turn, 5, tool="lookup"))
    with frozen(office, everything=True):
        closed = good(close_call(office, workflow, turn, verdict, result=7))
        assert (closed["state"], closed["result"]) == ("done", 7)


def test_an_approval_given_meanwhile_runs_after_it(office: Api) -> None:
    workflow = new_workflow(office)
    turn = start_turn(office, workflow)
    body = call_body(turn, 5, tool="anything")
    approval = open_call(office, workflow, body)["approval"]
    with frozen(office, everything=True):
        good(decide(office, "ben", approval))
        answer = office.agent.post(f"/v1/workflows/{workflow}/calls", json=body)
        problem(answer, 503, "switch.frozen")
    assert open_call(office, workflow, body, wait=5)["verdict"] == "run"


def test_deadlines_move_by_exactly_the_time_that_was_frozen(office: Api) -> None:
    approval = ask(office, "brief")
    with frozen(office, agent="refund-bot") as freeze:
        assert explain(office, approval)["frozen_by"]["id"] == freeze["id"]
        # Longer than its deadline of 2 s: the poll runs into its limit.
        assert read_approval(office, approval, wait=3)["status"] == "pending"
    stood_ms = ms(freeze["from"], freeze["until"])
    assert stood_ms >= 3000
    told = explain(office, approval)
    assert told["frozen_by"] is None
    assert ms(approval["deadline"], told["next"][-1]["at"]) == stood_ms
    closed = read_approval(office, approval, wait=10)
    assert closed["status"] == "expired"
    assert ms(approval["created_at"], closed["closed_at"]) >= 2000 + stood_ms


def test_who_threw_it_or_an_admin_lifts_it(office: Api) -> None:
    freeze = good(office.ben.post("/v1/freezes", json={"tool": "x", "reason": "r"}), 201)
    path = f"/v1/freezes/{freeze['id']}/thaw"
    again = good(office.ada.post("/v1/freezes", json={"tool": "x", "reason": "s"}), 201)
    assert again == freeze, "the same again changes nothing"
    problem(office.ada.post(path, json={}), 403, "auth.kind_not_allowed")
    problem(office.agent.post(path, json={}), 403, "auth.kind_not_allowed")
    first = good(office.agent.get("/v1/freezes?limit=1"))["items"][0]
    assert first == freeze, "those that hold come first"
    thawed = good(office.ben.post(path, json={"reason": "mended"}))
    assert thawed["until"]
    assert good(office.ben.post(path, json={})) == thawed, "again"
    problem(office.admin.post("/v1/freezes/fz_999999/thaw", json={}), 404, "freeze.not_found")
    answer = office.agent.post("/v1/freezes", json={"reason": "r"})
    problem(answer, 403, "auth.kind_not_allowed")
    assert errors_of(office.ben.post("/v1/freezes", json={}))[0] == ("missing", ["body", "reason"])


def test_freezes_are_listed_page_by_page(office: Api) -> None:
    for n in range(3):
        with frozen(office, tool=f"paged{n}"):
            pass
    seen: list[str] = []
    cursor = ""
    while True:
        page = good(office.reader.get(f"/v1/freezes?limit=2{cursor}"))
        seen += [one["id"] for one in page["items"]]
        if not page["has_more"]:
            break
        cursor = "&cursor=" + page["next_cursor"]
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, key=lambda one: -int(one.removeprefix("fz_")))
