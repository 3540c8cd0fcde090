"""Who must agree: stages, choices, vetoes, weights, expressions, and what explain says of them."""

from __future__ import annotations

from typing import Any

import pytest
from office import ask, explain
from support import Api, decide, errors_of, good, problem, read_approval


def test_a_later_stage_waits_for_the_first(office: Api) -> None:
    approval = ask(office, "pay")
    problem(decide(office, "eva", approval), 409, "approval.stage_not_open")
    first = good(decide(office, "ben", approval))
    assert first["status"] == "pending"
    assert [(n["name"], n["stage"], n["given"]) for n in first["needed"]] == [
        ("first look", 1, 1),
        ("signature", 2, 0),
    ]
    assert good(decide(office, "eva", approval))["status"] == "approved"


def test_one_person_is_one_decision_in_all_stages(office: Api) -> None:
    """P3: Ada is of finance and the CFO; after her look she does not sign as well."""
    approval = ask(office, "pay")
    assert good(decide(office, "ada", approval))["status"] == "pending"
    problem(decide(office, "ada", approval), 409, "approval.already_decided")
    assert explain(office, approval)["needed"][0]["people"] == ["eva"]
    assert good(decide(office, "eva", approval))["status"] == "approved"


def test_of_a_choice_one_is_enough_and_one_refusal_is_not(office: Api) -> None:
    approval = ask(office, "contract")
    assert good(decide(office, "dan", approval, "reject", reason="no"))["status"] == "pending"
    assert good(decide(office, "eva", approval))["status"] == "approved"
    approval = ask(office, "contract")
    good(decide(office, "dan", approval))
    assert good(decide(office, "cleo", approval))["status"] == "approved"
    approval = ask(office, "contract")
    good(decide(office, "dan", approval, "reject", reason="no"))
    assert good(decide(office, "eva", approval, "reject", reason="no"))["status"] == "rejected"


def test_a_veto_stops_and_agrees_to_nothing(office: Api) -> None:
    approval = ask(office, "deploy")
    problem(decide(office, "fay", approval), 403, "approval.veto_only")
    closed = good(decide(office, "fay", approval, "reject", reason="freeze of the year"))
    assert (closed["status"], closed["outcome"]["by"]) == ("rejected", "fay")
    approval = ask(office, "deploy")
    assert good(decide(office, "ben", approval))["status"] == "approved", "nobody waits for a veto"


def test_weights_count(office: Api) -> None:
    approval = ask(office, "access")
    assert good(decide(office, "ada", approval))["status"] == "pending"
    assert explain(office, approval)["needed"][0]["missing"] == 1
    assert good(decide(office, "ben", approval))["status"] == "approved"


def test_the_owner_of_what_it_is_about_is_asked(office: Api) -> None:
    approval = ask(office, "push", arguments={"repository": "acme/shop"})
    problem(decide(office, "ada", approval), 403, "approval.not_an_approver")
    assert good(decide(office, "fay", approval))["status"] == "approved"
    unknown = ask(office, "push", arguments={"repository": "acme/unknown"})
    for who in ("ada", "ben", "eva", "fay"):
        problem(decide(office, who, unknown), 403, "approval.not_an_approver")
    assert explain(office, unknown)["needed"][0] == {
        "name": "owner(repository)", "from": "owner(repository)", "stage": 1, "choice": None,
        "open": True, "approve": 1, "given": 0, "missing": 1, "reject": 1,
        "refused": 0, "people": [], "needed_later": [], "possible": False,
    }  # fmt: skip


def test_the_manager_of_whom_the_agent_works_for_is_asked(office: Api) -> None:
    approval = ask(office, "travel", "ada_agent")
    problem(decide(office, "ada", approval), 403, "approval.requester_decides")
    problem(decide(office, "eva", approval), 403, "approval.not_an_approver")
    assert good(decide(office, "ben", approval))["status"] == "approved"
    nobodys = ask(office, "travel")
    for who in ("ben", "eva"):
        problem(decide(office, who, nobodys), 403, "approval.not_an_approver")


def test_attributes_and_not(office: Api) -> None:
    approval = ask(office, "export")
    assert explain(office, approval)["needed"][0]["people"] == ["ada"], "dan is of legal"
    problem(decide(office, "dan", approval), 403, "approval.not_an_approver")
    assert good(decide(office, "ada", approval))["status"] == "approved"


