"""Tools of an MCP server that is a process of ours, a real one, in the hands of a native agent."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from strict_model import wait_until
from test_mcp_tools import Till, pay_and_finish
from world import World

pytest_plugins = ["world"]

TOOLS = """
  - mcp:
      name: till
      command: ["{python}", "{script}", "{folder}", "0", "Pays; and $HOME && exit"]
      env: {{TILL_SECRET: "env:SHOP_KEY"}}
      allow: [pay]
      idempotent: [{idempotent}]
      timeout_ms: 20000
"""


@pytest.fixture
def till(world: World, tmp_path: Path) -> Till:
    (tmp_path / "till").mkdir()
    policy = world.server.folder / "policy.yaml"
    rule = "\n  - {name: payments run, tool: pay, effect: allow}\n"
    policy.write_text(policy.read_text().replace("rules:", "rules:" + rule))
    return Till(tmp_path / "till")


def tools(till: Till, idempotent: str = "") -> dict[str, str]:
    script = Path(__file__).parent / "mcp_till.py"
    more = TOOLS.format(
        python=sys.executable, script=script, folder=till.folder, idempotent=idempotent
    )
    return {"more_tools": more, "tools": "pay"}


def pids(till: Till) -> list[int]:
    path = till.folder / "pids"
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_agent_calls_tools_of_a_process(world: World, till: Till) -> None:
    world.start(pay_and_finish(), **tools(till))
    workflow = world.begin()
    assert world.until(workflow, "completed")["result"] == "paid 5 for o1"
    made = world.call(workflow, "run/t:call_0001_000:pay")
    assert till.effects == [["o1", "5", "None", f"{workflow}/{made['id']}"]]
    offered = world.model.asked("script")[0]["tools"][0]["function"]
    assert offered["description"] == "Pays; and $HOME && exit", "no shell has read it"
    log = (world.server.folder / "server.log").read_text()
    assert "the till opens with ***" in log, "P15: what it complains of, without its secret"
    given = (till.folder / "environment").read_text().split()
    assert "TILL_SECRET" in given
    assert "MODEL_KEY" not in given, "P15: it has no secrets but its own"
    [pid] = pids(till)
    assert world.server.stop() == 0
    assert not is_alive(pid)


@pytest.mark.parametrize("idempotent", [False, True])
def test_a_process_that_dies_in_a_call_is_started_again_and_its_call_is_in_doubt(
    world: World, till: Till, idempotent: bool
) -> None:
    (till.folder / "hold").touch()
    world.start(pay_and_finish(), **tools(till, "pay" if idempotent else ""))
    workflow = world.begin()
    wait_until(lambda: till.effects)
    os.kill(pids(till)[0], signal.SIGKILL)
    os.unlink(till.folder / "hold")
    if idempotent:
        world.until(workflow, "completed")
        assert len(till.effects) == 2
        assert len({tuple(each) for each in till.effects}) == 1, "the same idempotency key"
    else:
        world.until(workflow, "waiting")
        assert world.approvals(workflow)[0]["kind"] == "in_doubt"
        assert len(till.effects) == 1
    assert len(pids(till)) >= 1
