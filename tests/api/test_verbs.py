"""What people do with a request besides deciding it: delegate, claim, comment, withdraw, extend."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from office import ask, explain, verb
from support import (
    Api,
    call_body,
    decide,
    errors_of,
    good,
    new_workflow,
    open_call,
    problem,
    read_approval,
    start_turn,
)

SECRET = "the customer is on the blocklist"


def post(api: Api, who: str, approval: dict[str, Any], name: str, **fields: Any) -> httpx.Response:
    client: httpx.Client = getattr(api, who)
    return client.post(f"/v1/approvals/{approval['id']}/{name}", json=fields)


def later(seconds: float = 3600) -> str:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- delegating


def test_a_delegate_decides_in_that_place(office: Api) -> None:
    approval = ask(office, "mail")
    problem(decide(office, "eva", approval), 403, "approval.not_an_approver")
    handed = verb(office, "dan", approval, "delegate", to="eva", until=later(), reason="away")
    assert [(d["from"], d["to"], d["reason"]) for d in handed["delegations"]] == [
        ("dan", "eva", "away")
    ]
    problem(decide(office, "dan", approval), 409, "approval.delegated")
    assert set(explain(office, approval)["needed"][0]["people"]) == {"cleo", "eva"}
    mine = good(office.eva.get("/v1/approvals?mine=true&status=pending&limit=200"))["items"]
    assert approval["id"] in [one["id"] for one in mine]
    closed = good(decide(office, "eva", approval))
    assert closed["status"] == "approved"
    assert [(d["person"], d["delegated_by"]) for d in closed["decisions"]] == [("eva", "dan")]


def test_what_is_delegated_can_be_taken_back(office: Api) -> None:
    approval = ask(office, "mail")
    verb(office, "dan", approval, "delegate", to="eva", until=later())
    path = f"/v1/approvals/{approval['id']}/delegate"
    good(office.dan.delete(path))
    problem(decide(office, "eva", approval), 403, "approval.not_an_approver")
    problem(office.dan.delete(path), 409, "approval.not_delegated")
    assert good(decide(office, "dan", approval))["status"] == "approved"


def test_what_is_forwarded_stays_so(office: Api) -> None:
    approval = ask(office, "mail")
    handed = verb(office, "dan", approval, "forward", to="eva")
    assert handed["delegations"][0]["until"] is None
    path = f"/v1/approvals/{approval['id']}/delegate"
    problem(office.dan.delete(path), 409, "approval.not_delegated")
    assert good(decide(office, "eva", approval))["status"] == "approved"


def test_delegation_ends_by_itself(office: Api) -> None:
    approval = ask(office, "mail")
    verb(office, "dan", approval, "delegate", to="eva", until=later(1))
    # A poll that runs into its limit is a wait of that long by the server's clock.
    assert read_approval(office, approval, wait=2)["status"] == "pending"
    problem(decide(office, "eva", approval), 403, "approval.not_an_approver")
    assert good(decide(office, "dan", approval))["status"] == "approved"


def test_delegation_never_reaches_the_requester_or_further(office: Api) -> None:
    """P3: also not by way of a delegate."""
    approval = ask(office, "mail", "ada_agent")
    until = later()
    answer = post(office, "dan", approval, "delegate", to="ada", until=until)
    problem(answer, 403, "approval.requester_decides")
    verb(office, "dan", approval, "delegate", to="ben", until=until)
    answer = post(office, "ben", approval, "delegate", to="eva", until=until)
    problem(answer, 403, "approval.not_an_approver")
    answer = post(office, "cleo", approval, "delegate", to="dan", until=until)
    problem(answer, 403, "approval.delegation_not_allowed")


def test_only_whom_the_policy_names_can_be_delegated_to(office: Api) -> None:
    approval = ask(office, "mail")
    answer = post(office, "dan", approval, "delegate", to="fay", until=later())
    problem(answer, 403, "approval.delegation_not_allowed")
    plain = ask(office, "anything")
    answer = post(office, "ben", plain, "forward", to="eva")
    problem(answer, 403, "approval.delegation_not_allowed")
    answer = post(office, "dan", approval, "delegate", to="eva", until=later(-5))
    problem(answer, 422, "approval.bad_delegation")
    assert errors_of(post(office, "dan", approval, "delegate", to="eva"))[0][0] == "missing"


def test_a_delegate_who_has_a_vote_is_still_one_person(office: Api) -> None:
    """P3: Cleo is of legal and gets Dan's place too; two of legal are asked."""
    approval = ask(office, "mail", thresholds=[{"from": "legal", "approve": 2}])
    answer = post(office, "dan", approval, "delegate", to="cleo", until=later())
    assert answer.status_code == 200, answer.text
    assert good(decide(office, "cleo", approval))["status"] == "pending"
    problem(decide(office, "cleo", approval), 409, "approval.already_decided")


