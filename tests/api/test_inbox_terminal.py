"""fermata inbox and the terminal it runs on: what is sent to it, its size, its signals, its end."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from inbox_screen import inbox, outcome, transfer
from serving import binary
from support import Api, Stopwatch, asked, good, read_approval
from terminal import CTRL_C, CTRL_Z, END, ENTER, ESCAPE, PAGE_DOWN, Terminal

HOSTILE = Path(__file__).resolve().parents[1] / "hostile" / "corpus.json"


def test_other_sizes_and_one_that_is_too_small(sqlite_api: Api) -> None:
    request = transfer(sqlite_api, "名" * 60, why="word " * 80)
    with inbox(sqlite_api, columns=60, rows=15) as at:
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
        at.wait("all of it", lambda: at.text().count("名") >= 120)
        at.type(ENTER)
        at.wait_for("Recorded: approve")
    assert outcome(sqlite_api, request) == ("approved", "kept")


def test_hostile_texts_leave_no_escape(sqlite_api: Api) -> None:
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
        good(sqlite_api.agent.post("/v1/approvals", json=body), 201)
    with inbox(sqlite_api, columns=80, rows=24) as at:
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


def test_what_is_pasted_is_text_and_decides_nothing(sqlite_api: Api) -> None:
    approval = asked(sqlite_api, 510)
    with inbox(sqlite_api) as at:
        at.wait_for("with amount 510")
        at.type("r")
        at.wait_for("Reason (needed)")
        at.type("\x1b[200~one\rtwo\x03\x1b[201~")
        at.wait_for("> one two")
        assert read_approval(sqlite_api, approval)["status"] == "pending"
        at.type(ENTER)
        at.wait_for("Recorded: reject")
    assert outcome(sqlite_api, approval) == ("rejected", "one two ")


def test_a_thousand_wait_and_every_key_is_answered_at_once(sqlite_api: Api) -> None:
    for at in range(1000):
        transfer(sqlite_api, f"payee {at}", deadline_s=600 + at)
    with inbox(sqlite_api) as at_it:
        at_it.wait_for("1 Mine 1000")
        watch = Stopwatch()
        for _ in range(20):
            at_it.type("G")
            at_it.wait_for("payee 999?")
            at_it.type("g")
            at_it.wait_for("payee 0?")
        assert watch.seconds / 40 < 0.1


def test_stops_and_goes_on_and_gives_the_terminal_back_when_it_is_ended(sqlite_api: Api) -> None:
    asked(sqlite_api, 508)
    with inbox(sqlite_api) as at:
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
    with inbox(sqlite_api) as at:
        at.wait_for("● live")
        os.kill(at.pid, signal.SIGABRT)  # As when one of our own assertions fails.
        assert at.ended() == -signal.SIGABRT
        assert at.is_as_before()


def test_colours_only_where_they_are_wanted(sqlite_api: Api) -> None:
    transfer(sqlite_api, "red", deadline_s=100)
    colours = b"\x1b[31m", b"\x1b[32m", b"\x1b[36m"
    with inbox(sqlite_api) as at:
        at.wait_for("● live", "to red")
        assert any(colour in at.written for colour in colours)
    for environment in ({"NO_COLOR": "1"}, {"TERM": "vt220"}):
        keys = {"FERMATA_URL": sqlite_api.url, "FERMATA_KEY": sqlite_api.keys["ben"]}
        with Terminal([binary(), "inbox"], {**keys, **environment}, 120, 30) as at:
            at.wait_for("● live", "to red")
            at.type(ENTER)
            at.wait_for("To (text): red")
            assert not any(
                b"[3%dm" % n in at.written or b";3%dm" % n in at.written for n in range(8)
            )
