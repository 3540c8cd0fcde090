"""What programs of other frameworks ask in their own shape, and get back in it."""

from __future__ import annotations

import itertools
import subprocess
import threading
from typing import Any

import httpx
import pytest
from local_server import Server
from serving import binary, start
from support import (
    Api,
    Stopwatch,
    decide,
    events_of,
    good,
    new_workflow,
    problem,
    read_approval,
    start_turn,
)

numbers = itertools.count(1)
ALL = {"allow_ignore": True, "allow_respond": True, "allow_edit": True, "allow_accept": True}


def interrupt(amount: int = 500, action: str = "refund", **config: bool) -> dict[str, Any]:
    return {
        "action_request": {"action": action, "args": {"amount": amount}},
        "config": config or ALL,
        "description": "The customer asked.",
    }


def langchain(*amounts: int, allowed: tuple[str, ...] = ("approve", "edit", "reject")) -> Any:
    return {
        "action_requests": [{"name": "refund", "args": {"amount": one}} for one in amounts],
        "review_configs": [{"action_name": "refund", "allowed_decisions": list(allowed)}],
    }


def function_call(amount: int = 500) -> dict[str, Any]:
    spec = {"fn": "refund", "kwargs": {"amount": amount}}
    return {"run_id": "r", "call_id": "c", "spec": spec, "status": {"approved": None}}


def ask(api: Api, asked: Any, key: str = "", role: str = "agent", **fields: Any) -> dict[str, Any]:
    headers = {"Idempotency-Key": key or f"in-{next(numbers)}"}
    body = {"asked": asked, **fields}
    return good(getattr(api, role).post("/v1/inbound", json=body, headers=headers), 201)


def read(api: Api, inbound: dict[str, Any], wait: int = 0, role: str = "agent") -> dict[str, Any]:
    headers = {"Prefer": f"wait={wait}"} if wait else {}
    return good(getattr(api, role).get(f"/v1/inbound/{inbound['id']}", headers=headers))


def request_of(api: Api, inbound: dict[str, Any], which: int = 0) -> dict[str, Any]:
    return read_approval(api, {"id": inbound["questions"][which]["approval_id"]})


def answered(api: Api, asked: Any, decision: str = "approve", **fields: Any) -> Any:
    """What comes back when ben decides so."""
    inbound = ask(api, asked)
    assert (inbound["state"], inbound["answer"]) == ("pending", None)
    good(decide(api, "ben", request_of(api, inbound), decision, **fields))
    now = read(api, inbound)
    assert now["state"] == "answered"
    return now["answer"]


def test_an_agent_inbox_gets_its_responses(api: Api) -> None:
    accepted = {"type": "accept", "args": {"action": "refund", "args": {"amount": 500}}}
    assert answered(api, interrupt()) == [accepted]
    assert answered(api, [interrupt()]) == [accepted]
    edited = {"type": "edit", "args": {"action": "refund", "args": {"amount": 400}}}
    assert answered(api, interrupt(), "edit", arguments={"amount": 400}) == [edited]
    refused = [{"type": "response", "args": "no ticket"}]
    assert answered(api, interrupt(), "reject", reason="no ticket") == refused
    assert answered(api, interrupt(), "ignore") == [{"type": "ignore", "args": None}]


def test_an_agent_inbox_that_wants_words_gets_words(api: Api) -> None:
    asked = interrupt(allow_respond=True)
    words = answered(api, asked, "answer", answer={"response": "blue"})
    assert words == [{"type": "response", "args": "blue"}]


def test_langchain_gets_its_decisions(api: Api) -> None:
    assert answered(api, langchain(500)) == {"decisions": [{"type": "approve"}]}
    edited = {"type": "edit", "edited_action": {"name": "refund", "args": {"amount": 400}}}
    assert answered(api, langchain(500), "edit", arguments={"amount": 400}) == {
        "decisions": [edited]
    }
    refused = {"type": "reject", "message": "no ticket"}
    assert answered(api, langchain(500), "reject", reason="no ticket") == {"decisions": [refused]}