# --- claiming


def test_a_claim_tells_and_takes_nobodys_right(office: Api) -> None:
    approval = ask(office, "anything")
    claimed = verb(office, "ada", approval, "claim")
    assert (claimed["claim"]["person"], claimed["claim"]["by"]) == ("ada", "ada")
    assert verb(office, "ada", approval, "claim")["revision"] == claimed["revision"], "again"
    problem(post(office, "ben", approval, "claim"), 409, "approval.claimed")
    problem(post(office, "ben", approval, "release"), 409, "approval.not_claimed")
    problem(post(office, "dan", approval, "claim"), 403, "approval.not_an_approver")
    assert verb(office, "ben", approval, "assign", person="cleo")["claim"]["by"] == "ben"
    assert verb(office, "admin", approval, "assign", person="ben")["claim"]["by"] == "admin"
    answer = post(office, "ada", approval, "assign", person="dan")
    problem(answer, 403, "approval.not_an_approver")
    assert verb(office, "ben", approval, "release")["claim"] is None
    verb(office, "ada", approval, "claim")
    assert good(decide(office, "ben", approval))["status"] == "approved"


# --- talking


def waiting_call(api: Api, action: str = "anything") -> tuple[str, dict[str, Any], dict[str, Any]]:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    body = call_body(turn, 5, tool=action)
    verdict = open_call(api, workflow, body)
    return workflow, body, dict(verdict["approval"])


def test_an_agent_is_asked_and_answers_into_the_request(office: Api) -> None:
    workflow, body, approval = waiting_call(office)
    asked = verb(office, "ben", approval, "comments", text="Which invoice?", asks=True)
    assert asked["comments"][0] == {
        "n": 1, "by": {"kind": "person", "id": "ben"}, "text": "Which invoice?",
        "reply_to": None, "for_agent": True, "asks": True, "at": asked["comments"][0]["at"],
    }  # fmt: skip
    seen = open_call(office, workflow, body)["approval"]
    assert [one["text"] for one in seen["comments"]] == ["Which invoice?"]
    verb(office, "agent", approval, "comments", text="Number 7.", reply_to=1)
    answer = read_approval(office, approval)["comments"][1]
    assert (answer["by"]["kind"], answer["text"], answer["reply_to"]) == ("agent", "Number 7.", 1)
    problem(post(office, "agent", approval, "comments", text="?", asks=True), 422,
            "approval.bad_comment")  # fmt: skip
    problem(post(office, "ben", approval, "comments", text="?", reply_to=9), 422,
            "approval.unknown_comment")  # fmt: skip
    problem(post(office, "eva", approval, "comments", text="?"), 403, "approval.not_an_approver")
    problem(post(office, "other_agent", approval, "comments", text="?"), 403,
            "workflow.not_yours")  # fmt: skip


