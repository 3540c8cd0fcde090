"""Bad input is refused with the right status and a reason, and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from support import (
    Api,
    asked,
    call_body,
    decide,
    errors_of,
    events_of,
    good,
    new_workflow,
    problem,
    read_approval,
    start_turn,
)

NO_WORKFLOW = "wf_" + "0" * 26
NO_APPROVAL = "ap_" + "0" * 26 + "_1"


def post_raw(api: Api, content: bytes, **headers: str) -> httpx.Response:
    headers = {"Content-Type": "application/json", **headers}
    return api.agent.post("/v1/workflows", content=content, headers=headers)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"input":', "json.malformed"),
        (b'{"input":1,}', "json.malformed"),
        (b"{'input':1}", "json.malformed"),
        (b'{"input":NaN}', "json.malformed"),
        (b'{"input":1}{}', "json.malformed"),
        (b"\xef\xbb\xbf{}", "json.malformed"),
        (b'{"input":1,"input":2}', "json.duplicate_key"),
        (b'{"input":{"a":1,"b":{"c":1,"c":1}}}', "json.duplicate_key"),
        (b'{"input":1,"\\u0069nput":2}', "json.duplicate_key"),
        (b'{"input":"\xff"}', "json.invalid_utf8"),
        (b'{"input":"\xc0\xaf"}', "json.invalid_utf8"),
        (b'{"input":"\xed\xa0\x80"}', "json.invalid_utf8"),
        (b'{"input":' + b"[" * 64 + b"]" * 64 + b"}", "json.too_deep"),
        (b'{"input":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}", "json.too_deep"),
        (b'{"input":1e999}', "json.number_out_of_range"),
        (b'{"input":123456789012345678901234567890}', "json.number_out_of_range"),
    ],
)
def test_what_is_not_strict_json_is_400(api: Api, content: bytes, reason: str) -> None:
    problem(post_raw(api, content), 400, reason)


def test_a_lone_surrogate_is_400(api: Api) -> None:
    answer = post_raw(api, b'{"input":"\\ud800"}')
    assert answer.status_code == 400
    assert answer.json()["reason"] in ("json.invalid_utf8", "json.malformed")


@pytest.mark.parametrize("content", [b"[]", b"null", b"1", b'"x"', b"true"])
def test_a_body_that_is_no_object_is_422(api: Api, content: bytes) -> None:
    assert errors_of(post_raw(api, content)) == [("dict_type", ["body"])]


def test_a_missing_body_is_422(api: Api) -> None:
    assert errors_of(post_raw(api, b"")) == [("missing", ["body"])]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("agent", 1, "string_type"),
        ("agent", None, "string_type"),
        ("agent", "Refund Bot", "string_pattern_mismatch"),
        ("agent", "a" * 65, "string_pattern_mismatch"),
        ("name", "x" * 201, "string_too_long"),
        ("context", [], "dict_type"),
        ("metadata", "x", "dict_type"),
        ("tags", "x", "list_type"),
        ("tags", ["x"] * 33, "too_long"),
        ("tag", ["x"], "extra_forbidden"),
        ("id", "wf_x", "extra_forbidden"),
        ("__proto__", {}, "extra_forbidden"),
        ("", 1, "extra_forbidden"),
    ],
)
def test_a_field_that_does_not_fit_is_422(api: Api, field: str, value: Any, error: str) -> None:
    answer = api.agent.post("/v1/workflows", json={field: value})
    assert errors_of(answer) == [(error, ["body", field])]


def test_items_of_lists_are_named_by_place(api: Api) -> None:
    answer = api.agent.post("/v1/workflows", json={"tags": ["ok", 7, "a|b", "", "ok"]})
    assert errors_of(answer) == [
        ("string_type", ["body", "tags", 1]),
        ("string_pattern_mismatch", ["body", "tags", 2]),
        ("string_too_short", ["body", "tags", 3]),
        ("unique_items", ["body", "tags", 4]),
    ]
    assert answer.json()["errors"][1]["pointer"] == "#/tags/2"


def test_all_errors_come_at_once(api: Api) -> None:
    workflow = new_workflow(api)
    body = {"key": "", "kind": "tol", "arguments": [], "turn": 0, "idempotent": 1, "extra": 1}
    answer = api.agent.post(f"/v1/workflows/{workflow}/calls", json=body)
    assert {(t, loc[-1]) for t, loc in errors_of(answer)} == {
        ("greater_than_equal", "turn"),
        ("string_too_short", "key"),
        ("enum", "kind"),
        ("missing", "tool"),
        ("dict_type", "arguments"),
        ("bool_type", "idempotent"),
        ("extra_forbidden", "extra"),
    }


def test_thresholds_are_read_strictly(api: Api) -> None:
    for threshold, error in [
        ({"from": "finance", "aprove": 2}, ("extra_forbidden", "aprove")),
        ({"approve": 2}, ("missing", "from")),
        ({"from": "finance", "approve": 0}, ("greater_than_equal", "approve")),
        ({"from": "finance", "approve": 1.5}, ("int_type", "approve")),
    ]:
        body = {"action": "deploy", "thresholds": [threshold]}
        found = errors_of(api.agent.post("/v1/approvals", json=body))
        assert [(t, loc[-1]) for t, loc in found] == [error]


def test_a_body_over_the_limit_is_413(api: Api) -> None:
    answer = api.agent.post("/v1/workflows", json={"input": "x" * (1 << 20)})
    problem(answer, 413, "request.body_too_large")


def test_a_body_just_under_the_limit_is_taken(api: Api) -> None:
    text = "x" * ((1 << 20) - 20)
    workflow = good(api.agent.post("/v1/workflows", content=json.dumps({"input": text}),
                                   headers={"Content-Type": "application/json"}), 201)  # fmt: skip
    assert good(api.agent.get(f"/v1/workflows/{workflow['id']}"))["input"] == text


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ""],
)
def test_a_body_of_another_type_is_415(api: Api, content_type: str) -> None:
    answer = api.agent.post("/v1/workflows", content=b"{}", headers={"Content-Type": content_type})
    problem(answer, 415, "request.unsupported_media_type")


def test_a_compressed_body_is_415(api: Api) -> None:
    problem(
        post_raw(api, b"{}", **{"Content-Encoding": "gzip"}), 415, "request.unsupported_media_type"
    )


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (f"/v1/workflows/{NO_WORKFLOW}", "workflow.not_found"),
        (f"/v1/workflows/{NO_WORKFLOW}/events", "workflow.not_found"),
        (f"/v1/workflows/{NO_WORKFLOW}/events?after=5", "workflow.not_found"),
        (f"/v1/workflows/{NO_WORKFLOW}/journal", "workflow.not_found"),
        (f"/v1/workflows/{NO_WORKFLOW}/checkpoints", "workflow.not_found"),
        (f"/v1/workflows/{NO_WORKFLOW}/stream", "workflow.not_found"),
        (f"/v1/workflows/{NO_WORKFLOW}/calls/cl_{'0' * 26}_1", "call.not_found"),
        (f"/v1/approvals/{NO_APPROVAL}", "approval.not_found"),
        ("/v1/workflows/directory/events", "workflow.not_found"),
        ("/v1/workflows/..%2f..%2fetc", "request.no_such_route"),
        ("/v1/workflows/" + "x" * 2000, "workflow.not_found"),
        ("/v1/approvals/ap_1", "approval.not_found"),
        ("/v1/nothing", "request.no_such_route"),
        ("/v1/workflows/", "request.no_such_route"),
    ],
)
def test_unknown_ids_are_404(api: Api, path: str, reason: str) -> None:
    problem(api.reader.get(path), 404, reason)


def test_unknown_ids_are_404_for_writers(api: Api) -> None:
    wf, ap = f"/v1/workflows/{NO_WORKFLOW}", f"/v1/approvals/{NO_APPROVAL}"
    problem(api.agent.post(f"{wf}/turns", json={"worker": "w"}), 404, "workflow.not_found")
    problem(api.agent.post(f"{wf}/calls", json=call_body(1, 5)), 404, "workflow.not_found")
    problem(api.agent.post(f"{wf}/cancel"), 404, "workflow.not_found")
    problem(api.agent.post(f"{wf}/checkpoints", json={"name": "x"}), 404, "workflow.not_found")
    body = {"checkpoint": "cp_x", "reason": "x"}
    problem(api.agent.post(f"{wf}/rollback", json=body), 404, "workflow.not_found")
    problem(api.agent.post(f"{ap}/cancel"), 404, "approval.not_found")
    body = {"decision": "approve", "hash": "0" * 64}
    problem(api.ben.post(f"{ap}/decisions", json=body), 404, "approval.not_found")
    ask = {"action": "deploy", "workflow_id": NO_WORKFLOW}
    problem(api.agent.post("/v1/approvals", json=ask), 404, "workflow.not_found")
    problem(api.reader.get(wf), 404, "workflow.not_found")


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("limit=0", ("int_parsing", ["query", "limit"])),
        ("limit=201", ("int_parsing", ["query", "limit"])),
        ("limit=x", ("int_parsing", ["query", "limit"])),
        ("limit=", ("int_parsing", ["query", "limit"])),
        ("limit=1&limit=2", ("repeated", ["query", "limit"])),
        ("status=open", ("enum", ["query", "status"])),
        ("agent=Bad%20Name", ("string_pattern_mismatch", ["query", "agent"])),
        ("tag=a%01b", ("string_pattern_mismatch", ["query", "tag"])),
        ("stauts=ready", ("extra_forbidden", ["query", "stauts"])),
    ],
)
def test_parameters_that_do_not_fit_are_422(api: Api, query: str, error: Any) -> None:
    assert errors_of(api.reader.get(f"/v1/workflows?{query}")) == [error]


def test_malformed_queries_are_400(api: Api) -> None:
    problem(api.reader.get("/v1/workflows?tag=%zz"), 400, "request.malformed")
    problem(api.reader.get("/v1/workflows/wf_%00"), 400, "request.malformed")


def test_values_survive_the_database_unchanged(api: Api) -> None:
    value = {
        "nul": "a\u0000b",
        "line": "\u2028",
        "emoji": "😀",
        "big": 2**63 - 1,
        "least": -(2**63),
        "fraction": 0.1,
        "zero": -0.0,
        "": {"deep": [[[[None, True, False]]]]},
        "quote": "'\"\\",
    }
    workflow = new_workflow(api, input=value, context=value, metadata={"a\u0000": 1})
    read = good(api.reader.get(f"/v1/workflows/{workflow}"))
    assert read["input"] == value
    assert read["context"] == value
    assert read["metadata"] == {"a\u0000": 1}
    assert events_of(api, workflow)[0]["payload"]["input"] == value


# Decisions: after the outcome, with another H, by those who may not.


def test_a_decision_after_the_outcome_is_409_with_the_outcome(api: Api) -> None:
    approval = asked(api)
    good(decide(api, "ben", approval, "reject", reason="paid already"))
    first = problem(decide(api, "cleo", approval), 409, "approval.closed")
    again = problem(decide(api, "cleo", approval), 409, "approval.closed")
    assert first["outcome"] == again["outcome"]
    assert first["outcome"]["status"] == "rejected"
    assert first["outcome"]["by"] == "ben"
    assert first["outcome"]["reason"] == "paid already"


def test_a_decision_with_another_hash_is_409(api: Api) -> None:
    approval, other = asked(api), asked(api, 501)
    answer = decide(api, "ben", {**approval, "hash": other["hash"]})
    problem(answer, 409, "approval.hash_mismatch")
    assert read_approval(api, approval)["status"] == "pending"


def test_a_decision_without_a_hash_is_422(api: Api) -> None:
    approval = asked(api)
    path = f"/v1/approvals/{approval['id']}/decisions"
    assert errors_of(api.ben.post(path, json={"decision": "approve"})) == [
        ("missing", ["body", "hash"])
    ]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"decision": "reject"}, ("missing", "reason")),
        ({"decision": "reject", "reason": ""}, ("string_too_short", "reason")),
        ({"decision": "edit"}, ("missing", "arguments")),
        ({"decision": "answer"}, ("missing", "answer")),
        ({"decision": "approve", "arguments": {}}, ("extra_forbidden", "arguments")),
        ({"decision": "approve", "answer": 1}, ("extra_forbidden", "answer")),
        ({"decision": "maybe"}, ("enum", "decision")),
    ],
)
def test_decisions_have_their_own_fields(api: Api, fields: dict[str, Any], error: Any) -> None:
    approval = asked(api)
    body = {"hash": approval["hash"], **fields}
    answer = api.ben.post(f"/v1/approvals/{approval['id']}/decisions", json=body)
    assert [(t, loc[-1]) for t, loc in errors_of(answer)] == [error]
    assert read_approval(api, approval)["decisions"] == []


def test_the_requester_cannot_decide(api: Api) -> None:
    approval = good(api.ben.post("/v1/approvals", json={"action": "deploy"}), 201)
    problem(decide(api, "ben", approval), 403, "approval.requester_decides")
    assert read_approval(api, approval)["status"] == "pending"
    assert good(decide(api, "cleo", approval))["status"] == "approved"


def test_whom_the_agent_works_for_cannot_decide(api: Api) -> None:
    approval = asked(api, role="ada_agent")
    assert approval["on_behalf_of"] == "ada"
    problem(decide(api, "ada", approval), 403, "approval.requester_decides")
    assert good(decide(api, "ben", approval))["status"] == "approved"


def test_somebody_of_no_group_cannot_decide(api: Api) -> None:
    problem(decide(api, "dan", asked(api)), 403, "approval.not_an_approver")


@pytest.mark.parametrize("role", ["agent", "other_agent", "admin", "reader"])
def test_only_people_decide(api: Api, role: str) -> None:
    approval = asked(api)
    problem(decide(api, role, approval), 403, "auth.kind_not_allowed")
    assert read_approval(api, approval)["decisions"] == []


def test_nobody_decides_nothing(api: Api) -> None:
    approval = asked(api)
    problem(decide(api, "nobody", approval), 401, "auth.missing_key")
    path = f"/v1/approvals/{approval['id']}/decisions"
    body = {"decision": "approve", "hash": approval["hash"]}
    key = api.keys["ben"]
    for wrong in (
        key[:-1],
        key[:-1] + ("A" if key[-1] != "A" else "B"),
        key + "x",
        "fermata_live__",
        "x" * 5000,
    ):
        answer = api.nobody.post(path, json=body, headers={"X-API-Key": wrong})
        problem(answer, 401, "auth.invalid_key")
    assert read_approval(api, approval)["decisions"] == []


def test_a_foreign_persons_decision_is_404(api: Api) -> None:
    approval = asked(api)
    problem(decide(api, "foreign_person", approval), 404, "approval.not_found")


def test_turns_must_be_numbers(api: Api) -> None:
    workflow = new_workflow(api)
    start_turn(api, workflow)
    for turn in ("0", "x", "1.0", "-1", "99999999999999999999"):
        answer = api.agent.post(f"/v1/workflows/{workflow}/turns/{turn}/renew")
        problem(answer, 404, "turn.not_found")
