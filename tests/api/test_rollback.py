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
    threshold,
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
        ("refund", {"amount": 20}, "impossible")
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


def keyed(api: Api, workflow: str, turn: int, key: str, name: str = "here") -> dict[str, Any]:
    path = f"/v1/workflows/{workflow}/checkpoints"
    return good(api.agent.post(path, json={"name": name, "key": key, "turn": turn}), 201)


def test_a_checkpoint_with_a_key_is_journaled_and_tells_the_model_what_happened(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    point = keyed(api, workflow, turn, "run/t:c1")
    assert point["record"]["attempt"] == 1
    path = f"/v1/workflows/{workflow}/checkpoints"
    again = api.agent.post(path, json={"name": "here", "key": "run/t:c1", "turn": turn})
    assert good(again)["id"] == point["id"]
    body = {"name": "other", "key": "run/t:c1", "turn": turn}
    problem(api.agent.post(path, json=body), 409, "call.diverged")
    assert api.agent.post(path, json={"name": "x", "key": "k"}).status_code == 422

    roll_back(api, workflow, point["id"])
    (kept,) = good(api.reader.get(f"/v1/workflows/{workflow}/journal"))["items"]
    assert (kept["kind"], kept["key"], kept["state"]) == ("checkpoint", "run/t:c1", "done")
    assert kept["result"]["attempt"] == 2
    assert kept["result"]["reason"] == "wrong way"
    assert kept["result"]["by"] == {"kind": "person", "id": "ben"}
    assert "attempt 2" in kept["result"]["text"]
    branch = good(api.reader.get(f"/v1/workflows/{workflow}"))["branches"][-1]
    assert (branch["attempt"], branch["notice"]) == (2, None)
    turn = start_turn(api, workflow)
    body = {"name": "here", "key": "run/t:c1", "turn": turn}
    assert good(api.agent.post(path, json=body))["record"] == kept["result"]


def test_before_a_gated_call_there_is_a_checkpoint_with_a_notice(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    open_call(api, workflow, call_body(turn, 500))
    (point,) = good(api.reader.get(f"/v1/workflows/{workflow}/checkpoints"))["items"]
    assert point["name"] == "before refund"
    assert point["metadata"] == {"automatic": True}
    rolled = roll_back(api, workflow, point["id"])
    assert "before refund" in rolled["workflow"]["branches"][-1]["notice"]
    assert "wrong way" in rolled["workflow"]["branches"][-1]["notice"]


def test_an_agent_goes_back_a_few_times_and_people_go_on(api: Api) -> None:
    workflow = new_workflow(api)
    point = checkpoint(api, workflow)
    path = f"/v1/workflows/{workflow}/rollback"
    body = {"checkpoint": point["id"], "reason": "again"}
    for _ in range(3):
        good(api.agent.post(path, json=body))
    problem(api.agent.post(path, json=body), 409, "rollback.too_many_attempts")
    problem(
        api.agent.post(f"{path}/preview", json={"checkpoint": point["id"]}),
        409,
        "rollback.too_many_attempts",
    )
    assert good(api.ben.post(path, json=body))["workflow"]["branches"][-1]["attempt"] == 5


def done_call(api: Api, workflow: str, turn: int, amount: int, **fields: Any) -> dict[str, Any]:
    verdict = open_call(api, workflow, call_body(turn, amount, **fields))
    return good(close_call(api, workflow, turn, verdict, result={"refund": amount}))


def test_what_was_done_is_undone_newest_first_before_anything_else(api: Api) -> None:
    """One undo fails once, the other one is not allowed; then the agent goes on."""
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    point = keyed(api, workflow, turn, "c")
    first = done_call(api, workflow, turn, 10, undo="delete_refund_note")
    second = done_call(api, workflow, turn, 20, undo="lookup")
    third = done_call(api, workflow, turn, 30)
    rolled = roll_back(api, workflow, point["id"])
    assert [(u["call"], u["compensation"]) for u in rolled["undone"]] == [
        (third["id"], "impossible"),
        (second["id"], "pending"),
        (first["id"], "pending"),
    ]
    turn = start_turn(api, workflow)
    path = f"/v1/workflows/{workflow}/calls"
    problem(api.agent.post(path, json=call_body(turn, 1)), 409, "undo.pending")

    def undo(key: str, tool: str, of: dict[str, Any]) -> dict[str, Any]:
        arguments = {"arguments": of["arguments"], "result": of["result"]}
        body = {"turn": turn, "key": key, "kind": "tool", "tool": tool, "arguments": arguments}
        return open_call(api, workflow, body)

    def state() -> list[tuple[str, str, int]]:
        listed = good(api.reader.get(f"/v1/workflows/{workflow}"))["undo"]
        return [(u["call"], u["state"], u["attempts"]) for u in listed]

    key = f"undo/{second['id']}/1"
    assert good(api.reader.get(f"/v1/workflows/{workflow}"))["undo"][0]["key"] == key
    error = {"type": "IOError", "message": "no answer"}
    good(close_call(api, workflow, turn, undo(key, "lookup", second), error=error))
    key = f"undo/{second['id']}/2"
    good(close_call(api, workflow, turn, undo(key, "lookup", second), result="ok"))
    assert (second["id"], "done", 2) in state()
    body = call_body(turn, 1, key=f"undo/{first['id']}/1")
    problem(api.agent.post(path, json=body), 409, "undo.unexpected")
    # "delete_*" is denied by the policy: nobody need be asked.
    denied = undo(f"undo/{first['id']}/1", "delete_refund_note", first)
    assert denied["verdict"] == "deny"
    assert (first["id"], "refused", 1) in state()
    record = good(api.reader.get(f"/v1/workflows/{workflow}/journal"))["items"][0]["result"]
    assert [u["state"] for u in record["undone"]] == ["impossible", "done", "refused"]
    assert 'Undone: refund {"amount":20}.' in record["text"]
    assert "Could not be undone" in record["text"]
    assert open_call(api, workflow, call_body(turn, 1))["verdict"] == "run"


def test_an_undo_may_need_a_yes(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    point = keyed(api, workflow, turn, "c")
    done = done_call(api, workflow, turn, 10, undo="cancel_refund")
    roll_back(api, workflow, point["id"])
    turn = start_turn(api, workflow)
    body = {
        "turn": turn,
        "key": f"undo/{done['id']}/1",
        "kind": "tool",
        "tool": "cancel_refund",
        "arguments": {"arguments": done["arguments"], "result": done["result"]},
    }
    held = open_call(api, workflow, body)
    assert held["verdict"] == "wait"
    assert "wrong way" in held["approval"]["why"]
    assert good(api.reader.get(f"/v1/workflows/{workflow}"))["undo"][0]["state"] == "waiting"
    good(decide(api, "ben", held["approval"]))
    good(close_call(api, workflow, turn, open_call(api, workflow, body), result="undone"))
    assert good(api.reader.get(f"/v1/workflows/{workflow}"))["undo"][0]["state"] == "done"


def test_an_undo_goes_on_after_another_rollback_and_both_are_told(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    point = keyed(api, workflow, turn, "c")
    done = done_call(api, workflow, turn, 10, undo="cancel_refund")
    arguments = {"arguments": done["arguments"], "result": done["result"]}
    roll_back(api, workflow, point["id"])

    def asked_anew(attempt: int) -> tuple[dict[str, Any], dict[str, Any]]:
        body = call_body(start_turn(api, workflow), 0, key=f"undo/{done['id']}/{attempt}")
        body |= {"tool": "cancel_refund", "arguments": arguments}
        return body, open_call(api, workflow, body)

    asked_anew(1)
    path = f"/v1/workflows/{workflow}/rollback"
    preview = good(api.ben.post(f"{path}/preview", json={"checkpoint": point["id"]}))
    assert [(u["call"], u["state"]) for u in preview["outstanding"]] == [(done["id"], "waiting")]
    again = roll_back(api, workflow, point["id"])
    assert [(u["call"], u["compensation"]) for u in again["undone"]] == [(done["id"], "pending")]
    body, held = asked_anew(2)
    good(decide(api, "ben", held["approval"], "reject", reason="it stays"))
    assert open_call(api, workflow, body)["verdict"] == "deny"
    record = good(api.reader.get(f"/v1/workflows/{workflow}/journal"))["items"][0]["result"]
    assert [(u["call"], u["state"]) for u in record["undone"]] == [(done["id"], "refused")]
    assert "Nothing had to be undone" not in record["text"]


def test_the_preview_says_what_the_rollback_then_does(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    kept_body = call_body(turn, 400)
    kept = open_call(api, workflow, kept_body)["approval"]
    good(decide(api, "ben", kept))
    granted = open_call(api, workflow, kept_body)
    good(close_call(api, workflow, turn, granted, result="paid"))
    point = checkpoint(api, workflow)
    void = open_call(api, workflow, call_body(turn, 500))["approval"]
    good(decide(api, "ben", void))
    pending = open_call(api, workflow, call_body(turn, 5000))["approval"]
    effect = done_call(api, workflow, turn, 20, undo="cancel_refund")
    before = events_of(api, workflow)

    path = f"/v1/workflows/{workflow}/rollback"
    preview = good(api.cleo.post(f"{path}/preview", json={"checkpoint": point["id"]}))
    assert events_of(api, workflow) == before, "looking changes nothing"
    assert [d["approval"] for d in preview["decisions_kept"]] == [kept["id"]]
    assert [d["approval"] for d in preview["decisions_void"]] == [void["id"]]
    assert preview["decisions_void"][0]["decisions"][0]["person"] == "ben"
    assert preview["cancelled"] == [pending["id"]]
    assert [(a["approval"], a["of"]) for a in preview["asked_again"]] == [
        (void["id"], [threshold("finance", 1, 1)]),
        (pending["id"], [threshold("finance", 2, 1)]),
    ]
    assert [(e["call"], e["undo_tool"]) for e in preview["effects"]] == [
        (effect["id"], "cancel_refund")
    ]
    assert (preview["attempt"], preview["version"]) == (2, before[-1]["version"])

    body = {"checkpoint": point["id"], "reason": "x", "if_version": preview["version"] - 1}
    problem(api.cleo.post(path, json=body), 412, "workflow.changed")
    rolled = good(api.cleo.post(path, json={**body, "if_version": preview["version"]}))
    assert rolled["cancelled"] == preview["cancelled"]
    assert [u["call"] for u in rolled["undone"]] == [effect["id"]]
    assert read_approval(api, kept)["status"] == "approved", "nothing is un-decided"
    assert read_approval(api, void)["status"] == "approved", "but it permits nothing any more"
    problem(api.reader.post(f"{path}/preview", json=body), 403, "auth.kind_not_allowed")
    foreign = api.foreign_person.post(f"{path}/preview", json={"checkpoint": point["id"]})
    problem(foreign, 404, "workflow.not_found")


def test_to_request_approval_is_to_ask_and_to_be_told_the_outcome(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    body = {
        "turn": turn,
        "key": "run/t:1",
        "kind": "tool",
        "tool": "request_approval",
        "arguments": {
            "action": "refund",
            "arguments": {"amount": 5000},
            "why": "the parcel is lost",
            "otherwise": "the customer waits",
        },
    }
    held = open_call(api, workflow, body)
    assert held["verdict"] == "wait"
    approval = held["approval"]
    assert approval["thresholds"] == [threshold("finance", 2, 1)]
    assert (approval["why"], approval["otherwise"]) == ("the parcel is lost", "the customer waits")
    good(decide(api, "ben", approval, reason="seen"))
    assert open_call(api, workflow, body)["verdict"] == "wait"
    good(decide(api, "cleo", approval))
    told = open_call(api, workflow, body)
    assert told["verdict"] == "replay"
    assert told["call"]["result"]["outcome"] == "approved"
    text = told["call"]["result"]["text"]
    assert text.startswith("Approved by cleo. You may go on with refund, once, with exactly")
    choices = [
        {"name": "half", "means": "approve", "text": "Pay half now, half in May."},
        {"name": "never", "means": "reject"},
    ]
    offering = {**body, "key": "k4", "arguments": {"action": "lookup", "outcomes": choices}}
    offered = open_call(api, workflow, offering)["approval"]
    assert offered["outcomes"] == [choices[0], {**choices[1], "text": ""}]
    assert good(decide(api, "ben", offered, outcome="half"))["status"] == "approved"
    chosen = open_call(api, workflow, offering)["call"]["result"]
    assert chosen["name"] == "half"
    assert "Pay half now, half in May." in chosen["text"]
    for wrong in ({"deadline": 5}, {"outcomes": [{"name": "x", "means": "edit"}]}):
        asked = {**body, "key": f"k{wrong}", "arguments": {"action": "lookup", **wrong}}
        refused = open_call(api, workflow, asked)
        assert refused["verdict"] == "deny"
        assert "cannot be asked like this" in refused["call"]["denial"]["message"]
    lookup = {**body, "key": "k2", "arguments": {"action": "lookup"}}
    assert open_call(api, workflow, lookup)["verdict"] == "wait", "it always asks"
    denied = {**body, "key": "k3", "arguments": {"action": "delete_all"}}
    assert open_call(api, workflow, denied)["verdict"] == "deny"
