"""The requests of a worker that serves tools to the server's own agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ._decode import decode
from ._request import Request, endpoint, given, one, post
from .models import Call, ToolCall, ToolLease


def _lease(data: Any) -> ToolLease | None:
    return None if data is None else decode(ToolLease, data)


def _call(data: Any) -> ToolCall | None:
    return None if data is None else decode(ToolCall, data)


def _path(lease: str, action: str) -> str:
    return f"/v1/tools/leases/{quote(lease, safe='')}/{action}"


class ToolEndpoints:
    """Methods of both clients; see `Endpoint` for how they are sync or async."""

    @endpoint
    def lease_tool_call(
        self,
        *,
        worker: str,
        tools: Sequence[Mapping[str, Any]],
        lease_s: int | None = None,
        wait_s: int | None = None,
    ) -> Request[ToolLease | None]:
        """Says which tools this worker serves, and waits up to `wait_s`, at most 20, for a call of
        one. None when there was none. Each tool is {name, description, arguments, idempotent}."""
        body = given(worker=worker, tools=list(tools), lease_s=lease_s, wait_s=wait_s)
        return Request("POST", "/v1/tools/lease", _lease, body=body)

    @endpoint
    def take_tool_call(self, lease: str) -> Request[ToolCall | None]:
        """What is to be run under a lease; None when there is nothing to run after all."""
        return Request("POST", _path(lease, "take"), _call, body={})

    @endpoint
    def renew_tool_call(self, lease: str) -> Request[ToolLease]:
        """Keeps a call for another lease. 409 `tools.lease_lost` when it is not to be run any
        more."""
        return post(_path(lease, "renew"), one(ToolLease))

    @endpoint
    def close_tool_call(
        self, lease: str, *, hash: str, result: Any = None, error: Mapping[str, str] | None = None
    ) -> Request[Call]:
        """Reports what came of a call: a result, or an error. Answered when it is journaled."""
        body = given(hash=hash, error=error)
        if error is None:
            body["result"] = result
        return Request("POST", _path(lease, "close"), one(Call), body=body)
