"""Runs a smolagents agent durably: `Fermata(...).run(agent, task)`.

Everything that the agent learns from outside - answers of its model, results of its tools, output
of its code - is journaled at the server before the agent goes on. To resume, it is run again from
its start and gets all of that from the journal. So suspending, crashing and moving to another
machine are the same thing, and nothing of a run needs to be kept here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from smolagents import MultiStepAgent
from smolagents.agent_types import AgentType, handle_agent_output_types

from .. import durable, errors
from .._request import Retry
from ..client import Client
from ..models import TurnLease, Workflow
from . import codec, failure, fingerprint, guard, questions, turn, undo, wrap
from .journal import Journal
from .outcome import Completed, DefinitionChanged, RunError, Suspended, WorkflowClosed
from .questions import OnQuestion
from .scope import Scope
from .signals import Latch, Stop
from .turn import Turn

Agent: TypeAlias = MultiStepAgent | Callable[[], MultiStepAgent]
_ROOT = "run"
_FROZEN_S = 5  # How long a workflow that the kill switch holds rests before it is tried again.


class Fermata:
    """A connection to a Fermata server, to run agents on. Thread-safe; it may run several
    workflows at once, each of them once.

        fermata = Fermata(url="http://127.0.0.1:7654", key=...)
        result = fermata.run(agent, "refund what is due")
        if isinstance(result, Suspended):
            print(result)             # suspended: waiting for 3 approvals
            ...                       # later, in any process:
            result = fermata.run(agent, workflow_id=result.workflow_id)
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        client: Client | None = None,
        lease_s: int = turn.LEASE_S,
        insist_s: float = 60.0,
        gate_code: bool = False,
        rerun_code: bool = False,
        checkpoint_every: int = 0,
        on_question: OnQuestion | None = None,
    ) -> None:
        """`url` and `key`, an agent's, default to FERMATA_URL and FERMATA_KEY. `lease_s` is how
        long a worker may be silent before others may take its workflow; `insist_s`, how long a
        server that does not answer is tried again before a run is given up: a result that cannot
        be reported leaves a call in doubt. `client` is used instead of one made from these.

        `gate_code` puts each whole code block to the policy before it runs, as a call of the tool
        `run_code`; code that runs elsewhere than in this process needs it. `rerun_code` lets such
        blocks, once recorded, run again to fill a new sandbox. `checkpoint_every` makes a
        checkpoint by itself before each so manieth model call of the main agent, besides those
        that the server makes before each gated call; 0 makes none.

        `on_question` answers what people ask the agent about a request before they decide: it gets
        the question, a comment, and the request, and returns the answer, or None to leave it to
        others. Without it the agent's model is asked."""
        insist = Retry(attempts=10_000, total_s=insist_s)
        self.client = client or Client(url, key, retry=insist)
        if not self.client.has_key:
            raise ValueError("there is no key: set FERMATA_KEY, or give key=, to an agent's key")
        if checkpoint_every < 0:
            raise ValueError("checkpoint_every is 0 (none) or a number of model calls")
        self.lease_s = lease_s
        self._checkpoint_every = checkpoint_every
        self._on_question = on_question
        self._code = wrap.Code(gate=gate_code, rerun=rerun_code)

    def run(
        self,
        agent: Agent,
        task: str | None = None,
        *,
        workflow_id: str | None = None,
        additional_args: Mapping[str, Any] | None = None,
        images: Sequence[Any] | None = None,
        max_steps: int | None = None,
        agent_name: str | None = None,
        name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        on_behalf_of: str | None = None,
        request_id: str | None = None,
        wait_s: float = 0.0,
        wait_for_turn_s: float = 0.0,
        force: bool = False,
        on_question: OnQuestion | None = None,
    ) -> Completed | Suspended:
        """Runs an agent on a task until it is done or people must decide first.

        `agent` is an agent or a function that makes one; an agent is left as it is. Without
        `workflow_id` a new workflow is started with the task and the arguments of
        `MultiStepAgent.run`; `request_id` makes that exactly once. With it, the workflow is gone on
        with: what it was started with is taken from it, and a `task` that differs is refused.

        `wait_s` is how long to stay for decisions before returning `Suspended`; `wait_for_turn_s`,
        how long to wait for another worker's turn to end. `force` runs an agent whose definition
        has changed. `on_question` is for this run what it is for all of `Fermata`. An exception
        that the agent itself raises fails the workflow; see `RunError` for what leaves it open.
        """
        workflow, made = None, None
        if workflow_id is None:
            # Before anything is made on the server: a mistake leaves no workflow behind.
            if not isinstance(task, str):
                raise ValueError("a new workflow needs a task, which is a text")
            given = _input(task, additional_args, images, max_steps)
            made = self._make(agent)
            workflow = self._create(
                agent=agent_name,
                input=given,
                metadata=metadata,
                tags=tags,
                name=name,
                on_behalf_of=on_behalf_of,
                request_id=request_id,
            )
            workflow_id = workflow.id
        if workflow is None or request_id is not None:  # it may have been there for long
            workflow = self.client.get_workflow(workflow_id)
        give_up = time.monotonic() + wait_s
        while True:
            result = self._turn(made or agent, workflow, task, wait_for_turn_s, force, on_question)
            made = None
            if isinstance(result, Completed) or not self._goes_on(result, give_up):
                return result
            workflow = self.client.get_workflow(workflow.id)

    def _create(self, **wish: Any) -> Workflow:
        try:
            return self.client.create_workflow(**wish)
        except errors.Invalid as error:
            if error.reason != "workflow.agent_required":
                raise
            told = "this is a person's key; run an agent with an agent's, or say agent_name="
            raise ValueError(told) from error

    def replay(self, agent: Agent, workflow_id: str) -> Completed:
        """Goes over a workflow's journal with an agent, writing nothing and asking nobody: to look
        into the memory of a run, or to see whether a changed agent would still do the same. Raises
        Diverged where it would not, and where the journal of an unfinished workflow ends."""
        workflow = self.client.get_workflow(workflow_id)
        made = self._make(agent)
        journal = Journal(self.client, workflow, None)
        result = self._drive(made, workflow, journal, None)
        assert isinstance(result, Completed)  # only an answer of the server can suspend
        return result

    def _turn(
        self,
        agent: Agent,
        workflow: Workflow,
        task: str | None,
        wait_for_turn_s: float,
        force: bool,
        on_question: OnQuestion | None,
    ) -> Completed | Suspended:
        if workflow.closed:
            return _closed(workflow)
        if task is not None and task != _task(workflow):
            raise ValueError(f"{workflow.id} was started with another task")
        made = self._make(agent)
        print_of_now = self._fingerprint(made, workflow, force)
        held = turn.take(
            self.client,
            workflow.id,
            print_of_now,
            lease_s=self.lease_s,
            wait_s=wait_for_turn_s,
        )
        return self._under(held, made, on_question=on_question)

    def run_leased(
        self,
        agent: Agent,
        lease: TurnLease,
        *,
        retry_after_s: Callable[[BaseException], int] = lambda _: 0,
    ) -> Completed | Suspended:
        """Runs the turn that was leased (see `Client.lease_turn`), as `run` would. When it raises,
        the workflow is ready again after `retry_after_s` of the exception, unless it was failed.
        `Suspended` for no approvals means that the agent went back to a checkpoint: it is ready."""
        assert lease.workflow is not None
        try:
            made = self._make(agent)
            print_of_now = self._fingerprint(made, lease.workflow, False)
            held = turn.adopt(self.client, lease, print_of_now, lease_s=self.lease_s)
        except BaseException as error:
            with suppress(errors.FermataError):
                after = retry_after_s(error)
                self.client.end_turn(lease.workflow.id, lease.turn, retry_after_s=after)
            raise
        return self._under(held, made, retry_after_s)

    def _fingerprint(self, made: MultiStepAgent, workflow: Workflow, force: bool) -> dict[str, str]:
        found = fingerprint.of(made, gate_code=self._code.gate)
        if workflow.fingerprint and not force:
            changed = fingerprint.changes(workflow.fingerprint, found)
            if changed:
                raise DefinitionChanged(workflow.id, changed)
        return found

    def _under(
        self,
        held: Turn,
        made: MultiStepAgent,
        retry_after_s: Callable[[BaseException], int] | None = None,
        on_question: OnQuestion | None = None,
    ) -> Completed | Suspended:
        """Runs an agent under a turn, which is over afterwards however it ends."""
        workflow = held.workflow
        try:
            workflow = undo.all_done(self.client, held, made)
            journal = Journal(self.client, workflow, held)
            return self._drive(made, workflow, journal, held, on_question)
        except Stop:
            return self._stopped(workflow, held.latch, held)
        except errors.Frozen as error:
            return self._frozen(workflow, held.latch, held, error)
        except BaseException as error:
            # After a closed or lost turn this is refused, which changes nothing.
            if not isinstance(error, errors.ConnectionFailed):
                held.leave(retry_after_s(error) if retry_after_s else None)
            raise
        finally:
            held.stop_renewing()

    def _drive(
        self,
        agent: MultiStepAgent,
        workflow: Workflow,
        journal: Journal,
        held: Turn | None,
        on_question: OnQuestion | None = None,
    ) -> Completed | Suspended:
        scope = Scope(journal, held, _ROOT)
        scope.checkpoint_every = self._checkpoint_every
        journal.tools = fingerprint.tools(agent)
        wrapped = wrap.durable(agent, scope, self._code)
        try:
            with durable.recording(scope), guard.guarding(agent):
                output = wrapped.run(
                    _task(workflow), return_full_result=False, **_settings(workflow)
                )
            journal.latch.check()
        except Stop:
            return self._waiting(workflow, journal, held, on_question)
        except Exception as error:
            if journal.latch.closed:  # something on the way replaced a stop by its own exception
                return self._waiting(workflow, journal, held, on_question)
            if held is not None and not isinstance(error, RunError):
                told = failure.describe(error)
                with suppress(errors.FermataError):
                    self.client.fail_workflow(workflow.id, turn=held.n, **told)
            raise
        if held is not None:
            raw = output.to_raw() if isinstance(output, AgentType) else output
            encoded = journal.encode("the final answer", raw)
            try:
                self.client.complete_workflow(workflow.id, turn=held.n, result=encoded)
            except errors.ApiError as error:
                raise turn.refusal(error) from error
        return Completed(workflow.id, output, wrapped)

    def _make(self, agent: Agent) -> MultiStepAgent:
        made: Any = agent
        if not isinstance(made, MultiStepAgent):
            if not callable(made) or isinstance(made, type):
                raise TypeError(f"{made!r} is neither an agent nor a function that makes one")
            made = made()
            if not isinstance(made, MultiStepAgent):
                raise TypeError(f"{agent!r} made {type(made).__name__}, which is no agent")
        wrap.refuse_unsupported(made, self._code)
        return made

    @staticmethod
    def _frozen(
        workflow: Workflow, latch: Latch, held: Turn | None, error: errors.Frozen
    ) -> Suspended:
        """What has run is recorded; the rest runs once people let it go on."""
        if held is not None:
            held.leave(_FROZEN_S)
        return Suspended(workflow.id, latch.approvals, error.detail or error.title)

    def _waiting(
        self,
        workflow: Workflow,
        journal: Journal,
        held: Turn | None,
        on_question: OnQuestion | None,
    ) -> Suspended:
        """Before a run that waits for people lets its turn go, it answers what they asked."""
        latch = journal.latch
        if held is not None and latch.error is None and not latch.rolled_back:
            questions.answer_all(self.client, journal, held, on_question or self._on_question)
        return self._stopped(workflow, latch, held)

    @classmethod
    def _stopped(cls, workflow: Workflow, latch: Latch, held: Turn | None) -> Suspended:
        if latch.rolled_back:
            return Suspended(workflow.id, ())  # its turn ended with its epoch
        if isinstance(latch.error, errors.Frozen):
            return cls._frozen(workflow, latch, held, latch.error)
        if latch.error is not None:
            raise latch.error
        if held is not None:
            held.leave()
        return Suspended(workflow.id, latch.approvals)

    def _goes_on(self, suspended: Suspended, give_up: float) -> bool:
        """Waits until one of the approvals is closed, people ask something, or it is time to give
        up."""
        if suspended.frozen:
            left = give_up - time.monotonic()
            time.sleep(max(0.0, min(left, _FROZEN_S)))
            return left > 0
        waiting = {approval.id for approval in suspended.approvals}
        if not waiting:  # taken back to a checkpoint by the agent itself
            return True
        version = 0
        while (left := give_up - time.monotonic()) > 0:
            workflow = self.client.get_workflow(
                suspended.workflow_id, wait_s=min(left, 30.0) if version else 0.0, after=version
            )
            if workflow.closed or not waiting <= set(workflow.pending_approvals):
                return True
            if workflow.status == "ready":  # though all is pending: a question wakes it
                return True
            version = workflow.version
        return False


