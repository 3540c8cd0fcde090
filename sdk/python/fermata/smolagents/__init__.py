"""Makes a smolagents agent durable, and puts its tool calls to the people whom the policy names.

See `Fermata`. Needs the extra `fermata-client[smolagents]`.
"""

from .codec import Unsupported
from .outcome import (
    BindingMismatch,
    Completed,
    DefinitionChanged,
    Diverged,
    ModelFailed,
    RunError,
    Suspended,
    TurnHeld,
    TurnLost,
    UnsupportedResult,
    WorkflowClosed,
)
from .runtime import Fermata
from .serve import Worker
from .tools import CreateCheckpoint, Now, RequestApproval, Rollback

__all__ = [
    "Fermata",
    "Worker",
    "CreateCheckpoint",
    "Now",
    "RequestApproval",
    "Rollback",
    "Completed",
    "Suspended",
    "RunError",
    "BindingMismatch",
    "DefinitionChanged",
    "Diverged",
    "ModelFailed",
    "TurnHeld",
    "TurnLost",
    "Unsupported",
    "UnsupportedResult",
    "WorkflowClosed",
]
