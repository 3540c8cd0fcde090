"""A Python executor whose blocks can be run again without their effects.

On replay a block's code does run, because only that rebuilds its variables; its tool calls come
from the journal, and what it printed and returned is what was recorded, whatever it prints now:
clocks, set orders and addresses differ from process to process.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

from smolagents.local_python_executor import (
    CodeOutput,
    InterpreterError,
    LocalPythonExecutor,
    PrintContainer,
    PythonExecutor,
)
from smolagents.utils import MAX_LENGTH_TRUNCATE_CONTENT

from . import chat, codec
from .scope import Scope
from .signals import Stop

_PRINTS = "_print_outputs"
_TOOL = "python"


class Shown:
    """Stands for a block's value that only its text was recorded of."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__


class DurableExecutor(PythonExecutor):  # type: ignore[misc]
    """Wraps a local executor, with a state of its own: the wrapped one stays as it was."""

    def __init__(self, inner: LocalPythonExecutor, scope: Scope) -> None:
        self._inner = inner
        self._scope = scope

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("_inner", "_scope"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    def send_tools(self, tools: dict[str, Any]) -> None:
        self._inner.send_tools(tools)

    def send_variables(self, variables: dict[str, Any]) -> None:
        self._inner.send_variables(variables=variables)

    def __call__(self, code_action: str) -> CodeOutput:
        """Runs a block, or runs it again and returns what was recorded."""
        scope = self._scope
        scope.latch.check()
        request = chat.digest({"code": code_action})
        output, error = None, None
        with scope.code_block() as key:
            call = scope.journal.record(key, "code", _TOOL, request)
            try:
                with scope.busy():
                    output = self._inner(code_action)
            except Stop:
                raise
            except Exception as raised:
                error = str(raised)
            except (KeyboardInterrupt, SystemExit) as raised:
                if not _raised_by_agent(raised.__traceback__):
                    raise
                error = f"Code execution failed: {type(raised).__name__}: {raised}"
        # An agent's `finally` may have replaced a stop by something harmless.
        scope.latch.check()
        if call is None:
            record = self._record(key, output, error)
            encoded = scope.journal.encode(key, record)
            scope.journal.write(key, "code", _TOOL, request, encoded)
        else:
            record = codec.decode(call.result)
        return self._finish(record, output if call is None else None)

    def _record(self, key: str, output: CodeOutput | None, error: str | None) -> dict[str, Any]:
        """What the journal keeps of a block."""
        state = self._inner.state
        logs = output.logs if output is not None else None
        if output is None and _PRINTS in state:
            logs = str(state[_PRINTS])
        if self._scope.notes:
            logs = "\n".join([*([logs.rstrip("\n")] if logs else []), *self._scope.notes, ""])
        if output is None:
            return {"error": error, "logs": logs}
        if output.is_final_answer:
            self._scope.journal.encode(key, output.output)
            return {"final": True, "logs": logs, "output": output.output}
        try:
            if str(codec.decode(codec.encode(output.output))) == str(output.output):
                return {"logs": logs, "output": output.output}
        except codec.Unsupported:
            pass
        return {"logs": logs, "shown": _clip(str(output.output))}

    def _finish(self, record: dict[str, Any], live: CodeOutput | None) -> CodeOutput:
        logs = record["logs"]
        if logs is not None:
            prints = PrintContainer()
            prints.value = logs
            self._inner.state[_PRINTS] = prints
        if "error" in record:
            raise InterpreterError(record["error"])
        value = Shown(record["shown"]) if "shown" in record else record["output"]
        if live is not None:
            value = live.output
        return CodeOutput(output=value, logs=logs, is_final_answer=record.get("final", False))


def _clip(text: str) -> str:
    """The part of a text that smolagents shows, and still long enough for it to say that it cut."""
    if len(text) <= MAX_LENGTH_TRUNCATE_CONTENT:
        return text
    half = MAX_LENGTH_TRUNCATE_CONTENT // 2
    return text[:half] + "\n" + text[-half:]


def _raised_by_agent(traceback: TracebackType | None) -> bool:
    """Whether the agent's own code raised it, rather than a signal to this process."""
    name = ""
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_name
        traceback = traceback.tb_next
    return name == "evaluate_raise"
