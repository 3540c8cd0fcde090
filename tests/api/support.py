"""What the API tests say often: who calls, what an agent does, what an answer must look like."""

from __future__ import annotations

import itertools
import time
from typing import Any

import httpx

numbers = itertools.count(1)
ROLES = {
    ("agent", "refund-bot", ""): "agent",
    ("agent", "other-bot", ""): "other_agent",
    ("agent", "ada-bot", ""): "ada_agent",
    ("person", "ada", ""): "ada",
    ("person", "ben", ""): "ben",
    ("person", "cleo", ""): "cleo",
    ("person", "dan", ""): "dan",
    ("person", "eva", ""): "eva",
    ("person", "fay", ""): "fay",
    ("admin", "admin", ""): "admin",
    ("readonly", "auditor", ""): "reader",
    ("agent", "refund-bot", "acme"): "foreign_agent",
    ("person", "ben", "acme"): "foreign_person",
    ("admin", "admin", "acme"): "foreign_admin",
}


def keys_of(lines: list[str]) -> dict[str, str]:
    """Role to key, of what the first start printed: key KIND OWNER KEY [TENANT]."""
    keys = {}
    for line in lines:
        words = line.split()
        if words[:1] == ["key"]:
            keys[ROLES[words[1], words[2], words[4] if len(words) > 4 else ""]] = words[3]
    return keys


class Api:
    """The server as each role sees it: api.agent.get("/v1/me")."""

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        self.url = url
        self.keys = keys
        self._clients: dict[str, httpx.Client] = {}

    def __getattr__(self, role: str) -> httpx.Client:
        if role.startswith("_"):
            raise AttributeError(role)
        if role not in self._clients:
            headers = {} if role == "nobody" else {"Authorization": f"Bearer {self.keys[role]}"}
            self._clients[role] = httpx.Client(base_url=self.url, headers=headers, timeout=40)
        return self._clients[role]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


def problem(answer: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    """Asserts that this is that refusal, whole as RFC 9457 and our extensions want it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["reason"] == reason, body
    assert body["status"] == status
    assert body["type"] == f"/docs/errors/{reason}"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert isinstance(body["retryable"], bool)
    return dict(body)


def good(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    return dict(answer.json()) if answer.content else {}


def errors_of(answer: httpx.Response) -> list[tuple[str, list[Any]]]:
    return [(e["type"], e["loc"]) for e in problem(answer, 422, "request.invalid")["errors"]]


def threshold(group: str, approve: int = 1, reject: int = 1, **fields: Any) -> dict[str, Any]:
    """How a document shows one that says no more than this."""
    return {
        "name": group,
        "from": group,
        "approve": approve,
        "reject": reject,
        "stage": 1,
        "choice": None,
        "veto": False,
        "weights": [],
        "delegate_to": None,
        "escalations": [],
        **fields,
    }


def new_workflow(api: Api, role: str = "agent", **fields: Any) -> str:
    return str(good(getattr(api, role).post("/v1/workflows", json=fields), 201)["id"])


def start_turn(api: Api, workflow: str, role: str = "agent", **fields: Any) -> int:
    body = {"worker": "w1", **fields}
    answer = getattr(api, role).post(f"/v1/workflows/{workflow}/turns", json=body)
    return int(good(answer, 201)["turn"])


def call_body(turn: int, amount: int, **fields: Any) -> dict[str, Any]:
    body = {"turn": turn, "key": f"k{next(numbers)}", "kind": "tool", "tool": "refund"}
    return {**body, "arguments": {"amount": amount}, **fields}


def open_call(
    api: Api, workflow: str, body: dict[str, Any], role: str = "agent", wait: int = 0
) -> dict[str, Any]:
    headers = {"Prefer": f"wait={wait}"} if wait else {}
    client = getattr(api, role)
    return good(client.post(f"/v1/workflows/{workflow}/calls", json=body, headers=headers))


def close_call(
    api: Api, workflow: str, turn: int, verdict: dict[str, Any], **outcome: Any
) -> httpx.Response:
    body = {"turn": turn, "grant": verdict["grant"], "hash": verdict["hash"], **outcome}
    path = f"/v1/workflows/{workflow}/calls/{verdict['call']['id']}/close"
    return api.agent.post(path, json=body)


def asked(api: Api, amount: int = 500, role: str = "agent") -> dict[str, Any]:
    """An approval request of a call: of a new workflow, whose turn 1 is running."""
    workflow = new_workflow(api, role)
    turn = start_turn(api, workflow, role)
    verdict = open_call(api, workflow, call_body(turn, amount), role)
    assert verdict["verdict"] == "wait", verdict
    return dict(verdict["approval"])


def decide(
    api: Api, who: str, approval: dict[str, Any], decision: str = "approve", **fields: Any
) -> httpx.Response:
    body = {"decision": decision, "hash": approval["hash"], **fields}
    client: httpx.Client = getattr(api, who)
    return client.post(f"/v1/approvals/{approval['id']}/decisions", json=body)


def read_approval(api: Api, approval: dict[str, Any], wait: int = 0) -> dict[str, Any]:
    headers = {"Prefer": f"wait={wait}"} if wait else {}
    return good(api.reader.get(f"/v1/approvals/{approval['id']}", headers=headers))


def events_of(api: Api, workflow: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    while True:
        after = events[-1]["version"] if events else 0
        page = good(api.reader.get(f"/v1/workflows/{workflow}/events?limit=200&after={after}"))
        events += page["items"]
        if not page["has_more"]:
            return events


class Stopwatch:
    def __init__(self) -> None:
        self._begin = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begin


def agreed_policy(api: Api, source: str, who: str = "ben") -> dict[str, Any]:
    """Proposes a policy, lets somebody agree, and waits until it is in force."""
    asked_for = good(api.admin.post("/v1/policies", json={"source": source}), 202)
    assert good(decide(api, who, asked_for))["status"] == "approved"
    deadline = time.monotonic() + 20
    while (current := good(api.reader.get("/v1/policies/current")))["approval"] != asked_for["id"]:
        assert time.monotonic() < deadline, "it never came into force"
    return current
