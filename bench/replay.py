"""Measures what durability costs an agent: a long run resumed, and each journaled call.

    bench/replay.py --build build/release [--steps 200]

The run: a smolagents agent that calls one tool per step, and whose model answers at once. It is
suspended at its last step, and resumed by a fresh agent. Our own time is what that took less what
smolagents takes for the same steps without us; the cost of a call is that of journaling it - open
and close for a tool, one record for a model's answer - over loopback on SQLite. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

sys.path.append(str(Path(__file__).parent.parent / "tools"))

from fermata import Client
from fermata.smolagents import Completed, Fermata, Suspended
from local_server import Server
from smolagents import (
    ChatMessage,
    LogLevel,
    MessageRole,
    Model,
    Tool,
    ToolCallingAgent,
)
from smolagents.models import ChatMessageToolCall, ChatMessageToolCallFunction

POLICY = """version: 1
rules:
  - {name: work runs, tool: work, effect: allow}
  - {name: paying asks, tool: pay, effect: ask,
     thresholds: [{from: finance, approve: 1, reject: 1}]}
default: {effect: deny}
"""
CONFIG = """listen: {host: 127.0.0.1, port: 0}
store: {url: "sqlite:fermata.db"}
policy: {file: policy.yaml}
bootstrap:
  people: [{id: ben, name: Ben}]
  groups: [{id: finance, members: [ben]}]
  keys: [{kind: agent, agent: bench}, {kind: person, person: ben}]
"""


class Work(Tool):  # type: ignore[misc]
    name = "work"
    description = "Does a step of the work."
    inputs: ClassVar[dict[str, Any]] = {"n": {"type": "integer", "description": "Which step."}}
    output_type = "string"

    def forward(self, n: int) -> str:
        return f"Step {n} is done, with a result as long as those of tools usually are. " * 3


class Pay(Tool):  # type: ignore[misc]
    name = "pay"
    description = "Pays."
    inputs: ClassVar[dict[str, Any]] = {}
    output_type = "string"

    def forward(self) -> str:
        return "paid"


class Stepping(Model):  # type: ignore[misc]
    """Asks for one tool call per step, then to be paid, then answers."""

    def __init__(self, steps: int) -> None:
        super().__init__(model_id="stepping")
        self.steps = steps

    def generate(self, messages: list[ChatMessage], **_: Any) -> ChatMessage:
        done = sum(message.role == MessageRole.TOOL_RESPONSE for message in messages)
        name = "work"
        arguments: dict[str, Any] = {"n": done}
        if done == self.steps:
            name, arguments = "pay", {}
        elif done > self.steps:
            name, arguments = "final_answer", {"answer": "done"}
        function = ChatMessageToolCallFunction(name=name, arguments=arguments)
        call = ChatMessageToolCall(function=function, id=f"c{done}", type="function")
        said = f"I take step {done} next, because it follows from the one before."
        return ChatMessage(role=MessageRole.ASSISTANT, content=said, tool_calls=[call])


def agent(steps: int) -> ToolCallingAgent:
    return ToolCallingAgent(
        tools=[Work(), Pay()],
        model=Stepping(steps),
        max_steps=steps + 5,
        verbosity_level=LogLevel.OFF,
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def own_time(server: Server, steps: int) -> tuple[float, float]:
    """Seconds that resuming a run of so many steps took, and that smolagents itself takes."""
    fermata = Fermata(server.url, server.keys["agent", "bench"])
    person = Client(server.url, server.keys["person", "ben"])
    first = fermata.run(agent(steps), "work")
    assert isinstance(first, Suspended)
    person.decide(first.approvals[0].id, "approve", hash=first.approvals[0].hash)
    resumed, done = timed(lambda: fermata.run(agent(steps), workflow_id=first.workflow_id))
    assert isinstance(done, Completed)
    bare, _ = timed(lambda: agent(steps).run("work"))
    return resumed, bare


class Probe:
    """Durable writes to a disk, in place as in the store's log once it has grown."""

    def __init__(self, folder: Path, writes: int) -> None:
        path = folder / "probe"
        path.write_bytes(bytes(4096 * writes))
        self._file = path.open("r+b", buffering=0)
        os.fsync(self._file.fileno())

    def write(self) -> None:
        self._file.write(b"x" * 4096)
        os.fdatasync(self._file.fileno())


@dataclass(frozen=True)
class Costs:
    """Median milliseconds of journaling, and what of a tool call is work of the client's own."""

    tool_ms: float
    tool_cpu_ms: float
    model_ms: float
    fsync_ms: float  # One write to the disk, measured between the calls; a tool call has two.


def call_costs(server: Server, calls: int, probe: Probe) -> Costs:
    client = Client(server.url, server.keys["agent", "bench"])
    workflow = client.create_workflow(input={"task": "measure"}).id
    turn = client.start_turn(workflow, worker="bench").turn
    tools, works, models, writes = [], [], [], []
    result = Work().forward(1)
    for n in range(calls):

        def tool(n: int = n) -> None:
            verdict = client.open_call(
                workflow, turn=turn, key=f"run/t:{n}:work", tool="work", arguments={"n": n}
            )
            client.close_call(
                workflow,
                verdict.call.id,
                turn=turn,
                grant=verdict.grant,
                hash=verdict.hash,
                result=result,
            )

        def model(n: int = n) -> None:
            client.record_call(
                workflow,
                turn=turn,
                key=f"run/m{n}",
                kind="model",
                tool="stepping",
                request_hash="0" * 64,
                result={"content": result},
            )

        before = time.thread_time()
        tools.append(timed(tool)[0])
        works.append(time.thread_time() - before)
        models.append(timed(model)[0])
        writes.append(timed(probe.write)[0])
    return Costs(*(1000 * statistics.median(each) for each in (tools, works, models, writes)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    build = options.build.resolve()
    with tempfile.TemporaryDirectory(prefix="fermata-bench-", dir=build) as name:
        server = Server(build / "bin/fermata", Path(name), CONFIG, POLICY)
        server.start()
        try:
            own_time(server, 3)  # imports, connections
            resumed, bare = own_time(server, options.steps)
            costs = call_costs(server, options.steps, Probe(Path(name), options.steps))
        finally:
            server.stop()
    line = {
        "steps": options.steps,
        "resumed_s": round(resumed, 3),
        "smolagents_alone_s": round(bare, 3),
        "own_s": round(resumed - bare, 3),
        "tool_call_p50_ms": round(costs.tool_ms, 2),
        "tool_call_client_cpu_ms": round(costs.tool_cpu_ms, 2),
        "model_call_p50_ms": round(costs.model_ms, 2),
        "fsync_p50_ms": round(costs.fsync_ms, 2),
        "load_1min": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
