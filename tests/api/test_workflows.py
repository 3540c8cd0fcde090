"""Workflows: made, read, waited for, listed, ended; turns and their fencing (P16)."""

from __future__ import annotations

import hashlib
import itertools
import threading

from support import (
    Api,
    Stopwatch,
    call_body,
    events_of,
    good,
    new_workflow,
    open_call,
    problem,
    start_turn,
)


def test_a_new_workflow_is_what_was_asked_for(api: Api) -> None:
    body = {"name": "Ticket 7", "input": {"ticket": 7}, "context": {"shop": "eu"},
            "metadata": {"team": "a"}, "tags": ["refunds", "eu west"]}  # fmt: skip
    answer = api.agent.post("/v1/workflows", json=body)
    made = good(answer, 201)
    assert answer.headers["Location"] == f"/v1/workflows/{made['id']}"
    assert answer.headers["ETag"] == '"v1"'
    assert {k: made[k] for k in body} == body
    assert made["status"] == "ready"
    assert made["version"] == 1
    assert made["epoch"] == 0
    assert made["agent"] == "refund-bot"
    assert made["turn"] is None
    assert made["calls"] == {"total": 0, "open": 0, "done": 0}
    assert good(api.reader.get(answer.headers["Location"])) == made


def test_status_follows_what_happens(api: Api) -> None:
    workflow = new_workflow(api)

    def status() -> str:
        return str(good(api.reader.get(f"/v1/workflows/{workflow}"))["status"])

    turn = start_turn(api, workflow)
    assert status() == "running"
    open_call(api, workflow, call_body(turn, 500))
    good(api.agent.post(f"/v1/workflows/{workflow}/turns/{turn}/end"))
    assert status() == "waiting"
    turn = start_turn(api, workflow)
    done = good(
        api.agent.post(f"/v1/workflows/{workflow}/complete", json={"turn": turn, "result": [1]})
    )
    assert done["status"] == "completed" == status()
    assert done["result"] == [1]
    assert done["pending_approvals"] == []
    assert done["turn"] is None


