"""Fermata holds an agent's risky action until the right people let it go on.

`Client` and `AsyncClient` speak the REST API. `fermata.smolagents.Fermata` makes the run of a
smolagents agent durable, and gates its tool calls.
"""

from . import durable, inbound
from ._inbound import Inbound, InboundQuestion
from ._request import Retry
from .client import AsyncClient, Client, aeach, each
from .directory import ApiKey, Group, Person, Policy, Resource
from .durable import effect, idempotency_key, idempotent, now, replaying, undone_by
from .errors import (
    ApiError,
    AuthenticationFailed,
    Conflict,
    ConnectionFailed,
    FermataError,
    Forbidden,
    Frozen,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
)
from .explanations import Estimate, Explanation, Freeze, Outlook
from .models import (
    ApprovalRequest,
    Call,
    CallVerdict,
    Checkpoint,
    Claim,
    Comment,
    ComparedCall,
    CustomOutcome,
    Decision,
    Delegation,
    Event,
    Origin,
    Page,
    Rollback,
    RollbackPreview,
    Threshold,
    Turn,
    Workflow,
)
from .permissions import Permission, PermissionSum, PermissionUse

__version__ = "0.1.0"

__all__ = [
    "Client",
    "AsyncClient",
    "Retry",
    "each",
    "aeach",
    "durable",
    "inbound",
    "effect",
    "idempotency_key",
    "idempotent",
    "now",
    "replaying",
    "undone_by",
    "ApiError",
    "AuthenticationFailed",
    "Conflict",
    "ConnectionFailed",
    "FermataError",
    "Forbidden",
    "Frozen",
    "Invalid",
    "NotFound",
    "RateLimited",
    "Unavailable",
    "ApiKey",
    "ApprovalRequest",
    "Call",
    "CallVerdict",
    "Checkpoint",
    "Claim",
    "Comment",
    "ComparedCall",
    "CustomOutcome",
    "Decision",
    "Delegation",
    "Event",
    "Estimate",
    "Inbound",
    "InboundQuestion",
    "Explanation",
    "Freeze",
    "Permission",
    "PermissionSum",
    "PermissionUse",
    "Group",
    "Outlook",
    "Page",
    "Person",
    "Policy",
    "Resource",
    "Origin",
    "Rollback",
    "RollbackPreview",
    "Threshold",
    "Turn",
    "Workflow",
]
