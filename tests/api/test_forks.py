"""Forks: what would have come of another input or decision, with nothing done for real."""

from __future__ import annotations

from typing import Any

import pytest
from support import (
    Api,
    call_body,
    close_call,
    decide,
    events_of,
    good,
    new_workflow,
    open_call,
    problem,
    start_turn,
)


class Source:
    """A workflow that paid 10 by itself and 500 with ben's yes, and has ended."""

    def __init__(self, api: Api) -> None:
        self.id = new_workflow(api, input={"ticket": "T-1"}, tags=["forkable"])
        turn = start_turn(api, self.id)
        self.small = call_body(turn, 10)
        self.large = call_body(turn, 500)
        good(close_call(api, self.id, turn, open_call(api, self.id, self.small), result="small"))
        self.approval = open_call(api, self.id, self.large)["approval"]
        good(decide(api, "ben", self.approval))
        good(close_call(api, self.id, turn, open_call(api, self.id, self.large), result="large"))
        (self.point,) = good(api.reader.get(f"/v1/workflows/{self.id}/checkpoints"))["items"]
        body = {"turn": turn, "result": "both paid"}
        good(api.agent.post(f"/v1/workflows/{self.id}/complete", json=body))


@pytest.fixture
def source(api: Api) -> Source:
    return Source(api)


def fork(api: Api, source: Source, role: str = "ben", **body: Any) -> dict[str, Any]:
    client = getattr(api, role)
    return good(client.post(f"/v1/workflows/{source.id}/forks", json=body), 201)


def again(body: dict[str, Any], turn: int) -> dict[str, Any]:
    return {**body, "turn": turn}


def test_a_fork_of_an_ended_workflow_begins_where_it_is_told(api: Api, source: Source) -> None:
    made = fork(api, source, checkpoint=source.point["id"], name="what if")
    assert made["id"] != source.id
    assert made["status"] == "ready"
    assert made["effects"] == "recorded"
    assert made["forked_from"]["workflow"] == source.id
    assert made["forked_from"]["checkpoint"] == source.point["id"]
    assert made["input"] == {"ticket": "T-1"}
    assert made["tags"] == ["forkable"]
    (call,) = good(api.reader.get(f"/v1/workflows/{made['id']}/journal"))["items"]
    assert call["key"] == source.small["key"]
    assert call["result"] == "small"
    assert call["imported_from"]


def test_nothing_is_done_and_nobody_is_asked_before_effects_are_allowed(
    api: Api, source: Source
) -> None:
    made = fork(api, source, checkpoint=source.point["id"])
    turn = start_turn(api, made["id"])
    recorded = open_call(api, made["id"], again(source.large, turn))
    assert recorded["verdict"] == "replay"
    assert recorded["call"]["result"] == "large"
    new = open_call(api, made["id"], call_body(turn, 20))
    assert new["verdict"] == "deny"
    assert new["reason"] == "fork.dry_run"
    assert "dry run" in new["message"]
    asking = open_call(api, made["id"], call_body(turn, 600))
    assert asking["verdict"] == "deny"
    assert not any(e["type"].startswith("approval.") for e in events_of(api, made["id"]))
    request = {"workflow_id": made["id"], "action": "refund", "arguments": {"amount": 500}}
    problem(api.agent.post("/v1/approvals", json=request), 409, "fork.dry_run")

    path = f"/v1/workflows/{made['id']}/effects/allow"
    problem(api.agent.post(path), 403, "auth.kind_not_allowed")
    assert good(api.ben.post(path, json={"reason": "looks right"}))["effects"] == "live"
    assert good(api.ben.post(path))["effects"] == "live"
    assert open_call(api, made["id"], call_body(turn, 20))["verdict"] == "run"
    assert open_call(api, made["id"], call_body(turn, 600))["verdict"] == "wait"


def test_as_if_rejected(api: Api, source: Source) -> None:
    decision = {"approval": source.approval["id"], "decision": "reject", "reason": "too much"}
    made = fork(api, source, decision=decision)
    turn = start_turn(api, made["id"])
    verdict = open_call(api, made["id"], again(source.large, turn))
    assert verdict["verdict"] == "deny"
    assert verdict["message"] == 'Rejected by ben: "too much". refund was not performed.'
    compared = good(
        api.reader.get(f"/v1/workflows/{source.id}/compare", params={"with": made["id"]})
    )
    assert compared["common"] == 1
    assert compared["rows"] == 2
    assert compared["left"]["result"] == "both paid"
    assert compared["right"]["status"] == "running"
    assert [row["same"] for row in compared["items"]] == [True, False]
    assert compared["items"][1]["left"]["state"] == "done"
    assert compared["items"][1]["right"]["state"] == "denied"


