"""Kills a run at every boundary of its journal and sees that each effect happened exactly once.

    kill_every_boundary.py [--jobs 2] [--sample N]

The run: a manager that asks for five calls at once, two of them gated, then has a team member write
code that pays in a loop, and answers. It is run once undisturbed, which gives the list of
boundaries: each request that changes something at the server. Then, for each of them, it is run
anew twice, killed with SIGKILL right before that request leaves and right after its answer came,
and gone on with in fresh processes until it is done. People approve what is asked, and say
truthfully what happened where a kill left a call in doubt. After each run it is replayed without a
server's leave to do anything: no model and no tool may be called, and the messages must be equal.

Closes with one line of JSON. Processes are forked from one that has imported everything: a new
interpreter for each would take most of the time.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from agents import Ledger, call, code, coder, final, memory_of, say, tool_caller
from peer import BINARY, People, Server
from smolagents import MultiStepAgent

from fermata import ApprovalRequest, Client
from fermata.smolagents import Completed, Fermata

EXPECTED = Counter({"A": 1, "B": 1, "C": 1, "L0": 1, "L1": 1, "L2": 1})
LOOP = """
paid = []
for i in range(3):
    try:
        paid.append(refund("L" + str(i), 10 + i))
    finally:
        note("paid L" + str(i))
final_answer(paid)
"""


def team(ledger: Ledger) -> MultiStepAgent:
    """The agent of the run."""
    at_once = [
        call("lookup", {"order": "A"}, "same"),
        call("refund", {"order": "A", "amount": 20}, "same"),
        call("refund", {"order": "B", "amount": 500}, ""),
        call("refund", {"order": "C", "amount": 700}, "z"),
        call("note", {"text": "begun"}, "a"),
    ]
    clerk = coder(ledger, [code(LOOP)], name="clerk", description="Pays the rest.")
    answers = [say("At once.", *at_once), say("The rest.", call("clerk", {"task": "pay L"}))]
    return tool_caller(ledger, [*answers, final("all is paid")], managed_agents=[clerk])


class KillAt(httpx.BaseTransport):
    """Writes down each request that changes something, and ends this process around one of them.

    A boundary is named by what the request does, to which key, for the how manieth time; so it is
    the same one whatever order the threads of a batch come in."""

    def __init__(self, log: Path, kill: tuple[str, str] | None) -> None:
        self._inner = httpx.HTTPTransport()
        self._log = log
        self._kill = kill
        self._keys: dict[str, str] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = self._name(request)
        if name:
            self._die("before", name)
        answer = self._inner.handle_request(request)
        answer.read()
        if name:
            self._learn(answer)
            self._die("after", name)
        return answer

    def _name(self, request: httpx.Request) -> str:
        if request.method != "POST":
            return ""
        path = request.url.path.split("/")[4:]
        what = "/".join(path)
        if what == "calls":
            what = f"open {json.loads(request.content)['key']}"
        elif path[0] == "calls":
            what = f"close {self._keys.get(path[1], path[1])}"
        elif path[0] == "turns":
            what = re.sub(r"\d+", "n", what)
        # One write of a short line to a file opened for appending is not torn by other threads.
        with self._log.open("a+") as log:
            log.write(f"{what}\n")
            log.flush()
            log.seek(0)
            times = log.read().splitlines().count(what)
        return f"{what} #{times}"

    def _learn(self, answer: httpx.Response) -> None:
        found = answer.json().get("call") if answer.content else None
        if isinstance(found, dict):
            self._keys[found["id"]] = found["key"]

    def _die(self, when: str, name: str) -> None:
        if self._kill == (when, name):
            os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """Does `work` in a process of its own; None when that was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        code = 1
        try:
            os.write(writer, json.dumps(work()).encode())
            code = 0
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    if status != 0:
        raise RuntimeError(f"a worker failed: {status}")
    found: dict[str, Any] = json.loads(said)
    return found


