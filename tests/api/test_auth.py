"""Who may do what: keys by kind, separation, tenants (P2, P3, P14, P15)."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from local_server import Server
from serving import start
from support import (
    Api,
    asked,
    call_body,
    decide,
    good,
    new_workflow,
    open_call,
    problem,
    read_approval,
    start_turn,
)


def test_a_key_comes_in_either_header(api: Api) -> None:
    key = api.keys["agent"]
    for headers in (
        {"Authorization": f"Bearer {key}"},
        {"Authorization": f"bearer {key}"},
        {"X-API-Key": key},
    ):
        assert good(api.nobody.get("/v1/me", headers=headers))["id"] == "refund-bot"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic YTpi"},
        {"X-API-Key": ""},
        {"Cookie": "key=x"},
    ],
)
def test_without_a_key_nothing_is_answered(api: Api, headers: dict[str, str]) -> None:
    answer = api.nobody.get("/v1/me", headers=headers)
    problem(answer, 401, "auth.missing_key")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_log_says_whose_key_was_refused(own_server: Server) -> None:
    api = start(own_server)
    id = good(api.ben.get("/v1/me"))["key_id"]
    problem(api.ben.get("/v1/keys"), 403, "auth.kind_not_allowed")
    api.close()
    assert own_server.stop() == 0
    log = (own_server.folder / "server.log").read_text()
    [line] = [line for line in log.splitlines() if "/v1/keys" in line]
    assert f"key={id}" in line


def test_a_key_in_the_query_is_not_a_key(api: Api) -> None:
    problem(api.nobody.get(f"/v1/me?key={api.keys['admin']}"), 401, "auth.missing_key")


def test_me_says_whose_key_it_is(api: Api) -> None:
    assert good(api.ben.get("/v1/me")) == {
        "kind": "person",
        "id": "ben",
        "tenant": "default",
        "on_behalf_of": "",
        "key_id": api.keys["ben"].split("_")[2],
        "groups": ["finance"],
    }
    assert good(api.ada_agent.get("/v1/me"))["on_behalf_of"] == "ada"
    assert good(api.foreign_admin.get("/v1/me"))["tenant"] == "acme"


def test_kinds_are_disjoint(api: Api) -> None:
    """Every route refuses the kinds that the document does not name, whatever is sent."""
    document = api.nobody.get("/openapi.json").json()
    roles = {"agent": "agent", "person": "ben", "admin": "admin", "readonly": "reader"}
    ids = {
        "workflow_id": "wf_" + "0" * 26, "approval_id": "ap_" + "0" * 26 + "_1", "turn": "1",
        "call_id": "cl_" + "0" * 26 + "_1", "checkpoint_id": "cp_" + "0" * 26 + "_1",
        "person_id": "nobody-1", "group_id": "nothing-1", "key_id": "000000000000",
        "freeze_id": "fz_1", "permission_id": "pm_1", "lease_id": "tl_" + "0" * 26,
        "policy_version": "1", "channel_name": "phones",
        "inbound_id": "in_" + "0" * 26 + "_1",
    }  # fmt: skip
    checked = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters" or operation.get("security") == []:
                continue
            url = path.format(**ids)
            for kind, role in roles.items():
                if kind in operation["x-fermata-kinds"]:
                    continue
                answer = getattr(api, role).request(method.upper(), url, json={})
                problem(answer, 403, "auth.kind_not_allowed")
                checked += 1
            problem(api.nobody.request(method.upper(), url, json={}), 401, "auth.missing_key")
    assert checked > 50


def test_an_agent_writes_only_its_own_workflows(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    path = f"/v1/workflows/{workflow}"
    other = api.other_agent
    for url, body in [
        ("/turns", {"worker": "w2"}),
        (f"/turns/{turn}/renew", {}),
        (f"/turns/{turn}/end", {}),
        ("/calls", call_body(turn, 5)),
        ("/cancel", {}),
        ("/complete", {"turn": turn}),
        ("/fail", {"turn": turn, "error": {"type": "x", "message": ""}}),
        ("/checkpoints", {"name": "x"}),
    ]:
        problem(other.post(path + url, json=body), 403, "workflow.not_yours")
    problem(other.post("/v1/workflows", json={"agent": "refund-bot"}), 403, "workflow.not_yours")
    ask = {"action": "deploy", "workflow_id": workflow}
    problem(other.post("/v1/approvals", json=ask), 403, "workflow.not_yours")
    approval = asked(api)
    cancel = f"/v1/approvals/{approval['id']}/cancel"
    problem(other.post(cancel, json={}), 403, "workflow.not_yours")
    assert good(other.get(path))["id"] == workflow  # Reading is the tenant's.


def test_people_and_admins_name_the_agent(api: Api) -> None:
    answer = api.ben.post("/v1/workflows", json={"input": 1})
    body = problem(answer, 422, "workflow.agent_required")
    assert body["errors"][0]["loc"] == ["body", "agent"]
    made = good(api.ben.post("/v1/workflows", json={"agent": "refund-bot"}), 201)
    assert made["agent"] == "refund-bot"
    assert made["requester"] == {"kind": "person", "id": "ben"}


def test_whoever_started_a_workflow_does_not_decide_its_calls(api: Api) -> None:
    """P3: the agent runs for the person who asked for the run."""
    workflow = new_workflow(api, "ben", agent="refund-bot")
    turn = start_turn(api, workflow)
    approval = open_call(api, workflow, call_body(turn, 500))["approval"]
    problem(decide(api, "ben", approval), 403, "approval.requester_decides")
    assert good(decide(api, "cleo", approval))["status"] == "approved"


def test_on_behalf_of_comes_from_the_key(api: Api) -> None:
    workflow = new_workflow(api, "ada_agent", on_behalf_of="ben")
    assert good(api.reader.get(f"/v1/workflows/{workflow}"))["on_behalf_of"] == "ada"
    answer = api.agent.post("/v1/workflows", json={"on_behalf_of": "nobody-we-know"})
    problem(answer, 422, "workflow.unknown_person")


# P14


def test_another_tenants_things_do_not_exist(api: Api) -> None:
    workflow = new_workflow(api, tags=["mine"])
    turn = start_turn(api, workflow)
    verdict = open_call(api, workflow, call_body(turn, 500))
    approval, call = verdict["approval"]["id"], verdict["call"]["id"]
    checkpoint = good(
        api.agent.post(f"/v1/workflows/{workflow}/checkpoints", json={"name": "x", "turn": turn}),
        201,
    )["id"]
    for role in ("foreign_admin", "foreign_agent"):
        client = getattr(api, role)
        wf = f"/v1/workflows/{workflow}"
        for path in ("", "/events", "/events?after=1", "/journal", "/stream", "/checkpoints"):
            problem(client.get(wf + path), 404, "workflow.not_found")
        problem(client.get(f"{wf}/calls/{call}"), 404, "call.not_found")
        assert client.get(f"{wf}/checkpoints/{checkpoint}").status_code == 404
        problem(client.get(f"/v1/approvals/{approval}"), 404, "approval.not_found")
        problem(client.get(wf, headers={"Prefer": "wait=5"}), 404, "workflow.not_found")
        problem(client.post(f"{wf}/cancel", json={}), 404, "workflow.not_found")
        problem(client.post(f"/v1/approvals/{approval}/cancel", json={}), 404, "approval.not_found")
        for listed in ("/v1/workflows?limit=200", "/v1/approvals?limit=200"):
            assert workflow not in client.get(listed).text
    foreign = api.foreign_agent.post(f"/v1/workflows/{workflow}/turns", json={"worker": "w"})
    problem(foreign, 404, "workflow.not_found")
    problem(api.foreign_person.get("/v1/people/cleo"), 404, "person.not_found")
    assert good(api.foreign_admin.get("/v1/people/ben"))["name"] == "Another Ben"
    key_id = api.keys["agent"].split("_")[2]
    problem(api.foreign_admin.get(f"/v1/keys/{key_id}"), 404, "key.not_found")
    problem(api.foreign_admin.delete(f"/v1/keys/{key_id}"), 404, "key.not_found")
    assert good(api.agent.get("/v1/me"))


def test_an_idempotency_key_is_its_callers_alone(api: Api) -> None:
    headers = {"Idempotency-Key": f"shared-{time.monotonic_ns()}"}
    ours = good(api.agent.post("/v1/workflows", json={}, headers=headers), 201)
    theirs = good(api.foreign_agent.post("/v1/workflows", json={}, headers=headers), 201)
    others = good(api.other_agent.post("/v1/workflows", json={}, headers=headers), 201)
    assert len({ours["id"], theirs["id"], others["id"]}) == 3


# P2


def test_an_empty_group_is_nobody(api: Api) -> None:
    good(api.admin.put("/v1/groups/empty", json={"members": []}))
    body = {"action": "deploy", "thresholds": [{"from": "empty"}]}
    approval = good(api.agent.post("/v1/approvals", json=body), 201)
    good(decide(api, "ben", approval))
    assert read_approval(api, approval)["status"] == "pending"


def test_a_group_that_does_not_exist_is_nobody(api: Api) -> None:
    body = {"action": "deploy", "thresholds": [{"from": "no-such-group"}]}
    answer = api.agent.post("/v1/approvals", json=body)
    if answer.status_code == 201:
        approval = answer.json()
        good(decide(api, "ben", approval))
        assert read_approval(api, approval)["status"] == "pending"
    else:
        assert answer.status_code in (409, 422)


def test_somebody_inactive_is_nobody(api: Api) -> None:
    good(api.admin.put("/v1/people/eve", json={"name": "Eve"}))
    key = good(api.admin.post("/v1/keys", json={"kind": "person", "person": "eve"}), 201)["key"]
    good(api.admin.put("/v1/groups/eves", json={"members": ["eve"]}))
    headers = {"X-API-Key": key}
    assert good(api.nobody.get("/v1/me", headers=headers))["groups"] == ["eves"]
    good(api.admin.put("/v1/people/eve", json={"name": "Eve", "active": False}))
    problem(api.nobody.get("/v1/me", headers=headers), 401, "auth.inactive_person")


# Keys


def test_a_key_is_shown_once(api: Api) -> None:
    made = good(api.admin.post("/v1/keys", json={"kind": "readonly", "label": "once"}), 201)
    assert made["key"].startswith("fermata_live_" + made["id"] + "_")
    secret = made["key"].rsplit("_", 1)[1]
    assert good(api.nobody.get("/v1/me", headers={"X-API-Key": made["key"]}))["kind"] == "readonly"
    read = api.admin.get(f"/v1/keys/{made['id']}")
    assert "key" not in good(read)
    listed = api.admin.get("/v1/keys?limit=200")
    assert made["id"] in listed.text
    assert secret not in listed.text
    assert "hash" not in listed.text


def test_a_repeated_request_does_not_show_the_key_again(api: Api) -> None:
    headers = {"Idempotency-Key": f"key-{time.monotonic_ns()}"}
    body = {"kind": "agent", "agent": "new-bot", "label": "x"}
    first = good(api.admin.post("/v1/keys", json=body, headers=headers), 201)
    answer = api.admin.post("/v1/keys", json=body, headers=headers)
    again = good(answer, 201)
    assert answer.headers["Idempotent-Replayed"] == "true"
    assert again["id"] == first["id"]
    assert again["key"] is None


def test_a_revoked_key_is_worthless_at_once(api: Api) -> None:
    made = good(api.admin.post("/v1/keys", json={"kind": "agent", "agent": "gone-bot"}), 201)
    headers = {"X-API-Key": made["key"]}
    good(api.nobody.get("/v1/me", headers=headers))
    assert api.admin.delete(f"/v1/keys/{made['id']}").status_code == 204
    problem(api.nobody.get("/v1/me", headers=headers), 401, "auth.revoked_key")
    assert api.admin.delete(f"/v1/keys/{made['id']}").status_code == 204
    assert good(api.admin.get(f"/v1/keys/{made['id']}"))["revoked_at"]


def waiting(api: Api) -> int:
    found = re.search(r"^fermata_waiters (\d+)", api.admin.get("/metrics").text, re.MULTILINE)
    assert found
    return int(found[1])


def test_what_waits_on_a_revoked_key_gets_nothing(api: Api) -> None:
    made = good(api.admin.post("/v1/keys", json={"kind": "agent", "agent": "refund-bot"}), 201)
    headers = {"X-API-Key": made["key"], "Prefer": "wait=20"}
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    body = call_body(turn, 500)
    approval = open_call(api, workflow, body)["approval"]
    calls, path = f"/v1/workflows/{workflow}/calls", f"/v1/approvals/{approval['id']}"
    stream = f"/v1/workflows/{workflow}/stream?last_event_id=4"
    with ThreadPoolExecutor(3) as pool, httpx.Client(base_url=api.url, timeout=40) as client:
        opened = pool.submit(client.post, calls, json=body, headers=headers)
        read = pool.submit(client.get, path, headers=headers)
        followed = pool.submit(client.get, stream, headers=headers)
        until = time.monotonic() + 10
        while waiting(api) < 3:
            assert time.monotonic() < until, "they do not wait"
        assert api.admin.delete(f"/v1/keys/{made['id']}").status_code == 204
        good(decide(api, "ben", approval))
        problem(opened.result(), 401, "auth.revoked_key")
        problem(read.result(), 401, "auth.revoked_key")
        assert "approval.closed" not in followed.result().text


def test_keys_expire(api: Api) -> None:
    body = {"kind": "readonly", "expires_at": "2001-01-01T00:00:00Z"}
    problem(api.admin.post("/v1/keys", json=body), 422, "key.already_expired")
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    made = good(api.admin.post("/v1/keys", json={**body, "expires_at": soon}), 201)
    headers = {"X-API-Key": made["key"]}
    until = time.monotonic() + 10
    answer = api.nobody.get("/v1/me", headers=headers)
    while answer.status_code == 200 and time.monotonic() < until:
        answer = api.nobody.get("/v1/me", headers=headers)
    problem(answer, 401, "auth.expired_key")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"kind": "system"}, "enum"),
        ({"kind": "agent"}, "missing"),
        ({"kind": "person", "agent": "x", "person": "ben"}, "extra_forbidden"),
        ({"kind": "agent", "agent": "x", "person": "ben"}, "extra_forbidden"),
        ({"kind": "readonly", "on_behalf_of": "ben"}, "extra_forbidden"),
        ({"kind": "readonly", "expires_at": "tomorrow"}, "datetime_parsing"),
        ({"kind": "agent", "agent": "Not A Name"}, "string_pattern_mismatch"),
    ],
)
def test_keys_are_made_strictly(api: Api, body: dict[str, str], error: str) -> None:
    answer = api.admin.post("/v1/keys", json=body)
    assert [e["type"] for e in problem(answer, 422, "request.invalid")["errors"]] == [error]


def test_a_key_for_a_person_that_does_not_exist_is_refused(api: Api) -> None:
    answer = api.admin.post("/v1/keys", json={"kind": "person", "person": "nobody-we-know"})
    problem(answer, 422, "key.unknown_person")
