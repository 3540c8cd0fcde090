"""An office with roles, managers and owners, and a policy that uses all a threshold can say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local_server import Server
from serving import make_server, start
from support import Api, good

CONFIG = """
listen: {host: 127.0.0.1}
store: {url: "%s"}
signing: {key_file: signing.key}
policy: {file: policy.yaml}
limits: {wait_s: 20}
bootstrap:
  people:
    - {id: ada, name: Ada}
    - {id: ben, name: Ben}
    - {id: cleo, name: Cleo}
    - {id: dan, name: Dan}
    - {id: eva, name: Eva}
    - {id: fay, name: Fay}
  groups:
    - {id: finance, name: Finance, members: [ada, ben, cleo]}
    - {id: legal, name: Legal, members: [cleo, dan]}
    - {id: board, name: Board, members: [eva]}
  keys:
    - {kind: agent, agent: refund-bot}
    - {kind: agent, agent: other-bot}
    - {kind: agent, agent: ada-bot, on_behalf_of: ada}
    - {kind: person, person: ada}
    - {kind: person, person: ben}
    - {kind: person, person: cleo}
    - {kind: person, person: dan}
    - {kind: person, person: eva}
    - {kind: person, person: fay}
    - {kind: readonly, label: auditor}
"""

POLICY = """
version: 1
rules:
  - {name: lookups run, tool: lookup, effect: allow}
  - name: payments in two stages
    tool: pay
    effect: ask
    thresholds:
      - {from: finance, name: first look}
      - {from: "role:cfo or board", name: signature, stage: 2}
  - name: contracts by legal or the board
    tool: contract
    effect: ask
    thresholds:
      - {from: legal, approve: 2, choice: who}
      - {from: board, choice: who}
  - name: deploys that security may stop
    tool: deploy
    effect: ask
    thresholds:
      - {from: finance}
      - {from: "role:security", veto: true}
  - name: access by weight
    tool: access
    effect: ask
    thresholds:
      - {from: finance or board, approve: 3, weights: [{from: "role:cfo", weight: 2}]}
  - name: pushes by the owner
    tool: push
    effect: ask
    thresholds: [{from: owner(repository)}]
  - name: travel by the manager
    tool: travel
    effect: ask
    thresholds: [{from: manager()}]
  - name: exports by the region
    tool: export
    effect: ask
    thresholds: [{from: "attribute:region=eu and not legal"}]
  - name: mail, which legal may hand on
    tool: mail
    effect: ask
    thresholds: [{from: legal, delegate_to: finance or board, approve: 1}]
    deadline_s: 60
    extend_s: 100
  - name: wires take effect later
    tool: wire
    effect: ask
    thresholds: [{from: finance}]
    effect_wait_s: 2
  - name: slow wires
    tool: slow_wire
    effect: ask
    thresholds: [{from: finance}]
    effect_wait_s: 3600
  - name: alarms escalate
    tool: alarm
    effect: ask
    thresholds: [{from: legal, escalate: [{after_s: 1, to: board, replace: true}]}]
    deadline_s: 4
    remind_percent: [10, 40]
  - name: soon skipped
    tool: chore
    effect: ask
    thresholds: [{from: finance}]
    deadline_s: 1
    on_deadline: ignore
  - name: soon over
    tool: brief
    effect: ask
    thresholds: [{from: finance}]
    deadline_s: 2
default: {effect: ask, thresholds: [{from: finance}]}
"""

PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"roles": ["cfo"], "manager": "ben", "attributes": {"region": "eu"}},
    "ben": {"manager": "eva"},
    "dan": {"attributes": {"region": "eu"}},
    "eva": {"attributes": {"region": "us"}},
    "fay": {"roles": ["security"]},
}


def office_server(store: str, folder: Path) -> tuple[Server, Api]:
    server = make_server(store, folder, CONFIG, POLICY)
    api = start(server)
    for person in ("ben", "eva", "fay", "dan", "ada"):
        body = {"name": person.capitalize(), **PEOPLE[person]}
        good(api.admin.put(f"/v1/people/{person}", json=body))
    body = {"id": "acme/shop", "name": "The shop", "owners": ["fay"]}
    good(api.admin.put("/v1/resources", json=body))
    return server, api


def ask(api: Api, action: str, role: str = "agent", **fields: Any) -> dict[str, Any]:
    """A request of its own for that action."""
    return good(getattr(api, role).post("/v1/approvals", json={"action": action, **fields}), 201)


def verb(api: Api, who: str, approval: dict[str, Any], name: str, **fields: Any) -> dict[str, Any]:
    path = f"/v1/approvals/{approval['id']}/{name}"
    return good(getattr(api, who).post(path, json=fields))


def explain(api: Api, approval: dict[str, Any]) -> dict[str, Any]:
    return good(api.reader.get(f"/v1/approvals/{approval['id']}/explain"))
