"""What a program of another framework asked, as the API shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class InboundQuestion:
    """One question of a program of another framework. Without a request, nobody had to be asked."""

    action: str = ""
    call_id: str | None = None
    approval_id: str | None = None
    outcome: str = ""
    frozen_by: str | None = None


@dataclass(frozen=True)
class Inbound:
    """What a program of another framework asked, and `answer`, which it waits for."""

    id: str
    workflow_id: str = ""
    framework: str = ""
    state: Literal["pending", "answered"] = "pending"
    questions: list[InboundQuestion] = field(default_factory=list)
    answer: Any = None
    hash: str = ""
