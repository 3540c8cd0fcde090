"""Standing permissions: people's yes in advance, and how far it goes."""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from local_server import Server
from serving import start
from support import (
    Api,
    asked,
    call_body,
    close_call,
    events_of,
    good,
    new_workflow,
    open_call,
    problem,
    start_turn,
)
from test_cli import run_as

numbers = itertools.count(1)


def a_ticket() -> str:
    """What only one test's calls and permissions are about."""
    return f"T-{next(numbers)}-permission"


def wish(ticket: str, **fields: Any) -> dict[str, Any]:
    body = {
        "tool": "refund",
        "agent": "refund-bot",
        "when": {"ticket": {"eq": ticket}, "amount": {"lte": 5000}},
        "for_s": 3600,
        "calls": 5,
        "reason": "the backlog of this afternoon",
    }
    return {key: value for key, value in {**body, **fields}.items() if value is not None}


def give(api: Api, who: str, body: dict[str, Any]) -> dict[str, Any]:
    return good(getattr(api, who).post("/v1/permissions", json=body), 201)


def refund(api: Api, ticket: str, amount: Any = 500, **fields: Any) -> dict[str, Any]:
    workflow = new_workflow(api)
    body = call_body(start_turn(api, workflow), 0, **fields)
    body["arguments"] = {"amount": amount, "ticket": ticket}
    return open_call(api, workflow, body)


def test_a_call_that_fits_runs_without_asking(api: Api) -> None:
    ticket = a_ticket()
    permission = give(api, "ben", wish(ticket))
    assert permission["status"] == "standing"
    assert permission["people"] == ["ben"]
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    body = call_body(turn, 0) | {"arguments": {"amount": 500, "ticket": ticket}}
    verdict = open_call(api, workflow, body)
    assert verdict["verdict"] == "run"
    assert verdict["call"]["permission"] == permission["id"]
    good(close_call(api, workflow, turn, verdict, result="paid"))
    types = [event["type"] for event in events_of(api, workflow)]
    assert "approval.requested" not in types
    permitted = next(e for e in events_of(api, workflow) if e["type"] == "call.permitted")
    assert permitted["payload"]["people"] == ["ben"]
    assert permitted["payload"]["hash"] == verdict["hash"]
    shown = good(api.reader.get(f"/v1/permissions/{permission['id']}"))
    assert shown["used"] == 1
    uses = good(api.reader.get(f"/v1/permissions/{permission['id']}/uses"))
    assert [(use["workflow"], use["hash"]) for use in uses["items"]] == [
        (workflow, verdict["hash"])
    ]


def test_what_does_not_fit_is_asked(api: Api) -> None:
    ticket = a_ticket()
    give(api, "ben", wish(ticket, when={"ticket": {"eq": ticket}, "amount": {"lte": 300}}))
    assert refund(api, ticket, 301)["verdict"] == "wait"
    assert refund(api, ticket, "300")["verdict"] == "wait", "text is no amount"
    assert refund(api, "another", 300)["verdict"] == "wait"
    assert refund(api, ticket, 300, definition_hash="d" * 64)["verdict"] == "wait"
    assert refund(api, ticket, 300)["verdict"] == "run"


def test_what_needs_two_needs_two_who_agreed(api: Api) -> None:
    ticket = a_ticket()
    permission = give(api, "ben", wish(ticket))
    assert refund(api, ticket, 2000)["verdict"] == "wait"
    joined = good(api.cleo.post(f"/v1/permissions/{permission['id']}/join", json={}))
    assert joined["people"] == ["ben", "cleo"]
    assert refund(api, ticket, 2000)["verdict"] == "run"


def test_p1_only_approvers_of_the_call_count(api: Api) -> None:
    ticket = a_ticket()
    give(api, "dan", wish(ticket))
    assert refund(api, ticket)["verdict"] == "wait"


def test_p3_whom_the_agent_works_for_does_not_count(api: Api) -> None:
    ticket = a_ticket()
    give(api, "ada", wish(ticket, agent="ada-bot"))
    workflow = new_workflow(api, "ada_agent")
    body = call_body(start_turn(api, workflow, "ada_agent"), 0)
    body["arguments"] = {"amount": 500, "ticket": ticket}
    assert open_call(api, workflow, body, "ada_agent")["verdict"] == "wait"


def test_only_people_give_one(api: Api) -> None:
    for role in ("agent", "admin", "reader"):
        answer = getattr(api, role).post("/v1/permissions", json=wish(a_ticket()))
        problem(answer, 403, "auth.kind_not_allowed")
    permission = give(api, "ben", wish(a_ticket()))
    for verb in ("join", "revoke"):
        answer = api.agent.post(f"/v1/permissions/{permission['id']}/{verb}", json={})
        problem(answer, 403, "auth.kind_not_allowed")


