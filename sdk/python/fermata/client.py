"""The typed client of the REST API: `Client`, and `AsyncClient` with the same methods to await.

Both are safe to use from several threads or tasks at once. Every request that changes something
carries an Idempotency-Key, one for all its attempts, so that a retry after a lost answer does not
do it again. See `Retry` for how long a client insists.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeVar

import httpx

from . import errors
from ._admin import AdminEndpoints
from ._approvals import ApprovalEndpoints
from ._direct import direct
from ._request import Answer, Attempt, Outgoing, Request, Retry
from ._sse import EventDecoder
from ._tools import ToolEndpoints
from ._workflows import WorkflowEndpoints, workflow_path
from .models import Event, Page

T = TypeVar("T")

DEFAULT_URL = "http://127.0.0.1:7654"
_READ_TIMEOUT_S = 30.0
# A live stream that is silent for longer than three of the server's heartbeats is dead.
_STREAM_TIMEOUT_S = 50.0


class _Settings(WorkflowEndpoints, ApprovalEndpoints, AdminEndpoints, ToolEndpoints):
    """What both clients share: where the server is, whose key is used, how long to insist."""

    def __init__(
        self, url: str | None = None, key: str | None = None, *, retry: Retry | None = None
    ) -> None:
        """`url` and `key` default to FERMATA_URL and FERMATA_KEY."""
        self.url = (url or os.environ.get("FERMATA_URL") or DEFAULT_URL).rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(
                f"{self.url!r} is no URL of a server: it begins with http:// or https://"
            )
        self._key = key or os.environ.get("FERMATA_KEY") or ""
        self._retry = retry or Retry()
        if not self._key.isascii() or not self._key.isprintable():
            raise ValueError("the key holds characters that no key has")  # and never which ones

    def _attempt(self, request: Request[T]) -> Attempt[T]:
        return Attempt(request, self._retry, _READ_TIMEOUT_S)

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": "fermata-client", "Accept": "*/*"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        return headers

    def _httpx_args(self, context: ssl.SSLContext | None = None) -> dict[str, Any]:
        return {
            "base_url": self.url,
            "headers": self._headers(),
            "follow_redirects": False,
            "verify": context or True,
        }

    def _stream_args(self, workflow_id: str, after: int) -> dict[str, Any]:
        headers = {"Accept": "text/event-stream"}
        if after > 0:
            headers["Last-Event-ID"] = str(after)
        return {
            "method": "GET",
            "url": workflow_path(workflow_id, "stream"),
            "headers": headers,
            "timeout": httpx.Timeout(_READ_TIMEOUT_S, read=_STREAM_TIMEOUT_S),
        }

    @property
    def has_key(self) -> bool:
        """Whether there is a key to send."""
        return bool(self._key)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"


class Client(_Settings):
    """The synchronous client.

    with Client("http://127.0.0.1:7654", key) as fermata:
        for approval in fermata.list_approvals(status="pending").items:
            fermata.decide(approval.id, "approve", hash=approval.hash)
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        retry: Retry | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`transport` replaces the way requests travel, for tests and proxies."""
        super().__init__(url, key, retry=retry)
        context = httpx.create_ssl_context() if self.url.startswith("https:") else None
        self._transport = transport
        self._http = httpx.Client(transport=transport, **self._httpx_args(context))
        self._direct = None if transport else direct(self.url, context, self._headers())

    def send(self, request: Request[T]) -> T:
        """Sends a described request, trying again where that is safe and of use."""
        attempt = self._attempt(request)
        outgoing = attempt.outgoing()
        while True:
            try:
                attempt.finish(self._send_once(outgoing))
            except httpx.TransportError as error:
                attempt.failed(error)
            if attempt.done:
                return attempt.result
            time.sleep(attempt.delay_s)

    def insisting(self, retry: Retry) -> Client:
        """The same server and key, with another patience."""
        return Client(self.url, self._key, retry=retry, transport=self._transport)

    def _send_once(self, outgoing: Outgoing) -> Answer:
        if self._direct is not None:
            return self._direct.send(outgoing)
        return _answer(self._http.request(**_httpx_request(outgoing)))

    def stream(self, workflow_id: str, *, after: int = 0) -> Iterator[Event]:
        """The workflow's events after a version, as they happen, until its terminal one.

        A connection that breaks is taken up again behind the last event that came.
        """
        decoder = EventDecoder(after, self._retry)
        while True:
            try:
                with self._http.stream(**self._stream_args(workflow_id, decoder.after)) as answer:
                    if not answer.is_success:
                        answer.read()
                    decoder.opened(answer)
                    for line in answer.iter_lines():
                        event = decoder.feed(line)
                        if event is not None:
                            yield event
                if not decoder.goes_on():
                    return
            except httpx.TransportError as error:
                time.sleep(decoder.broken(error))

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()
        if self._direct is not None:
            self._direct.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(_Settings):
    """The asynchronous client: `Client`'s methods, to be awaited."""

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        retry: Retry | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` replaces the way requests travel, for tests and proxies."""
        super().__init__(url, key, retry=retry)
        self._http = httpx.AsyncClient(transport=transport, **self._httpx_args())

    async def send(self, request: Request[T]) -> T:
        """Sends a described request, trying again where that is safe and of use."""
        attempt = self._attempt(request)
        args = _httpx_request(attempt.outgoing())
        while True:
            try:
                attempt.finish(_answer(await self._http.request(**args)))
            except httpx.TransportError as error:
                attempt.failed(error)
            if attempt.done:
                return attempt.result
            await asyncio.sleep(attempt.delay_s)

    async def stream(self, workflow_id: str, *, after: int = 0) -> AsyncIterator[Event]:
        """As `Client.stream`."""
        decoder = EventDecoder(after, self._retry)
        while True:
            try:
                args = self._stream_args(workflow_id, decoder.after)
                async with self._http.stream(**args) as answer:
                    if not answer.is_success:
                        await answer.aread()
                    decoder.opened(answer)
                    async for line in answer.aiter_lines():
                        event = decoder.feed(line)
                        if event is not None:
                            yield event
                if not decoder.goes_on():
                    return
            except httpx.TransportError as error:
                await asyncio.sleep(decoder.broken(error))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _httpx_request(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "method": outgoing.method,
        "url": outgoing.url,
        "headers": outgoing.headers,
        "content": outgoing.content,
        "timeout": httpx.Timeout(_READ_TIMEOUT_S, read=outgoing.read_timeout_s),
    }


def _answer(answer: httpx.Response) -> Answer:
    return Answer(answer.status_code, answer.headers, answer.content)


def each(fetch: Callable[[str | None], Page[T]]) -> Iterator[T]:
    """All items of a list, page by page: `each(lambda c: client.list_workflows(cursor=c))`."""
    cursor: str | None = None
    while True:
        page = fetch(cursor)
        yield from page.items
        if not page.has_more:
            return
        cursor = _next(page)


async def aeach(fetch: Callable[[str | None], Awaitable[Page[T]]]) -> AsyncIterator[T]:
    """As `each`, for the asynchronous client."""
    cursor: str | None = None
    while True:
        page = await fetch(cursor)
        for item in page.items:
            yield item
        if not page.has_more:
            return
        cursor = _next(page)


def _next(page: Page[T]) -> str:
    if page.next_cursor is None:
        raise errors.FermataError("the server says that there is more, but not where")
    return page.next_cursor
