"""fermata inbox, as somebody at a terminal sees it: the real program, a real server, real keys.

It is a client: which store the server has makes no difference to it.
"""

from __future__ import annotations

import json
from pathlib import Path

from inbox_screen import inbox, outcome, question, transfer
from local_server import Server
from serving import CONFIG, binary, make_server, start
from support import Api, asked, decide, good, problem, read_approval
from terminal import CTRL_U, DOWN, ENTER, ESCAPE, RIGHT, TAB, Terminal


def test_shows_what_waits_by_urgency_with_a_countdown_and_leaves_the_terminal_as_it_was(
    sqlite_api: Api,
) -> None:
    asked(sqlite_api, 501)
    transfer(sqlite_api, "later", deadline_s=3000)
    transfer(sqlite_api, "soon", deadline_s=100)
    with inbox(sqlite_api) as at:
        text = at.wait_for("1 Mine 3", "● live", "with amount 501", "to soon", "to later")
        assert text.index("Within 15 minutes") < text.index("to soon")
        assert text.index("to soon") < text.index("Within 2 hours") < text.index("to later")
        assert text.index("to later") < text.index("Without an end") < text.index("501")
        first = at.line_with("to soon").split()[1]
        at.wait("the countdown goes on", lambda: first not in at.line_with("to soon"))
        at.type("q")
        assert at.ended() == 0
        assert at.is_as_before()
        assert at.strange() == []


def test_approves_what_it_has_shown(sqlite_api: Api) -> None:
    approval = asked(sqlite_api, 502)
    with inbox(sqlite_api) as at:
        at.wait_for("with amount 502")
        at.type(ENTER)
        at.wait_for("Amount (number): 502", "The rule: refunds above 100")
        at.wait_for("0 of 1  finance: ada, ben, cleo", "It waits: it has no end")
        at.type("a")
        at.wait_for("Reason (may stay empty)")
        assert read_approval(sqlite_api, approval)["status"] == "pending"  # No letter decides.
        at.type("fair", ENTER)
        at.wait_for("Recorded: approve. The request is approved.", "Nothing waits for you.")
    decision = read_approval(sqlite_api, approval)["decisions"][0]
    assert (decision["person"], decision["door"], decision["reason"]) == ("ben", "cli", "fair")
    assert decision["hash"] == approval["hash"]


def test_rejects_with_a_reason_only_and_keeps_a_reason_that_was_begun(sqlite_api: Api) -> None:
    approval = asked(sqlite_api, 503)
    with inbox(sqlite_api) as at:
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
    assert outcome(sqlite_api, approval) == ("rejected", "never paid é漢")


def test_what_is_risky_wants_its_target_typed(sqlite_api: Api) -> None:
    approval = asked(sqlite_api, 2500)
    with inbox(sqlite_api) as at:
        at.wait_for("⚠", "with amount 2500")
        at.type("a")
        at.wait_for("This is risky. Type: 2500")
        at.type("250", ENTER, ENTER)
        at.wait_for("is not the same")
        assert read_approval(sqlite_api, approval)["decisions"] == []
        at.type("0", ENTER, ENTER)
        at.wait_for("Recorded: approve. The request is pending; so far finance 1 of 2")
        at.wait_for("1 Mine 0", "2 My groups 1")  # What I have decided is no more mine.


def test_edits_the_arguments_in_ones_editor(sqlite_api: Api, tmp_path: Path) -> None:
    approval = transfer(sqlite_api, "Ann\u202e\u0085\x1b[2J")
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\ncp "$1" "{tmp_path}/seen"\nsed -i s/200/180/ "$1"\n')
    editor.chmod(0o700)
    with inbox(sqlite_api, EDITOR=str(editor)) as at:
        at.wait_for("to Ann")
        at.type("e")
        at.wait_for("Your edit", "amount: 200 → 180", "The policy is asked again")
        at.type("too much", ENTER)
        at.wait_for("Recorded: edit")
        at.type("q")
        assert at.ended() == 0
        assert at.is_as_before()
    assert read_approval(sqlite_api, approval)["arguments"] == {
        "amount": 180,
        "to": "Ann\u202e\u0085\x1b[2J",
    }
    # No editor was given a byte that could have moved its cursor.
    seen = (tmp_path / "seen").read_text()
    assert "\\u202e\\u0085\\u001b[2J" in seen
    assert json.loads(seen) == approval["arguments"]


