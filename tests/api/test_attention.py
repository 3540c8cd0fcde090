"""Attention: how much may be asked, equal requests in one line, and what whoever waits is told."""

from __future__ import annotations

from typing import Any

from local_server import Server
from serving import POLICY, start
from support import (
    Api,
    agreed_policy,
    call_body,
    decide,
    events_of,
    good,
    new_workflow,
    open_call,
    problem,
    start_turn,
)
from test_cli import run_as


def ask(api: Api, amount: int = 500, who: str = "agent", **fields: Any) -> dict[str, Any]:
    body = {"action": "refund", "arguments": {"amount": amount}, **fields}
    return good(getattr(api, who).post("/v1/approvals", json=body), 201)


def inbox(api: Api, **params: Any) -> list[tuple[str, int]]:
    page = good(api.ben.get("/v1/approvals", params={"status": "pending", "fold": True, **params}))
    return [(one["id"], one["equal_open"]) for one in page["items"]]


def attentive(api: Api, limits: str) -> None:
    agreed_policy(api, POLICY.replace("rules:", "attention: {" + limits + "}\nrules:", 1))


def test_an_agent_has_only_so_many_requests_open(own_server: Server) -> None:
    api = start(own_server)
    attentive(api, "open_per_agent: 2")
    first, second = ask(api, 501), ask(api, 502)
    refused = api.agent.post(
        "/v1/approvals", json={"action": "refund", "arguments": {"amount": 503}}
    )
    told = problem(refused, 429, "approval.too_much_asked")
    assert "agent 'refund-bot' has 2 requests waiting for people" in told["detail"]
    assert ask(api, 503, "other_agent")["status"] == "pending", "another agent has its own limit"
    assert ask(api, 503, "ada")["status"] == "pending", "a person has none"
    good(decide(api, "ben", first, "reject", reason="no"))
    assert ask(api, 503)["status"] == "pending"
    good(api.agent.post(f"/v1/approvals/{second['id']}/cancel", json={}))
    assert ask(api, 504)["status"] == "pending"


def test_a_call_too_many_is_denied_and_the_model_told(own_server: Server) -> None:
    api = start(own_server)
    attentive(api, "open_per_agent: 1")
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    assert open_call(api, workflow, call_body(turn, 500))["verdict"] == "wait"
    body = call_body(turn, 600)
    verdict = open_call(api, workflow, body)
    assert verdict["verdict"] == "deny"
    assert verdict["message"].startswith(
        "Not asked: agent 'refund-bot' has 1 request waiting for people, which is its limit."
    )
    assert open_call(api, workflow, body)["verdict"] == "deny", "a replay says the same"
    assert open_call(api, workflow, call_body(turn, 50))["verdict"] == "run"
    events = [event["type"] for event in events_of(api, workflow)]
    assert events.count("approval.requested") == 1


def test_an_agent_asks_only_so_often_in_an_hour(own_server: Server) -> None:
    api = start(own_server)
    attentive(api, "asked_per_hour: 2")
    for amount in (501, 502):
        good(decide(api, "ben", ask(api, amount), "reject", reason="no"))
    refused = api.agent.post(
        "/v1/approvals", json={"action": "refund", "arguments": {"amount": 503}}
    )
    assert "2 times within an hour" in problem(refused, 429, "approval.too_much_asked")["detail"]


def test_nobody_is_asked_while_everybody_is_busy(own_server: Server) -> None:
    api = start(own_server)
    attentive(api, "open_per_approver: 2")
    first = ask(api, 501)
    ask(api, 502, "other_agent")
    refused = api.agent.post(
        "/v1/approvals", json={"action": "refund", "arguments": {"amount": 503}}
    )
    told = problem(refused, 429, "approval.too_much_asked")
    assert "everybody who may answer has 2 requests waiting" in told["detail"]
    good(decide(api, "ben", first, "reject", reason="no"))
    assert ask(api, 503)["status"] == "pending"


def test_equal_requests_stand_in_one_line(own_server: Server) -> None:
    api = start(own_server)
    storm = [ask(api, 700, why=f"attempt {n}")["id"] for n in range(4)]
    other = ask(api, 701)["id"]
    elsewhere = ask(api, 700, "other_agent")["id"]
    assert inbox(api) == [(elsewhere, 0), (other, 0), (storm[0], 3)]
    assert inbox(api, mine=True) == inbox(api)
    everything = good(api.ben.get("/v1/approvals"))["items"]
    assert len(everything) == 6
    assert "equal_open" not in everything[0]
    equal = good(api.ben.get("/v1/approvals", params={"equal_to": storm[2]}))
    assert [one["id"] for one in equal["items"]] == storm
    assert not equal["has_more"]
    good(
        decide(api, "ben", {"id": storm[0]} | equal["items"][0], "reject", reason="once is enough")
    )
    assert inbox(api)[-1] == (storm[1], 2), "the next one comes up"
    problem(
        api.ben.get("/v1/approvals", params={"fold": True, "workflow": "wf_" + "0" * 26}),
        422,
        "request.invalid",
    )


def test_an_edit_leaves_the_line(own_server: Server) -> None:
    api = start(own_server)
    first, second = ask(api, 1900), ask(api, 1900)
    assert inbox(api) == [(first["id"], 1)]
    good(decide(api, "ben", first, "edit", arguments={"amount": 1800}))
    assert inbox(api) == [(second["id"], 0), (first["id"], 0)]


def test_equal_ones_are_decided_together_on_the_command_line(own_server: Server) -> None:
    api = start(own_server)
    storm = [ask(api, 650)["id"] for _ in range(3)]
    listed = run_as(api, "ben", "approvals", "list")
    assert storm[0] in listed
    assert storm[1] not in listed
    assert "and 2 equal" in listed
    assert storm[1] in run_as(api, "ben", "approvals", "list", "--each")
    told = run_as(
        api, "ben", "approvals", "reject", storm[0], "--equal", "--yes", "--reason", "paid already"
    )
    assert "Recorded for 2 equal requests as well." in told
    for one in storm:
        ended = good(api.ben.get(f"/v1/approvals/{one}"))
        assert ended["status"] == "rejected"
        assert ended["decisions"][0]["hash"] == ended["hash"], "each by its own H"


def test_whoever_waits_is_told_how_it_stands(own_server: Server) -> None:
    api = start(own_server)
    for amount in range(501, 506):
        good(decide(api, "ben", ask(api, amount), "reject", reason="no"))
    ask(api, 601), ask(api, 602, "other_agent")
    waiting = ask(api, 601)
    outlook = good(api.agent.get(f"/v1/approvals/{waiting['id']}/outlook"))
    assert (outlook["ahead"], outlook["equal_open"]) == (2, 1)
    assert outlook["estimate"]["of"] == 5
    assert 0 <= outlook["estimate"]["median_s"] <= outlook["estimate"]["p90_s"] < 60
    assert outlook["choices"] == ["wait", "replan", "withdraw"]
    assert outlook["text"].startswith("Before the same people there are 2 requests that are older.")
    good(api.agent.post(f"/v1/approvals/{waiting['id']}/cancel", json={}))
    ended = good(api.agent.get(f"/v1/approvals/{waiting['id']}/outlook"))
    assert ended == {"approval": waiting["id"], "status": "cancelled"}
    problem(api.agent.get("/v1/approvals/ap_none/outlook"), 404, "approval.not_found")
