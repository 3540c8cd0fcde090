"""Tools for the agent itself: to ask people, to mark a point to return to, to return to it, and to
know the time.

    ToolCallingAgent(tools=[*mine, RequestApproval(), CreateCheckpoint(), Rollback(), Now()], ...)

They do what they say only in a durable run.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, ClassVar

from smolagents.tools import Tool

from .scope import Scope, Site


class RunTool(Tool):  # type: ignore[misc]
    """A tool whose call is journaled in a way of its own, and needs no permission."""

    def perform(self, scope: Scope, site: Site, arguments: dict[str, Any]) -> Any:
        """Does the call at `site`, or takes it from the journal."""
        raise NotImplementedError


class RequestApproval(Tool):  # type: ignore[misc]
    """Asks people about an action before the agent takes it: those whom the policy's rules for the
    action name, else its default. The model reads what they decided and why."""

    name = "request_approval"
    description = (
        "Asks people whether you may take an action, before you take it. Waits for their decision "
        "and returns it with their reason."
    )
    inputs: ClassVar[dict[str, Any]] = {
        "action": {"type": "string", "description": "The name of the tool or action."},
        "arguments": {
            "type": "object",
            "description": "What you would do it with, as exactly as you know.",
        },
        "why": {"type": "string", "description": "Why it should be done."},
        "otherwise": {
            "type": "string",
            "description": "What happens if it is not done.",
            "nullable": True,
        },
        "outcomes": {
            "type": "array",
            "description": "Answers of your own that people can choose: objects with a name, what "
            "it means (approve, reject or ignore), and the text that you are told if they do.",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "means": {"type": "string", "enum": ["approve", "reject", "ignore"]},
                    "text": {"type": "string"},
                },
                "required": ["name", "means"],
            },
            "nullable": True,
        },
    }
    output_type = "string"

    def forward(
        self,
        action: str,
        arguments: dict[str, Any],
        why: str,
        otherwise: str | None = None,
        outcomes: list[dict[str, str]] | None = None,
    ) -> str:
        """Never runs: the server closes the call with what people decided."""
        raise RuntimeError("request_approval works in a durable run only")

    @staticmethod
    def decode_result(kept: Any) -> Any:
        """What the model is told."""
        return kept["text"] if isinstance(kept, dict) and "text" in kept else kept


class CreateCheckpoint(RunTool):
    """Marks a point of the run to return to."""

    name = "create_checkpoint"
    description = (
        "Marks this point of your work under a name, so that you, or people, can return to it with "
        "rollback if what follows goes wrong."
    )
    inputs: ClassVar[dict[str, Any]] = {
        "name": {"type": "string", "description": "A short name for the point."}
    }
    output_type = "string"

    def forward(self, name: str) -> str:
        raise RuntimeError("create_checkpoint works in a durable run only")

    def perform(self, scope: Scope, site: Site, arguments: dict[str, Any]) -> Any:
        return scope.journal.checkpoint(site.key, str(arguments["name"]))["text"]


class Rollback(RunTool):
    """Returns to a checkpoint: what happened after it no longer counts, effects are undone where
    their tools say how, and the agent goes on from there, told why."""

    name = "rollback"
    description = (
        "Returns to a checkpoint that you made with create_checkpoint. Everything after it is "
        "forgotten but for your reason; what was done is undone where that is possible."
    )
    inputs: ClassVar[dict[str, Any]] = {
        "checkpoint": {"type": "string", "description": "The checkpoint's name."},
        "reason": {"type": "string", "description": "Why, and what to do differently."},
    }
    output_type = "string"

    def forward(self, checkpoint: str, reason: str) -> str:
        raise RuntimeError("rollback works in a durable run only")

    def perform(self, scope: Scope, site: Site, arguments: dict[str, Any]) -> Any:
        checkpoint, reason = str(arguments["checkpoint"]), str(arguments["reason"])
        # Only a refusal is ever in the journal: a rollback takes itself off the branch.
        return scope.value(
            site.key,
            self.name,
            {"checkpoint": checkpoint, "reason": reason},
            lambda: scope.journal.roll_back(checkpoint, reason),
        )


class Now(RunTool):
    """Tells the time, the same on each replay."""

    name = "now"
    description = "Tells the present date and time in UTC."
    inputs: ClassVar[dict[str, Any]] = {}
    output_type = "string"

    def forward(self) -> str:
        return datetime.now(timezone.utc).isoformat(timespec="seconds")

    def perform(self, scope: Scope, site: Site, arguments: dict[str, Any]) -> Any:
        return scope.value(site.key, self.name, {}, self.forward)