def test_comparisons_come_in_pages(api: Api, source: Source) -> None:
    made = fork(api, source)
    keys: list[str] = []
    params = {"with": made["id"], "limit": "1"}
    while True:
        page = good(api.reader.get(f"/v1/workflows/{source.id}/compare", params=params))
        keys += [row["key"] for row in page["items"]]
        if not page["has_more"]:
            break
        params["cursor"] = page["next_cursor"]
    assert keys == [source.small["key"], source.large["key"]]


def test_another_input(api: Api, source: Source) -> None:
    anew = fork(api, source, input={"ticket": "T-9"})
    assert anew["input"] == {"ticket": "T-9"}
    assert anew["calls"]["total"] == 0
    later = fork(api, source, input={"ticket": "T-9"}, checkpoint=source.point["id"])
    assert later["input"] == {"ticket": "T-1"}
    assert '{"ticket":"T-9"}' in later["branches"][-1]["notice"]


def test_a_repeated_wish_is_one_fork(api: Api, source: Source) -> None:
    headers = {"Idempotency-Key": f"fork-{source.id}"}
    path = f"/v1/workflows/{source.id}/forks"
    first = api.ben.post(path, json={}, headers=headers)
    second = api.ben.post(path, json={}, headers=headers)
    assert good(first, 201)["id"] == good(second, 201)["id"]


def test_an_agent_forks_its_own_workflows_only(api: Api, source: Source) -> None:
    path = f"/v1/workflows/{source.id}/forks"
    problem(api.other_agent.post(path, json={}), 403, "workflow.not_yours")
    problem(api.foreign_person.post(path, json={}), 404, "workflow.not_found")
    problem(api.reader.post(path, json={}), 403, "auth.kind_not_allowed")
    fork(api, source, role="agent")


def test_wishes_that_make_no_sense(api: Api, source: Source) -> None:
    path = f"/v1/workflows/{source.id}/forks"
    decision = {"approval": source.approval["id"], "decision": "reject", "reason": "no"}
    refused = {
        "fork.two_places": {"checkpoint": source.point["id"], "decision": decision},
        "fork.result_required": {"decision": {**decision, "decision": "approve"}},
        "approval.reason_required": {"decision": {**decision, "reason": " "}},
    }
    for reason, body in refused.items():
        problem(api.ben.post(path, json=body), 422, reason)
    problem(api.ben.post(path, json={"checkpoint": "cp_x_1"}), 404, "checkpoint.not_found")
    wrong = {"decision": {**decision, "approval": "ap_x_1"}}
    problem(api.ben.post(path, json=wrong), 404, "approval.not_found")
    edit = {"decision": {**decision, "decision": "edit"}}
    problem(api.ben.post(path, json=edit), 422, "request.invalid")
    problem(api.ben.post(path, json={"checkpiont": "x"}), 422, "request.invalid")
    not_a_fork = new_workflow(api)
    allow = f"/v1/workflows/{not_a_fork}/effects/allow"
    problem(api.ben.post(allow), 409, "fork.not_a_fork")
    missing = {"with": "wf_0000000000000000000000000x"}
    problem(
        api.ben.get(f"/v1/workflows/{source.id}/compare", params=missing),
        404,
        "workflow.not_found",
    )
    problem(api.ben.get(f"/v1/workflows/{source.id}/compare"), 422, "request.invalid")


def test_a_workflow_of_many_bytes_is_not_forked(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    for n in range(20):
        body = {"turn": turn, "key": f"v{n}", "kind": "value", "tool": "v", "result": "x" * 900_000}
        good(api.agent.post(f"/v1/workflows/{workflow}/calls", json=body))
    refused = api.agent.post(f"/v1/workflows/{workflow}/forks", json={})
    assert "limits.fork_bytes" in problem(refused, 409, "fork.too_large")["detail"]
