"""Tools of an MCP server, a real one, in the hands of a native agent."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from strict_model import Says, Script, call, wait_until
from world import World, free_port

pytest_plugins = ["world"]

TOOLS = """
  - mcp:
      name: till
      url: "http://127.0.0.1:{port}/mcp"
      headers: {{Authorization: "Bearer env:SHOP_KEY"}}
      allow: [pay, close_early, gone]
      idempotent: [{idempotent}]
      timeout_ms: 5000
      retries: 20
"""


class Till:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, description: str = "Pays an order back.") -> None:
        script = Path(__file__).parent / "mcp_till.py"
        self._process = subprocess.Popen(
            [sys.executable, script, self.folder, str(self.port), description],
            stderr=(self.folder / "till.log").open("a"),
        )
        wait_until(self._listens)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def effects(self) -> list[list[str]]:
        path = self.folder / "effects"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def tools(self, idempotent: str = "") -> dict[str, str]:
        """The settings of a world that has this till."""
        more = TOOLS.format(port=self.port, idempotent=idempotent)
        return {"more_tools": more, "tools": "pay, close_early, gone"}

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    (tmp_path / "till").mkdir()
    made = Till(tmp_path / "till")
    yield made
    made.kill()


def pay_and_finish(amount: int = 5, order: str = "o1") -> Script:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            return Says("", [call("pay", {"order": order, "amount": amount})])
        return Says("", [call("final_answer", {"answer": request["messages"][-1]["content"]})])

    return script


@pytest.fixture(autouse=True)
def payments_ask_from_100_on(world: World) -> None:
    policy = world.server.folder / "policy.yaml"
    rules = """
  - {name: small payments run, tool: pay, when: {amount: {lte: 100}}, effect: allow}
  - {name: closing runs, tool: close_early, effect: allow}
"""
    policy.write_text(policy.read_text().replace("rules:", "rules:" + rules))


def test_an_agent_calls_the_tools_that_are_allowed(world: World, till: Till) -> None:
    till.start()
    world.start(pay_and_finish(), **till.tools())
    workflow = world.begin()
    assert world.until(workflow, "completed")["result"] == "paid 5 for o1"
    made = world.call(workflow, "run/t:call_0001_000:pay")
    assert till.effects == [["o1", "5", "None", f"{workflow}/{made['id']}"]]
    offered = world.model.asked("script")[0]["tools"]
    assert [each["function"]["name"] for each in offered] == ["pay", "close_early", "final_answer"]
    assert offered[0]["function"]["description"] == "Pays an order back."
    assert "amount" in offered[0]["function"]["parameters"]["properties"]


def test_an_error_of_the_server_is_what_the_model_reads(world: World, till: Till) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            wrong = {"order": ["o1"], "amount": 5}
            return Says(
                "", [call("pay", {"order": "missing", "amount": 5}), call("pay", wrong, "b")]
            )
        seen = [each["content"] for each in request["messages"] if each["role"] == "tool"]
        return Says("", [call("final_answer", {"answer": seen})])

    till.start()
    world.start(script, **till.tools())
    missing, wrong = world.until(world.begin(), "completed")["result"]
    assert "there is no such order" in missing
    assert "order" in wrong
    assert len(till.effects) == 1


def test_people_are_asked_before_a_tool_of_a_server_runs(world: World, till: Till) -> None:
    till.start()
    world.start(pay_and_finish(500), **till.tools())
    workflow = world.begin()
    world.until(workflow, "waiting")
    assert till.effects == []
    till.kill()
    till.start()  # The session that we had is gone with it.
    world.decide(world.approvals(workflow)[0])
    world.until(workflow, "completed")
    assert [each[:2] for each in till.effects] == [["o1", "500"]]


def test_another_definition_of_a_servers_tool_voids_what_people_allowed(
    world: World, till: Till
) -> None:
    till.start()
    world.start(pay_and_finish(500), **till.tools())
    workflow = world.begin()
    world.until(workflow, "waiting")
    [before] = world.approvals(workflow)
    world.server.kill()
    till.kill()
    till.start("Pays, to whom the order says.")
    world.start()
    world.decide(before)
    again = wait_until(lambda: world.approvals(workflow))[0]
    assert again["hash"] != before["hash"], "P5"
    assert till.effects == []
    world.decide(again)
    world.until(workflow, "completed")
    assert len(till.effects) == 1


def test_a_server_that_says_its_tools_changed_is_asked_what_they_are(
    world: World, till: Till
) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            return Says("", [call("pay", {"order": "o1", "amount": 500})])
        return Says("", [call("final_answer", {"answer": "done"})])

    def closer(stage: int, request: dict[str, Any]) -> Says:
        if "close" not in request["messages"][1]["content"]:
            return script(stage, request)
        name, arguments = ("close_early", {}) if stage == 0 else ("final_answer", {"answer": "ok"})
        return Says("", [call(name, arguments)])

    till.start()
    world.start(closer, **till.tools())
    workflow = world.begin()
    world.until(workflow, "waiting")
    [before] = world.approvals(workflow)
    listed = len(listings(world))
    world.until(world.begin("close the till"), "completed")
    wait_until(lambda: len(listings(world)) > listed)
    world.decide(before)
    again = wait_until(lambda: world.approvals(workflow))[0]
    assert again["hash"] != before["hash"]
    assert till.effects == []


def listings(world: World) -> list[str]:
    log = (world.server.folder / "server.log").read_text()
    return [line for line in log.splitlines() if "agent.mcp_tools" in line]


def test_a_server_that_is_down_is_waited_for_and_shown(world: World, till: Till) -> None:
    world.start(pay_and_finish(), turns=1000, **till.tools())
    workflow = world.begin()
    wait_until(lambda: len(world.journal(workflow)) > 0)
    [waits] = world.journal(workflow)[:1]
    assert waits["key"] == "run/tools/1/silent/1"
    assert waits["error"]["type"] == "agents.tools_unavailable"
    assert "'till'" in waits["error"]["message"]
    assert world.model.asked("script") == [], "an agent without its tools is not begun"
    till.start()
    world.until(workflow, "completed")
    assert len(till.effects) == 1


@pytest.mark.parametrize("idempotent", [False, True])
def test_a_server_that_dies_in_a_call_leaves_it_in_doubt_unless_it_may_be_repeated(
    world: World, till: Till, idempotent: bool
) -> None:
    (till.folder / "hold").touch()
    till.start()
    world.start(pay_and_finish(), **till.tools("pay" if idempotent else ""))
    workflow = world.begin()
    wait_until(lambda: till.effects)
    till.kill()
    os.unlink(till.folder / "hold")
    till.start()
    if idempotent:
        world.until(workflow, "completed")
        assert len(till.effects) == 2
        assert len({tuple(each) for each in till.effects}) == 1, "the same idempotency key"
        return
    world.until(workflow, "waiting")
    [doubt] = world.approvals(workflow)
    assert doubt["kind"] == "in_doubt"
    assert len(till.effects) == 1
