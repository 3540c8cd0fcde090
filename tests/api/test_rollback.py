"""Checkpoints and rollback (P13): nothing is erased, nothing decided comes back."""

from __future__ import annotations

from typing import Any

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
    read_approval,
    start_turn,
)


def checkpoint(api: Api, workflow: str, name: str = "here", **fields: Any) -> dict[str, Any]:
    path = f"/v1/workflows/{workflow}/checkpoints"
    return good(api.ben.post(path, json={"name": name, **fields}), 201)


def roll_back(api: Api, workflow: str, to: str) -> dict[str, Any]:
    body = {"checkpoint": to, "reason": "wrong way"}
    return good(api.ben.post(f"/v1/workflows/{workflow}/rollback", json=body))


def test_a_checkpoint_keeps_what_it_was_given(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    path = f"/v1/workflows/{workflow}/checkpoints"
    body = {
        "name": "before",
        "turn": turn,
        "snapshot": {"step": 1},
        "recovery": None,
        "metadata": {"a": 1},
    }
    answer = api.agent.post(path, json=body)
    made = good(answer, 201)
    assert made["snapshot"] == {"step": 1}
    assert made["metadata"] == {"a": 1}
    assert made["live"] is True
    assert good(api.reader.get(answer.headers["Location"])) == made
    assert good(api.reader.get(path))["items"] == [made]
    missing = made["id"][:-1] + "9"
    problem(api.reader.get(f"{path}/{missing}"), 404, "checkpoint.not_found")


def test_checkpoints_come_in_pages(api: Api) -> None:
    workflow = new_workflow(api)
    for n in range(5):
        checkpoint(api, workflow, f"c{n}")
    names, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = good(api.reader.get(f"/v1/workflows/{workflow}/checkpoints", params=params))
        names += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert names == ["c0", "c1", "c2", "c3", "c4"]


def test_rolling_back_starts_a_branch_and_lists_what_remains(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    kept = call_body(turn, 10)
    good(close_call(api, workflow, turn, open_call(api, workflow, kept), result="kept"))
    point = checkpoint(api, workflow)
    done = call_body(turn, 20)
    good(close_call(api, workflow, turn, open_call(api, workflow, done), result="done"))
    held = open_call(api, workflow, call_body(turn, 500))
    before = events_of(api, workflow)

    rolled = roll_back(api, workflow, point["id"])
    assert rolled["cancelled"] == [held["approval"]["id"]]
    assert [(u["tool"], u["arguments"], u["compensation"]) for u in rolled["undone"]] == [
        ("refund", {"amount": 20}, "none")
    ]
    assert rolled["workflow"]["epoch"] == 1
    assert rolled["workflow"]["turn"] is None
    assert [b["epoch"] for b in rolled["workflow"]["branches"]] == [0, 1]

    after = events_of(api, workflow)
    assert after[: len(before)] == before
    assert read_approval(api, held["approval"])["status"] == "cancelled"
    problem(decide(api, "ben", held["approval"]), 409, "approval.closed")
    problem(
        api.agent.post(f"/v1/workflows/{workflow}/calls", json=call_body(turn, 5)),
        409,
        "turn.stale",
    )
    turn = start_turn(api, workflow)
    assert open_call(api, workflow, {**kept, "turn": turn})["verdict"] == "replay"
    assert open_call(api, workflow, {**done, "turn": turn})["verdict"] == "run"


def test_a_decision_is_not_resurrected(api: Api) -> None:
    """What was approved after the checkpoint must be asked again, with another H."""
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    point = checkpoint(api, workflow)
    body = call_body(turn, 500)
    first = open_call(api, workflow, body)["approval"]
    good(decide(api, "ben", first))
    roll_back(api, workflow, point["id"])
    turn = start_turn(api, workflow)
    again = open_call(api, workflow, {**body, "turn": turn})
    assert again["verdict"] == "wait"
    assert again["approval"]["id"] != first["id"]
    assert again["approval"]["hash"] != first["hash"]


def test_an_old_grant_is_worthless(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    point = checkpoint(api, workflow)
    verdict = open_call(api, workflow, call_body(turn, 50))
    rolled = roll_back(api, workflow, point["id"])
    assert [u["call"] for u in rolled["undone"]] == [verdict["call"]["id"]]
    problem(close_call(api, workflow, turn, verdict, result=1), 409, "stale_epoch")


def test_rolling_back_goes_to_the_present_branch_only(api: Api) -> None:
    workflow = new_workflow(api)
    first = checkpoint(api, workflow, "first")
    second = checkpoint(api, workflow, "second")
    roll_back(api, workflow, first["id"])
    body = {"checkpoint": second["id"], "reason": "x"}
    path = f"/v1/workflows/{workflow}/rollback"
    problem(api.ben.post(path, json=body), 409, "checkpoint.abandoned")
    problem(api.ben.post(path, json={**body, "checkpoint": "cp_x"}), 404, "checkpoint.not_found")
    assert roll_back(api, workflow, first["id"])["workflow"]["epoch"] == 2


def test_another_workflows_checkpoint_is_not_found(api: Api) -> None:
    point = checkpoint(api, new_workflow(api))
    body = {"checkpoint": point["id"], "reason": "x"}
    answer = api.ben.post(f"/v1/workflows/{new_workflow(api)}/rollback", json=body)
    problem(answer, 404, "checkpoint.not_found")