def _input(
    task: str,
    additional_args: Mapping[str, Any] | None,
    images: Sequence[Any] | None,
    max_steps: int | None,
) -> dict[str, Any]:
    """What a workflow is started with. Raises `codec.Unsupported`, a TypeError, for what the
    journal cannot hold."""
    given: dict[str, Any] = {"task": task}
    if additional_args:
        given["additional_args"] = codec.encode(dict(additional_args))
    if images:
        given["images"] = codec.encode(list(images))
    if max_steps is not None:
        given["max_steps"] = max_steps
    return given


def _task(workflow: Workflow) -> str:
    """The task of a workflow, which may also have been started by others, with a plain text."""
    task = workflow.input.get("task") if isinstance(workflow.input, dict) else workflow.input
    if not isinstance(task, str):
        raise ValueError(f"{workflow.id} has no task: its input must be a text or have a 'task'")
    return task


def _settings(workflow: Workflow) -> dict[str, Any]:
    given = workflow.input if isinstance(workflow.input, dict) else {}
    return {
        "additional_args": codec.decode(given.get("additional_args")),
        "images": codec.decode(given.get("images")),
        "max_steps": given.get("max_steps"),
    }


def _closed(workflow: Workflow) -> Completed:
    if workflow.status == "completed":
        return Completed(workflow.id, handle_agent_output_types(codec.decode(workflow.result)))
    why = f": {workflow.error.type}: {workflow.error.message}" if workflow.error else ""
    raise WorkflowClosed(f"{workflow.id} is {workflow.status}{why}")