def test_an_edit_that_is_no_json_is_kept(sqlite_api: Api, tmp_path: Path) -> None:
    transfer(sqlite_api, "Bob")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/200,/210,,/' \"$1\"\n")
    editor.chmod(0o700)
    with inbox(sqlite_api, VISUAL=str(editor), EDITOR="/bin/false") as at:
        at.wait_for("to Bob")
        at.type("e")
        at.wait_for("That is no JSON object")
        editor.write_text("#!/bin/sh\nsed -i 's/210,,/210,/' \"$1\"\n")
        at.type("e")  # What was left there, not what the agent asked.
        at.wait_for("amount: 200 → 210")


def test_edits_the_arguments_field_by_field_without_an_editor(sqlite_api: Api) -> None:
    approval = transfer(sqlite_api, "Cleo")
    with inbox(sqlite_api) as at:
        at.wait_for("to Cleo")
        at.type("e")
        at.wait_for("Edit the arguments", "> 200", "> Cleo")
        at.type(CTRL_U, "lots", ENTER, ENTER)
        at.wait_for("must be a number")
        at.type(CTRL_U, "90", TAB, ENTER)
        at.wait_for("amount: 200 → 90")
        at.type(ENTER)
        at.wait_for("Recorded: edit")
    assert read_approval(sqlite_api, approval)["arguments"] == {"amount": 90, "to": "Cleo"}


def test_answers_a_question_by_its_form(sqlite_api: Api) -> None:
    approval = question(sqlite_api)
    with inbox(sqlite_api) as at:
        at.wait_for("which account?")
        at.type("a")
        at.wait_for("Account (needed)", "1. S", "left empty: M")
        at.type("007", ENTER, "none", ENTER, ENTER)
        at.wait_for("✗ must be a whole number")
        at.type(CTRL_U, "7", ENTER, "1", ENTER)
        at.wait_for("Recorded: answer. The request is answered.")
    answer = read_approval(sqlite_api, approval)["outcome"]["answer"]
    assert answer == {"account": "007", "count": 7, "size": "S"}


def test_decides_several_together_but_none_that_is_risky_or_a_question(sqlite_api: Api) -> None:
    question(sqlite_api)
    asked(sqlite_api, 3000)
    paid = [transfer(sqlite_api, name, deadline_s=1000 + at) for at, name in enumerate("XYZ")]
    with inbox(sqlite_api) as at:
        at.wait_for("1 Mine 5", "to Z")
        at.type(" ", " ", " ")
        at.wait_for("3 marked")
        at.type(" ")
        at.wait_for("by itself")
        at.type("G", " ")
        at.wait_for("by itself")
        at.type("k", "g", DOWN, " ")  # Y is not meant after all.
        at.wait_for("2 marked")
        good(decide(sqlite_api, "cleo", paid[2]))
        at.wait_for("1 Mine 4", "1 marked")  # Decided elsewhere.
        at.type("a")
        at.wait_for("Approve 1 request", "• May refund-bot run transfer with amount 200, to X?")
        at.type("all fine", ENTER)
        at.wait_for("Recorded: Approve 1 request", "1 Mine 3")
    assert outcome(sqlite_api, paid[0])[0] == "approved"
    assert read_approval(sqlite_api, paid[1])["status"] == "pending"


def test_rejects_several_and_tells_which_could_not_be(sqlite_api: Api) -> None:
    paid = [transfer(sqlite_api, name, deadline_s=1000 + at) for at, name in enumerate("VW")]
    with inbox(sqlite_api) as at:
        at.wait_for("1 Mine 2")
        at.type(" ", " ", "r")
        at.wait_for("Reject 2 requests", "to V?", "to W?")
        good(decide(sqlite_api, "cleo", paid[0]))
        at.type("no", ENTER)
        at.wait_for("1 could not be recorded", "It is approved by cleo", "> no")
    assert outcome(sqlite_api, paid[1]) == ("rejected", "no")


def test_what_is_decided_elsewhere_appears_and_takes_nothing_typed_away(
    sqlite_api: Api,
) -> None:
    approval = asked(sqlite_api, 504)
    with inbox(sqlite_api) as at:
        at.wait_for("with amount 504")
        at.type("r")
        at.wait_for("Reason (needed)")
        at.type("half a reas")
        at.wait_for("half a reas")
        good(decide(sqlite_api, "cleo", approval, reason="mine"))
        at.wait_for("Meanwhile: approved by cleo", "mine", "> half a reas")
        at.type(ENTER)
        at.wait_for("Not recorded: ", "approval.closed", "It is approved by cleo", "> half a reas")


