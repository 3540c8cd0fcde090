"""GET /v1/stream: what changes is told to who follows, without gap, and never what is in it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from support import Api, Stopwatch, asked, decide, good, new_workflow, problem

WITHIN_S = 20


@dataclass
class Told:
    id: str
    event: str
    data: dict[str, Any]


def read_frames(lines: Iterator[str]) -> Iterator[Told]:
    frame: dict[str, str] = {}
    for line in lines:
        if line == "":
            if "event" in frame:
                yield Told(frame.get("id", ""), frame["event"], json.loads(frame["data"]))
            frame = {}
        elif not line.startswith(":"):
            name, value = line.split(": ", 1)
            assert name not in frame
            frame[name] = value


@contextmanager
def following(client: httpx.Client, last: str = "", query: str = "") -> Iterator[Iterator[Told]]:
    headers = {"Last-Event-ID": last} if last else {}
    with client.stream("GET", f"/v1/stream{query}", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        watchdog = threading.Timer(WITHIN_S, answer.close)
        watchdog.start()
        try:
            yield read_frames(answer.iter_lines())
        finally:
            watchdog.cancel()


def until(frames: Iterator[Told], event: str, **data: Any) -> Told:
    for told in frames:
        if told.event == event and data.items() <= told.data.items():
            return told
    raise AssertionError(f"the stream ended without {event} {data}")


def test_a_request_and_its_decision_are_told_to_who_follows(api: Api) -> None:
    with following(api.reader) as frames:
        assert next(frames).event == "reset", "whoever begins reads everything first"
        approval = asked(api)
        first = until(frames, "approval", approval_id=approval["id"])
        assert set(first.data) == {"approval_id", "version"}
        watch = Stopwatch()
        good(decide(api, "ben", approval))
        later = until(frames, "approval", approval_id=approval["id"])
        assert watch.seconds < 2
        now = api.reader.get(f"/v1/approvals/{approval['id']}")
        assert now.headers["ETag"] == f'"r{later.data["version"]}"'
        assert later.data["version"] > first.data["version"]


def test_a_workflow_is_told_by_the_version_of_its_etag(api: Api) -> None:
    with following(api.reader) as frames:
        workflow = new_workflow(api)
        told = until(frames, "workflow", workflow_id=workflow)
        answer = api.reader.get(f"/v1/workflows/{workflow}")
        assert answer.headers["ETag"] == f'"v{told.data["version"]}"'


def test_people_and_groups_are_told_as_the_directory(api: Api) -> None:
    with following(api.reader) as frames:
        next(frames)
        good(api.admin.put("/v1/groups/watched", json={"name": "Watched", "members": []}))
        assert until(frames, "directory").data["version"] > 0


@pytest.mark.parametrize("by", ["header", "query"])
def test_a_broken_stream_is_taken_up_without_a_gap(api: Api, by: str) -> None:
    with following(api.reader) as frames:
        last = next(frames).id
    made = [new_workflow(api) for _ in range(5)]
    where = {"last": last} if by == "header" else {"query": f"?last_event_id={last}"}
    seen: list[Told] = []
    with following(api.reader, **where) as frames:
        while not set(made) <= {told.data.get("workflow_id") for told in seen}:
            seen.append(next(frames))
    assert "reset" not in {told.event for told in seen}
    places = [int(told.id.split("-")[1]) for told in seen]
    assert places == sorted(set(places))
    assert places[0] > int(last.split("-")[1])


@pytest.mark.parametrize("era", ["another", "0"])
def test_who_comes_back_from_before_a_restart_reads_everything(api: Api, era: str) -> None:
    with following(api.reader, last=f"{era}-1") as frames:
        assert next(frames).event == "reset"


def test_a_place_that_nobody_was_given_is_no_place(api: Api) -> None:
    with following(api.reader) as frames:
        era = next(frames).id.split("-")[0]
    with following(api.reader, last=f"{era}-999999999") as frames:
        assert next(frames).event == "reset"


@pytest.mark.parametrize("wrong", ["x", "-1", "a-", "a-b", "a-1.5", "a" * 40 + "-1"])
def test_ids_that_we_never_sent_are_422(api: Api, wrong: str) -> None:
    headers = {"Last-Event-ID": wrong}
    problem(api.reader.get("/v1/stream", headers=headers), 422, "request.invalid")
    problem(api.reader.get("/v1/stream", params={"last_event_id": wrong}), 422, "request.invalid")


def test_nobody_follows_without_a_key(api: Api) -> None:
    problem(api.nobody.get("/v1/stream"), 401, "auth.missing_key")


def test_a_browser_follows_by_its_session_and_no_other_page_does(api: Api) -> None:
    own = {"Sec-Fetch-Site": "same-origin", "Origin": str(api.nobody.base_url).rstrip("/")}
    with httpx.Client(base_url=str(api.nobody.base_url), headers=own) as browser:
        session = good(browser.post("/v1/session", json={"key": api.keys["ben"]}), 201)
        with following(browser) as frames:
            next(frames)
            workflow = new_workflow(api)
            until(frames, "workflow", workflow_id=workflow)
        browser.headers["Sec-Fetch-Site"] = "cross-site"
        problem(browser.get("/v1/stream"), 403, "auth.cross_site")
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        browser.headers["X-CSRF-Token"] = session["csrf_token"]
        with following(browser) as frames:
            next(frames)
            assert browser.delete("/v1/session").status_code == 204
            new_workflow(api)
            assert not [told for told in frames if told.event == "workflow"], "its session is over"


def test_many_changes_of_one_thing_come_as_few(api: Api) -> None:
    """A follower costs no more than its pace, however much happens."""
    with following(api.reader) as frames:
        last = next(frames).id
    approval = asked(api, 5000)
    for n in range(50):
        body = {"text": f"{n}"}
        good(api.ben.post(f"/v1/approvals/{approval['id']}/comments", json=body))
    with following(api.reader, last=last) as frames:
        end = new_workflow(api)
        told = []
        for one in frames:
            told.append(one)
            if one.data.get("workflow_id") == end:
                break
    assert len([one for one in told if one.data.get("approval_id") == approval["id"]]) <= 2
