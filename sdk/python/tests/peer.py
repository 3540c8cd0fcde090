"""A real Fermata server for the tests: the built binary on an embedded store of its own."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx

from fermata import ApprovalRequest, Client, Retry

_ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("FERMATA_BIN", _ROOT / "build/release/bin/fermata"))

CONFIG = """\
listen: {host: 127.0.0.1, port: 0}
store: {url: "sqlite:fermata.db"}
policy: {file: policy.yaml}
bootstrap:
  people:
    - {id: ann, name: Ann}
    - {id: bob, name: Bob}
    - {id: cleo, name: Cleo}
    - {id: olga, name: Olga}
  groups:
    - {id: finance, members: [ann, bob, cleo]}
  keys:
    - {kind: agent, agent: refunds, on_behalf_of: olga, label: agent}
    - {kind: person, person: ann, label: ann}
    - {kind: person, person: bob, label: bob}
    - {kind: person, person: cleo, label: cleo}
"""

POLICY = """\
version: 1
rules:
  - {name: lookups run, tool: "lookup*", effect: allow}
  - {name: notes run, tool: "note*", effect: allow}
  - {name: draws run, tool: "draw*", effect: allow}
  - {name: bookings run, tool: "book_*", effect: allow}
  - {name: flights are given back, tool: cancel_flight, effect: allow}
  - {name: small refunds run, tool: refund, when: {amount: {lte: 100}}, effect: allow}
  - {name: refunds above 100, tool: refund, when: {amount: {gt: 100}}, effect: ask,
     thresholds: [{from: finance, approve: 1, reject: 1}], deadline_s: 86400, on_deadline: expire}
  - {name: large refunds, tool: refund, when: {amount: {gt: 1000}}, effect: ask,
     thresholds: [{from: finance, approve: 2, reject: 1}]}
  - {name: urgent ones, tool: urgent, effect: ask,
     thresholds: [{from: finance, approve: 1, reject: 1}], deadline_s: 1, on_deadline: expire}
  - {name: never, tool: "delete_*", effect: deny}
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
"""


class Server:
    """A server process, which can be killed and started again on the same store."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.keys: dict[str, str] = {}
        self.url = ""
        self._process: subprocess.Popen[str] | None = None
        (directory / "fermata.yaml").write_text(CONFIG)
        (directory / "policy.yaml").write_text(POLICY)

    def start(self) -> None:
        """Starts it and waits until it says where it listens; on the same port as before."""
        port = self.url.rpartition(":")[2] or "0"
        self._process = subprocess.Popen(
            [str(BINARY), "serve", "--config", "fermata.yaml", "--port", port],
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=(self.directory / "server.log").open("a"),
            text=True,
        )
        assert self._process.stdout is not None
        lines = _lines(self._process.stdout)
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up:
            line = lines.get(timeout=20)
            if line is None:
                break
            words = line.split()
            if words[:1] == ["key"]:
                self.keys[words[1] if words[1] in ("agent", "admin") else words[2]] = words[-1]
            if words[:2] == ["listening", "on"]:
                self.url = words[2]
                return
        log = (self.directory / "server.log").read_text()
        raise RuntimeError(f"the server did not start:\n{log}")

    def kill(self) -> None:
        """Ends it without any notice."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends it as an operator would."""
        self._end(signal.SIGTERM)

    def _end(self, how: int) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=20)
            self._process = None

    def client(self, who: str = "agent", **settings: object) -> Client:
        """A client with the key of the agent, of a person, or of the admin."""
        transport = settings.get("transport")
        assert transport is None or isinstance(transport, httpx.BaseTransport)
        return Client(self.url, self.keys[who], retry=Retry(total_s=10), transport=transport)


def _lines(stream: IO[str]) -> queue.Queue[str | None]:
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


class People:
    """The approvers, each with a client of their own."""

    def __init__(self, server: Server) -> None:
        self._clients = {who: server.client(who) for who in ("ann", "bob", "cleo")}

    def client(self, who: str) -> Client:
        return self._clients[who]

    def pending(self, workflow_id: str) -> list[ApprovalRequest]:
        page = self._clients["ann"].list_approvals(status="pending", workflow=workflow_id)
        return sorted(page.items, key=lambda approval: approval.created_at)

    def approve(self, approval: ApprovalRequest, *who: str) -> None:
        for person in who or ("ann",):
            self._clients[person].decide(approval.id, "approve", hash=approval.hash)

    def reject(self, approval: ApprovalRequest, reason: str, who: str = "ann") -> None:
        self._clients[who].decide(approval.id, "reject", hash=approval.hash, reason=reason)

    def edit(self, approval: ApprovalRequest, who: str = "ann", **changes: object) -> None:
        """Changes arguments, and approves what came of it if that is still to be done."""
        arguments = {**approval.arguments, **changes}
        client = self._clients[who]
        edited = client.decide(approval.id, "edit", hash=approval.hash, arguments=arguments)
        if edited.status == "pending":
            client.decide(approval.id, "approve", hash=edited.hash)

    def choose(self, approval: ApprovalRequest, tool: str, **arguments: object) -> None:
        """Has another tool called instead; the policy of these tests lets it run."""
        edited = self._clients["ann"].decide(
            approval.id, "edit", hash=approval.hash, action=tool, arguments=arguments
        )
        assert edited.status == "approved"

    def answer(self, approval: ApprovalRequest, answer: object, who: str = "ann") -> None:
        self._clients[who].decide(approval.id, "answer", hash=approval.hash, answer=answer)

    def approve_all(self, workflow_id: str) -> None:
        for approval in self.pending(workflow_id):
            self.approve(approval)


def running(directory: Path) -> Iterator[Server]:
    """A server for as long as the iterator is held."""
    server = Server(directory)
    server.start()
    yield server
    server.stop()
