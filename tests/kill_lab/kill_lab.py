"""Ends server and clients with SIGKILL, many times, and then looks whether any promise broke.

The server has failpoints compiled in, so that it also dies inside a commit: before it, after it,
and between sending and hearing. The others die at random moments. At the end everything is finished
without kills and the history is checked (history.py). Prints one JSON line; exit code 0 only
without violations, with at least 80 % of the operations successful, and with a tenth of the
kills inside a commit.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import fermata
import httpx

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

import history  # noqa: E402
from effects import Effects, read_acks  # noqa: E402
from local_server import KilledAtStartError, Server, fresh_postgres  # noqa: E402

CLIENTS = 6
FAILPOINTS = (
    "store.commit_begin=0.0008,store.before_commit=0.0012,"
    "store.after_commit=0.0012,store.after_send=0.0008"
)
POLICY = """version: 1
rules:
  - {name: small, tool: refund, when: {amount: {lte: 100}}, effect: allow}
  - {name: middle, tool: refund, when: {amount: {gt: 100}}, effect: ask,
     thresholds: [{from: finance, approve: 1, reject: 1}]}
  - {name: large, tool: refund, when: {amount: {gt: 1000}}, effect: ask,
     thresholds: [{from: finance, approve: 2, reject: 1}]}
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
"""
CONFIG = """listen: {{host: 127.0.0.1, port: 0}}
store: {{url: "{url}"}}
policy: {{file: policy.yaml}}
bootstrap:
  people: [{{id: ben, name: Ben}}, {{id: cleo, name: Cleo}}]
  groups: [{{id: finance, members: [ben, cleo]}}]
  keys:
    - {{kind: agent, agent: lab}}
    - {{kind: person, person: ben}}
    - {{kind: person, person: cleo}}
"""


class Lab:
    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.folder = folder
        self.wanted: int = options.kills
        self.random = random.Random(options.seed)
        url = fresh_postgres() if options.store == "postgres" else "sqlite:lab.db"
        self.server = Server(options.binary.resolve(), folder, CONFIG.format(url=url), POLICY)
        self.kills: dict[str, int] = {"server": 0, "client": 0, "commit": 0}
        self.clients: list[subprocess.Popen[bytes]] = []
        self.log = (folder / "clients.log").open("ab")

    def run(self) -> dict[str, Any]:
        self.server.start()
        self.server.environment["FERMATA_FAILPOINTS"] = FAILPOINTS
        self._restart_server()
        self.clients = [self._start_client(index, finish=False) for index in range(CLIENTS)]
        self._kill_until_enough()
        for client in self.clients:
            client.kill()
            client.wait()
        del self.server.environment["FERMATA_FAILPOINTS"]
        self._restart_server()
        self._finish()
        return self._judge()

    def _restart_server(self) -> None:
        if self.server.running:
            self.server.kill()
        self._start_server()

    def _start_server(self) -> None:
        """Until it stays up: a failpoint may end it while it starts."""
        while True:
            try:
                self.server.start()
                return
            except KilledAtStartError:
                self.kills["commit"] += 1

    def _start_client(self, index: int, *, finish: bool) -> subprocess.Popen[bytes]:
        keys = self.server.keys
        environment = {
            **os.environ,
            "LAB_AGENT_KEY": keys["agent", "lab"],
            "LAB_BEN_KEY": keys["person", "ben"],
            "LAB_CLEO_KEY": keys["person", "cleo"],
        }
        command = [sys.executable, str(Path(__file__).parent / "client.py")]
        command += ["--name", f"c{index}", "--url", self.server.url, "--folder", str(self.folder)]
        if finish:
            command.append("--finish")
        return subprocess.Popen(command, env=environment, stderr=self.log)

    def _kill_until_enough(self) -> None:
        told = 0
        next_kill = time.monotonic() + 1.0
        while sum(self.kills.values()) < self.wanted:
            if not self.server.running:
                self.kills["commit"] += 1
                self._start_server()
            elif time.monotonic() >= next_kill:
                self._kill_somebody()
                next_kill = time.monotonic() + self.random.uniform(0.1, 0.9)
            for index, client in enumerate(self.clients):
                if client.poll() is not None:
                    self.clients[index] = self._start_client(index, finish=False)
            total = sum(self.kills.values())
            if total >= told + max(1, self.wanted // 10):
                told = total
                print(
                    f"  {total} of {self.wanted} kills: {self.kills}", file=sys.stderr, flush=True
                )
            time.sleep(0.01)

    def _kill_somebody(self) -> None:
        if self.random.random() < 0.45:
            self.server.kill()
            self.kills["server"] += 1
            self._start_server()
        else:
            client = self.random.choice(self.clients)
            client.send_signal(signal.SIGKILL)
            client.wait()
            self.kills["client"] += 1

    def _finish(self) -> None:
        finishing = [self._start_client(index, finish=True) for index in range(CLIENTS)]
        for client in finishing:
            if client.wait(timeout=300) != 0:
                raise RuntimeError(f"a client could not finish; see {self.folder}/clients.log")

    def _judge(self) -> dict[str, Any]:
        streams: dict[str, list[dict[str, Any]]] = {}
        with fermata.Client(self.server.url, self.server.keys["agent", "lab"]) as client:
            for workflow in fermata.each(lambda c: client.list_workflows(limit=200, cursor=c)):
                streams[workflow.id] = raw_events(self.server, workflow.id)
        acks = list(read_acks(self.folder))
        violations = history.check(streams, acks, Effects(self.folder / "effects.db").all())
        self.server.stop()
        violations += self._verify()
        begun = sum(1 for line in acks if "begin" in line)
        successful = sum(1 for line in acks if "ack" in line)
        return {
            "kills": sum(self.kills.values()),
            "kills_of_server": self.kills["server"] + self.kills["commit"],
            "kills_in_commit": self.kills["commit"],
            "kills_of_clients": self.kills["client"],
            "operations": begun,
            "successful": round(successful / max(1, begun), 4),
            "workflows": len(streams),
            "events": sum(map(len, streams.values())),
            "violations": len(violations),
            "first_violations": violations[:5],
        }

    def _verify(self) -> list[str]:
        done = subprocess.run(
            [self.server.binary, "verify", "--config", "fermata.yaml", "--json"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            findings = json.loads(done.stdout)["findings"]
        except (ValueError, KeyError):
            return [f"P11: verify gave {done.returncode}: {done.stdout}{done.stderr}"]
        return [f"{one['promise']}: {one['stream']}: {one['what']}" for one in findings]


def raw_events(server: Server, workflow: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    headers = {"Authorization": f"Bearer {server.keys['agent', 'lab']}"}
    while True:
        page = httpx.get(
            f"{server.url}/v1/workflows/{workflow}/events",
            params={"after": len(events), "limit": 200},
            headers=headers,
        )
        page.raise_for_status()
        items = page.json()["items"]
        events += items
        if not page.json()["has_more"]:
            return events


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep the evidence in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fermata-lab-") as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        lab = Lab(options, folder)
        try:
            result = lab.run()
        finally:
            for client in lab.clients:
                client.kill()
            lab.server.stop()
    print(json.dumps({"store": options.store, **result}))
    enough = result["successful"] >= 0.8 and result["kills_in_commit"] * 10 >= options.kills
    return 0 if result["violations"] == 0 and enough else 1


if __name__ == "__main__":
    sys.exit(main())
