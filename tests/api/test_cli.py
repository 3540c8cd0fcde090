"""The command line against a real server: what it says, how it ends, what it never does unseen."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from local_server import Server
from office import ask
from serving import binary
from support import (
    Api,
    asked,
    call_body,
    good,
    new_workflow,
    open_call,
    read_approval,
    start_turn,
)

OK, REFUSED, USAGE, UNREACHABLE, NOT_FOUND, NOT_ALLOWED = range(6)
ESC = "\x1b"
RTL = "\u202e"


def fermata(*words: str, url: str = "", key: str = "") -> subprocess.CompletedProcess[str]:
    """Runs it where nobody can be asked: no terminal, nothing to read."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FERMATA_")}
    environment |= {"FERMATA_URL": url} if url else {}
    environment |= {"FERMATA_KEY": key} if key else {}
    return subprocess.run(
        [binary(), *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def run_as(api: Api, role: str, *words: str, code: int = OK) -> str:
    done = fermata(*words, url=api.url, key=api.keys[role])
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == OK else done.stderr


def answer_of(api: Api, role: str, *words: str) -> Any:
    return json.loads(run_as(api, role, *words, "--json"))


def test_shows_what_is_waiting(api: Api) -> None:
    approval = asked(api, 777)
    listed = answer_of(api, "ben", "approvals", "list", "--workflow", approval["workflow_id"])
    assert [one["id"] for one in listed] == [approval["id"]]
    text = run_as(api, "ben", "approvals", "list", "--workflow", approval["workflow_id"])
    assert approval["id"] in text
    assert "refund(amount=777)" in text
    assert "finance 0 of 1" in text
    assert ESC not in text  # No colours where there is no terminal.
    shown = run_as(api, "ben", "approvals", "show", approval["id"])
    assert approval["hash"] in shown
    assert "May refund-bot run refund with amount 777?" in shown
    document = answer_of(api, "ben", "approvals", "show", approval["id"])
    assert document.pop("view")["facts"][0]["text"] == "777"
    assert document == approval


def test_approves_what_it_has_shown(api: Api) -> None:
    approval = asked(api, 778)
    text = run_as(api, "ben", "approvals", "approve", approval["id"], "--yes")
    assert "Amount (number): 778" in text
    assert "approved" in text
    decision = read_approval(api, approval)["decisions"][0]
    assert decision["hash"] == approval["hash"]
    assert decision["door"] == "cli"
    late = run_as(api, "cleo", "approvals", "approve", approval["id"], "--yes", code=REFUSED)
    assert "approval.closed" in late
    assert "approved by ben" in late


def test_decides_nothing_when_nobody_can_be_asked(api: Api) -> None:
    approval = asked(api)
    assert "--yes" in run_as(api, "ben", "approvals", "approve", approval["id"], code=USAGE)
    assert read_approval(api, approval)["status"] == "pending"


def test_insists_on_a_hash(api: Api) -> None:
    approval = asked(api)
    words = ("approvals", "approve", approval["id"], "--yes", "--hash")
    assert "hash_mismatch" in run_as(api, "ben", *words, "0" * 64, code=REFUSED)
    assert read_approval(api, approval)["status"] == "pending"
    run_as(api, "ben", *words, approval["hash"])


def test_rejects_with_a_reason_only(api: Api) -> None:
    approval = asked(api)
    words = ("approvals", "reject", approval["id"], "--yes")
    run_as(api, "ben", *words, code=USAGE)
    run_as(api, "ben", *words, "--reason", "never paid")
    outcome = read_approval(api, approval)["outcome"]
    assert (outcome["status"], outcome["reason"]) == ("rejected", "never paid")


def test_edits_keep_json_types(api: Api) -> None:
    approval = asked(api, 500)
    words = ("approvals", "edit", approval["id"], "--yes", "--reason", "too much")
    assert "must be a number" in run_as(api, "ben", *words, "--set", "amount=lots", code=USAGE)
    text = run_as(api, "ben", *words, "--set", "amount=80", "--set", "note=shipping is ours")
    assert "amount: 500 → 80" in text
    edited = read_approval(api, approval)
    assert edited["arguments"] == {"amount": 80, "note": "shipping is ours"}
    assert edited["original_arguments"] == {"amount": 500}


def test_answers_a_question_by_its_form(api: Api) -> None:
    schema = {
        "type": "object",
        "properties": {"account": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["account"],
    }
    body = {"action": "which account?", "kind": "question", "form": {"schema": schema}}
    approval = good(api.agent.post("/v1/approvals", json=body), 201)
    words = ("approvals", "answer", approval["id"], "--yes")
    run_as(api, "ben", *words, "--set", "account=007", "--set", "count=7")
    assert read_approval(api, approval)["outcome"]["answer"] == {"account": "007", "count": 7}


def test_says_whether_a_call_in_doubt_happened(api: Api) -> None:
    workflow = new_workflow(api)
    call = {"key": "k", "kind": "tool", "tool": "lookup", "arguments": {"id": 1}}
    first = start_turn(api, workflow)
    assert open_call(api, workflow, {**call, "turn": first})["verdict"] == "run"
    second = start_turn(api, workflow, worker="w2", takeover=True)
    doubt = open_call(api, workflow, {**call, "turn": second})["approval"]
    assert doubt["kind"] == "in_doubt"
    words = ("approvals", "answer", doubt["id"], "--yes", "--happened", "--result", '{"n": 1}')
    run_as(api, "ben", *words)
    replay = open_call(api, workflow, {**call, "turn": second})
    assert (replay["verdict"], replay["call"]["result"]) == ("replay", {"n": 1})
    timeline = run_as(api, "ben", "workflows", "show", workflow)
    assert "turn 1 of worker w1 never ended" in timeline
    assert "in doubt, did it happen? lookup(id=1)" in timeline


def test_a_doubt_that_is_approved_names_the_command_that_answers_it(api: Api) -> None:
    workflow = new_workflow(api)
    call = {"key": "k", "kind": "tool", "tool": "lookup", "arguments": {"id": 1}}
    open_call(api, workflow, {**call, "turn": start_turn(api, workflow)})
    second = start_turn(api, workflow, worker="w2", takeover=True)
    doubt = open_call(api, workflow, {**call, "turn": second})["approval"]["id"]
    for words in (("approve", doubt), ("reject", doubt, "--reason", "no"), ("answer", doubt)):
        said = run_as(api, "ben", "approvals", *words, "--yes", code=USAGE)
        assert "--happened" in said
        assert "--not-happened" in said


def test_a_person_starts_a_workflow(api: Api, tmp_path: Path) -> None:
    (tmp_path / "task").write_text('{"task": "Refund what is due."}')
    words = ("workflows", "start", "nobodys-bot", "--tag", "eu", "--name", "Refunds")
    made = answer_of(api, "ben", *words, "--input", f"@{tmp_path}/task")
    assert (made["agent"], made["input"]) == ("nobodys-bot", {"task": "Refund what is due."})
    assert (made["tags"], made["name"], made["status"]) == (["eu"], "Refunds", "ready")
    plain = ("workflows", "start", "nobodys-bot", "--input")
    assert "workflows tail wf_" in run_as(api, "ben", *plain, "Do it.")
    assert "/no/such: cannot be read" in run_as(api, "ben", *plain, "@/no/such", code=USAGE)


def test_says_why_it_does_not_reach_a_server_or_a_key(api: Api) -> None:
    secure = api.url.replace("http://", "https://")
    done = fermata("approvals", "list", url=secure, key=api.keys["ben"])
    assert "speaks http; try http://" in done.stderr
    done = fermata("approvals", "list", "--key-file", "/no/such", url=secure, key="")
    assert "/no/such: cannot be read" in done.stderr


def test_an_agents_words_cannot_steer_the_terminal(api: Api) -> None:
    workflow = new_workflow(api, name=f"name{ESC}[2J")
    body = {
        "turn": start_turn(api, workflow, worker=f"w{RTL}"),
        "key": "k",
        "kind": "tool",
        "tool": "refund",
        "arguments": {"amount": 500, "to": f"{RTL}abc\u200b"},
        "why": f"please{ESC}[31m\r\nApproved by the board",
    }
    approval = open_call(api, workflow, body)["approval"]
    for words in (
        ("approvals", "show", approval["id"]),
        ("approvals", "list", "--workflow", workflow),
        ("workflows", "list", "--limit", "5"),
        ("workflows", "show", workflow),
    ):
        text = run_as(api, "ben", *words)
        for steering in (ESC, RTL, "\u200b", "\r"):
            assert steering not in text
    shown = run_as(api, "ben", "approvals", "show", approval["id"])
    assert "\u2039U+202E\u203aabc\u2039U+200B\u203a" in shown
    own_words = shown.index("In the agent's own words")
    assert shown.index("refund") < own_words < shown.index("please\\u{1B}")
    assert "\nApproved by the board" not in shown


@pytest.mark.parametrize(
    ("role", "words", "code"),
    [
        ("ben", ("approvals", "show", "ap_" + "0" * 26 + "_1"), NOT_FOUND),
        ("ben", ("workflows", "show", "wf_" + "0" * 26), NOT_FOUND),
        ("ben", ("workflows", "tail", "wf_" + "0" * 26), NOT_FOUND),
        ("ben", ("keys", "list"), NOT_ALLOWED),
        ("agent", ("people", "set", "eve", "--name", "Eve"), NOT_ALLOWED),
        ("ben", ("approvals", "nonsense"), USAGE),
        ("ben", (), USAGE),
        ("admin", ("groups", "remove", "nobody"), NOT_FOUND),
        ("admin", ("groups", "set", "ghosts", "--member", "casper"), REFUSED),
    ],
)
def test_exit_codes(api: Api, role: str, words: tuple[str, ...], code: int) -> None:
    run_as(api, role, *words, code=code)


def test_exit_codes_without_a_key_or_a_server(api: Api) -> None:
    assert fermata("approvals", "list", url=api.url).returncode == NOT_ALLOWED
    assert fermata("approvals", "list", url=api.url, key="no key").returncode == NOT_ALLOWED
    done = fermata("approvals", "list", url="http://127.0.0.1:1", key="k")
    assert done.returncode == UNREACHABLE
    assert "fermata serve" in done.stderr


def test_refusals_are_problem_documents_for_machines(api: Api) -> None:
    words = ("approvals", "show", "ap_" + "0" * 26 + "_1", "--json")
    done = fermata(*words, url=api.url, key=api.keys["ben"])
    assert done.stdout == ""
    assert json.loads(done.stderr)["reason"] == "approval.not_found"


def test_watch_and_tail_end_when_it_has_ended(api: Api) -> None:
    approval = asked(api)
    run_as(api, "ben", "approvals", "approve", approval["id"], "--yes")
    watched = run_as(api, "ben", "approvals", "watch", approval["id"], "--json").splitlines()
    assert json.loads(watched[-1])["status"] == "approved"
    run_as(api, "ben", "workflows", "cancel", approval["workflow_id"], "--reason", "enough")
    told = run_as(api, "ben", "workflows", "tail", approval["workflow_id"], "--all")
    assert told.splitlines()[0].endswith("created by agent refund-bot")
    assert told.splitlines()[-1].endswith("cancelled by person ben: enough")
    last = run_as(api, "ben", "workflows", "tail", approval["workflow_id"], "--all", "--json")
    versions = [json.loads(line)["version"] for line in last.splitlines()]
    assert versions == list(range(1, len(versions) + 1))


def test_people_groups_and_keys(api: Api) -> None:
    words = ("people", "set", "kim", "--name", "Kim", "--identity", "slack=U77")
    run_as(api, "admin", *words)
    run_as(api, "admin", "people", "set", "kim", "--email", "kim@example.com")
    kim = answer_of(api, "admin", "people", "show", "kim")
    assert (kim["name"], kim["email"]) == ("Kim", "kim@example.com")
    assert kim["identities"] == {"slack": "U77"}  # What was not said stayed.
    run_as(api, "admin", "groups", "set", "crew", "--name", "Crew", "--member", "kim")
    run_as(api, "admin", "groups", "add", "crew", "dan")
    run_as(api, "admin", "groups", "drop", "crew", "kim")
    assert answer_of(api, "admin", "groups", "show", "crew")["members"] == ["dan"]
    run_as(api, "admin", "groups", "remove", "crew")

    made = answer_of(api, "admin", "keys", "create", "--kind", "person", "--person", "kim")
    assert fermata("approvals", "list", url=api.url, key=made["key"]).returncode == OK
    assert made["key"] not in run_as(api, "admin", "keys", "list")
    run_as(api, "admin", "keys", "revoke", made["id"])
    assert fermata("approvals", "list", url=api.url, key=made["key"]).returncode == NOT_ALLOWED


def test_policies(api: Api, tmp_path: Path) -> None:
    words = ("policy", "explain", "refund", "--set", "amount=2000")
    assert answer_of(api, "ben", *words)["thresholds"][0]["approve"] == 2
    assert "refunds above 100" in run_as(api, "ben", "policy", "show")
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\nrules: []\ndefault: {effect: deny}\n")
    assert fermata("policy", "check", str(file)).returncode == OK
    local = fermata(*words, "--file", str(file), "--json")
    assert json.loads(local.stdout)["effect"] == "deny"
    file.write_text("version: 1\nrules:\n  - {name: a, tool: t, effect: perhaps}\n")
    wrong = fermata("policy", "check", str(file))
    assert wrong.returncode == REFUSED
    assert f"{file}:3:" in wrong.stdout
    run_as(api, "admin", "policy", "publish", str(file), code=REFUSED)


def printed(lines: list[str]) -> dict[tuple[str, str], str]:
    """The keys of the first tenant; those of others have its name behind."""
    words = [line.split() for line in lines]
    return {(w[1], w[2]): w[3] for w in words if w[:1] == ["key"] and len(w) == 4}


def test_a_first_start_that_was_killed_leaves_no_key_that_nobody_saw(own_server: Server) -> None:
    """Killed at once, after its first key and after its second."""
    seen: dict[tuple[str, str], str] = {}
    for lines in range(3):
        with subprocess.Popen(
            [own_server.binary, "serve", "--config", "fermata.yaml", "--port", "0"],
            cwd=own_server.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            first = [process.stdout.readline() for _ in range(lines)]
            process.kill()
            seen |= printed(first + process.stdout.readlines())
    seen |= printed(own_server.start())
    done = fermata("keys", "list", "--json", url=own_server.url, key=seen["admin", "admin"])
    assert done.returncode == OK, done.stderr
    valid = [key["id"] for key in json.loads(done.stdout) if not key["revoked_at"]]
    assert sorted(valid) == sorted(key.split("_")[2] for key in seen.values())
    assert len(valid) == 9  # Eight of the file, and the admin's.


def test_completion_is_bash(tmp_path: Path) -> None:
    script = tmp_path / "fermata.bash"
    script.write_text(fermata("completion", "bash").stdout)
    probe = (
        f"source {script}; COMP_WORDS=(fermata approvals ap); COMP_CWORD=2; _fermata;"
        'echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["approve"]


def test_help_documents_the_exit_codes() -> None:
    text = fermata("--help").stdout
    for line in ("0  done", "3  unreachable", "5  not allowed"):
        assert line in text


def test_shows_what_a_rollback_does_before_it_does_it(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    held = open_call(api, workflow, call_body(turn, 500))["approval"]
    (point,) = answer_of(api, "ben", "workflows", "checkpoints", workflow)
    listed = run_as(api, "ben", "workflows", "checkpoints", workflow)
    assert "before refund" in listed
    assert "automatic" in listed
    words = ("workflows", "rollback", workflow, point["id"], "--reason", "wrong customer")
    run_as(api, "ben", *words, code=USAGE)
    assert read_approval(api, held)["status"] == "pending", "without a yes nothing is done"
    told = run_as(api, "ben", *words, "--yes")
    assert "Requests that are cancelled" in told
    assert "1 of finance" in told
    assert "Rolled back." in told
    assert read_approval(api, held)["status"] == "cancelled"
    run_as(api, "ben", "workflows", "rollback", workflow, "cp_x", "--reason", "x", code=NOT_FOUND)


def test_shows_what_would_have_come_of_another_decision(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    body = call_body(turn, 500)
    held = open_call(api, workflow, body)["approval"]
    words = ("workflows", "fork", workflow, "--approval", held["id"], "--reject", "too much")
    told = run_as(api, "ben", *words)
    assert "Nothing is done for real" in told
    made = answer_of(api, "ben", *words)["id"]
    shown = run_as(api, "ben", "workflows", "show", made, "--all")
    assert f"as a fork of {workflow}" in shown
    assert "too much" in shown
    compared = run_as(api, "ben", "workflows", "compare", workflow, made)
    assert "> refund" in compared
    assert 'Rejected by ben: "too much"' in compared
    run_as(api, "ben", "workflows", "compare", workflow, made, "--all")
    assert "done for real" in run_as(api, "ben", "workflows", "allow-effects", made, "--yes")
    run_as(api, "ben", "workflows", "fork", workflow, "--input", "{", code=USAGE)


def test_a_workflow_that_has_ended_is_not_rolled_back_but_forked(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    made = good(
        api.agent.post(f"/v1/workflows/{workflow}/checkpoints", json={"name": "x", "turn": turn}),
        201,
    )
    good(api.agent.post(f"/v1/workflows/{workflow}/complete", json={"turn": turn}))
    words = ("workflows", "rollback", workflow, made["id"], "--reason", "wrong", "--yes")
    told = run_as(api, "ben", *words, code=REFUSED)
    assert "is completed and takes no more commands; what goes on from it is a fork" in told


def test_verbs_on_the_command_line(office: Api) -> None:
    approval = ask(office, "mail")
    told = run_as(office, "dan", "approvals", "explain", approval["id"])
    assert "0 of 1  legal: cleo, dan" in told
    assert "it expires" in told
    assert "You have taken it on" in run_as(office, "dan", "approvals", "claim", approval["id"])
    run_as(office, "cleo", "approvals", "claim", approval["id"], code=REFUSED)
    run_as(office, "dan", "approvals", "release", approval["id"])
    run_as(office, "cleo", "approvals", "assign", approval["id"], "dan")
    words = ("approvals", "comment", approval["id"])
    assert "only people read it" in run_as(office, "dan", *words, "who is this?")
    assert "the agent reads it" in run_as(office, "dan", *words, "which one?", "--ask")
    words = ("approvals", "delegate", approval["id"])
    run_as(office, "dan", *words, "eva", code=USAGE)
    assert "eva decides in your place until" in run_as(office, "dan", *words, "eva", "--hours", "2")
    assert "yourself again" in run_as(office, "dan", *words, "--back")
    run_as(office, "dan", "approvals", "forward", approval["id"], "eva", "--reason", "she knows")
    extended = run_as(office, "cleo", "approvals", "extend", approval["id"], "--minutes", "1")
    assert "Its deadline is" in extended
    run_as(office, "cleo", "approvals", "extend", approval["id"], "--hours", "9", code=REFUSED)
    shown = run_as(office, "dan", "approvals", "show", approval["id"])
    for fact in (
        "eva decides for dan, for good: she knows",
        "1. person dan says, for people only: who is this?",
        "2. person dan asks the agent: which one?",
        "dan, assigned by cleo",
        "up to 40 s",
    ):
        assert fact in shown
    assert "approved" in run_as(office, "eva", "approvals", "approve", approval["id"], "--yes")
    assert "(for dan)" in run_as(office, "eva", "approvals", "show", approval["id"])
    workflow = run_as(office, "eva", "workflows", "show", approval["workflow_id"])
    assert "dan forwards request #1 mail to eva: she knows" in workflow
    assert "eva approves request #1 mail, for dan" in workflow


def test_a_decision_is_withdrawn_and_a_request_skipped(office: Api) -> None:
    approval = ask(office, "pay", outcomes=[{"name": "later", "means": "ignore", "text": "Wait."}])
    shown = run_as(office, "ben", "approvals", "show", approval["id"])
    assert "1 of finance (first look) must agree" in shown
    assert "stage 2: 1 of role:cfo or board (signature) must agree" in shown
    run_as(office, "ben", "approvals", "approve", approval["id"], "--yes")
    words = ("approvals", "withdraw", approval["id"], "--reason", "too fast")
    assert "first look 0 of 1, signature 0 of 1" in run_as(office, "ben", *words)
    shown = run_as(office, "ben", "approvals", "show", approval["id"])
    assert "(no longer counts: withdrawn, too fast)" in shown
    run_as(office, "ben", "approvals", "ignore", approval["id"], "--yes", "--outcome", "later")
    assert "ignored (later) by ben" in run_as(office, "ben", "approvals", "show", approval["id"])


def test_the_kill_switch_on_the_command_line(office: Api) -> None:
    words = ("freeze", "--tool", "printer", "--reason", "paper everywhere")
    run_as(office, "ben", "freeze", "--reason", "what?", code=USAGE)
    run_as(office, "agent", *words, code=NOT_ALLOWED)
    freeze = answer_of(office, "ben", *words)["id"]
    assert f"fermata thaw {freeze}" in run_as(office, "ben", *words), "again: the same one"
    other = run_as(office, "ben", *words[:-1], "it burns")
    assert "frozen before, by ben: paper everywhere\nYour reason is not kept." in other
    listed = run_as(office, "reader", "freezes")
    assert "tool printer" in listed
    assert "paper everywhere" in listed
    run_as(office, "ada", "thaw", freeze, code=NOT_ALLOWED)
    assert "It goes on: tool printer" in run_as(office, "ben", "thaw", freeze)
    assert freeze not in [one["id"] for one in answer_of(office, "reader", "freezes")]
    assert freeze in [one["id"] for one in answer_of(office, "reader", "freezes", "--all")]


def test_roles_attributes_managers_and_resources(office: Api) -> None:
    words = ("people", "set", "gil", "--role", "cfo,auditor", "--attribute", "region=eu")
    run_as(office, "admin", *words, "--manager", "eva")
    run_as(office, "admin", "people", "set", "gil", "--attribute", "floor=2", "--name", "Gil")
    gil = answer_of(office, "ben", "people", "show", "gil")
    assert (sorted(gil["roles"]), gil["manager"]) == (["auditor", "cfo"], "eva")
    assert gil["attributes"] == {"region": "eu", "floor": "2"}
    run_as(office, "admin", "people", "set", "gil", "--role", "", "--manager", "", "--attribute",
           "region=")  # fmt: skip
    gil = answer_of(office, "ben", "people", "show", "gil")
    assert (gil["roles"], gil["manager"], gil["attributes"]) == ([], None, {"floor": "2"})
    run_as(office, "admin", "resources", "set", "acme/site", "--owner", "ben", "--owner", "gil")
    assert "acme/site" in run_as(office, "ben", "resources", "list")
    run_as(office, "admin", "resources", "remove", "acme/site")
    assert "acme/site" not in run_as(office, "ben", "resources", "list")


def test_completion_knows_the_verbs_and_the_switch() -> None:
    script = fermata("completion", "bash").stdout
    for words in ("['fermata approvals']=", "['fermata freeze']=", "['fermata resources']="):
        assert words in script
    line = next(row for row in script.splitlines() if "['fermata approvals']=" in row)
    for verb in ("explain", "claim", "release", "assign", "delegate", "forward", "comment",
                 "withdraw", "extend", "ignore"):  # fmt: skip
        assert f" {verb} " in line or f"'{verb} " in line, verb
