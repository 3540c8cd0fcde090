"""Python executors whose blocks can be run again without their effects, and can be gated whole.

On replay a block's code does run in a local executor, because only that rebuilds its variables; its
tool calls come from the journal, and what it printed and returned is what was recorded, whatever it
prints now: clocks, set orders and addresses differ from process to process.

With `gate_code` a block is first asked for, as a call of the tool `run_code`. That is also the only
way to use an executor elsewhere, in which no single call can be held: there the block itself is the
effect, so that it runs once, and is put to a person when a crash leaves it in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, ClassVar, TypeAlias

from smolagents.local_python_executor import (
    CodeOutput,
    InterpreterError,
    LocalPythonExecutor,
    PrintContainer,
    PythonExecutor,
)
from smolagents.tools import Tool
from smolagents.utils import MAX_LENGTH_TRUNCATE_CONTENT

from . import chat, codec, imports, sealed
from .scope import Scope, Site
from .signals import Stop
from .tool import DurableTool, ToolOutcome

RUN_CODE = "run_code"
_PRINTS = "_print_outputs"
_TOOL = "python"

# What the journal keeps of a block: its logs, and its output, the text of that, or an error.
Record: TypeAlias = dict[str, Any]


class Shown:
    """Stands for a block's value that only its text was recorded of."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__


class RunCode(Tool):  # type: ignore[misc]
    """A code block as a tool call, for people to decide on."""

    name = RUN_CODE
    description = "Runs a block of Python code that the agent has written."
    inputs: ClassVar[dict[str, Any]] = {"code": {"type": "string", "description": "The code."}}
    output_type = "any"

    def __init__(self, run: Callable[[str], Any], *, idempotent: bool) -> None:
        super().__init__()
        self.idempotent = idempotent
        self._run = run

    def forward(self, code: str) -> Any:
        """Does what the gate was for."""
        return self._run(code)


