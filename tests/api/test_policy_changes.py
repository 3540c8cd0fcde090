"""A change of the policy is asked like a call: nobody makes one alone."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from local_server import Server
from serving import POLICY, start
from support import Api, agreed_policy, decide, events_of, good, problem, read_approval
from test_audit import found
from test_cli import run_as

STRICTER = POLICY + "# stricter\n"


def proposed(api: Api, source: str, who: str = "admin") -> dict[str, Any]:
    body = {"source": source, "reason": "the audit asked for it"}
    return good(getattr(api, who).post("/v1/policies", json=body), 202)


def in_force(api: Api) -> dict[str, Any]:
    return good(api.reader.get("/v1/policies/current"))


def history(api: Api) -> list[dict[str, Any]]:
    return list(good(api.reader.get("/v1/policies?limit=200"))["items"])


def test_a_proposal_shows_what_changes_and_changes_nothing(own_server: Server) -> None:
    api = start(own_server)
    before = in_force(api)
    request = proposed(api, POLICY.replace("lte: 100}", "lte: 50}"))
    assert request["kind"] == "policy"
    assert request["action"] == "policy.publish"
    assert request["arguments"]["changes"] == [
        "  rules:",
        "    - {name: lookups run, tool: lookup, effect: allow}",
        "-   - {name: small refunds run, tool: refund, when: {amount: {lte: 100}}, effect: allow}",
        "+   - {name: small refunds run, tool: refund, when: {amount: {lte: 50}}, effect: allow}",
        "    - name: refunds above 100",
        "      tool: refund",
    ]
    assert request["arguments"]["replaces"] == before["hash"]
    assert request["why"] == "the audit asked for it"
    assert in_force(api) == before
    done = good(decide(api, "ben", request, "reject", reason="not on a Friday"))
    assert done["status"] == "rejected"
    assert in_force(api) == before


def test_a_policy_whose_default_allows_can_be_changed(own_server: Server) -> None:
    source = """version: 1
rules:
  - {name: payments, tool: pay, effect: ask, thresholds: [{from: finance, approve: 2}]}
