"""Makes an agent durable: a copy of it whose model, tools, code and team are wrapped.

The agent that is given stays as it is. Its copy is used for one turn and then thrown away, since
after a stop its memory holds half a step.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from smolagents import CodeAgent, MultiStepAgent, ToolCallingAgent
from smolagents.agents import ToolOutput
from smolagents.local_python_executor import LocalPythonExecutor, PythonExecutor
from smolagents.memory import ActionStep, AgentMemory, CallbackRegistry, ToolCall
from smolagents.models import ChatMessage
from smolagents.monitoring import Monitor
from smolagents.utils import AgentError

from .. import durable as recorder
from . import executor, model
from .guard import is_plain_final_answer
from .scope import Scope
from .signals import Latch
from .tool import DurableTool


@dataclass(frozen=True)
class Code:
    """What is to be done with the code that agents write: whether each block is put to the policy
    before it runs, and whether a new sandbox elsewhere is filled by running blocks again."""

    gate: bool = False
    rerun: bool = False


def durable(agent: MultiStepAgent, scope: Scope, code: Code) -> MultiStepAgent:
    """A durable copy of `agent`, for one run in `scope`."""
    wrapped = copy.copy(agent)
    wrapped.state = dict(agent.state)
    wrapped.model = model.wrap(agent.model, scope)
    wrapped.monitor = Monitor(wrapped.model, agent.logger)
    wrapped.tools = {
        name: DurableTool(tool, scope, gated=not is_plain_final_answer(tool))
        for name, tool in agent.tools.items()
    }
    wrapped.managed_agents = {
        name: TeamMember(member, scope, code) for name, member in agent.managed_agents.items()
    }
    wrapped.memory = AgentMemory(wrapped.system_prompt)
    wrapped.step_callbacks = _callbacks(agent, wrapped.monitor, scope.latch)
    if isinstance(agent, CodeAgent):
        wrapped.python_executor = executor.wrap(
            _own_executor(agent), scope, gate=code.gate, rerun=code.rerun
        )
    if isinstance(agent, ToolCallingAgent):
        wrapped.process_tool_calls = _process_tool_calls(wrapped, scope)
        wrapped.execute_tool_call = _execute_tool_call(wrapped, scope)
    return wrapped


def refuse_unsupported(agent: MultiStepAgent, code: Code) -> None:
    """Raises TypeError when `agent`, or one of its team, cannot be made durable: better now than
    in the middle of a run."""
    if not isinstance(agent, ToolCallingAgent | CodeAgent):
        raise TypeError(f"{type(agent).__name__} is neither a ToolCallingAgent nor a CodeAgent")
    if isinstance(agent, CodeAgent) and not isinstance(agent.python_executor, LocalPythonExecutor):
        _refuse_ungated_sandbox(agent, code)
    for member in agent.managed_agents.values():
        refuse_unsupported(member, code)


def _refuse_ungated_sandbox(agent: CodeAgent, code: Code) -> None:
    place = type(agent.python_executor).__name__
    if not code.gate:
        raise TypeError(
            f"{place} runs code where Fermata cannot hold its tool calls: use "
            "executor_type='local', or gate_code=True to put each whole block to the policy"
        )
    inside = sorted(n for n, tool in agent.tools.items() if not is_plain_final_answer(tool))
    if inside:
        raise TypeError(
            f"{place} would run {', '.join(inside)} where Fermata cannot gate them: use "
            "executor_type='local', or give this agent no tools of its own"
        )


class TeamMember:
    """A managed agent as its manager calls it. Each call runs a copy of its own, so that parallel
    calls do not disturb each other."""

    def __init__(self, agent: MultiStepAgent, scope: Scope, code: Code) -> None:
        self._agent = agent
        self._scope = scope
        self._code = code

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("_agent", "_scope", "_code"):
            raise AttributeError(name)
        return getattr(self._agent, name)

    def __call__(self, task: str, **kwargs: Any) -> Any:
        outer = self._scope
        site = outer.site(str(self._agent.name))
        outer.latch.check(site.batch)
        scope = Scope(outer.journal, outer.turn, site.key)
        with outer.inside_tool(), recorder.recording(scope):
            return durable(self._agent, scope, self._code)(task, **kwargs)


def _own_executor(agent: CodeAgent) -> PythonExecutor:
    if not isinstance(agent.python_executor, LocalPythonExecutor):
        return agent.python_executor  # a sandbox is what it is
    own = copy.copy(agent.python_executor)
    own.state = dict(own.state)
    own.custom_tools = dict(own.custom_tools)
    return own


def _callbacks(agent: MultiStepAgent, monitor: Monitor, latch: Latch) -> CallbackRegistry:
    """The agent's callbacks, none of which runs any more once the run has been stopped."""

    def latched(callback: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(callback)
        def call(*args: Any, **kwargs: Any) -> Any:
            latch.check()
            return callback(*args, **kwargs)

        return call

    registry = CallbackRegistry()
    for step, callbacks in agent.step_callbacks._callbacks.items():
        for callback in callbacks:
            if callback == agent.monitor.update_metrics:
                registry.register(step, monitor.update_metrics)
            else:
                registry.register(step, latched(callback))
    return registry


def _process_tool_calls(
    agent: ToolCallingAgent, scope: Scope
) -> Callable[[ChatMessage, ActionStep], Iterator[ToolCall | ToolOutput]]:
    original = agent.process_tool_calls

    def process_tool_calls(
        chat_message: ChatMessage, memory_step: ActionStep
    ) -> Iterator[ToolCall | ToolOutput]:
        scope.start_batch(chat_message.tool_calls or [])
        yield from original(chat_message, memory_step)

    return process_tool_calls


def _execute_tool_call(agent: ToolCallingAgent, scope: Scope) -> Callable[[str, Any], Any]:
    original = agent.execute_tool_call

    def execute_tool_call(tool_name: str, arguments: Any) -> Any:
        with scope.executing(tool_name, arguments) as batch:
            try:
                return original(tool_name, arguments)
            except AgentError as error:
                # Raised, it would take the results of the calls beside it with it, and which of
                # several failures is seen would be chance.
                if batch is None or not batch.is_parallel:
                    raise
                return str(error)

    return execute_tool_call
