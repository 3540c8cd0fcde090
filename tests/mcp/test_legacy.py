"""The rules of the protocol for clients of 2025-11-25 and before."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from local_server import Server
from rpc import LEGACY, Legacy, base_headers, request
from serving import start
from support import Api, problem

HELLO = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}


@pytest.mark.parametrize("version", ["2025-11-25", "2025-06-18", "2025-03-26"])
def test_initialize_agrees_on_the_version_that_the_client_wishes(one: Api, version: str) -> None:
    client = Legacy(one, version=version)
    assert client.initialized["protocolVersion"] == version
    assert client.initialized["serverInfo"]["name"] == "fermata"
    assert "request_approval" in client.initialized["instructions"]
    assert ("tasks" in client.initialized["capabilities"]) == (version == LEGACY)
    assert all("!" <= c <= "~" for c in client.session)
    assert len(client.result("tools/list")["tools"]) == 5


@pytest.mark.parametrize("version", ["2024-11-05", "1999-01-01"])
def test_an_unknown_version_is_answered_with_the_newest_of_its_era(one: Api, version: str) -> None:
    body = request("initialize", {**HELLO, "protocolVersion": version})
    answer = httpx.post(f"{one.url}/mcp", json=body, headers=base_headers(one))
    assert answer.json()["result"]["protocolVersion"] == LEGACY


def test_a_session_is_needed_and_is_that_agents_own(one: Api) -> None:
    client = Legacy(one)
    session = client.session
    client.session = ""
    without = client.post(request("tools/list"))
    assert without.status_code == 400
    assert without.json()["error"]["data"]["reason"] == "mcp.session_required"
    for wrong in ("nonsense", session[:-2] + "AA", "9" + session):
        assert client.post(request("ping"), MCP_Session_Id=wrong).status_code == 404
    other = Legacy(one, "other_agent")
    assert other.post(request("ping"), MCP_Session_Id=session).status_code == 404
    assert client.post(request("ping"), MCP_Session_Id=session).json()["result"] == {}


def test_a_session_ends_when_the_client_says_so(one: Api) -> None:
    client = Legacy(one)
    headers = {"MCP-Session-Id": client.session, "MCP-Protocol-Version": LEGACY}
    assert client.http.delete("/mcp", headers=headers).status_code == 204
    assert client.post(request("ping")).status_code == 404
    assert client.http.delete("/mcp", headers=headers).status_code == 404


def test_a_restart_forgets_no_session(own_server: Server) -> None:
    api = start(own_server)
    client = Legacy(api)
    own_server.kill()
    own_server.start()
    assert len(client.result("tools/list")["tools"]) == 5


def test_the_version_header_is_checked_and_may_be_absent(one: Api) -> None:
    client = Legacy(one)
    refused = client.post(request("ping"), MCP_Protocol_Version="1999-01-01")
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert error["code"] == -32022
    assert LEGACY in error["data"]["supported"]
    headers = {"MCP-Session-Id": client.session}
    assert client.http.post("/mcp", json=request("ping"), headers=headers).json()["result"] == {}


def test_what_is_no_message_is_refused(one: Api) -> None:
    client = Legacy(one)
    for body, code in [
        (b"{", -32700),
        (b'{"a":1,"a":2}', -32700),
        (b"[]", -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600),
        (b'{"jsonrpc":"2.0","id":1}', -32600),
        (b"7", -32600),
    ]:
        answer = client.http.post("/mcp", content=body, headers=client.extra_headers({}))
        assert answer.status_code == 400, body
        assert answer.json()["error"]["code"] == code, body


def test_errors_of_methods_come_with_status_200_and_the_requests_id(one: Api) -> None:
    client = Legacy(one)
    for method, params, code in [
        ("no/such/method", None, -32601),
        ("resources/list", None, -32601),
        ("server/discover", None, -32601),
        ("logging/setLevel", {"level": "info"}, -32601),
        ("tools/call", {"name": "no_such_tool"}, -32602),
        ("tools/call", {}, -32602),
        ("tools/call", {"name": "check_approval", "arguments": [1]}, -32602),
        ("tools/list", {"cursor": "next"}, -32602),
        ("tasks/get", {"taskId": "ap_nothing"}, -32602),
    ]:
        body = request(method, params)
        answer = client.post(body)
        assert (answer.status_code, answer.json()["id"]) == (200, body["id"]), method
        assert answer.json()["error"]["code"] == code, method
        assert answer.json()["error"]["message"]


def test_notifications_and_responses_are_taken_note_of(one: Api) -> None:
    client = Legacy(one)
    bodies: list[dict[str, Any]] = [
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
        {"jsonrpc": "2.0", "id": 7, "result": {}},
        {"jsonrpc": "2.0", "id": 7, "error": {"code": 1, "message": "x"}},
    ]
    for body in bodies:
        answer = client.post(body)
        assert (answer.status_code, answer.content) == (202, b"")


def test_there_is_no_stream_to_get(one: Api) -> None:
    client = Legacy(one)
    answer = client.http.get("/mcp", headers=client.extra_headers({}))
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_the_client_takes_json_and_streams_and_sends_json(one: Api) -> None:
    client = Legacy(one)
    for accept in ("application/json", "text/event-stream", "text/html", ""):
        assert client.post(request("ping"), Accept=accept).status_code == 406, accept
    for accept in ("*/*", "application/*, text/*", "text/event-stream;q=0.5,application/json"):
        assert client.post(request("ping"), Accept=accept).status_code == 200, accept
    problem(
        client.post(request("ping"), Content_Type="text/plain"),
        415,
        "request.unsupported_media_type",
    )


def test_foreign_pages_may_not_ask(one: Api) -> None:
    client = Legacy(one)
    for origin in (
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://10.0.0.1",
    ):
        refused = client.post(request("ping"), Origin=origin)
        assert refused.status_code == 403, origin
        assert refused.json()["error"]["data"]["reason"] == "mcp.origin_refused"
    # A name that was rebound to this machine brings its own Host along.
    rebound = client.post(request("ping"), Origin="http://localhost:1", Host="evil.example")
    assert rebound.status_code == 403
    for origin in ("http://localhost:6274", "http://127.0.0.1", "http://[::1]:80"):
        assert client.post(request("ping"), Origin=origin).status_code == 200, origin
    listed = client.post(request("ping"), Origin="https://console.example")
    assert listed.status_code == 200
    assert listed.headers["Access-Control-Allow-Origin"] == "https://console.example"


def test_a_key_is_needed_and_the_answer_says_where_to_read_how(one: Api) -> None:
    headers = {**base_headers(one), "Authorization": ""}
    for key, reason in [("", "auth.missing_key"), ("Bearer nonsense", "auth.invalid_key")]:
        headers["Authorization"] = key
        answer = httpx.post(f"{one.url}/mcp", json=request("initialize", HELLO), headers=headers)
        problem(answer, 401, reason)
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith("Bearer ")
        url = challenge.split('resource_metadata="')[1].split('"')[0]
        metadata = httpx.get(url).json()
        assert metadata["resource"] == f"{one.url}/mcp"
        assert metadata["bearer_methods_supported"] == ["header"]
    root = httpx.get(f"{one.url}/.well-known/oauth-protected-resource").json()
    assert root["resource"] == f"{one.url}/mcp"


def test_only_agents_may_ask(one: Api) -> None:
    for role in ("ada", "admin", "reader"):
        answer = httpx.post(
            f"{one.url}/mcp", json=request("initialize", HELLO), headers=base_headers(one, role)
        )
        assert "kind 'agent'" in problem(answer, 403, "auth.kind_not_allowed")["detail"]


def test_the_tools_stand_on_one_page_that_every_client_can_read(one: Api) -> None:
    listed = Legacy(one).result("tools/list")
    assert "nextCursor" not in listed
    assert [tool["name"] for tool in listed["tools"]] == [
        "request_approval", "ask_human", "check_approval", "create_checkpoint", "rollback",
    ]  # fmt: skip
    for tool in listed["tools"]:
        assert tool["description"]
        assert tool["inputSchema"]["type"] == tool["outputSchema"]["type"] == "object"
        assert tool["inputSchema"]["properties"]
        for name, schema in tool["inputSchema"]["properties"].items():
            assert name.replace("_", "").islower()
            assert schema["type"]
            assert schema["description"]
