"""Makes a smolagents agent durable, and puts its tool calls to the people whom the policy names.

See `Fermata`. Needs the extra `fermata-client[smolagents]`.
"""

from .codec import Unsupported
from .outcome import (
    BindingMismatch,
    Completed,
    DefinitionChanged,
    Diverged,
    DryRun,
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
from .serve_tools import ToolWorker
from .tools import CreateCheckpoint, Now, RequestApproval, Rollback

__all__ = [
    "Fermata",
    "Worker",
    "ToolWorker",
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
    "DryRun",
    "ModelFailed",
    "TurnHeld",
    "TurnLost",
    "Unsupported",
    "UnsupportedResult",
    "WorkflowClosed",
]