def test_what_is_edited_elsewhere_is_not_decided_by_its_old_hash(sqlite_api: Api) -> None:
    approval = asked(sqlite_api, 505)
    with inbox(sqlite_api) as at:
        at.wait_for("with amount 505")
        at.type("a")
        at.wait_for("Reason (may stay empty)")
        edited = {"arguments": {"amount": 1500}, "reason": "more"}
        good(decide(sqlite_api, "cleo", approval, "edit", **edited))
        at.wait_for("It was edited meanwhile", "505 → 1500")
        at.type(ENTER)
        at.wait_for("Not recorded: ", "approval.hash_mismatch")
    assert len(read_approval(sqlite_api, approval)["decisions"]) == 1


def test_searches_and_has_tabs(sqlite_api: Api) -> None:
    transfer(sqlite_api, "Ärmel")
    transfer(sqlite_api, "Berta")
    with inbox(sqlite_api, "dan") as at:  # Who is asked nothing.
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


def test_comments_delegates_and_takes_on(sqlite_api: Api) -> None:
    approval = asked(sqlite_api, 506)
    with inbox(sqlite_api) as at, inbox(sqlite_api, "cleo") as other:
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
    comments = read_approval(sqlite_api, approval)["comments"]
    assert [(one["text"], one["for_agent"]) for one in comments] == [("she called twice", True)]


def test_a_server_that_is_away_is_told_of_and_found_again(sqlite_server: Server) -> None:
    api = start(sqlite_server)
    approval = asked(api, 507)
    with inbox(api) as at:
        at.wait_for("● live", "with amount 507")
        at.type("r")
        at.wait_for("Reason (needed)")
        at.type("typed before")
        assert sqlite_server.stop() == 0
        at.wait_for("○ not live", "! no answer from")
        at.wait_for("> typed before")
        at.type(ENTER)
        at.wait_for("Not recorded: no answer", "> typed before")
        sqlite_server.start()
        at.wait_for("● live")
        at.type(ENTER)
        at.wait_for("Recorded: reject. The request is rejected.")
    assert outcome(api, approval) == ("rejected", "typed before")
    api.close()


def test_without_the_stream_it_looks_from_time_to_time(tmp_path: Path) -> None:
    config = CONFIG.replace("limits: {", "limits: {streams: 1, ")
    server = make_server("sqlite", tmp_path, config)
    api = start(server)
    try:
        with api.reader.stream("GET", "/v1/stream"), inbox(api) as at:
            at.wait_for("\u25cb not live, as of", "Nothing waits for you.")
            approval = asked(api, 509)
            at.wait_for("with amount 509")
            at.type("a")
            at.wait_for("Reason (may stay empty)")
            good(decide(api, "cleo", approval))
            at.wait_for("Meanwhile: approved by cleo")
    finally:
        api.close()
        server.stop()


def test_a_key_that_is_refused_says_so_before_and_meanwhile(sqlite_api: Api) -> None:
    with Terminal(
        [binary(), "inbox"], {"FERMATA_URL": sqlite_api.url, "FERMATA_KEY": "fermata_live_x_y"}
    ) as at:
        assert at.ended() == 5
        assert "auth.invalid_key" in at.text()
        assert b"\x1b[?1049h" not in at.written
    problem(sqlite_api.nobody.get("/v1/me"), 401, "auth.missing_key")
    key = sqlite_api.keys["ben"]
    with inbox(sqlite_api) as at:
        at.wait_for("● live")
        assert sqlite_api.admin.delete(f"/v1/keys/{key.split('_')[2]}").status_code == 204
        at.wait_for("○ not live", "! ", "auth.revoked_key")
        at.type("q")
        assert at.ended() == 0


def test_without_a_server_it_ends_as_every_command_does() -> None:
    with Terminal(
        [binary(), "inbox"], {"FERMATA_URL": "http://127.0.0.1:9", "FERMATA_KEY": "k"}
    ) as at:
        assert at.ended() == 3
        assert "no answer from http://127.0.0.1:9" in at.text()
