"""One server with two tenants, who is there, and how a request is asked there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

from local_server import Server  # noqa: E402

POLICY = """version: 1
rules:
  - name: pay
    tool: pay
    effect: ask
    extend_s: 3600
    deadline_s: 3600
    thresholds: [{from: finance, approve: 1, reject: 1, delegate_to: "finance or legal"}]
  - name: soon
    tool: soon
    effect: ask
    extend_s: 3600
    deadline_s: 1
    thresholds: [{from: finance, approve: 1, reject: 1, delegate_to: "finance or legal"}]
  - name: staged
    tool: staged
    effect: ask
    thresholds:
      - {from: legal, approve: 1, reject: 1}
      - {from: finance, approve: 1, reject: 1, stage: 2}
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
"""
CONFIG = """listen: {{host: 127.0.0.1, port: 0}}
store: {{url: "{url}"}}
policy: {{file: policy.yaml}}
bootstrap:
  people: [{{id: ada, name: A}}, {{id: ben, name: B}}, {{id: cleo, name: C}}, {{id: dan, name: D}}]
  groups:
    - {{id: finance, members: [ada, ben, cleo]}}
    - {{id: legal, members: [dan]}}
  keys:
    - {{kind: agent, agent: bot}}
    - {{kind: agent, agent: ada-bot, on_behalf_of: ada}}
    - {{kind: person, person: ada}}
    - {{kind: person, person: ben}}
    - {{kind: person, person: cleo}}
    - {{kind: person, person: dan}}
    - {{kind: readonly, label: auditor}}
tenants:
  - name: acme
    policy: {{file: policy.yaml}}
    bootstrap:
      people: [{{id: ben, name: Another}}]
      groups: [{{id: finance, members: [ben]}}]
      keys: [{{kind: person, person: ben}}]
"""


class CellError(AssertionError):
    pass


@dataclass
class World:
    server: Server
    clients: dict[str, httpx.Client]
    keys: dict[str, str]

    def send(self, role: str, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.clients[role].request(method, path, json=body)

    def must(self, role: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.send(role, method, path, body)
        if answer.status_code >= 300:
            raise CellError(f"setting up: {method} {path}: {answer.status_code} {answer.text}")
        return dict(answer.json()) if answer.content else {}


@dataclass
class Case:
    """One request, who tries, and what is to come of it."""

    request: dict[str, Any]
    role: str = "ben"
    status: int = 409
    reason: str = ""
    hash: str = ""
    verb_status: int | None = None  # None: whatever; what counts is that nothing was permitted.
    undo: Callable[[], Any] | None = None


def kind_for(act: str) -> str:
    return "question" if act == "answer" else "call"


def held(world: World, tool: str = "pay", agent: str = "bot") -> dict[str, Any]:
    """A call that waits; its request."""
    workflow = world.must(agent, "POST", "/v1/workflows", {})["id"]
    told = {"worker": "w", "fingerprint": {"agent.tool.give_credit": "h"}}
    turn = world.must(agent, "POST", f"/v1/workflows/{workflow}/turns", told)["turn"]
    body = {"turn": turn, "key": "k", "kind": "tool", "tool": tool, "arguments": {"amount": 500}}
    opened = world.must(agent, "POST", f"/v1/workflows/{workflow}/calls", body)
    return dict(opened["approval"]) | {"open": body}


def asked(world: World, act: str, role: str = "bot", tool: str = "pay") -> dict[str, Any]:
    body = {"action": tool, "arguments": {"amount": 500}, "kind": kind_for(act)}
    return world.must(role, "POST", "/v1/approvals", body)


def fresh(world: World, act: str, tool: str = "pay") -> dict[str, Any]:
    return asked(world, act, tool=tool) if act == "answer" else held(world, tool)


def world_of(server: Server) -> World:
    lines = server.start()
    keys = {}
    for line in lines:
        words = line.split()
        if words[:1] == ["key"]:
            keys["foreign" if words[4:] == ["acme"] and words[1] == "person" else words[2]] = words[
                3
            ]
            if words[4:] == ["acme"] and words[1] == "admin":
                keys["foreign admin"] = words[3]
    for line in lines:  # The first tenant's admin, whatever came later.
        words = line.split()
        if words[:3] == ["key", "admin", "admin"] and len(words) == 4:
            keys["admin"] = words[3]
    clients = {
        role: httpx.Client(
            base_url=server.url, headers={"Authorization": f"Bearer {key}"}, timeout=40
        )
        for role, key in keys.items()
    }
    clients["nobody"] = httpx.Client(base_url=server.url)
    return World(server, clients, keys)
