"""Calls: opened, allowed, held, denied, closed, replayed, in doubt (P5, P9, P17)."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from typing import Any

from support import (
    Api,
    Stopwatch,
    call_body,
    close_call,
    decide,
    errors_of,
    events_of,
    good,
    new_workflow,
    open_call,
    problem,
    start_turn,
)


def begun(api: Api) -> tuple[str, int]:
    workflow = new_workflow(api)
    return workflow, start_turn(api, workflow)


def jcs_hash(binding: dict[str, Any]) -> str:
    """RFC 8785 for what these tests bind: ASCII keys, integers and plain text."""
    text = json.dumps(binding, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def test_an_allowed_call_runs_and_is_replayed(api: Api) -> None:
    workflow, turn = begun(api)
    body = call_body(turn, 80)
    verdict = open_call(api, workflow, body)
    assert verdict["verdict"] == "run"
    assert verdict["arguments"] == {"amount": 80}
    assert verdict["edited"] is False
    assert verdict["attempt"] == 1
    assert verdict["call"]["state"] == "running"
    assert verdict["idempotency_key"] == f"{workflow}/{verdict['call']['id']}"
    closed = good(close_call(api, workflow, turn, verdict, result={"ok": True}))
    assert closed["state"] == "done"
    assert closed["result"] == {"ok": True}
    replay = open_call(api, workflow, body)
    assert replay["verdict"] == "replay"
    assert replay["call"] == closed
    assert good(api.reader.get(f"/v1/workflows/{workflow}/calls/{closed['id']}")) == closed


def test_the_hash_binds_the_whole_call(api: Api) -> None:
    """P5: H is SHA-256 over the canonical binding, the same in question, grant and report."""
    workflow, turn = begun(api)
    held = open_call(api, workflow, call_body(turn, 500, target="shop-eu"))
    approval = held["approval"]
    good(decide(api, "ben", approval))
    body = {**call_body(turn, 500, target="shop-eu"), "key": held["call"]["key"]}
    run = open_call(api, workflow, body)
    assert run["hash"] == approval["hash"] == held["call"]["hash"] == jcs_hash(run["binding"])
    assert run["binding"] == {
        "arguments": {"amount": 500},
        "definition_hash": "",
        "epoch": 0,
        "policy_hash": approval["policy_hash"],
        "target": "shop-eu",
        "tenant": "default",
        "tool": "refund",
        "workflow": workflow,
    }


def test_a_failed_call_is_replayed_as_failed(api: Api) -> None:
    workflow, turn = begun(api)
    body = call_body(turn, 80)
    error = {"type": "Timeout", "message": "no answer"}
    closed = good(close_call(api, workflow, turn, open_call(api, workflow, body), error=error))
    assert closed["state"] == "failed"
    assert closed["error"] == error
    assert open_call(api, workflow, body)["call"]["error"] == error


def test_a_denied_call_says_why(api: Api) -> None:
    workflow, turn = begun(api)
    body = call_body(turn, 1, tool="delete_customer")
    verdict = open_call(api, workflow, body)
    assert verdict["verdict"] == "deny"
    assert verdict["reason"] == "policy.denied"
    assert "nobody deletes" in verdict["message"]
    assert open_call(api, workflow, body)["verdict"] == "deny"


def test_a_rejected_call_carries_the_persons_words(api: Api) -> None:
    workflow, turn = begun(api)
    body = call_body(turn, 500)
    approval = open_call(api, workflow, body)["approval"]
    good(decide(api, "ben", approval, "reject", reason="paid out last week"))
    verdict = open_call(api, workflow, body)
    assert verdict["verdict"] == "deny"
    assert verdict["reason"] == "approval.rejected"
    assert "paid out last week" in verdict["message"]
    assert verdict["call"]["denial"]["reason"] == "approval.rejected"


def test_an_edited_call_runs_as_edited(api: Api) -> None:
    workflow, turn = begun(api)
    body = call_body(turn, 500)
    approval = open_call(api, workflow, body)["approval"]
    edited = good(decide(api, "ben", approval, "edit", arguments={"amount": 300}))
    assert edited["hash"] != approval["hash"]
    assert edited["original_arguments"] == {"amount": 500}
    if edited["status"] == "pending":
        good(decide(api, "cleo", edited))
    run = open_call(api, workflow, body)
    assert run["verdict"] == "run"
    assert run["edited"] is True
    assert run["arguments"] == {"amount": 300}
    assert run["hash"] == edited["hash"]
    problem(
        close_call(api, workflow, turn, {**run, "hash": approval["hash"]}, result=1),
        409,
        "call.hash_mismatch",
    )
    good(close_call(api, workflow, turn, run, result=1))


def test_the_same_key_means_the_same_call(api: Api) -> None:
    workflow, turn = begun(api)
    body = call_body(turn, 80)
    open_call(api, workflow, body)
    for other in (
        {**body, "arguments": {"amount": 81}},
        {**body, "tool": "lookup"},
        {**body, "request_hash": "0" * 64},
        {**body, "target": "elsewhere"},
    ):
        answer = api.agent.post(f"/v1/workflows/{workflow}/calls", json=other)
        problem(answer, 409, "call.diverged")


def test_calls_without_effects_are_recorded_at_once(api: Api) -> None:
    workflow, turn = begun(api)
    outcomes: list[tuple[str, dict[str, Any], str]] = [
        ("model", {"result": {"text": "hello"}}, "done"),
        ("value", {"result": None}, "done"),
        ("code", {"error": {"type": "NameError", "message": "x"}}, "failed"),
    ]
    for kind, outcome, state in outcomes:
        body = {"turn": turn, "key": f"rec-{kind}", "kind": kind, "tool": "any", **outcome}
        verdict = open_call(api, workflow, body)
        assert verdict["verdict"] == "replay"
        assert verdict["call"]["state"] == state
        assert open_call(api, workflow, body)["call"] == verdict["call"]
    body = {"turn": turn, "key": "x", "kind": "model", "tool": "any"}
    path = f"/v1/workflows/{workflow}/calls"
    assert errors_of(api.agent.post(path, json=body)) == [("missing", ["body", "result"])]
    body = call_body(turn, 80, result=1)
    assert errors_of(api.agent.post(path, json=body)) == [("value_error", ["body", "result"])]
    types = [e["type"] for e in events_of(api, workflow)]
    assert types.count("call.recorded") == 3


def test_the_journal_has_the_calls_in_order(api: Api) -> None:
    workflow, turn = begun(api)
    keys = [open_call(api, workflow, call_body(turn, n))["call"]["key"] for n in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = good(
            api.reader.get(
                f"/v1/workflows/{workflow}/journal",
                params={"limit": 2} | ({"cursor": cursor} if cursor else {}),
            )
        )
        seen += [call["key"] for call in page["items"]]
        cursor = page["next_cursor"]
    assert seen == keys


# Closing


def test_the_same_report_again_has_the_same_answer(api: Api) -> None:
    workflow, turn = begun(api)
    verdict = open_call(api, workflow, call_body(turn, 80))
    first = good(close_call(api, workflow, turn, verdict, result={"n": 1}))
    version = good(api.reader.get(f"/v1/workflows/{workflow}"))["version"]
    assert good(close_call(api, workflow, turn, verdict, result={"n": 1})) == first
    assert good(api.reader.get(f"/v1/workflows/{workflow}"))["version"] == version
    problem(close_call(api, workflow, turn, verdict, result={"n": 2}), 409, "call.closed")


def test_a_report_needs_the_grant(api: Api) -> None:
    """P9: only who holds the grant of this very call may report."""
    workflow, turn = begun(api)
    verdict = open_call(api, workflow, call_body(turn, 80))
    other = open_call(api, workflow, call_body(turn, 81))
    for grant in ("gr_x", other["grant"], verdict["grant"][:-2], verdict["grant"] + "x"):
        answer = close_call(api, workflow, turn, {**verdict, "grant": grant}, result=1)
        assert answer.status_code in (403, 409), answer.text
        assert answer.json()["reason"] in ("grant.invalid", "grant.not_claimed")
    good(close_call(api, workflow, turn, verdict, result=1))


def test_a_held_call_cannot_be_closed(api: Api) -> None:
    workflow, turn = begun(api)
    held = open_call(api, workflow, call_body(turn, 500))
    run = open_call(api, workflow, call_body(turn, 50))
    answer = close_call(
        api, workflow, turn, {**held, "grant": run["grant"], "hash": held["call"]["hash"]}, result=1
    )
    assert answer.status_code in (403, 409)
    problem(
        close_call(
            api, workflow, turn, {**held, "grant": "x", "hash": held["call"]["hash"]}, result=1
        ),
        403,
        "grant.invalid",
    )


def test_a_grant_is_claimed_once(api: Api) -> None:
    """P9: the same claimant gets the same answer and there is one start in the history."""
    workflow, turn = begun(api)
    body = call_body(turn, 500)
    good(decide(api, "ben", open_call(api, workflow, body)["approval"]))
    first, second = open_call(api, workflow, body), open_call(api, workflow, body)
    assert first == second
    assert first["verdict"] == "run"
    assert [e["type"] for e in events_of(api, workflow)].count("call.started") == 1


# Waiting


def test_a_repeated_opening_is_judged_anew(api: Api) -> None:
    """P9, P17: an answer that got lost is not given again once the turn has gone on to another."""
    workflow, turn = begun(api)
    path = f"/v1/workflows/{workflow}/calls"
    body = call_body(turn, 50)
    headers = {"Idempotency-Key": f"open-{time.monotonic_ns()}"}
    assert good(api.agent.post(path, json=body, headers=headers))["verdict"] == "run"
    assert good(api.agent.post(path, json=body, headers=headers))["verdict"] == "run"
    start_turn(api, workflow, worker="w2", takeover=True)
    problem(api.agent.post(path, json=body, headers=headers), 409, "turn.stale")
    good(api.agent.post(f"/v1/workflows/{workflow}/cancel"))
    problem(api.agent.post(path, json=body, headers=headers), 409, "workflow.closed")


def test_opening_can_wait_for_the_decision(api: Api) -> None:
    workflow, turn = begun(api)
    body = call_body(turn, 500)
    approval = open_call(api, workflow, body)["approval"]
    decider = threading.Timer(0.5, lambda: decide(api, "ben", approval))
    decider.start()
    watch = Stopwatch()
    verdict = open_call(api, workflow, body, wait=15)
    decider.join()
    assert verdict["verdict"] == "run"
    assert 0.4 < watch.seconds < 5


def test_a_wait_without_a_decision_ends(api: Api) -> None:
    workflow, turn = begun(api)
    watch = Stopwatch()
    assert open_call(api, workflow, call_body(turn, 500), wait=1)["verdict"] == "wait"
    assert 0.9 < watch.seconds < 5


def test_waiting_for_what_needs_nobody_does_not_wait(api: Api) -> None:
    workflow, turn = begun(api)
    watch = Stopwatch()
    assert open_call(api, workflow, call_body(turn, 80), wait=15)["verdict"] == "run"
    assert watch.seconds < 5


def test_two_people_must_agree_while_the_agent_waits(api: Api) -> None:
    workflow, turn = begun(api)
    body = call_body(turn, 5000)
    approval = open_call(api, workflow, body)["approval"]
    good(decide(api, "ben", approval))
    assert open_call(api, workflow, body)["verdict"] == "wait"
    decider = threading.Timer(0.3, lambda: decide(api, "cleo", approval))
    decider.start()
    assert open_call(api, workflow, body, wait=15)["verdict"] == "run"
    decider.join()


# P17


def test_an_idempotent_call_in_doubt_runs_again(api: Api) -> None:
    workflow, turn = begun(api)
    body = call_body(turn, 80, idempotent=True)
    first = open_call(api, workflow, body)
    turn = start_turn(api, workflow, worker="w2", takeover=True)
    second = open_call(api, workflow, {**body, "turn": turn})
    assert second["verdict"] == "run"
    assert second["attempt"] == 2
    assert second["idempotency_key"] == first["idempotency_key"]


def doubted(api: Api) -> tuple[str, dict[str, Any], dict[str, Any]]:
    workflow, turn = begun(api)
    body = call_body(turn, 80)
    open_call(api, workflow, body)
    turn = start_turn(api, workflow, worker="w2", takeover=True)
    body = {**body, "turn": turn}
    verdict = open_call(api, workflow, body)
    assert verdict["verdict"] == "wait"
    assert verdict["approval"]["kind"] == "in_doubt"
    return workflow, body, verdict["approval"]


def test_any_other_call_in_doubt_is_put_to_a_person(api: Api) -> None:
    workflow, body, approval = doubted(api)
    problem(decide(api, "ben", approval), 422, "approval.wrong_decision")
    problem(decide(api, "ben", approval, "answer", answer={"x": 1}), 422, "approval.bad_answer")
    answer = {"happened": True, "result": {"refunded": 80}}
    assert good(decide(api, "ben", approval, "answer", answer=answer))["status"] == "answered"
    verdict = open_call(api, workflow, body)
    assert verdict["verdict"] == "replay"
    assert verdict["call"]["result"] == {"refunded": 80}


def test_what_did_not_happen_runs(api: Api) -> None:
    workflow, body, approval = doubted(api)
    good(decide(api, "ben", approval, "answer", answer={"happened": False}))
    verdict = open_call(api, workflow, body)
    assert verdict["verdict"] == "run"
    assert verdict["attempt"] == 2
    good(close_call(api, workflow, body["turn"], verdict, result=1))