def test_langchain_of_javascript_is_answered_in_its_spelling(api: Api) -> None:
    asked = {
        "actionRequests": [{"name": "refund", "args": {"amount": 500}}],
        "reviewConfigs": [{"actionName": "refund", "allowedDecisions": ["edit"]}],
    }
    edited = {"type": "edit", "editedAction": {"name": "refund", "args": {"amount": 400}}}
    assert answered(api, asked, "edit", arguments={"amount": 400}) == {"decisions": [edited]}


def test_humanlayer_gets_its_function_call_with_a_status(api: Api) -> None:
    answer = answered(api, function_call())
    assert answer["call_id"] == "c"
    assert answer["status"]["approved"] is True
    refused = answered(api, function_call(), "reject", reason="no ticket")["status"]
    assert (refused["approved"], refused["comment"]) == (False, "no ticket")
    assert refused["responded_at"].endswith("Z")


def test_humanlayer_names_why_it_may_be_refused(api: Api) -> None:
    asked = function_call()
    asked["spec"]["reject_options"] = [{"name": "later", "prompt_fill": "Ask me on Monday."}]
    status = answered(api, asked, "reject", reason="busy", outcome="later")["status"]
    assert status["reject_option_name"] == "later"
    assert status["comment"] == "Ask me on Monday. (busy)"


def test_humanlayer_gets_its_contact_back_with_words_and_option(api: Api) -> None:
    spec = {"msg": "Which one?", "response_options": [{"name": "a"}, {"name": "b"}]}
    inbound = ask(api, {"call_id": "c", "spec": spec})
    request = request_of(api, inbound)
    assert request["arguments"] == {"message": "Which one?"}
    answer = {"response": "this one", "option": "b"}
    good(decide(api, "ben", request, "answer", answer=answer))
    status = read(api, inbound)["answer"]["status"]
    assert (status["response"], status["response_option_name"]) == ("this one", "b")


def test_humanlayers_daemon_gets_a_decision(api: Api) -> None:
    asked = {"id": "1", "status": "pending", "toolName": "refund", "toolInput": {"amount": 500}}
    assert answered(api, asked) == {"decision": "approve"}
    denied = {"decision": "deny", "comment": "no"}
    assert answered(api, asked, "reject", reason="no") == denied


def test_five_questions_are_answered_in_any_order(api: Api) -> None:
    inbound = ask(api, langchain(501, 502, 503, 504, 505))
    order = [3, 0, 4, 2, 1]
    for place, which in enumerate(order):
        assert read(api, inbound)["state"] == "pending"
        request = request_of(api, inbound, which)
        assert request["arguments"] == {"amount": 501 + which}
        decision = "approve" if place % 2 else "reject"
        good(decide(api, "ben", request, decision, reason=f"as {which}"))
    now = read(api, inbound)
    types = [one["type"] for one in now["answer"]["decisions"]]
    assert types == ["approve", "reject", "approve", "reject", "reject"]
    assert now["answer"]["decisions"][1]["message"] == "as 1"
    workflow = good(api.reader.get(f"/v1/workflows/{inbound['workflow_id']}"))
    assert workflow["status"] == "completed"


def test_the_policy_judges_each_question(api: Api) -> None:
    asked = langchain(5, 500)
    asked["action_requests"].append({"name": "delete_all", "args": {}})
    asked["review_configs"].append({"action_name": "delete_all", "allowed_decisions": ["approve"]})
    inbound = ask(api, asked)
    outcomes = [one["outcome"] for one in inbound["questions"]]
    assert outcomes == ["allowed", "pending", "denied"]
    good(decide(api, "ben", request_of(api, inbound, 1)))
    decisions = read(api, inbound)["answer"]["decisions"]
    assert [one["type"] for one in decisions] == ["approve", "approve", "reject"]
    assert decisions[2]["message"].startswith("Not allowed: ")


def test_what_needs_nobody_is_answered_at_once(api: Api) -> None:
    inbound = ask(api, langchain(5))
    assert inbound["state"] == "answered"
    assert inbound["answer"] == {"decisions": [{"type": "approve"}]}


def test_only_what_the_framework_takes_can_be_decided(api: Api) -> None:
    inbound = ask(api, langchain(500, allowed=("approve",)))
    request = request_of(api, inbound)
    assert request["takes"] == ["approve", "reject"]
    edit = decide(api, "ben", request, "edit", arguments={"amount": 1})
    assert "takes: approve, reject" in problem(edit, 422, "approval.wrong_decision")["detail"]
    problem(decide(api, "ben", request, "ignore"), 422, "approval.wrong_decision")
    good(decide(api, "ben", request))
    assert read(api, inbound)["state"] == "answered"


