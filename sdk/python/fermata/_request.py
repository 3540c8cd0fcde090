"""One description of each request, and the two thin ways to send it.

A method of the API is written once, as a function that builds a `Request[T]`, under `@endpoint`.
Seen from a `Client` it is a method that returns T; seen from an `AsyncClient`, one that returns an
awaitable T. Nothing here does I/O: whether and when to try again is computed by `Attempt`, and the
clients only sleep and send.
"""

from __future__ import annotations

import email.utils
import functools
import json
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload
from urllib.parse import quote, urlencode

import httpx

from . import errors
from ._decode import decode, decode_page
from .models import Page

if TYPE_CHECKING:
    from .client import AsyncClient, Client

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Retry:
    """How long to insist. Only requests that are safe to repeat are repeated: GETs, and all others
    because each carries one Idempotency-Key for all its attempts.

    Delays double from `base_s` to `cap_s`, each drawn at random from its upper half, so that many
    clients do not come back at once. A Retry-After of the server is obeyed.
    """

    attempts: int = 60
    total_s: float = 30.0
    base_s: float = 0.05
    cap_s: float = 2.0


@dataclass(frozen=True)
class Request(Generic[T]):
    """A request to the API and how to read its answer."""

    method: str
    path: str
    read: Callable[[Any], T]
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0


@dataclass(frozen=True)
class Outgoing:
    """A request as it goes out, without the headers that all of a client's requests carry."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None
    read_timeout_s: float


@dataclass(frozen=True)
class Answer:
    """An answer as it came. The names of its headers are looked up whatever their case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


def one(cls: type[T]) -> Callable[[Any], T]:
    """Reads an answer that is one `cls`."""
    return lambda data: decode(cls, data)


def many(cls: type[T]) -> Callable[[Any], Page[T]]:
    """Reads an answer that is a page of `cls`."""
    return lambda data: decode_page(cls, data)


def nothing(_data: Any) -> None:
    """Reads an answer whose body does not matter."""


def given(**fields: Any) -> dict[str, Any]:
    """The fields that were given: None means that the caller left it to the server."""
    return {name.rstrip("_"): value for name, value in fields.items() if value is not None}


def post(path: str, read: Callable[[Any], T], *, wait_s: float = 0.0, **fields: Any) -> Request[T]:
    return Request("POST", path, read, body=given(**fields), wait_s=wait_s)


def get(path: str, read: Callable[[Any], T], *, wait_s: float = 0.0, **params: Any) -> Request[T]:
    return Request("GET", path, read, params=given(**params), wait_s=wait_s)


class Endpoint(Generic[P, T]):
    """A method of the API, bound to whichever client it is looked up on."""

    def __init__(self, build: Callable[Concatenate[Any, P], Request[T]]) -> None:
        self._build = build
        functools.update_wrapper(self, build)  # type: ignore[arg-type]

    @overload
    def __get__(self, client: Client, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type) -> Callable[P, Awaitable[T]]: ...
    @overload
    def __get__(self, client: None, owner: type) -> Endpoint[P, T]: ...

    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self

        @functools.wraps(self._build)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client.send(self._build(client, *args, **kwargs))

        return call


def endpoint(build: Callable[Concatenate[Any, P], Request[T]]) -> Endpoint[P, T]:
    """Makes a method of both clients out of a function that describes its request."""
    return Endpoint(build)


class Attempt(Generic[T]):
    """One request on its way, over all its attempts: what to send, and what to make of what came.

    Use: send `outgoing()`; give the answer to `finish` or the transport's error to `failed`.
    `finish` sets `result`; otherwise sleep `delay_s` and send again. Both raise when there is
    nothing left to try.
    """

    def __init__(self, request: Request[T], retry: Retry, read_timeout_s: float) -> None:
        self._request = request
        self._retry = retry
        self._read_timeout_s = read_timeout_s
        self._tries = 0
        self._started = time.monotonic()
        self._key = str(uuid.uuid4())
        self.done = False
        self.delay_s = 0.0
        self._result: T | None = None

    @property
    def result(self) -> T:
        if not self.done:
            raise RuntimeError("the request has not been answered")
        return self._result  # type: ignore[return-value]

    def outgoing(self) -> Outgoing:
        """What to send, the same for each attempt."""
        request = self._request
        headers = dict(request.headers)
        timeout = self._read_timeout_s
        if request.method != "GET":
            headers.setdefault("Idempotency-Key", self._key)
        if request.wait_s > 0:
            headers["Prefer"] = f"wait={max(1, round(request.wait_s))}"
            timeout += request.wait_s
        url = request.path
        if request.params:
            url += "?" + urlencode(
                {k: _text(v) for k, v in request.params.items()}, quote_via=quote
            )
        content = None
        if request.body is not None:
            # Escapes keep a lone surrogate valid UTF-8; NaN is refused here, not by the server.
            content = json.dumps(request.body, allow_nan=False).encode()
            headers["Content-Type"] = "application/json"
        return Outgoing(request.method, url, headers, content, timeout)

    def finish(self, answer: Answer) -> None:
        """Takes an answer: a result, an error, or a wish to be asked again later."""
        passing = answer.status in (408, 429, 502, 503, 504) and not _is_for_people(answer)
        if passing and self._again(_retry_after(answer)):
            return
        body: Any = None
        if answer.content:
            try:
                body = json.loads(answer.content)
            except ValueError:
                if answer.good:
                    raise errors.FermataError(
                        f"{self._request.method} {self._request.path}: the answer is not JSON"
                    ) from None
        if not answer.good:
            raise errors.from_answer(answer.status, body, answer.headers.get("X-Request-Id", ""))
        self._result = self._request.read(body)
        self.done = True

    def failed(self, error: httpx.TransportError) -> None:
        """Takes a failure to get any answer."""
        if not self._again(None):
            raise errors.ConnectionFailed(
                f"{self._request.method} {self._request.path}: no answer after {self._tries} "
                f"attempts: {type(error).__name__}: {error}"
            ) from error

    def _again(self, asked_s: float | None) -> bool:
        self._tries += 1
        ceiling = min(self._retry.cap_s, self._retry.base_s * 2 ** min(self._tries - 1, 20))
        self.delay_s = random.uniform(ceiling / 2, ceiling) if asked_s is None else asked_s
        spent = time.monotonic() - self._started
        return self._tries < self._retry.attempts and spent + self.delay_s <= self._retry.total_s


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _is_for_people(answer: Answer) -> bool:
    """Whether people must act before it can go well: the kill switch holds it, or they have been
    asked too much. To wait a moment and try again does not help; the caller is told at once."""
    if answer.status not in (429, 503):
        return False
    try:
        body = json.loads(answer.content)
    except ValueError:
        return False
    reasons = ("switch.frozen", "approval.too_much_asked")
    return isinstance(body, dict) and body.get("reason") in reasons


def _retry_after(answer: Answer) -> float | None:
    """Seconds the server asks to wait, or None. Both forms of the header are read."""
    value = answer.headers.get("Retry-After")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        at = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, at.timestamp() - time.time())
