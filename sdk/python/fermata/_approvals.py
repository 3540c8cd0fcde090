"""The requests about approvals and the people who decide them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

from ._inbound import Inbound
from ._request import Request, endpoint, get, given, many, one, post
from .explanations import Explanation, Outlook
from .models import ApprovalRequest, ApprovalStatus, DecisionKind, Page


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
        on_deadline: Literal["expire", "reject", "ignore", "answer"] | None = None,
        default_answer: Any = None,
        outcomes: Sequence[Mapping[str, str]] | None = None,
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
            default_answer=default_answer,
            outcomes=outcomes,
            workflow_id=workflow_id,
            channels=channels,
            validation=validation,
            metadata=metadata,
            target=target,
        )

    @endpoint
    def ask_inbound(
        self,
        asked: Any,
        *,
        key: str | None = None,
        workflow_id: str | None = None,
        turn: int | None = None,
        wait_s: float = 0.0,
    ) -> Request[Inbound]:
        """Asks what a program of another framework asks, in that framework's shape. The same `key`
        is the same asking, however long ago. See `fermata.inbound` for the whole way."""
        body = {"asked": asked, **given(workflow_id=workflow_id, turn=turn)}
        headers = {} if key is None else {"Idempotency-Key": key}
        return Request("POST", "/v1/inbound", one(Inbound), {}, body, headers, wait_s)

    @endpoint
    def get_inbound(self, inbound_id: str, *, wait_s: float = 0.0) -> Request[Inbound]:
        """How it stands. With `wait_s`, waits up to that long until every question is decided."""
        return get(f"/v1/inbound/{quote(inbound_id, safe='')}", one(Inbound), wait_s=wait_s)

    @endpoint
    def list_approvals(
        self,
        *,
        status: ApprovalStatus | None = None,
        workflow: str | None = None,
        agent: str | None = None,
        mine: bool | None = None,
        fold: bool | None = None,
        equal_to: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[ApprovalRequest]]:
        """Approval requests; `mine` keeps those that this person may decide, `fold` of equal ones
        the oldest, and `equal_to` those that equal one of them."""
        return get(
            "/v1/approvals",
            many(ApprovalRequest),
            status=status,
            workflow=workflow,
            agent=agent,
            mine=mine,
            fold=fold,
            equal_to=equal_to,
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
        decision: DecisionKind,
        *,
        hash: str,
        reason: str | None = None,
        action: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        answer: Any = None,
        outcome: str | None = None,
        revision: int | None = None,
    ) -> Request[ApprovalRequest]:
        """Decides, as the person whose key this is, on exactly what `hash` stands for.

        An edit has the new `arguments`, all of them, and may name another of the agent's tools as
        `action`. `outcome` is a custom one of the request that means `decision`; `revision`
        refuses (412) if anything has changed since it was read.
        """
        body = given(
            decision=decision,
            hash=hash,
            reason=reason,
            action=action,
            arguments=arguments,
            answer=answer,
            outcome=outcome,
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

    @endpoint
    def explain_approval(self, approval_id: str) -> Request[Explanation]:
        """What is missing, who can give it, and what comes when if nobody does."""
        return get(_path(approval_id, "explain"), one(Explanation))

    @endpoint
    def outlook(self, approval_id: str) -> Request[Outlook]:
        """How a request stands among others, and how long answers take: for whoever waits."""
        return get(_path(approval_id, "outlook"), one(Outlook))

    @endpoint
    def withdraw_decision(
        self, approval_id: str, *, reason: str | None = None
    ) -> Request[ApprovalRequest]:
        """Takes one's own decision back, before the outcome; then one may decide again."""
        return post(_path(approval_id, "withdraw"), one(ApprovalRequest), reason=reason)

    @endpoint
    def claim_approval(self, approval_id: str) -> Request[ApprovalRequest]:
        """Takes a request on. The others see it, and may still decide."""
        return post(_path(approval_id, "claim"), one(ApprovalRequest))

    @endpoint
    def release_approval(self, approval_id: str) -> Request[ApprovalRequest]:
        """Gives back what one has taken on."""
        return post(_path(approval_id, "release"), one(ApprovalRequest))

    @endpoint
    def assign_approval(self, approval_id: str, *, person: str) -> Request[ApprovalRequest]:
        """Gives a request to somebody who may decide it."""
        return post(_path(approval_id, "assign"), one(ApprovalRequest), person=person)

    @endpoint
    def delegate_approval(
        self, approval_id: str, *, to: str, until: str, reason: str | None = None
    ) -> Request[ApprovalRequest]:
        """Lets somebody decide in one's place until a time, as far as the policy lets one."""
        path = _path(approval_id, "delegate")
        return post(path, one(ApprovalRequest), to=to, until=until, reason=reason)

    @endpoint
    def end_delegation(self, approval_id: str) -> Request[ApprovalRequest]:
        """Takes a delegation back."""
        return Request("DELETE", _path(approval_id, "delegate"), one(ApprovalRequest))

    @endpoint
    def forward_approval(
        self, approval_id: str, *, to: str, reason: str | None = None
    ) -> Request[ApprovalRequest]:
        """Hands a request on for good, as far as the policy lets one."""
        return post(_path(approval_id, "forward"), one(ApprovalRequest), to=to, reason=reason)

    @endpoint
    def comment(
        self,
        approval_id: str,
        text: str,
        *,
        reply_to: int | None = None,
        for_agent: bool | None = None,
        asks: bool | None = None,
    ) -> Request[ApprovalRequest]:
        """Says something about a request. What a person says is for people only, unless it is
        `for_agent`, or `asks` the agent; what an agent says all read."""
        return post(
            _path(approval_id, "comments"),
            one(ApprovalRequest),
            text=text,
            reply_to=reply_to,
            for_agent=for_agent,
            asks=asks,
        )

    @endpoint
    def extend_approval(
        self, approval_id: str, *, by_s: int, reason: str | None = None
    ) -> Request[ApprovalRequest]:
        """Moves a request's deadline, as far as the policy lets approvers."""
        return post(_path(approval_id, "extend"), one(ApprovalRequest), by_s=by_s, reason=reason)
