"""MCP as bytes on the wire, without a library that could be wrong in the same way as the server."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from support import Api

LEGACY = "2025-11-25"
MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"
TASKS: dict[str, Any] = {"extensions": {META + "tasks": {}}}
numbers = itertools.count(1)


def base_headers(api: Api, role: str = "agent") -> dict[str, str]:
    return {
        "Authorization": f"Bearer {api.keys[role]}",
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
    }


def request(method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    body = {"jsonrpc": "2.0", "id": next(numbers), "method": method}
    return body if params is None else {**body, "params": params}


def data_of(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The messages of an event stream; comments are what keeps it alive."""
    for line in lines:
        if line.startswith("data: "):
            yield dict(json.loads(line[6:]))


def answer_of(response: httpx.Response) -> dict[str, Any]:
    """The one answer, however it came."""
    if response.headers["Content-Type"].startswith("text/event-stream"):
        return list(data_of(iter(response.text.splitlines())))[-1]
    return dict(response.json())


class Client:
    """A client of either era. `tool` gives a call's structured result, `fail` an error's text."""

    def __init__(self, api: Api, role: str = "agent") -> None:
        self.http = httpx.Client(base_url=api.url, headers=base_headers(api, role), timeout=60)

    def extra_headers(self, body: dict[str, Any]) -> dict[str, str]:
        raise NotImplementedError

    def prepared(self, body: dict[str, Any]) -> dict[str, Any]:
        return body

    def post(self, body: dict[str, Any], **headers: str) -> httpx.Response:
        body = self.prepared(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post("/mcp", json=body, headers={**self.extra_headers(body), **named})

    def call(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        body = request(method, params)
        answer = answer_of(self.post(body))
        assert answer["id"] == body["id"]
        return answer

    def result(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.call(method, params)
        assert "result" in answer, answer
        return dict(answer["result"])

    def tool(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.result("tools/call", {"name": tool, "arguments": arguments})
        assert result["isError"] is False, result
        assert [block["type"] for block in result["content"]] == ["text"]
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
        return dict(result["structuredContent"])

    def failure(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.result("tools/call", {"name": tool, "arguments": arguments})
        assert result["isError"] is True, result
        assert "structuredContent" not in result
        return dict(json.loads(result["content"][0]["text"]))

    @contextmanager
    def streaming(self, body: dict[str, Any]) -> Iterator[Iterator[str]]:
        """The lines of an answer that waits, as they come."""
        body = self.prepared(body)
        with self.http.stream("POST", "/mcp", json=body, headers=self.extra_headers(body)) as got:
            assert got.headers["Content-Type"] == "text/event-stream"
            yield got.iter_lines()


class Legacy(Client):
    def __init__(self, api: Api, role: str = "agent", version: str = LEGACY) -> None:
        super().__init__(api, role)
        self.version = version
        self.session = ""
        hello = {"protocolVersion": version, "capabilities": {}}
        opened = self.post(
            request("initialize", {**hello, "clientInfo": {"name": "test", "version": "1"}})
        )
        assert opened.status_code == 200, opened.text
        self.initialized = dict(opened.json()["result"])
        self.session = opened.headers["MCP-Session-Id"]
        noted = self.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert (noted.status_code, noted.content) == (202, b"")

    def extra_headers(self, body: dict[str, Any]) -> dict[str, str]:
        if not self.session:
            return {}
        return {"MCP-Session-Id": self.session, "MCP-Protocol-Version": self.version}


class Modern(Client):
    def __init__(
        self, api: Api, role: str = "agent", capabilities: dict[str, Any] | None = None
    ) -> None:
        super().__init__(api, role)
        self.capabilities = capabilities or {}

    def prepared(self, body: dict[str, Any]) -> dict[str, Any]:
        meta = {
            META + "protocolVersion": MODERN,
            META + "clientCapabilities": self.capabilities,
            META + "clientInfo": {"name": "test", "version": "1"},
        }
        params = body.get("params", {})
        return {**body, "params": {**params, "_meta": {**meta, **params.get("_meta", {})}}}

    def extra_headers(self, body: dict[str, Any]) -> dict[str, str]:
        headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": body["method"]}
        params = body.get("params", {})
        name = params.get("taskId") if body["method"].startswith("tasks/") else params.get("name")
        return {**headers, "Mcp-Name": name} if isinstance(name, str) else headers


def eventually(find: Callable[[], Any], timeout_s: float = 30) -> Any:
    """What `find` gives once it gives something."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if found := find():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")


def pending_of(api: Api, action: str, agent: str = "refund-bot") -> dict[str, Any]:
    """The one open question about `action`, once it is there."""

    def find() -> dict[str, Any] | None:
        page = api.reader.get(f"/v1/approvals?status=pending&agent={agent}&limit=200").json()
        found = [item for item in page["items"] if item["action"] == action]
        assert len(found) < 2, "asked twice"
        return dict(found[0]) if found else None

    return dict(eventually(find))


def new_action(word: str) -> str:
    return f"{word}_{next(numbers)}_{time.monotonic_ns()}"
