"""Live streams: the history, what happens next, resuming without gap or repeat."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from support import (
    Api,
    Stopwatch,
    call_body,
    decide,
    events_of,
    good,
    new_workflow,
    open_call,
    problem,
    start_turn,
)


def read_events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Frames of the stream; each is checked: id, event and data agree."""
    frame: dict[str, str] = {}
    for line in lines:
        if line == "":
            if "data" in frame:
                event = json.loads(frame["data"])
                assert frame["id"] == str(event["version"])
                assert frame["event"] == event["type"]
                yield event
            frame = {}
        elif not line.startswith(":"):
            name, value = line.split(": ", 1)
            assert name not in frame
            frame[name] = value


@contextmanager
def following(
    api: Api, workflow: str, last: str = "", query: str = ""
) -> Iterator[Iterator[dict[str, Any]]]:
    headers = {"Last-Event-ID": last} if last else {}
    url = f"/v1/workflows/{workflow}/stream{query}"
    with api.reader.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Content-Length" not in answer.headers
        # Heartbeats would keep a stream that never ends alive for ever.
        watchdog = threading.Timer(60, answer.close)
        watchdog.start()
        yield read_events(answer.iter_lines())
        watchdog.cancel()


def ended(api: Api) -> str:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    for n in range(5):
        open_call(api, workflow, call_body(turn, n))
    good(api.agent.post(f"/v1/workflows/{workflow}/complete", json={"turn": turn}))
    return workflow


def test_a_closed_workflows_stream_is_its_history(api: Api) -> None:
    workflow = ended(api)
    with following(api, workflow) as events:
        assert list(events) == events_of(api, workflow)


def test_what_happens_comes_at_once_and_the_end_ends_it(api: Api) -> None:
    workflow = new_workflow(api)
    seen: list[dict[str, Any]] = []

    def act() -> None:
        turn = start_turn(api, workflow)
        approval = open_call(api, workflow, call_body(turn, 500))["approval"]
        good(decide(api, "ben", approval))
        good(api.agent.post(f"/v1/workflows/{workflow}/complete", json={"turn": turn}))

    watch = Stopwatch()
    with following(api, workflow) as events:
        seen.append(next(events))
        actor = threading.Thread(target=act)
        actor.start()
        seen += list(events)
        actor.join()
    assert watch.seconds < 10
    assert seen == events_of(api, workflow)
    assert seen[-1]["type"] == "workflow.completed"


@pytest.mark.parametrize("by", ["header", "query"])
def test_a_broken_stream_is_taken_up(api: Api, by: str) -> None:
    workflow = ended(api)
    whole = events_of(api, workflow)
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["type"] != "workflow.completed":
        last = str(seen[-1]["version"]) if seen else "0"
        where = {"last": last} if by == "header" else {"query": f"?last_event_id={last}"}
        with following(api, workflow, **where) as events:
            seen += [next(events) for _ in range(min(3, len(whole) - len(seen)))]
    assert seen == whole


def test_there_is_nothing_after_the_end(api: Api) -> None:
    workflow = ended(api)
    last = str(len(events_of(api, workflow)))
    answer = api.reader.get(f"/v1/workflows/{workflow}/stream", headers={"Last-Event-ID": last})
    assert answer.status_code == 204  # An EventSource stops asking.


@pytest.mark.parametrize("wrong", ["x", "-1", "1.5", "99999999999999999999"])
def test_ids_that_we_never_sent_are_422(api: Api, wrong: str) -> None:
    workflow = new_workflow(api)
    path = f"/v1/workflows/{workflow}/stream"
    problem(api.reader.get(path, headers={"Last-Event-ID": wrong}), 422, "request.invalid")
    problem(api.reader.get(f"{path}?last_event_id={wrong}"), 422, "request.invalid")


def test_a_long_history_streams_whole(api: Api) -> None:
    workflow = new_workflow(api)
    turn = start_turn(api, workflow)
    text = "x" * 2000
    for n in range(300):
        body = {"turn": turn, "key": f"v{n}", "kind": "value", "tool": "t", "result": text}
        good(api.agent.post(f"/v1/workflows/{workflow}/calls", json=body))
    good(api.agent.post(f"/v1/workflows/{workflow}/complete", json={"turn": turn}))
    seen: list[int] = []
    while (
        not seen or len(seen) < 303
    ):  # A reader too slow for the buffer is cut off and comes back.
        try:
            with following(
                api, workflow, query=f"?last_event_id={seen[-1] if seen else 0}"
            ) as events:
                seen += [event["version"] for event in events]
        except httpx.RemoteProtocolError:
            continue
    assert seen == list(range(1, 304))


def test_many_followers_see_the_same(api: Api) -> None:
    workflow = new_workflow(api)
    results: list[list[int]] = []
    ready = threading.Barrier(21)

    def follow() -> None:
        with following(api, workflow) as events:
            seen = [next(events)["version"]]
            ready.wait(timeout=30)
            seen += [event["version"] for event in events]
            results.append(seen)

    threads = [threading.Thread(target=follow) for _ in range(20)]
    for thread in threads:
        thread.start()
    ready.wait(timeout=30)
    turn = start_turn(api, workflow)
    good(api.agent.post(f"/v1/workflows/{workflow}/complete", json={"turn": turn}))
    for thread in threads:
        thread.join(timeout=30)
    assert results == [[1, 2, 3]] * 20
