"""The rules of the protocol for clients of 2026-07-28: no session, everything in each request."""

from __future__ import annotations

import base64

import pytest
from rpc import META, MODERN, Modern, base_headers, request
from support import Api


def test_discover_says_what_there_is(one: Api) -> None:
    found = Modern(one).result("server/discover")
    assert found["resultType"] == "complete"
    assert found["supportedVersions"][0] == MODERN
    assert found["capabilities"] == {"tools": {}, "extensions": {META + "tasks": {}}}
    assert found["_meta"][META + "serverInfo"]["name"] == "fermata"
    assert found["ttlMs"] > 0
    assert found["cacheScope"] == "public"


def test_tools_are_listed_with_how_long_the_list_holds(one: Api) -> None:
    listed = Modern(one).result("tools/list")
    assert len(listed["tools"]) == 5
    assert listed["ttlMs"] > 0
    assert listed["cacheScope"] == "public"
    assert all("execution" not in tool for tool in listed["tools"])


def test_no_session_is_made_and_a_given_one_is_ignored(one: Api) -> None:
    answer = Modern(one).post(request("tools/list"), MCP_Session_Id="whatever")
    assert answer.status_code == 200
    assert "MCP-Session-Id" not in answer.headers


@pytest.mark.parametrize("missing", ["protocolVersion", "clientCapabilities"])
def test_each_request_says_its_version_and_capabilities(one: Api, missing: str) -> None:
    client = Modern(one)
    body = client.prepared(request("server/discover"))
    del body["params"]["_meta"][META + missing]
    answer = client.http.post("/mcp", json=body, headers=client.extra_headers(body))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == -32602
    assert answer.json()["id"] == body["id"]


def test_headers_and_body_say_the_same(one: Api) -> None:
    client = Modern(one)
    body = client.prepared(
        request("tools/call", {"name": "check_approval", "arguments": {"approval": "x"}})
    )
    good = client.extra_headers(body)
    changes: list[dict[str, str | None]] = [
        {"MCP-Protocol-Version": "2025-11-25"},
        {"MCP-Protocol-Version": None},
        {"Mcp-Method": "tools/list"},
        {"Mcp-Method": None},
        {"Mcp-Name": "rollback"},
        {"Mcp-Name": None},
        {"Mcp-Name": "=?base64?!!!?="},
    ]
    for change in changes:
        wanted: dict[str, str | None] = {**good, **change}
        headers = {name: value for name, value in wanted.items() if value is not None}
        answer = client.http.post("/mcp", json=body, headers=headers)
        assert answer.status_code == 400, change
        assert answer.json()["error"]["code"] == -32020, change
        assert answer.json()["id"] == body["id"]
    encoded = base64.b64encode(b"check_approval").decode()
    good["Mcp-Name"] = f"=?base64?{encoded}?="
    answer = client.http.post("/mcp", json=body, headers=good)
    assert answer.status_code == 200


def test_an_unknown_version_is_told_the_known_ones(one: Api) -> None:
    client = Modern(one)
    body = client.prepared(request("tools/list"))
    body["params"]["_meta"][META + "protocolVersion"] = "2030-01-01"
    headers = {"MCP-Protocol-Version": "2030-01-01", "Mcp-Method": "tools/list"}
    answer = client.http.post("/mcp", json=body, headers=headers)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == -32022
    assert error["data"]["requested"] == "2030-01-01"
    assert MODERN in error["data"]["supported"]


@pytest.mark.parametrize("method", ["initialize", "ping", "logging/setLevel", "tasks/result", "x"])
def test_what_is_no_method_of_this_era_is_not_found(one: Api, method: str) -> None:
    answer = Modern(one).post(request(method))
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == -32601


def test_there_is_nothing_to_get_or_to_delete(one: Api) -> None:
    client = Modern(one)
    headers = {"MCP-Protocol-Version": MODERN}
    assert client.http.get("/mcp", headers=headers).status_code == 405
    assert client.http.delete("/mcp", headers=headers).status_code == 405


def test_foreign_pages_may_not_ask(one: Api) -> None:
    assert Modern(one).post(request("tools/list"), Origin="https://evil.example").status_code == 403


def test_a_key_is_needed(one: Api) -> None:
    client = Modern(one)
    assert client.post(request("tools/list"), Authorization="").status_code == 401
    assert base_headers(one)["Authorization"] not in client.post(request("tools/list")).text
