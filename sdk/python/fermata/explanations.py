"""What the server answers about what a request still needs, and about the kill switch. As in
`models`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .models import ApprovalStatus


@dataclass(frozen=True)
class Missing:
    """A threshold that is not met: `missing` of it, by weight, and who can give it. Without
    `possible` they are not enough."""

    name: str = ""
    from_: str = field(default="", metadata={"json": "from"})
    stage: int = 1
    choice: str | None = None
    open: bool = False
    approve: int = 0
    given: int = 0
    missing: int = 0
    reject: int = 1
    refused: int = 0
    people: list[str] = field(default_factory=list)
    needed_later: list[str] = field(default_factory=list)
    possible: bool = False


@dataclass(frozen=True)
class Veto:
    """Who can only refuse, and how many of the refusals that end it there are."""

    name: str = ""
    from_: str = field(default="", metadata={"json": "from"})
    reject: int = 1
    refused: int = 0


@dataclass(frozen=True)
class Moment:
    """What happens to a request at a time if nobody answers."""

    at: str = ""
    what: Literal["reminder", "escalation", "deadline", "effect"] = "deadline"
    threshold: str | None = None
    to: str | None = None
    replace: bool = False
    people: list[str] = field(default_factory=list)
    outcome: str | None = None


@dataclass(frozen=True)
class Freeze:
    """The kill switch, for an agent, a tool or everything. It holds while `until` is None."""

    id: str = ""
    agent: str | None = None
    tool: str | None = None
    reason: str = ""
    by: str = ""
    from_: str = field(default="", metadata={"json": "from"})
    until: str | None = None


@dataclass(frozen=True)
class Estimate:
    """How long the newest answers of the same people took, in seconds."""

    median_s: int = 0
    p90_s: int = 0
    of: int = 0


@dataclass(frozen=True)
class Outlook:
    """How a pending request stands among others. Of one that is closed only the status counts."""

    approval: str = ""
    status: ApprovalStatus = "pending"
    ahead: int = 0
    equal_open: int = 0
    estimate: Estimate | None = None
    choices: list[str] = field(default_factory=list)
    text: str = ""


@dataclass(frozen=True)
class Explanation:
    """What a request still needs, who can give it, and what comes when if nobody does."""

    id: str = ""
    status: ApprovalStatus = "pending"
    rule: str | None = None
    claim: str | None = None
    needed: list[Missing] = field(default_factory=list)
    vetoes: list[Veto] = field(default_factory=list)
    next: list[Moment] = field(default_factory=list)
    frozen_by: Freeze | None = None
