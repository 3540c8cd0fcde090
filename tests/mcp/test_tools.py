"""What the five tools do: through the same door as REST, and told in words a model can act on."""

from __future__ import annotations

from typing import Any

import pytest
from local_server import Server
from rpc import Client, Legacy, Modern, new_action, pending_of
from serving import start
from support import Api, decide, events_of, good, new_workflow, start_turn

FORM = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "blue"]}, "n": {"type": "integer"}},
    "required": ["colour"],
}


@pytest.fixture(params=["legacy", "modern"])
def client(request: pytest.FixtureRequest, api: Api) -> Client:
    return Legacy(api) if request.param == "legacy" else Modern(api)


def ask(client: Client, **fields: Any) -> dict[str, Any]:
    return client.tool("request_approval", **{"action": new_action("act"), "wait_s": 0, **fields})


def approval_of(api: Api, told: dict[str, Any]) -> dict[str, Any]:
    return good(api.reader.get(f"/v1/approvals/{told['approval']}"))


def test_a_person_approves_and_the_client_learns_it(api: Api, client: Client) -> None:
    action = new_action("ship")
    told = ask(client, action=action, arguments={"n": 1}, why="it is due", otherwise="I wait")
    assert (told["status"], told["allowed"]) == ("pending", False)
    assert "finance" in told["text"]
    assert "check_approval" in told["text"]
    approval = approval_of(api, told)
    assert (approval["action"], approval["arguments"]) == (action, {"n": 1})
    assert (approval["why"], approval["otherwise"]) == ("it is due", "I wait")
    assert approval["requester"] == {"kind": "agent", "id": "refund-bot"}
    doors = {event["door"] for event in events_of(api, told["workflow"])}
    assert doors == {"mcp"}
    good(decide(api, "ada", approval, reason="fine"))
    ended = client.tool("check_approval", approval=told["approval"])
    assert (ended["status"], ended["allowed"], ended["by"]) == ("approved", True, "ada")
    assert ended["arguments"] == {"n": 1}
    assert ended["edited"] is False
    assert 'Approved by ada: "fine". You may go on with' in ended["text"]


def test_a_persons_changes_reach_the_model(api: Api, client: Client) -> None:
    told = ask(client, arguments={"amount": 900})
    edited = decide(api, "ada", approval_of(api, told), "edit", arguments={"amount": 90})
    if good(edited)["status"] == "pending":
        good(decide(api, "ben", approval_of(api, told)))
    ended = client.tool("check_approval", approval=told["approval"])
    assert (ended["status"], ended["arguments"], ended["edited"]) == (
        "approved",
        {"amount": 90},
        True,
    )
    assert "with the arguments as they were changed" in ended["text"]


def test_a_refusal_is_a_result_with_its_reason(api: Api, client: Client) -> None:
    told = ask(client)
    good(decide(api, "ben", approval_of(api, told), "reject", reason="paid already"))
    ended = client.tool("check_approval", approval=told["approval"])
    assert (ended["status"], ended["allowed"]) == ("rejected", False)
    assert "paid already" in ended["text"]
    assert f"Do not do {ended['action']}, and do not try it another way." in ended["text"]


def test_people_choose_among_the_outcomes_that_the_agent_names(api: Api, client: Client) -> None:
    later = {"name": "at night", "means": "approve", "text": "Do it after 22:00."}
    told = ask(client, outcomes=[later])
    approval = approval_of(api, told)
    assert approval["outcomes"] == [later]
    good(decide(api, "ada", approval, outcome="at night"))
    ended = client.tool("check_approval", approval=told["approval"])
    assert (ended["status"], ended["name"]) == ("approved", "at night")
    assert "Do it after 22:00." in ended["text"]


def test_what_the_policy_denies_nobody_is_asked(api: Api, client: Client) -> None:
    told = ask(client, action="delete_everything")
    assert (told["status"], told["allowed"]) == ("denied", False)
    assert "Do not do it" in told["text"] or "do not do it" in told["text"]
    assert "approval" not in told


def test_a_deadline_ends_the_wait(api: Api, client: Client) -> None:
    told = client.tool("request_approval", action="urgent", wait_s=20)
    assert (told["status"], told["allowed"]) == ("expired", False)
    told = client.tool("request_approval", action=new_action("soon"), deadline_s=1, wait_s=20)
    assert told["status"] == "expired"


