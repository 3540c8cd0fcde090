"""People, groups and policies."""

from __future__ import annotations

from typing import Any

import pytest
from serving import POLICY
from support import Api, agreed_policy, asked, decide, good, problem


def test_a_person_is_replaced_whole(api: Api) -> None:
    body = {"name": "Kim", "email": "kim@example.com", "identities": {"slack": "U7"}}
    assert good(api.admin.put("/v1/people/kim", json=body)) == {
        "id": "kim", "active": True, "roles": [], "attributes": {}, "manager": None, **body,
    }  # fmt: skip
    replaced = good(api.admin.put("/v1/people/kim", json={"name": "Kim K."}))
    assert replaced == {
        "id": "kim", "name": "Kim K.", "email": "", "identities": {}, "active": True,
        "roles": [], "attributes": {}, "manager": None,
    }  # fmt: skip
    assert good(api.ben.get("/v1/people/kim")) == replaced


def test_one_identity_is_one_person(api: Api) -> None:
    """P3: or one person could count twice."""
    body = {"name": "x", "email": "leo@example.com", "identities": {"slack": "ULEO"}}
    good(api.admin.put("/v1/people/leo", json=body))
    for shared in ({"email": "leo@example.com"}, {"identities": {"slack": "ULEO"}}):
        answer = api.admin.put("/v1/people/leo-two", json={"name": "y", **shared})
        problem(answer, 409, "person.identity_taken")
    problem(api.reader.get("/v1/people/leo-two"), 404, "person.not_found")


@pytest.mark.parametrize(
    ("body", "error", "where"),
    [
        ({}, "missing", "name"),
        ({"name": ""}, "string_too_short", "name"),
        ({"name": "x", "email": "x"}, "string_pattern_mismatch", "email"),
        ({"name": "x", "email": "x@y z"}, "string_pattern_mismatch", "email"),
        ({"name": "x", "identities": {"Slack!": "U"}}, "extra_forbidden", "Slack!"),
        ({"name": "x", "identities": {"slack": 1}}, "string_type", "slack"),
        ({"name": "x", "identities": {f"c{n}": "x" for n in range(17)}}, "too_long", "identities"),
        ({"name": "x", "active": "yes"}, "bool_type", "active"),
        ({"name": "x", "id": "y"}, "extra_forbidden", "id"),
    ],
)
def test_people_are_read_strictly(api: Api, body: Any, error: str, where: str) -> None:
    answer = api.admin.put("/v1/people/max", json=body)
    errors = problem(answer, 422, "request.invalid")["errors"]
    assert [(e["type"], e["loc"][-1]) for e in errors] == [(error, where)]


@pytest.mark.parametrize("name", ["Ada", "-x", "a%20b", "a" * 65, "%C3%A4"])
def test_ids_are_names(api: Api, name: str) -> None:
    answer = api.admin.put(f"/v1/people/{name}", json={"name": "x"})
    problem(answer, 422, "directory.bad_name")
    problem(api.admin.put(f"/v1/groups/{name}", json={"members": []}), 422, "directory.bad_name")
    problem(api.reader.get(f"/v1/people/{name}"), 404, "person.not_found")


def test_groups(api: Api) -> None:
    made = good(api.admin.put("/v1/groups/ops", json={"name": "Ops", "members": ["dan", "ben"]}))
    assert made == {"id": "ops", "name": "Ops", "members": ["ben", "dan"]}
    assert good(api.reader.get("/v1/groups/ops")) == made
    answer = api.admin.put("/v1/groups/ops", json={"members": ["ben", "nobody-we-know"]})
    problem(answer, 422, "group.unknown_member")
    assert good(api.reader.get("/v1/groups/ops")) == made
    assert api.admin.delete("/v1/groups/ops").status_code == 204
    problem(api.reader.get("/v1/groups/ops"), 404, "group.not_found")
    problem(api.admin.delete("/v1/groups/ops"), 404, "group.not_found")


def test_people_and_groups_come_in_pages(api: Api) -> None:
    for n in range(5):
        good(api.admin.put(f"/v1/people/page-{n}", json={"name": "x"}))
    for what in ("people", "groups", "keys"):
        ids: list[str] = []
        params: dict[str, Any] = {"limit": 2}
        while True:
            page = good(api.reader.get(f"/v1/{what}", params=params))
            ids += [item["id"] for item in page["items"]]
            assert len(page["items"]) == 2 or not page["has_more"]
            if not page["has_more"]:
                break
            params["cursor"] = page["next_cursor"]
        assert ids == sorted(set(ids))
        assert len(ids) > 2 or what == "groups"


