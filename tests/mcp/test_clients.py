"""A full round with each client that people use: it asks, a person decides, it gets the answer."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from rpc import new_action, pending_of
from smolagents import MCPClient, ToolCollection
from support import Api, decide, good

NODE_FOLDER = Path(__file__).parent / "node"
ARCHITECTURE = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "x64")
NODE = NODE_FOLDER / f"node_modules/node-linux-{ARCHITECTURE}/bin/node"
NAMES = ["request_approval", "ask_human", "check_approval", "create_checkpoint", "rollback"]


def while_a_person(
    decides: Callable[[dict[str, Any]], object], api: Api, action: str, client: Callable[[], Any]
) -> Any:
    """What `client` gets, which waits until the question about `action` is decided."""
    got: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            got.append(client())
        except BaseException as error:
            failed.append(error)

    asking = threading.Thread(target=run)
    asking.start()
    try:
        decides(pending_of(api, action))
    finally:
        asking.join(60)
    if failed:
        raise failed[0]
    return got[0]


def approves(api: Api) -> Callable[[dict[str, Any]], object]:
    return lambda approval: good(decide(api, "ada", approval, reason="fine"))


def address(api: Api) -> str:
    return f"{api.url}/mcp"


def headers(api: Api) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.keys['agent']}"}


# --- smolagents


@pytest.mark.parametrize("structured", [True, False])
def test_smolagents_client(api: Api, structured: bool) -> None:
    server = {"url": address(api), "transport": "streamable-http", "headers": headers(api)}
    action = new_action("smol")
    with MCPClient(server, structured_output=structured) as tools:
        assert [tool.name for tool in tools] == NAMES
        tool = next(tool for tool in tools if tool.name == "request_approval")
        told = while_a_person(
            approves(api), api, action, lambda: tool(action=action, arguments={"n": 1}, wait_s=40)
        )
    told = told if structured else json.loads(told)
    assert (told["status"], told["allowed"], told["arguments"]) == ("approved", True, {"n": 1})


def test_smolagents_tool_collection(api: Api) -> None:
    server = {"url": address(api), "transport": "streamable-http", "headers": headers(api)}
    question = new_action("How many")
    with ToolCollection.from_mcp(
        server, trust_remote_code=True, structured_output=False
    ) as collection:
        tools = {tool.name: tool for tool in collection.tools}
        handle = json.loads(tools["ask_human"](question=question, wait_s=0))
        assert handle["status"] == "pending"
        approval = good(api.reader.get(f"/v1/approvals/{handle['approval']}"))
        good(decide(api, "ada", approval, "answer", answer={"answer": "seven"}))
        told = json.loads(tools["check_approval"](approval=handle["approval"]))
    assert (told["status"], told["answer"]) == ("answered", {"answer": "seven"})


# --- the Python SDK


async def with_session(api: Api, use: Callable[[ClientSession], Any]) -> Any:
    async with (
        streamablehttp_client(address(api), headers=headers(api)) as (reader, writer, _),
        ClientSession(reader, writer) as session,
    ):
        assert (await session.initialize()).serverInfo.name == "fermata"
        return await use(session)


def test_python_sdk(api: Api) -> None:
    action = new_action("python")
    heard: list[str | None] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async def use(session: ClientSession) -> Any:
        assert [tool.name for tool in (await session.list_tools()).tools] == NAMES
        return await session.call_tool(
            "request_approval", {"action": action}, progress_callback=hear
        )

    def rejects(approval: dict[str, Any]) -> object:
        return good(decide(api, "ada", approval, "reject", reason="not today"))

    result = while_a_person(rejects, api, action, lambda: asyncio.run(with_session(api, use)))
    assert result.isError is False
    assert result.structuredContent["status"] == "rejected"
    assert "not today" in result.content[0].text
    assert any("finance" in (message or "") for message in heard)


def test_python_sdk_with_a_task(api: Api) -> None:
    action = new_action("task")

    async def use(session: ClientSession) -> Any:
        from mcp.types import CallToolResult

        tasks = session.experimental
        made = await tasks.call_tool_as_task("request_approval", {"action": action}, ttl=60000)
        assert made.task.status == "working"
        result = await tasks.get_task_result(made.task.taskId, CallToolResult)
        assert (await tasks.get_task(made.task.taskId)).status == "completed"
        return result

    result = while_a_person(approves(api), api, action, lambda: asyncio.run(with_session(api, use)))
    assert result.structuredContent["status"] == "approved"


# --- JavaScript


def node(api: Api, *arguments: str) -> dict[str, Any]:
    if not NODE.exists():
        pytest.fail("the node packages are missing: make setup-mcp")
    environment = {**os.environ, "FERMATA_KEY": api.keys["agent"], "MCP_CATALOG_PATH": os.devnull}
    done = subprocess.run(
        [NODE, *arguments],
        cwd=NODE_FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("how", ["plain", "progress", "task"])
def test_typescript_sdk(api: Api, how: str) -> None:
    action = new_action("typescript")
    told = while_a_person(
        approves(api),
        api,
        action,
        lambda: node(api, "round.mjs", address(api), how, json.dumps({"action": action})),
    )
    assert told["tools"] == NAMES
    assert told["result"]["structuredContent"]["status"] == "approved"
    assert (told["progress"] > 0) == (how == "progress")
    assert ("taskCreated" in told["states"]) == (how == "task")


def test_typescript_sdk_of_the_modern_era(api: Api) -> None:
    action = new_action("modern")
    told = while_a_person(
        approves(api),
        api,
        action,
        lambda: node(api, "round_modern.mjs", address(api), json.dumps({"action": action})),
    )
    assert told["tools"] == NAMES
    assert told["result"]["structuredContent"]["status"] == "approved"


def test_inspector(api: Api) -> None:
    inspector = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
    base = [inspector, "--cli", address(api), "--transport", "http"]
    base += ["--header", f"Authorization: Bearer {api.keys['agent']}"]
    listed = node(api, *base, "--method", "tools/list")
    assert [tool["name"] for tool in listed["tools"]] == NAMES
    action = new_action("inspector")
    call = ["--method", "tools/call", "--tool-name", "request_approval", "--tool-arg"]
    told = while_a_person(
        approves(api), api, action, lambda: node(api, *base, *call, f"action={action}", "wait_s=40")
    )
    assert told["structuredContent"]["status"] == "approved"