def test_a_question_is_answered_with_a_form(api: Api, client: Client) -> None:
    question = new_action("Which colour")
    told = client.tool("ask_human", question=question, schema=FORM, wait_s=0)
    approval = approval_of(api, told)
    assert (approval["kind"], approval["title"]) == ("question", question)
    assert approval["form"] == {"schema": FORM}
    assert decide(api, "ada", approval, "answer", answer={"colour": "green"}).status_code == 422
    good(decide(api, "ada", approval, "answer", answer={"colour": "blue", "n": 3}))
    ended = client.tool("check_approval", approval=told["approval"])
    assert ended["status"] == "answered"
    assert ended["answer"] == {"colour": "blue", "n": 3}


def test_a_question_without_a_form_has_one_text_field(api: Api, client: Client) -> None:
    told = client.tool("ask_human", question=new_action("Why"), wait_s=0)
    good(decide(api, "ada", approval_of(api, told), "answer", answer={"answer": "because"}))
    assert client.tool("check_approval", approval=told["approval"])["answer"] == {
        "answer": "because"
    }


def test_a_form_is_flat(api: Api, client: Client) -> None:
    for field in [
        {"type": "object", "properties": {}},
        {"type": "array", "items": {"type": "object"}},
        {"type": "string", "unknown": 1},
    ]:
        schema = {"type": "object", "properties": {"f": field}}
        failure = client.failure("ask_human", question="?", schema=schema, wait_s=0)
        assert failure["error"] == "form.unsupported_schema", field


def test_asking_again_asks_nobody_twice(api: Api, client: Client) -> None:
    wish: dict[str, Any] = {"action": new_action("once"), "request_id": new_action("r")}
    wish["arguments"] = {"n": 1}
    told = ask(client, **wish)
    assert ask(client, **wish, why="in other words")["approval"] == told["approval"]
    pending_of(api, wish["action"])
    mismatch = client.failure("request_approval", **{**wish, "arguments": {"n": 2}})
    assert mismatch["error"] == "request.idempotency_mismatch"
    good(decide(api, "ada", approval_of(api, told)))
    again = ask(client, **wish)
    assert (again["approval"], again["status"]) == (told["approval"], "approved")
    other = Legacy(api, "other_agent")
    assert ask(other, **wish)["approval"] != told["approval"]


def test_a_crash_between_question_and_answer_asks_nobody_twice(own_server: Server) -> None:
    api = start(own_server)
    wish = {"action": "deploy", "request_id": "deploy of today"}
    told = ask(Legacy(api), **wish)
    own_server.kill()
    own_server.start()
    assert ask(Modern(api), **wish)["approval"] == told["approval"]
    pending_of(api, "deploy")


def test_a_question_can_belong_to_a_workflow(api: Api, client: Client) -> None:
    workflow = new_workflow(api)
    wish = {"workflow": workflow, "request_id": "first"}
    action = new_action("act")
    told = ask(client, action=action, **wish)
    assert told["workflow"] == workflow
    assert ask(client, action=action, **wish)["approval"] == told["approval"]
    theirs = new_workflow(api, "other_agent")
    assert client.failure("request_approval", action="x", workflow=theirs)["error"] == (
        "workflow.not_yours"
    )
    nowhere = "wf_" + "0" * 26
    assert client.failure("request_approval", action="x", workflow=nowhere)["error"] == (
        "workflow.not_found"
    )


def test_other_agents_questions_are_not_shown(api: Api, client: Client) -> None:
    told = ask(client)
    for role in ("other_agent", "foreign_agent"):
        failure = Legacy(api, role).failure("check_approval", approval=told["approval"])
        assert failure["error"] == "approval.not_found"


