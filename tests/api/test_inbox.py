"""fermata inbox, as somebody at a terminal sees it: the real program, a real server, real keys."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_server import Server
from serving import binary, make_server, start
from support import Api, asked, decide, good, problem, read_approval
from terminal import CTRL_C, CTRL_Z, END, ENTER, ESCAPE, PAGE_DOWN, TAB, Terminal

HOSTILE = Path(__file__).resolve().parents[1] / "hostile" / "corpus.json"
UP, DOWN, RIGHT = "\x1bOA", "\x1bOB", "\x1bOC"
CTRL_U = "\x15"

# The program is a client: which store the server has makes no difference to it.


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = make_server("sqlite", tmp_path)
    yield server
    if server.running:
        server.kill()


@pytest.fixture
def office_of(server: Server) -> Iterator[Api]:
    api = start(server)
    yield api
    api.close()


def inbox(api: Api, who: str = "ben", columns: int = 120, rows: int = 30, **more: str) -> Terminal:
    environment = {"FERMATA_URL": api.url, "FERMATA_KEY": api.keys[who], **more}
    return Terminal([binary(), "inbox"], environment, columns, rows)


def transfer(api: Api, to: str, amount: int = 200, **fields: Any) -> dict[str, Any]:
    body = {"action": "transfer", "arguments": {"amount": amount, "to": to}, **fields}
    return good(api.agent.post("/v1/approvals", json=body), 201)


def question(api: Api) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {
            "account": {"type": "string"},
            "count": {"type": "integer", "minimum": 1},
            "size": {"enum": ["S", "M"], "default": "M"},
        },
        "required": ["account", "count"],
    }
    body = {"action": "which account?", "kind": "question", "form": {"schema": schema}}
    return good(api.agent.post("/v1/approvals", json=body), 201)


def outcome(api: Api, approval: dict[str, Any]) -> tuple[str, str]:
    told = read_approval(api, approval)["outcome"]
    return told["status"], told["reason"]


def test_shows_what_waits_by_urgency_with_a_countdown_and_leaves_the_terminal_as_it_was(
    office_of: Api,
) -> None:
    asked(office_of, 501)
    transfer(office_of, "later", deadline_s=3000)
    transfer(office_of, "soon", deadline_s=100)
    with inbox(office_of) as at:
        text = at.wait_for("1 Mine 3", "● live", "with amount 501")
        assert text.index("Within 15 minutes") < text.index("to soon")
        assert text.index("to soon") < text.index("Within 2 hours") < text.index("to later")
        assert text.index("to later") < text.index("Without an end") < text.index("501")
        first = at.line_with("to soon").split()[1]
        at.wait("the countdown goes on", lambda: first not in at.line_with("to soon"))
        at.type("q")
        assert at.ended() == 0
        assert at.is_as_before()
        assert at.strange() == []


def test_approves_what_it_has_shown(office_of: Api) -> None:
    approval = asked(office_of, 502)
    with inbox(office_of) as at:
        at.wait_for("with amount 502")
        at.type(ENTER)
        text = at.wait_for("Amount (number): 502", "The rule: refunds above 100")
        assert "0 of 1  finance: ada, ben, cleo" in text
        assert "It waits: it has no end" in text
        at.type("a")
        at.wait_for("Reason (may stay empty)")
        assert read_approval(office_of, approval)["status"] == "pending"  # No letter decides.
        at.type("fair", ENTER)
        at.wait_for("Recorded: approve. The request is approved.", "Nothing waits for you.")
    decision = read_approval(office_of, approval)["decisions"][0]
    assert (decision["person"], decision["door"], decision["reason"]) == ("ben", "cli", "fair")
    assert decision["hash"] == approval["hash"]


def test_rejects_with_a_reason_only_and_keeps_a_reason_that_was_begun(office_of: Api) -> None:
    approval = asked(office_of, 503)
    with inbox(office_of) as at:
        at.wait_for("with amount 503")
        at.type("r")  # From the list: it is opened first.
        at.wait_for("Reject", "Reason (needed)", "Amount (number): 503")
        at.type(ENTER)
        at.wait_for("is needed: the agent reads it")
        at.type("never", ESCAPE)
        at.wait_until_gone("Reason (needed)")
        at.type("r")
        at.wait_for("> never")
        at.type(" paid é漢", ENTER)
        at.wait_for("Recorded: reject")
    assert outcome(office_of, approval) == ("rejected", "never paid é漢")


def test_what_is_risky_wants_its_target_typed(office_of: Api) -> None:
    approval = asked(office_of, 2500)
    with inbox(office_of) as at:
        at.wait_for("⚠", "with amount 2500")
        at.type("a")
        at.wait_for("This is risky. Type: 2500")
        at.type("250", ENTER, ENTER)
        at.wait_for("is not the same")
        assert read_approval(office_of, approval)["decisions"] == []
        at.type("0", ENTER, ENTER)
        at.wait_for("Recorded: approve. The request is pending; so far finance 1 of 2")
        at.wait_for("1 Mine 0", "2 My groups 1")  # What I have decided is no more mine.


def test_edits_the_arguments_in_ones_editor(office_of: Api, tmp_path: Path) -> None:
    approval = transfer(office_of, "Ann\u202e\u0085\x1b[2J")
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\ncp "$1" "{tmp_path}/seen"\nsed -i s/200/180/ "$1"\n')
    editor.chmod(0o700)
    with inbox(office_of, EDITOR=str(editor)) as at:
        at.wait_for("to Ann")
        at.type("e")
        at.wait_for("Your edit", "amount: 200 → 180", "The policy is asked again")
        at.type("too much", ENTER)
        at.wait_for("Recorded: edit")
        at.type("q")
        assert at.ended() == 0
        assert at.is_as_before()
    assert read_approval(office_of, approval)["arguments"] == {
        "amount": 180,
        "to": "Ann\u202e\u0085\x1b[2J",
    }
    # No editor was given a byte that could have moved its cursor.
    seen = (tmp_path / "seen").read_text()
    assert "\\u202e\\u0085\\u001b[2J" in seen
    assert json.loads(seen) == approval["arguments"]


def test_an_edit_that_is_no_json_is_kept(office_of: Api, tmp_path: Path) -> None:
    transfer(office_of, "Bob")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/200,/210,,/' \"$1\"\n")
    editor.chmod(0o700)
    with inbox(office_of, VISUAL=str(editor), EDITOR="/bin/false") as at:
        at.wait_for("to Bob")
        at.type("e")
        at.wait_for("That is no JSON object")
        editor.write_text("#!/bin/sh\nsed -i 's/210,,/210,/' \"$1\"\n")
        at.type("e")  # What was left there, not what the agent asked.
        at.wait_for("amount: 200 → 210")


def test_edits_the_arguments_field_by_field_without_an_editor(office_of: Api) -> None:
    approval = transfer(office_of, "Cleo")
    with inbox(office_of) as at:
        at.wait_for("to Cleo")
        at.type("e")
        at.wait_for("Edit the arguments", "> 200", "> Cleo")
        at.type(CTRL_U, "lots", ENTER, ENTER)
        at.wait_for("must be a number")
        at.type(CTRL_U, "90", TAB, ENTER)
        at.wait_for("amount: 200 → 90")
        at.type(ENTER)
        at.wait_for("Recorded: edit")
    assert read_approval(office_of, approval)["arguments"] == {"amount": 90, "to": "Cleo"}


def test_answers_a_question_by_its_form(office_of: Api) -> None:
    approval = question(office_of)
    with inbox(office_of) as at:
        at.wait_for("which account?")
        at.type("a")
        at.wait_for("Account (needed)", "1. S", "left empty: M")
        at.type("007", ENTER, "none", ENTER, ENTER)
        at.wait_for("✗ must be a whole number")
        at.type(CTRL_U, "7", ENTER, "1", ENTER)
        at.wait_for("Recorded: answer. The request is answered.")
    answer = read_approval(office_of, approval)["outcome"]["answer"]
    assert answer == {"account": "007", "count": 7, "size": "S"}


def test_decides_several_together_but_none_that_is_risky_or_a_question(office_of: Api) -> None:
    question(office_of)
    asked(office_of, 3000)
    paid = [transfer(office_of, name, deadline_s=1000 + at) for at, name in enumerate("XYZ")]
    with inbox(office_of) as at:
        at.wait_for("1 Mine 5", "to Z")
        at.type(" ", " ", " ")
        at.wait_for("3 marked")
        at.type(" ")
        at.wait_for("by itself")
        at.type("G", " ")
        at.wait_for("by itself")
        at.type("k", "g", DOWN, " ")  # Y is not meant after all.
        at.wait_for("2 marked")
        good(decide(office_of, "cleo", paid[2]))
        at.wait_for("1 Mine 4", "1 marked")  # Decided elsewhere.
        at.type("a")
        at.wait_for("Approve 1 request", "• May refund-bot run transfer with amount 200, to X?")
        at.type("all fine", ENTER)
        at.wait_for("Recorded: Approve 1 request", "1 Mine 3")
    assert outcome(office_of, paid[0])[0] == "approved"
    assert read_approval(office_of, paid[1])["status"] == "pending"


def test_rejects_several_and_tells_which_could_not_be(office_of: Api) -> None:
    paid = [transfer(office_of, name, deadline_s=1000 + at) for at, name in enumerate("VW")]
    with inbox(office_of) as at:
        at.wait_for("1 Mine 2")
        at.type(" ", " ", "r")
        at.wait_for("Reject 2 requests", "to V?", "to W?")
        good(decide(office_of, "cleo", paid[0]))
        at.type("no", ENTER)
        at.wait_for("1 could not be recorded", "It is approved by cleo", "> no")
    assert outcome(office_of, paid[1]) == ("rejected", "no")


def test_what_is_decided_elsewhere_appears_and_takes_nothing_that_was_typed(office_of: Api) -> None:
    approval = asked(office_of, 504)
    with inbox(office_of) as at:
        at.wait_for("with amount 504")
        at.type("r")
        at.wait_for("Reason (needed)")
        at.type("half a reas")
        at.wait_for("half a reas")
        good(decide(office_of, "cleo", approval, reason="mine"))
        at.wait_for("Meanwhile: approved by cleo", "mine", "> half a reas")
        at.type(ENTER)
        at.wait_for("Not recorded: ", "approval.closed", "It is approved by cleo", "> half a reas")


def test_what_is_edited_elsewhere_is_not_decided_by_its_old_hash(office_of: Api) -> None:
    approval = asked(office_of, 505)
    with inbox(office_of) as at:
        at.wait_for("with amount 505")
        at.type("a")
        at.wait_for("Reason (may stay empty)")
        edited = {"arguments": {"amount": 1500}, "reason": "more"}
        good(decide(office_of, "cleo", approval, "edit", **edited))
        at.wait_for("It was edited meanwhile", "505 → 1500")
        at.type(ENTER)
        at.wait_for("Not recorded: ", "approval.hash_mismatch")
    assert len(read_approval(office_of, approval)["decisions"]) == 1


def test_searches_and_has_tabs(office_of: Api) -> None:
    transfer(office_of, "Ärmel")
    transfer(office_of, "Berta")
    with inbox(office_of, "dan") as at:  # Who is asked nothing.
        at.wait_for("1 Mine 0", "Nothing waits for you.")
        at.type("3")
        at.wait_for("3 All 2", "Berta")
        at.type("/", "ärm")
        at.wait_until_gone("Berta")
        at.type(" TRANSFER")
        at.wait_for("Ärmel")
        at.type("x")
        at.wait_for("Nothing that has these words")
        at.type("\x7f", ENTER)
        at.wait_for("Ärmel")
        at.type(ENTER)
        at.wait_for("To (text): Ärmel")
        at.type(ESCAPE)
        at.wait_for("3 All 1")
        at.type(ESCAPE)
        at.wait_for("Berta")


def test_comments_delegates_and_takes_on(office_of: Api) -> None:
    approval = asked(office_of, 506)
    with inbox(office_of) as at, inbox(office_of, "cleo") as other:
        at.wait_for("with amount 506")
        other.wait_for("1 Mine 1")
        at.type("x")
        at.wait_for("Recorded: claim", "taken: ben")
        other.wait_for("1 Mine 0", "2 My groups 1")
        at.type("x")
        at.wait_for("Recorded: release")
        other.wait_for("1 Mine 1")
        at.type("c")
        at.wait_for("Who reads it")
        at.type("she called twice", TAB, RIGHT)
        at.wait_for("◂ The agent as well ▸")
        at.type(ENTER)
        at.wait_for("Recorded: comment", "person ben says: she called twice")
        at.type("d")
        at.wait_for("For how many hours")
        at.type("ada", ENTER, CTRL_U, "0", ENTER, ENTER)
        at.wait_for("must be a whole number of hours")
        at.type(CTRL_U, "2", ENTER, ENTER)
        at.wait_for("Not recorded: ", "approval.delegation_not_allowed")
    comments = read_approval(office_of, approval)["comments"]
    assert [(one["text"], one["for_agent"]) for one in comments] == [("she called twice", True)]


def test_other_sizes_and_one_that_is_too_small(office_of: Api) -> None:
    request = transfer(office_of, "名" * 60, why="word " * 80)
    with inbox(office_of, columns=60, rows=15) as at:
        at.wait_for("1 Mine 1", "run transfer")
        at.type(ENTER)
        at.wait_for("more lines")
        at.type(END)
        at.wait_for("word word")
        at.type("a")
        at.wait_for("Reason (may stay empty)")
        at.type("kept")
        at.resize(59, 15)
        at.wait_for("Too small: 59\u00d715. The inbox wants 60\u00d715.")
        at.resize(120, 40)
        at.wait_for("> kept", "Why you are asked")
        # Nothing of it is lost where its line ends.
        assert at.text().replace("\n", "").replace(" ", "").count("名") >= 120
        at.type(ENTER)
        at.wait_for("Recorded: approve")
    assert outcome(office_of, request) == ("approved", "kept")


def test_hostile_texts_leave_no_escape(office_of: Api) -> None:
    corpus = [one["text"] for one in json.loads(HOSTILE.read_text()) if "text" in one]
    waiting = [text for text in corpus if text.strip()][:200]
    for begin in range(0, len(waiting), 20):
        some = waiting[begin : begin + 20]
        body = {
            "action": "mail",
            "arguments": {f"line {at}": text for at, text in enumerate(some)},
            "why": some[0] + "\x1b]0;title\x07\x9b2J",
            "title": some[1].replace("\n", " ")[:100],
            "target": some[2][:200],
        }
        good(office_of.agent.post("/v1/approvals", json=body), 201)
    with inbox(office_of, columns=80, rows=24) as at:
        at.wait_for("1 Mine 10")
        for turn in range(10):
            at.type(ENTER if turn == 0 else "n")
            at.wait_for("  pending", "↓")
            seen = ""
            while "more lines" in at.text():
                before = at.text()
                at.type(PAGE_DOWN)
                at.wait("the next page", lambda old=before: at.text() != old)  # type: ignore[misc]
                seen += at.text()
            assert "\u2039U+" in seen
        at.type(ESCAPE, "/", "\u202e", "\u200b")
        at.wait_for("\u2039U+202E\u203a\u2039U+200B\u203a")
        at.type(ESCAPE, CTRL_C)
        assert at.ended() == 0
        assert at.strange() == []
        assert at.is_as_before()
        unseen = at.written.decode()
        assert not [c for c in "\u202e\u200b\u2066\u2028\U000e0041\ufeff" if c in unseen]
        assert "title\x07" not in unseen


def test_a_server_that_is_away_is_told_of_and_found_again(server: Server) -> None:
    api = start(server)
    approval = asked(api, 507)
    with inbox(api) as at:
        at.wait_for("● live", "with amount 507")
        at.type("r")
        at.wait_for("Reason (needed)")
        at.type("typed before")
        assert server.stop() == 0
        at.wait_for("○ not live", "! no answer from")
        at.wait_for("> typed before")
        at.type(ENTER)
        at.wait_for("Not recorded: no answer", "> typed before")
        server.start()
        at.wait_for("● live")
        at.type(ENTER)
        at.wait_for("Recorded: reject. The request is rejected.")
    assert outcome(api, approval) == ("rejected", "typed before")
    api.close()


def test_a_key_that_is_refused_says_so_before_and_meanwhile(office_of: Api) -> None:
    with Terminal(
        [binary(), "inbox"], {"FERMATA_URL": office_of.url, "FERMATA_KEY": "fermata_live_x_y"}
    ) as at:
        assert at.ended() == 5
        assert "auth.invalid_key" in at.text()
        assert b"\x1b[?1049h" not in at.written
    problem(office_of.nobody.get("/v1/me"), 401, "auth.missing_key")
    key = office_of.keys["ben"]
    with inbox(office_of) as at:
        at.wait_for("● live")
        assert office_of.admin.delete(f"/v1/keys/{key.split('_')[2]}").status_code == 204
        at.wait_for("○ not live", "! ", "auth.revoked_key")
        at.type("q")
        assert at.ended() == 0


def test_without_a_server_it_ends_as_every_command_does() -> None:
    with Terminal(
        [binary(), "inbox"], {"FERMATA_URL": "http://127.0.0.1:9", "FERMATA_KEY": "k"}
    ) as at:
        assert at.ended() == 3
        assert "no answer from http://127.0.0.1:9" in at.text()


def test_stops_and_goes_on_and_gives_the_terminal_back_when_it_is_ended(office_of: Api) -> None:
    asked(office_of, 508)
    with inbox(office_of) as at:
        at.wait_for("● live", "with amount 508")
        at.type(CTRL_Z)
        at.stopped()
        assert at.is_as_before()
        before = len(at.written)
        os.kill(at.pid, signal.SIGCONT)
        at.wait("it is drawn again", lambda: b"with amount 508" in at.written[before:])
        os.kill(at.pid, signal.SIGTSTP)
        at.stopped()
        assert at.is_as_before()
        os.kill(at.pid, signal.SIGCONT)
        at.wait("the screen again", lambda: b"\x1b[?1049h" in at.written[before:])
        os.kill(at.pid, signal.SIGTERM)
        assert at.ended() == -signal.SIGTERM
        assert at.is_as_before()
    with inbox(office_of) as at:
        at.wait_for("● live")
        os.kill(at.pid, signal.SIGABRT)  # As when one of our own assertions fails.
        assert at.ended() == -signal.SIGABRT
        assert at.is_as_before()


def test_colours_only_where_they_are_wanted(office_of: Api) -> None:
    transfer(office_of, "red", deadline_s=100)
    colours = b"\x1b[31m", b"\x1b[32m", b"\x1b[36m"
    with inbox(office_of) as at:
        at.wait_for("● live", "to red")
        assert any(colour in at.written for colour in colours)
    for environment in ({"NO_COLOR": "1"}, {"TERM": "vt220"}):
        keys = {"FERMATA_URL": office_of.url, "FERMATA_KEY": office_of.keys["ben"]}
        with Terminal([binary(), "inbox"], {**keys, **environment}, 120, 30) as at:
            at.wait_for("● live", "to red")
            at.type(ENTER)
            at.wait_for("To (text): red")
            assert not any(
                b"[3%dm" % n in at.written or b";3%dm" % n in at.written for n in range(8)
            )
