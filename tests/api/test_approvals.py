"""Approval requests: quorum, one outcome, deadlines, edits, answers, lists, waits (P1-P5, P8)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from support import (
    Api,
    Stopwatch,
    asked,
    decide,
    events_of,
    good,
    problem,
    read_approval,
    threshold,
)


def test_a_request_shows_what_is_asked(api: Api) -> None:
    body = {
        "action": "deploy",
        "arguments": {"version": "1.4"},
        "title": "Deploy 1.4",
        "why": "the fix",
        "otherwise": "it stays broken",
        "metadata": {"pr": 7},
        "channels": {"slack": {"channel": "#ops"}},
        "validation": {"x": 1},
        "deadline_s": 3600,
        "on_deadline": "reject",
        "thresholds": [{"from": "legal"}],
    }
    answer = api.agent.post("/v1/approvals", json=body)
    made = good(answer, 201)
    assert answer.headers["Location"] == f"/v1/approvals/{made['id']}"
    assert answer.headers["ETag"] == '"r1"'
    for field in (
        "action",
        "arguments",
        "title",
        "why",
        "otherwise",
        "metadata",
        "channels",
        "validation",
        "on_deadline",
    ):
        assert made[field] == body[field]
    assert made["status"] == "pending"
    assert made["call_id"] is None
    assert made["kind"] == "call"
    assert made["deadline"]
    assert made["outcome"] is None
    assert made["closed_at"] is None
    assert made["thresholds"] == [
        threshold("finance", 1, 1),
        threshold("legal", 1, 1),
    ]
    assert made["requester"] == {"kind": "agent", "id": "refund-bot"}
    read = good(api.reader.get(answer.headers["Location"]))
    assert "".join(part["text"] for part in read.pop("view")["sentence"]).startswith(
        "May refund-bot"
    )
    assert read == made
    workflow = good(api.reader.get(f"/v1/workflows/{made['workflow_id']}"))
    assert workflow["pending_approvals"] == [made["id"]]


def test_what_the_policy_denies_cannot_be_asked(api: Api) -> None:
    answer = api.agent.post("/v1/approvals", json={"action": "delete_all"})
    assert "nobody deletes" in problem(answer, 403, "policy.denied")["detail"]


def test_given_thresholds_only_tighten(api: Api) -> None:
    """P1: one of finance is asked for; the policy wants two."""
    body = {
        "action": "refund",
        "arguments": {"amount": 5000},
        "thresholds": [{"from": "finance", "approve": 1, "reject": 1}],
    }
    made = good(api.agent.post("/v1/approvals", json=body), 201)
    assert made["thresholds"] == [threshold("finance", 2, 1)]
    body["thresholds"] = [{"from": "finance", "approve": 3, "reject": 2}]
    made = good(api.agent.post("/v1/approvals", json=body), 201)
    assert made["thresholds"] == [threshold("finance", 3, 1)]


def test_a_quorum_is_of_different_people(api: Api) -> None:
    approval = asked(api, 5000)
    first = good(decide(api, "ben", approval))
    assert first["status"] == "pending"
    assert first["needed"] == [
        {
            "name": "finance",
            "from": "finance",
            "stage": 1,
            "approve": 2,
            "given": 1,
            "reject": 1,
            "refused": 0,
        }
    ]
    problem(decide(api, "ben", approval), 409, "approval.already_decided")
    problem(decide(api, "ben", approval, "reject", reason="x"), 409, "approval.already_decided")
    second = good(decide(api, "cleo", approval))
    assert second["status"] == "approved"
    assert second["outcome"]["status"] == "approved"
    assert [d["person"] for d in second["decisions"]] == ["ben", "cleo"]
    assert all(d["hash"] == approval["hash"] for d in second["decisions"])


def test_membership_counts_when_the_grant_is_given(api: Api) -> None:
    """P1: who has left the group no longer counts."""
    for person in ("fay", "gus", "hal"):
        good(api.admin.put(f"/v1/people/{person}", json={"name": person}))
    everyone = {"members": ["fay", "gus", "hal"]}
    good(api.admin.put("/v1/groups/trio", json=everyone))
    keys = {
        who: good(api.admin.post("/v1/keys", json={"kind": "person", "person": who}), 201)["key"]
        for who in ("fay", "gus", "hal")
    }
    body = {"action": "deploy", "thresholds": [{"from": "trio", "approve": 2}]}
    approval = good(api.agent.post("/v1/approvals", json=body), 201)
    path = f"/v1/approvals/{approval['id']}/decisions"

    def approve(who: str) -> str:
        body = {"decision": "approve", "hash": approval["hash"]}
        return str(
            good(api.nobody.post(path, json=body, headers={"X-API-Key": keys[who]}))["status"]
        )

    good(decide(api, "ben", approval))  # finance, of the policy's default
    assert approve("fay") == "pending"
    good(api.admin.put("/v1/groups/trio", json={"members": ["gus", "hal"]}))
    assert approve("gus") == "pending"
    assert approve("hal") == "approved"


def test_one_refusal_ends_it(api: Api) -> None:
    approval = asked(api, 5000)
    good(decide(api, "ben", approval))
    closed = good(decide(api, "cleo", approval, "reject", reason="no receipt"))
    assert closed["status"] == "rejected"
    outcome = closed["outcome"]
    assert (outcome["status"], outcome["by"], outcome["reason"]) == (
        "rejected",
        "cleo",
        "no receipt",
    )


def test_a_request_ends_once_however_many_decide(api: Api) -> None:
    """P4: everybody at once; one wins and the others get its outcome."""
    for _ in range(5):
        approval = asked(api)
        votes = [
            ("ben", "approve", {}),
            ("cleo", "reject", {"reason": "no"}),
            ("ada", "approve", {}),
        ] * 3

        def vote(
            one: tuple[str, str, dict[str, str]], approval: dict[str, Any] = approval
        ) -> tuple[int, dict[str, Any]]:
            answer = decide(api, one[0], approval, one[1], **one[2])
            return answer.status_code, answer.json()

        with ThreadPoolExecutor(9) as pool:
            answers = list(pool.map(vote, votes))
        assert sorted(status for status, _ in answers) == [200] + [409] * 8
        lost = [body for status, body in answers if status == 409]
        outcomes = {str(body["outcome"]) for body in lost}
        assert {body["reason"] for body in lost} == {"approval.closed"}
        assert len(outcomes) == 1
        closed = [
            e for e in events_of(api, approval["workflow_id"]) if e["type"] == "approval.closed"
        ]
        assert len(closed) == 1


def test_the_same_decision_sent_again_is_the_same_answer(api: Api) -> None:
    approval = asked(api)
    body = {"decision": "approve", "hash": approval["hash"]}
    path = f"/v1/approvals/{approval['id']}/decisions"
    headers = {"Idempotency-Key": approval["id"]}
    first = api.ben.post(path, json=body, headers=headers)
    again = api.ben.post(path, json=body, headers=headers)
    assert good(first) == good(again)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_if_match_guards_a_decision(api: Api) -> None:
    approval = asked(api, 5000)
    path = f"/v1/approvals/{approval['id']}/decisions"
    body = {"decision": "approve", "hash": approval["hash"]}
    good(api.ben.post(path, json=body, headers={"If-Match": '"r1"'}))
    for stale in ('"r1"', 'W/"r2"', '"v2"', "r2"):
        answer = api.cleo.post(path, json=body, headers={"If-Match": stale})
        problem(answer, 412, "approval.changed")
    etag = api.reader.get(f"/v1/approvals/{approval['id']}").headers["ETag"]
    answer = api.cleo.post(path, json=body, headers={"If-Match": etag})
    assert good(answer)["status"] == "approved"


def test_reading_decides_nothing(api: Api) -> None:
    """P8."""
    approval = asked(api)
    path = f"/v1/approvals/{approval['id']}"
    for method in ("GET", "HEAD", "OPTIONS"):
        for url in (path, f"{path}/decisions", f"{path}/cancel"):
            api.ben.request(method, url)
    problem(api.ben.get(f"{path}/decisions"), 405, "request.method_not_allowed")
    assert api.ben.get(f"{path}?decision=approve").status_code == 422
    read = read_approval(api, approval)
    assert read["revision"] == 1
    assert read["decisions"] == []


# Edits


def test_an_edit_makes_a_new_question(api: Api) -> None:
    """P5: a new H, the policy asked again, the decisions so far void."""
    approval = asked(api, 5000)
    good(decide(api, "ben", approval))
    edited = good(decide(api, "cleo", approval, "edit", arguments={"amount": 4000}))
    assert edited["hash"] != approval["hash"]
    assert edited["status"] == "pending"
    assert edited["arguments"] == {"amount": 4000}
    assert edited["original_arguments"] == {"amount": 5000}
    assert [d["counts"] for d in edited["decisions"] if d["person"] == "ben"] == [False]
    problem(decide(api, "ada", approval), 409, "approval.hash_mismatch")
    assert good(decide(api, "ben", edited))["status"] == "approved"


def test_an_edit_cannot_reach_what_is_denied(api: Api) -> None:
    approval = asked(api)
    problem(
        decide(api, "ben", approval, "edit", arguments={"amount": 500}),
        422,
        "approval.nothing_edited",
    )


def test_an_edit_upwards_asks_for_more(api: Api) -> None:
    approval = asked(api, 500)
    edited = good(decide(api, "ben", approval, "edit", arguments={"amount": 5000}))
    assert edited["status"] == "pending"
    assert edited["thresholds"] == [threshold("finance", 2, 1)]


# Questions


FORM = {
    "schema": {
        "type": "object",
        "properties": {"amount": {"type": "integer", "minimum": 1, "maximum": 100}},
        "required": ["amount"],
        "additionalProperties": False,
    },
    "hints": {"amount": {"label": "How much?"}},
}


def question(api: Api) -> dict[str, Any]:
    body = {"action": "how_much", "kind": "question", "title": "How much?", "form": FORM}
    return good(api.agent.post("/v1/approvals", json=body), 201)


def test_a_question_is_answered(api: Api) -> None:
    asked_ = question(api)
    assert asked_["form"] == FORM
    problem(decide(api, "ben", asked_), 422, "approval.wrong_decision")
    wrongs: list[Any] = [{}, {"amount": "1"}, {"amount": 0}, {"amount": 1, "x": 1}, None, []]
    for wrong in wrongs:
        problem(decide(api, "ben", asked_, "answer", answer=wrong), 422, "approval.bad_answer")
    closed = good(decide(api, "ben", asked_, "answer", answer={"amount": 50}))
    assert closed["status"] == "answered"
    assert closed["outcome"]["answer"] == {"amount": 50}


def test_a_form_must_be_understood(api: Api) -> None:
    body = {
        "action": "x",
        "kind": "question",
        "form": {"schema": {"type": "object", "frobnicate": 1}},
    }
    problem(api.agent.post("/v1/approvals", json=body), 422, "form.unsupported_schema")


# Deadlines


def test_a_request_expires_in_time(api: Api) -> None:
    """L1: within 2 s and never early."""
    watch = Stopwatch()
    approval = good(api.agent.post("/v1/approvals", json={"action": "urgent"}), 201)
    closed = read_approval(api, approval, wait=10)
    assert closed["status"] == "expired"
    assert closed["outcome"]["by"] == "system"
    assert 0.9 < watch.seconds < 5
    body = problem(decide(api, "ben", approval), 409, "approval.closed")
    assert body["outcome"]["status"] == "expired"


def test_a_deadline_can_mean_no(api: Api) -> None:
    approval = good(api.agent.post("/v1/approvals", json={"action": "urgent_or_no"}), 201)
    assert read_approval(api, approval, wait=10)["status"] == "rejected"


def test_an_edit_into_a_stricter_rule_has_that_rules_deadline(api: Api) -> None:
    """P1: otherwise an edit upwards would win time that the rule does not give."""
    body = {"action": "transfer", "arguments": {"amount": 10}}
    approval = good(api.agent.post("/v1/approvals", json=body), 201)
    edited = good(decide(api, "ben", approval, "edit", arguments={"amount": 5000}))
    assert edited["status"] == "pending"
    assert edited["deadline"] < approval["deadline"]
    assert read_approval(api, edited, wait=10)["status"] == "rejected"


def test_the_sooner_deadline_holds(api: Api) -> None:
    body = {"action": "urgent", "deadline_s": 86400}
    approval = good(api.agent.post("/v1/approvals", json=body), 201)
    assert read_approval(api, approval, wait=10)["status"] == "expired"


# Waits and lists


def test_waiting_for_the_outcome(api: Api) -> None:
    approval = asked(api)
    decider = threading.Timer(0.5, lambda: decide(api, "ben", approval))
    decider.start()
    watch = Stopwatch()
    assert read_approval(api, approval, wait=15)["status"] == "approved"
    decider.join()
    assert 0.4 < watch.seconds < 5
    watch = Stopwatch()
    assert read_approval(api, approval, wait=15)["status"] == "approved"
    assert watch.seconds < 5


def test_many_wait_for_one_decision(api: Api) -> None:
    approval = asked(api)
    with ThreadPoolExecutor(20) as pool:
        waits = [pool.submit(read_approval, api, approval, 15) for _ in range(20)]
        decider = threading.Timer(0.5, lambda: decide(api, "ben", approval))
        decider.start()
        assert {wait.result()["status"] for wait in waits} == {"approved"}
        decider.join()


def test_an_unchanged_request_is_304(api: Api) -> None:
    approval = asked(api)
    path = f"/v1/approvals/{approval['id']}"
    assert api.reader.get(path, headers={"If-None-Match": '"r1"'}).status_code == 304
    good(decide(api, "ben", approval))
    assert api.reader.get(path, headers={"If-None-Match": '"r1"'}).status_code == 200


def listed(api: Api, role: str, **params: str) -> list[str]:
    page = good(getattr(api, role).get("/v1/approvals", params={"limit": "200", **params}))
    return [item["id"] for item in page["items"]]


def test_lists_filter(api: Api) -> None:
    pending, closed = asked(api), asked(api)
    good(decide(api, "ben", closed))
    assert pending["id"] in listed(api, "reader", status="pending")
    assert closed["id"] not in listed(api, "reader", status="pending")
    assert listed(api, "reader", workflow=pending["workflow_id"]) == [pending["id"]]
    assert pending["id"] in listed(api, "reader", agent="refund-bot")
    assert pending["id"] not in listed(api, "reader", agent="other-bot")


def test_mine_are_those_i_may_decide(api: Api) -> None:
    approval = asked(api)
    assert approval["id"] in listed(api, "ben", mine="true", status="pending")
    assert approval["id"] in listed(api, "agent", mine="true")
    assert approval["id"] not in listed(api, "other_agent", mine="true")
    assert approval["id"] not in listed(api, "dan", mine="true")
    assert listed(api, "admin", mine="true") == []  # Nobody's, not everybody's.
    assert listed(api, "other_agent", mine="true", agent="refund-bot") == []


def test_somebody_without_a_group_has_none(api: Api) -> None:
    good(api.admin.put("/v1/people/ivy", json={"name": "Ivy"}))
    key = good(api.admin.post("/v1/keys", json={"kind": "person", "person": "ivy"}), 201)["key"]
    answer = api.nobody.get("/v1/approvals?mine=true", headers={"X-API-Key": key})
    assert good(answer)["items"] == []


def test_withdrawing(api: Api) -> None:
    approval = asked(api)
    path = f"/v1/approvals/{approval['id']}/cancel"
    cancelled = good(api.agent.post(path, json={"reason": "no longer needed"}))
    assert cancelled["status"] == "cancelled"
    assert cancelled["outcome"]["reason"] == "no longer needed"
    assert good(api.agent.post(path, json={}))["status"] == "cancelled"
    problem(decide(api, "ben", approval), 409, "approval.closed")
    approved = asked(api)
    good(decide(api, "ben", approved))
    problem(api.agent.post(f"/v1/approvals/{approved['id']}/cancel"), 409, "approval.closed")


def test_a_standalone_requests_workflow_ends_with_it(api: Api) -> None:
    approval = good(api.agent.post("/v1/approvals", json={"action": "deploy"}), 201)
    good(decide(api, "ben", approval))
    workflow = good(api.reader.get(f"/v1/workflows/{approval['workflow_id']}"))
    assert workflow["status"] == "completed"