class Run:
    """One run of the agent, from its start to its end, over as many processes as it takes."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.ledger = Ledger(folder / "ledger")
        self.log = folder / "requests"
        self.killed = 0
        self._server = server
        self._people = People(server)
        self._workflow = server.client().create_workflow(input={"task": "pay what is due"}).id

    def finish(self, kill: tuple[str, str] | None) -> str:
        """Runs it to its end; the hash of its messages."""
        for _ in range(20):
            result = in_child(functools.partial(self._turn, kill))
            if result is None:
                self.killed += 1
                kill = None
            elif "messages" in result:
                return str(result["messages"])
            for approval in self._people.pending(self._workflow):
                self._decide(approval)
        raise RuntimeError(f"{self._workflow} never came to an end")

    def replay(self) -> str:
        """Goes over its journal; the hash of the messages. Writing is impossible: no turn."""
        result = in_child(self._replay)
        return str(result and result["messages"])

    def _turn(self, kill: tuple[str, str] | None) -> dict[str, Any]:
        transport = KillAt(self.log, kill)
        client = Client(self._server.url, self._server.keys["agent"], transport=transport)
        result = Fermata(client=client).run(team(self.ledger), workflow_id=self._workflow)
        if not isinstance(result, Completed):
            return {}
        # Killed after its last request, a run is over and its agent gone: then the replay counts.
        return {"messages": _hash(result.agent)} if result.agent else self._replay()

    def _replay(self) -> dict[str, Any]:
        fermata = Fermata(self._server.url, self._server.keys["agent"])
        return {"messages": _hash(fermata.replay(team(self.ledger), self._workflow).agent)}

    def _decide(self, approval: ApprovalRequest) -> None:
        if approval.kind != "in_doubt":
            self._people.approve(approval)
            return
        order = approval.arguments["order"]
        # Whoever is asked about a look-up lets it be done again: it has no effect.
        paid = {entry["order"] for entry in self.ledger.read("refund")}
        if approval.action == "refund" and order in paid:
            text = f"refunded {approval.arguments['amount']} for {order}"
            self._people.answer(approval, {"happened": True, "result": text})
        else:
            self._people.answer(approval, {"happened": False})


def _hash(agent: MultiStepAgent) -> str:
    text = json.dumps(memory_of(agent), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def examine(run: Run, messages: str, expected: str) -> Counter[str]:
    """What is wrong with a run that has come to its end."""
    paid = Counter(entry["order"] for entry in run.ledger.read("refund"))
    notes = Counter((entry["key"], entry["text"]) for entry in run.ledger.read("note"))
    texts = Counter(text for _, text in notes)
    before = {path.name: path.stat().st_size for path in run.ledger.directory.iterdir()}
    replayed = run.replay()
    after = {path.name: path.stat().st_size for path in run.ledger.directory.iterdir()}
    return Counter(
        duplicate_effects=sum((paid - EXPECTED).values())
        # A note may be written again, but only under the key of the same call.
        + sum(count - 1 for count in texts.values()),
        lost=sum((EXPECTED - paid).values()) + (4 - len(texts)),
        live_calls_in_replays=int(before != after),
        unequal_messages=int(messages != expected) + int(replayed != expected),
    )


def shard(
    server: Server, folder: Path, boundaries: list[tuple[str, str]], expected: str
) -> dict[str, int]:
    """Runs through some of the boundaries."""
    found: Counter[str] = Counter()
    for place, boundary in enumerate(boundaries):
        run = Run(server, folder / f"{place}")
        wrong = examine(run, run.finish(boundary), expected)
        wrong["not_killed"] = 1 - run.killed
        if any(wrong.values()):
            print(f"{' '.join(boundary)}: {dict(+wrong)}", file=sys.stderr)
        found += wrong
    return dict(found)


def measure(server: Server, folder: Path, jobs: int, sample: int) -> dict[str, Any]:
    begin = time.monotonic()
    clean = Run(server, folder / "clean")
    expected = clean.finish(None)
    found: Counter[str] = examine(clean, expected, expected)
    times: Counter[str] = Counter()
    names = []
    for line in clean.log.read_text().splitlines():
        times[line] += 1
        names.append(f"{line} #{times[line]}")
    boundaries = [(when, name) for name in names for when in ("before", "after")]
    if sample:
        boundaries = boundaries[:: max(1, len(boundaries) // sample)][:sample]
    pipes: list[int] = []
    for job in range(jobs):
        reader, writer = os.pipe()
        if os.fork() == 0:
            code = 1
            try:
                part = folder / f"job-{job}"
                part.mkdir()
                result = shard(server, part, boundaries[job::jobs], expected)
                os.write(writer, json.dumps(result).encode())
                code = 0
            except BaseException as error:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
            finally:
                os._exit(code)
        os.close(writer)
        pipes.append(reader)
    for reader in pipes:
        with os.fdopen(reader, "rb") as pipe:
            said = pipe.read()
        _, status = os.wait()
        if status or not said:
            raise RuntimeError("a job failed")
        found.update(json.loads(said))
    counts = ("duplicate_effects", "lost", "live_calls_in_replays", "unequal_messages")
    return {
        "boundaries": len(names),
        "runs": len(boundaries),
        **{name: found[name] for name in (*counts, "not_killed")},
        "seconds": round(time.monotonic() - begin, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sample", type=int, default=0, help="only so many runs, spread evenly")
    options = parser.parse_args()
    print(f"killing runs against {BINARY}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="fermata-kills-") as name:
        folder = Path(name)
        (folder / "server").mkdir()
        server = Server(folder / "server")
        server.start()
        try:
            result = measure(server, folder, options.jobs, options.sample)
        finally:
            server.stop()
    print(json.dumps(result), flush=True)
    wrong = [
        name for name, n in result.items() if n and name not in ("boundaries", "runs", "seconds")
    ]
    return 1 if wrong or not result["boundaries"] else 0


if __name__ == "__main__":
    sys.exit(main())