# Policies


def test_the_policy_in_force(api: Api) -> None:
    current = good(api.agent.get("/v1/policies/current"))
    assert current["source"] == POLICY
    assert current["by"] == "config"
    newest = good(api.agent.get("/v1/policies"))["items"][0]
    assert newest == {k: v for k, v in current.items() if k != "source"}


def test_a_wrong_policy_is_refused_with_line_and_column(api: Api) -> None:
    before = good(api.agent.get("/v1/policies/current"))
    source = (
        'version: 1\nrules:\n  - {name: x, tool: "y", effect: perhaps}\ndefault: {effect: ask}\n'
    )
    checked = good(api.agent.post("/v1/policies/check", json={"source": source}))
    assert checked["ok"] is False
    lines = [error["line"] for error in checked["errors"]]
    assert 3 in lines
    assert all(error["column"] >= 1 and error["msg"] for error in checked["errors"])
    body = problem(api.admin.post("/v1/policies", json={"source": source}), 422, "policy.invalid")
    assert [error["loc"][2] for error in body["errors"]] == lines
    assert body["errors"][0]["pointer"].startswith("#/source")
    assert good(api.agent.get("/v1/policies/current")) == before


@pytest.mark.parametrize(
    "source",
    [
        "",
        "[",
        "version: 2",
        "a: &x [*x]",
        "[" * 10_000,
        "{" * 10_000,
        "- " * 10_000,
        "&a " * 100,
        "\t",
    ],
)
def test_hostile_policies_are_only_wrong(api: Api, source: str) -> None:
    checked = good(api.agent.post("/v1/policies/check", json={"source": source}))
    assert checked["ok"] is False
    assert checked["errors"]


def test_a_right_policy_is_right(api: Api) -> None:
    assert good(api.agent.post("/v1/policies/check", json={"source": POLICY})) == {
        "ok": True,
        "errors": [],
        "warnings": [],
    }


def test_settings_that_never_act_are_told(api: Api) -> None:
    rule = "{effect: ask, thresholds: [{from: finance}], on_deadline: reject}"
    source = f"version: 1\ndefault: {rule}\n"
    checked = good(api.agent.post("/v1/policies/check", json={"source": source}))
    assert checked["ok"] is True
    assert len(checked["warnings"]) == 1
    assert "deadline_s" in checked["warnings"][0]


@pytest.mark.parametrize(
    ("tool", "arguments", "effect", "rule"),
    [
        ("lookup", {}, "allow", "lookups run"),
        ("refund", {"amount": 100}, "allow", "small refunds run"),
        ("refund", {"amount": 100.01}, "ask", "refunds above 100"),
        ("refund", {}, "ask", "refunds above 100"),  # Fail closed.
        ("refund", {"amount": "1"}, "ask", "refunds above 100"),
        ("delete_everything", {}, "deny", "nobody deletes"),
        ("unheard_of", {}, "ask", ""),
    ],
)
def test_the_policy_explains_itself(
    api: Api, tool: str, arguments: dict[str, Any], effect: str, rule: str
) -> None:
    body = {"tool": tool, "arguments": arguments}
    verdict = good(api.agent.post("/v1/policies/explain", json=body))
    assert verdict["effect"] == effect
    assert verdict["explanation"]
    if rule:
        assert verdict["rule"] == rule
    assert bool(verdict["thresholds"]) == (effect == "ask")


def test_a_later_policy_never_loosens_what_is_pending(api: Api) -> None:
    """P1: the request keeps the thresholds it was made with."""
    approval = asked(api, 5000)
    loose = """
version: 1
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
"""
    try:
        made = agreed_policy(api, loose)
        assert good(api.agent.get("/v1/policies/current"))["hash"] == made["hash"]
        assert good(decide(api, "ben", approval))["status"] == "pending"
        assert good(decide(api, "cleo", approval))["status"] == "approved"
        assert asked(api, 5000)["thresholds"][0]["approve"] == 1
    finally:
        agreed_policy(api, POLICY)
    versions = [item["version"] for item in good(api.agent.get("/v1/policies"))["items"]]
    assert versions == sorted(versions, reverse=True)
