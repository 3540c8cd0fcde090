"""What the tests of native agents play in: the server under test, its model, the tools' server."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))
from local_server import Server, free_port, fresh_postgres
from refund_shop import Shop
from strict_model import Says, Script, StrictModel, call, wait_until

__all__ = ["World", "free_port", "refund_and_finish"]
ROOT = Path(__file__).resolve().parents[2]
STORES = ("sqlite", "postgres")

CONFIG = """
listen: {{host: 127.0.0.1}}
store: {{url: "sqlite:fermata.db", cache_bytes: {cache}}}
policy: {{file: policy.yaml}}
native: {{threads: 4, lease_s: {lease_s}}}
limits: {{resident_streams: {resident}, undo_attempts: 3}}
bootstrap:
  people: [{{id: ben, name: Ben}}, {{id: cleo, name: Cleo}}]
  groups: [{{id: finance, members: [ben, cleo]}}]
  keys:
    - {{kind: person, person: ben}}
    - {{kind: person, person: cleo}}
    - {{kind: readonly, label: auditor}}
    - {{kind: agent, agent: till}}
    - {{kind: agent, agent: stranger}}
tools:
  - name: lookup
    description: Looks an order up.
    idempotent: true
    arguments:
      type: object
      properties: {{order: {{type: string, description: The order's number.}}}}
      required: [order]
      additionalProperties: false
    http: {{method: GET, url: "{shop}/orders/{{order}}"}}
  - name: refund
    description: {refund}
    idempotent: {idempotent}
    undo: "{undo}"
    arguments:
      type: object
      properties:
        order: {{type: string, description: The order's number., minLength: 1}}
        amount: {{type: {amount}, description: "How much, in euros."}}
        reason: {{type: string, description: Why., default: none given}}
      required: [order, amount]
      additionalProperties: false
    http:
      url: "{shop}/orders/{{order}}/refunds"
      headers: {{Authorization: "Bearer env:SHOP_KEY"}}
      timeout_ms: 5000
  - name: cancel_refund
    description: {cancel}
    arguments: {{type: object, properties: {{order: {{type: string}}}}, required: [order]}}
    http: {{url: "{shop}/orders/{{order}}/cancellations"}}
  - name: reverse_refund
    description: {cancel}
    arguments: {{type: object, properties: {{order: {{type: string}}}}, required: [order]}}
    http: {{url: "{shop}/orders/{{order}}/cancellations"}}
{more_tools}
agents:
  - name: refunds
    instructions: Be brief.
    model:
      url: "{model}"
      name: {script}
      key: env:MODEL_KEY
      retries: {retries}
      turn_pause_s: 1
      turns: {turns}
      parameters: {{temperature: 0}}
    tools: [{tools}]
    max_steps: 8
    planning_interval: {planning}
    parallel_tools: {parallel}
    history_style: {style}
    limits: {{tokens: {tokens}, observation_chars: 1000}}
    context: {{policy: {context}, approvals: {context}, checkpoints: {context}, limits: {context},
      examples: {examples}}}
"""

POLICY = """
version: 1
rules:
  - {name: lookups run, tool: lookup, effect: allow}
  - {name: small refunds run, tool: refund, when: {amount: {lte: 100}}, effect: allow}
  - name: refunds above 100
    tool: refund
    when: {amount: {gt: 100}}
    effect: ask
    thresholds: [{from: finance, approve: 1, reject: 1}]
  - {name: cancellations run, tool: cancel_refund, effect: allow}
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
"""


class World:
    def __init__(self, folder: Path, store: str) -> None:
        self.model = StrictModel()
        self.shop = Shop()
        self.settings: dict[str, Any] = {
            "store": fresh_postgres() if store == "postgres" else "sqlite:fermata.db",
            "lease_s": 2,
            "resident": 1000,
            "cache": 64 << 20,
            "shop": self.shop.url,
            "model": self.model.url,
            "script": "script",
            "refund": "Pays an order back.",
            "amount": "number",
            "idempotent": "false",
            "undo": "",
            "cancel": "Takes a refund back.",
            "more_tools": "",
            "tools": "lookup, refund, request_approval, create_checkpoint, rollback",
            "planning": 0,
            "parallel": 4,
            "style": "native",
            "tokens": 0,
            "retries": 3,
            "turns": 3,
            "context": "false",
            "examples": 0,
        }
        binary = Path(os.environ.get("FERMATA_BIN", ROOT / "build/release/bin/fermata"))
        secrets = {"MODEL_KEY": "the-models-key", "SHOP_KEY": "the-shops-key"}
        self.server = Server(binary, folder, "", POLICY, secrets)
        self._clients: dict[str, httpx.Client] = {}

    def start(self, script: Script | None = None, **settings: Any) -> None:
        """Starts, or starts again after a stop or a kill, with what is changed."""
        self.settings |= settings
        if script is not None:
            self.model.scripts["script"] = script
        text = CONFIG.format_map(self.settings)
        (self.server.folder / "fermata.yaml").write_text(text)
        self.server.start()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        if self.server.running:
            assert self.server.stop() == 0
        self.model.close()
        self.shop.close()
        log = (self.server.folder / "server.log").read_text()
        assert "the-models-key" not in log, "P15"
        assert "the-shops-key" not in log, "P15"

    def client(self, kind: str, owner: str) -> httpx.Client:
        if owner not in self._clients:
            key = self.server.keys[kind, owner]
            headers = {"Authorization": f"Bearer {key}"}
            self._clients[owner] = httpx.Client(
                base_url=self.server.url, headers=headers, timeout=40
            )
        return self._clients[owner]

    @property
    def ben(self) -> httpx.Client:
        return self.client("person", "ben")

    def begin(self, task: Any = "Refund order o1.") -> str:
        answer = self.ben.post("/v1/workflows", json={"agent": "refunds", "input": task})
        assert answer.status_code == 201, answer.text
        assert answer.json()["dispatch"] == "native"
        return str(answer.json()["id"])

    def workflow(self, id: str) -> dict[str, Any]:
        return dict(self.ben.get(f"/v1/workflows/{id}").json())

    def until(self, id: str, status: str) -> dict[str, Any]:
        def there() -> dict[str, Any] | None:
            found = self.workflow(id)
            if found["status"] in {"completed", "failed", "cancelled"}:
                assert found["status"] == status, found
            return found if found["status"] == status else None

        return dict(wait_until(there))

    def approvals(self, id: str) -> list[dict[str, Any]]:
        query = f"/v1/approvals?workflow={id}&status=pending"
        return list(self.ben.get(query).json()["items"])

    def decide(self, approval: dict[str, Any], decision: str = "approve", **more: Any) -> None:
        body = {"decision": decision, "hash": approval["hash"], **more}
        cleo = self.client("person", "cleo")  # Ben asked, so he cannot.
        answer = cleo.post(f"/v1/approvals/{approval['id']}/decisions", json=body)
        assert answer.status_code == 200, answer.text

    def verify(self) -> str:
        """What `fermata verify` says of the history, once the server has stopped."""
        assert self.server.stop() == 0
        return self.server.command(("readonly", "auditor"), "verify")

    def journal(self, id: str) -> list[dict[str, Any]]:
        return list(self.ben.get(f"/v1/workflows/{id}/journal?limit=200").json()["items"])

    def roll_back(self, id: str, checkpoint: str, reason: str) -> None:
        """Back to the checkpoint of that name, as a person."""
        listed = self.ben.get(f"/v1/workflows/{id}/checkpoints").json()["items"]
        point = next(each["id"] for each in listed if each["name"] == checkpoint)
        body = {"checkpoint": point, "reason": reason}
        answer = self.ben.post(f"/v1/workflows/{id}/rollback", json=body)
        assert answer.status_code == 200, answer.text

    def call(self, id: str, key: str) -> dict[str, Any]:
        return next(each for each in self.journal(id) if each["key"] == key)


@pytest.fixture(name="world", params=STORES)
def make_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """For tests that say `pytest_plugins = ["world"]`."""
    made = World(tmp_path, request.param)
    yield made
    made.close()


def refund_and_finish(amount: int = 5, order: str = "o1") -> Callable[[int, dict[str, Any]], Says]:
    """Looks the order up, refunds, says what came of it."""

    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            return Says("I look the order up.", [call("lookup", {"order": order})])
        if stage == 1:
            arguments = {"order": order, "amount": amount}
            return Says("It was paid, so I refund it.", [call("refund", arguments)])
        last = request["messages"][-1]["content"]
        return Says("", [call("final_answer", {"answer": f"seen: {last}"})])

    return script
