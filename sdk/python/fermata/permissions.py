"""Standing permissions: people's yes in advance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PermissionSum:
    """What an argument may come to in all; decimals as text."""

    of: str = ""
    most: str = ""
    used: str = ""


@dataclass(frozen=True)
class PermissionUse:
    workflow: str = ""
    call_key: str = ""
    epoch: int = 0
    hash: str = ""
    amount: str | None = None
    at: str = ""


@dataclass(frozen=True)
class Permission:
    """Calls of one agent to one tool that fit `when` run without asking, so far as those who agreed
    to it are those whom the policy would ask. `status`: standing, used_up, ended or revoked."""

    id: str = ""
    status: str = ""
    tool: str = ""
    agent: str = ""
    definition_hash: str = ""
    when: dict[str, Any] = field(default_factory=dict)
    until: str = ""
    calls: int = 0
    used: int = 0
    sum: PermissionSum | None = None
    reason: str = ""
    people: list[str] = field(default_factory=list)
    at: str = ""
    revoked_at: str | None = None
    revoked_by: str | None = None
    revoke_reason: str | None = None