def test_one_like_a_request_is_for_its_tool_and_agent_and_needs_its_approver(api: Api) -> None:
    request = asked(api)
    body = {
        "like": request["id"],
        "when": {"amount": {"lte": 500}},
        "for_s": 60,
        "calls": 1,
        "reason": "more of these will come",
    }
    made = give(api, "ben", body)
    assert (made["tool"], made["agent"]) == ("refund", "refund-bot")
    problem(api.dan.post("/v1/permissions", json=body), 403, "approval.not_an_approver")
    unknown = {**body, "like": "ap_" + "0" * 26 + "_1"}
    problem(api.ben.post("/v1/permissions", json=unknown), 404, "workflow.not_found")
    mixed = {**body, "tool": "refund"}
    problem(api.ben.post("/v1/permissions", json=mixed), 422, "request.invalid")
    for vain in (
        {"when": {"foo": {"lte": 5000}}},
        {"when": {"amount": {"eq": "5000"}}},
        {"sum": {"of": "ticket", "most": "5"}},
        {"when": {"amount": {"lte": 5000, "gte": 9000}}},
    ):
        answer = api.ben.post("/v1/permissions", json={**body, **vain})
        problem(answer, 422, "permission.bad_terms")
    good(api.ben.post(f"/v1/permissions/{made['id']}/revoke", json={}))


@pytest.mark.parametrize(
    "fields",
    [
        {"when": {}},
        {"when": {"amount": {}}},
        {"when": {"amount": {"exists": True}}},
        {"when": {"amount": {"lte": [1]}}},
        {"when": {"to": {"glob": "***"}}},
        {"tool": "re*"},
        {"sum": {"of": "amount", "most": "much"}},
        {"sum": {"of": "amount", "most": "0"}},
        {"for_s": None, "until": "2020-01-01T00:00:00Z"},
        {"for_s": None, "until": "2999-01-01T00:00:00Z"},
    ],
)
def test_terms_that_cannot_be_are_refused(api: Api, fields: dict[str, Any]) -> None:
    answer = api.ben.post("/v1/permissions", json=wish(a_ticket(), **fields))
    problem(answer, 422, "permission.bad_terms")


def test_calls_and_sum_are_counted_to_the_last(api: Api) -> None:
    ticket = a_ticket()
    terms = {"calls": 3, "sum": {"of": "amount", "most": "1000.50"}}
    permission = give(api, "ben", wish(ticket, **terms))
    assert refund(api, ticket, 600.25)["verdict"] == "run"
    assert refund(api, ticket, 400.26)["verdict"] == "wait", "a cent too much"
    assert refund(api, ticket, 400.25)["verdict"] == "run"
    shown = good(api.reader.get(f"/v1/permissions/{permission['id']}"))
    assert shown["sum"] == {"of": "amount", "most": "1000.50", "used": "1000.5"}
    assert shown["used"] == 2


def test_many_at_once_do_not_use_more_than_there_is(api: Api) -> None:
    ticket = a_ticket()
    permission = give(api, "ben", wish(ticket, calls=5))
    verdicts: list[str] = []

    def work() -> None:
        verdicts.append(refund(Api(api.url, api.keys), ticket)["verdict"])

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == ["run"] * 5 + ["wait"] * 15
    shown = good(api.reader.get(f"/v1/permissions/{permission['id']}"))
    assert (shown["used"], shown["status"]) == (5, "used_up")


def test_it_is_revoked_at_once(api: Api) -> None:
    ticket = a_ticket()
    permission = give(api, "ben", wish(ticket))
    assert refund(api, ticket)["verdict"] == "run"
    path = f"/v1/permissions/{permission['id']}"
    revoked = good(api.dan.post(f"{path}/revoke", json={"reason": "the backlog is done"}))
    assert (revoked["status"], revoked["revoked_by"]) == ("revoked", "dan")
    assert refund(api, ticket)["verdict"] == "wait"
    problem(api.cleo.post(f"{path}/join", json={}), 409, "permission.not_standing")


def test_it_ends_at_its_time(api: Api) -> None:
    ticket = a_ticket()
    until = datetime.now(UTC) + timedelta(milliseconds=700)
    permission = give(api, "ben", wish(ticket, for_s=None, until=until.isoformat()))
    while good(api.reader.get(f"/v1/permissions/{permission['id']}"))["status"] == "standing":
        pass
    assert refund(api, ticket)["verdict"] == "wait"


def test_what_the_policy_denies_stays_denied(api: Api) -> None:
    denied = wish(a_ticket(), tool="delete_all", when={"name": {"eq": "x"}})
    problem(api.ben.post("/v1/permissions", json=denied), 422, "permission.bad_terms")
    workflow = new_workflow(api)
    body = call_body(start_turn(api, workflow), 0, tool="delete_all") | {"arguments": {"name": "x"}}
    assert open_call(api, workflow, body)["verdict"] == "deny"


