"""The requests about workflows, their turns, calls, checkpoints and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ._decode import decode
from ._request import Request, endpoint, get, given, many, one, post
from .models import (
    Call,
    CallKind,
    CallVerdict,
    Checkpoint,
    ComparedCall,
    Dispatch,
    Event,
    Page,
    Rollback,
    RollbackPreview,
    TurnLease,
    Workflow,
    WorkflowStatus,
)


def workflow_path(workflow_id: str, *rest: str | int) -> str:
    return "/".join(
        ["/v1/workflows", *(quote(str(part), safe="") for part in (workflow_id, *rest))]
    )


def _lease(data: Any) -> TurnLease | None:
    return None if data is None else decode(TurnLease, data)


class WorkflowEndpoints:
    """Methods of both clients; see `Endpoint` for how they are sync or async."""

    @endpoint
    def create_workflow(
        self,
        *,
        agent: str | None = None,
        input: Any = None,
        context: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        on_behalf_of: str | None = None,
        name: str | None = None,
        dispatch: Dispatch | None = None,
        request_id: str | None = None,
    ) -> Request[Workflow]:
        """Starts a workflow. An agent's key runs its own agent; others must name one.

        `dispatch` says who runs its turns: "none", whoever starts them; "worker", a worker that
        leases them; "native", the server. The default is "none" for an agent's key.

        `request_id` makes it exactly once over restarts of the caller too: the same id always
        gives the workflow that its first use made.
        """
        body = given(
            agent=agent,
            input=input,
            context=context,
            metadata=metadata,
            tags=tags,
            on_behalf_of=on_behalf_of,
            name=name,
            dispatch=dispatch,
        )
        headers = {"Idempotency-Key": request_id} if request_id else {}
        return Request("POST", "/v1/workflows", one(Workflow), body=body, headers=headers)

    @endpoint
    def list_workflows(
        self,
        *,
        status: WorkflowStatus | None = None,
        agent: str | None = None,
        tag: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[Workflow]]:
        """The workflows, newest first."""
        return get(
            "/v1/workflows",
            many(Workflow),
            status=status,
            agent=agent,
            tag=tag,
            limit=limit,
            cursor=cursor,
        )

    @endpoint
    def get_workflow(
        self, workflow_id: str, *, wait_s: float = 0.0, after: int | None = None
    ) -> Request[Workflow]:
        """A workflow. With `wait_s`, waits up to that long until its version exceeds `after`; it
        is answered either way."""
        return get(workflow_path(workflow_id), one(Workflow), wait_s=wait_s, after=after)

    @endpoint
    def list_events(
        self, workflow_id: str, *, after: int | None = None, limit: int | None = None
    ) -> Request[Page[Event]]:
        """The events after a version, oldest first."""
        return get(workflow_path(workflow_id, "events"), many(Event), after=after, limit=limit)

    @endpoint
    def list_journal(
        self, workflow_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[Call]]:
        """The calls on the current branch, in the order in which they were opened."""
        return get(workflow_path(workflow_id, "journal"), many(Call), limit=limit, cursor=cursor)

    @endpoint
    def cancel_workflow(self, workflow_id: str, *, reason: str | None = None) -> Request[Workflow]:
        """Ends a workflow from outside. Its pending approvals are cancelled with it."""
        return post(workflow_path(workflow_id, "cancel"), one(Workflow), reason=reason)

    @endpoint
    def complete_workflow(
        self, workflow_id: str, *, turn: int, result: Any = None
    ) -> Request[Workflow]:
        """Ends a workflow with its result."""
        return post(workflow_path(workflow_id, "complete"), one(Workflow), turn=turn, result=result)

    @endpoint
    def fail_workflow(
        self, workflow_id: str, *, turn: int, type: str, message: str
    ) -> Request[Workflow]:
        """Ends a workflow with an error."""
        return post(
            workflow_path(workflow_id, "fail"),
            one(Workflow),
            turn=turn,
            error={"type": type, "message": message},
        )

    @endpoint
    def start_turn(
        self,
        workflow_id: str,
        *,
        worker: str,
        fingerprint: Mapping[str, Any] | None = None,
        lease_s: int | None = None,
        takeover: bool | None = None,
    ) -> Request[TurnLease]:
        """Takes the right to write the journal. 409 `turn.held` while another worker has it."""
        return post(
            workflow_path(workflow_id, "turns"),
            one(TurnLease),
            worker=worker,
            fingerprint=fingerprint,
            lease_s=lease_s,
            takeover=takeover,
        )

    @endpoint
    def renew_turn(self, workflow_id: str, turn: int) -> Request[TurnLease]:
        """Keeps the turn for another lease. 409 `turn.stale` when somebody else has it now."""
        return post(workflow_path(workflow_id, "turns", turn, "renew"), one(TurnLease))

    @endpoint
    def end_turn(
        self, workflow_id: str, turn: int, *, retry_after_s: int | None = None
    ) -> Request[Workflow]:
        """Gives the turn back: this process leaves, the workflow goes on waiting. One that waits
        for nobody and is dispatched is ready again, not before `retry_after_s`."""
        path = workflow_path(workflow_id, "turns", turn, "end")
        return post(path, one(Workflow), retry_after_s=retry_after_s)

    @endpoint
    def lease_turn(
        self,
        *,
        worker: str,
        agents: Sequence[str] | None = None,
        lease_s: int | None = None,
        wait_s: int | None = None,
    ) -> Request[TurnLease | None]:
        """Takes the turn that has been ready longest, among the dispatched workflows of the key's
        agent; waits up to `wait_s`, at most 20, for one. None when there was none."""
        body = given(worker=worker, agents=agents, lease_s=lease_s, wait_s=wait_s)
        return Request("POST", "/v1/turns/lease", _lease, body=body)

    @endpoint
    def open_call(
        self,
        workflow_id: str,
        *,
        turn: int,
        key: str,
        tool: str,
        arguments: Mapping[str, Any] | None = None,
        definition_hash: str | None = None,
        target: str | None = None,
        undo: str | None = None,
        idempotent: bool | None = None,
        why: str | None = None,
        wait_s: float = 0.0,
    ) -> Request[CallVerdict]:
        """Asks whether a tool call may run. `undo` names the tool that undoes it. With `wait_s`,
        people get that long to decide before the verdict is `wait`."""
        return post(
            workflow_path(workflow_id, "calls"),
            one(CallVerdict),
            wait_s=wait_s,
            turn=turn,
            key=key,
            kind="tool",
            tool=tool,
            arguments=arguments,
            definition_hash=definition_hash,
            target=target,
            undo=undo,
            idempotent=idempotent,
            why=why,
        )

    @endpoint
    def record_call(
        self,
        workflow_id: str,
        *,
        turn: int,
        key: str,
        kind: CallKind,
        tool: str,
        request_hash: str,
        result: Any,
    ) -> Request[CallVerdict]:
        """Journals something that has already been computed: a model's answer, a code block's
        output, a value. A null result is a result."""
        body = given(turn=turn, key=key, kind=kind, tool=tool, request_hash=request_hash)
        return Request(
            "POST",
            workflow_path(workflow_id, "calls"),
            one(CallVerdict),
            body={**body, "result": result},
        )

    @endpoint
    def close_call(
        self,
        workflow_id: str,
        call_id: str,
        *,
        turn: int,
        grant: str,
        hash: str,
        result: Any = None,
        error: Mapping[str, str] | None = None,
    ) -> Request[Call]:
        """Reports what came of a call that was allowed to run: a result, or an error."""
        body = given(turn=turn, grant=grant, hash=hash, error=error)
        if error is None:
            body["result"] = result
        return Request(
            "POST", workflow_path(workflow_id, "calls", call_id, "close"), one(Call), body=body
        )

    @endpoint
    def get_call(self, workflow_id: str, call_id: str) -> Request[Call]:
        """One journaled call."""
        return get(workflow_path(workflow_id, "calls", call_id), one(Call))

    @endpoint
    def create_checkpoint(
        self,
        workflow_id: str,
        *,
        name: str,
        turn: int | None = None,
        key: str | None = None,
        snapshot: Any = None,
        recovery: Any = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Request[Checkpoint]:
        """Names the present point of a workflow, to roll back to. With `key` it is journaled as a
        call of the run."""
        return post(
            workflow_path(workflow_id, "checkpoints"),
            one(Checkpoint),
            name=name,
            turn=turn,
            key=key,
            snapshot=snapshot,
            recovery=recovery,
            metadata=metadata,
        )

    @endpoint
    def list_checkpoints(
        self, workflow_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[Checkpoint]]:
        """The checkpoints of a workflow."""
        return get(
            workflow_path(workflow_id, "checkpoints"), many(Checkpoint), limit=limit, cursor=cursor
        )

    @endpoint
    def preview_rollback(self, workflow_id: str, *, checkpoint: str) -> Request[RollbackPreview]:
        """What a rollback would do: which decisions stay, which are void, what must be asked again
        and of whom, which effects there are and what undoes them."""
        path = workflow_path(workflow_id, "rollback", "preview")
        return post(path, one(RollbackPreview), checkpoint=checkpoint)

    @endpoint
    def fork_workflow(
        self,
        workflow_id: str,
        *,
        checkpoint: str | None = None,
        decision: Mapping[str, Any] | None = None,
        input: Any = None,
        name: str | None = None,
        reason: str | None = None,
        tags: Sequence[str] | None = None,
        dispatch: Dispatch | None = None,
        request_id: str | None = None,
    ) -> Request[Workflow]:
        """Makes a workflow that begins with this one's journal, to see what would come of another
        `input` or decision. It does nothing for real and asks nobody: its tool calls get what this
        one recorded, or are refused, until `allow_effects`.

        It begins at a `checkpoint`, or at the call of the `decision`, or, with neither, from the
        start. `decision` is {"approval", "decision": "reject", "reason"} or {"approval",
        "decision": "approve", "result"}: what the call would have given.
        """
        path = workflow_path(workflow_id, "forks")
        body = given(
            checkpoint=checkpoint,
            decision=decision,
            input=input,
            name=name,
            reason=reason,
            tags=tags,
            dispatch=dispatch,
        )
        headers = {"Idempotency-Key": request_id} if request_id else {}
        return Request("POST", path, one(Workflow), body=body, headers=headers)

    @endpoint
    def allow_effects(self, workflow_id: str, *, reason: str | None = None) -> Request[Workflow]:
        """Lets a fork do the real thing from here on; for people and admins."""
        return post(workflow_path(workflow_id, "effects", "allow"), one(Workflow), reason=reason)

    @endpoint
    def compare_workflows(
        self, left: str, right: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Request[Page[ComparedCall]]:
        """Two workflows side by side, call by call, in the order of the left one."""
        path = workflow_path(left, "compare")
        return get(path, many(ComparedCall), with_=right, limit=limit, cursor=cursor)

    @endpoint
    def rollback(
        self,
        workflow_id: str,
        *,
        checkpoint: str,
        reason: str,
        turn: int | None = None,
        if_version: int | None = None,
    ) -> Request[Rollback]:
        """Starts a new branch at a checkpoint. Nothing is erased; the answer lists the effects
        that are left, which the next turn undoes where their tools say how."""
        return post(
            workflow_path(workflow_id, "rollback"),
            one(Rollback),
            checkpoint=checkpoint,
            reason=reason,
            turn=turn,
            if_version=if_version,
        )