def test_a_refused_agent_reads_the_comments_that_are_for_it(office: Api) -> None:
    workflow, body, approval = waiting_call(office)
    verb(office, "ben", approval, "comments", text="use the cheaper one", for_agent=True)
    verb(office, "ben", approval, "comments", text=SECRET)
    good(decide(office, "ben", approval, "reject", reason="too dear"))
    verdict = open_call(office, workflow, body)
    assert verdict["verdict"] == "deny"
    assert "use the cheaper one" in verdict["message"]
    assert SECRET not in verdict["message"]


def agents_gets(api: Api, ids: dict[str, str]) -> list[str]:
    """Each path that the API lets an agent read to its end, of that request and its workflow."""
    document = good(api.nobody.get("/openapi.json"))
    paths = []
    for path, item in document["paths"].items():
        kinds = item.get("get", {}).get("x-fermata-kinds", [])
        if "agent" not in kinds or path == "/v1/stream":
            continue
        for name, value in ids.items():
            path = path.replace("{" + name + "}", value)
        paths.append(path)
    return paths


def test_what_is_for_people_reaches_no_agent_by_any_route(office: Api) -> None:
    workflow, body, approval = waiting_call(office)
    told = "please attach the invoice"
    verb(office, "ben", approval, "comments", text=SECRET)
    verb(office, "ben", approval, "comments", text=told, for_agent=True)
    answers = [
        office.agent.post(f"/v1/workflows/{workflow}/calls", json=body),
        post(office, "agent", approval, "comments", text="here it is"),
        office.agent.post(f"/v1/approvals/{approval['id']}/cancel", json={}),
        office.agent.post(f"/v1/workflows/{workflow}/calls", json=body),
    ]
    ids = {"workflow_id": workflow, "approval_id": approval["id"], "call_id": body["key"]}
    ids["call_id"] = answers[0].json()["call"]["id"]
    good(office.admin.post(f"/v1/workflows/{workflow}/cancel", json={}))  # Ends its stream.
    paths = agents_gets(office, ids)
    for needed in ("/events", "/stream", "/journal", approval["id"], "/v1/approvals"):
        assert any(path.endswith(needed) for path in paths), f"{needed} is not among {paths}"
    reads = 0
    for path in paths:
        for query in ("", "?limit=200", "?mine=true&limit=200", f"?with={workflow}"):
            answer = office.agent.get(path + query)
            reads += answer.status_code == 200
            answers.append(answer)
    assert reads > 20
    for answer in answers:
        assert SECRET not in answer.text, f"{answer.request.method} {answer.request.url}"
    assert sum(told in answer.text for answer in answers) >= 5
    events = good(office.agent.get(f"/v1/workflows/{workflow}/events?limit=200"))["items"]
    assert [one["version"] for one in events] == list(range(1, len(events) + 1))
    for who in (office.ben, office.reader, office.admin):
        assert SECRET in who.get(f"/v1/approvals/{approval['id']}").text
        assert SECRET in who.get(f"/v1/workflows/{workflow}/events?limit=200").text
        assert SECRET in who.get(f"/v1/workflows/{workflow}/stream").text
    problem(post(office, "ben", approval, "comments", text="late"), 409, "approval.closed")


def test_what_is_for_people_reaches_no_agent_that_follows_the_changes(office: Api) -> None:
    workflow, _, approval = waiting_call(office)
    lines = []
    with office.agent.stream("GET", "/v1/stream") as answer:
        told = answer.iter_lines()
        lines.append(next(told))
        verb(office, "ben", approval, "comments", text=SECRET)
        good(office.admin.post(f"/v1/workflows/{workflow}/cancel", json={}))
        version = good(office.agent.get(f"/v1/workflows/{workflow}"))["version"]
        last = {"workflow_id": workflow, "version": version}
        for line in told:
            lines.append(line)
            if line.startswith("data: ") and json.loads(line.removeprefix("data: ")) == last:
                break
    assert any(approval["id"] in line for line in lines)
    assert not any(SECRET in line for line in lines)