def test_p14_it_is_of_its_tenant(api: Api) -> None:
    ticket = a_ticket()
    permission = give(api, "ben", wish(ticket))
    path = f"/v1/permissions/{permission['id']}"
    foreign = {one["id"]: one for one in good(api.foreign_person.get("/v1/permissions"))["items"]}
    assert permission["id"] not in foreign
    problem(api.foreign_person.get(path), 404, "permission.not_found")
    problem(api.foreign_person.post(f"{path}/revoke", json={}), 404, "permission.not_found")


def test_p10_p17_uses_are_kept_over_a_crash(own_server: Server) -> None:
    api = start(own_server)
    ticket = a_ticket()
    give(api, "ben", wish(ticket, calls=2))
    assert refund(api, ticket)["verdict"] == "run"
    own_server.kill()
    own_server.start()
    again = Api(own_server.url, api.keys)
    assert refund(again, ticket)["verdict"] == "run"
    assert refund(again, ticket)["verdict"] == "wait"


def test_on_the_command_line(api: Api) -> None:
    ticket = a_ticket()
    until = ["--hours", "2", "--calls", "3", "--sum", "amount=900", "--reason", "backlog"]
    what = ["--when", f"ticket={ticket}", "--when", "amount<=500"]
    whom = ["--tool", "refund", "--agent", "refund-bot"]
    told = run_as(api, "ben", "permissions", "give", *whom, *what, *until)
    permission = told.split(":")[0]
    assert "refund-bot may call refund when" in told
    assert "0 of 3 calls, 0 of 900 in amount" in told
    assert refund(api, ticket)["verdict"] == "run"
    assert "1 of 3 calls, 500 of 900 in amount" in run_as(api, "cleo", "permissions", "list")
    assert run_as(api, "cleo", "permissions", "show", permission).count("wf_") == 1
    assert "ben, cleo" in run_as(api, "cleo", "permissions", "join", permission)
    done = run_as(api, "dan", "permissions", "revoke", permission, "--reason", "done")
    assert done == f"{permission} is revoked: people are asked again.\n"
    assert permission not in run_as(api, "cleo", "permissions", "list")
    assert permission in run_as(api, "cleo", "permissions", "list", "--all")


def test_a_workflow_tells_it(api: Api) -> None:
    ticket = a_ticket()
    permission = give(api, "ben", wish(ticket))
    workflow = new_workflow(api)
    body = call_body(start_turn(api, workflow), 0)
    body["arguments"] = {"amount": 500, "ticket": ticket}
    open_call(api, workflow, body)
    told = run_as(api, "dan", "workflows", "show", workflow)
    assert f"needs no asking: permission {permission['id']} of ben" in told


def test_a_repeated_gift_is_one(api: Api) -> None:
    headers = {"Idempotency-Key": f"give-{a_ticket()}"}
    body = wish(a_ticket())
    first, second = (
        httpx.post(
            f"{api.url}/v1/permissions",
            json=body,
            headers={**headers, "Authorization": f"Bearer {api.keys['ben']}"},
        )
        for _ in range(2)
    )
    assert first.json()["id"] == second.json()["id"]


def test_the_uses_come_page_by_page_also_after_the_end(api: Api) -> None:
    ticket = a_ticket()
    permission = give(api, "ben", wish(ticket))
    hashes = [refund(api, ticket, 300 + n)["hash"] for n in range(4)]
    good(api.dan.post(f"/v1/permissions/{permission['id']}/revoke", json={}))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = good(api.reader.get(f"/v1/permissions/{permission['id']}/uses", params=query))
        assert len(page["items"]) <= 3
        seen += [use["hash"] for use in page["items"]]
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == hashes
    assert good(api.reader.get(f"/v1/permissions/{permission['id']}"))["used"] == 4
    problem(api.reader.get("/v1/permissions/pm_99999/uses"), 404, "permission.not_found")


def test_what_one_permission_looks_at_has_a_limit(api: Api) -> None:
    many = [f"account-{n}" for n in range(2000)]
    body = wish(a_ticket(), when={"ticket": {"in": many}})
    refused = api.ben.post("/v1/permissions", json=body)
    assert "limits.permission_bytes" in problem(refused, 422, "permission.too_large")["detail"]


def test_they_are_listed_in_the_order_in_which_they_were_given(api: Api) -> None:
    given = [give(api, "ben", wish(a_ticket()))["id"] for _ in range(11)]
    listed: list[str] = []
    query: dict[str, Any] = {"limit": 4}
    while True:
        page = good(api.reader.get("/v1/permissions", params=query))
        listed += [one["id"] for one in page["items"]]
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]
    assert [one for one in listed if one in given] == given
    assert len(set(listed)) == len(listed)
