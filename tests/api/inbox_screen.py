"""The inbox on a terminal, and what waits there."""

from __future__ import annotations

from typing import Any

from serving import binary
from support import Api, good, read_approval
from terminal import Terminal


def inbox(api: Api, who: str = "ben", columns: int = 120, rows: int = 30, **more: str) -> Terminal:
    environment = {"FERMATA_URL": api.url, "FERMATA_KEY": api.keys[who], **more}
    return Terminal([binary(), "inbox"], environment, columns, rows)


def transfer(api: Api, to: str, amount: int = 200, **fields: Any) -> dict[str, Any]:
    body = {"action": "transfer", "arguments": {"amount": amount, "to": to}, **fields}
    return good(api.agent.post("/v1/approvals", json=body), 201)


def question(api: Api) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {
            "account": {"type": "string"},
            "count": {"type": "integer", "minimum": 1},
            "size": {"enum": ["S", "M"], "default": "M"},
        },
        "required": ["account", "count"],
    }
    body = {"action": "which account?", "kind": "question", "form": {"schema": schema}}
    return good(api.agent.post("/v1/approvals", json=body), 201)


def outcome(api: Api, approval: dict[str, Any]) -> tuple[str, str]:
    told = read_approval(api, approval)["outcome"]
    return told["status"], told["reason"]