def test_an_agent_cannot_reply_to_what_it_cannot_read(office: Api) -> None:
    approval = ask(office, "anything")
    verb(office, "ben", approval, "comments", text=SECRET)
    answer = post(office, "agent", approval, "comments", text="what?", reply_to=1)
    problem(answer, 422, "approval.unknown_comment")


# --- taking back, giving time


def test_a_decision_can_be_withdrawn_and_made_again(office: Api) -> None:
    approval = ask(office, "pay")
    good(decide(office, "ben", approval))
    back = verb(office, "ben", approval, "withdraw", reason="wrong invoice")
    assert [(d["person"], d["counts"], d["withdrawn"]) for d in back["decisions"]] == [
        ("ben", False, "wrong invoice")
    ]
    problem(decide(office, "eva", approval), 409, "approval.stage_not_open")
    problem(post(office, "ben", approval, "withdraw"), 409, "approval.not_decided")
    closed = good(decide(office, "ben", approval, "reject", reason="really"))
    assert closed["status"] == "rejected"
    problem(post(office, "ben", approval, "withdraw"), 409, "approval.closed")


def test_time_is_given_as_far_as_the_policy_says(office: Api) -> None:
    approval = ask(office, "mail")
    before = datetime.fromisoformat(approval["deadline"])
    extended = verb(office, "dan", approval, "extend", by_s=70, reason="the auditor")
    assert datetime.fromisoformat(extended["deadline"]) - before == timedelta(seconds=70)
    assert extended["schedule"]["extend_s"] == 30
    answer = post(office, "cleo", approval, "extend", by_s=31)
    assert "30 s more" in problem(answer, 409, "approval.not_extendable")["detail"]
    problem(post(office, "ada", approval, "extend", by_s=1), 403, "approval.not_an_approver")
    problem(post(office, "ben", ask(office, "anything"), "extend", by_s=1), 409,
            "approval.no_deadline")  # fmt: skip


# --- answers of the request's own


def test_a_custom_outcome_says_what_it_means(office: Api) -> None:
    outcomes = [
        {"name": "later", "means": "ignore", "text": "Ask again next week."},
        {"name": "wrong team", "means": "reject", "text": "This is for the other team."},
    ]
    approval = ask(office, "anything", outcomes=outcomes)
    assert [one["name"] for one in approval["outcomes"]] == ["later", "wrong team"]
    problem(decide(office, "ben", approval, "ignore", outcome="wrong team"), 422,
            "approval.unknown_outcome")  # fmt: skip
    closed = good(decide(office, "ben", approval, "ignore", outcome="later"))
    assert (closed["status"], closed["outcome"]["name"]) == ("ignored", "later")
    assert closed["outcome"]["reason"] == "Ask again next week."
    approval = ask(office, "anything", outcomes=outcomes)
    closed = good(decide(office, "ben", approval, "reject", outcome="wrong team", reason="sales"))
    assert closed["status"] == "rejected"
    assert closed["outcome"]["reason"] == "This is for the other team. (sales)"


@pytest.mark.parametrize(
    "outcomes",
    [
        [{"name": "a", "means": "reject"}, {"name": "a", "means": "ignore"}],
        [{"name": "a", "means": "answer"}],
    ],
)
def test_outcomes_that_cannot_be_are_refused(office: Api, outcomes: list[Any]) -> None:
    answer = office.agent.post("/v1/approvals", json={"action": "x", "outcomes": outcomes})
    problem(answer, 422, "approval.bad_outcome")


def test_a_dismissal_is_no_refusal(office: Api) -> None:
    workflow, body, approval = waiting_call(office)
    closed = good(decide(office, "ben", approval, "ignore"))
    assert (closed["status"], closed["outcome"]["status"]) == ("ignored", "ignored")
    verdict = open_call(office, workflow, body)
    assert (verdict["verdict"], verdict["reason"]) == ("deny", "approval.ignored")
    assert "no refusal" in verdict["message"]
    listed = good(office.reader.get("/v1/approvals?status=ignored&limit=200"))["items"]
    assert approval["id"] in [one["id"] for one in listed]
