"""The synchronous client's straight way to the server: kept connections of urllib3.

A journaled call is two small requests, and on loopback what the HTTP client costs is most of what
they cost. httpx stays where a proxy or a given transport carries the requests, and for streams.
What goes wrong is told in httpx's words, so that a caller cannot tell which way was taken.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import urllib3

from ._request import Answer, Outgoing

_CONNECTIONS = 100
_CONNECT_S = 30


class Direct:
    """Connections to one server, for any number of threads: at most 100, a thread that finds none
    free waits for one."""

    def __init__(
        self, pool: urllib3.HTTPConnectionPool, prefix: str, headers: Mapping[str, str]
    ) -> None:
        self._pool = pool
        self._prefix = prefix
        self._headers = headers

    def send(self, request: Outgoing) -> Answer:
        """Sends it once. Raises httpx.TransportError if no whole answer came."""
        try:
            answer = self._pool.urlopen(
                request.method,
                self._prefix + request.url,
                body=request.content,
                headers={**self._headers, **request.headers},
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(_CONNECT_S, request.read_timeout_s),
                pool_timeout=_CONNECT_S,
            )
        except urllib3.exceptions.HTTPError as error:
            raise _told(error) from error
        return Answer(answer.status, answer.headers, answer.data)

    def close(self) -> None:
        self._pool.close()


def direct(url: str, context: ssl.SSLContext | None, headers: Mapping[str, str]) -> Direct | None:
    """The straight way to `url`, or None where httpx has to carry its requests: through a proxy,
    or with the name and password that the URL holds."""
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    proxies = getproxies()
    if (proxies.get(parts.scheme) or proxies.get("all")) and not proxy_bypass(host):
        return None
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            host, parts.port, maxsize=_CONNECTIONS, block=True, ssl_context=context
        )
    else:
        pool = urllib3.HTTPConnectionPool(host, parts.port, maxsize=_CONNECTIONS, block=True)
    return Direct(pool, parts.path.rstrip("/"), headers)


def _told(error: urllib3.exceptions.HTTPError) -> httpx.TransportError:
    kinds = urllib3.exceptions
    text = str(error)
    # urllib3's refused connection is one of its connect timeouts, so the narrower comes first.
    if isinstance(error, kinds.NewConnectionError | kinds.SSLError):
        return httpx.ConnectError(text)
    if isinstance(error, kinds.ConnectTimeoutError):
        return httpx.ConnectTimeout(text)
    if isinstance(error, kinds.ReadTimeoutError):
        return httpx.ReadTimeout(text)
    if isinstance(error, kinds.EmptyPoolError):
        return httpx.PoolTimeout(text)
    return httpx.RemoteProtocolError(text)
