"""A form for each surface, and its answers back."""

from __future__ import annotations

from typing import Any

from support import Api, decide, good, problem

ID = 9007199254740993  # 2^53 + 1: what doubles lose.
SCHEMA = {
    "type": "object",
    "title": "Payment",
    "properties": {
        "account": {"type": "integer", "title": "Account"},
        "urgent": {"type": "boolean"},
        "currency": {"oneOf": [{"const": "EUR", "title": "Euro"}, {"const": "USD"}]},
    },
    "required": ["account"],
    "additionalProperties": False,
}
LINES = {"type": "object", "properties": {"lines": {"type": "array", "items": {"type": "string"}}}}
ANSWER = {"account": ID, "urgent": False, "currency": "EUR"}
RAW: dict[str, Any] = {
    "rjsf": {"account": str(ID), "urgent": False, "currency": "EUR"},
    "json_forms": {"account": str(ID), "urgent": False, "currency": "EUR"},
    "slack_modal": {
        "f:account": {"v": {"type": "plain_text_input", "value": str(ID)}},
        "f:urgent": {"v": {"type": "radio_buttons", "selected_option": {"value": "false"}}},
        "f:currency": {"v": {"type": "radio_buttons", "selected_option": {"value": "0"}}},
    },
    "adaptive_card": {"f:account": str(ID), "f:urgent": "false", "f:currency": "0"},
    "mcp": {"account": str(ID), "urgent": False, "currency": "EUR"},
    "gradio": {"account": str(ID), "urgent": "false", "currency": "0"},
    "streamlit": {"account": str(ID), "urgent": "false", "currency": "0"},
    "html": {"f:account": [str(ID)], "f:urgent": ["false"], "f:currency": ["0"]},
    "email": {"f:account": [str(ID)], "f:urgent": ["false"], "f:currency": ["0"], "csrf": ["x"]},
    "terminal": {"account": str(ID), "urgent": "n", "currency": "1"},
}


def ask(api: Api, schema: dict[str, Any] | None) -> dict[str, Any]:
    body: dict[str, Any] = {"action": "how_much", "kind": "question"}
    if schema:
        body["form"] = {"schema": schema}
    return good(api.agent.post("/v1/approvals", json=body), 201)


def form(api: Api, approval: dict[str, Any], surface: str) -> dict[str, Any]:
    return good(api.reader.get(f"/v1/approvals/{approval['id']}/form?surface={surface}"))


def test_each_surface_shows_the_form_and_gives_the_same_answer(api: Api) -> None:
    for surface, raw in RAW.items():
        asked = ask(api, SCHEMA)
        shown = form(api, asked, surface)
        assert (shown["surface"], shown["hash"]) == (surface, asked["hash"])
        assert shown["undecidable"] is None
        assert "Account" in str(shown["form"])
        closed = good(decide(api, "ben", asked, "answer", answer=raw, surface=surface))
        assert closed["status"] == "answered"
        assert closed["outcome"]["answer"] == ANSWER, surface


def test_what_a_surface_cannot_show_links_to_where_it_can_be_decided(api: Api) -> None:
    asked = ask(api, LINES)
    assert form(api, asked, "rjsf")["form"]["schema"]["properties"]["lines"]["type"] == "array"
    shown = form(api, asked, "slack_message")
    assert shown["form"] is None
    why = shown["undecidable"]
    assert (why["reason"], why["pointer"]) == ("nested_list", "/lines")
    assert why["url"].endswith(f"/approvals/{asked['id']}")


def test_every_error_is_told_at_its_field_and_as_the_surface_takes_it(api: Api) -> None:
    asked = ask(api, SCHEMA)
    raw = {"account": "12x", "urgent": "maybe", "currency": "9"}
    refused = decide(api, "ben", asked, "answer", answer=raw, surface="gradio")
    body = problem(refused, 422, "approval.bad_answer")
    assert [error["pointer"] for error in body["errors"]] == [
        "#/answer/account",
        "#/answer/urgent",
        "#/answer/currency",
    ]
    assert body["shown"]["account"] == "must be a whole number"
    body = problem(
        decide(api, "ben", asked, "answer", answer={"account": 1.5, "x": 1}),
        422,
        "approval.bad_answer",
    )
    assert [error["pointer"] for error in body["errors"]] == ["#/answer/account", "#/answer/x"]
    good(decide(api, "ben", asked, "answer", answer=RAW["rjsf"], surface="rjsf"))


def test_a_request_without_a_form_has_none_to_show(api: Api) -> None:
    asked = ask(api, None)
    path = f"/v1/approvals/{asked['id']}/form"
    problem(api.reader.get(path + "?surface=rjsf"), 404, "approval.no_form")
    problem(decide(api, "ben", asked, "answer", answer={}, surface="rjsf"), 404, "approval.no_form")
    good(decide(api, "ben", asked, "answer", answer={"any": 1}))


def test_a_surface_must_be_named_and_known(api: Api) -> None:
    asked = ask(api, SCHEMA)
    path = f"/v1/approvals/{asked['id']}/form"
    problem(api.reader.get(path), 422, "request.invalid")
    problem(api.reader.get(path + "?surface=fax"), 422, "request.invalid")
    problem(
        decide(api, "ben", asked, "answer", answer=ANSWER, surface="fax"), 422, "request.invalid"
    )
    problem(
        decide(api, "ben", asked, "reject", reason="no", surface="rjsf"), 422, "request.invalid"
    )
    problem(api.reader.get("/v1/approvals/ap_none/form?surface=rjsf"), 404, "approval.not_found")