def test_a_failed_workflow_keeps_its_error(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    error = {"type": "ValueError", "message": "no such order"}
    body = {"turn": turn, "error": error}
    failed = good(api.agent.post(f"/v1/workflows/{workflow}/fail", json=body))
    assert failed["status"] == "failed"
    assert failed["error"] == error


def test_cancelling_cancels_what_is_pending(api: Api) -> None:
    workflow = new_workflow(api)
    approval = open_call(api, workflow, call_body(start_turn(api, workflow), 500))["approval"]
    cancelled = good(api.ben.post(f"/v1/workflows/{workflow}/cancel", json={"reason": "mistake"}))
    assert cancelled["status"] == "cancelled"
    assert good(api.reader.get(f"/v1/approvals/{approval['id']}"))["status"] == "cancelled"
    problem(api.agent.post(f"/v1/workflows/{workflow}/cancel"), 409, "workflow.closed")


def test_an_ended_workflow_takes_nothing_more(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    good(api.agent.post(f"/v1/workflows/{workflow}/complete", json={"turn": turn}))
    path = f"/v1/workflows/{workflow}"
    for url, body in [
        ("/turns", {"worker": "w"}),
        ("/calls", call_body(turn, 5)),
        ("/complete", {"turn": turn}),
        ("/checkpoints", {"name": "x"}),
    ]:
        problem(api.agent.post(path + url, json=body), 409, "workflow.closed")
    ask = {"action": "deploy", "workflow_id": workflow}
    problem(api.agent.post("/v1/approvals", json=ask), 409, "workflow.closed")


# Reading again


def test_an_unchanged_workflow_is_304(api: Api) -> None:
    workflow = new_workflow(api)
    path = f"/v1/workflows/{workflow}"
    etag = api.reader.get(path).headers["ETag"]
    assert etag == '"v1"'
    for match in (etag, f"W/{etag}", f'"v0", {etag}', "*"):
        answer = api.reader.get(path, headers={"If-None-Match": match})
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["ETag"] == etag
    start_turn(api, workflow)
    assert api.reader.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_waiting_for_a_change(api: Api) -> None:
    workflow = new_workflow(api)
    watch = Stopwatch()
    starter = threading.Timer(0.5, lambda: start_turn(api, workflow))
    starter.start()
    answer = api.reader.get(f"/v1/workflows/{workflow}?after=1", headers={"Prefer": "wait=15"})
    starter.join()
    assert good(answer)["status"] == "running"
    assert 0.4 < watch.seconds < 5


def test_waiting_by_etag(api: Api) -> None:
    workflow = new_workflow(api)
    headers = {"Prefer": "wait=1", "If-None-Match": '"v1"'}
    watch = Stopwatch()
    assert api.reader.get(f"/v1/workflows/{workflow}", headers=headers).status_code == 304
    assert watch.seconds > 0.9


def test_waiting_for_what_has_happened_does_not_wait(api: Api) -> None:
    workflow = new_workflow(api)
    start_turn(api, workflow)
    watch = Stopwatch()
    for query in ("?after=1", "?after=0", ""):
        good(api.reader.get(f"/v1/workflows/{workflow}{query}", headers={"Prefer": "wait=15"}))
    assert watch.seconds < 5


def test_a_wait_ends_when_its_time_is_up(api: Api) -> None:
    workflow = new_workflow(api)
    watch = Stopwatch()
    answer = api.reader.get(f"/v1/workflows/{workflow}?after=1", headers={"Prefer": "wait=1"})
    assert good(answer)["version"] == 1
    assert 0.9 < watch.seconds < 5


# Turns


def test_one_worker_at_a_time(api: Api) -> None:
    workflow = new_workflow(api)
    first = start_turn(api, workflow, worker="w1")
    body = problem(
        api.agent.post(f"/v1/workflows/{workflow}/turns", json={"worker": "w2"}), 409, "turn.held"
    )
    assert body["holder"]["worker"] == "w1"
    assert body["holder"]["lease_until"].endswith("Z")
    again = start_turn(api, workflow, worker="w1")
    taken = start_turn(api, workflow, worker="w2", takeover=True)
    assert first < again < taken


def test_an_older_turn_writes_nothing(api: Api) -> None:
    workflow = new_workflow(api)
    old = start_turn(api, workflow)
    verdict = open_call(api, workflow, call_body(old, 50))
    new = start_turn(api, workflow, worker="w2", takeover=True)
    before = good(api.reader.get(f"/v1/workflows/{workflow}"))["version"]
    path = f"/v1/workflows/{workflow}"
    close = {"turn": old, "grant": verdict["grant"], "hash": verdict["hash"], "result": 1}
    for url, body in [
        ("/calls", call_body(old, 5)),
        (f"/calls/{verdict['call']['id']}/close", close),
        ("/complete", {"turn": old}),
        ("/checkpoints", {"name": "x", "turn": old}),
        (f"/turns/{old}/renew", {}),
        (f"/turns/{old}/end", {}),
    ]:
        problem(api.agent.post(path + url, json=body), 409, "turn.stale")
    assert good(api.reader.get(path))["version"] == before
    good(api.agent.post(f"{path}/turns/{new}/renew"))


def test_a_lease_that_ran_out_is_free(api: Api) -> None:
    workflow = new_workflow(api)
    start_turn(api, workflow, worker="w1", lease_s=1)
    watch = Stopwatch()
    answer = api.agent.post(f"/v1/workflows/{workflow}/turns", json={"worker": "w2"})
    while answer.status_code == 409 and watch.seconds < 10:
        answer = api.agent.post(f"/v1/workflows/{workflow}/turns", json={"worker": "w2"})
    good(answer, 201)
    assert watch.seconds > 0.8


def test_renewing_extends_the_lease(api: Api) -> None:
    workflow = new_workflow(api)
    made = good(
        api.agent.post(f"/v1/workflows/{workflow}/turns", json={"worker": "w", "lease_s": 60}), 201
    )
    renewed = good(api.agent.post(f"/v1/workflows/{workflow}/turns/{made['turn']}/renew"))
    assert renewed["turn"] == made["turn"]
    assert renewed["lease_until"] >= made["lease_until"]


# History


def test_every_change_is_one_event(api: Api) -> None:
    """P10, P11: versions without a gap, each event with the hash of the one before."""
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    open_call(api, workflow, call_body(turn, 500))
    headers = {"X-Request-Id": "trace-me", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    good(api.agent.post(f"/v1/workflows/{workflow}/complete", json={"turn": turn}, headers=headers))
    events = events_of(api, workflow)
    assert [e["version"] for e in events] == list(range(1, len(events) + 1))
    assert [e["type"] for e in events][:5] == [
        "workflow.created", "turn.started", "checkpoint.created", "call.opened",
        "approval.requested",
    ]  # fmt: skip
    assert events[-1]["type"] == "workflow.completed"
    genesis = f"fermata-stream-1\ndefault\n{workflow}"
    assert events[0]["prev_hash"] == hashlib.sha256(genesis.encode()).hexdigest()
    for before, after in itertools.pairwise(events):
        assert after["prev_hash"] == before["hash"]
    last = events[-1]
    assert last["request_id"] == "trace-me"
    assert last["trace_id"] == "a" * 32
    assert last["actor"] == {"kind": "agent", "id": "refund-bot"}
    assert last["door"] == "rest"
    assert last["from_status"] == "running"
    assert last["to_status"] == "completed"
    assert good(api.reader.get(f"/v1/workflows/{workflow}"))["version"] == len(events)


def test_events_come_in_pages(api: Api) -> None:
    workflow = new_workflow(api)
    for n in range(5):
        good(api.agent.post(f"/v1/workflows/{workflow}/checkpoints", json={"name": f"c{n}"}), 201)
    seen, after = [], "0"
    while after is not None:
        page = good(api.reader.get(f"/v1/workflows/{workflow}/events?limit=2&after={after}"))
        assert page["has_more"] == (page["next_cursor"] is not None)
        seen += [e["version"] for e in page["items"]]
        after = page["next_cursor"]
    assert seen == [1, 2, 3, 4, 5, 6]
    assert good(api.reader.get(f"/v1/workflows/{workflow}/events?after=99"))["items"] == []