def test_behind_not_a_group_that_is_gone_lets_nobody_in(office: Api) -> None:
    """P2: else removing a group would widen who may."""
    good(office.admin.put("/v1/groups/contractors", json={"members": ["dan"]}))
    approval = ask(office, "tidy", thresholds=[{"from": "finance and not contractors"}])
    assert "ben" in explain(office, approval)["needed"][1]["people"]
    assert office.admin.delete("/v1/groups/contractors").status_code == 204
    assert explain(office, approval)["needed"][1]["people"] == []
    assert good(decide(office, "ben", approval))["status"] == "pending"


REQUESTS: list[tuple[str, dict[str, Any], str]] = [
    ("pay", {}, "agent"),
    ("contract", {}, "agent"),
    ("deploy", {}, "agent"),
    ("access", {}, "agent"),
    ("access", {}, "ada_agent"),
    ("push", {"repository": "acme/shop"}, "agent"),
    ("travel", {}, "ada_agent"),
    ("export", {}, "agent"),
    ("mail", {}, "agent"),
    ("anything", {}, "agent"),
]


@pytest.mark.parametrize(("action", "arguments", "role"), REQUESTS)
def test_who_explain_names_is_who_can_and_suffices(
    office: Api, action: str, arguments: dict[str, Any], role: str
) -> None:
    approval = ask(office, action, role, arguments=arguments)
    everybody = {"ada", "ben", "cleo", "dan", "eva", "fay"}
    while True:
        told = explain(office, approval)
        if told["status"] != "pending":
            break
        able = [need for need in told["needed"] if need["open"]]
        assert able, told
        for who in everybody - {p for need in able for p in need["people"]}:
            answer = decide(office, who, approval)
            # Who agreed to a stage that is met adds nothing to what is still needed.
            refused = answer.status_code in (403, 409)
            assert refused or explain(office, approval)["needed"] == told["needed"], who
        assert able[0]["possible"]
        good(decide(office, able[0]["people"][0], approval))
    assert read_approval(office, approval)["status"] == "approved"


def test_mine_is_what_some_expression_means_me_in(office: Api) -> None:
    pushed = ask(office, "push", arguments={"repository": "acme/shop"})
    travel = ask(office, "travel", "ada_agent")
    paid = ask(office, "pay")

    def mine(who: str) -> set[str]:
        page = good(getattr(office, who).get("/v1/approvals?mine=true&status=pending&limit=200"))
        return {one["id"] for one in page["items"]}

    assert pushed["id"] in mine("fay")
    assert not {travel["id"], paid["id"]} & mine("fay")
    assert {travel["id"], paid["id"]} <= mine("ben")
    assert pushed["id"] not in mine("ben")
    assert paid["id"] in mine("eva"), "also before her stage is reached"
    assert travel["id"] not in mine("eva")


def test_asked_thresholds_may_say_as_much(office: Api) -> None:
    wish = [
        {"from": "board", "name": "board", "stage": 2},
        {"from": "legal", "choice": "c", "stage": 2},
        {"from": "role:security", "choice": "c", "stage": 2},
    ]
    approval = ask(office, "other", thresholds=wish)
    good(decide(office, "ben", approval))
    good(decide(office, "eva", approval))
    assert good(decide(office, "fay", approval))["status"] == "approved"


@pytest.mark.parametrize(
    "expression",
    ["finance and", "(finance", "role:", "owner()", "not", "finance legal", "attribute:x"],
)
def test_an_expression_that_cannot_be_read_is_refused(office: Api, expression: str) -> None:
    body = {"action": "other", "thresholds": [{"from": expression}]}
    answer = office.agent.post("/v1/approvals", json=body)
    problem(answer, 422, "policy.bad_expression")
    source = (
        f"version: 1\nrules: []\ndefault: {{effect: ask, thresholds: [{{from: '{expression}'}}]}}\n"
    )
    told = good(office.admin.post("/v1/policies/check", json={"source": source}))
    assert told["ok"] is False
    assert told["errors"][0]["line"] == 3


def test_a_request_cannot_name_delegates_or_weights(office: Api) -> None:
    for name, value in (("weights", []), ("delegate_to", "board"), ("escalations", [])):
        wish: dict[str, Any] = {"from": "board", name: value}
        answer = office.agent.post("/v1/approvals", json={"action": "x", "thresholds": [wish]})
        assert errors_of(answer)[0][0] == "extra_forbidden"
