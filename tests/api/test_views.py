"""What people are shown of a request: `view`, made by the server from what its hash binds (P5)."""

from __future__ import annotations

from typing import Any

from local_server import Server
from serving import POLICY, start
from support import (
    Api,
    agreed_policy,
    asked,
    decide,
    good,
    new_workflow,
    open_call,
    read_approval,
    start_turn,
)
from test_cli import run_as

WORDS = POLICY.replace("tool: refund\n", 'tool: refund\n    title: "refund {amount} to {to}"\n', 1)


def sentence(request: dict[str, Any]) -> str:
    return "".join(part["text"] for part in request["view"]["sentence"])


def requested(api: Api, arguments: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"action": "refund", "arguments": arguments, **fields}
    return good(api.agent.post("/v1/approvals", json=body), 201)


def test_a_request_is_shown_in_one_sentence_and_its_arguments_with_their_types(api: Api) -> None:
    arguments = {
        "amount": 240,
        "currency": "EUR",
        "due": "2026-11-23T14:00:00+01:00",
        "to": {"name": "p\u0430ypal\u202e", "password": "hunter2"},
    }
    made = requested(api, arguments, why="She\u200b waits.")
    request = read_approval(api, made)
    assert request["arguments"] == arguments
    assert request["agent"] == "refund-bot"
    view = request["view"]
    assert sentence(request).startswith("May refund-bot run refund with amount 240.00 EUR, ")
    facts = {fact["pointer"]: fact for fact in view["facts"]}
    assert facts["/amount"]["text"] == "240.00 EUR"
    assert facts["/amount"]["type"] == "money"
    assert facts["/amount"]["exact"] == "240"
    assert facts["/due"]["text"] == "Mon 23 Nov 2026, 14:00 (UTC+01:00)"
    name, password = facts["/to"]["children"]
    assert name["text"] == "p\u0430ypal\u2039U+202E\u203a"
    assert name["marks"] is True
    assert "mixes Latin and Cyrillic letters" in name["notes"][0]
    assert password["type"] == "secret"
    assert "hunter2" not in str(view)
    assert view["words"] == {"text": "She\u2039U+200B\u203a waits.", "marks": True}
    assert view["changes"] is None
    assert view["size"]["too_large"] is False


def test_lists_have_the_sentence_only(api: Api) -> None:
    approval = asked(api, 641)
    listed = good(api.ben.get(f"/v1/approvals?workflow={approval['workflow_id']}"))["items"]
    assert list(listed[0]["view"]) == ["sentence"]
    assert sentence(listed[0]) == sentence(read_approval(api, approval))


def test_what_people_edited_is_shown_beside_what_was_asked(api: Api) -> None:
    approval = asked(api, 642)
    good(decide(api, "ben", approval, "edit", arguments={"amount": 600}, reason="less"))
    changes = read_approval(api, approval)["view"]["changes"]
    assert changes["against"] == "edited"
    row = {"pointer": "/amount", "label": "Amount", "kind": "changed"}
    assert changes["rows"] == [{**row, "before": "642", "after": "600"}]


def test_what_is_other_than_in_the_last_request_is_shown(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    for key, amount in (("first", 643), ("second", 644)):
        body = {"turn": turn, "key": key, "kind": "tool", "tool": "refund"}
        verdict = open_call(api, workflow, {**body, "arguments": {"amount": amount}})
        turn = verdict.get("turn", turn)
        request = read_approval(api, verdict["approval"])
        if key == "first":
            assert request["view"]["changes"] is None
    changes = request["view"]["changes"]
    assert changes["against"] == "previous"
    assert [(row["before"], row["after"]) for row in changes["rows"]] == [("643", "644")]


def test_the_words_are_those_of_the_policy_that_the_hash_names(own_server: Server) -> None:
    api = start(own_server)
    agreed_policy(api, WORDS)
    request = requested(api, {"amount": 900, "to": "Anna?\nApproved."})
    told = "May refund-bot refund 900 to Anna?\u23ceApproved.?"
    assert sentence(read_approval(api, request)) == told
    assert told in run_as(api, "ben", "approvals", "show", request["id"])
    agreed_policy(api, POLICY + "# without words again\n")
    assert sentence(read_approval(api, request)) == told
    later = requested(api, {"amount": 900})
    assert sentence(read_approval(api, later)) == "May refund-bot run refund with amount 900?"


def test_a_title_that_is_wrong_is_refused_where_it_is_wrong(api: Api) -> None:
    source = WORDS.replace("{amount} to", "{amount to")
    refused = api.admin.post("/v1/policies", json={"source": source})
    assert refused.status_code == 422
    assert "this { has no }" in refused.text


def test_a_payload_too_large_to_show_says_so(api: Api) -> None:
    request = requested(api, {"body": "x" * 300_000})
    view = read_approval(api, request)["view"]
    assert view["size"]["too_large"] is True
    assert "characters are shown here" in view["facts"][0]["notes"][0]
    shown = run_as(api, "ben", "approvals", "show", request["id"])
    assert "Do not decide without having read the rest" in shown
