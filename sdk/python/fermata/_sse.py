"""Reads a workflow's live stream: server-sent events into `Event`s, without any I/O of its own."""

from __future__ import annotations

import json
import random

import httpx

from . import errors
from ._decode import decode
from ._request import Retry
from .models import Event

_TERMINAL = ("workflow.completed", "workflow.failed", "workflow.cancelled")


class EventDecoder:
    """One stream over all its connections: remembers the last version that was seen, so that a
    broken connection is taken up without a gap or a repetition."""

    def __init__(self, after: int, retry: Retry) -> None:
        self.after = after
        self._retry = retry
        self._failures = 0
        self._data: list[str] = []
        self._terminal = False
        self._fruitful = False

    def opened(self, answer: httpx.Response) -> None:
        """Takes the head of an answer; refuses one that is no stream."""
        if answer.is_success:
            self._data = []
            self._fruitful = False
            return
        if answer.status_code in (408, 429, 502, 503, 504):
            raise httpx.ReadError(f"answered {answer.status_code}")
        try:
            body = answer.json()
        except ValueError:
            body = None
        raise errors.from_answer(answer.status_code, body, answer.headers.get("X-Request-Id", ""))

    def feed(self, line: str) -> Event | None:
        """Takes one line; returns the event that it ends, if it ends one not seen before."""
        if line.startswith("data:"):
            self._data.append(line[5:].removeprefix(" "))
            return None
        if line or not self._data:
            return None  # a comment, another field (the data says it all), or a second empty line
        event = decode(Event, json.loads("\n".join(self._data)))
        self._data = []
        self._failures = 0
        if event.version <= self.after:
            return None
        self.after = event.version
        self._fruitful = True
        self._terminal = event.type in _TERMINAL
        return event

    def goes_on(self) -> bool:
        """Whether to connect again after a connection that the server closed: it does so after the
        workflow's terminal event, and when it shuts down."""
        return self._fruitful and not self._terminal

    def broken(self, error: httpx.TransportError) -> float:
        """Returns how long to wait before connecting again; raises when it is of no use."""
        self._failures += 1
        if self._failures >= min(self._retry.attempts, 20):
            raise errors.ConnectionFailed(f"the stream broke: {error}") from error
        ceiling = min(self._retry.cap_s, self._retry.base_s * 2**self._failures)
        return random.uniform(ceiling / 2, ceiling)
