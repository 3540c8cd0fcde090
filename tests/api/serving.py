"""How a server for tests is configured and started, on each store."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
from pathlib import Path

import pytest
from local_server import Server
from support import Api, keys_of

ROOT = Path(__file__).resolve().parents[2]
STORES = ("sqlite", "postgres")

CONFIG = """
listen: {host: 127.0.0.1}
store: {url: "%s"}
signing: {key_file: signing.key}
policy: {file: policy.yaml}
cors: {origins: ["https://console.example"]}
log: {level: info}
limits: {wait_s: 20}
bootstrap:
  people:
    - {id: ada, name: Ada}
    - {id: ben, name: Ben}
    - {id: cleo, name: Cleo}
    - {id: dan, name: Dan}
  groups:
    - {id: finance, name: Finance, members: [ada, ben, cleo]}
    - {id: legal, name: Legal, members: [cleo, dan]}
  keys:
    - {kind: agent, agent: refund-bot}
    - {kind: agent, agent: other-bot}
    - {kind: agent, agent: ada-bot, on_behalf_of: ada}
    - {kind: person, person: ada}
    - {kind: person, person: ben}
    - {kind: person, person: cleo}
    - {kind: person, person: dan}
    - {kind: readonly, label: auditor}
tenants:
  - name: acme
    policy: {file: policy.yaml}
    bootstrap:
      people: [{id: ben, name: Another Ben}]
      groups: [{id: finance, members: [ben]}]
      keys: [{kind: agent, agent: refund-bot}, {kind: person, person: ben}]
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
  - name: refunds above 1000
    tool: refund
    when: {amount: {gt: 1000}}
    effect: ask
    thresholds: [{from: finance, approve: 2, reject: 1}]
  - {name: nobody deletes, tool: "delete_*", effect: deny}
  - name: soon gone
    tool: urgent
    effect: ask
    thresholds: [{from: finance, approve: 1, reject: 1}]
    deadline_s: 1
    on_deadline: expire
  - name: transfers ask
    tool: transfer
    effect: ask
    thresholds: [{from: finance, approve: 1, reject: 1}]
    deadline_s: 3600
  - name: large transfers cannot wait
    tool: transfer
    when: {amount: {gt: 1000}}
    effect: ask
    thresholds: [{from: finance, approve: 2, reject: 1}]
    deadline_s: 1
    on_deadline: reject
  - name: soon refused
    tool: urgent_or_no
    effect: ask
    thresholds: [{from: finance, approve: 1, reject: 1}]
    deadline_s: 1
    on_deadline: reject
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
"""


def binary() -> Path:
    path = Path(os.environ.get("FERMATA_BIN", ROOT / "build/release/bin/fermata"))
    if not path.exists():
        pytest.fail(f"{path} is not built; `make build`, or set FERMATA_BIN")
    return path


def fresh_postgres() -> str:
    """The URL of a database of our own on the server of FERMATA_TEST_PG_URL."""
    base = os.environ.get("FERMATA_TEST_PG_URL")
    if not base:
        pytest.fail("FERMATA_TEST_PG_URL is not set: run under tools/with_postgres.py")
    name = f"fermata_api_{secrets.token_hex(6)}"
    subprocess.run(["psql", base, "-qXc", f'CREATE DATABASE "{name}"'], check=True)
    return base.rsplit("/", 1)[0] + "/" + name


def make_server(store: str, folder: Path, config: str = CONFIG, policy: str = POLICY) -> Server:
    """Not started yet."""
    url = "sqlite:fermata.db" if store == "sqlite" else fresh_postgres()
    key = folder / "signing.key"
    key.write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="))
    key.chmod(0o600)
    return Server(binary(), folder, config % url, policy)


def start(server: Server) -> Api:
    lines = server.start()
    return Api(server.url, keys_of(lines))
