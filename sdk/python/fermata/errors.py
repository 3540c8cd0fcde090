"""What can go wrong between a program and Fermata, as exceptions.

Every answer that is not a success becomes an `ApiError`; the subclass says what kind of thing to do
about it, `reason` says exactly what happened (each reason has a page, `type`). A `ConnectionFailed`
means that no answer came after all retries: the outcome is then unknown, not negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
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
]


class FermataError(Exception):
    """The root of everything this package raises as an ordinary exception."""


class ConnectionFailed(FermataError):
    """The server gave no answer. What was asked for may or may not have happened."""


@dataclass(eq=False)
class ApiError(FermataError):
    """The server refused.

    `reason` is stable and for machines ("approval.already_decided"); `outcome` is how an approval
    had already closed, where that is why; `errors` points at the fields that were wrong;
    `problem` is the whole answer, with whatever this version of the package has no name for.
    """

    status: int
    reason: str
    title: str
    detail: str
    request_id: str
    retryable: bool
    errors: list[dict[str, Any]]
    outcome: dict[str, Any] | None
    problem: Mapping[str, Any]

    def __str__(self) -> str:
        text = f"{self.status} {self.reason}"
        if self.detail or self.title:
            text += f": {self.detail or self.title}"
        for error in self.errors:
            text += f"\n  {error.get('pointer') or error.get('loc')}: {error.get('msg')}"
        if self.request_id:
            text += f" (request {self.request_id})"
        return text


class Invalid(ApiError):
    """400, 405, 412, 413, 415, 422: this request will never do. Repeating it does not help."""


class AuthenticationFailed(ApiError):
    """401: no key, or one that is unknown, expired or revoked."""


class Forbidden(ApiError):
    """403: this key may not do this; kinds of keys are disjoint."""


class NotFound(ApiError):
    """404: there is no such thing, or it belongs to another tenant."""


class Conflict(ApiError):
    """409: the thing is not, or is no longer, in a state in which this can be done."""


class RateLimited(ApiError):
    """429, after all retries."""


class Unavailable(ApiError):
    """5xx, after all retries."""


class Frozen(Unavailable):
    """503 switch.frozen: people hold this agent or this tool, until they let it go on. It is not
    tried again by itself, for that may take long; nothing is lost by trying later."""


_BY_STATUS: dict[int, type[ApiError]] = {
    401: AuthenticationFailed,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


def from_answer(status: int, body: Any, request_id: str) -> ApiError:
    """The exception for an answer. A body that is no problem document, as a proxy in between may
    send, gives reason "http.<status>"."""
    problem: Mapping[str, Any] = body if isinstance(body, dict) else {}
    kind = _BY_STATUS.get(status, Unavailable if status >= 500 else Invalid)
    if problem.get("reason") == "switch.frozen":
        kind = Frozen
    return kind(
        status=status,
        reason=str(problem.get("reason") or f"http.{status}"),
        title=str(problem.get("title") or ""),
        detail=str(problem.get("detail") or ""),
        request_id=str(problem.get("request_id") or request_id),
        retryable=bool(problem.get("retryable", False)),
        errors=[e for e in problem.get("errors") or [] if isinstance(e, dict)],
        outcome=problem.get("outcome"),
        problem=problem,
    )