def test_a_repeat_is_the_same_asking_however_it_stands(api: Api) -> None:
    inbound = ask(api, langchain(500), key="the-same")
    again = api.agent.post(
        "/v1/inbound", json={"asked": langchain(500)}, headers={"Idempotency-Key": "the-same"}
    )
    assert good(again) == inbound
    assert again.headers["Idempotent-Replayed"] == "true"
    good(decide(api, "ben", request_of(api, inbound)))
    again = api.agent.post(
        "/v1/inbound", json={"asked": langchain(500)}, headers={"Idempotency-Key": "the-same"}
    )
    assert good(again)["answer"] == {"decisions": [{"type": "approve"}]}
    other = api.agent.post(
        "/v1/inbound", json={"asked": langchain(501)}, headers={"Idempotency-Key": "the-same"}
    )
    problem(other, 422, "request.idempotency_mismatch")


def test_who_waits_hears_of_the_decision(api: Api) -> None:
    inbound = ask(api, langchain(500, 600))
    watch = Stopwatch()
    heard: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: heard.append(read(api, inbound, wait=20)))
    waiting.start()
    for which in (1, 0):
        good(decide(api, "ben", request_of(api, inbound, which)))
    waiting.join(30)
    assert heard[0]["state"] == "answered"
    assert watch.seconds < 15


def test_asking_may_wait_as_well(api: Api) -> None:
    headers = {"Prefer": "wait=1"}
    answer = api.agent.post("/v1/inbound", json={"asked": langchain(500)}, headers=headers)
    assert good(answer, 201)["state"] == "pending"


def test_an_agent_takes_its_question_back(api: Api) -> None:
    inbound = ask(api, function_call())
    request = request_of(api, inbound)
    body = {"reason": "not needed"}
    good(api.agent.post(f"/v1/approvals/{request['id']}/cancel", json=body))
    status = read(api, inbound)["answer"]["status"]
    assert status["approved"] is False
    assert "withdrawn" in status["comment"]


def test_what_nobody_decides_in_time_is_a_refusal(api: Api) -> None:
    inbound = ask(api, interrupt(1, "urgent"))
    now = read(api, inbound, wait=15)
    assert now["questions"][0]["outcome"] == "expired"
    assert now["answer"][0]["type"] == "response"
    assert now["answer"][0]["args"].startswith("Nobody answered before the deadline.")


def test_nothing_is_handed_over_while_the_kill_switch_holds(api: Api) -> None:
    inbound = ask(api, interrupt(500, "refund"), role="other_agent")
    good(decide(api, "ben", request_of(api, inbound)))
    stop = {"agent": "other-bot", "reason": "it pays everybody"}
    freeze = good(api.admin.post("/v1/freezes", json=stop), 201)["id"]
    held = read(api, inbound, role="other_agent")
    assert (held["state"], held["answer"]) == ("pending", None)
    assert held["questions"][0]["frozen_by"] == freeze
    asked = {"asked": interrupt()}
    problem(api.other_agent.post("/v1/inbound", json=asked), 503, "switch.frozen")
    heard: list[dict[str, Any]] = []
    waiting = threading.Thread(
        target=lambda: heard.append(read(api, inbound, wait=20, role="other_agent"))
    )
    waiting.start()
    good(api.admin.post(f"/v1/freezes/{freeze}/thaw", json={"reason": "mended"}))
    waiting.join(30)
    assert heard[0]["state"] == "answered"