class DurableExecutor(PythonExecutor):  # type: ignore[misc]
    """Wraps a local executor, with a state of its own: the wrapped one stays as it was."""

    def __init__(self, inner: LocalPythonExecutor, scope: Scope, *, gate: bool = False) -> None:
        self._inner = inner
        self._scope = scope
        self._gate = gate
        self._imported: set[str] = set()  # By the blocks so far, beyond what is safe.

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("_inner", "_scope", "_gate", "_imported"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    def send_tools(self, tools: dict[str, Any]) -> None:
        self._inner.send_tools({name: sealed.seal(tool) for name, tool in tools.items()})
        functions = sealed.functions()
        given = {**functions, **self._inner.additional_functions}
        self._inner.static_tools.update({name: given[name] for name in functions})

    def send_variables(self, variables: dict[str, Any]) -> None:
        self._inner.send_variables(variables=variables)

    def __call__(self, code_action: str) -> CodeOutput:
        """Runs a block, or runs it again and returns what was recorded."""
        scope = self._scope
        scope.latch.check()
        request = chat.digest({"code": code_action})
        with scope.code_block() as key:
            permitted = self._permitted(code_action)
            call = scope.journal.record(key, "code", _TOOL, request)
            recorded = None if call is None else codec.decode(call.result)
            if permitted.refused:
                record = Record(logs=f"{permitted.value}\n", output=None)
                output = None
            else:
                block = str(permitted.value)
                with self._dry_run(key, block, recorded) as dry:
                    record, output = self._run(key, block, permitted.note)
                if dry:
                    record["dry"] = True
        # An agent's `finally` may have replaced a stop by something harmless.
        scope.latch.check()
        if recorded is None:
            encoded = scope.journal.encode(key, record)
            scope.journal.write(key, "code", _TOOL, request, encoded)
            return self._finish(record, output)
        return self._finish(recorded, None)

    @contextmanager
    def _dry_run(self, key: str, code: str, recorded: Record | None) -> Iterator[bool]:
        """Surrounds a block, and says whether it is held to safe modules. In a dry run a new one
        may use no other: neither by its own imports, nor by what earlier blocks have imported, nor
        by way of another module. Later on it stays held, or a replay would do what it could not."""
        journal, inner = self._scope.journal, self._inner
        authorized = inner.authorized_imports
        held = journal.dry or (recorded is not None and "dry" in recorded)
        new = imports.beyond_safe(code, authorized)
        if new:
            journal.require_real(key, f"a code block that imports {', '.join(new)}")
        self._imported.update(new)
        if self._imported:
            earlier = ", ".join(sorted(self._imported))
            journal.require_real(key, f"a code block after one that imported {earlier}")
        held = held and not self._imported
        if held:
            inner.authorized_imports = list(imports.SAFE)
        try:
            yield held
        finally:
            inner.authorized_imports = authorized

    def _permitted(self, code: str) -> ToolOutcome:
        """The code that may run, or why none may. Its permission is recorded as given once the
        decision is there; what the block then does is journaled call by call."""
        if not self._gate:
            return ToolOutcome(code)
        return _asked(self._scope, RunCode(lambda effective: effective, idempotent=True), code)

    def _run(self, key: str, code: str, note: str) -> tuple[Record, CodeOutput | None]:
        scope, output, error = self._scope, None, None
        if note:
            scope.notes.append(note)
        self._inner.state[_PRINTS] = PrintContainer()
        try:
            sealed.check(code)
            with scope.busy():
                output = self._inner(code)
        except Stop:
            raise
        except Exception as raised:
            error = str(raised)
        except (KeyboardInterrupt, SystemExit) as raised:
            if not _raised_by_agent(raised.__traceback__):
                raise
            error = f"Code execution failed: {type(raised).__name__}: {raised}"
        logs = output.logs if output is not None else None
        if output is None and _PRINTS in self._inner.state:
            logs = str(self._inner.state[_PRINTS])
        if scope.notes:
            logs = "\n".join([*([logs.rstrip("\n")] if logs else []), *scope.notes, ""])
        if output is None:
            return {"error": error, "logs": logs}, None
        return _record(output, logs), output

    def _finish(self, record: Record, live: CodeOutput | None) -> CodeOutput:
        logs = record["logs"]
        if logs is not None:
            prints = PrintContainer()
            prints.value = logs
            self._inner.state[_PRINTS] = prints
        return _shown(record, live)


class RemoteExecutor(PythonExecutor):  # type: ignore[misc]
    """Wraps an executor that runs code elsewhere. Each block is a gated call; on replay it does not
    run again, and its output comes from the journal.

    So in a new sandbox the variables of earlier blocks are missing, and the agent is told so.
    `rerun` runs recorded blocks again in a sandbox that has not seen them: for code that touches
    nothing outside of it.
    """

    def __init__(self, inner: PythonExecutor, scope: Scope, *, rerun: bool = False) -> None:
        self._inner = inner
        self._scope = scope
        self._rerun = rerun
        self._forgotten = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("_inner", "_scope", "_rerun", "_forgotten"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    def send_tools(self, tools: dict[str, Any]) -> None:
        """Sends the tools themselves: their source goes to the sandbox."""
        self._inner.send_tools(
            {name: getattr(tool, "_inner", tool) for name, tool in tools.items()}
        )

    def send_variables(self, variables: dict[str, Any]) -> None:
        self._inner.send_variables(variables=variables)

    def __call__(self, code_action: str) -> CodeOutput:
        """Runs a block once it may, or returns what it came to."""
        scope = self._scope
        scope.latch.check()
        live: list[CodeOutput] = []
        with scope.code_block() as key:

            def run(code: str) -> Record:
                return self._run(key, code, live)

            outcome = _asked(scope, RunCode(run, idempotent=False), code_action)
            if not live and not outcome.refused:
                self._catch_up(key, code_action)
        if outcome.refused or not isinstance(outcome.value, dict) or "logs" not in outcome.value:
            # A refusal, or what a person said of a block that a crash had left in doubt.
            text = str(outcome.value)
            return CodeOutput(output=None, logs=f"{text}\n", is_final_answer=False)
        record = dict(outcome.value)
        if outcome.note:
            record["logs"] = "\n".join(
                [*filter(None, [(record["logs"] or "").rstrip("\n"), outcome.note]), ""]
            )
        return _shown(record, live[0] if live else None)

    def _run(self, key: str, code: str, live: list[CodeOutput]) -> Record:
        logs = ""
        if self._forgotten:
            self._forgotten = False
            logs = "[The sandbox is a new one: the variables of earlier blocks are gone.]\n"
        try:
            output = self._inner(code)
        except Exception as raised:
            return {"error": logs + str(raised), "logs": None}
        _blocks_of(self._inner).add(self._mark(key))
        record = _record(output, logs + (output.logs or ""))
        live.append(output)
        return record

    def _catch_up(self, key: str, code: str) -> None:
        """A recorded block, in a sandbox that may not have seen it."""
        if self._mark(key) in _blocks_of(self._inner):
            return
        if not self._rerun:
            self._forgotten = True
            return
        # It may fail as it did the first time; what it said is recorded.
        with self._scope.busy(), suppress(Exception):
            self._inner(code)
        _blocks_of(self._inner).add(self._mark(key))

    def _mark(self, key: str) -> str:
        return f"{self._scope.journal.workflow_id}/{self._scope.journal.epoch}/{key}"


def _blocks_of(executor: PythonExecutor) -> set[str]:
    """Which blocks this very sandbox has run."""
    blocks: set[str] = executor.__dict__.setdefault("_fermata_blocks", set())
    return blocks


def wrap(
    inner: PythonExecutor, scope: Scope, *, gate: bool, rerun: bool
) -> DurableExecutor | RemoteExecutor:
    """Wraps an executor for one run."""
    if isinstance(inner, LocalPythonExecutor):
        return DurableExecutor(inner, scope, gate=gate)
    return RemoteExecutor(inner, scope, rerun=rerun)


def _asked(scope: Scope, tool: RunCode, code: str) -> ToolOutcome:
    """Puts a block to the policy, and to people where that says so."""
    return DurableTool(tool, scope).outcome(Site(scope.block_key(RUN_CODE)), {"code": code})


def _record(output: CodeOutput, logs: str | None) -> Record:
    record: Record = {"logs": logs, "output": output.output}
    try:
        encoded = codec.encode(record)
        if output.is_final_answer:
            return {"final": True, **record}
        if str(codec.decode(encoded)["output"]) == str(output.output):
            return record
    except codec.Unsupported as error:
        if output.is_final_answer:
            return {
                "error": f"This final answer cannot be kept: {error}. Give another.",
                "logs": logs,
            }
    return {"logs": logs, "shown": _clip(str(output.output))}


def _shown(record: Record, live: CodeOutput | None) -> CodeOutput:
    """What smolagents is given of a block; `live` is what it came to just now, if it ran."""
    if "error" in record:
        raise InterpreterError(record["error"])
    value = Shown(record["shown"]) if "shown" in record else record["output"]
    if live is not None:
        value = live.output
    return CodeOutput(output=value, logs=record["logs"], is_final_answer=record.get("final", False))


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