default: {effect: allow}
"""
    (own_server.folder / "policy.yaml").write_text(source)
    api = start(own_server)
    request = proposed(api, STRICTER)
    assert [(one["from"], one["approve"]) for one in request["thresholds"]] == [("finance", 2)]
    good(decide(api, "ben", request))
    assert good(decide(api, "cleo", request))["status"] == "approved"


def test_p5_lines_that_change_places_are_shown(own_server: Server) -> None:
    """The same lines in another order are another policy: what asked two now asks one."""
    api = start(own_server)
    one = "thresholds: [{from: finance, approve: 1, reject: 1}]"
    two = "thresholds: [{from: finance, approve: 2, reject: 1}]"
    at = POLICY.index(one)
    swapped = POLICY[:at] + two + POLICY[at + len(one) :].replace(two, one, 1)
    assert sorted(swapped.splitlines()) == sorted(POLICY.splitlines())
    changes = proposed(api, swapped)["arguments"]["changes"]
    assert f"-     {one}" in changes
    assert f"+     {two}" in changes
    assert f"-     {two}" in changes
    assert f"+     {one}" in changes


def test_a_first_publication_that_is_repeated_gets_its_first_answer(own_server: Server) -> None:
    """Its answer was lost on the way; meanwhile another version has come into force."""
    config = own_server.folder / "fermata.yaml"
    config.write_text(config.read_text().replace("policy: {file: policy.yaml}\n", "", 1))
    api = start(own_server)
    body = {"source": POLICY}
    key = {"Idempotency-Key": "the-first-policy"}
    first = good(api.admin.post("/v1/policies", json=body, headers=key), 201)
    assert good(api.admin.post("/v1/policies", json=body, headers=key), 201) == first
    other = {"source": STRICTER}
    problem(
        api.admin.post("/v1/policies", json=other, headers=key), 422, "request.idempotency_mismatch"
    )
    agreed_policy(api, STRICTER)
    assert good(api.admin.post("/v1/policies", json=body, headers=key), 201) == first
    proposal = {"Idempotency-Key": "back-to-the-first"}
    asked = good(api.admin.post("/v1/policies", json=body, headers=proposal), 202)
    assert good(api.admin.post("/v1/policies", json=body, headers=proposal), 202) == asked
    assert in_force(api)["source"] == STRICTER


def test_a_restart_with_the_old_file_undoes_nothing_that_was_agreed_to(own_server: Server) -> None:
    api = start(own_server)
    agreed_policy(api, STRICTER)
    own_server.kill()
    own_server.start()
    api = Api(own_server.url, api.keys)
    assert in_force(api)["source"] == STRICTER
    own_server.kill()
    (own_server.folder / "policy.yaml").write_text(POLICY + "# the operator has changed it\n")
    own_server.start()
    api = Api(own_server.url, api.keys)
    assert "the operator has changed it" in in_force(api)["source"]


def test_once_agreed_it_is_in_force_and_says_by_whose_yes(own_server: Server) -> None:
    api = start(own_server)
    current = agreed_policy(api, STRICTER)
    assert current["source"] == STRICTER
    assert current["by"] == "admin"
    request = read_approval(api, {"id": current["approval"]})
    assert [d["person"] for d in request["decisions"]] == ["ben"]
    assert [version["approval"] for version in history(api)] == [current["approval"], None]
    own_server.kill()
    own_server.start()
    again = history(Api(own_server.url, api.keys))
    assert again[0]["approval"] == current["approval"], "what was agreed to is kept"


def test_p3_who_proposes_does_not_agree(own_server: Server) -> None:
    api = start(own_server)
    request = proposed(api, STRICTER, "ben")
    problem(decide(api, "ben", request), 403, "approval.requester_decides")
    problem(decide(api, "dan", request), 403, "approval.not_an_approver")
    assert good(decide(api, "cleo", request))["status"] == "approved"


def test_p3_whose_the_admins_key_is_does_not_agree(own_server: Server) -> None:
    api = start(own_server)
    wish = {"kind": "admin", "label": "bens", "on_behalf_of": "ben"}
    key = good(api.admin.post("/v1/keys", json=wish), 201)["key"]
    request = proposed(Api(api.url, {**api.keys, "admin": key}), STRICTER)
    problem(decide(api, "ben", request), 403, "approval.requester_decides")
    assert good(decide(api, "cleo", request))["status"] == "approved"


def test_agents_neither_propose_nor_ask_for_one_by_its_name(own_server: Server) -> None:
    api = start(own_server)
    body = {"source": STRICTER}
    for role in ("agent", "reader"):
        problem(getattr(api, role).post("/v1/policies", json=body), 403, "auth.kind_not_allowed")
    before = in_force(api)
    question = {"action": "policy.publish", "arguments": {"hash": "0" * 64, "replaces": ""}}
    asked = good(api.agent.post("/v1/approvals", json=question), 201)
    assert asked["kind"] == "call"
    good(decide(api, "ben", asked))
    policy = {**question, "kind": "policy"}
    problem(api.agent.post("/v1/approvals", json=policy), 422, "request.invalid")
    assert in_force(api) == before


def test_the_policy_itself_says_who_agrees(own_server: Server) -> None:
    api = start(own_server)
    rule = """  - name: two of legal
    tool: policy.publish
    effect: ask
    thresholds: [{from: legal, approve: 2, reject: 1}]