def test_a_checkpoint_is_made_and_returned_to(api: Api, client: Client) -> None:
    workflow = new_workflow(api)
    wish = {"workflow": workflow, "name": "before", "request_id": new_action("cp")}
    made = client.tool("create_checkpoint", **wish)
    assert (made["name"], made["workflow"]) == ("before", workflow)
    assert client.tool("create_checkpoint", **wish) == made
    told = ask(client, workflow=workflow)
    done = client.tool(
        "rollback", workflow=workflow, checkpoint=made["checkpoint"], reason="wrong way"
    )
    assert (done["epoch"], done["cancelled"]) == (1, [told["approval"]])
    assert done["checkpoint"] == made["checkpoint"]
    ended = client.tool("check_approval", approval=told["approval"])
    assert (ended["status"], ended["allowed"]) == ("cancelled", False)
    theirs = new_workflow(api, "other_agent")
    assert client.failure("create_checkpoint", workflow=theirs, name="x")["error"] == (
        "workflow.not_yours"
    )
    assert client.failure("rollback", workflow=workflow, checkpoint="cp_x", reason="x")[
        "error"
    ] == ("checkpoint.not_found")


def test_a_checkpoint_is_returned_to_by_its_name(api: Api, client: Client) -> None:
    workflow = new_workflow(api)
    first, second = (
        client.tool("create_checkpoint", workflow=workflow, name="before")["checkpoint"]
        for _ in range(2)
    )
    # One that is named like another's id does not stand in its way.
    client.tool("create_checkpoint", workflow=workflow, name=first)
    wish = {"workflow": workflow, "reason": "wrong way", "request_id": new_action("rb")}
    done = client.tool("rollback", checkpoint="before", **wish)
    assert done["checkpoint"] == second
    assert client.tool("rollback", checkpoint="before", **wish) == done
    back = client.tool("rollback", workflow=workflow, checkpoint=first, reason="further")
    assert back["checkpoint"] == first
    none = client.failure("rollback", workflow=workflow, checkpoint="behind", reason="x")
    assert none["error"] == "checkpoint.not_found"
    theirs = new_workflow(api, "other_agent")
    other = client.failure("rollback", workflow=theirs, checkpoint="before", reason="x")
    assert other["error"] == "workflow.not_yours"


def test_while_a_worker_runs_a_workflow_its_turn_is_named(api: Api, client: Client) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    wish = {"workflow": workflow, "name": "x"}
    assert client.failure("create_checkpoint", **wish)["error"] == "turn.stale"
    made = client.tool("create_checkpoint", **wish, turn=turn)
    back = {"workflow": workflow, "checkpoint": made["checkpoint"], "reason": "x"}
    assert client.failure("rollback", **back)["error"] == "turn.stale"
    assert client.tool("rollback", **back, turn=turn)["epoch"] == 1


def test_wrong_arguments_are_told_so_that_the_model_can_mend_them(api: Api, client: Client) -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("request_approval", {}, "action is required"),
        ("request_approval", {"action": "x", "arguments": []}, "arguments must be an object"),
        ("request_approval", {"action": "x", "treshold": 1}, "treshold is no field"),
        ("request_approval", {"action": "x", "wait_s": -1}, "wait_s must be at least 0"),
        ("ask_human", {"question": 7}, "question must be a string"),
        ("check_approval", {"approval": ""}, "approval must not be empty"),
        ("create_checkpoint", {"name": "x"}, "workflow is required"),
        ("rollback", {"workflow": "x"}, "workflow must be a workflow's id"),
    ]
    for tool, arguments, word in cases:
        failure = client.failure(tool, **arguments)
        assert failure["error"] == "request.invalid"
        assert word in failure["text"]
        assert failure["retryable"] is False


def test_what_people_say_to_the_agent_it_learns_and_nothing_else(api: Api, client: Client) -> None:
    told = ask(client)
    path = f"/v1/approvals/{told['approval']}/comments"
    good(api.ben.post(path, json={"text": "the customer is on the blocklist"}))
    good(api.ben.post(path, json={"text": "which invoice?", "asks": True}))
    seen = client.tool("check_approval", approval=told["approval"])
    assert seen["comments"] == [{"n": 2, "by": "ben", "text": "which invoice?", "asks": True}]
    assert 'ben asks: "which invoice?"' in seen["text"]
    assert "blocklist" not in str(seen)


def test_a_dismissal_is_told_as_no_refusal(api: Api, client: Client) -> None:
    told = ask(client)
    good(decide(api, "ben", approval_of(api, told), "ignore"))
    seen = client.tool("check_approval", approval=told["approval"])
    assert (seen["status"], seen["allowed"]) == ("ignored", False)
    assert "Go on without it" in seen["text"]
