"""What the server answers about people, groups, keys and policies. As in `models`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .models import KeyKind, Threshold


@dataclass(frozen=True)
class Person:
    id: str = ""
    name: str = ""
    email: str | None = None
    identities: dict[str, str] = field(default_factory=dict)
    active: bool = True
    roles: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    manager: str | None = None


@dataclass(frozen=True)
class Resource:
    """What calls are about, and who answers for it."""

    id: str = ""
    name: str | None = None
    owners: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    id: str = ""
    name: str | None = None
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ApiKey:
    """A key's record. `key`, the secret, is there only in the answer that made it."""

    id: str = ""
    kind: KeyKind = "agent"
    agent: str | None = None
    person: str | None = None
    on_behalf_of: str | None = None
    label: str | None = None
    expires_at: str | None = None
    revoked_at: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Policy:
    """One version of the policy. `source` is there for the current one."""

    version: int = 0
    hash: str = ""
    at: str | None = None
    by: Any = None
    source: str | None = None
    approval: str | None = None
    """By which people agreed to it."""


@dataclass(frozen=True)
class PolicyCheck:
    ok: bool = False
    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # What it says and hardly means.


@dataclass(frozen=True)
class PolicyExplanation:
    """What the policy would say to a call."""

    effect: Literal["allow", "ask", "deny"] = "ask"
    rule: str | None = None
    thresholds: list[Threshold] = field(default_factory=list)
    explanation: str = ""
    deadline_s: int | None = None
    on_deadline: str = "expire"
    reminders_s: list[int] = field(default_factory=list)
    effect_wait_s: int = 0
    grant_s: int | None = None
    extend_s: int = 0