def test_in_a_workflow_it_is_counted_fenced_and_rolled_back(api: Api) -> None:
    workflow = new_workflow(api)
    made = good(
        api.agent.post(f"/v1/workflows/{workflow}/checkpoints", json={"name": "before"}), 201
    )
    inbound = ask(api, langchain(500), key="once", workflow_id=workflow)
    assert inbound["workflow_id"] == workflow
    good(decide(api, "ben", request_of(api, inbound)))
    back = {"checkpoint": made["id"], "reason": "another way"}
    good(api.agent.post(f"/v1/workflows/{workflow}/rollback", json=back))
    problem(api.agent.get(f"/v1/inbound/{inbound['id']}"), 409, "stale_epoch")
    again = ask(api, langchain(500), key="once", workflow_id=workflow)
    assert again["id"] != inbound["id"]
    assert again["state"] == "pending"
    turn = start_turn(api, workflow)
    body = {"asked": langchain(500), "workflow_id": workflow}
    problem(api.agent.post("/v1/inbound", json=body), 409, "turn.stale")
    good(api.agent.post("/v1/inbound", json={**body, "turn": turn}), 201)


def test_it_is_nobody_elses(api: Api) -> None:
    inbound = ask(api, langchain(500), key="mine")
    path = f"/v1/inbound/{inbound['id']}"
    for role in ("other_agent", "foreign_agent", "foreign_person"):
        problem(getattr(api, role).get(path), 404, "inbound.not_found")
    assert read(api, inbound, role="ben")["id"] == inbound["id"]
    theirs = ask(api, langchain(500), key="mine", role="other_agent")
    assert theirs["workflow_id"] != inbound["workflow_id"]
    body = {"asked": langchain(500), "workflow_id": inbound["workflow_id"]}
    problem(api.other_agent.post("/v1/inbound", json=body), 403, "workflow.not_yours")
    problem(api.foreign_agent.post("/v1/inbound", json=body), 404, "workflow.not_found")
    problem(api.ben.post("/v1/inbound", json=body), 403, "auth.kind_not_allowed")


def test_the_payload_is_kept_whole_and_bound(api: Api) -> None:
    asked = interrupt()
    asked["config"]["note"] = {"shown": False}
    inbound = ask(api, asked)
    kept = [one for one in events_of(api, inbound["workflow_id"]) if one["type"] == "inbound.asked"]
    assert kept[0]["payload"]["asked"] == asked
    opened = [one for one in events_of(api, inbound["workflow_id"]) if one["type"] == "call.opened"]
    assert opened[0]["payload"]["definition_hash"] == inbound["hash"]


def test_no_token_of_a_slack_bot_is_kept(api: Api) -> None:  # P15
    asked = function_call()
    asked["spec"]["channel"] = {"slack": {"channel_or_user_id": "C1", "bot_token": "xoxb-secret"}}
    inbound = ask(api, asked)
    assert "xoxb-secret" not in str(events_of(api, inbound["workflow_id"]))


@pytest.mark.parametrize(
    "asked",
    [None, [], {}, {"action_request": {}}, {"spec": {"fn": "x"}}, interrupt(action="a\nb")],
)
def test_what_is_of_no_known_framework_is_refused(api: Api, asked: Any) -> None:
    problem(api.agent.post("/v1/inbound", json={"asked": asked}), 422, "inbound.unknown_shape")


def test_what_has_its_answer_is_not_asked(api: Api) -> None:
    asked = function_call()
    asked["status"]["approved"] = True
    problem(api.agent.post("/v1/inbound", json={"asked": asked}), 409, "inbound.answered")


def test_a_question_in_words_is_refused_where_nobody_may_be_asked(api: Api) -> None:
    asked = interrupt(action="delete_all", allow_respond=True)
    problem(api.agent.post("/v1/inbound", json={"asked": asked}), 403, "policy.denied")


def test_it_outlives_the_server(own_server: Server) -> None:
    api = start(own_server)
    inbound = ask(api, langchain(500, 600), key="lasting")
    good(decide(api, "ben", request_of(api, inbound)))
    own_server.kill()
    own_server.start()
    good(decide(api, "ben", request_of(api, inbound, 1), "edit", arguments={"amount": 400}))
    again: httpx.Response = api.agent.post(
        "/v1/inbound", json={"asked": langchain(500, 600)}, headers={"Idempotency-Key": "lasting"}
    )
    edited = {"type": "edit", "edited_action": {"name": "refund", "args": {"amount": 400}}}
    assert good(again)["answer"] == {"decisions": [{"type": "approve"}, edited]}
    api.close()
    assert own_server.stop() == 0
    audit = [str(binary()), "verify", "--json", "--config", "fermata.yaml"]
    subprocess.run(audit, cwd=own_server.folder, check=True)
