"""The requests about approvals and the people who decide them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

from ._request import Request, endpoint, get, given, many, one, post
from .models import ApprovalRequest, ApprovalStatus, Page


def _path(approval_id: str, *rest: str) -> str:
    return "/".join(["/v1/approvals", quote(approval_id, safe=""), *rest])


class ApprovalEndpoints:
    """Methods of both clients; see `Endpoint` for how they are sync or async."""

    @endpoint
    def request_approval(
        self,
        *,
        action: str,
        arguments: Mapping[str, Any] | None = None,
        why: str | None = None,
        otherwise: str | None = None,
        title: str | None = None,
        kind: Literal["call", "question"] | None = None,
        form: Mapping[str, Any] | None = None,
        thresholds: Sequence[Mapping[str, Any]] | None = None,
        deadline_s: int | None = None,
        on_deadline: Literal["expire", "reject"] | None = None,
        workflow_id: str | None = None,
        channels: Mapping[str, Any] | None = None,
        validation: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        target: str | None = None,
    ) -> Request[ApprovalRequest]:
        """Asks people. The policy decides who; `thresholds` can only ask for more. Without a
        workflow the request gets one of its own."""
        return post(
            "/v1/approvals",
            one(ApprovalRequest),
            action=action,
            arguments=arguments,
            why=why,
            otherwise=otherwise,
            title=title,
            kind=kind,
            form=form,
            thresholds=thresholds,
            deadline_s=deadline_s,
            on_deadline=on_deadline,
            workflow_id=workflow_id,
            channels=channels,
            validation=validation,
            metadata=metadata,
            target=target,
        )

    @endpoint
    def list_approvals(
        self,
        *,
        status: ApprovalStatus | None = None,
        workflow: str | None = None,
        agent: str | None = None,
        mine: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[ApprovalRequest]]:
        """Approval requests; `mine` keeps those that this person may decide."""
        return get(
            "/v1/approvals",
            many(ApprovalRequest),
            status=status,
            workflow=workflow,
            agent=agent,
            mine=mine,
            limit=limit,
            cursor=cursor,
        )

    @endpoint
    def get_approval(self, approval_id: str, *, wait_s: float = 0.0) -> Request[ApprovalRequest]:
        """An approval request. With `wait_s`, waits up to that long until it is closed; it is
        answered either way."""
        return get(_path(approval_id), one(ApprovalRequest), wait_s=wait_s)

    @endpoint
    def decide(
        self,
        approval_id: str,
        decision: Literal["approve", "reject", "edit", "answer"],
        *,
        hash: str,
        reason: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        answer: Any = None,
        revision: int | None = None,
    ) -> Request[ApprovalRequest]:
        """Decides, as the person whose key this is, on exactly what `hash` stands for.

        `revision` refuses (412) if anything has changed since it was read.
        """
        body = given(
            decision=decision, hash=hash, reason=reason, arguments=arguments, answer=answer
        )
        headers = {} if revision is None else {"If-Match": f'"r{revision}"'}
        return Request(
            "POST",
            _path(approval_id, "decisions"),
            one(ApprovalRequest),
            body=body,
            headers=headers,
        )

    @endpoint
    def cancel_approval(
        self, approval_id: str, *, reason: str | None = None
    ) -> Request[ApprovalRequest]:
        """Withdraws a request."""
        return post(_path(approval_id, "cancel"), one(ApprovalRequest), reason=reason)