default:"""
    agreed_policy(api, POLICY.replace("default:", rule))
    request = proposed(api, POLICY)
    assert request["rule"] == "two of legal"
    problem(decide(api, "ben", request), 403, "approval.not_an_approver")
    assert good(decide(api, "cleo", request))["status"] == "pending"
    assert in_force(api)["source"] != POLICY
    assert good(decide(api, "dan", request))["status"] == "approved"


def test_where_it_denies_only_the_operators_file_changes_it(own_server: Server) -> None:
    api = start(own_server)
    deny = "  - {name: by file only, tool: policy.publish, effect: deny}\ndefault:"
    agreed_policy(api, POLICY.replace("default:", deny))
    problem(api.admin.post("/v1/policies", json={"source": POLICY}), 403, "policy.denied")


def test_of_two_proposals_one_comes_into_force(own_server: Server) -> None:
    api = start(own_server)
    first, second = proposed(api, STRICTER), proposed(api, POLICY + "# other\n")
    third = proposed(api, POLICY + "# a third\n")

    def agree(request: dict[str, Any], who: str) -> None:
        decide(Api(api.url, api.keys), who, request)

    threads = [
        threading.Thread(target=agree, args=(first, "ben")),
        threading.Thread(target=agree, args=(second, "cleo")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while len(history(api)) < 2:
        pass
    assert in_force(api)["approval"] in (first["id"], second["id"])
    late = good(decide(api, "ben", third))
    assert late["status"] == "superseded"
    assert len(history(api)) == 2
    done = events_of(api, late["workflow_id"])[-1]
    assert done["type"] == "workflow.completed"
    problem(decide(api, "cleo", third), 409, "approval.closed")


def test_of_proposals_agreed_to_at_once_each_says_what_came_of_it(own_server: Server) -> None:
    api = start(own_server)
    proposals = [proposed(api, POLICY + f"# {n}\n") for n in range(4)]
    agreeing = [
        threading.Thread(target=decide, args=(Api(api.url, api.keys), "ben", one))
        for one in proposals
    ]
    for thread in agreeing:
        thread.start()
    for thread in agreeing:
        thread.join()

    def ends() -> list[dict[str, Any]]:
        return [read_approval(api, one) for one in proposals]

    while any((end["published"] or {}).get("state") == "coming" for end in ends()):
        pass
    states = [
        end["published"]["state"] if end["status"] == "approved" else end["status"]
        for end in ends()
    ]
    assert states.count("in_force") == 1
    assert set(states) <= {"in_force", "too_late", "superseded"}
    (winner,) = (end for end in ends() if end["published"] and end["published"]["version"])
    assert in_force(api)["approval"] == winner["id"]
    shown = run_as(api, "ben", "approvals", "show", winner["id"])
    assert "in force as version 2" in shown
    again = proposed(api, POLICY + "# later\n")
    told = run_as(api, "ben", "approvals", "approve", again["id"], "--yes")
    assert "The request is approved; comes into force." in told
    while in_force(api)["approval"] != again["id"]:
        pass
    assert read_approval(api, winner)["published"] == {"state": "replaced", "version": 2}


def test_what_is_in_force_already_is_not_proposed(own_server: Server) -> None:
    api = start(own_server)
    problem(api.admin.post("/v1/policies", json={"source": POLICY}), 409, "policy.unchanged")


def test_p11_p12_the_audit_follows_it(own_server: Server) -> None:
    api = start(own_server)
    agreed_policy(api, STRICTER)
    own_server.stop()
    assert found(own_server) == []


def test_on_the_command_line(own_server: Server, tmp_path: Path) -> None:
    api = start(own_server)
    file = tmp_path / "next.yaml"
    file.write_text(STRICTER)
    told = run_as(api, "admin", "policy", "publish", str(file), "--reason", "the audit")
    assert told.startswith("Version 2 of the policy waits for finance 0 of 1.\n")
    request = told.split()[-1]
    assert "+ # stricter" in run_as(api, "ben", "approvals", "show", request)
    run_as(api, "ben", "approvals", "approve", request, "--yes")
    while in_force(api)["approval"] != request:
        pass
    assert run_as(api, "admin", "policy", "versions").splitlines()[1].split()[0] == "2"
