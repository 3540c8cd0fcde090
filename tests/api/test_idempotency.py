"""A repeated request is one request (P7): same status, same body, done once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support import (
    Api,
    asked,
    call_body,
    errors_of,
    events_of,
    good,
    new_workflow,
    problem,
    start_turn,
)


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def same(first: httpx.Response, again: httpx.Response) -> None:
    assert again.status_code == first.status_code
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    for header in ("ETag", "Location", "Content-Type"):
        assert again.headers.get(header) == first.headers.get(header)


def test_a_repeat_is_answered_as_the_first(api: Api) -> None:
    headers = key()
    body = {"input": 1, "tags": ["x"]}
    first = api.agent.post("/v1/workflows", json=body, headers=headers)
    good(first, 201)
    same(first, api.agent.post("/v1/workflows", json=body, headers=headers))
    assert len(events_of(api, first.json()["id"])) == 1


def test_a_repeat_is_found_before_it_is_decided(api: Api) -> None:
    """It would be refused as already done otherwise."""
    workflow = new_workflow(api)
    headers = key()
    path = f"/v1/workflows/{workflow}/cancel"
    first = api.agent.post(path, json={"reason": "x"}, headers=headers)
    good(first)
    same(first, api.agent.post(path, json={"reason": "x"}, headers=headers))
    problem(api.agent.post(path, json={"reason": "x"}), 409, "workflow.closed")


def test_the_order_of_fields_does_not_matter(api: Api) -> None:
    headers = {**key(), "Content-Type": "application/json"}
    first = api.agent.post("/v1/workflows", content=b'{"name":"x","input":1}', headers=headers)
    again = api.agent.post("/v1/workflows", content=b'{ "input" : 1, "name":"x" }', headers=headers)
    same(first, again)


def test_a_key_in_quotes_is_the_same_key(api: Api) -> None:
    value = str(uuid.uuid4())
    first = api.agent.post("/v1/workflows", json={}, headers={"Idempotency-Key": value})
    again = api.agent.post("/v1/workflows", json={}, headers={"Idempotency-Key": f'"{value}"'})
    same(first, again)


def test_another_payload_under_the_same_key_is_422(api: Api) -> None:
    headers = key()
    good(api.agent.post("/v1/workflows", json={"input": 1}, headers=headers), 201)
    answer = api.agent.post("/v1/workflows", json={"input": 2}, headers=headers)
    problem(answer, 422, "request.idempotency_mismatch")


def test_another_path_is_another_request(api: Api) -> None:
    headers = key()
    one = good(api.agent.post("/v1/workflows", json={}, headers=headers), 201)["id"]
    two = new_workflow(api)
    for workflow in (one, two):
        good(api.agent.post(f"/v1/workflows/{workflow}/cancel", json={}, headers=headers))


def test_every_kind_of_change_can_be_repeated(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    path = f"/v1/workflows/{workflow}"
    for client, method, url, body in [
        (api.agent, "POST", f"{path}/turns", {"worker": "w1"}),
        (api.agent, "POST", f"{path}/checkpoints", {"name": "x", "turn": turn + 1}),
        (api.agent, "POST", "/v1/approvals", {"action": "deploy"}),
        (api.admin, "PUT", "/v1/people/nan", {"name": "Nan"}),
        (api.admin, "PUT", "/v1/groups/nans", {"members": ["nan"]}),
        (api.admin, "DELETE", "/v1/groups/nans", None),
    ]:
        headers = key()
        first = client.request(method, url, json=body, headers=headers)
        assert first.status_code in (200, 201, 204), first.text
        same(first, client.request(method, url, json=body, headers=headers))
    assert turn == 1


def test_a_refusal_is_not_remembered(api: Api) -> None:
    headers = key()
    workflow = new_workflow(api)
    path = f"/v1/workflows/{workflow}/calls"
    body = call_body(1, 5)
    problem(api.agent.post(path, json=body, headers=headers), 409, "turn.stale")
    start_turn(api, workflow)
    assert good(api.agent.post(path, json=body, headers=headers))["verdict"] == "run"


@pytest.mark.parametrize("wrong", ["", '""', "a b", "x" * 256, 'a"b'])
def test_a_key_that_is_none_is_400(api: Api, wrong: str) -> None:
    answer = api.agent.post("/v1/workflows", json={}, headers={"Idempotency-Key": wrong})
    problem(answer, 400, "request.bad_idempotency_key")


def test_what_is_invalid_is_not_remembered(api: Api) -> None:
    headers = key()
    answer = api.agent.post("/v1/workflows", json={"x": 1}, headers=headers)
    assert errors_of(answer) == [("extra_forbidden", ["body", "x"])]
    good(api.agent.post("/v1/workflows", json={}, headers=headers), 201)


def test_many_repeats_at_once_are_one(api: Api) -> None:
    headers = key()

    def create(_: int) -> str:
        answer = api.agent.post("/v1/workflows", json={"input": "once"}, headers=headers)
        return str(good(answer, 201)["id"])

    with ThreadPoolExecutor(16) as pool:
        ids = set(pool.map(create, range(32)))
    assert len(ids) == 1
    assert len(events_of(api, ids.pop())) == 1


def test_many_repeated_decisions_at_once_are_one(api: Api) -> None:
    approval = asked(api)
    headers = key()
    body = {"decision": "approve", "hash": approval["hash"]}
    path = f"/v1/approvals/{approval['id']}/decisions"
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda _: api.ben.post(path, json=body, headers=headers), range(16))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
